/* The table of acts and the look-ups they share. Each look-up copies what it found: nothing of the
 * registry is held while the engine works. */
#include "vault/acts.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/macros.h"
#include "base/nearest.h"
#include "codes/scheme_json.h"
#include "engine/imports.h"
#include "vault/acts_inside.h"

#define PATH_CAP 4096u
#define NOTE_CAP 512u /* bytes of a note in the ledger */

static const struct act_entry *find_act(struct cm_slice name) {
    static const struct act_entry *const tables[] = {
        acts_agent,         acts_card,          acts_alias,         acts_stock,
        acts_access,        acts_backup,        acts_batch,         acts_cards,
        acts_phase,         acts_prize,         acts_key,           acts_look,
        acts_mint,          acts_scheme,        acts_terms,         acts_run,
        acts_run_show,      acts_run_close,     acts_run_verify,    acts_line,
        acts_lend,          acts_import,        acts_order_signer,  acts_order,
        acts_order_release, acts_order_receive, acts_operator,      acts_ticket,
        acts_ticket_issuer, acts_ticket_verify, acts_ticket_device, acts_ticket_revoke,
        acts_ticket_sync};
    for (size_t t = 0; t < CM_ARRAY_N(tables); t++)
        for (const struct act_entry *e = tables[t]; e->name != NULL; e++)
            if (slice_equal(slice_text(e->name), name)) return e;
    return NULL;
}

/* Whoever drives printers asks for units and reports; nobody else does, and it nothing else. */
static bool may(const struct act_context *ctx, struct cm_slice name) {
    static const char line[] = "line.";
    const bool is_line = name.len >= sizeof line - 1 && memcmp(name.p, line, sizeof line - 1) == 0;
    return ctx->line == is_line;
}

static cm_err run(const struct act_entry *entry, struct act_context *ctx, struct cm_slice args,
                  struct buffer *result, struct cm_diag *diag) {
    static const struct json_limits limits = {.text_max = ACT_ARGS_MAX,
                                              .depth_max = JSON_DEPTH_MAX};
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct json_writer w = json_writer_into(result, false);
    struct act a = {.ctx = ctx, .out = &w, .diag = diag};
    a.now_unix_ms = ctx->now_ms != 0 ? ctx->now_ms : clock_now_ms(clock_wall());
    a.now_unix_s = a.now_unix_ms / 1000;
    TRY(json_doc_new(&doc, args, entry->name, &limits, diag));
    a.args = json_root(doc);
    size_t keys = 0;
    while (keys < ACT_KEYS_MAX && entry->keys[keys] != NULL)
        keys++;
    TRY(json_only(a.args, entry->keys, keys));
    json_object_begin(&w, NULL);
    TRY(entry->fn(&a));
    json_object_end(&w);
    return buffer_err(result);
}

cm_err act_dry(const struct act *a, bool *dry) {
    const struct json_value v = json_get(a->args, "dry_run");
    *dry = false;
    return json_present(v) ? json_bool(v, dry) : CM_OK;
}

cm_err act_run(struct act_context *ctx, struct cm_slice name, struct cm_slice args,
               struct buffer *result, struct cm_diag *diag) {
    const struct act_entry *entry = find_act(name);
    const size_t before = result->len;
    if (entry == NULL)
        return diag_fail(diag, CM_E_UNSUPPORTED, "act", NULL,
                         "use the command line and the daemon of one version", "no such act");
    if (!may(ctx, name))
        return diag_fail(diag, CM_E_DENIED, "act", NULL, NULL,
                         "line.* is for those who drive printers, the rest for operators");
    const cm_err err = run(entry, ctx, args, result, diag);
    if (err != CM_OK) result->len = before;
    if (!ctx->keyed) cm_ignore(engine_blame_list(ctx->engine, err, diag)); /* names a path */
    return err;
}

/* ---- Look-ups -------------------------------------------------------------------------------- */

