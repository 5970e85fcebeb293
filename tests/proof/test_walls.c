/* Walls between callers and cards: what the public is answered for a card that it may not hear of
 * is, to the last byte, what it is answered for a number that was never made. Every operation, many
 * states reached at random, right and wrong PINs; cards of another brand behind the same door; LIVE
 * callers and TEST cards. Source: docs/design/card-life.md, "Callers"; states.md section 2, row 4.
 */
#include "support/cm.h"

#include <string.h>

#include "base/macros.h"
#include "engine/cards.h"
#include "support/prove.h"
#include "support/splitmix.h"
#include "support/world_card.h"

#define OTHERS      8u /* set number of the other brand's pool */
#define DOOR_OURS   2u
#define DOOR_THEIRS 3u
#define CARDS_HERE  12u
#define STEPS       400u
#define STEPS_BIG   20000u
#define PUBLIC_ONE  9u
#define HOLD_MS     1000u
#define NUMBER_N    16u

static const char others_pool[] =
    "{\"format\":1,\"name\":\"theirs\",\"brand\":\"other\",\"id\":8,\"mode\":\"TEST\","
    "\"prefix\":\"9644\",\"body_digits\":11,\"number_digits\":16,\"pin_digits\":4,"
    "\"volume\":20000000,\"odds\":10,\"payment_prefix_forced\":false,\"life\":" LIFE_EUR
    ",\"rules\":[{\"version\":1,\"from_index\":0,\"held_out\":\"0\",\"held_below\":0,"
    "\"patterns\":[],\"listed\":[]}]}";

struct walls {
    struct card_world c;
    struct cm_numberer *theirs;
    uint64_t seed;
    bool owns[CARDS_HERE]; /* the public one spent or held something: it may hear of that */
};

static void make(struct walls *w) {
    CM_KEY_SCOPED struct cm_key root;
    const struct cm_pool_numbers numbers = {.id = OTHERS,
                                            .test = true,
                                            .prefix_n = 4,
                                            .prefix = "9644",
                                            .body_n = 11,
                                            .pin_n = CARD_PIN_N};
    *w = (struct walls){.seed = 4242};
    card_world_make(&w->c, CARD_PIN_N, LIFE_EUR);
    struct world *at = &w->c.w;
    memset(root.b, 0x51, sizeof root.b);
    assert_ok(keystore_add(at->keystore, KEY_POOL, OTHERS, 1, 1, &root));
    assert_ok(keystore_generate(at->keystore, KEY_PSEUDONYM, CAMPAIGN_OF_POOL | OTHERS, 1, 1));
    assert_ok(cm_numberer_new(&w->theirs, &numbers, &root, 1));
    world_document(at, DOCUMENT_BRAND, 2, slice_text("{\"name\":\"other\"}"));
    world_document(at, DOCUMENT_POOL, OTHERS, slice_text(others_pool));
    world_document(at, DOCUMENT_DOOR, DOOR_OURS,
                   slice_text("{\"name\":\"ours\",\"brand\":1,\"mode\":\"TEST\",\"schemes\":[],"
                              "\"pools\":[7]}"));
    world_document(at, DOCUMENT_DOOR, DOOR_THEIRS,
                   slice_text("{\"name\":\"theirs\",\"brand\":2,\"mode\":\"TEST\",\"schemes\":[],"
                              "\"pools\":[8]}"));
    const struct issue_event e = {
        .set = OTHERS, .count = CARDS_N, .issued = CARDS_N, .rule_version = 1};
    const struct phase_event phase = {.set = OTHERS, .phase = PHASE_OPEN};
    assert_ok(engine_issue(at->engine, &e, NULL));
    assert_ok(engine_phase(at->engine, &phase, NULL));
}

static void free_walls(struct walls *w) {
    cm_numberer_free(w->theirs);
    card_world_remove(&w->c);
}

/* One question of one caller about a number of either pool. */
struct question {
    struct cm_caller caller;
    uint32_t door;
    enum cm_operation op;
    struct cm_numberer *pool;
    uint64_t index, amount, reference;
    const char *pin; /* NULL: none; "": the card's own */
};
struct reply {
    struct cm_answer a;
    struct cm_card_told told;
    enum cm_call_status status;
};

