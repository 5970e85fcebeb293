/* Turns of the host: what happened is handed to the runs it happened to; at the end of a turn one
 * commit for all of them. References as in lines.h. */
#include "line/lines.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "line/lines_inside.h"

#define US_PER_MS     1000u
#define TICK_US       (UINT64_C(100) * US_PER_MS)
#define COMMIT_GAP_US 500u /* between two commits: at most two thousand a second */
#define RETRY_US      (UINT64_C(1000) * US_PER_MS) /* after a commit that failed */
#define LAZY_US       (UINT64_C(1000) * US_PER_MS) /* until fates are on the disk */

struct run_now lines_now(const struct lines *l) {
    return (struct run_now){.us = loop_now_us(l->o.loop), .wall_ms = clock_now_ms(l->o.clock)};
}

void lines_touch(struct line *line) {
    struct lines *l = line->host;
    if (line->touched) return;
    line->touched = true;
    line->next_touched = l->touched;
    l->touched = line;
    loop_hurry(l->o.loop);
}

struct line *lines_find(const struct lines *l, uint32_t number) {
    for (size_t i = 0; i < l->n; i++)
        if (l->all[i]->number == number) return l->all[i];
    return NULL;
}

static void unlink_from(struct line **head, const struct line *line, bool giving) {
    while (*head != NULL && *head != line)
        head = giving ? &(*head)->next_giving : &(*head)->next_touched;
    if (*head != NULL) *head = giving ? line->next_giving : line->next_touched;
}

void line_free(struct line *line) {
    struct lines *l = line->host;
    if (line->touched) unlink_from(&l->touched, line, false);
    if (line->giving) unlink_from(&l->giving, line, true);
    loop_timer_cancel(l->o.loop, &line->wakes);
    link_free(line->link);
    run_free(line->run);
    free(line);
}

/* ---- The end of a turn ---------------------------------------------------------------------- */

static void due(void *ctx) { lines_touch(ctx); }

/* The link gets what the driver has to say. */
static void flush(struct line *line, struct run_now now) {
    const struct cm_slice out = run_out(line->run);
    if (line->link == NULL || out.len == 0) return;
    const size_t n = link_write(line->link, out);
    if (n > 0) run_left(line->run, n, now);
}

static void set_timer(struct line *line, struct run_now now) {
    const uint64_t at_us = run_wakes_us(line->run, now);
    if (at_us == UINT64_MAX)
        loop_timer_cancel(line->host->o.loop, &line->wakes);
    else
        loop_timer_at(line->host->o.loop, &line->wakes, at_us, due, line);
}

static void show(struct line *line) {
    char shown[sizeof line->shown] = "";
    struct run_view view;
    line_view(line, &view);
    text_append(shown, sizeof shown, "%s|%s|%s", view.state, view.words, view.error);
    if (slice_equal(slice_text(shown), slice_text(line->shown))) return;
    memcpy(line->shown, shown, sizeof shown);
    if (line->host->o.changed != NULL) line->host->o.changed(line->host->o.ctx, &view);
}

/* What a run that was touched wants; it may send only behind the commit. */
static void look(struct line *line, struct run_now now) {
    struct lines *l = line->host;
    if (line->run == NULL) return;
    if (line->link != NULL && run_wants_cut(line->run)) link_cut(line->link);
    const size_t units = run_collect(line->run, now);
    if (units > 0 && !line->giving) {
        line->giving = true;
        line->ready_us = now.us;
        line->next_giving = l->giving;
        l->giving = line;
    }
    line->looked = true;
    flush(line, now);
    show(line);
    if (units == 0) set_timer(line, now);
}

static void commit_due(void *ctx) {
    struct lines *l = ctx;
    loop_hurry(l->o.loop); /* the turn's end does it */
}

static void count_delay(struct lines *l, const struct line *line) {
    const uint64_t waited_us = clock_monotonic_us() - line->ready_us;
    const uint64_t step = waited_us / DELAY_STEP_US;
    l->delays[step < DELAY_STEPS ? step : DELAY_STEPS - 1]++;
}

static void give_all(struct lines *l, struct run_now now) {
    struct line *line = l->giving;
    l->giving = NULL;
    while (line != NULL) {
        struct line *next = line->next_giving;
        line->giving = false;
        run_give(line->run, now);
        flush(line, now);
        count_delay(l, line);
        set_timer(line, now);
        line = next;
    }
}

static void tell_blocked(struct lines *l, cm_err err) {
    if (err != CM_OK && l->blocked == CM_OK)
        log_event(LOG_ERROR, "line journal cannot be written (%s): nothing is sent until it can",
                  cm_err_name(err));
    l->blocked = err;
    for (size_t i = 0; i < l->n; i++) {
        if (l->all[i]->run == NULL) continue;
        run_blocked(l->all[i]->run, err);
        lines_touch(l->all[i]);
    }
}

/* One write and one sync for all that wait. */
static void commit(struct lines *l, struct run_now now) {
    const uint64_t gap_us = l->blocked == CM_OK ? COMMIT_GAP_US : RETRY_US;
    if (now.us < l->committed_us + gap_us) {
        loop_timer_at(l->o.loop, &l->commit, l->committed_us + gap_us, commit_due, l);
        return;
    }
    const cm_err err = run_journal_commit(l->journal);
    l->committed_us = now.us;
    l->lazy_us = 0;
    if (err != l->blocked) tell_blocked(l, err);
    if (err == CM_OK) give_all(l, now);
    if (err != CM_OK) loop_timer_at(l->o.loop, &l->commit, now.us + RETRY_US, commit_due, l);
}

