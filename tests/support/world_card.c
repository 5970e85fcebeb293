/* Building and asking cards with a life. */
#include "support/world_card.h"

#include <string.h>

#include "crypto/secret.h"
#include "engine/set.h"
#include "support/cm.h"

#define CARD_ROOT 0x40u
#define HOLD_MS   60000u

static const char form[] =
    "{\"format\":1,\"name\":\"gift\",\"brand\":\"house\",\"id\":7,\"mode\":\"TEST\","
    "\"prefix\":\"9643\",\"body_digits\":11,\"number_digits\":16,\"pin_digits\":%u,"
    "\"volume\":20000000,\"odds\":10,\"payment_prefix_forced\":false,\"life\":%s,\"rules\":[{"
    "\"version\":1,\"from_index\":0,\"held_out\":\"0\",\"held_below\":0,\"patterns\":[],"
    "\"listed\":[]}]}";

static void root_of(struct cm_key *key) {
    for (size_t i = 0; i < sizeof key->b; i++)
        key->b[i] = (uint8_t)(CARD_ROOT + i);
}

static void add_keys(struct card_world *c, unsigned pin_n) {
    CM_KEY_SCOPED struct cm_key root;
    const struct cm_pool_numbers numbers = {.id = CARDS,
                                            .test = true,
                                            .prefix_n = 4,
                                            .prefix = "9643",
                                            .body_n = 11,
                                            .pin_n = (uint8_t)pin_n};
    root_of(&root);
    assert_ok(keystore_add(c->w.keystore, KEY_POOL, CARDS, 1, 1, &root));
    assert_ok(keystore_generate(c->w.keystore, KEY_PSEUDONYM, CAMPAIGN_OF_POOL | CARDS, 1, 1));
    assert_ok(cm_numberer_new(&c->numberer, &numbers, &root, 1));
}

void card_world_make(struct card_world *c, unsigned pin_n, const char *life) {
    char text[1024];
    c->pin_n = pin_n;
    world_make(&c->w, 12, 100000);
    add_keys(c, pin_n);
    world_document(&c->w, DOCUMENT_BRAND, 1, slice_text("{\"name\":\"house\"}"));
    (void)snprintf(text, sizeof text, form, pin_n, life);
    world_document(&c->w, DOCUMENT_POOL, CARDS, slice_text(text));
    world_document(&c->w, DOCUMENT_DOOR, WORLD_DOOR,
                   slice_text("{\"name\":\"front\",\"brand\":0,\"mode\":\"TEST\",\"schemes\":[1],"
                              "\"pools\":[7]}"));
    const struct issue_event e = {
        .set = CARDS, .count = CARDS_N, .issued = CARDS_N, .rule_version = 1};
    assert_ok(engine_issue(c->w.engine, &e, NULL));
    const struct phase_event phase = {.set = CARDS, .phase = PHASE_OPEN};
    assert_ok(engine_phase(c->w.engine, &phase, NULL));
}

cm_err card_world_try_life(struct card_world *c, const char *life) {
    char text[1024];
    (void)snprintf(text, sizeof text, form, c->pin_n, life);
    return world_try_document(&c->w, DOCUMENT_POOL, CARDS, slice_text(text), NULL);
}

void card_world_remove(struct card_world *c) {
    cm_numberer_free(c->numberer);
    world_remove(&c->w);
}

int card_world_setup(void **state) {
    static struct card_world c;
    c = (struct card_world){.numberer = NULL};
    card_world_make(&c, CARD_PIN_N, LIFE_EUR);
    *state = &c;
    return 0;
}

int card_world_teardown(void **state) {
    card_world_remove(card_world_of(state));
    return 0;
}

void card_world_reopen(struct card_world *c, bool folded) {
    if (folded) assert_ok(engine_fold(c->w.engine));
    world_close(&c->w);
    world_open(&c->w);
}

void card_number(struct card_world *c, uint64_t index, char out[static CARD_CAP]) {
    uint8_t skip = 0;
    assert_ok(cm_numberer_make(c->numberer, index, 1, out, &skip));
    assert_int_equal(skip, 0);
    out[16] = '\0';
}

void card_pin(struct card_world *c, uint64_t index, unsigned issue, char out[static CARD_CAP]) {
    const struct cm_card_pin asked = {.index = index, .issue = (uint16_t)issue};
    assert_ok(cm_numberer_pin(c->numberer, &asked, 1, out));
    out[CARD_PIN_N] = '\0';
}

static void fill_ask(struct card_world *c, const struct card_ask *q, char *other,
                     struct cm_card_ask *ask) {
    *ask = (struct cm_card_ask){
        .amount = q->amount, .reference = q->reference, .reason = q->reason, .checked = q->checked};
    if (q->currency != NULL) (void)snprintf(ask->currency, sizeof ask->currency, "%s", q->currency);
    if (q->op != CM_OP_REPLACE) return;
    card_number(c, q->other, other);
    ask->other = slice_text(other);
}

struct card_answer card_ask(struct card_world *c, const struct card_ask *q) {
    char number[CARD_CAP], other[CARD_CAP], pin[CARD_CAP] = "";
    struct card_answer out;
    struct cm_card_ask ask;
    memset(&out, 0xA5, sizeof out);
    card_number(c, q->index, number);
    if (q->pin != NULL && q->pin[0] == '\0' && c->pin_n > 0)
        card_pin(c, q->index, 1, pin);
    else if (q->pin != NULL)
        (void)snprintf(pin, sizeof pin, "%s", q->pin);
    fill_ask(c, q, other, &ask);
    const struct cm_request request = {.operation = q->op,
                                       .code = slice_text(number),
                                       .pin = slice_text(pin),
                                       .hold_ms = q->hold_ms};
    struct cm_call call = {.caller = {.actor = q->actor, .test = true, .rights = q->rights},
                           .door = WORLD_DOOR,
                           .key = slice_text(q->key != NULL ? q->key : ""),
                           .requests = &request,
                           .n = 1,
                           .answers = &out.a,
                           .asks = &ask,
                           .told = &out.told};
    assert_ok(cm_engine_run(c->w.engine, &call, 1));
    out.status = call.status;
    return out;
}

static struct card_answer asks(struct card_world *c, struct card_ask q) {
    if (q.op == CM_OP_RESERVE) q.hold_ms = HOLD_MS;
    return card_ask(c, &q);
}

struct card_answer till_asks(struct card_world *c, enum cm_operation op, uint64_t index,
                             uint64_t amount) {
    return asks(
        c, (struct card_ask){
               .op = op, .index = index, .actor = TILL, .rights = CM_RIGHT_TILL, .amount = amount});
}

struct card_answer desk_asks(struct card_world *c, enum cm_operation op, uint64_t index) {
    return asks(
        c, (struct card_ask){
               .op = op, .index = index, .actor = DESK, .rights = CM_RIGHT_TILL | CM_RIGHT_DESK});
}

struct card_answer web_asks(struct card_world *c, enum cm_operation op, uint64_t index,
                            uint64_t amount) {
    return asks(
        c, (struct card_ask){.op = op, .index = index, .actor = WEB, .pin = "", .amount = amount});
}
