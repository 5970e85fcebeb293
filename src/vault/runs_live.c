/* Live values laid over those that a run's document keeps from earlier lives of the line.
 * References as in runs_inside.h. */
#include <string.h>

#include "base/macros.h"
#include "vault/runs_inside.h"

#define UNSAVED_MS 60000u /* down that is worth a document */

static struct live_row *find(const struct act *a, const struct found_run *f) {
    return a->ctx->live != NULL ? run_live_find(a->ctx->live, f->number) : NULL;
}

static void read_down(const struct found_run *f, struct live_row *row) {
    const struct json_value down = json_get(f->root, "down");
    const char *key = NULL;
    struct json_value v;
    for (size_t i = 0; json_present(v = json_member(down, i, &key)); i++) {
        uint64_t ms = 0;
        if (json_u64(v, 0, INT64_MAX, &ms) != CM_OK) continue;
        struct live_down *d = run_live_down(row, slice_text(key));
        d->before_ms = run_live_sum(d->before_ms, ms);
    }
}

cm_err runs_live_row(struct act *a, const struct found_run *f, struct live_row **out) {
    if (a->ctx->live == NULL) return CM_E_ARGUMENT; /* whoever drives printers keeps one */
    struct live_row *row = find(a, f);
    if (row != NULL) {
        *out = row;
        return CM_OK;
    }
    TRY(run_live_row(a->ctx->live, f->number, &row));
    row->duplicates_before = runs_u64(f, "duplicates");
    row->saved_ms = a->now_unix_ms;
    read_down(f, row);
    *out = row;
    return CM_OK;
}

static uint64_t down_ms(const struct live_row *row) {
    uint64_t ms = 0;
    for (size_t i = 0; i < row->down_n; i++)
        ms = run_live_sum(ms, run_live_sum(row->down[i].before_ms, row->down[i].ms));
    return ms;
}

bool runs_unsaved(const struct act *a, const struct found_run *f) {
    struct live_row saved = {.run = 0};
    const struct live_row *row = find(a, f);
    if (row == NULL) return false;
    read_down(f, &saved);
    return runs_duplicates(a, f) != runs_u64(f, "duplicates") ||
           down_ms(row) >= down_ms(&saved) + UNSAVED_MS;
}

uint64_t runs_duplicates(const struct act *a, const struct found_run *f) {
    const struct live_row *row = find(a, f);
    if (row == NULL) return runs_u64(f, "duplicates");
    return run_live_sum(row->duplicates_before, row->duplicates);
}

void runs_put_down(struct json_writer *w, const struct act *a, const struct found_run *f,
                   uint64_t ms_each) {
    struct live_row kept = {.run = 0};
    const struct live_row *row = find(a, f);
    if (row == NULL) {
        read_down(f, &kept);
        row = &kept;
    }
    for (size_t i = 0; i < row->down_n; i++) {
        const uint64_t ms = run_live_sum(row->down[i].before_ms, row->down[i].ms);
        const uint64_t n = (ms + ms_each / 2) / ms_each;
        if (n > 0) json_put_u64(w, row->down[i].cause, n);
    }
}

uint64_t runs_reads(const struct act *a, const struct found_run *f, enum read_verdict verdict) {
    const struct live_row *row = find(a, f);
    uint64_t before = 0;
    const struct json_value v = json_get(json_get(f->root, "reads"), read_verdict_name(verdict));
    if (json_present(v) && json_u64(v, 0, INT64_MAX, &before) != CM_OK) before = 0;
    return before + (row != NULL ? row->feed.verdicts[verdict] : 0) + f->reads[verdict];
}

void runs_put_reads(struct json_writer *w, const struct act *a, const struct found_run *f) {
    uint64_t all = 0;
    for (unsigned v = 0; v < READ_VERDICT_N; v++)
        all += runs_reads(a, f, (enum read_verdict)v);
    if (all == 0) return;
    json_object_begin(w, "reads");
    for (unsigned v = 0; v < READ_VERDICT_N; v++)
        json_put_u64(w, read_verdict_name((enum read_verdict)v),
                     runs_reads(a, f, (enum read_verdict)v));
    json_object_end(w);
}
