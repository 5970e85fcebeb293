/* A pool, its activation, and spending. */
#include "purse.h"

#include <stdio.h>
#include <stdlib.h>

#include "countermark/card.h"
#include "countermark/life.h"

#define POOL       7u
#define DOOR       2u
#define TILL       1u     /* actor */
#define CHUNK      4096u  /* numbers made, cards activated at once */
#define ISSUE      65536u /* cards of one event */
#define BODY_N     11u
#define STARTED_AT 1u /* key version */

_Static_assert(PURSE_CARDS % ISSUE == 0 && PURSE_CARDS % CHUNK == 0, "no rest");

static const char pool[] =
    "{\"format\":1,\"name\":\"gift\",\"brand\":\"house\",\"id\":7,\"mode\":\"TEST\","
    "\"prefix\":\"9643\",\"body_digits\":11,\"number_digits\":16,\"pin_digits\":4,"
    "\"volume\":1048576,\"odds\":10,\"payment_prefix_forced\":false,"
    "\"life\":{\"activation\":\"till\",\"currency\":\"EUR\",\"load_max\":1000000,"
    "\"balance_max\":1000000},\"rules\":[{\"version\":1,\"from_index\":0,\"held_out\":\"0\","
    "\"held_below\":0,\"patterns\":[],\"listed\":[]}]}";

static cm_err add(struct purse *p, enum document_kind kind, uint32_t id, const char *text) {
    return engine_document(p->shop.engine, kind, &id, 0, slice_text(text), p->diag);
}

/* ---- Making ---------------------------------------------------------------------------------- */

static cm_err make_pool(struct purse *p) {
    TRY(keystore_generate(p->shop.keystore, KEY_POOL, POOL, STARTED_AT, 1));
    TRY(keystore_generate(p->shop.keystore, KEY_PSEUDONYM, CAMPAIGN_OF_POOL | POOL, 1, 1));
    TRY(add(p, DOCUMENT_BRAND, 1, "{\"name\":\"house\"}"));
    TRY(add(p, DOCUMENT_POOL, POOL, pool));
    TRY(add(p, DOCUMENT_DOOR, DOOR,
            "{\"name\":\"till\",\"brand\":0,\"mode\":\"TEST\",\"schemes\":[],\"pools\":[7]}"));
    for (uint64_t at = 0; at < PURSE_CARDS; at += ISSUE) {
        const struct issue_event e = {
            .set = POOL, .first = at, .count = ISSUE, .issued = ISSUE, .rule_version = 1};
        TRY(engine_issue(p->shop.engine, &e, p->diag));
    }
    const struct phase_event open = {.set = POOL, .phase = PHASE_OPEN, .shipped = true};
    return engine_phase(p->shop.engine, &open, p->diag);
}

static cm_err make_numbers(struct purse *p) {
    uint8_t skip[CHUNK];
    struct cm_numberer *numberer = NULL;
    const struct cm_key *root = NULL;
    const struct cm_pool_numbers numbers = {
        .id = POOL, .test = true, .prefix_n = 4, .prefix = "9643", .body_n = BODY_N, .pin_n = 4};
    TRY(keystore_find(p->shop.keystore, KEY_POOL, POOL, STARTED_AT, &root));
    TRY(cm_numberer_new(&numberer, &numbers, root, STARTED_AT));
    cm_err err = CM_OK;
    for (uint64_t at = 0; at < PURSE_CARDS && err == CM_OK; at += CHUNK)
        err = cm_numberer_make(numberer, at, CHUNK, p->numbers + at * PURSE_NUMBER_N, skip);
    cm_numberer_free(numberer);
    return err;
}

/* ---- Calls ----------------------------------------------------------------------------------- */

static void fill(struct purse *p, size_t i, enum cm_operation operation, uint64_t card,
                 uint64_t amount) {
    const char *number = p->numbers + card * PURSE_NUMBER_N;
    p->requests[i] =
        (struct cm_request){.operation = operation, .code = slice_of(number, PURSE_NUMBER_N)};
    p->asks[i] = (struct cm_card_ask){.amount = amount};
}

/* So many cards a call, so many calls at once. */
static cm_err ask(struct purse *p, size_t each, size_t calls_n) {
    struct cm_call calls[PURSE_CALLS];
    for (size_t i = 0; i < calls_n; i++)
        calls[i] =
            (struct cm_call){.caller = {.actor = TILL, .test = true, .rights = CM_RIGHT_TILL},
                             .door = DOOR,
                             .requests = p->requests + i * each,
                             .n = each,
                             .answers = p->answers + i * each,
                             .asks = p->asks + i * each,
                             .told = p->told + i * each};
    TRY(cm_engine_run(p->shop.engine, calls, calls_n));
    for (size_t i = 0; i < calls_n * each; i++)
        if (calls[i / each].status != CM_CALL_DONE || p->answers[i].verdict != CM_V_ACCEPTED)
            return diag_fail(p->diag, CM_E_STATE, "value card", NULL, NULL,
                             "a spend that the balance covers was refused: %s",
                             cm_verdict_name(p->answers[i].verdict));
    return CM_OK;
}

static cm_err activate(struct purse *p) {
    for (uint64_t at = 0; at < PURSE_CARDS; at += CHUNK) {
        for (size_t i = 0; i < CHUNK; i++)
            fill(p, i, CM_OP_ACTIVATE, at + i, PURSE_BALANCE);
        TRY(ask(p, CHUNK, 1));
    }
    return engine_fold(p->shop.engine);
}

cm_err purse_open(struct purse *p, const char *parent, struct cm_diag *diag) {
    *p = (struct purse){.diag = diag, .call_n = 1};
    p->numbers = malloc((size_t)PURSE_CARDS * PURSE_NUMBER_N);
    p->requests = calloc(CHUNK, sizeof *p->requests);
    p->answers = calloc(CHUNK, sizeof *p->answers);
    p->asks = calloc(CHUNK, sizeof *p->asks);
    p->told = calloc(CHUNK, sizeof *p->told);
    if (p->numbers == NULL || p->requests == NULL || p->answers == NULL || p->asks == NULL ||
        p->told == NULL)
        return CM_E_NO_MEMORY;
    TRY(shop_open(&p->shop, parent, diag));
    TRY(make_pool(p));
    TRY(make_numbers(p));
    return activate(p);
}

void purse_close(struct purse *p) {
    shop_close(&p->shop);
    free(p->numbers);
    free(p->requests);
    free(p->answers);
    free(p->asks);
    free(p->told);
}

cm_err purse_run(void *ctx, double seconds, struct leg *leg) {
    struct purse *p = ctx;
    const size_t calls_n = p->call_n == 1 ? PURSE_CALLS : 1, n = calls_n * p->call_n;
    const struct meter m = meter_begin();
    do {
        for (size_t i = 0; i < n; i++)
            fill(p, i, CM_OP_REDEEM, purse_next(&p->next), 1);
        TRY(ask(p, p->call_n, calls_n));
        leg->items += (double)n;
    } while (meter_seconds(&m) < seconds);
    TRY(engine_fold(p->shop.engine));
    meter_end(&m, leg);
    return CM_OK;
}
