/* Files that a format makes once beside its records, as the layout of a card: a name and lines in
 * which constants may stand. It refuses values of records there.
 */
#include "order/template_inside.h"

#define COMPANION_LINES_MAX 400u

static cm_err lines_of(struct template_reader *r, struct json_value v) {
    const struct json_value lines = json_get(v, "lines");
    size_t n = 0;
    TRY(json_items(lines, 1, COMPANION_LINES_MAX, &n));
    for (size_t i = 0; i < n; i++) {
        struct cm_slice line;
        TRY(json_text(json_at(lines, i), 0, TEMPLATE_LINE_MAX, &line));
        TRY(template_text(r, json_at(lines, i), line));
        TRY(template_literal(r, json_at(lines, i), slice_text(r->eol)));
    }
    return CM_OK;
}

static cm_err read_one(struct template_reader *r, struct json_value v,
                       struct template_companion *out) {
    static const char *const keys[] = {"file", "escape", "lines"};
    static const char *const escapes[] = {"none", "xml"};
    const struct json_value escape = json_get(v, "escape");
    struct cm_slice name;
    size_t word = 0;
    TRY(json_only(v, keys, CM_ARRAY_N(keys)));
    if (json_present(escape)) TRY(json_word(escape, escapes, CM_ARRAY_N(escapes), &word));
    TRY(json_text(json_get(v, "file"), 1, TEMPLATE_NAME_CAP - 1, &name));
    r->escape = ESCAPE_NONE;
    template_part_begin(r, SECTION_COMPANION, &out->name);
    TRY(template_text(r, json_get(v, "file"), name));
    TRY(template_part_end(r, &out->name));
    r->escape = word == 1 ? ESCAPE_XML : ESCAPE_NONE;
    template_part_begin(r, SECTION_COMPANION, &out->body);
    TRY(lines_of(r, v));
    return template_part_end(r, &out->body);
}

cm_err template_companions(struct template_reader *r, struct json_value root) {
    const struct json_value all = json_get(root, "companions");
    size_t n = 0;
    if (!json_present(all)) return CM_OK;
    TRY(json_items(all, 1, TEMPLATE_COMPANIONS_MAX, &n));
    r->declared_n = 0; /* its lines have no formatted fields, whatever the records have */
    for (size_t i = 0; i < n; i++)
        TRY(read_one(r, json_at(all, i), &r->t->companions[i]));
    r->t->companion_n = n;
    return CM_OK;
}
