/* Messages: reading and writing. Elements of predefined length need no separator: their first two
 * digits tell. References as in gs1.h. */
#include "symbol/gs1.h"

#include <stdio.h>

#include "base/macros.h"

void gs1_init(struct gs1 *m) { m->n = m->used = 0; }

void gs1_wipe(struct gs1 *m) {
    wipe(m->store, m->used);
    gs1_init(m);
}

void gs1_place(const char *ai, size_t at, char out[static GS1_PLACE_CAP]) {
    if (at == 0)
        (void)snprintf(out, GS1_PLACE_CAP, "(%.4s)", ai);
    else
        (void)snprintf(out, GS1_PLACE_CAP, "(%.4s), character %zu", ai, at);
}

const struct gs1_element *gs1_find(const struct gs1 *m, const char *ai) {
    for (size_t i = 0; i < m->n; i++)
        if (strcmp(m->element[i].ai, ai) == 0) return &m->element[i];
    return NULL;
}

/* ---- Reading --------------------------------------------------------------------------------- */

static cm_err unknown(struct cm_slice ai, struct cm_diag *diag) {
    char digits[GS1_AI_CAP] = "";
    for (size_t i = 0; i < ai.len && i + 1 < sizeof digits; i++)
        digits[i] = (char)(ai.p[i] >= '0' && ai.p[i] <= '9' ? ai.p[i] : '?');
    return diag_fail(diag, CM_E_NOT_FOUND, NULL, NULL,
                     "internal data may stand in (90) to (99); `countermark gs1 list` shows all",
                     "there is no GS1 identifier (%s)", digits);
}

cm_err gs1_add(struct gs1 *m, struct cm_slice ai, struct cm_slice value, struct cm_diag *diag) {
    const struct gs1_id *id = NULL;
    if (gs1_id_find(ai, &id) != CM_OK) return unknown(ai, diag);
    if (m->n == GS1_ELEMENTS_MAX)
        return diag_fail(diag, CM_E_LIMIT, NULL, NULL, "no symbol holds so much",
                         "more than %u elements", GS1_ELEMENTS_MAX);
    if (value.len > sizeof m->store - m->used)
        return diag_fail(diag, CM_E_LIMIT, NULL, NULL, "no symbol holds so much",
                         "values of more than %u bytes", GS1_TEXT_MAX);
    struct gs1_element *e = &m->element[m->n++];
    e->id = id;
    memcpy(e->ai, ai.p, ai.len);
    e->ai[ai.len] = '\0';
    e->text = slice_of(m->store + m->used, value.len);
    if (value.len > 0) memcpy(m->store + m->used, value.p, value.len);
    m->used += value.len;
    return CM_OK;
}

static cm_err no_identifier(size_t at, struct cm_diag *diag) {
    char place[GS1_PLACE_CAP];
    (void)snprintf(place, sizeof place, "character %zu", at + 1);
    return diag_fail(diag, CM_E_FORMAT, NULL, place, "write (01)09506000134352(21)ABC",
                     "an identifier in brackets is expected here");
}

static cm_err empty_value(const struct gs1_element *e, struct cm_diag *diag) {
    char place[GS1_PLACE_CAP];
    gs1_place(e->ai, 0, place);
    return diag_fail(diag, CM_E_FORMAT, NULL, place, "give it a value, or leave it out",
                     "the element is empty");
}

/* The value that text begins with, to the next bracket; its escapes are undone in place, in the
 * store, where it was copied with them. @return how many bytes of the text it took */
static cm_err read_value(struct cm_slice text, struct cm_slice ai, struct gs1 *m, size_t *took,
                         struct cm_diag *diag) {
    size_t len = 0;
    while (len < text.len && text.p[len] != '(')
        len += text.p[len] == '\\' && len + 1 < text.len && text.p[len + 1] == '(' ? 2u : 1u;
    TRY(gs1_add(m, ai, slice_of(text.p, len), diag));
    struct gs1_element *e = &m->element[m->n - 1];
    uint8_t *to = m->store + m->used - len;
    size_t kept = 0;
    for (size_t i = 0; i < len; i++)
        if (text.p[i] != '\\' || i + 1 == len || text.p[i + 1] != '(') to[kept++] = text.p[i];
    wipe(to + kept, len - kept);
    m->used -= len - kept;
    e->text.len = kept;
    *took = len;
    return kept == 0 ? empty_value(e, diag) : CM_OK;
}

static cm_err read_elements(struct cm_slice text, struct gs1 *m, struct cm_diag *diag) {
    size_t at = 0;
    do {
        const uint8_t *end =
            at < text.len && text.p[at] == '(' ? memchr(text.p + at, ')', text.len - at) : NULL;
        if (end == NULL) return no_identifier(at, diag);
        const size_t ai = at + 1, closed = (size_t)(end - text.p);
        if (closed - ai < 2 || closed - ai >= GS1_AI_CAP) return no_identifier(at, diag);
        size_t took = 0;
        TRY(read_value(slice_of(end + 1, text.len - closed - 1), slice_of(text.p + ai, closed - ai),
                       m, &took, diag));
        at = closed + 1 + took;
    } while (at < text.len);
    return CM_OK;
}

