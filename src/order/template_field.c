/* A field: its text, and what is done to each character on its way into the file. It refuses rules
 * that contradict each other and words that do not belong where the field stands.
 */
#include <stdio.h>

#include "order/template_inside.h"

/* ---- What each byte asks for ------------------------------------------------------------------
 */

static void mark(struct template_field *f, struct cm_slice bytes, enum byte_class class) {
    for (size_t i = 0; i < bytes.len; i++)
        f->classes[bytes.p[i]] |= (uint8_t) class;
}

static void mark_case(struct template_field *f) {
    const bool upper = f->letters == CASE_UPPER;
    for (unsigned c = 0; f->letters != CASE_KEEP && c < 128; c++)
        if ((upper ? charset_upper(c) : charset_lower(c)) != c)
            f->classes[c] |= (uint8_t)BYTE_CASED;
}

static void mark_escapes(const struct template_reader *r, struct template_field *f) {
    const char both[] = {r->separator, r->quote};
    switch (f->escape) {
    case ESCAPE_NONE:
        if (r->separator != '\0') mark(f, slice_of(both, 1), BYTE_REFUSED);
        return;
    case ESCAPE_CSV_NEEDED: mark(f, slice_of(both, 2), BYTE_ESCAPED); return;
    case ESCAPE_CSV_ALWAYS: mark(f, slice_of(both + 1, 1), BYTE_ESCAPED); return;
    case ESCAPE_XML: mark(f, slice_text("&<>\"'"), BYTE_ESCAPED); return;
    case ESCAPE_JSON: mark(f, slice_text("\"\\"), BYTE_ESCAPED); return;
    default: return;
    }
}

static void mark_all(const struct template_reader *r, struct template_field *f,
                     struct cm_slice only) {
    for (unsigned c = 0; c < 256; c++) {
        const bool control = c < ' ' || c == 0x7Fu;
        const bool barred = only.len > 0 && (c >= 128 || memchr(only.p, (int)c, only.len) == NULL);
        f->classes[c] =
            (uint8_t)((control || barred ? BYTE_REFUSED : 0) | (c >= 128 ? BYTE_HIGH : 0));
    }
    mark(f, r->forbid, BYTE_REFUSED);
    mark_escapes(r, f);
    mark_case(f);
}

void template_field_plain(const struct template_reader *r, struct template_field *f) {
    f->most = TEMPLATE_RAW_MAX;
    f->escape = r->escape;
    f->quote = r->quote;
    f->pad = ' ';
    mark_all(r, f, slice_of(NULL, 0));
}

/* ---- Reading one ------------------------------------------------------------------------------
 */

static const char *const field_keys[] = {"name", "value",  "width",    "max",    "align",
                                         "pad",  "case",   "only",     "forbid", "remove",
                                         "as",   "number", "optional", "about"};
static const char *const sides[] = {"left", "right"};
static const char *const cases[] = {"keep", "upper", "lower"};
static const char *const places[] = {"element", "attribute"};

static cm_err read_ascii(struct json_value v, struct cm_slice *out) {
    if (!json_present(v)) return CM_OK;
    TRY(json_text(v, 1, 128, out));
    for (size_t i = 0; i < out->len; i++)
        if (out->p[i] < ' ' || out->p[i] > '~')
            return json_fail(v, CM_E_FORMAT,
                             "list printable ASCII characters; others follow from "
                             "the \"encoding\"",
                             "a character here is not ASCII");
    return CM_OK;
}

static cm_err read_word(struct json_value v, const char *const *words, size_t n, size_t *out) {
    return json_present(v) ? json_word(v, words, n, out) : CM_OK;
}

static cm_err read_bool(struct json_value v, bool *out) {
    return json_present(v) ? json_bool(v, out) : CM_OK;
}

