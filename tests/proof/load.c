/* Making random calls. See load.h. */
#include "load.h"

#include <stdio.h>
#include <time.h>

#include "support/must.h"
#include "support/splitmix.h"

#define PEOPLE  6u /* redeemer references in use */
#define KEY_CAP 24u
#define WHO_CAP 24u

uint64_t load_now(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

char (*load_codes(struct world *w, uint32_t set, uint32_t unit_n))[WORLD_CODE_CAP] {
    char(*codes)[WORLD_CODE_CAP] = must_calloc(unit_n, sizeof *codes);
    for (uint32_t i = 0; i < unit_n; i++)
        world_code(w, set, i, codes[i]);
    return codes;
}

void load_worker_init(struct load_worker *w, struct load *load, uint32_t number) {
    uint64_t seed = load->seed * 1000 + number, twin = load->seed * 1000 + 500 + number / 2;
    *w = (struct load_worker){.load = load,
                              .number = number,
                              .seed = splitmix_next(&seed),
                              .twin_seed = splitmix_next(&twin)};
}

/* ---- Asking ------------------------------------------------------------------------------- */

struct asking {
    char key[KEY_CAP], who[LOAD_ITEMS][WHO_CAP];
    struct cm_request requests[LOAD_ITEMS];
    struct cm_answer answers[LOAD_ITEMS];
};

static void prepare(const struct load *load, struct load_call *call, struct asking *a) {
    (void)snprintf(a->key, sizeof a->key, "%016llx", (unsigned long long)call->key);
    for (uint32_t i = 0; i < call->n; i++) {
        struct history_event *e = &call->items[i];
        (void)snprintf(a->who[i], sizeof a->who[i], "person-%u", e->redeemer);
        a->requests[i] = (struct cm_request){
            .operation = e->op,
            .code = slice_text(load->codes[e->unit]),
            .redeemer = slice_text(e->redeemer != 0 ? a->who[i] : ""),
            .hold_ms = e->op == CM_OP_RESERVE ? 1 + call->key % load->hold_ms_max : 0};
    }
}

static void learn(struct history_event *e, const struct cm_answer *a) {
    e->outcome = HISTORY_ANSWERED;
    e->verdict = a->verdict;
    e->replayed = a->replayed;
    e->use = a->use;
    e->sequence = a->sequence;
    e->time_ms = a->time_ms;
    e->until_ms = a->until_ms;
}

static void open_items(const struct load *load, uint32_t number, struct load_call *call) {
    const uint64_t now = load_now();
    for (uint32_t i = 0; i < call->n; i++) {
        struct history_event *e = &call->items[i];
        e->outcome = HISTORY_UNKNOWN;
        e->process = number;
        e->boot = load->boot;
        e->clock_ms = load->clock_ms;
        e->t_invoke = now;
        e->t_return = UINT64_MAX;
    }
}

bool load_ask(const struct load *load, uint32_t number, struct load_call *call) {
    struct asking a = {0};
    prepare(load, call, &a);
    struct cm_call c = {.caller = {.actor = call->items[0].actor, .test = true},
                        .door = WORLD_DOOR,
                        .key = slice_text(call->key != 0 ? a.key : ""),
                        .requests = a.requests,
                        .n = call->n,
                        .answers = a.answers};
    open_items(load, number, call);
    load->tell(load->tell_ctx, call, false);
    const cm_err err = cm_engine_run(load->engine, &c, 1);
    const uint64_t now = load_now();
    const bool nothing = (err == CM_OK && c.status != CM_CALL_DONE) || err == CM_E_NO_MEMORY;
    for (uint32_t i = 0; i < call->n; i++) {
        call->items[i].t_return = now;
        if (nothing) call->items[i].outcome = HISTORY_NOTHING_DONE;
        if (err == CM_OK && !nothing) learn(&call->items[i], &a.answers[i]);
    }
    load->tell(load->tell_ctx, call, true);
    return err == CM_OK || nothing;
}

/* ---- Choosing ----------------------------------------------------------------------------- */

static enum cm_operation choose_operation(uint64_t *seed) {
    static const enum cm_operation mix[] = {
        CM_OP_CHECK,   CM_OP_CHECK,   CM_OP_REDEEM,  CM_OP_REDEEM,  CM_OP_REDEEM,  CM_OP_REDEEM,
        CM_OP_REDEEM,  CM_OP_RESERVE, CM_OP_RESERVE, CM_OP_RESERVE, CM_OP_CONFIRM, CM_OP_CONFIRM,
        CM_OP_RELEASE, CM_OP_REVERSE, CM_OP_REVERSE, CM_OP_REVERSE};
    if (splitmix_next(seed) % 128 == 0) return CM_OP_VOID;
    return mix[splitmix_next(seed) % (sizeof mix / sizeof mix[0])];
}

static void choose(const struct load_worker *w, uint64_t *seed, bool keyed,
                   struct load_call *call) {
    const struct load *load = w->load;
    const uint64_t key = (splitmix_next(seed) >> 8) + 1;
    const uint64_t draw = splitmix_next(seed) % 8;
    *call =
        (struct load_call){.key = keyed ? key : 0, .n = draw < LOAD_ITEMS ? (uint32_t)draw + 1 : 1};
    for (uint32_t i = 0; i < call->n; i++) {
        struct history_event *e = &call->items[i];
        e->op = choose_operation(seed);
        e->unit = (uint32_t)(splitmix_next(seed) % load->unit_n);
        e->actor = 1 + w->number / 2;
        e->redeemer = load->use_max == 0 ? 1 + (uint32_t)(splitmix_next(seed) % PEOPLE) : 0;
        e->key = keyed ? key * LOAD_ITEMS + i : 0;
    }
}

#define RECENT_N (sizeof((struct load_worker *)0)->recent / sizeof(struct load_call))

void load_step(struct load_worker *w) {
    struct load_call call;
    const uint64_t draw = splitmix_next(&w->seed) % 8;
    if (draw == 0 && w->recent_n > 0) { /* once more, long after the answer */
        call =
            w->recent[splitmix_next(&w->seed) % (w->recent_n < RECENT_N ? w->recent_n : RECENT_N)];
        (void)load_ask(w->load, w->number, &call);
        return;
    }
    choose(w, draw == 1 ? &w->twin_seed : &w->seed, draw != 2, &call);
    (void)load_ask(w->load, w->number, &call);
    if (call.key != 0) w->recent[w->recent_n++ % RECENT_N] = call;
}
