/* Importing an old card base, another maker's live codes, or other names of a pool's cards: begin,
 * rows, check, commit; and what was imported. A report tells lines and columns, never a text.
 * Reference: docs/design/imports.md. */
#include <string.h>

#include "base/macros.h"
#include "engine/workspace.h"
#include "vault/acts_inside.h"
#include "vault/import_job.h"

static const char *const column_names[] = {"line", "text", "state", "balance", "expires", "other"};
static const char *const offence_names[IMPORT_OFFENCE_N] = {
    "unreadable", "bad_state", "bad_balance", "bad_expires",
    "no_card",    "collision", "duplicate",   "too_many_texts"};

/* ---- Beginning ------------------------------------------------------------------------------- */

static cm_err read_kind(struct act *a, enum legacy_kind *out) {
    const char *words[LEGACY_KIND_N];
    size_t at = 0;
    for (unsigned k = 0; k < LEGACY_KIND_N; k++)
        words[k] = legacy_kind_name((enum legacy_kind)k);
    TRY(json_word(json_get(a->args, "kind"), words, LEGACY_KIND_N, &at));
    *out = (enum legacy_kind)at;
    return CM_OK;
}

static cm_err read_flag(struct act *a, const char *key, bool *out) {
    const struct json_value v = json_get(a->args, key);
    return json_present(v) ? json_bool(v, out) : CM_OK;
}

static cm_err read_note(struct act *a, const char *key, char out[static IMPORT_NOTE_CAP]) {
    const struct json_value v = json_get(a->args, key);
    return json_present(v) ? json_copy_text(v, 0, out, IMPORT_NOTE_CAP) : CM_OK;
}

/* Aliases are of their pool's mode and brand. */
static cm_err read_pool(struct act *a, struct import_options *o) {
    struct found_set pool;
    TRY(act_pool(a, "of", &pool));
    o->of = pool.set.number;
    o->test = pool.set.test;
    o->brand = pool.set.brand;
    return CM_OK;
}

struct brand_read {
    uint32_t id;
    char *name;
};
static cm_err brand_read(void *ctx, const struct registry *r) {
    const struct brand_read *b = ctx;
    for (size_t i = 0; i < r->brand_n; i++)
        if (r->brands[i]->id == b->id) memcpy(b->name, r->brands[i]->name, REGISTRY_NAME_CAP);
    return CM_OK;
}

static cm_err read_owner(struct act *a, struct import_options *o) {
    static const char *const modes[] = {"LIVE", "TEST"};
    struct workspace w;
    size_t mode = 0;
    if (o->kind == LEGACY_ALIASES) {
        struct brand_read b = {.name = o->brand_name};
        TRY(read_pool(a, o));
        b.id = o->brand;
        return engine_read(a->ctx->engine, brand_read, &b);
    }
    TRY(json_word(json_get(a->args, "mode"), modes, CM_ARRAY_N(modes), &mode));
    o->test = mode == 1;
    TRY(act_brand(a, &o->brand, o->brand_name));
    if (o->brand == 0)
        return diag_fail(a->diag, CM_E_NOT_FOUND, o->name, NULL,
                         "make it first: countermark brand add", "there is no brand yet");
    TRY(workspace_read(a->ctx->workspace, &w, a->diag));
    if (!w.sandbox || o->test) return CM_OK;
    return diag_fail(a->diag, CM_E_DENIED, o->name, "mode", "import it with --test",
                     "a sandbox workspace holds TEST lists only");
}

static cm_err read_options(struct act *a, struct import_options *o) {
    const struct json_value check = json_get(a->args, "check"), life = json_get(a->args, "life");
    legacy_rule_init(&o->rule);
    o->rule.fold_case = true;
    TRY(read_kind(a, &o->kind));
    TRY(json_copy_text(json_get(a->args, "name"), 1, o->name, sizeof o->name));
    TRY(read_owner(a, o));
    TRY(read_flag(a, "fold_case", &o->rule.fold_case));
    TRY(read_flag(a, "keep_separators", &o->rule.keep_separators));
    if (json_present(check)) TRY(legacy_check_json(check, &o->rule.check));
    TRY(read_note(a, "product", o->product));
    TRY(read_note(a, "gtin", o->gtin));
    if (json_present(life) != (o->kind == LEGACY_CARDS))
        return diag_fail(a->diag, CM_E_ARGUMENT, o->name, "life", NULL,
                         "cards have a life, codes and aliases none");
    return json_present(life) ? life_read(life, &o->life) : CM_OK;
}

struct name_read {
    struct act *a;
    const char *name;
};
static cm_err name_read(void *ctx, const struct registry *r) {
    const struct name_read *n = ctx;
    if (registry_set_named(r, slice_text(n->name)) == NULL) return CM_OK;
    return diag_fail(n->a->diag, CM_E_EXISTS, n->name, NULL, "give it another name",
                     "a batch, pool or list of this name exists");
}

