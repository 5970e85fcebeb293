/* Filling, fetching, redeeming. */
#include "depot.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "vault/minter.h"

#define FETCH_CHUNK 4096u /* codes minted in one call */
#define ROUNDS      4u

static cm_err enter(struct depot *d) {
    struct cm_scheme_numbers numbers;
    const struct cm_key *root = NULL;
    TRY(shop_open(&d->shop, d->parent, d->diag));
    TRY(shop_numbers(&numbers, d->diag));
    TRY(keystore_find(d->shop.keystore, KEY_SCHEME, SHOP_SCHEME, 1, &root));
    return cm_coder_new(&d->coder, &numbers, root, 1);
}

static void leave(struct depot *d) {
    shop_close(&d->shop);
    cm_coder_free(d->coder);
    d->coder = NULL;
    d->text_n = d->text_at = 0; /* no other shop would know them */
}

cm_err depot_open(struct depot *d, const char *parent, struct cm_diag *diag) {
    *d = (struct depot){.parent = parent, .diag = diag};
    d->numerals = malloc((size_t)FETCH_CHUNK * SHOP_CODE_LEN);
    d->skip = malloc(FETCH_CHUNK);
    d->units = calloc(FETCH_CHUNK, sizeof *d->units);
    d->requests = calloc(CM_REQUESTS_MAX, sizeof *d->requests);
    d->answers = calloc(CM_REQUESTS_MAX, sizeof *d->answers);
    if (d->numerals == NULL || d->skip == NULL || d->units == NULL || d->requests == NULL ||
        d->answers == NULL)
        return CM_E_NO_MEMORY;
    return enter(d);
}

void depot_close(struct depot *d) {
    leave(d);
    free(d->texts);
    free(d->numerals);
    free(d->skip);
    free(d->units);
    free(d->requests);
    free(d->answers);
}

/* ---- Filling ----------------------------------------------------------------------------- */

static cm_err open_batch(struct depot *d, uint32_t set) {
    const struct phase_event phase = {.set = set, .phase = PHASE_OPEN, .shipped = true};
    return engine_phase(d->shop.engine, &phase, d->diag);
}

/* The serials as the minter spends them, in events of as many; the codes that the filter forbids
 * never open, so they are only counted too much. */
static cm_err spend(struct depot *d, uint32_t set, uint64_t quantity) {
    for (uint64_t first = 0; first < quantity; first += MINTER_CHUNK) {
        const uint64_t n = quantity - first < MINTER_CHUNK ? quantity - first : MINTER_CHUNK;
        const struct issue_event e = {
            .set = set, .first = first, .count = n, .issued = n, .rule_version = 1};
        TRY(engine_issue(d->shop.engine, &e, d->diag));
    }
    return open_batch(d, set);
}

/* A shop has so many batches and no more. */
static cm_err make_room(struct depot *d, uint64_t live) {
    const uint64_t needed = (live + DEPOT_BATCH - 1) / DEPOT_BATCH;
    if (d->shop.batch_n + needed <= SHOP_BATCHES) return CM_OK;
    leave(d);
    return enter(d);
}

cm_err depot_fill(struct depot *d, uint64_t live) {
    TRY(make_room(d, live));
    d->range = (struct depot_range){
        .set_first = d->shop.batch_n + 1, .per_set = DEPOT_BATCH, .live = live};
    for (uint64_t at = 0; at < live; at += DEPOT_BATCH) {
        const uint64_t n = live - at < DEPOT_BATCH ? live - at : DEPOT_BATCH;
        uint32_t set = 0;
        TRY(shop_batch(&d->shop, n, &set, d->diag));
        TRY(spend(d, set, n));
    }
    return engine_fold(d->shop.engine);
}

cm_err depot_mint(struct depot *d, uint64_t live, struct leg *leg) {
    CM_CLEANUP(minter_closep) struct minter *minter = NULL;
    struct minter_options options = {.engine = d->shop.engine, .keystore = d->shop.keystore};
    struct minter_rows rows;
    uint64_t serials = 0;
    TRY(shop_batch(&d->shop, live, &options.set, d->diag));
    TRY(minter_open(&minter, &options, d->diag));
    const struct meter m = meter_begin();
    do {
        TRY(minter_next(minter, UINT64_MAX, &rows, d->diag));
        leg->items += (double)rows.units;
        serials += rows.n;
    } while (rows.n > 0);
    meter_end(&m, leg);
    d->range = (struct depot_range){.set_first = options.set, .per_set = serials, .live = serials};
    return open_batch(d, options.set);
}

/* ---- Fetching ---------------------------------------------------------------------------- */

static uint64_t mixed(uint64_t x, uint64_t round) {
    x = (x + round + 1) * 0x9E3779B97F4A7C15u; /* splitmix64's step and finaliser */
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    return x ^ (x >> 27);
}

/* The i-th of a pseudo-random permutation of 0 .. n - 1: a Feistel cipher over the next power of
 * four, walked until it falls into the range. */
