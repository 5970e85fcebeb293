/* Choosing, asking and logging. See card_load.h. */
#include "support/cm.h"

#include "card_load.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/splitmix.h"

#define LINE_CAP   2048u
#define KEY_CAP    24u
#define WINDOW     30u /* cards of one life; the next one begins three cards on */
#define WINDOW_ON  3u
#define AMOUNT_MAX 4000u
#define HOLD_MAX   21600000u /* six hours: two lives on the clock of the proof */
#define KEY_ROOM   1000000000u
#define TWIN_KEYS  100u
#define TWIN_ROOM  100000u

/* ---- The log -------------------------------------------------------------------------------- */

struct line {
    char text[LINE_CAP];
    size_t n;
};

__attribute__((format(printf, 2, 3))) static void put(struct line *l, const char *words, ...) {
    va_list arguments;
    va_start(arguments, words);
    const int n = vsnprintf(l->text + l->n, sizeof l->text - l->n, words, arguments);
    va_end(arguments);
    if (n < 0 || (size_t)n >= sizeof l->text - l->n) abort();
    l->n += (size_t)n;
}

static void put_numbers(struct line *l, const uint64_t *numbers, size_t n) {
    for (size_t i = 0; i < n; i++)
        put(l, " %llu", (unsigned long long)numbers[i]);
}

static void append(const struct card_load *load, struct line *l) {
    put(l, " .\n");
    if (write(load->log, l->text, l->n) != (ssize_t)l->n) _exit(4);
}

static void tell_asked(const struct card_load *load, const struct card_load_call *c) {
    struct line l = {.n = 0};
    const uint64_t head[] = {load->boot, load->clock_ms, c->worker, c->key,
                             c->actor,   c->rights,      c->n};
    put(&l, "A");
    put_numbers(&l, head, CM_ARRAY_N(head));
    for (uint64_t i = 0; i < c->n; i++) {
        const struct card_load_item *t = &c->items[i];
        const uint64_t item[] = {t->op,        t->card,    t->other, t->amount,
                                 t->reference, t->hold_ms, t->pin,   t->reason};
        put_numbers(&l, item, CM_ARRAY_N(item));
    }
    append(load, &l);
}

static void tell_answered(const struct card_load *load, const struct card_load_call *c,
                          const struct cm_call *call) {
    struct line l = {.n = 0};
    const uint64_t head[] = {load->boot, c->worker, c->key, (uint64_t)call->status, c->n};
    put(&l, "R");
    put_numbers(&l, head, CM_ARRAY_N(head));
    for (uint64_t i = 0; i < c->n; i++) {
        const struct cm_answer *a = &call->answers[i];
        const struct cm_card_told *t = &call->told[i];
        const uint64_t item[] = {(uint64_t)a->verdict,
                                 a->replayed,
                                 a->sequence,
                                 a->time_ms,
                                 a->set,
                                 a->serial,
                                 t->card,
                                 (uint64_t)t->state,
                                 (uint64_t)t->reason,
                                 t->balance,
                                 t->held,
                                 t->amount,
                                 t->transaction,
                                 t->expires_ms,
                                 t->pin_tries_left};
        put_numbers(&l, item, CM_ARRAY_N(item));
    }
    append(load, &l);
}

bool card_load_parse(const char *line, struct card_load_call *c) {
    uint64_t v[7u + 8u * CARD_LOAD_ITEMS] = {0};
    size_t n = 0;
    if (line[0] != 'A') return false;
    const char *at = line + 1;
    for (; n < CM_ARRAY_N(v); n++) {
        char *end = NULL;
        const unsigned long long number = strtoull(at, &end, 10);
        if (end == at) break;
        v[n] = number;
        at = end;
    }
    if (n < 15 || v[6] == 0 || v[6] > CARD_LOAD_ITEMS || n != 7 + 8 * v[6]) return false;
    *c = (struct card_load_call){
        .worker = v[2], .key = v[3], .actor = v[4], .rights = v[5], .n = v[6]};
    for (uint64_t i = 0; i < c->n; i++) {
        const uint64_t *t = v + 7 + 8 * i;
        c->items[i] = (struct card_load_item){t[0], t[1], t[2], t[3], t[4], t[5], t[6], t[7]};
    }
    return c->worker < CARD_LOAD_WORKERS;
}

/* ---- Asking --------------------------------------------------------------------------------- */

struct asking {
    char key[KEY_CAP];
    struct cm_request requests[CARD_LOAD_ITEMS];
    struct cm_card_ask asks[CARD_LOAD_ITEMS];
    struct cm_answer answers[CARD_LOAD_ITEMS];
    struct cm_card_told told[CARD_LOAD_ITEMS];
};

