/* Documents of imported lists: added once, never replaced; corrections and terms lie over them.
 * Refused: a name that is taken, an unknown brand, a pool of another brand or mode. The files that
 * a document names are opened when the registry lives (registry.h, `legacy_live`); a list whose
 * files are missing or damaged is remembered as such. Format: docs/design/imports.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "engine/registry_inside.h"

#define TEXT_MAX 256u /* bytes of a free text */

static const char *const kind_names[LEGACY_KIND_N] = {"codes", "cards", "aliases"};

const char *legacy_kind_name(enum legacy_kind kind) {
    return (unsigned)kind < LEGACY_KIND_N ? kind_names[kind] : "unknown";
}

struct legacy_document {
    char name[REGISTRY_NAME_CAP], brand[REGISTRY_NAME_CAP];
    bool test;
    uint64_t imported, balance;
    struct legacy_entry entry;
};

/* ---- Reading --------------------------------------------------------------------------------- */

static cm_err parse_hash(struct json_value v, uint8_t out[32]) {
    struct cm_slice hex;
    TRY(json_text(v, 1, 64, &hex));
    if (hex_parse(hex, out, 32) == CM_OK) return CM_OK;
    return json_fail(v, CM_E_FORMAT, NULL, "not 64 hex digits");
}

static cm_err parse_counts(struct json_value root, struct legacy_document *d) {
    TRY(json_u64(json_get(root, "rows"), 1, LEGACY_ROWS_MAX, &d->entry.rows));
    TRY(json_u64(json_get(root, "units"), 1, LEGACY_ROWS_MAX, &d->entry.units));
    TRY(json_u64(json_get(root, "imported"), 1, d->entry.units, &d->imported));
    if (json_present(json_get(root, "balance")))
        TRY(json_u64(json_get(root, "balance"), 0, INT64_MAX, &d->balance));
    TRY(parse_hash(json_get(root, "sha256"), d->entry.index_hash));
    const struct json_value base = json_get(root, "base_sha256");
    d->entry.has_base = json_present(base);
    return d->entry.has_base ? parse_hash(base, d->entry.base_hash) : CM_OK;
}

/* What one kind has and the others have not. */
static cm_err parse_kind(struct json_value root, struct legacy_document *d) {
    size_t kind = 0;
    uint64_t of = 0;
    TRY(json_word(json_get(root, "kind"), kind_names, LEGACY_KIND_N, &kind));
    d->entry.kind = (enum legacy_kind)kind;
    const bool aliases = d->entry.kind == LEGACY_ALIASES;
    if (json_present(json_get(root, "of")) != aliases)
        return json_fail(root, CM_E_FORMAT, NULL,
                         "\"of\" names the pool of aliases, and only that");
    if (aliases) TRY(json_u64(json_get(root, "of"), 1, UINT32_MAX, &of));
    d->entry.of = (uint32_t)of;
    const bool cards = d->entry.kind == LEGACY_CARDS;
    const struct json_value life = json_get(root, "life");
    if (d->entry.has_base != cards || json_present(life) != cards)
        return json_fail(root, CM_E_FORMAT, NULL, "cards, and only cards, have a base and a life");
    return json_present(life) ? life_read(life, &d->entry.life) : CM_OK;
}

static cm_err parse(struct json_value root, struct legacy_document *d) {
    static const char *const keys[] = {"name", "brand",     "mode",     "kind",   "of",
                                       "rows", "units",     "imported", "sha256", "base_sha256",
                                       "life", "normalise", "product",  "gtin",   "balance"};
    static const char *const texts[] = {"product", "gtin"};
    struct cm_slice text;
    TRY(json_only(root, keys, CM_ARRAY_N(keys)));
    TRY(json_copy_text(json_get(root, "name"), 1, d->name, sizeof d->name));
    TRY(json_copy_text(json_get(root, "brand"), 1, d->brand, sizeof d->brand));
    TRY(json_mode(json_get(root, "mode"), &d->test));
    TRY(parse_counts(root, d));
    TRY(parse_kind(root, d));
    for (size_t i = 0; i < CM_ARRAY_N(texts); i++)
        if (json_present(json_get(root, texts[i])))
            TRY(json_text(json_get(root, texts[i]), 0, TEXT_MAX, &text));
    return legacy_rule_json(json_get(root, "normalise"), &d->entry.rule);
}

/* ---- May it stand here? ---------------------------------------------------------------------- */

static cm_err check_pool(const struct registry *r, const struct legacy_document *d,
                         struct json_value root) {
    if (d->entry.kind != LEGACY_ALIASES) return CM_OK;
    const struct set_entry *pool = registry_set(r, d->entry.of);
    const struct brand *brand = registry_brand_named(r, slice_text(d->brand));
    if (pool == NULL || pool->set.kind != SET_POOL)
        return json_fail(json_get(root, "of"), CM_E_NOT_FOUND, NULL, "no pool has number %u",
                         d->entry.of);
    if (pool->set.test == d->test && brand != NULL && pool->set.brand == brand->id) return CM_OK;
    return json_fail(json_get(root, "of"), CM_E_CONFLICT, "TEST and LIVE, and brands, stay apart",
                     "pool %s is of another mode or brand", pool->name);
}