static uint64_t permuted(uint64_t i, uint64_t n) {
    unsigned half = 1;
    while ((uint64_t)1 << (2 * half) < n)
        half++;
    const uint64_t mask = ((uint64_t)1 << half) - 1;
    do {
        for (uint64_t round = 0; round < ROUNDS; round++)
            i = ((i & mask) << half) | ((i >> half ^ mixed(i & mask, round)) & mask);
    } while (i >= n);
    return i;
}

static cm_err fetch_chunk(struct depot *d, size_t n) {
    const struct depot_range *r = &d->range;
    for (size_t i = 0; i < n; i++) {
        const uint64_t at = permuted(r->next + i, r->live);
        d->units[i] = (struct cm_unit_fields){
            .batch = r->set_first - 1 + (uint32_t)(at / r->per_set), .serial = at % r->per_set};
    }
    TRY(cm_coder_mint(d->coder, d->units, n, d->numerals, d->skip));
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (d->skip[i] == 0)
            memmove(d->numerals + SHOP_CODE_LEN * kept++, d->numerals + SHOP_CODE_LEN * i,
                    SHOP_CODE_LEN);
    cm_coder_text(d->coder, d->numerals, kept, d->texts + SHOP_CODE_LEN * d->text_n);
    d->range.next += n;
    d->text_n += kept;
    return CM_OK;
}

/* Room for n texts. What was there stays. */
static cm_err grow(struct depot *d, size_t n) {
    if (n <= d->text_cap) return CM_OK;
    char *texts = realloc(d->texts, n * SHOP_CODE_LEN);
    if (texts == NULL) return CM_E_NO_MEMORY;
    d->texts = texts;
    d->text_cap = n;
    return CM_OK;
}

/* Behind those of the load, until it has n or the live codes end. */
static cm_err fetch_up_to(struct depot *d, size_t n) {
    TRY(grow(d, n));
    while (d->text_n < n && d->range.next < d->range.live) {
        const uint64_t left = d->range.live - d->range.next;
        size_t chunk = n - d->text_n < FETCH_CHUNK ? n - d->text_n : FETCH_CHUNK;
        if (chunk > left) chunk = (size_t)left;
        TRY(fetch_chunk(d, chunk));
    }
    return CM_OK;
}

cm_err depot_fetch(struct depot *d, size_t n) {
    d->text_n = d->text_at = 0;
    TRY(fetch_up_to(d, n));
    return d->text_n > 0 ? CM_OK : CM_E_LIMIT;
}

static void forget_redeemed(struct depot *d) {
    const size_t left = depot_left(d);
    if (left > 0 && d->text_at > 0)
        memmove(d->texts, d->texts + SHOP_CODE_LEN * d->text_at, SHOP_CODE_LEN * left);
    d->text_n = left;
    d->text_at = 0;
}

cm_err depot_stock(struct depot *d, size_t n) {
    if (depot_left(d) >= n) return CM_OK;
    forget_redeemed(d);
    TRY(fetch_up_to(d, n));
    while (d->text_n < n) {
        TRY(depot_fill(d, d->range.live));
        TRY(fetch_up_to(d, n));
    }
    return CM_OK;
}

/* ---- Redeeming --------------------------------------------------------------------------- */

static cm_err ask(struct depot *d, enum cm_operation operation, size_t at, size_t n) {
    for (size_t i = 0; i < n; i++)
        d->requests[i] = (struct cm_request){
            .operation = operation,
            .code = slice_of(d->texts + SHOP_CODE_LEN * (at + i), SHOP_CODE_LEN)};
    struct cm_call call = {.caller = {.actor = 1, .test = true},
                           .door = SHOP_DOOR,
                           .requests = d->requests,
                           .n = n,
                           .answers = d->answers};
    TRY(cm_engine_run(d->shop.engine, &call, 1));
    return call.status == CM_CALL_DONE ? CM_OK : CM_E_STATE;
}

cm_err depot_redeem(struct depot *d, size_t n, size_t *done) {
    const size_t left = depot_left(d);
    *done = n < left ? n : left;
    if (*done == 0) return CM_OK;
    TRY(ask(d, CM_OP_REDEEM, d->text_at, *done));
    d->text_at += *done;
    for (size_t i = 0; i < *done; i++)
        if (d->answers[i].verdict != CM_V_ACCEPTED)
            return diag_fail(d->diag, CM_E_STATE, "redeem", NULL, NULL,
                             "a fresh code was not accepted");
    return CM_OK;
}

cm_err depot_redeem_load(struct depot *d, size_t group_n, struct leg *leg) {
    size_t done = 0;
    const struct meter m = meter_begin();
    do {
        TRY(depot_redeem(d, group_n, &done));
        leg->items += (double)done;
    } while (done > 0);
    TRY(engine_fold(d->shop.engine));
    meter_end(&m, leg);
    return CM_OK;
}

cm_err depot_check(struct depot *d, enum cm_verdict *verdict) {
    TRY(ask(d, CM_OP_CHECK, 0, 1));
    *verdict = d->answers[0].verdict;
    return CM_OK;
}
