/* From fields to a file: where separators, quotes, tags and line ends stand in each kind. They
 * become bytes before fields, so that writing is the same for all. It refuses fields where a kind
 * has no place for them. References: RFC 4180 (CSV), XML 1.0 fifth edition, RFC 8259 and
 * jsonlines.org.
 */
#include <stdio.h>

#include "doc/json_write.h"
#include "order/template_inside.h"

/* ---- Parts ------------------------------------------------------------------------------------
 */

void template_part_begin(struct template_reader *r, enum template_section section,
                         struct template_part *part) {
    r->section = section;
    part->field = (uint32_t)r->t->field_n;
}

static size_t field_most(const struct template *t, const struct template_field *f) {
    size_t raw = f->width;
    for (size_t i = 0; i < f->piece_n; i++) {
        const struct template_piece *p = &t->pieces[f->piece + i];
        raw += p->kind == PIECE_TEXT ? p->len : TEMPLATE_TEXT_PIECE_MAX;
    }
    return f->before_len + raw * TEMPLATE_ESCAPE_MAX + 2; /* and two quotes */
}

cm_err template_part_end(struct template_reader *r, struct template_part *part) {
    struct template *t = r->t;
    part->field_n = (uint32_t)t->field_n - part->field;
    part->after_at = (uint32_t)t->bytes.len;
    part->after_len = (uint32_t)r->pending.len;
    part->most = part->after_len;
    buffer_put(&t->bytes, r->pending.p, r->pending.len);
    buffer_clear(&r->pending);
    for (size_t i = 0; i < part->field_n; i++)
        part->most += field_most(t, &t->fields[part->field + i]);
    return buffer_err(&t->bytes);
}

static cm_err say(struct template_reader *r, struct json_value at, const char *text) {
    return template_literal(r, at, slice_text(text));
}

/* ---- CSV --------------------------------------------------------------------------------------
 */

static cm_err csv_place(struct template_reader *r, struct json_value at, size_t i,
                        const struct template_field *f) {
    const char separator[] = {r->separator, '\0'}, quote[] = {r->quote, '\0'};
    const bool quoted = f->escape == ESCAPE_CSV_ALWAYS;
    if (i > 0) TRY(say(r, at, separator));
    if (quoted) TRY(say(r, at, quote));
    TRY(template_field_place(r, at, f));
    return quoted ? say(r, at, quote) : CM_OK;
}

static cm_err csv_line(struct template_reader *r, struct json_value line, size_t n, bool named) {
    for (size_t i = 0; i < n; i++) {
        struct template_field f;
        TRY(named ? template_field_named(r, line, i, &f)
                  : template_field_read(r, json_at(line, i), false, &f));
        if (n == 1 && f.optional && named)
            return json_fail(json_at(line, i), CM_E_FORMAT, "leave out \"optional\"",
                             "the only column may be empty: readers skip empty lines");
        TRY(csv_place(r, json_at(line, i), i, &f));
    }
    return say(r, line, r->eol);
}

/* The names of the columns, as a line of texts in the dialect of the others. */
static cm_err csv_names(struct template_reader *r, struct json_value fields, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const struct json_value at = json_get(json_at(fields, i), "name");
        struct template_field f = {.name = ""};
        struct cm_slice name;
        TRY(json_text(at, 1, TEMPLATE_NAME_CAP - 1, &name));
        template_field_plain(r, &f);
        memcpy(f.name, name.p, name.len);
        f.piece = (uint32_t)r->t->piece_n;
        if (r->t->piece_n == TEMPLATE_PIECES_MAX)
            return json_fail(at, CM_E_LIMIT, "write fewer fields", "too many texts");
        r->t->pieces[r->t->piece_n++] = (struct template_piece){
            .kind = PIECE_TEXT, .at = (uint32_t)r->t->bytes.len, .len = (uint32_t)name.len};
        buffer_put(&r->t->bytes, name.p, name.len);
        f.piece_n = 1;
        TRY(csv_place(r, at, i, &f));
    }
    return say(r, fields, r->eol);
}

/* ---- Fixed width ------------------------------------------------------------------------------
 */

static cm_err fixed_line(struct template_reader *r, struct json_value line, size_t n, bool named) {
    for (size_t i = 0; i < n; i++) {
        struct template_field f;
        TRY(template_field_read(r, json_at(line, i), named, &f));
        TRY(template_field_place(r, json_at(line, i), &f));
    }
    return say(r, line, r->eol);
}

/* ---- JSON lines -------------------------------------------------------------------------------
 */

static cm_err json_key(struct template_reader *r, struct json_value at, const char *name) {
    CM_CLEANUP(buffer_free) struct buffer key = BUFFER_INIT;
    struct json_writer w = json_writer_into(&key, false);
    json_put_cstr(&w, NULL, name);
    TRY(buffer_err(&key));
    TRY(template_literal(r, at, buffer_slice(&key)));
    return say(r, at, ":");
}

