/* What a line tells of its runs: what became of units, into the ledger, and how it stands, into
 * memory. Read whole before anything of it is done; then run by run, each all or nothing, so that
 * one run's trouble does not hold up the others': what was refused is named in the answer.
 * Reference: docs/design/acts.md, "Runs". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "vault/runs_inside.h"

#define REPORT_RUNS_MAX  4096u
#define REPORT_MOVES_MAX RUN_MOVES_MAX
#define MOVE_ITEMS       5u
#define SAVE_MS          600000u /* between two documents for the sake of times alone */
#define SAVE_SOON_MS     60000u  /* after copies were seen */
#define SAID_MAX         4096u   /* bytes of a text; what is too long to show is cut */

/* One run's part of a report. */
struct part {
    uint64_t number;
    struct run_move *moves;
    size_t n;
    struct json_value v;
};
static void part_wipe(struct part *p) { free(p->moves); }

/* ---- Reading --------------------------------------------------------------------------------- */

static cm_err word(struct json_value v, const char *(*name)(size_t), size_t n, size_t *out) {
    struct cm_slice text;
    TRY(json_text(v, 1, SIZE_MAX, &text));
    for (size_t i = 0; i < n; i++)
        if (slice_equal(text, slice_text(name(i)))) {
            *out = i;
            return CM_OK;
        }
    return json_fail(v, CM_E_FORMAT, NULL, "no such word");
}
static const char *stage_of(size_t i) { return cm_stage_name((enum cm_stage)i); }
static const char *cause_of(size_t i) { return cm_cause_name((enum cm_cause)i); }

static cm_err read_move(struct json_value v, struct run_move *out) {
    uint64_t set = 0;
    size_t n = 0, stage = 0, cause = 0;
    TRY(json_items(v, MOVE_ITEMS, MOVE_ITEMS, &n));
    TRY(json_u64(json_at(v, 0), 1, UINT32_MAX, &set));
    TRY(json_u64(json_at(v, 1), 0, INT64_MAX >> 1, &out->first));
    TRY(json_u64(json_at(v, 2), 1, INT64_MAX >> 1, &out->count));
    TRY(word(json_at(v, 3), stage_of, CM_STAGE_N, &stage));
    TRY(word(json_at(v, 4), cause_of, CM_CAUSE_N, &cause));
    out->set = (uint32_t)set;
    out->stage = (enum cm_stage)stage;
    out->cause = (enum cm_cause)cause;
    if (out->stage != CM_STAGE_RESERVED) return CM_OK;
    return json_fail(v, CM_E_FORMAT, NULL, "nothing leads back to reserved");
}

static cm_err read_moves(struct part *p) {
    const struct json_value moves = json_get(p->v, "moves");
    if (!json_present(moves)) return CM_OK;
    TRY(json_items(moves, 0, REPORT_MOVES_MAX, &p->n));
    p->moves = calloc(p->n + 1, sizeof *p->moves);
    if (p->moves == NULL) return CM_E_NO_MEMORY;
    for (size_t i = 0; i < p->n; i++)
        TRY(read_move(json_at(moves, i), &p->moves[i]));
    return CM_OK;
}

static cm_err check_numbers(struct json_value v) {
    static const char *const numbers[] = {"in_flight", "window", "rate", "duplicates"};
    const struct json_value down = json_get(v, "down");
    const char *key = NULL;
    uint64_t number = 0;
    for (size_t i = 0; i < CM_ARRAY_N(numbers); i++)
        if (json_present(json_get(v, numbers[i])))
            TRY(json_u64(json_get(v, numbers[i]), 0, LIVE_COUNT_MAX, &number));
    if (json_present(down) && json_kind_of(down) != JSON_KIND_OBJECT)
        return json_fail(down, CM_E_FORMAT, NULL, "not an object of milliseconds by cause");
    for (size_t i = 0; json_present(json_member(down, i, &key)); i++) {
        if (i == LIVE_CAUSES) return json_fail(down, CM_E_LIMIT, NULL, "too many causes");
        TRY(json_u64(json_get(down, key), 0, LIVE_COUNT_MAX, &number));
    }
    return CM_OK;
}

