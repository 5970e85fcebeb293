/* Texts in: what to ask the vault for and when, what becomes of its answers. Texts are wiped when
 * their range is done with. References as in run.h. */
#include <stdlib.h>

#include "line/run_inside.h"

#define ASKS_MAX      2u /* under way: one is being made while one is sent */
#define AHEAD_MAX     (UINT64_C(2) * RUN_TAKE_MAX) /* units waiting at most */
#define AHEAD_S       4u /* seconds of the measured rate to have in stock */
#define METER_US      (US_PER_S / 2)
#define WAIT_SHORT_US (US_PER_S / 10)
#define WAIT_FIRST_US (US_PER_S / 2)
#define WAIT_MOST_US  (UINT64_C(30) * US_PER_S)
#define SET_MAX       ((1u << 24) - 1)
#define SERIAL_END    ((uint64_t)1 << KEY_SERIAL_BITS)

/* ---- Takes ---------------------------------------------------------------------------------- */

struct cm_slice run_text(const struct take *t, uint32_t i) {
    const uint8_t *p = t->texts + (size_t)i * t->code_len;
    return slice_of(p, *p == 0 ? 0 : t->code_len);
}

static void take_free(struct take *t) {
    wipe(t->texts, t->count * t->code_len);
    fields_free(t->fields);
    free(t);
}

void run_pop_take(struct run *r) {
    struct take *t = r->takes;
    r->takes = t->next;
    if (r->takes == NULL) r->takes_last = NULL;
    take_free(t);
}

void run_free_takes(struct run *r) {
    while (r->takes != NULL)
        run_pop_take(r);
    r->waiting = r->pending = 0;
}

/* ---- Asking --------------------------------------------------------------------------------- */

void run_measure(struct run *r) {
    const uint64_t us = r->now.us - r->meter_us;
    if (us < METER_US) return;
    const uint64_t now = (r->given - r->meter_given) * US_PER_MINUTE / us;
    r->measured = r->measured == 0 ? now : (3 * r->measured + now) / 4;
    r->meter_us = r->now.us;
    r->meter_given = r->given;
    const uint64_t by_rate = r->measured * AHEAD_S / 60, least = 2 * r->window;
    r->ahead -= r->ahead / 8; /* a line that slowed down needs less */
    if (r->ahead < by_rate) r->ahead = by_rate;
    if (r->ahead < least) r->ahead = least;
    if (r->ahead > AHEAD_MAX) r->ahead = AHEAD_MAX;
}

bool run_wants_again(const struct run *r) { return r->again_at < r->again_n; }

bool run_wants_more(const struct run *r) {
    return !r->ended && r->waiting + r->asked <= r->ahead / 2;
}

bool run_asks(struct run *r, struct run_now now, struct run_ask *out) {
    r->now = now;
    if (!run_flows(r) || !r->was_up || now.us < r->ask_at_us) return false;
    if (run_wants_again(r)) {
        if (r->asks_n > 0) return false; /* in their order */
        *out = r->again[r->again_at];
    } else {
        if (r->asks_n >= ASKS_MAX || !run_wants_more(r)) return false;
        const uint64_t n = r->ahead - (r->waiting + r->asked);
        *out = (struct run_ask){.count = n < RUN_TAKE_MAX ? (uint32_t)n : RUN_TAKE_MAX,
                                .waiting = r->waiting + r->asked};
    }
    r->asks_n++;
    r->asked += out->count;
    return true;
}

static void answered(struct run *r, const struct run_ask *ask) {
    r->asks_n--;
    r->asked -= ask->count;
}

/* ---- Answers -------------------------------------------------------------------------------- */

struct answer {
    uint64_t set, first, count, until_ms;
    size_t code_len;
    struct json_value codes;
};

