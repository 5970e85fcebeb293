/* Card numbers: FF1, prefix, Luhn digit, and a pool's exclusions (a list, patterns, a held-out
 * share); only numbers that may be issued count. The peer is npm luhn-generator made to do the same
 * job: unguessable digits, no repeats, the same exclusions. Beside it, without a goal, the package
 * alone and a loop by hand, with guessable digits and neither exclusions nor a look for repeats. */
#include <stdlib.h>

#include "areas.h"
#include "base/bytes.h"
#include "cards/rules.h"
#include "meter.h"
#include "peer.h"

#define CHUNK    4096u
#define NUMBER_N 16u           /* digits */
#define ROOM     100000000000u /* 10^11 indices */
#define HELD     20000000u     /* billionths: 2 % */
#define LISTED   1000u         /* numbers of the list */

struct numbering {
    struct cm_card_rules *rules;
    struct cm_numberer *numberer;
    uint64_t next;
    char numbers[CHUNK * NUMBER_N];
    uint8_t skip[CHUNK];
};

static cm_err run_numbers(void *ctx, double seconds, struct leg *leg) {
    struct numbering *t = ctx;
    const struct meter m = meter_begin();
    do {
        TRY(cm_numberer_make(t->numberer, t->next, CHUNK, t->numbers, t->skip));
        t->next = (t->next + CHUNK) % (ROOM - CHUNK);
        size_t cards = 0;
        for (size_t i = 0; i < CHUNK; i++)
            cards += t->skip[i] == 0;
        leg->items += (double)cards;
    } while (meter_seconds(&m) < seconds);
    meter_end(&m, leg);
    return CM_OK;
}

/* The rules of docs/examples/pool.json, and a list of a length that marketing asks for: the
 * numbers of the highest indices, which are whole numbers of the pool. */
static cm_err add_rules(struct numbering *t, struct cm_pool_numbers *pool,
                        const struct cm_key *root, struct cm_diag *diag) {
    static const char *const patterns[] = {"equal:5", "run:5", "zeros", "contains:666",
                                           "number.suffix:000"};
    TRY(cm_numberer_new(&t->numberer, pool, root, 1));
    TRY(cm_numberer_make(t->numberer, ROOM - LISTED, LISTED, t->numbers, t->skip));
    cm_numberer_free(take(&t->numberer));
    TRY(rules_new(&t->rules, pool));
    TRY(rules_begin(t->rules, 0, HELD, diag));
    for (size_t i = 0; i < CM_ARRAY_N(patterns); i++)
        TRY(rules_add_pattern(t->rules, slice_text(patterns[i]), diag));
    for (size_t i = 0; i < LISTED; i++)
        TRY(rules_add_number(t->rules, slice_of(t->numbers + i * NUMBER_N, NUMBER_N), diag));
    TRY(rules_seal(t->rules, diag));
    pool->rules = t->rules;
    return cm_numberer_new(&t->numberer, pool, root, 1);
}

static void numbering_freep(struct numbering **t) {
    if (*t == NULL) return;
    cm_numberer_free((*t)->numberer);
    rules_free((*t)->rules);
    free(*t);
}

cm_err area_cards(struct bench *b) {
    CM_CLEANUP(numbering_freep) struct numbering *t = calloc(1, sizeof *t);
    CM_CLEANUP(peer_stop) struct peer peer = PEER_INIT;
    if (t == NULL) return CM_E_NO_MEMORY;
    const struct cm_key root = {.b = {7}};
    struct cm_pool_numbers pool = {
        .id = 1, .test = true, .prefix_n = 4, .prefix = "9528", .body_n = 11};
    TRY(add_rules(t, &pool, &root, &b->diag));
    TRY(peer_start(&peer, b->peers, &b->diag));
    struct peer_task same = {&peer, "luhn.wholeJob", &b->diag};
    struct peer_task bare = {&peer, "luhn.alone", &b->diag};
    struct peer_task hand = {&peer, "cards.byHand", &b->diag};
    const struct bench_case c = {
        .area = "cards",
        .unit = "cards/s",
        .contestants = {{"numbers with rules", run_numbers, t},
                        {"npm luhn-generator, the whole job", peer_run, &same},
                        {"npm luhn-generator alone", peer_run, &bare},
                        {"node Luhn loop alone", peer_run, &hand}},
        .contestant_n = 4,
        .goals = {{"numbers + Luhn + exclusions", 0, 1, METRIC_RATE, SENSE_AT_LEAST, 50},
                  {"... / luhn-generator without rules", 0, 2, METRIC_RATE, SENSE_NONE, 0},
                  {"... / node loop without rules", 0, 3, METRIC_RATE, SENSE_NONE, 0}},
        .goal_n = 3};
    return bench_case_run(b, &c);
}
