/* Reads judged one after the other against a copy of what the run holds, then journaled as one
 * change. What a read settles is known to the reads behind it in the same array.
 * It refuses to guess: see run_verify.h. Source: docs/design/runs.md, "Verification". */
#include "vault/run_verify.h"

#include <stdlib.h>

#include "base/macros.h"
#include "base/map.h"
#include "vault/run_row.h"

const char *read_verdict_name(enum read_verdict verdict) {
    static const char *const names[READ_VERDICT_N] = {
        "good", "bad", "no_read", "wrong_code", "duplicate", "out_of_sequence", "dead"};
    return (unsigned)verdict < READ_VERDICT_N ? names[verdict] : "unknown";
}

/* ---- One array of reads --------------------------------------------------------------------- */

struct judging {
    const struct run_verify_options *options;
    struct run_row row;
    struct map settled; /* (set, serial) -> uint8_t stage, by earlier reads of this array */
    struct run_feed feed;
    struct row_place last; /* of feed's unit; with feed.begun */
    struct run_move *moves;
    size_t move_n;
};

static void judging_wipe(struct judging *j) {
    run_row_wipe(&j->row);
    map_wipe(&j->settled);
    free(j->moves);
}

static struct map_key key_of(uint32_t set, uint64_t serial) {
    return (struct map_key){.hi = set, .lo = serial};
}

static enum cm_stage stage_of(const struct judging *j, const struct span *span, uint64_t serial) {
    const uint8_t *by_read = map_get(&j->settled, key_of(span->set, serial));
    return (enum cm_stage)(by_read != NULL ? *by_read : span->stage);
}

/* Room was made for two units a read: its own, and one that it proves missing. */
static void settle(struct judging *j, uint32_t set, uint64_t serial, enum cm_stage stage) {
    *(uint8_t *)map_put(&j->settled, key_of(set, serial), NULL) = (uint8_t)stage;
    struct run_move *next = j->moves + j->move_n;
    if (j->move_n > 0 && next[-1].set == set && next[-1].stage == stage &&
        next[-1].first + next[-1].count == serial) {
        next[-1].count++;
        return;
    }
    j->move_n++;
    *next = (struct run_move){
        .set = set, .first = serial, .count = 1, .stage = stage, .cause = CM_CAUSE_CAMERA};
}

/* A unit that may pass the camera yet. Reserved ones, too: the line reports what it sent some
 * seconds later. */
static bool expected(enum cm_stage stage) {
    return stage == CM_STAGE_RESERVED || stage == CM_STAGE_SENT || stage == CM_STAGE_PRINTED ||
           stage == CM_STAGE_UNKNOWN;
}
static bool pass_unexpected(const struct span *span) {
    return !expected((enum cm_stage)span->stage);
}

/* Units that were passed over between the last read and this place; counted up to one more than
 * `most`. @param first  the first of them */
static cm_err passed_over(struct judging *j, struct row_place here, uint64_t most, uint64_t *n,
                          struct row_place *first) {
    struct row_place at = j->last;
    *n = 0;
    while (*n <= most) {
        const struct span *span = NULL;
        TRY(run_row_next(&j->row, &at, pass_unexpected, &span));
        if (span == NULL || !row_before(at, here)) return CM_OK;
        if (!expected(stage_of(j, span, at.serial))) continue;
        if (*n == 0) *first = at;
        ++*n;
    }
    return CM_OK;
}

/* Is the unit the one whose turn it was? Products that could not be read account for as many units
 * that were passed over. The furthest unit read is where the feed stands. */
static cm_err in_sequence(struct judging *j, struct row_place here, bool *yes) {
    uint64_t n = 0;
    struct row_place first = {0};
    *yes = true;
    if (j->feed.begun) {
        *yes = row_before(j->last, here);
        if (!*yes) return CM_OK;
        TRY(passed_over(j, here, j->feed.missed, &n, &first));
        *yes = n == 0 || n == j->feed.missed;
        if (n == 1 && j->feed.missed == 1 && j->options->no_read_rejects)
            settle(j, j->row.batches[first.batch].set, first.serial, CM_STAGE_REJECTED);
    }
    j->last = here;
    j->feed.begun = true;
    j->feed.set = j->row.batches[here.batch].set;
    j->feed.serial = here.serial;
    j->feed.missed = 0;
    return CM_OK;
}

static cm_err judge_unit(struct judging *j, enum read_kind kind, const struct found_unit *unit,
                         enum read_verdict *out) {
    struct row_place here;
    const struct span *span = NULL;
    bool in_turn = false;
    *out = READ_V_WRONG_CODE;
    if (unit->verdict != CM_V_ACCEPTED) return CM_OK;
    TRY(run_row_find(&j->row, unit->set, unit->serial, &here, &span));
    if (span == NULL) return CM_OK;
    const enum cm_stage stage = stage_of(j, span, unit->serial);
    if (stage == CM_STAGE_GOOD) {
        *out = READ_V_DUPLICATE;
        return CM_OK;
    }
    if (!expected(stage)) { /* unredeemable already: that it reads badly changes nothing */
        *out = kind == READ_BAD ? READ_V_BAD : READ_V_DEAD;
        return CM_OK;
    }
    TRY(in_sequence(j, here, &in_turn));
    settle(j, unit->set, unit->serial, kind == READ_BAD ? CM_STAGE_REJECTED : CM_STAGE_GOOD);
    *out = kind == READ_BAD ? READ_V_BAD : in_turn ? READ_V_GOOD : READ_V_OUT_OF_SEQUENCE;
    return CM_OK;
}

