/* Terms: what may change about codes that are printed already, of a scheme or of one batch. */
#include <string.h>

#include "base/macros.h"
#include "vault/acts_inside.h"

/* The number that terms are kept under: "scheme" or "batch", just one of them. */
static cm_err subject(struct act *a, uint32_t *id, char name[REGISTRY_NAME_CAP]) {
    struct found_scheme scheme;
    struct found_set set;
    const bool of_scheme = json_present(json_get(a->args, "scheme"));
    if (of_scheme == json_present(json_get(a->args, "batch")))
        return diag_fail(a->diag, CM_E_ARGUMENT, NULL, NULL, "give one of the two",
                         "terms belong to a scheme or to a batch");
    if (of_scheme) {
        TRY(act_scheme(a, "scheme", &scheme));
        *id = scheme.id;
        memcpy(name, scheme.name, REGISTRY_NAME_CAP);
        return CM_OK;
    }
    TRY(act_set(a, "batch", &set));
    *id = TERMS_OF_SET | set.set.number;
    memcpy(name, set.name, REGISTRY_NAME_CAP);
    return CM_OK;
}

static cm_err terms_set(struct act *a) {
    char name[REGISTRY_NAME_CAP];
    struct cm_slice text;
    uint32_t id = 0;
    TRY(subject(a, &id, name));
    TRY(json_text(json_get(a->args, "document"), 2, ACT_ARGS_MAX, &text));
    TRY(engine_document(a->ctx->engine, DOCUMENT_TERMS, &id, a->ctx->actor, text, a->diag));
    json_put_cstr(a->out, "terms_of", name);
    return CM_OK;
}

struct terms_read {
    uint32_t id;
    struct buffer *out;
};

static cm_err read_terms(void *ctx, const struct registry *r) {
    const struct terms_read *t = ctx;
    const struct terms *terms = NULL;
    if ((t->id & TERMS_OF_SET) == 0) {
        terms = &registry_scheme(r, t->id)->terms;
    } else {
        const struct set_entry *s = registry_set(r, t->id & ~TERMS_OF_SET);
        terms = registry_terms(r, s);
    }
    return terms_json_write(terms, t->out);
}

static cm_err terms_show(struct act *a) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    char name[REGISTRY_NAME_CAP];
    struct terms_read t = {.out = &text};
    TRY(subject(a, &t.id, name));
    TRY(engine_read(a->ctx->engine, read_terms, &t));
    json_put_text(a->out, "text", buffer_slice(&text));
    return CM_OK;
}

const struct act_entry acts_terms[] = {
    {"terms.set", terms_set, {"scheme", "batch", "document"}},
    {"terms.show", terms_show, {"scheme", "batch"}},
    {NULL, NULL, {NULL}},
};
