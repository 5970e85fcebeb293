/* Minting to memory: computed and written as text, chunk after chunk into the same room. Node with
 * crypto and a Set does the same job a million codes at a time. (To a file: area_mint_file.c.)
 * Reference: docs/design/performance.md. */
#include <stdlib.h>

#include "areas.h"
#include "codes/coder.h"
#include "meter.h"
#include "peer.h"
#include "shop.h"

#define CHUNK 4096u /* codes of a call */

struct to_memory {
    struct cm_coder *coder;
    uint64_t next;
    uint8_t numerals[CHUNK * SHOP_CODE_LEN], skip[CHUNK];
    char texts[CHUNK * SHOP_CODE_LEN];
};

static cm_err run_memory(void *ctx, double seconds, struct leg *leg) {
    struct to_memory *t = ctx;
    const struct cm_unit_fields fields = {.batch = 0};
    const struct meter m = meter_begin();
    do {
        if (t->next + CHUNK > SHOP_SERIALS) t->next = 0;
        TRY(cm_coder_mint_range(t->coder, &fields, t->next, CHUNK, t->numerals, t->skip));
        cm_coder_text(t->coder, t->numerals, CHUNK, t->texts);
        t->next += CHUNK;
        leg->items += CHUNK;
    } while (meter_seconds(&m) < seconds);
    meter_end(&m, leg);
    return CM_OK;
}

static void to_memory_free(struct to_memory **t) {
    if (*t != NULL) cm_coder_free((*t)->coder);
    free(*t);
}

static cm_err to_memory_new(struct to_memory **out, struct shop *shop, struct cm_diag *diag) {
    struct cm_scheme_numbers numbers;
    const struct cm_key *root = NULL;
    TRY(shop_numbers(&numbers, diag));
    TRY(keystore_find(shop->keystore, KEY_SCHEME, SHOP_SCHEME, 1, &root));
    if ((*out = calloc(1, sizeof **out)) == NULL) return CM_E_NO_MEMORY;
    return cm_coder_new(&(*out)->coder, &numbers, root, 1);
}

static cm_err measure(struct bench *b, struct shop *shop, struct peer *peer) {
    CM_CLEANUP(to_memory_free) struct to_memory *memory = NULL;
    struct peer_task codes = {peer, "codes.toMemory", &b->diag};
    TRY(to_memory_new(&memory, shop, &b->diag));
    const struct bench_case c = {
        .area = "mint",
        .unit = "codes/s",
        .contestants = {{"mint to memory", run_memory, memory},
                        {"node crypto + Set", peer_run, &codes}},
        .contestant_n = 2,
        .goals = {{"to memory / node", 0, 1, METRIC_RATE, SENSE_AT_LEAST, 12}},
        .goal_n = 1};
    return bench_case_run(b, &c);
}

cm_err area_mint(struct bench *b) {
    CM_CLEANUP(shop_close) struct shop shop = {.keystore = NULL};
    CM_CLEANUP(peer_stop) struct peer peer = PEER_INIT;
    TRY(shop_open(&shop, b->scratch, &b->diag));
    TRY(peer_start(&peer, b->peers, &b->diag));
    return measure(b, &shop, &peer);
}
