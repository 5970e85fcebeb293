/* What a camera or a hand scanner read, in arrays: a verdict a line, and what it settles in the
 * ledger. Counts go into the run document: at once where nobody keeps live values, else at most
 * once a minute and with every other change of it. Texts of codes are in no answer and no error.
 * Reference: docs/design/acts.md, "Runs"; docs/design/runs.md, "Verification". */
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "vault/runs_inside.h"

#define CODE_TEXT_MAX 4096u  /* bytes of one read */
#define SAVE_MS       60000u /* between two documents for the sake of counts */

struct verifying {
    struct act *a;
    struct found_run run;
    struct run_read *reads;
    enum read_verdict *verdicts;
    size_t n;
    bool no_read_rejects, end;
};
static void verifying_wipe(struct verifying *v) {
    found_run_wipe(&v->run);
    free(v->reads);
    free(v->verdicts);
}

/* {"code": text} | {"code": text, "result": "good"|"bad"} | {"read": "no-read"} */
static cm_err read_one(struct json_value v, struct run_read *out) {
    static const char *const keys[] = {"code", "read", "result"};
    static const char *const reads[] = {"no-read"}, *const results[] = {"good", "bad"};
    const struct json_value read = json_get(v, "read"), code = json_get(v, "code");
    const struct json_value result = json_get(v, "result");
    size_t word = 0;
    TRY(json_only(v, keys, CM_ARRAY_N(keys)));
    out->kind = READ_NONE;
    if (json_present(read)) {
        if (json_present(code))
            return json_fail(read, CM_E_FORMAT, NULL, "a read has a code, or none");
        return json_word(read, reads, CM_ARRAY_N(reads), &word);
    }
    TRY(json_text(code, 0, CODE_TEXT_MAX, &out->code));
    if (json_present(result)) TRY(json_word(result, results, CM_ARRAY_N(results), &word));
    out->kind = word == 1 ? READ_BAD : READ_CODE;
    return CM_OK;
}

static cm_err read_args(struct verifying *v) {
    const struct json_value args = v->a->args, lines = json_get(args, "lines");
    if (json_present(json_get(args, "no_read_rejects")))
        TRY(json_bool(json_get(args, "no_read_rejects"), &v->no_read_rejects));
    if (json_present(json_get(args, "end"))) TRY(json_bool(json_get(args, "end"), &v->end));
    TRY(json_items(lines, 0, RUN_READS_MAX, &v->n));
    v->reads = calloc(v->n + 1, sizeof *v->reads);
    v->verdicts = calloc(v->n + 1, sizeof *v->verdicts);
    if (v->reads == NULL || v->verdicts == NULL) return CM_E_NO_MEMORY;
    for (size_t i = 0; i < v->n; i++)
        TRY(read_one(json_at(lines, i), &v->reads[i]));
    return CM_OK;
}

/* Judge, and count where the counts are kept. */
static cm_err judge(struct verifying *v) {
    struct act *a = v->a;
    const struct run_verify_options options = {
        .run = v->run.number, .actor = a->ctx->actor, .no_read_rejects = v->no_read_rejects};
    struct run_feed alone = {.begun = false}, *feed = &alone;
    struct live_row *row = NULL;
    if (a->ctx->live != NULL) TRY(runs_live_row(a, &v->run, &row));
    if (row != NULL) feed = &row->feed;
    TRY(run_verify_lines(a->ctx->engine, &options, feed, v->reads, v->n, v->verdicts, a->diag));
    if (row != NULL) row->passed += v->n;
    for (size_t i = 0; row != NULL && i < v->n; i++)
        if (v->verdicts[i] == READ_V_DUPLICATE || v->verdicts[i] == READ_V_DEAD) row->alarm = true;
    if (row == NULL) memcpy(v->run.reads, alone.verdicts, sizeof v->run.reads);
    return CM_OK;
}

/* Most reads are good, and the ledger counts those itself. */
static cm_err save(struct verifying *v) {
    struct act *a = v->a;
    const struct live_row *row =
        a->ctx->live != NULL ? run_live_find(a->ctx->live, v->run.number) : NULL;
    const uint64_t *counts = row != NULL ? row->feed.verdicts : v->run.reads;
    uint64_t all = 0;
    for (unsigned i = 0; i < READ_VERDICT_N; i++)
        all += counts[i];
    const bool exceptional = all > counts[READ_V_GOOD];
    const bool due = row == NULL || v->end || a->now_unix_ms - row->reads_saved_ms >= SAVE_MS;
    return all > 0 && due && (exceptional || v->end) ? runs_save(a, &v->run) : CM_OK;
}

static cm_err run_verify(struct act *a) {
    CM_CLEANUP(verifying_wipe) struct verifying v = {.a = a, .run = FOUND_RUN_INIT};
    TRY(runs_named(a, &v.run));
    TRY(read_args(&v));
    TRY(judge(&v));
    TRY(save(&v));
    json_put_cstr(a->out, "run", v.run.name);
    json_array_begin(a->out, "verdicts");
    for (size_t i = 0; i < v.n; i++)
        json_put_cstr(a->out, NULL, read_verdict_name(v.verdicts[i]));
    json_array_end(a->out);
    return CM_OK;
}

const struct act_entry acts_run_verify[] = {
    {"run.verify", run_verify, {"run", "lines", "no_read_rejects", "end"}},
    {NULL, NULL, {NULL}},
};