/* "abcd" is no PIN of any card. */
static const char *pin_of(const struct card_load_plastic *p, uint64_t pin) {
    if (pin == CARD_LOAD_WRONG) return "abcd";
    return pin != 0 ? p->pin[pin - 1] : "";
}

static void prepare(const struct card_load *load, const struct card_load_call *c,
                    struct asking *a) {
    (void)snprintf(a->key, sizeof a->key, "%llu", (unsigned long long)c->key);
    for (uint64_t i = 0; i < c->n; i++) {
        const struct card_load_item *t = &c->items[i];
        const struct card_load_plastic *p = &load->plastic[t->card];
        a->requests[i] = (struct cm_request){.operation = (enum cm_operation)t->op,
                                             .code = slice_text(p->number),
                                             .pin = slice_text(pin_of(p, t->pin)),
                                             .hold_ms = t->hold_ms};
        a->asks[i] = (struct cm_card_ask){.amount = t->amount,
                                          .reference = t->reference,
                                          .reason = (enum cm_card_reason)t->reason};
        if (t->op == CM_OP_REPLACE) a->asks[i].other = slice_text(load->plastic[t->other].number);
    }
}

/* What the worker remembers of its own answers. */
static void learn(struct card_load *load, const struct card_load_call *c, const struct asking *a) {
    struct card_load_memory *m = &load->memory[c->worker];
    for (uint64_t i = 0; i < c->n; i++) {
        if (a->answers[i].verdict != CM_V_ACCEPTED) continue;
        const struct card_load_mine mine = {a->told[i].transaction, c->items[i].card};
        const uint64_t op = c->items[i].op, at = mine.id % CARD_LOAD_KEEP;
        struct card_load_plastic *p = &load->plastic[mine.card];
        if (op == CM_OP_RENEW_PIN && !a->answers[i].replayed && p->issue < CARD_LOAD_PINS)
            p->issue++;
        if (op == CM_OP_RESERVE) m->holds[at] = mine;
        if (op == CM_OP_REDEEM || op == CM_OP_CONFIRM) m->spends[at] = mine;
    }
}

bool card_load_ask(struct card_load *load, struct card_load_call *c) {
    struct asking a;
    memset(&a, 0, sizeof a);
    prepare(load, c, &a);
    struct cm_call call = {
        .caller = {.actor = (uint32_t)c->actor, .test = true, .rights = (uint32_t)c->rights},
        .door = WORLD_DOOR,
        .key = slice_text(c->key != 0 ? a.key : ""),
        .requests = a.requests,
        .n = c->n,
        .answers = a.answers,
        .asks = a.asks,
        .told = a.told};
    tell_asked(load, c);
    if (cm_engine_run(load->engine, &call, 1) != CM_OK) return false;
    tell_answered(load, c, &call);
    if (call.status == CM_CALL_DONE) learn(load, c, &a);
    return true;
}

/* ---- Choosing ------------------------------------------------------------------------------- */

#define DESK_PAIR 0u /* workers 0 and 1 */
#define WEB_PAIR  1u /* workers 2 and 3 */

static enum cm_operation choose_operation(uint64_t *seed, uint32_t pair, bool twin) {
    static const enum cm_operation till[] = {
        CM_OP_CHECK,   CM_OP_CHECK,   CM_OP_ACTIVATE, CM_OP_ACTIVATE, CM_OP_ACTIVATE,
        CM_OP_LOAD,    CM_OP_LOAD,    CM_OP_REDEEM,   CM_OP_REDEEM,   CM_OP_REDEEM,
        CM_OP_REDEEM,  CM_OP_RESERVE, CM_OP_RESERVE,  CM_OP_RESERVE,  CM_OP_DEACTIVATE,
        CM_OP_CONFIRM, CM_OP_CONFIRM, CM_OP_RELEASE,  CM_OP_REVERSE,  CM_OP_REVERSE};
    static const enum cm_operation web[] = {CM_OP_CHECK,   CM_OP_REDEEM,  CM_OP_REDEEM,
                                            CM_OP_RESERVE, CM_OP_CONFIRM, CM_OP_RELEASE,
                                            CM_OP_REVERSE, CM_OP_LOAD};
    static const enum cm_operation desk[] = {CM_OP_BLOCK, CM_OP_UNBLOCK, CM_OP_UNBLOCK,
                                             CM_OP_LOSE,  CM_OP_REPLACE, CM_OP_BLOCK};
    const uint64_t draw = splitmix_next(seed);
    if (pair == WEB_PAIR) return web[draw % CM_ARRAY_N(web)];
    if (pair == DESK_PAIR && draw % 64 == 0) return CM_OP_VOID;
    if (pair == DESK_PAIR && draw % 48 == 1) return CM_OP_RENEW_PIN;
    if (pair == DESK_PAIR && draw % 3 == 0) return desk[draw / 8 % CM_ARRAY_N(desk)];
    const size_t n = CM_ARRAY_N(till) - (twin ? 5u : 0u); /* twins know no references */
    return till[draw / 8 % n];
}