static void number_of(const struct question *q, char number[static CARD_CAP],
                      char pin[static CARD_CAP]) {
    const struct cm_card_pin own = {.index = q->index, .issue = 1};
    uint8_t skip = 0;

    assert_ok(cm_numberer_make(q->pool, q->index, 1, number, &skip));
    number[NUMBER_N] = '\0';
    (void)snprintf(pin, CARD_CAP, "%s", q->pin != NULL ? q->pin : "");
    if (q->pin == NULL || q->pin[0] != '\0') return;
    assert_ok(cm_numberer_pin(q->pool, &own, 1, pin));
    pin[CARD_PIN_N] = '\0';
}

static void ask(struct walls *w, const struct question *q, struct reply *out) {
    char number[CARD_CAP], pin[CARD_CAP];
    number_of(q, number, pin);
    memset(out, 0xA5, sizeof *out);
    const struct cm_card_ask more = {.amount = q->amount, .reference = q->reference};
    const struct cm_request request = {
        .operation = q->op, .code = slice_text(number), .pin = slice_text(pin), .hold_ms = HOLD_MS};
    struct cm_call call = {.caller = q->caller,
                           .door = q->door,
                           .requests = &request,
                           .n = 1,
                           .answers = &out->a,
                           .asks = &more,
                           .told = &out->told};
    assert_ok(cm_engine_run(w->c.w.engine, &call, 1));
    out->status = call.status;
}

/* The same question about a number that nobody has. */
static void ask_unknown(struct walls *w, struct question q, struct reply *out) {
    q.index += CARDS_N;
    ask(w, &q, out);
}

static void is_like_unknown(struct walls *w, const struct question *q) {
    struct reply r, unknown;
    ask(w, q, &r);
    ask_unknown(w, *q, &unknown);
    const uint8_t *told = (const uint8_t *)&r, *of_none = (const uint8_t *)&unknown;
    if (memcmp(told, of_none, sizeof r) != 0) /* to the byte: both began as 0xA5 throughout */
        fail_msg("operation %d of card %llu: %s, of no card: %s", (int)q->op,
                 (unsigned long long)q->index, cm_verdict_name(r.a.verdict),
                 cm_verdict_name(unknown.a.verdict));
}

static const struct cm_caller somebody = {.actor = PUBLIC_ONE, .brand = 1, .test = true};

/* Till and desk do something; most of it changes the card's state. */
static void change(struct walls *w, uint64_t index) {
    static const enum cm_operation ops[] = {
        CM_OP_ACTIVATE, CM_OP_ACTIVATE, CM_OP_DEACTIVATE, CM_OP_LOAD,    CM_OP_REDEEM,
        CM_OP_RESERVE,  CM_OP_BLOCK,    CM_OP_UNBLOCK,    CM_OP_UNBLOCK, CM_OP_LOSE};
    struct reply r;
    const struct question q = {.caller = {.actor = DESK,
                                          .test = true,
                                          .brand = 1,
                                          .rights = CM_RIGHT_TILL | CM_RIGHT_DESK},
                               .door = DOOR_OURS,
                               .op = ops[splitmix_next(&w->seed) % CM_ARRAY_N(ops)],
                               .pool = w->c.numberer,
                               .index = index,
                               .amount = 1 + splitmix_next(&w->seed) % 100};
    ask(w, &q, &r);
    if (splitmix_next(&w->seed) % 8 == 0) w->c.w.now_ms += HOLD_MS;
}

/* Whether the public may hear of the card under this PIN; as the operator sees it. */
static bool may_hear(struct walls *w, const struct question *q) {
    const bool pin_right = q->pin != NULL && q->pin[0] == '\0';
    const bool ends = q->op == CM_OP_CONFIRM || q->op == CM_OP_RELEASE || q->op == CM_OP_REVERSE;
    struct card_view v;
    assert_ok(engine_card_view(w->c.w.engine, 0, CARDS, q->index, &v, NULL));
    return v.record.known && ((pin_right && !v.pin_locked) || (ends && w->owns[q->index]));
}