static cm_err read_codes(struct json_value codes, uint64_t count, size_t *code_len) {
    size_t n = 0;
    TRY(json_items(codes, (size_t)count, (size_t)count, &n));
    for (size_t i = 0; i < n; i++) {
        const struct json_value v = json_at(codes, i);
        struct cm_slice text;
        if (json_kind_of(v) == JSON_KIND_NULL) continue;
        TRY(json_text(v, 1, DRIVER_TEXT_MAX, &text));
        if (*code_len == 0) *code_len = text.len;
        if (text.len != *code_len)
            return json_fail(v, CM_E_FORMAT, "report it", "codes of different lengths");
    }
    return CM_OK;
}

static cm_err read_answer(struct json_value v, const struct run_ask *ask, struct answer *a) {
    *a = (struct answer){.until_ms = UINT64_MAX};
    TRY(json_u64(json_get(v, "count"), 0, ask->count, &a->count));
    if (a->count == 0) return CM_OK;
    TRY(json_u64(json_get(v, "set"), 0, SET_MAX, &a->set));
    TRY(json_u64(json_get(v, "first"), 0, SERIAL_END - a->count, &a->first));
    const struct json_value until = json_get(v, "until_ms");
    if (json_kind_of(until) == JSON_KIND_INTEGER) TRY(json_u64(until, 0, INT64_MAX, &a->until_ms));
    a->codes = json_get(v, "codes");
    TRY(read_codes(a->codes, a->count, &a->code_len));
    if (a->code_len == 0) a->code_len = 1; /* no units at all: a zero for each */
    return CM_OK;
}

/* Copy the texts; a serial of `again` that is not reserved in the journal stays without one. */
static struct take *make_take(const struct run *r, const struct run_ask *ask,
                              const struct answer *a) {
    const struct run_past *p = run_journal_past(r->journal, r->number);
    struct take *t = calloc(1, sizeof *t + (size_t)a->count * a->code_len);
    if (t == NULL) return NULL;
    t->set = (uint32_t)a->set;
    t->first = a->first;
    t->count = (uint32_t)a->count;
    t->until_ms = a->until_ms;
    t->code_len = a->code_len;
    for (uint32_t i = 0; i < t->count; i++) {
        struct cm_slice text = slice_of(NULL, 0);
        const struct span *s = ask->again ? spans_find(&p->spans, t->set, t->first + i) : NULL;
        if (ask->again && (s == NULL || s->stage != CM_STAGE_RESERVED)) continue;
        if (json_kind_of(json_at(a->codes, i)) == JSON_KIND_NULL) continue;
        if (json_text(json_at(a->codes, i), 1, DRIVER_TEXT_MAX, &text) != CM_OK) continue;
        memcpy(t->texts + (size_t)i * t->code_len, text.p, text.len);
        t->units++;
    }
    return t;
}

static cm_err journal_hold(struct run *r, const struct take *t) {
    uint32_t *holes = NULL;
    size_t n = 0;
    if (t->units < t->count) {
        holes = calloc(t->count - t->units, sizeof *holes);
        if (holes == NULL) return CM_E_NO_MEMORY;
    }
    for (uint32_t i = 0; holes != NULL && i < t->count; i++)
        if (run_text(t, i).len == 0) holes[n++] = i;
    const cm_err err =
        run_journal_hold(r->journal, r->number, t->set, t->first, t->count, holes, n);
    free(holes);
    return err;
}

/* What is still reserved of a range, and its holes, is void: it must not be sent. */
static void give_back(struct run *r, uint32_t set, uint64_t first, uint64_t end) {
    const struct run_past *p = run_journal_past(r->journal, r->number);
    while (first < end) {
        const size_t i = spans_from(&p->spans, set, first);
        if (i == p->spans.n || p->spans.p[i].set != set || p->spans.p[i].first >= end) return;
        struct span part = p->spans.p[i];
        const uint64_t behind = part.first + part.count;
        if (part.first < first) part.first = first;
        first = behind < end ? behind : end;
        part.count = first - part.first;
        if (part.stage != CM_STAGE_RESERVED && part.stage != RUN_STAGE_HOLE) continue;
        part.stage = CM_STAGE_VOID;
        part.cause = CM_CAUSE_RETURNED;
        run_settle(r, &part);
    }
}