struct look {
    struct act *a;
    const char *key;
    void *out;
    struct cm_slice name;
};

static cm_err look(struct act *a, const char *key, registry_reader *read, void *out) {
    struct look l = {.a = a, .key = key, .out = out};
    TRY(json_text(json_get(a->args, key), 1, REGISTRY_NAME_CAP, &l.name));
    return engine_read(a->ctx->engine, read, &l);
}

/* Names that may have been meant. */
struct names {
    const char **p;
    size_t n, cap;
};

static void names_free(struct names *n) { free(n->p); }

/* No room is no matter: a remedy is poorer by a word. */
static void add_name(struct names *n, const char *name) {
    if (n->n < n->cap) n->p[n->n++] = name;
}

static void names_begin(struct names *n, size_t cap) {
    n->p = calloc(cap + 1, sizeof *n->p);
    n->cap = n->p != NULL ? cap : 0;
}

/* A caller with a key learns no names, not even of what it asked nearly for. */
static cm_err missing(const struct look *l, const char *what, const char *remedy,
                      const struct names *names) {
    char typed[REGISTRY_NAME_CAP + 1] = "", said[DIAG_PART_CAP];
    memcpy(typed, l->name.p, l->name.len < REGISTRY_NAME_CAP ? l->name.len : REGISTRY_NAME_CAP);
    const char *near =
        names->n > 0 && !l->a->ctx->keyed ? nearest_word(typed, names->p, names->n) : NULL;
    if (near != NULL && remedy != NULL)
        (void)snprintf(said, sizeof said, "did you mean '%s'? %s", near, remedy);
    else if (near != NULL)
        (void)snprintf(said, sizeof said, "did you mean '%s'?", near);
    return diag_fail(l->a->diag, CM_E_NOT_FOUND, NULL, NULL, near != NULL ? said : remedy,
                     "no %s is named '%s'", what, typed);
}

/* Sets of one kind, or of all. */
static cm_err missing_set(const struct look *l, const struct registry *r, int kind,
                          const char *what, const char *remedy) {
    CM_CLEANUP(names_free) struct names names = {.n = 0};
    names_begin(&names, r->set_n);
    for (uint32_t i = 1; i < r->set_n; i++)
        if (r->sets[i] != NULL && (kind < 0 || (int)r->sets[i]->set.kind == kind))
            add_name(&names, r->sets[i]->name);
    return missing(l, what, remedy, &names);
}

static cm_err missing_scheme(const struct look *l, const struct registry *r) {
    CM_CLEANUP(names_free) struct names names = {.n = 0};
    names_begin(&names, r->scheme_n);
    for (size_t i = 0; i < r->scheme_n; i++)
        add_name(&names, r->schemes[i]->scheme->name);
    return missing(l, "scheme", "'countermark scheme list' shows them", &names);
}

static cm_err missing_door(const struct look *l, const struct registry *r) {
    CM_CLEANUP(names_free) struct names names = {.n = 0};
    names_begin(&names, r->door_n);
    for (size_t i = 0; i < r->door_n; i++)
        add_name(&names, r->doors[i]->name);
    return missing(l, "door", "'countermark door list' shows them", &names);
}

static cm_err missing_brand(const struct look *l, const struct registry *r) {
    CM_CLEANUP(names_free) struct names names = {.n = 0};
    names_begin(&names, r->brand_n);
    for (size_t i = 0; i < r->brand_n; i++)
        add_name(&names, r->brands[i]->name);
    return missing(l, "brand", "'countermark brand list' shows them", &names);
}

static cm_err read_scheme(void *ctx, const struct registry *r) {
    const struct look *l = ctx;
    struct found_scheme *out = l->out;
    const struct scheme_entry *s = registry_scheme_named(r, l->name);
    if (s == NULL) return missing_scheme(l, r);
    *out = (struct found_scheme){.id = s->id,
                                 .brand = s->brand,
                                 .test = s->numbers->test,
                                 .key_version_first = s->numbers->key_version_first};
    memcpy(out->name, s->scheme->name, sizeof out->name);
    return CM_OK;
}