static cm_err jsonl_line(struct template_reader *r, struct json_value line, size_t n) {
    for (size_t i = 0; i < n; i++) {
        struct template_field f;
        const struct json_value at = json_at(line, i);
        TRY(template_field_named(r, line, i, &f));
        TRY(say(r, at, i == 0 ? "{" : ","));
        TRY(json_key(r, at, f.name));
        if (!f.number) TRY(say(r, at, "\""));
        TRY(template_field_place(r, at, &f));
        if (!f.number) TRY(say(r, at, "\""));
    }
    TRY(say(r, line, "}"));
    return say(r, line, r->eol);
}

/* ---- XML --------------------------------------------------------------------------------------
 */

static cm_err xml_attribute(struct template_reader *r, struct json_value at,
                            const struct template_field *f) {
    TRY(say(r, at, " "));
    TRY(say(r, at, f->name));
    TRY(say(r, at, "=\""));
    TRY(template_field_place(r, at, f));
    return say(r, at, "\"");
}

static cm_err xml_child(struct template_reader *r, struct json_value at,
                        const struct template_field *f) {
    TRY(say(r, at, "<"));
    TRY(say(r, at, f->name));
    TRY(say(r, at, ">"));
    TRY(template_field_place(r, at, f));
    TRY(say(r, at, "</"));
    TRY(say(r, at, f->name));
    return say(r, at, ">");
}

/* One element with its attributes, then its children; a line of its own. */
static cm_err xml_element(struct template_reader *r, struct json_value line, size_t n,
                          const char *element) {
    bool open = true; /* attributes may still follow */
    TRY(say(r, line, "<"));
    TRY(say(r, line, element));
    for (size_t i = 0; i < n; i++) {
        struct template_field f;
        const struct json_value at = json_at(line, i);
        TRY(template_field_named(r, line, i, &f));
        if (f.attribute && !open)
            return json_fail(at, CM_E_FORMAT, "move attributes before elements",
                             "attribute '%s' stands behind an element", f.name);
        if (!f.attribute && open) TRY(say(r, at, ">"));
        open = open && f.attribute;
        TRY(f.attribute ? xml_attribute(r, at, &f) : xml_child(r, at, &f));
    }
    TRY(say(r, line, open ? "/>" : "</"));
    if (!open) TRY(say(r, line, element));
    if (!open) TRY(say(r, line, ">"));
    return say(r, line, r->eol);
}

static cm_err xml_name(struct json_value root, const char *key, const char *usual,
                       char out[TEMPLATE_NAME_CAP]) {
    (void)snprintf(out, TEMPLATE_NAME_CAP, "%s", usual);
    if (!json_present(json_get(root, key))) return CM_OK;
    TRY(json_copy_text(json_get(root, key), 1, out, TEMPLATE_NAME_CAP));
    return template_xml_name(json_get(root, key), out);
}

static cm_err xml_begin(struct template_reader *r, struct json_value root) {
    char name[TEMPLATE_NAME_CAP];
    struct cm_slice space = {NULL, 0};
    const struct json_value v = json_get(root, "namespace");
    if (json_present(v)) TRY(json_text(v, 1, 200, &space));
    for (size_t i = 0; i < space.len; i++)
        if (space.p[i] <= ' ' || space.p[i] > '~' || strchr("\"<>&", space.p[i]) != NULL)
            return json_fail(v, CM_E_FORMAT, "give a URI", "the namespace is no URI");
    TRY(xml_name(root, "root", "order", name));
    TRY(say(r, root, "<?xml version=\"1.0\" encoding=\""));
    TRY(say(r, root, charset_iana(r->t->charset)));
    TRY(say(r, root, "\"?>"));
    TRY(say(r, root, r->eol));
    TRY(say(r, root, "<"));
    TRY(say(r, root, name));
    if (space.len > 0) TRY(say(r, root, " xmlns=\""));
    TRY(template_literal(r, v, space));
    if (space.len > 0) TRY(say(r, root, "\""));
    TRY(say(r, root, ">"));
    return say(r, root, r->eol);
}

static cm_err xml_end(struct template_reader *r, struct json_value root) {
    char name[TEMPLATE_NAME_CAP];
    TRY(xml_name(root, "root", "order", name));
    TRY(say(r, root, "</"));
    TRY(say(r, root, name));
    TRY(say(r, root, ">"));
    return say(r, root, r->eol);
}

/* ---- Free text --------------------------------------------------------------------------------
 */