static bool moves_money(uint64_t op) {
    return op == CM_OP_REDEEM || op == CM_OP_RESERVE || op == CM_OP_LOAD || op == CM_OP_CONFIRM ||
           op == CM_OP_REVERSE || op == CM_OP_ACTIVATE;
}

/* A hold or a spend of the worker's own, most of the time. */
static void refer(const struct card_load_memory *m, uint64_t *seed, struct card_load_item *t) {
    const bool hold = t->op == CM_OP_CONFIRM || t->op == CM_OP_RELEASE;
    if (!hold && t->op != CM_OP_REVERSE) return;
    const uint64_t draw = splitmix_next(seed);
    if (draw % 16 == 0) return; /* the only one, if it is */
    const struct card_load_mine *mine = &(hold ? m->holds : m->spends)[draw / 16 % CARD_LOAD_KEEP];
    if (mine->id == 0) return;
    t->card = mine->card;
    t->reference = mine->id;
    if (draw % 3 == 0) t->amount = 0; /* all of it */
    if (t->op == CM_OP_RELEASE) t->amount = 0;
}

static void choose_item(const struct card_load *load, const struct card_load_memory *m,
                        uint64_t *seed, const struct card_load_call *c, bool twin,
                        struct card_load_item *t) {
    const uint64_t base = load->boot * WINDOW_ON % (CARD_LOAD_CARDS - WINDOW);
    const uint32_t pair = (uint32_t)c->worker / 2;
    *t = (struct card_load_item){.op = (uint64_t)choose_operation(seed, pair, twin),
                                 .card = base + splitmix_next(seed) % WINDOW};
    if (moves_money(t->op)) t->amount = 1 + splitmix_next(seed) % AMOUNT_MAX;
    if (splitmix_next(seed) % 64 == 0) t->amount *= 100; /* beyond the limits */
    if (t->op == CM_OP_RESERVE) t->hold_ms = 1 + splitmix_next(seed) % HOLD_MAX;
    if (t->op == CM_OP_REPLACE) t->other = base + splitmix_next(seed) % WINDOW;
    if (t->op == CM_OP_BLOCK || t->op == CM_OP_LOSE) t->reason = CM_REASON_STOLEN;
    const uint64_t draw = splitmix_next(seed);
    const uint64_t right = twin ? 1 : load->plastic[t->card].issue;
    if (pair == WEB_PAIR) t->pin = draw % 16 == 0 ? CARD_LOAD_WRONG : right;
    if (pair != WEB_PAIR && draw % 16 == 0) t->pin = right;
    if (!twin) refer(m, seed, t);
}

static uint64_t rights_of(uint32_t pair) {
    if (pair == WEB_PAIR) return 0;
    return pair == DESK_PAIR ? CM_RIGHT_TILL | CM_RIGHT_DESK : CM_RIGHT_TILL;
}

static void choose(const struct card_load *load, uint32_t worker, bool twin, bool keyed,
                   struct card_load_call *c) {
    struct card_load_memory *m = &load->memory[worker];
    uint64_t *seed = twin ? &m->twin_seed : &m->seed;
    const uint64_t draw = splitmix_next(seed) % 8;
    *c = (struct card_load_call){.worker = worker,
                                 .actor = 10u + worker / 2,
                                 .rights = rights_of(worker / 2),
                                 .n = draw < CARD_LOAD_ITEMS ? draw + 1 : 1};
    for (uint64_t i = 0; i < c->n; i++)
        choose_item(load, m, seed, c, twin, &c->items[i]);
    if (twin)
        c->key = (TWIN_KEYS + worker / 2) * KEY_ROOM + load->boot * TWIN_ROOM + ++m->twin_calls;
    else if (keyed)
        c->key = (worker + 1u) * KEY_ROOM + ++m->calls;
}

void card_load_step(struct card_load *load, uint32_t worker) {
    struct card_load_memory *m = &load->memory[worker];
    struct card_load_call c;
    const uint64_t draw = splitmix_next(&m->seed) % 8;
    if (draw == 0 && m->recent_n > 0) { /* once more, long after the answer */
        const uint64_t n = m->recent_n < CARD_LOAD_KEEP ? m->recent_n : CARD_LOAD_KEEP;
        c = m->recent[splitmix_next(&m->seed) % n];
    } else {
        choose(load, worker, draw == 1, draw != 2, &c);
        if (c.key != 0) m->recent[m->recent_n++ % CARD_LOAD_KEEP] = c;
    }
    if (!card_load_ask(load, &c)) _exit(5);
}