static cm_err read_size(const struct template_reader *r, struct json_value v,
                        struct template_field *f) {
    const struct json_value width = json_get(v, "width"), most = json_get(v, "max");
    uint64_t n = 0;
    if (json_present(width) && json_present(most))
        return json_fail(most, CM_E_FORMAT, "keep one: \"width\" fills up, \"max\" does not",
                         "both \"width\" and \"max\"");
    if (json_present(width)) {
        TRY(json_u64(width, 1, TEMPLATE_CHARS_MAX, &n));
        f->width = f->most = (uint32_t)n;
    } else if (r->t->kind == KIND_FIXED) {
        return json_fail(v, CM_E_FORMAT, "give each field its \"width\"",
                         "a fixed format has a field without a width");
    }
    if (json_present(most)) {
        TRY(json_u64(most, 1, TEMPLATE_CHARS_MAX, &n));
        f->most = (uint32_t)n;
    }
    return CM_OK;
}

static cm_err read_padding(struct json_value v, struct template_field *f) {
    const struct json_value align = json_get(v, "align"), pad = json_get(v, "pad");
    size_t side = 0;
    struct cm_slice text = slice_text(" ");
    if (f->width == 0 && (json_present(align) || json_present(pad)))
        return json_fail(json_present(pad) ? pad : align, CM_E_FORMAT,
                         "give a \"width\", or leave it out", "padding without a width");
    TRY(read_word(align, sides, CM_ARRAY_N(sides), &side));
    TRY(read_ascii(pad, &text));
    if (text.len != 1)
        return json_fail(pad, CM_E_FORMAT, "give one character", "\"pad\" is not one character");
    if ((f->classes[text.p[0]] & (uint8_t)(BYTE_REFUSED | BYTE_ESCAPED)) != 0 && f->width > 0)
        return json_fail(json_present(pad) ? pad : v, CM_E_FORMAT,
                         "pad with a character that may stand in the field",
                         "the field may not hold its own padding");
    f->right = side == 1;
    f->pad = (char)text.p[0];
    return CM_OK;
}

static cm_err read_characters(struct template_reader *r, struct json_value v,
                              struct template_field *f) {
    struct cm_slice only = {NULL, 0}, forbid = {NULL, 0}, removed = {NULL, 0};
    size_t letters = 0;
    TRY(read_word(json_get(v, "case"), cases, CM_ARRAY_N(cases), &letters));
    TRY(read_ascii(json_get(v, "only"), &only));
    TRY(read_ascii(json_get(v, "forbid"), &forbid));
    TRY(read_ascii(json_get(v, "remove"), &removed));
    f->letters = (enum letter_case)letters;
    if (f->number) only = slice_text("0123456789");
    mark_all(r, f, only);
    mark(f, forbid, BYTE_REFUSED);
    mark(f, removed, BYTE_REMOVED);
    return CM_OK;
}

static cm_err read_kind(struct template_reader *r, struct json_value v, struct template_field *f) {
    const struct json_value number = json_get(v, "number"), as = json_get(v, "as");
    size_t place = 0;
    if (json_present(number) && r->t->kind != KIND_JSONL)
        return json_fail(number, CM_E_FORMAT, "leave it out", "\"number\" is for JSON lines alone");
    if (json_present(as) && r->t->kind != KIND_XML)
        return json_fail(as, CM_E_FORMAT, "leave it out", "\"as\" is for XML alone");
    TRY(read_bool(number, &f->number));
    TRY(read_bool(json_get(v, "optional"), &f->optional));
    TRY(read_word(as, places, CM_ARRAY_N(places), &place));
    f->attribute = place == 1;
    if (!f->number || !f->optional) return CM_OK;
    return json_fail(v, CM_E_FORMAT, "leave one out: JSON has no empty number",
                     "a field is both \"number\" and \"optional\"");
}

/* Names of elements go into the file as they are: letters, digits, and - _ . after a letter. */
cm_err template_xml_name(struct json_value v, const char *name) {
    for (size_t i = 0; name[i] != '\0'; i++) {
        const char c = name[i];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        const bool later = (c >= '0' && c <= '9') || c == '-' || c == '.';
        if (!letter && (i == 0 || !later))
            return json_fail(v, CM_E_FORMAT, "use letters, digits, - _ . after a letter",
                             "'%.40s' cannot name an XML element", name);
    }
    return CM_OK;
}

