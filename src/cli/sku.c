/* Schemes are few and this is asked once a run: every document is read. */
#include "cli/sku.h"

#include "base/macros.h"
#include "codes/scheme_json.h"
#include "doc/json.h"
#include "doc/json_write.h"

#define ATTRIBUTE "sku"
#define LIST_MAX  (1u << 26) /* bytes of the list of schemes */

static const struct json_limits limits = {.text_max = LIST_MAX, .depth_max = JSON_DEPTH_MAX};

static cm_err list_has(struct json_value values, const char *value, bool *has) {
    size_t n = 0;
    TRY(json_items(values, 0, SIZE_MAX, &n));
    for (size_t i = 0; i < n; i++) {
        struct cm_slice text;
        TRY(json_text(json_at(values, i), 0, LIST_MAX, &text));
        *has |= slice_equal(text, slice_text(value));
    }
    return CM_OK;
}

cm_err sku_has(struct cm_slice document, const char *attribute, const char *value, bool *has,
               struct cm_diag *diag) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    size_t n = 0;
    bool found = false;
    TRY(json_doc_new(&doc, document, "scheme", &limits, diag));
    const struct json_value attributes = json_get(json_root(doc), "attributes");
    if (json_present(attributes)) TRY(json_items(attributes, 0, SIZE_MAX, &n));
    for (size_t i = 0; i < n; i++) {
        struct cm_slice name;
        TRY(json_text(json_get(json_at(attributes, i), "name"), 1, LIST_MAX, &name));
        if (!slice_equal(name, slice_text(attribute))) continue;
        if (value == NULL)
            found = true;
        else
            TRY(list_has(json_get(json_at(attributes, i), "values"), value, &found));
    }
    *has = found;
    return CM_OK;
}

cm_err sku_document(struct session *s, const char *scheme, struct buffer *out,
                    struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct json_writer w = json_writer_into(&args, false);
    struct cm_slice text;
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "scheme", scheme);
    json_object_end(&w);
    TRY(buffer_err(&args));
    TRY(session_act(s, "scheme.show", buffer_slice(&args), &result, diag));
    TRY(json_doc_new(&doc, buffer_slice(&result), "scheme.show", &limits, diag));
    TRY(json_text(json_get(json_root(doc), "text"), 1, LIST_MAX, &text));
    buffer_put(out, text.p, text.len);
    return buffer_err(out);
}

static cm_err has_sku(struct session *s, const char *scheme, const char *sku, bool *has,
                      struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer document = BUFFER_INIT;
    TRY(sku_document(s, scheme, &document, diag));
    return sku_has(buffer_slice(&document), ATTRIBUTE, sku, has, diag);
}

cm_err sku_scheme(struct session *s, const char *sku, char out[static SCHEME_NAME_CAP],
                  struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer result = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    char name[SCHEME_NAME_CAP], found[SCHEME_NAME_CAP] = "";
    size_t n = 0;
    TRY(session_act(s, "scheme.list", slice_text("{}"), &result, diag));
    TRY(json_doc_new(&doc, buffer_slice(&result), "scheme.list", &limits, diag));
    const struct json_value schemes = json_get(json_root(doc), "schemes");
    TRY(json_items(schemes, 0, SIZE_MAX, &n));
    for (size_t i = 0; i < n; i++) {
        bool has = false;
        TRY(json_copy_text(json_get(json_at(schemes, i), "name"), 1, name, sizeof name));
        TRY(has_sku(s, name, sku, &has, diag));
        if (!has) continue;
        if (found[0] != '\0')
            return diag_fail(diag, CM_E_CONFLICT, "--sku", NULL, "say which: --scheme NAME",
                             "'%s' and '%s' both have '%.60s'", found, name, sku);
        memcpy(found, name, sizeof found);
    }
    if (found[0] == '\0')
        return diag_fail(diag, CM_E_NOT_FOUND, "--sku", NULL,
                         "add it: countermark scheme append SCHEME --attribute sku VALUE",
                         "no scheme has '%.60s' in its list of sku", sku);
    memcpy(out, found, sizeof found);
    return CM_OK;
}