cm_err act_scheme(struct act *a, const char *key, struct found_scheme *out) {
    return look(a, key, read_scheme, out);
}

struct document_read {
    uint32_t id;
    struct buffer *out;
};

static cm_err read_document(void *ctx, const struct registry *r) {
    const struct document_read *d = ctx;
    const struct scheme_entry *s = registry_scheme(r, d->id);
    return s != NULL ? scheme_json_write(s->scheme, d->out) : CM_E_NOT_FOUND;
}

struct pool_document_read {
    uint32_t number;
    struct buffer *out;
    uint8_t *key_version_first;
};

static cm_err read_pool_document(void *ctx, const struct registry *r) {
    const struct pool_document_read *d = ctx;
    const struct set_entry *s = registry_set(r, d->number);
    if (s == NULL || s->pool == NULL) return CM_E_NOT_FOUND;
    *d->key_version_first = s->pool->pool.keys[0].version;
    pool_write(&s->pool->pool, d->out);
    return buffer_err(d->out);
}

cm_err act_pool_document(struct act *a, uint32_t number, struct buffer *out,
                         uint8_t *key_version_first) {
    struct pool_document_read d = {
        .number = number, .out = out, .key_version_first = key_version_first};
    return engine_read(a->ctx->engine, read_pool_document, &d);
}

cm_err act_scheme_document(struct act *a, uint32_t id, struct buffer *out) {
    struct document_read d = {.id = id, .out = out};
    return engine_read(a->ctx->engine, read_document, &d);
}

static void copy_set(const struct set_entry *s, struct found_set *out) {
    out->set = s->set;
    out->set.recalls = NULL;
    memcpy(out->name, s->name, sizeof out->name);
}

static cm_err read_set(void *ctx, const struct registry *r) {
    const struct look *l = ctx;
    const struct set_entry *s = registry_set_named(r, l->name);
    if (s == NULL)
        return missing_set(l, r, -1, "batch or pool", "'countermark batch list' shows batches");
    copy_set(s, l->out);
    return CM_OK;
}

static cm_err read_batch(void *ctx, const struct registry *r) {
    const struct look *l = ctx;
    const struct set_entry *s = registry_set_named(r, l->name);
    if (s == NULL || s->set.kind != SET_BATCH)
        return missing_set(l, r, SET_BATCH, "batch", "'countermark batch list' shows them");
    copy_set(s, l->out);
    return CM_OK;
}

static cm_err read_pool(void *ctx, const struct registry *r) {
    const struct look *l = ctx;
    const struct set_entry *s = registry_set_named(r, l->name);
    if (s == NULL || s->set.kind != SET_POOL)
        return missing_set(l, r, SET_POOL, "pool", "'countermark cards pool list' shows them");
    copy_set(s, l->out);
    return CM_OK;
}

cm_err act_set(struct act *a, const char *key, struct found_set *out) {
    return look(a, key, read_set, out);
}

cm_err act_batch(struct act *a, const char *key, struct found_set *out) {
    return look(a, key, read_batch, out);
}

cm_err act_pool(struct act *a, const char *key, struct found_set *out) {
    return look(a, key, read_pool, out);
}

static cm_err read_number(void *ctx, const struct registry *r) {
    const struct look *l = ctx;
    const struct set_entry *s = registry_set_named(r, l->name);
    if (s == NULL) return missing_set(l, r, -1, "batch or pool", NULL);
    *(uint32_t *)l->out = s->set.number;
    return CM_OK;
}

cm_err act_set_named(struct act *a, struct cm_slice name, uint32_t *number) {
    struct look l = {.a = a, .out = number, .name = name};
    return engine_read(a->ctx->engine, read_number, &l);
}