/* ---- Where a fresh feed stands -------------------------------------------------------------- */

/* The furthest unit that a camera read. */
static void stand(struct judging *j) {
    for (size_t b = j->row.batch_n; b > 0 && !j->feed.begun; b--)
        for (size_t i = j->row.batches[b - 1].to; i > j->row.batches[b - 1].from; i--) {
            const struct span *s = &j->row.spans[i - 1];
            if (s->cause != CM_CAUSE_CAMERA) continue;
            j->feed.begun = true;
            j->feed.set = s->set;
            j->feed.serial = s->first + s->count - 1;
            break;
        }
}

/* A unit that the run holds no more cannot be: the feed begins anew where it is not found. */
static cm_err find_last(struct judging *j) {
    const struct span *span = NULL;
    if (!j->feed.begun) stand(j);
    if (!j->feed.begun) return CM_OK;
    for (size_t b = 0; b < j->row.batch_n; b++)
        if (j->row.batches[b].set == j->feed.set)
            j->last = (struct row_place){.batch = b, .serial = j->feed.serial};
    TRY(run_row_find(&j->row, j->feed.set, j->feed.serial, &j->last, &span));
    return CM_OK;
}

/* ---- The call ------------------------------------------------------------------------------- */

static cm_err open_codes(struct cm_engine *engine, uint32_t run, const struct run_read *reads,
                         size_t n, struct found_unit *units) {
    struct cm_slice *codes = calloc(n + 1, sizeof *codes);
    struct found_unit *found = calloc(n + 1, sizeof *found);
    cm_err err = codes == NULL || found == NULL ? CM_E_NO_MEMORY : CM_OK;
    size_t k = 0;
    for (size_t i = 0; i < n && err == CM_OK; i++)
        if (reads[i].kind != READ_NONE) codes[k++] = reads[i].code;
    if (err == CM_OK) err = engine_run_find(engine, run, codes, k, found);
    k = 0;
    for (size_t i = 0; i < n && err == CM_OK; i++)
        if (reads[i].kind != READ_NONE) units[i] = found[k++];
    free(codes);
    free(found);
    return err;
}

static cm_err judge_all(struct judging *j, const struct run_read *reads,
                        const struct found_unit *units, size_t n, enum read_verdict *out) {
    TRY(find_last(j));
    for (size_t i = 0; i < n; i++) {
        if (reads[i].kind == READ_NONE) {
            j->feed.missed++;
            out[i] = READ_V_NO_READ;
        } else {
            TRY(judge_unit(j, reads[i].kind, &units[i], &out[i]));
        }
        j->feed.verdicts[out[i]]++;
    }
    return CM_OK;
}

struct closed_read {
    uint32_t run;
    struct cm_diag *diag;
};

static cm_err read_open(void *ctx, const struct registry *r) {
    const struct closed_read *c = ctx;
    const struct run_entry *run = registry_run(r, c->run);
    if (run == NULL)
        return diag_fail(c->diag, CM_E_NOT_FOUND, "run", NULL,
                         "list them with 'countermark run list'", "no run has number %u", c->run);
    if (run->wish != WISH_CLOSED) return CM_OK;
    return diag_fail(c->diag, CM_E_STATE, run->name, NULL, NULL,
                     "the run is closed: its report stands");
}

static cm_err verify(struct cm_engine *engine, struct judging *j, const struct run_read *reads,
                     struct found_unit *units, size_t n, enum read_verdict *out,
                     struct cm_diag *diag) {
    struct closed_read open = {.run = j->options->run, .diag = diag};
    TRY(engine_read(engine, read_open, &open));
    TRY(open_codes(engine, j->options->run, reads, n, units));
    TRY(run_row_read(&j->row, engine, j->options->run));
    map_init(&j->settled, sizeof(uint8_t));
    TRY(map_reserve(&j->settled, 2 * n));
    TRY(judge_all(j, reads, units, n, out));
    return engine_run_move(engine, j->options->run, j->options->actor, j->moves, j->move_n, diag);
}

cm_err run_verify_lines(struct cm_engine *engine, const struct run_verify_options *options,
                        struct run_feed *feed, const struct run_read *reads, size_t n,
                        enum read_verdict *out, struct cm_diag *diag) {
    if (n > RUN_READS_MAX)
        return diag_fail(diag, CM_E_LIMIT, "run", "lines", "send fewer at once",
                         "%u reads are taken at once", RUN_READS_MAX);
    CM_CLEANUP(judging_wipe) struct judging j = {.options = options, .feed = *feed};
    struct found_unit *units = calloc(n + 1, sizeof *units);
    enum read_verdict *verdicts = calloc(n + 1, sizeof *verdicts);
    j.moves = calloc(2 * n + 1, sizeof *j.moves);
    cm_err err = units == NULL || verdicts == NULL || j.moves == NULL ? CM_E_NO_MEMORY : CM_OK;
    if (err == CM_OK) err = verify(engine, &j, reads, units, n, verdicts, diag);
    for (size_t i = 0; i < n && err == CM_OK; i++)
        out[i] = verdicts[i];
    if (err == CM_OK) *feed = j.feed;
    free(units);
    free(verdicts);
    return err;
}
