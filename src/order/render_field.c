/* The slow way of a field's text: one character at a time, by the field's rules. Most texts of a
 * card file (digits) never come here. It refuses what cannot be written and never quotes it: the
 * text may be a code. Copies are wiped.
 */
#include <stdio.h>

#include "base/text.h"
#include "order/render_inside.h"

/* ---- Characters -------------------------------------------------------------------------------
 */

static uint32_t in_case(const struct template_field *f, uint32_t c) {
    switch (f->letters) {
    case CASE_UPPER: return charset_upper(c);
    case CASE_LOWER: return charset_lower(c);
    case CASE_KEEP:
    default: return c;
    }
}

static enum field_fault one_char(const struct template_field *f, enum charset charset,
                                 struct cm_slice *rest, uint8_t **to, size_t *chars) {
    uint32_t c = 0;
    if (utf8_next(rest, &c) != CM_OK) return FIELD_BROKEN;
    if (c < 128 && (f->classes[c] & (uint8_t)BYTE_REMOVED) != 0) return FIELD_FINE;
    c = in_case(f, c);
    /* A character that is not ASCII has the class of such bytes, whatever its encoding. */
    const uint8_t class = f->classes[c < 128 ? c : 255];
    if ((class & (uint8_t)BYTE_REFUSED) != 0) return FIELD_REFUSED;
    const size_t n = charset_put(charset, c, *to);
    *to += n;
    *chars += 1;
    return n > 0 ? FIELD_FINE : FIELD_FOREIGN;
}

/* ---- Escapes ----------------------------------------------------------------------------------
 */

static size_t put_text(uint8_t *to, const char *text, size_t len) {
    memcpy(to, text, len);
    return len;
}

static size_t put_xml(uint8_t *to, uint8_t byte) {
    switch (byte) {
    case '&': return put_text(to, "&amp;", 5);
    case '<': return put_text(to, "&lt;", 4);
    case '>': return put_text(to, "&gt;", 4);
    case '"': return put_text(to, "&quot;", 6);
    default: return put_text(to, "&apos;", 6);
    }
}

static size_t put_escaped(const struct template_field *f, uint8_t *to, uint8_t byte) {
    if (f->escape == ESCAPE_XML) return put_xml(to, byte);
    const bool separator = f->escape == ESCAPE_CSV_NEEDED && byte != (uint8_t)f->quote;
    if (separator) {
        to[0] = byte;
        return 1;
    }
    to[0] = f->escape == ESCAPE_JSON ? '\\' : (uint8_t)f->quote;
    to[1] = byte;
    return 2;
}

/* Encodings here hold ASCII as it is, and nothing else that looks like it: bytes are enough. */
static uint8_t *escape(const struct template_field *f, struct cm_slice text, uint8_t *to) {
    uint8_t classes = 0;
    for (size_t i = 0; i < text.len; i++)
        if (text.p[i] < 128) classes |= f->classes[text.p[i]];
    const bool quoted = f->escape == ESCAPE_CSV_NEEDED && (classes & (uint8_t)BYTE_ESCAPED) != 0;
    if (quoted) *to++ = (uint8_t)f->quote;
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t byte = text.p[i];
        const bool escaped = byte < 128 && (f->classes[byte] & (uint8_t)BYTE_ESCAPED) != 0;
        if (escaped)
            to += put_escaped(f, to, byte);
        else
            *to++ = byte;
    }
    if (quoted) *to++ = (uint8_t)f->quote;
    return to;
}

/* ---- A field ----------------------------------------------------------------------------------
 */

static enum field_fault judge(const struct template_field *f, size_t chars, const uint8_t *plain) {
    if (chars == 0 && !f->optional) return FIELD_EMPTY;
    if (chars > f->most) return FIELD_LONG;
    return f->number && chars > 1 && plain[0] == '0' ? FIELD_NUMBER : FIELD_FINE;
}

/* `plain` holds the characters at its middle: padding goes before or behind them. */
static struct cm_slice pad(const struct template_field *f, uint8_t *plain, size_t len,
                           size_t chars) {
    const size_t more = f->width > chars ? f->width - chars : 0;
    if (!f->right) memset(plain + len, f->pad, more);
    if (f->right) memset(plain - more, f->pad, more);
    return slice_of(f->right ? plain - more : plain, len + more);
}

enum field_fault field_shape(const struct template_field *f, enum charset charset, uint8_t *text,
                             size_t len, uint8_t **end) {
    uint8_t raw[TEMPLATE_RAW_MAX], plain[TEMPLATE_RAW_MAX + 2 * TEMPLATE_CHARS_MAX];
    uint8_t *const middle = plain + TEMPLATE_CHARS_MAX, *to = middle;
    struct cm_slice rest = slice_of(raw, len);
    enum field_fault fault = len <= sizeof raw ? FIELD_FINE : FIELD_LONG;
    size_t chars = 0;
    if (fault == FIELD_FINE) memcpy(raw, text, len);
    while (fault == FIELD_FINE && rest.len > 0)
        fault = one_char(f, charset, &rest, &to, &chars);
    const size_t plain_len = (size_t)(to - middle);
    if (fault == FIELD_FINE) fault = judge(f, chars, middle);
    if (fault == FIELD_FINE) *end = escape(f, pad(f, middle, plain_len, chars), text);
    wipe(raw, len <= sizeof raw ? len : 0);
    wipe(middle, plain_len);
    return fault;
}

/* ---- Faults for people ------------------------------------------------------------------------
 */

static const struct fault_words {
    const char *problem, *remedy;
    cm_err err;
} faults[] = {
    [FIELD_FINE] = {"nothing is wrong", "", CM_E_ARGUMENT},
    [FIELD_REFUSED] = {"holds a character that the format forbids",
                       "change the text, or the field's \"forbid\", \"only\" or \"quote\"",
                       CM_E_FORMAT},
    [FIELD_FOREIGN] = {"holds a character that the format's encoding does not have",
                       "choose another \"encoding\", or change the text", CM_E_FORMAT},
    [FIELD_BROKEN] = {"is not UTF-8", "mend the name where it comes from", CM_E_FORMAT},
    [FIELD_LONG] = {"is too long", "make the field wider, or the text shorter", CM_E_FORMAT},
    [FIELD_EMPTY] = {"is empty", "give the value, or say \"optional\": true", CM_E_NOT_FOUND},
    [FIELD_NUMBER] = {"begins with 0, which a JSON number may not",
                      "leave out \"number\": it is then a text", CM_E_FORMAT},
};

cm_err field_fail(const struct template *t, const struct template_field *f, enum field_fault fault,
                  uint64_t record, struct cm_diag *diag) {
    char input[DIAG_PART_CAP], place[DIAG_PART_CAP];
    const struct fault_words *w = &faults[fault];
    (void)snprintf(input, sizeof input, "format '%s'", t->name);
    (void)snprintf(place, sizeof place, record > 0 ? "record %llu" : "outside of records",
                   (unsigned long long)record);
    return diag_fail(diag, w->err, input, place, w->remedy, "field '%s' %s", f->name, w->problem);
}
