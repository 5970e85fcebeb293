/* Building a pool whose cards have a life, and asking about them. */
#include "support/world_life.h"

#include <stdio.h>

#include "engine/alias.h"
#include "support/cm.h"

static const char form[] =
    "{\"format\":1,\"name\":\"gift\",\"brand\":\"house\",\"id\":7,\"mode\":\"TEST\","
    "\"prefix\":\"9643\",\"body_digits\":11,\"number_digits\":16,\"pin_digits\":%u,"
    "\"volume\":%u,\"odds\":10,\"payment_prefix_forced\":false,\"rules\":[" RULES_1 "],"
    "\"keys\":[" KEYS_3 "],\"life\":%s}";

void world_life_make(struct world *w, const char *life, unsigned pin_n, uint64_t cards) {
    CM_KEY_SCOPED struct cm_key root;
    char text[POOL_TEXT_CAP];
    world_make(w, 12, 100000);
    pool_root(&root);
    assert_ok(keystore_add(w->keystore, KEY_POOL, POOL, POOL_KEY, 1, &root));
    assert_ok(keystore_generate(w->keystore, KEY_PSEUDONYM, CAMPAIGN_OF_POOL | POOL, 1, 1));
    assert_ok(keystore_generate(w->keystore, KEY_ALIAS, ALIAS_KEY_ID, 1, 1));
    world_document(w, DOCUMENT_BRAND, 1, slice_text("{\"name\":\"house\"}"));
    (void)snprintf(text, sizeof text, form, pin_n, POOL_VOLUME, life);
    world_document(w, DOCUMENT_POOL, POOL, slice_text(text));
    world_document(w, DOCUMENT_DOOR, WORLD_DOOR,
                   slice_text("{\"name\":\"front\",\"brand\":1,\"mode\":\"TEST\",\"schemes\":[],"
                              "\"pools\":[7]}"));
    assert_ok(issue_cards(w, POOL, 0, cards, 1));
    const struct phase_event phase = {.set = POOL, .phase = PHASE_OPEN};
    assert_ok(engine_phase(w->engine, &phase, NULL));
}

void world_number(uint64_t index, char out[static CM_CARD_NUMBER_MAX + 1u]) {
    CM_KEY_SCOPED struct cm_key root;
    const struct cm_pool_numbers numbers = {
        .id = POOL, .test = true, .prefix_n = 4, .prefix = "9643", .body_n = 11, .pin_n = 6};
    struct cm_numberer *numberer = NULL;
    uint8_t skip = 0;
    pool_root(&root);
    assert_ok(cm_numberer_new(&numberer, &numbers, &root, POOL_KEY));
    assert_ok(cm_numberer_make(numberer, index, 1, out, &skip));
    out[cm_card_number_n(&numbers)] = '\0';
    cm_numberer_free(numberer);
}

struct cm_answer world_life_ask(struct world *w, const struct life_ask *q,
                                struct cm_card_told *told) {
    struct cm_answer answer = {.verdict = CM_V_BUSY};
    const struct cm_request request = {.operation = q->operation,
                                       .code = slice_text(q->code),
                                       .pin = slice_text(q->pin != NULL ? q->pin : ""),
                                       .hold_ms = q->hold_ms};
    struct cm_call call = {.caller = {.actor = q->actor,
                                      .brand = 1,
                                      .test = true,
                                      .rights = q->rights,
                                      .agent = q->agent},
                           .door = WORLD_DOOR,
                           .key = slice_text(q->key != NULL ? q->key : ""),
                           .requests = &request,
                           .n = 1,
                           .answers = &answer,
                           .asks = &q->ask,
                           .told = told};
    assert_ok(cm_engine_run(w->engine, &call, 1));
    assert_int_equal(call.status, CM_CALL_DONE);
    return answer;
}