cm_err legacy_document_check(const struct registry *r, uint32_t id, struct cm_slice text,
                             struct cm_diag *diag) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct legacy_document d = {.imported = 0};
    TRY(json_doc_new(&doc, text, "import", &JSON_LIMITS_DEFAULT, diag));
    const struct json_value root = json_root(doc);
    TRY(parse(root, &d));
    if (id >= REGISTRY_SETS_MAX || registry_set(r, id) != NULL)
        return json_fail(root, CM_E_EXISTS, "import under a new name",
                         "number %u is taken or too large", id);
    if (registry_set_named(r, slice_text(d.name)) != NULL)
        return json_fail(json_get(root, "name"), CM_E_EXISTS, "give it another name",
                         "a batch, pool or list named '%s' exists", d.name);
    if (registry_brand_named(r, slice_text(d.brand)) == NULL)
        return json_fail(json_get(root, "brand"), CM_E_NOT_FOUND,
                         "make it first: countermark brand add", "no brand is named '%s'", d.brand);
    return check_pool(r, &d, root);
}

/* ---- Applying -------------------------------------------------------------------------------- */

void legacy_entry_free(struct legacy_entry *e) {
    if (e == NULL) return;
    legacy_close(e->files);
    free(e);
}

#define REMEDY "bring this file back from a backup, and restart a daemon"

static cm_err open_files(const struct registry *r, const struct set_entry *s,
                         struct cm_diag *diag) {
    struct legacy_entry *e = s->legacy;
    struct legacy_wanted wanted = {.folder = r->legacy_folder,
                                   .set = s->set.number,
                                   .rows = e->rows,
                                   .units = e->units,
                                   .has_base = e->has_base};
    memcpy(wanted.workspace_id, r->workspace_id, sizeof wanted.workspace_id);
    memcpy(wanted.index_hash, e->index_hash, sizeof wanted.index_hash);
    memcpy(wanted.base_hash, e->base_hash, sizeof wanted.base_hash);
    return legacy_open(&e->files, &wanted, diag);
}

/* A list that cannot be read must not keep everything else from opening: it is remembered, and what
 * needs it is refused. What fails by want of memory or in the crypto library is no damage. */
static cm_err open_or_remember(const struct registry *r, struct set_entry *s,
                               struct cm_diag *diag) {
    struct cm_diag why = DIAG_INIT;
    char line[2 * DIAG_PART_CAP];
    const cm_err err = open_files(r, s, &why);
    if (err == CM_OK) return CM_OK;
    if (err == CM_E_NO_MEMORY || err == CM_E_CRYPTO || err == CM_E_RANGE)
        return diag_fail(diag, err, why.input, why.place, why.remedy, "%s", why.problem);
    diag_set(&why, r->legacy_folder, NULL, NULL, "its files cannot be read");
    (void)snprintf(why.place, sizeof why.place, "imported list '%s'", s->name);
    (void)snprintf(why.remedy, sizeof why.remedy, REMEDY);
    (void)diag_text(&why, err, line, sizeof line);
    log_event(LOG_ERROR, "%s", line);
    s->legacy->damage = why;
    return CM_OK;
}

bool registry_list_damaged(const struct set_entry *list, struct cm_diag *why) {
    const struct legacy_entry *e = list->legacy;
    char place[DIAG_PART_CAP];
    if (e == NULL) return false;
    if (e->damage.problem[0] != '\0') *why = e->damage;
    if (e->files == NULL) return e->damage.problem[0] != '\0';
    const char *changed = legacy_changed(e->files);
    if (changed == NULL) return false;
    (void)snprintf(place, sizeof place, "imported list '%s'", list->name);
    *why = (struct cm_diag)DIAG_INIT;
    diag_set(why, changed, place, REMEDY, "some of its rows are not as imported");
    return true;
}

const struct set_entry *registry_damaged_list(const struct registry *r, struct cm_diag *why) {
    for (uint32_t i = 1; i < r->set_n && r->legacy_n > 0; i++)
        if (r->sets[i] != NULL && registry_list_damaged(r->sets[i], why)) return r->sets[i];
    return NULL;
}

cm_err legacy_document_apply(struct registry *r, uint32_t id, struct cm_slice text,
                             struct cm_diag *diag) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    CM_CLEANUP(set_entry_freep) struct set_entry *s = NULL;
    struct legacy_document d = {.imported = 0};
    TRY(json_doc_new(&doc, text, "import", &JSON_LIMITS_DEFAULT, diag));
    TRY(parse(json_root(doc), &d));
    if (registry_set(r, id) != NULL) return CM_E_CORRUPT;
    s = calloc(1, sizeof *s);
    if (s == NULL) return CM_E_NO_MEMORY;
    terms_init(&s->terms);
    s->legacy = calloc(1, sizeof *s->legacy);
    if (s->legacy == NULL) return CM_E_NO_MEMORY;
    *s->legacy = d.entry;
    memcpy(s->name, d.name, sizeof s->name);
    memcpy(s->legacy->brand, d.brand, sizeof s->legacy->brand);
    const struct brand *brand = registry_brand_named(r, slice_text(d.brand));
    s->set = (struct set){.number = id,
                          .kind = SET_LEGACY,
                          .of = d.entry.of != 0 ? d.entry.of : id,
                          .brand = brand != NULL ? brand->id : 0,
                          .test = d.test,
                          .key_version = LEGACY_KEY_VERSION,
                          .quantity = d.imported,
                          .counters = {.balance = d.balance, .loaded = d.balance},
                          .counters_dirty = d.balance > 0,
                          .life = d.entry.life.on ? &s->legacy->life : NULL};
    buffer_put(&s->document, text.p, text.len);
    TRY(buffer_err(&s->document));
    TRY(set_refresh(r, s));
    if (r->legacy_live) TRY(open_or_remember(r, s, diag));
    TRY(registry_set_room(r, id));
    r->sets[id] = take(&s);
    r->legacy_n++;
    return CM_OK;
}
