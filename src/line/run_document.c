/* Run documents, read strictly where the line needs them. Reference: run_document.h. */
#include "line/run_document.h"

#include <string.h>

#include "base/macros.h"
#include "line/kinds.h"

static bool stands(struct json_value v) {
    const enum json_kind kind = json_kind_of(v);
    return kind != JSON_KIND_ABSENT && kind != JSON_KIND_NULL;
}

static cm_err number(struct json_value v, const char *key, uint64_t max, uint64_t *out) {
    const struct json_value member = json_get(v, key);
    return stands(member) ? json_u64(member, 0, max, out) : CM_OK;
}

/* {"name", "text"}: a template or a protocol. */
static cm_err read_file(struct json_value v, char *name, size_t cap, struct cm_slice *text) {
    if (!stands(v)) return CM_OK;
    if (stands(json_get(v, "name"))) TRY(json_copy_text(json_get(v, "name"), 0, name, cap));
    if (stands(json_get(v, "text"))) TRY(json_text(json_get(v, "text"), 0, SIZE_MAX, text));
    return CM_OK;
}

cm_err run_document_read(struct json_value v, struct run_document *out) {
    static const char *const wishes[] = {"run", "pause", "stop", "closed"};
    struct run_document d = {.number = 0};
    char ignored[RUN_NAME_CAP] = "";
    uint64_t n = 0;
    size_t wish = 0;
    TRY(number(v, "number", UINT32_MAX, &n));
    d.number = (uint32_t)n;
    TRY(json_copy_text(json_get(v, "name"), 1, d.name, sizeof d.name));
    if (stands(json_get(v, "line")))
        TRY(json_copy_text(json_get(v, "line"), 0, d.line, sizeof d.line));
    TRY(json_copy_text(json_get(v, "printer"), 1, d.printer, sizeof d.printer));
    TRY(read_file(json_get(v, "template"), d.template_name, sizeof d.template_name,
                  &d.template_text));
    TRY(read_file(json_get(v, "protocol"), ignored, sizeof ignored, &d.protocol_text));
    TRY(number(v, "window", RUN_WINDOW_MAX, &d.window));
    TRY(number(v, "rate", RUN_RATE_MAX, &d.rate));
    TRY(number(v, "resumed", INT64_MAX, &d.resumed));
    TRY(number(v, "settled", INT64_MAX, &d.settled));
    TRY(json_word(json_get(v, "wish"), wishes, CM_ARRAY_N(wishes), &wish));
    d.wish = (enum line_wish)wish;
    if (stands(json_get(v, "why"))) TRY(json_text(json_get(v, "why"), 0, SIZE_MAX, &d.why));
    *out = d;
    return CM_OK;
}

cm_err run_document_driver(const struct run_document *d, const char *kind,
                           struct driver_options *out, struct cm_diag *diag) {
    struct driver_options o = {.kind = kind_named(kind), .window = (size_t)d->window};
    if (o.kind == NULL)
        return diag_fail(diag, CM_E_UNSUPPORTED, d->printer, "",
                         "see `countermark run start --help`", "no language of that name");
    memcpy(o.fields, fields_names, sizeof fields_names);
    if (o.kind == &kind_sppl || o.kind == &kind_wsi) o.fields[1] = NULL; /* one text: the code */
    o.template_name = d->template_name[0] == '\0' ? NULL : d->template_name;
    o.template_text = d->template_text;
    o.name = d->name;
    o.address = d->printer;
    if (o.kind == &kind_raw) {
        if (d->protocol_text.len == 0)
            return diag_fail(diag, CM_E_FORMAT, d->printer, "",
                             "name its protocol: --protocol FILE",
                             "a raw printer speaks no language of its own");
        o.template_text = d->protocol_text;
    }
    *out = o;
    return CM_OK;
}