bool lines_durable(struct lines *l) {
    if (!run_journal_is_pending(l->journal)) return true;
    if (l->blocked != CM_OK) return false; /* its own timer tries again */
    const cm_err err = run_journal_commit(l->journal);
    if (err != CM_OK) tell_blocked(l, err);
    return err == CM_OK;
}

/* Behind the commit: a supply in this process may take its time, and no label should wait for it.
 */
static void ask_all(struct lines *l) {
    for (size_t i = 0; i < l->n; i++) {
        struct line *line = l->all[i];
        if (line->looked && line->run != NULL) lines_ask_for(line);
        line->looked = false;
    }
}

static void turn_ends(void *ctx) {
    struct lines *l = ctx;
    const struct run_now now = lines_now(l);
    struct line *line = l->touched;
    l->touched = NULL;
    while (line != NULL) {
        struct line *next = line->next_touched;
        line->touched = false;
        look(line, now);
        line = next;
    }
    if (l->lazy_us == 0 && run_journal_is_pending(l->journal)) l->lazy_us = now.us + LAZY_US;
    const bool lazy = l->lazy_us != 0 && now.us >= l->lazy_us;
    if (l->giving != NULL || lazy) commit(l, now);
    ask_all(l);
}

/* Ten times a second: what waits for a time that no run has a timer for. */
static void ticked(void *ctx) {
    struct lines *l = ctx;
    loop_timer_at(l->o.loop, &l->tick, loop_now_us(l->o.loop) + TICK_US, ticked, l);
    for (size_t i = 0; i < l->n; i++) {
        struct line *line = l->all[i];
        if (line->run == NULL) continue;
        struct run_view view;
        line_view(line, &view);
        if (view.done && line->link != NULL) { /* nothing more will be said */
            link_free(line->link);
            line->link = NULL;
        }
    }
    lines_report(l);
}

/* ---- Life ----------------------------------------------------------------------------------- */

cm_err lines_new(const struct lines_options *o, struct lines **out, struct cm_diag *diag) {
    CM_CLEANUP(lines_freep) struct lines *l = calloc(1, sizeof *l);
    if (l == NULL) {
        if (o->supply != NULL) o->supply->ops->close(o->supply);
        return CM_E_NO_MEMORY;
    }
    l->o = *o;
    enum run_journal_found found = RUN_JOURNAL_NEW;
    TRY(run_journal_open(o->folder, &l->journal, &found, diag));
    TRY(resolver_new(o->loop, &l->resolver));
    loop_turn_end(o->loop, turn_ends, l);
    loop_timer_at(o->loop, &l->tick, loop_now_us(o->loop) + TICK_US, ticked, l);
    o->supply->ops->join(o->supply, l);
    *out = take(&l);
    return CM_OK;
}

void lines_free(struct lines *l) {
    if (l == NULL) return;
    for (size_t i = 0; i < l->n; i++)
        line_free(l->all[i]);
    free(l->all);
    if (l->o.supply != NULL) l->o.supply->ops->close(l->o.supply);
    if (l->journal != NULL) {
        loop_turn_end(l->o.loop, NULL, NULL);
        loop_timer_cancel(l->o.loop, &l->tick);
        loop_timer_cancel(l->o.loop, &l->commit);
        /* What waits need not be there: the next life settles it once more. */
        cm_ignore(run_journal_commit(l->journal));
    }
    resolver_free(l->resolver);
    run_journal_close(l->journal);
    free(l->questions);
    buffer_free(&l->json);
    free(l);
}

void lines_freep(struct lines **l) { lines_free(*l); }

void lines_stop(struct lines *l, uint64_t settle_ms) {
    if (!l->stopping) l->stop_us = loop_now_us(l->o.loop) + settle_ms * US_PER_MS;
    l->stopping = true;
    for (size_t i = 0; i < l->n; i++) {
        if (l->all[i]->run == NULL) continue;
        run_rest(l->all[i]->run);
        lines_touch(l->all[i]);
    }
}

bool lines_ended(const struct lines *l) {
    if (!l->stopping) return false;
    if (loop_now_us(l->o.loop) >= l->stop_us) return true;
    bool told = l->report == 0;
    for (size_t i = 0; i < l->n && told; i++)
        told = l->all[i]->run == NULL || run_is_told(l->all[i]->run);
    return told;
}

bool lines_done(const struct lines *l) {
    bool done = l->n > 0;
    for (size_t i = 0; i < l->n && done; i++) {
        struct run_view view;
        line_view(l->all[i], &view);
        done = view.done || l->all[i]->run == NULL;
    }
    return done;
}

/* ---- How it stands -------------------------------------------------------------------------- */

void line_view(const struct line *line, struct run_view *out) {
    if (line->run != NULL) {
        run_view(line->run, lines_now(line->host), out);
        return;
    }
    *out = (struct run_view){.number = line->number, .name = line->name, .attention = true};
    text_append(out->state, sizeof out->state, "cannot start");
    text_append(out->error, sizeof out->error, "%s", line->error);
}

size_t lines_n(const struct lines *l) { return l->n; }
void lines_view(const struct lines *l, size_t i, struct run_view *out) {
    line_view(l->all[i], out);
}
uint64_t lines_delay_us(const struct lines *l, double share) {
    uint64_t all = 0, so_far = 0;
    for (size_t i = 0; i < DELAY_STEPS; i++)
        all += l->delays[i];
    for (size_t i = 0; i < DELAY_STEPS; i++) {
        so_far += l->delays[i];
        if (so_far > 0 && (double)so_far >= (double)all * share) return (i + 1) * DELAY_STEP_US;
    }
    return 0;
}

void lines_delay_clear(struct lines *l) { memset(l->delays, 0, sizeof l->delays); }

uint64_t lines_commits(const struct lines *l) { return run_journal_commits(l->journal); }
