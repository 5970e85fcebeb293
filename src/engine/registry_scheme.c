/* Scheme documents: added once; later ones may only append values to the lists. */
#include <stdlib.h>
#include <string.h>

#include "codes/scheme_json.h"
#include "engine/registry_inside.h"

static void scheme_freep(struct scheme **s) {
    if (*s == NULL) return;
    scheme_wipe(*s);
    free(*s);
}

static cm_err parse(struct cm_slice text, uint32_t id, struct scheme **out, struct cm_diag *diag) {
    CM_CLEANUP(scheme_freep) struct scheme *s = calloc(1, sizeof *s);
    if (s == NULL) return CM_E_NO_MEMORY;
    scheme_init(s);
    TRY(scheme_json_read(s, text, "scheme", SCHEME_JSON_FROZEN, diag));
    if (id >= TERMS_OF_SET)
        return diag_fail(diag, CM_E_RANGE, s->name, "id", "give it an id below 2147483648",
                         "ids from there on name the terms of batches");
    if (s->numbers.id != id)
        return diag_fail(diag, CM_E_CONFLICT, s->name, NULL, NULL, "its id is %u, not %u",
                         s->numbers.id, id);
    *out = take(&s);
    return CM_OK;
}

static bool lists_grow_only(const struct scheme *old, const struct scheme *new) {
    for (uint8_t a = 0; a < old->numbers.attribute_n; a++) {
        if (new->values[a].n < old->values[a].n) return false;
        for (uint32_t i = 0; i < old->values[a].n; i++)
            if (!slice_equal(values_at(&old->values[a], i), values_at(&new->values[a], i)))
                return false;
    }
    return true;
}

/* The scheme's file without the values of its lists. */
static cm_err format_write(const struct scheme *s, struct buffer *out) {
    struct scheme bare = *s; /* borrows the lists, and shows nothing of them */
    for (size_t a = 0; a < CM_ATTRIBUTES_MAX; a++)
        bare.values[a].n = 0;
    return scheme_json_write(&bare, out);
}

static cm_err check_replacement(const struct scheme *old, const struct scheme *new,
                                struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer before = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer after = BUFFER_INIT;
    TRY(format_write(old, &before));
    TRY(format_write(new, &after));
    if (!slice_equal(buffer_slice(&before), buffer_slice(&after)))
        return diag_fail(diag, CM_E_CONFLICT, old->name, NULL, "make a new scheme instead",
                         "a scheme's format and promise never change");
    if (!lists_grow_only(old, new))
        return diag_fail(diag, CM_E_CONFLICT, old->name, NULL, "only append values",
                         "printed codes hold the places of these values");
    return CM_OK;
}

cm_err scheme_document_check(const struct registry *r, uint32_t id, struct cm_slice text,
                             struct cm_diag *diag) {
    CM_CLEANUP(scheme_freep) struct scheme *s = NULL;
    TRY(parse(text, id, &s, diag));
    TRY(scheme_check(s, diag));
    const struct scheme_entry *old = registry_scheme(r, id);
    if (old != NULL) return check_replacement(old->scheme, s, diag);
    if (registry_scheme_named(r, slice_text(s->name)) != NULL)
        return diag_fail(diag, CM_E_EXISTS, s->name, NULL, "give it another name",
                         "a scheme of this name exists");
    if (s->brand[0] != '\0' && registry_brand_named(r, slice_text(s->brand)) == NULL)
        return diag_fail(diag, CM_E_NOT_FOUND, s->brand, NULL,
                         "make it first: countermark brand add", "no such brand");
    return CM_OK;
}

static cm_err entry_new(const struct registry *r, struct scheme *give_scheme,
                        struct scheme_entry **out) {
    struct scheme_entry *e = calloc(1, sizeof *e);
    if (e == NULL) {
        scheme_wipe(give_scheme);
        free(give_scheme);
        return CM_E_NO_MEMORY;
    }
    e->scheme = give_scheme;
    e->numbers = &give_scheme->numbers;
    e->id = give_scheme->numbers.id;
    e->code_len = cm_scheme_code_len(e->numbers);
    terms_init(&e->terms);
    const struct brand *brand = registry_brand_named(r, slice_text(give_scheme->brand));
    e->brand = brand != NULL ? brand->id : 0;
    const cm_err err = normaliser_init(&e->normaliser, &e->numbers->alphabet, e->code_len,
                                       e->numbers->table_version, NULL);
    if (err != CM_OK) {
        scheme_entry_free(e);
        return err;
    }
    *out = e;
    return CM_OK;
}

cm_err scheme_document_apply(struct registry *r, uint32_t id, struct cm_slice text,
                             struct cm_diag *diag) {
    CM_CLEANUP(scheme_freep) struct scheme *s = NULL;
    TRY(parse(text, id, &s, diag));
    struct scheme_entry *old = registry_scheme(r, id);
    if (old != NULL) {
        scheme_freep(&old->scheme);
        old->scheme = take(&s);
        old->numbers = &old->scheme->numbers;
        return CM_OK;
    }
    struct scheme_entry *entry = NULL;
    TRY(entry_new(r, take(&s), &entry));
    const cm_err err = registry_push((void ***)&r->schemes, &r->scheme_n, entry);
    if (err != CM_OK) scheme_entry_free(entry);
    return err;
}