static cm_err import_begin(struct act *a) {
    struct import_desk *desk = a->ctx->imports;
    struct import_options o = {.kind = LEGACY_CODES};
    const struct import_place place = {.engine = a->ctx->engine,
                                       .keystore = a->ctx->keystore,
                                       .workspace = a->ctx->workspace,
                                       .actor = a->ctx->actor};
    struct name_read named = {.a = a, .name = o.name};
    if (desk == NULL) return CM_E_UNSUPPORTED;
    TRY(read_options(a, &o));
    TRY(engine_read(a->ctx->engine, name_read, &named));
    if (desk->job != NULL && a->now_unix_ms < desk->fed_ms + IMPORT_IDLE_MS)
        return diag_fail(a->diag, CM_E_BUSY, o.name, NULL,
                         "wait for it; one that was broken off makes room after a minute",
                         "another import is under way");
    import_desk_wipe(desk);
    TRY(import_job_new(&desk->job, &place, &o, a->diag));
    desk->number++;
    desk->fed_ms = a->now_unix_ms;
    json_put_u64(a->out, "job", desk->number);
    return CM_OK;
}

void import_desk_wipe(struct import_desk *desk) {
    import_job_free(desk->job);
    desk->job = NULL;
}

/* The job that argument "job" names. */
static cm_err find_job(struct act *a, struct import_job **out) {
    struct import_desk *desk = a->ctx->imports;
    uint64_t number = 0;
    TRY(json_u64(json_get(a->args, "job"), 1, UINT32_MAX, &number));
    if (desk == NULL || desk->job == NULL || desk->number != number)
        return diag_fail(a->diag, CM_E_NOT_FOUND, "import", NULL, "begin it anew",
                         "no import of this number is under way");
    desk->fed_ms = a->now_unix_ms;
    *out = desk->job;
    return CM_OK;
}

/* ---- Reports --------------------------------------------------------------------------------- */

struct owner_read {
    uint32_t set;
    struct json_writer *out;
};
static cm_err owner_read(void *ctx, const struct registry *r) {
    const struct owner_read *o = ctx;
    const struct set_entry *s = registry_set(r, o->set);
    if (s != NULL) json_put_cstr(o->out, "owner", s->name);
    return CM_OK;
}

static cm_err put_offence(struct act *a, const struct import_offence *o) {
    struct owner_read owner = {.set = o->set, .out = a->out};
    json_object_begin(a->out, NULL);
    json_put_u64(a->out, "line", o->line);
    json_put_cstr(a->out, "column",
                  column_names[o->column < IMPORT_OTHER ? o->column : IMPORT_OTHER]);
    json_put_cstr(a->out, "what", offence_names[o->kind]);
    if (o->kind == IMPORT_UNREADABLE) json_put_cstr(a->out, "why", legacy_reading_name(o->reading));
    if (o->kind == IMPORT_DUPLICATE) json_put_u64(a->out, "of_line", o->of_line);
    if (o->kind == IMPORT_COLLISION) TRY(engine_read(a->ctx->engine, owner_read, &owner));
    json_object_end(a->out);
    return CM_OK;
}

/* One guess among so many of the shortest texts hits one of the list. */
static uint64_t guess_odds(const struct import_job *j) {
    const struct legacy_seen *seen = import_job_seen(j);
    const uint64_t good = import_job_counts(j)->good;
    cm_u128 space = 1;
    unsigned symbols = 0;
    for (unsigned c = 0; c < LEGACY_ASCII_N; c++)
        symbols += seen->symbol[c];
    unsigned free_n = seen->min_n;
    if (import_job_options(j)->rule.check != LEGACY_CHECK_NONE && free_n > 0) free_n--;
    for (unsigned i = 0; i < free_n && space <= UINT64_MAX; i++)
        space *= symbols;
    if (good == 0) return 0;
    space /= good;
    return space > INT64_MAX ? INT64_MAX : (uint64_t)space;
}

static cm_err put_report(struct act *a, const struct import_job *j) {
    const struct import_counts *c = import_job_counts(j);
    const struct import_offence *first = NULL;
    const size_t n = import_job_offences(j, &first);
    json_put_cstr(a->out, "list", import_job_options(j)->name);
    json_put_cstr(a->out, "kind", legacy_kind_name(import_job_options(j)->kind));
    json_put_u64(a->out, "rows", c->rows);
    json_put_u64(a->out, "good", c->good);
    json_put_u64(a->out, "left_out", c->left_out);
    json_put_u64(a->out, "other_texts", c->others);
    if (import_job_options(j)->life.currency[0] != '\0')
        json_put_u64(a->out, "balance", c->balance);
    json_put_u64(a->out, "one_guess_in", guess_odds(j));
    json_put_u64(a->out, "wrong", import_job_offended(j));
    for (unsigned k = 0; k < IMPORT_OFFENCE_N; k++)
        if (c->by[k] > 0) json_put_u64(a->out, offence_names[k], c->by[k]);
    json_array_begin(a->out, "first_wrong");
    for (size_t i = 0; i < n; i++)
        TRY(put_offence(a, &first[i]));
    json_array_end(a->out);
    return CM_OK;
}