/* Fields that are named before they are used, in head, record and tail alike. */
static cm_err text_declare(struct template_reader *r, struct json_value root) {
    const struct json_value fields = json_get(root, "fields");
    size_t n = 0;
    if (!json_present(fields)) return CM_OK;
    TRY(json_items(fields, 1, DECLARED_MAX, &n));
    for (size_t i = 0; i < n; i++) {
        const struct json_value at = json_at(fields, i);
        struct template_field *f = &r->declared[i];
        TRY(template_field_read(r, at, true, f));
        if (template_is_word(r, f->name))
            return json_fail(json_get(at, "name"), CM_E_FORMAT, "choose a name of your own",
                             "{%s} means something already", f->name);
        r->declared_n = i + 1;
    }
    return CM_OK;
}

static cm_err text_line(struct template_reader *r, struct json_value line) {
    struct cm_slice text;
    TRY(json_text(line, 0, TEMPLATE_LINE_MAX, &text));
    TRY(template_text(r, line, text));
    return say(r, line, r->eol);
}

/* ---- All kinds --------------------------------------------------------------------------------
 */

/* A line of header or trailer. */
static cm_err extra_line(struct template_reader *r, struct json_value line, const char *element) {
    size_t n = 0;
    if (r->t->kind == KIND_TEXT) return text_line(r, line);
    TRY(json_items(line, 1, TEMPLATE_FIELDS_MAX, &n));
    if (r->t->kind == KIND_CSV) return csv_line(r, line, n, false);
    if (r->t->kind == KIND_FIXED) return fixed_line(r, line, n, false);
    if (r->t->kind == KIND_XML) return xml_element(r, line, n, element);
    return jsonl_line(r, line, n);
}

static cm_err extra_lines(struct template_reader *r, struct json_value root, const char *key) {
    const struct json_value lines = json_get(root, key);
    size_t n = 0;
    if (!json_present(lines)) return CM_OK;
    TRY(json_items(lines, 1, r->t->kind == KIND_XML ? 1 : TEMPLATE_LINES_MAX, &n));
    for (size_t i = 0; i < n; i++)
        TRY(extra_line(r, json_at(lines, i), key));
    return CM_OK;
}

static cm_err text_record(struct template_reader *r, struct json_value root) {
    const struct json_value record = json_get(root, "record");
    size_t n = 0;
    TRY(json_items(record, 1, TEMPLATE_LINES_MAX, &n));
    for (size_t i = 0; i < n; i++)
        TRY(text_line(r, json_at(record, i)));
    return CM_OK;
}

static cm_err record_part(struct template_reader *r, struct json_value root) {
    const struct json_value fields = json_get(root, "fields");
    char element[TEMPLATE_NAME_CAP];
    size_t n = 0;
    if (r->t->kind == KIND_TEXT) return text_record(r, root);
    TRY(json_items(fields, 1, TEMPLATE_FIELDS_MAX, &n));
    switch (r->t->kind) {
    case KIND_CSV: return csv_line(r, fields, n, true);
    case KIND_FIXED: return fixed_line(r, fields, n, true);
    case KIND_JSONL: return jsonl_line(r, fields, n);
    case KIND_XML:
        TRY(xml_name(root, "element", "record", element));
        return xml_element(r, fields, n, element);
    case KIND_TEXT:
    default: return CM_E_ARGUMENT;
    }
}

static cm_err head_part(struct template_reader *r, struct json_value root) {
    const struct json_value bom = json_get(root, "bom"), names = json_get(root, "names");
    bool with_bom = false, with_names = true;
    size_t n = 0;
    if (json_present(bom)) TRY(json_bool(bom, &with_bom));
    if (json_present(names)) TRY(json_bool(names, &with_names));
    if (with_bom && r->t->charset != CHARSET_UTF_8)
        return json_fail(bom, CM_E_FORMAT, "leave it out", "only UTF-8 has a byte-order mark");
    if (with_bom) TRY(say(r, bom, "\xEF\xBB\xBF"));
    if (r->t->kind == KIND_XML) TRY(xml_begin(r, root));
    TRY(extra_lines(r, root, "header"));
    if (r->t->kind != KIND_CSV || !with_names) return CM_OK;
    TRY(json_items(json_get(root, "fields"), 1, TEMPLATE_FIELDS_MAX, &n));
    return csv_names(r, json_get(root, "fields"), n);
}

cm_err template_shape(struct template_reader *r, struct json_value root) {
    struct template *t = r->t;
    if (t->kind == KIND_TEXT) TRY(text_declare(r, root));
    template_part_begin(r, SECTION_HEAD, &t->head);
    TRY(head_part(r, root));
    TRY(template_part_end(r, &t->head));
    template_part_begin(r, SECTION_RECORD, &t->record);
    TRY(record_part(r, root));
    TRY(template_part_end(r, &t->record));
    template_part_begin(r, SECTION_TAIL, &t->tail);
    TRY(extra_lines(r, root, "trailer"));
    if (t->kind == KIND_XML) TRY(xml_end(r, root));
    TRY(template_part_end(r, &t->tail));
    return template_companions(r, root);
}