static cm_err check_live(struct json_value v) {
    static const char *const texts[] = {"state", "words", "error"};
    static const char *const flags[] = {"attention", "done"};
    struct cm_slice text;
    bool flag = false;
    for (size_t i = 0; i < CM_ARRAY_N(texts); i++)
        if (json_present(json_get(v, texts[i])))
            TRY(json_text(json_get(v, texts[i]), 0, SAID_MAX, &text));
    for (size_t i = 0; i < CM_ARRAY_N(flags); i++)
        if (json_present(json_get(v, flags[i]))) TRY(json_bool(json_get(v, flags[i]), &flag));
    return check_numbers(v);
}

static cm_err read_part(struct json_value v, struct part *p) {
    static const char *const keys[] = {"number",    "moves",     "state", "words",
                                       "in_flight", "window",    "rate",  "duplicates",
                                       "down",      "attention", "error", "done"};
    p->v = v;
    TRY(json_only(v, keys, CM_ARRAY_N(keys)));
    TRY(json_u64(json_get(v, "number"), 1, UINT32_MAX, &p->number));
    TRY(check_live(v));
    return read_moves(p);
}

/* ---- Live values ----------------------------------------------------------------------------- */

/* Already checked: what is not there leaves what was told before. */
static void keep_text(struct json_value v, const char *key, char *out, size_t cap) {
    struct cm_slice text;
    if (!json_present(json_get(v, key))) return;
    if (json_text(json_get(v, key), 0, SAID_MAX, &text) != CM_OK) return;
    const size_t len = text.len < cap ? text.len : cap - 1;
    memcpy(out, text.p, len);
    out[len] = '\0';
}
static void keep_u64(struct json_value v, const char *key, uint64_t *out) {
    if (json_present(json_get(v, key)))
        cm_ignore(json_u64(json_get(v, key), 0, INT64_MAX, out)); /* checked */
}
static void keep_bool(struct json_value v, const char *key, bool *out) {
    if (json_present(json_get(v, key))) cm_ignore(json_bool(json_get(v, key), out)); /* checked */
}

/* Returns whether copies were seen that the document does not know. */
static bool keep_live(struct act *a, struct json_value v, struct live_row *row) {
    const struct json_value down = json_get(v, "down");
    const uint64_t duplicates = row->duplicates;
    const char *key = NULL;
    keep_text(v, "state", row->state, sizeof row->state);
    keep_text(v, "words", row->words, sizeof row->words);
    keep_text(v, "error", row->error, sizeof row->error);
    keep_u64(v, "in_flight", &row->in_flight);
    keep_u64(v, "window", &row->window);
    keep_u64(v, "rate", &row->rate);
    keep_u64(v, "duplicates", &row->duplicates);
    keep_bool(v, "attention", &row->attention);
    keep_bool(v, "done", &row->done);
    for (size_t i = 0; json_present(json_member(down, i, &key)); i++)
        keep_u64(down, key, &run_live_down(row, slice_text(key))->ms);
    row->told = true;
    row->reported_ms = a->now_unix_ms;
    return row->duplicates != duplicates;
}

/* A run that has come to its end by itself is not begun again by the next life of the line. */
static cm_err keep_end(struct act *a, struct found_run *f, struct live_row *row, bool copies) {
    char words[LIVE_WORDS_CAP];
    memcpy(words, row->words, sizeof words);
    const char *why = words[0] != '\0' ? words : "all units are given";
    if (row->done && f->wish == WISH_RUN)
        return runs_change(a, f, &(struct run_change){.wish = WISH_STOP, .why = why});
    const uint64_t since_ms = a->now_unix_ms - row->saved_ms;
    const bool due = since_ms >= (copies ? SAVE_SOON_MS : SAVE_MS);
    return due && runs_unsaved(a, f) ? runs_save(a, f) : CM_OK;
}

