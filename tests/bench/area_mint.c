/* Minting to memory: computed, judged by the word filter and written as text, chunk after chunk
 * into the same room; on one core and on two; and the memory it takes for few codes and for many.
 * Beside it, a million codes a round: node with crypto and a Set, npm nanoid, npm referral-codes,
 * and PostgreSQL with a unique index. (To a file: area_mint_file.c.) Reference:
 * docs/design/performance.md. */
#include <stdlib.h>

#include "areas.h"
#include "codes/coder.h"
#include "duet.h"
#include "fact.h"
#include "meter.h"
#include "peer.h"
#include "pg.h"
#include "shop.h"

#define CHUNK      4096u /* codes of a call */
#define FEW        10000000u
#define MANY       100000000u
#define MANY_FULL  1000000000u
#define PAIRS      3u
#define PAIRS_FULL 1u
#define HANDS      2u

struct to_memory {
    struct cm_coder *coder;
    uint64_t next;
    uint8_t numerals[CHUNK * SHOP_CODE_LEN], skip[CHUNK];
    char texts[CHUNK * SHOP_CODE_LEN];
};

static cm_err mint_chunk(struct to_memory *t) {
    const struct cm_unit_fields fields = {.batch = 0};
    if (t->next + CHUNK > SHOP_SERIALS) t->next = 0;
    TRY(cm_coder_mint_range(t->coder, &fields, t->next, CHUNK, t->numerals, t->skip));
    cm_coder_text(t->coder, t->numerals, CHUNK, t->texts);
    t->next += CHUNK;
    return CM_OK;
}

static cm_err run_memory(void *ctx, double seconds, struct leg *leg) {
    const struct meter m = meter_begin();
    do {
        TRY(mint_chunk(ctx));
        leg->items += CHUNK;
    } while (meter_seconds(&m) < seconds);
    meter_end(&m, leg);
    return CM_OK;
}

static void hands_free(struct to_memory *(*hands)[HANDS]) {
    for (size_t i = 0; i < HANDS; i++) {
        if ((*hands)[i] != NULL) cm_coder_free((*hands)[i]->coder);
        free((*hands)[i]);
    }
}

static cm_err hands_new(struct to_memory *hands[static HANDS], struct shop *shop,
                        struct cm_diag *diag) {
    struct cm_scheme_numbers numbers;
    const struct cm_key *root = NULL;
    TRY(shop_numbers(&numbers, diag));
    TRY(keystore_find(shop->keystore, KEY_SCHEME, SHOP_SCHEME, 1, &root));
    for (size_t i = 0; i < HANDS; i++) {
        if ((hands[i] = calloc(1, sizeof *hands[i])) == NULL) return CM_E_NO_MEMORY;
        TRY(cm_coder_new(&hands[i]->coder, &numbers, root, 1));
    }
    return CM_OK;
}

static cm_err mint_so_many(struct to_memory *t, uint64_t codes, struct leg *leg) {
    *leg = (struct leg){.items = (double)codes};
    const struct meter m = meter_begin();
    for (uint64_t made = 0; made < codes; made += CHUNK)
        TRY(mint_chunk(t));
    meter_end(&m, leg);
    return CM_OK;
}

/* Peaks in turn: few, many, few, many ... */
static cm_err measure_peaks(struct bench *b, struct to_memory *t) {
    struct bench_fact fact = {.area = "mint",
                              .unit = "bytes",
                              .sense = SENSE_AT_MOST,
                              .goal = 1.05,
                              .row = b->full ? "peak at 1 billion" : "peak at 100 million",
                              .peer_name = "ours at 10 million",
                              .n = b->full ? PAIRS_FULL : PAIRS};
    struct leg few;
    TRY(mint_so_many(t, FEW, &few)); /* warms up: every page has been touched once */
    for (size_t i = 0; i < fact.n; i++) {
        TRY(mint_so_many(t, FEW, &few));
        TRY(mint_so_many(t, b->full ? MANY_FULL : MANY, &fact.cost));
        fact.peer[i] = few.peak;
        fact.ours[i] = fact.cost.peak;
    }
    return bench_fact(b, &fact);
}

static cm_err measure(struct bench *b, struct to_memory *hands[static HANDS], struct peer *node,
                      struct pg *pg) {
    struct peer_task codes = {node, "codes.toMemory", &b->diag};
    struct peer_task nanoid = {node, "nanoid.toMemory", &b->diag};
    struct peer_task referral = {node, "referral.toMemory", &b->diag};
    struct pg_mint index = {pg, &b->diag};
    struct duet duet = {run_memory, {hands[0], hands[1]}};
    const struct bench_case c = {
        .area = "mint",
        .unit = "codes/s",
        .contestants = {{"mint to memory", run_memory, hands[0]},
                        {"mint to memory on two cores", duet_run, &duet},
                        {"node crypto + Set", peer_run, &codes},
                        {"npm nanoid + Set", peer_run, &nanoid},
                        {"npm referral-codes", peer_run, &referral},
                        {"PostgreSQL + unique index", pg_mint_run, &index}},
        .contestant_n = 6,
        .goals = {{"to memory / the fastest of four", 0, BENCH_FASTEST(2, 4), METRIC_RATE,
                   SENSE_AT_LEAST, 12},
                  {"to memory / node", 0, 2, METRIC_RATE, SENSE_NONE, 0},
                  {"to memory / nanoid", 0, 3, METRIC_RATE, SENSE_NONE, 0},
                  {"to memory / referral-codes", 0, 4, METRIC_RATE, SENSE_NONE, 0},
                  {"to memory / PostgreSQL", 0, 5, METRIC_RATE, SENSE_NONE, 0},
                  {"two cores / one", 1, 0, METRIC_RATE, SENSE_AT_LEAST, 1.8}},
        .goal_n = 6};
    return bench_case_run(b, &c);
}

cm_err area_mint(struct bench *b) {
    CM_CLEANUP(shop_close) struct shop shop = {.keystore = NULL};
    CM_CLEANUP(peer_stop) struct peer node = PEER_INIT;
    CM_CLEANUP(pg_close) struct pg pg = PG_INIT;
    CM_CLEANUP(hands_free) struct to_memory *hands[HANDS] = {NULL};
    TRY(shop_open(&shop, b->scratch, &b->diag));
    TRY(hands_new(hands, &shop, &b->diag));
    TRY(engine_fold(shop.engine)); /* the shop's own: none may map its pages into a peak */
    TRY(measure_peaks(b, hands[0]));
    TRY(peer_start(&node, b->peers, &b->diag));
    TRY(pg_open(&pg, b->scratch, &b->diag));
    return measure(b, hands, &node, &pg);
}