/* Reserved in the journal, and the ledger has them no more. */
static void settle_missing(struct run *r, const struct take *t) {
    const struct run_past *p = run_journal_past(r->journal, r->number);
    for (uint32_t i = 0; i < t->count; i++) {
        if (run_text(t, i).len > 0) continue;
        const struct span *s = spans_find(&p->spans, t->set, t->first + i);
        if (s != NULL && s->stage == CM_STAGE_RESERVED)
            run_settle_part(r, t, i, i + 1, CM_CAUSE_RETURNED);
    }
}

static void add_take(struct run *r, struct take *t) {
    if (r->takes_last == NULL)
        r->takes = t;
    else
        r->takes_last->next = t;
    r->takes_last = t;
    r->waiting += t->units;
    if (!r->ran_dry) return;
    r->ran_dry = false;
    r->ahead = r->ahead * 2 < AHEAD_MAX ? r->ahead * 2 : AHEAD_MAX;
}

static cm_err keep_take(struct run *r, const struct run_ask *ask, const struct answer *a,
                        struct json_value batch) {
    struct take *t = make_take(r, ask, a);
    if (t != NULL && t->units > 0) r->code_len = t->code_len;
    if (t == NULL) return CM_E_NO_MEMORY;
    cm_err err = fields_new(batch, slice_text(r->line), &t->fields);
    if (err == CM_OK && !ask->again) err = journal_hold(r, t);
    if (err != CM_OK) {
        take_free(t);
        return err;
    }
    if (ask->again) settle_missing(r, t);
    if (t->units == 0) {
        give_back(r, t->set, t->first, t->first + t->count);
        take_free(t);
        return CM_OK;
    }
    add_take(r, t);
    /* Nothing of it has left, and nothing will. */
    if (r->leaving) run_return_all(r);
    return CM_OK;
}

void run_unanswered(struct run *r, const struct run_ask *ask, cm_err err, const char *words,
                    struct run_now now) {
    r->now = now;
    answered(r, ask);
    run_set_error(r, "no codes from the vault: %s", words);
    if (ask->again && (err == CM_E_CONFLICT || err == CM_E_NOT_FOUND)) {
        give_back(r, ask->set, ask->first, ask->first + ask->count);
        r->again_at++;
        return;
    }
    r->ask_wait_us = r->ask_wait_us == 0 ? WAIT_FIRST_US : 2 * r->ask_wait_us;
    if (r->ask_wait_us > WAIT_MOST_US) r->ask_wait_us = WAIT_MOST_US;
    r->ask_at_us = now.us + r->ask_wait_us;
}

cm_err run_answer(struct run *r, const struct run_ask *ask, struct json_value answer,
                  struct run_now now) {
    struct answer a;
    r->now = now;
    answered(r, ask);
    r->ask_wait_us = 0;
    if (ask->again) r->again_at++;
    cm_err err = read_answer(answer, ask, &a);
    const bool other = ask->again && a.count > 0 && (a.set != ask->set || a.first != ask->first);
    if (err == CM_OK && other) err = CM_E_FORMAT;
    if (err == CM_OK && ask->again)
        give_back(r, ask->set, ask->first + a.count, ask->first + ask->count);
    if (err == CM_OK && a.count > 0) err = keep_take(r, ask, &a, json_get(answer, "batch"));
    if (err != CM_OK) {
        run_fail(r, "the vault's answer cannot be used", err);
        r->ask_at_us = now.us + WAIT_MOST_US;
        return err;
    }
    /* Fewer than wished, as towards the end of a day: the same question at once gets no more. */
    if (!ask->again && a.count < ask->count) r->ask_at_us = now.us + WAIT_SHORT_US;
    struct cm_slice end = slice_of(NULL, 0);
    if (ask->again || json_kind_of(json_get(answer, "end")) != JSON_KIND_TEXT) return CM_OK;
    TRY(json_text(json_get(answer, "end"), 0, SIZE_MAX, &end));
    r->ended = true;
    run_set_error(r, "%.*s", (int)(end.len < RUN_ERROR_CAP ? end.len : RUN_ERROR_CAP),
                  (const char *)end.p);
    return CM_OK;
}