static void the_public_cannot_tell_what_it_may_not_hear_from_no_card(void **state) {
    static const char *const pins[] = {NULL, "", "99999", "abcd", "12"};
    struct walls w;
    uint64_t compared = 0, heard = 0;
    (void)state;
    make(&w);
    for (uint64_t i = 0; i < prove_size(STEPS, STEPS_BIG); i++) {
        const uint64_t index = splitmix_next(&w.seed) % CARDS_HERE;
        change(&w, index);
        struct question q = {.caller = somebody,
                             .door = DOOR_OURS,
                             .op = (enum cm_operation)(splitmix_next(&w.seed) % CM_OPERATION_N),
                             .pool = w.c.numberer,
                             .index = index,
                             .amount = splitmix_next(&w.seed) % 3,
                             .reference = splitmix_next(&w.seed) % 3,
                             .pin = pins[splitmix_next(&w.seed) % CM_ARRAY_N(pins)]};
        if (!may_hear(&w, &q)) {
            is_like_unknown(&w, &q);
            compared++;
            continue;
        }
        struct reply r;
        ask(&w, &q, &r);
        assert_int_equal(r.status, CM_CALL_DONE);
        if (r.a.verdict == CM_V_ACCEPTED && (q.op == CM_OP_REDEEM || q.op == CM_OP_RESERVE))
            w.owns[index] = true;
        heard += r.a.verdict != CM_V_NOT_A_CODE;
        assert_true(r.a.verdict != CM_V_INACTIVE && r.a.verdict != CM_V_WRONG_PIN &&
                    r.a.verdict != CM_V_PIN_LOCKED && r.a.verdict != CM_V_NOT_YOURS);
        if (r.told.pin_tries_left != 0 || r.told.reason != CM_REASON_NONE)
            fail_msg("operation %d, %d %s: reason %d, %u tries", (int)q.op, (int)r.status,
                     cm_verdict_name(r.a.verdict), (int)r.told.reason,
                     (unsigned)r.told.pin_tries_left);
    }
    assert_true(compared > STEPS / 4 && heard > 0); /* both sides of the wall were met */
    free_walls(&w);
}

/* Active, with money on it, and asked for with its own PIN. */
static void activate(struct walls *w, struct cm_numberer *pool, uint64_t index) {
    struct reply r;
    const bool own = pool == w->c.numberer;
    const struct question q = {
        .caller = {.actor = TILL, .brand = own ? 1 : 2, .test = true, .rights = CM_RIGHT_TILL},
        .door = own ? DOOR_OURS : DOOR_THEIRS,
        .op = CM_OP_ACTIVATE,
        .pool = pool,
        .index = index,
        .amount = 500};
    ask(w, &q, &r);
    assert_int_equal(r.a.verdict, CM_V_ACCEPTED);
}

/* Callers of every kind with rights of every kind, but of one brand or mode. */
static void nobody_hears(struct walls *w, struct cm_numberer *pool, struct cm_caller caller) {
    for (unsigned rights = 0; rights < 4; rights++)
        for (unsigned i = 0; i < 3 * CM_OPERATION_N; i++) {
            const unsigned op = i % CM_OPERATION_N;
            caller.rights = rights;
            const struct question q = {.caller = caller,
                                       .door = 1 + i / CM_OPERATION_N, /* each of the three */
                                       .op = (enum cm_operation)op,
                                       .pool = pool,
                                       .index = 3,
                                       .amount = 10,
                                       .pin = ""};
            is_like_unknown(w, &q);
        }
    struct card_view v;
    const bool own = pool == w->c.numberer;
    assert_ok(engine_card_view(w->c.w.engine, 0, own ? CARDS : OTHERS, 3, &v, NULL));
    assert_int_equal(v.record.balance, 500);
    assert_int_equal(v.state, CM_CARD_ACTIVE);
}

static void a_caller_of_one_brand_cannot_tell_anothers_card_from_no_card(void **state) {
    struct walls w;
    (void)state;
    make(&w);
    activate(&w, w.theirs, 3);
    activate(&w, w.c.numberer, 3);
    nobody_hears(&w, w.theirs, somebody);
    struct cm_caller other = somebody;
    other.brand = 2;
    nobody_hears(&w, w.c.numberer, other);
    free_walls(&w);
}

static void a_live_caller_cannot_tell_a_test_card_from_no_card(void **state) {
    struct walls w;
    (void)state;
    make(&w);
    activate(&w, w.c.numberer, 3);
    struct cm_caller live = somebody;
    live.test = false;
    nobody_hears(&w, w.c.numberer, live);
    free_walls(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_public_cannot_tell_what_it_may_not_hear_from_no_card),
        cmocka_unit_test(a_caller_of_one_brand_cannot_tell_anothers_card_from_no_card),
        cmocka_unit_test(a_live_caller_cannot_tell_a_test_card_from_no_card),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