/* The element that a carried text begins with. */
static cm_err read_carried(struct cm_slice text, size_t at, struct gs1 *m, size_t *len,
                           struct cm_diag *diag) {
    char place[GS1_PLACE_CAP];
    (void)snprintf(place, sizeof place, "character %zu", at + 1);
    const size_t ai = gs1_id_len(text), fixed = gs1_id_predefined(text);
    if (ai == 0 || ai > text.len)
        return diag_fail(diag, ai == 0 ? CM_E_NOT_FOUND : CM_E_TRUNCATED, NULL, place,
                         "elements of varying length end with FNC1 (GS, 1D)",
                         "no GS1 identifier begins here");
    const uint8_t *end = memchr(text.p, GS1_SEPARATOR, text.len);
    *len = end == NULL ? text.len : (size_t)(end - text.p);
    if (fixed > *len)
        return diag_fail(diag, CM_E_TRUNCATED, NULL, place, "check the text",
                         "an element of %zu characters is cut short", fixed);
    if (fixed > 0) *len = fixed;
    if (*len < ai)
        return diag_fail(diag, CM_E_TRUNCATED, NULL, place, "check the text",
                         "an identifier is cut short");
    TRY(gs1_add(m, slice_of(text.p, ai), slice_of(text.p + ai, *len - ai), diag));
    return *len == ai ? empty_value(&m->element[m->n - 1], diag) : CM_OK;
}

static cm_err read_all_carried(struct cm_slice text, struct gs1 *m, struct cm_diag *diag) {
    size_t at = text.len > 0 && text.p[0] == GS1_SEPARATOR ? 1u : 0u;
    do {
        size_t len = 0;
        TRY(read_carried(slice_of(text.p + at, text.len - at), at, m, &len, diag));
        at += len;
        if (at < text.len && text.p[at] == GS1_SEPARATOR) at++;
    } while (at < text.len);
    return CM_OK;
}

cm_err gs1_read(struct cm_slice text, struct gs1 *m, struct cm_diag *diag) {
    gs1_init(m);
    const cm_err err = read_elements(text, m, diag);
    if (err != CM_OK) gs1_wipe(m);
    return err;
}

cm_err gs1_read_carried(struct cm_slice text, struct gs1 *m, struct cm_diag *diag) {
    gs1_init(m);
    const cm_err err = read_all_carried(text, m, diag);
    if (err != CM_OK) gs1_wipe(m);
    return err;
}

/* ---- Writing --------------------------------------------------------------------------------- */

void gs1_write(const struct gs1 *m, bool for_people, struct buffer *out) {
    for (size_t i = 0; i < m->n; i++) {
        const struct gs1_element *e = &m->element[i];
        buffer_printf(out, "(%s)", e->ai);
        for (size_t k = 0; k < e->text.len; k++) {
            if (e->text.p[k] == '(' && !for_people) buffer_u8(out, '\\');
            buffer_u8(out, e->text.p[k]);
        }
    }
}

void gs1_write_carried(const struct gs1 *m, struct buffer *out) {
    for (size_t i = 0; i < m->n; i++) {
        const struct gs1_element *e = &m->element[i];
        buffer_text(out, e->ai);
        buffer_put(out, e->text.p, e->text.len);
        if (i + 1 < m->n && gs1_id_predefined(slice_text(e->ai)) == 0)
            buffer_u8(out, GS1_SEPARATOR);
    }
}

/* Length of the element that the text begins with, or 0. */
static size_t bracket_len(struct cm_slice text) {
    if (text.len < 3 || text.p[0] < '0' || text.p[0] > '9' || text.p[1] < '0' || text.p[1] > '9')
        return 0;
    const uint8_t *end = memchr(text.p, GS1_SEPARATOR, text.len);
    const size_t len = end == NULL ? text.len : (size_t)(end - text.p);
    const size_t fixed = gs1_id_predefined(text);
    if (fixed == 0) return len;
    return len < fixed ? 0 : fixed;
}

static void put_bracketed(struct cm_slice element, struct buffer *out) {
    buffer_u8(out, '[');
    buffer_put(out, element.p, 2);
    buffer_u8(out, ']');
    buffer_put(out, element.p + 2, element.len - 2);
}

/* libzint takes 23x for an element of predefined length, as it was once, and leaves the FNC1 behind
 * it out. Behind the last element there is none. */
static bool goes_last(struct cm_slice element) {
    return element.p[0] == '2' && element.p[1] == '3';
}

cm_err gs1_bracket(struct cm_slice text, struct buffer *out) {
    struct cm_slice last = {NULL, 0};
    if (text.len == 0) return CM_E_FORMAT;
    while (text.len > 0) {
        const struct cm_slice element = slice_of(text.p, bracket_len(text));
        if (element.len == 0 || memchr(element.p, '[', element.len) != NULL ||
            memchr(element.p, ']', element.len) != NULL)
            return CM_E_FORMAT;
        if (!goes_last(element))
            put_bracketed(element, out);
        else if (last.len == 0 || slice_equal(last, element))
            last = element;
        else
            return CM_E_FORMAT;
        text = slice_of(text.p + element.len, text.len - element.len);
        if (text.len > 0 && text.p[0] == GS1_SEPARATOR) text = slice_of(text.p + 1, text.len - 1);
    }
    if (last.len > 0) put_bracketed(last, out);
    return buffer_err(out);
}