cm_err template_field_read(struct template_reader *r, struct json_value v, bool named,
                           struct template_field *f) {
    const struct json_value name = json_get(v, "name"), value = json_get(v, "value");
    struct cm_slice text;
    *f = (struct template_field){.name = ""};
    TRY(json_only(v, field_keys, CM_ARRAY_N(field_keys)));
    template_field_plain(r, f);
    if (named || json_present(name)) TRY(json_copy_text(name, 1, f->name, sizeof f->name));
    if (r->t->kind == KIND_XML) TRY(template_xml_name(name, f->name));
    TRY(read_kind(r, v, f));
    TRY(read_characters(r, v, f));
    TRY(read_size(r, v, f));
    TRY(read_padding(v, f));
    TRY(json_text(value, 0, 2000, &text));
    if (f->name[0] == '\0')
        (void)snprintf(f->name, sizeof f->name, "%.*s", (int)(text.len < 60 ? text.len : 60),
                       text.p);
    if (text.len == 0) f->optional = true; /* a column that is always empty is meant to be */
    return template_pattern(r, value, text, f);
}

cm_err template_field_named(struct template_reader *r, struct json_value line, size_t i,
                            struct template_field *f) {
    TRY(template_field_read(r, json_at(line, i), true, f));
    for (size_t j = 0; j < i; j++) {
        struct cm_slice other;
        const struct json_value name = json_get(json_at(line, j), "name");
        TRY(json_text(name, 1, TEMPLATE_NAME_CAP - 1, &other));
        if (slice_equal(other, slice_text(f->name)))
            return json_fail(json_get(json_at(line, i), "name"), CM_E_FORMAT,
                             "give each its own: readers go by names", "'%s' names two fields",
                             f->name);
    }
    return CM_OK;
}

/* ---- Placing it -------------------------------------------------------------------------------
 */

/* The words of one piece where it does not belong; NULL when it does. */
static const char *misplaced(enum template_section section, const struct template_piece *p) {
    if (p->kind == PIECE_VALUE && section != SECTION_RECORD)
        return "each record has its own: it cannot stand outside of records";
    if (p->kind != PIECE_COUNT) return NULL;
    if (section == SECTION_RECORD || section == SECTION_COMPANION)
        return "counts stand in the header and the trailer";
    if (p->which == COUNT_HASH_TOTAL && section == SECTION_HEAD)
        return "the hash total is known at the end: it stands in the trailer";
    return NULL;
}

static cm_err judge_piece(const struct template_reader *r, struct json_value at,
                          const struct template_field *f, const struct template_piece *p) {
    const char *why = misplaced(r->section, p);
    if (why != NULL)
        return json_fail(at, CM_E_FORMAT, why, "field '%.60s' does not belong here", f->name);
    if (p->kind == PIECE_VALUE && p->which == RECORD_PIN && !r->t->wants_pin)
        return json_fail(at, CM_E_FORMAT,
                         "PINs go in their own file: add \"holds\": \"pin\" and send it under the "
                         "PIN's recipient, or leave the PIN out",
                         "field '%.60s' writes the PIN", f->name);
    if (p->kind == PIECE_COUNT && p->which == COUNT_HASH_TOTAL && r->t->hash_value < 0)
        return json_fail(at, CM_E_FORMAT, "add \"hash_total\": \"number\", or another value",
                         "{hash_total} without saying of what");
    return CM_OK;
}

cm_err template_field_place(struct template_reader *r, struct json_value at,
                            const struct template_field *f) {
    struct template *t = r->t;
    for (size_t i = 0; i < f->piece_n; i++)
        TRY(judge_piece(r, at, f, &t->pieces[f->piece + i]));
    if (t->field_n == TEMPLATE_FIELDS_MAX)
        return json_fail(at, CM_E_LIMIT, "write fewer fields", "more than %u fields",
                         TEMPLATE_FIELDS_MAX);
    struct template_field *placed = &t->fields[t->field_n++];
    *placed = *f;
    placed->plain = plain_of(placed->classes);
    placed->before_at = (uint32_t)t->bytes.len;
    placed->before_len = (uint32_t)r->pending.len;
    buffer_put(&t->bytes, r->pending.p, r->pending.len);
    buffer_clear(&r->pending);
    template_count_uses(t, f);
    return buffer_err(&t->bytes);
}