struct number_read {
    struct act *a;
    uint32_t number;
    struct found_set *out;
};

static cm_err read_by_number(void *ctx, const struct registry *r) {
    const struct number_read *n = ctx;
    const struct set_entry *s = registry_set(r, n->number);
    if (s == NULL)
        return diag_fail(n->a->diag, CM_E_NOT_FOUND, NULL, NULL, NULL,
                         "no batch or pool has number %u", n->number);
    copy_set(s, n->out);
    return CM_OK;
}

cm_err act_set_number(struct act *a, uint32_t number, struct found_set *out) {
    struct number_read n = {.a = a, .number = number, .out = out};
    return engine_read(a->ctx->engine, read_by_number, &n);
}

static cm_err read_door(void *ctx, const struct registry *r) {
    const struct look *l = ctx;
    const struct door *d = registry_door_named(r, l->name);
    if (d == NULL) return missing_door(l, r);
    *(struct door *)l->out = *d;
    return CM_OK;
}

cm_err act_door(struct act *a, const char *key, struct door *out) {
    return look(a, key, read_door, out);
}

cm_err act_door_named(struct act *a, const char *name, struct door *out) {
    struct look l = {.a = a, .out = out, .name = slice_text(name)};
    return engine_read(a->ctx->engine, read_door, &l);
}

static cm_err read_brand(void *ctx, const struct registry *r) {
    const struct look *l = ctx;
    struct brand *out = l->out;
    const struct brand *b = l->name.len > 0   ? registry_brand_named(r, l->name)
                            : r->brand_n == 1 ? r->brands[0]
                                              : NULL;
    if (b == NULL && l->name.len > 0) return missing_brand(l, r);
    if (b == NULL && r->brand_n > 1)
        return diag_fail(l->a->diag, CM_E_ARGUMENT, NULL, NULL, "say which: --brand NAME",
                         "there are %zu brands", r->brand_n);
    if (b != NULL) *out = *b;
    return CM_OK;
}

cm_err act_brand(struct act *a, uint32_t *id, char name[REGISTRY_NAME_CAP]) {
    struct brand found = {.id = 0};
    struct look l = {.a = a, .key = "brand", .out = &found};
    if (json_present(json_get(a->args, "brand")))
        TRY(json_text(json_get(a->args, "brand"), 1, REGISTRY_NAME_CAP, &l.name));
    TRY(engine_read(a->ctx->engine, read_brand, &l));
    *id = found.id;
    memcpy(name, found.name, sizeof found.name);
    return CM_OK;
}

cm_err act_issue_version(struct act *a, const struct found_scheme *s, uint8_t *version) {
    struct key_info infos[UINT8_MAX + 1];
    size_t n = 0;
    uint8_t newest = 0;
    keystore_versions(a->ctx->keystore, KEY_SCHEME, s->id, infos, CM_ARRAY_N(infos), &n);
    for (size_t i = 0; i < n; i++)
        if (infos[i].state == KEY_ISSUE && infos[i].version > newest) newest = infos[i].version;
    if (newest == 0)
        return diag_fail(a->diag, CM_E_STATE, s->name, NULL,
                         "countermark key rotate makes a new one",
                         "no key version of this scheme may issue");
    *version = newest;
    return CM_OK;
}

cm_err act_folder(struct act *a, const char *name) {
    char path[PATH_CAP];
    const int n = snprintf(path, sizeof path, "%s/%s", a->ctx->workspace, name);
    return n > 0 && (size_t)n < sizeof path ? file_folder(path, a->diag) : CM_E_RANGE;
}

cm_err act_note(struct act *a, const char *format, ...) {
    char text[NOTE_CAP];
    va_list args;
    va_start(args, format);
    const int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n < 0) return CM_E_ARGUMENT;
    return engine_note(a->ctx->engine, a->ctx->actor, slice_text(text), a->diag);
}