static void put_progress(struct act *a, const struct import_job *j, bool done) {
    uint64_t merged = 0, of = 0;
    import_job_progress(j, &merged, &of);
    json_put_bool(a->out, "done", done);
    json_put_u64(a->out, "progress", merged);
    json_put_u64(a->out, "of", of);
}

/* ---- Steps ----------------------------------------------------------------------------------- */

static cm_err import_rows(struct act *a) {
    struct import_job *j = NULL;
    struct cm_slice rows;
    TRY(find_job(a, &j));
    TRY(json_text(json_get(a->args, "rows"), 1, IMPORT_ROWS_LEN, &rows));
    TRY(import_job_rows(j, rows, a->diag));
    json_put_u64(a->out, "rows", import_job_counts(j)->rows);
    return CM_OK;
}

static cm_err import_check(struct act *a) {
    struct import_job *j = NULL;
    TRY(find_job(a, &j));
    TRY(import_job_check(j, a->diag));
    const bool done = import_job_phase(j) >= IMPORT_CHECKED;
    put_progress(a, j, done);
    if (!done) return CM_OK;
    json_object_begin(a->out, "report");
    TRY(put_report(a, j));
    json_object_end(a->out);
    return CM_OK;
}

static cm_err import_commit_act(struct act *a) {
    struct import_job *j = NULL;
    bool leave_out = false;
    TRY(find_job(a, &j));
    TRY(read_flag(a, "leave_out", &leave_out));
    TRY(import_job_write(j, leave_out, a->now_unix_s, a->diag));
    const bool done = import_job_phase(j) == IMPORT_DONE;
    put_progress(a, j, done);
    if (!done) return CM_OK;
    json_put_cstr(a->out, "list", import_job_options(j)->name);
    json_put_u64(a->out, "number", import_job_set(j));
    json_put_u64(a->out, "imported", import_job_counts(j)->good);
    import_desk_wipe(a->ctx->imports);
    return CM_OK;
}

static cm_err import_cancel(struct act *a) {
    struct import_job *j = NULL;
    TRY(find_job(a, &j));
    import_desk_wipe(a->ctx->imports);
    json_put_bool(a->out, "cancelled", true);
    return CM_OK;
}

/* ---- What was imported ----------------------------------------------------------------------- */

/* Only where there is one. */
static void put_damaged(struct json_writer *w, const struct registry *r) {
    struct cm_diag why;
    json_array_begin(w, "damaged");
    for (uint32_t i = 1; i < r->set_n; i++) {
        if (r->sets[i] == NULL || !registry_list_damaged(r->sets[i], &why)) continue;
        json_object_begin(w, NULL);
        json_put_cstr(w, "list", r->sets[i]->name);
        json_put_cstr(w, "file", why.input);
        json_put_cstr(w, "problem", why.problem);
        json_put_cstr(w, "remedy", why.remedy);
        json_object_end(w);
    }
    json_array_end(w);
}

static cm_err import_list_read(void *ctx, const struct registry *r) {
    struct json_writer *w = ((struct act *)ctx)->out;
    struct cm_diag why;
    json_array_begin(w, "lists");
    for (uint32_t i = 1; i < r->set_n; i++) {
        const struct set_entry *e = r->sets[i];
        if (e == NULL || e->legacy == NULL) continue;
        json_object_begin(w, NULL);
        json_put_cstr(w, "name", e->name);
        json_put_u64(w, "number", i);
        json_put_cstr(w, "kind", legacy_kind_name(e->legacy->kind));
        json_put_cstr(w, "mode", mode_name(e->set.test));
        json_put_u64(w, "imported", e->set.quantity);
        json_put_u64(w, "texts", e->legacy->rows);
        json_put_u64(w, "redeemed", e->set.counters.redeemed);
        json_put_cstr(w, "phase", phase_name(e->set.counters.phase));
        json_put_cstr(w, "files", registry_list_damaged(e, &why) ? "damaged" : "sound");
        json_object_end(w);
    }
    json_array_end(w);
    if (registry_damaged_list(r, &why) != NULL) put_damaged(w, r);
    return CM_OK;
}

static cm_err import_list(struct act *a) {
    return engine_read(a->ctx->engine, import_list_read, a);
}

static cm_err door_import(struct act *a) {
    struct found_set s;
    struct door d;
    TRY(act_door(a, "door", &d));
    TRY(act_set(a, "list", &s));
    return act_door_take(a, &d, d.legacy, &d.legacy_n, DOOR_LEGACY_MAX, &s, "list");
}

const struct act_entry acts_import[] = {
    {"import.begin",
     import_begin,
     {"kind", "name", "brand", "mode", "of", "fold_case", "keep_separators", "check", "life",
      "product", "gtin"}},
    {"import.rows", import_rows, {"job", "rows"}},
    {"import.check", import_check, {"job"}},
    {"import.commit", import_commit_act, {"job", "leave_out"}},
    {"import.cancel", import_cancel, {"job"}},
    {"import.list", import_list, {NULL}},
    {"door.import", door_import, {"door", "list", "dry_run"}},
    {NULL, NULL, {NULL}},
};