/* ---- Doing ----------------------------------------------------------------------------------- */

/* A camera, an operator or an earlier report says otherwise, and both cannot be true. */
static void tell_contradiction(struct live_row *row, uint64_t units) {
    (void)snprintf(row->error, sizeof row->error, "the line contradicts the ledger on %llu units",
                   (unsigned long long)units);
    row->attention = true;
}

static cm_err do_part(struct act *a, const struct part *p) {
    CM_CLEANUP(found_run_wipe) struct found_run f = FOUND_RUN_INIT;
    struct live_row *row = NULL;
    TRY(runs_of_line(a, (uint32_t)p->number, &f));
    if (f.wish == WISH_CLOSED)
        return diag_fail(a->diag, CM_E_STATE, f.name, NULL, NULL, "the run is closed");
    uint64_t contradicted = 0;
    if (p->n > 0)
        TRY(engine_run_report(a->ctx->engine, f.number, a->ctx->actor, p->moves, p->n,
                              &contradicted, a->diag));
    TRY(runs_live_row(a, &f, &row));
    const bool copies = keep_live(a, p->v, row);
    if (contradicted > 0) tell_contradiction(row, contradicted);
    return keep_end(a, &f, row, copies);
}

/* Errors that concern one run, not the vault. */
static bool is_refusal(cm_err err) {
    return err == CM_E_NOT_FOUND || err == CM_E_DENIED || err == CM_E_STATE ||
           err == CM_E_CONFLICT || err == CM_E_ARGUMENT || err == CM_E_LIMIT || err == CM_E_RANGE;
}

static cm_err do_or_refuse(struct act *a, const struct part *p, size_t *refused) {
    struct cm_diag diag = DIAG_INIT, *outer = a->diag;
    a->diag = &diag;
    const cm_err err = do_part(a, p);
    a->diag = outer;
    if (err == CM_OK) return CM_OK;
    if (!is_refusal(err)) {
        if (outer != NULL) *outer = diag;
        return err;
    }
    if ((*refused)++ == 0) json_array_begin(a->out, "refused");
    json_object_begin(a->out, NULL);
    json_put_u64(a->out, "number", p->number);
    json_put_cstr(a->out, "error", cm_err_name(err));
    json_put_cstr(a->out, "problem", diag.problem);
    json_object_end(a->out);
    return CM_OK;
}

/* A coder that counts nothing learns from its camera that a product has passed. */
static void put_passed(struct act *a, struct json_value runs, size_t n) {
    json_array_begin(a->out, "passed");
    for (size_t i = 0; i < n && a->ctx->live != NULL; i++) {
        uint64_t number = 0;
        if (json_u64(json_get(json_at(runs, i), "number"), 1, UINT32_MAX, &number) != CM_OK)
            continue;
        const struct live_row *row = run_live_find(a->ctx->live, (uint32_t)number);
        if (row == NULL || row->passed == 0) continue;
        json_array_begin(a->out, NULL);
        json_put_u64(a->out, NULL, number);
        json_put_u64(a->out, NULL, row->passed);
        json_array_end(a->out);
    }
    json_array_end(a->out);
}

cm_err line_report(struct act *a) {
    const struct json_value runs = json_get(a->args, "runs");
    size_t n = 0, refused = 0;
    TRY(json_items(runs, 0, REPORT_RUNS_MAX, &n));
    for (size_t i = 0; i < n; i++) {
        CM_CLEANUP(part_wipe) struct part p = {.n = 0};
        TRY(read_part(json_at(runs, i), &p));
    }
    for (size_t i = 0; i < n; i++) {
        CM_CLEANUP(part_wipe) struct part p = {.n = 0};
        TRY(read_part(json_at(runs, i), &p));
        TRY(do_or_refuse(a, &p, &refused));
    }
    if (refused > 0) json_array_end(a->out);
    put_passed(a, runs, n);
    return CM_OK;
}
