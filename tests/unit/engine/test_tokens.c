/* Cards with a life, named otherwise: tokens that activate once, however many hold one, and second
 * checks where a name alone would spend. Expected verdicts: docs/design/stock.md and card-life.md.
 */
#include "support/cm.h"

#include <pthread.h>

#include "engine/alias.h"
#include "support/world_life.h"

/* A till about the card of an index. */
static struct cm_answer till(struct world *w, enum cm_operation op, uint64_t index,
                             uint64_t amount) {
    char number[CM_CARD_NUMBER_MAX + 1u];
    world_number(index, number);
    const struct life_ask q = {.operation = op,
                               .code = number,
                               .actor = 5,
                               .rights = CM_RIGHT_TILL,
                               .ask = {.amount = amount},
                               .hold_ms = op == CM_OP_RESERVE ? 60000 : 0};
    struct cm_card_told told;
    return world_life_ask(w, &q, &told);
}

/* ---- Tokens -----------------------------------------------------------------------------------
 */

#define TOKEN "6P4G6WKFCP74B3D24HPQ"

static void give(struct world *w, const char *text, enum alias_kind kind, uint64_t serial,
                 uint64_t until_ms) {
    const struct alias_change change = {.set = POOL,
                                        .serial = serial,
                                        .kind = kind,
                                        .on = true,
                                        .until_ms = until_ms,
                                        .text = slice_text(text)};
    assert_ok(engine_alias(w->engine, &change, 1, 0, NULL, NULL));
}

/* A web shop's visitor: no rights at all. */
static struct cm_answer visitor(struct world *w, enum cm_operation op, const char *code,
                                const char *key) {
    const struct life_ask q = {.operation = op,
                               .code = code,
                               .key = key,
                               .actor = 6,
                               .ask = {.amount = op == CM_OP_ACTIVATE ? 0 : 100},
                               .hold_ms = op == CM_OP_RESERVE ? 60000 : 0};
    struct cm_card_told told;
    return world_life_ask(w, &q, &told);
}

static void a_token_activates_once_and_is_nothing_else(void **state) {
    (void)state;
    struct world w = {0};
    world_life_make(&w, LIFE_TILL, 0, 1000);
    give(&w, TOKEN, ALIAS_TOKEN, 42, WORLD_NOW_MS + 1000);
    assert_int_equal(visitor(&w, CM_OP_CHECK, TOKEN, NULL).verdict, CM_V_TYPING_ERROR);
    assert_int_equal(visitor(&w, CM_OP_REDEEM, TOKEN, NULL).verdict, CM_V_TYPING_ERROR);
    const struct cm_answer a = visitor(&w, CM_OP_ACTIVATE, TOKEN, "k1");
    assert_int_equal(a.verdict, CM_V_ACCEPTED);
    assert_int_equal(a.serial, 42);
    const struct cm_answer again = visitor(&w, CM_OP_ACTIVATE, TOKEN, "k1");
    assert_int_equal(again.verdict, CM_V_ACCEPTED); /* the same request: the same answer */
    assert_true(again.replayed && again.sequence == a.sequence);
    assert_int_equal(visitor(&w, CM_OP_ACTIVATE, TOKEN, "k2").verdict, CM_V_TYPING_ERROR);
    uint64_t counts[ALIAS_KIND_N];
    assert_ok(engine_alias_counts(w.engine, counts));
    assert_int_equal(counts[ALIAS_TOKEN], 0);
    for (int folded = 0; folded < 2; folded++) {
        if (folded == 1) assert_ok(engine_fold(w.engine));
        world_close(&w);
        world_open(&w);
        assert_int_equal(visitor(&w, CM_OP_ACTIVATE, TOKEN, NULL).verdict, CM_V_TYPING_ERROR);
        assert_true(visitor(&w, CM_OP_ACTIVATE, TOKEN, "k1").replayed);
    }
    assert_int_equal(till(&w, CM_OP_CHECK, 42, 0).verdict, CM_V_ACCEPTED);
    world_remove(&w);
}

/* The text is nobody's any more: the card's own history says what was told. */
static void a_token_that_is_used_up_is_told_the_same_again(void **state) {
    (void)state;
    struct world w = {0};
    struct cm_card_told first, again;
    world_life_make(&w, LIFE_TILL, 0, 1000);
    give(&w, TOKEN, ALIAS_TOKEN, 42, WORLD_NOW_MS + 1000);
    const struct life_ask q = {.operation = CM_OP_ACTIVATE, .code = TOKEN, .key = "k1", .actor = 6};
    assert_int_equal(world_life_ask(&w, &q, &first).verdict, CM_V_ACCEPTED);
    assert_true(first.card && first.transaction > 0);
    assert_true(world_life_ask(&w, &q, &again).replayed);
    assert_memory_equal(&again, &first, sizeof again);
    world_remove(&w);
}

static void a_token_is_nothing_after_its_time(void **state) {
    (void)state;
    struct world w = {0};
    world_life_make(&w, LIFE_TILL, 0, 1000);
    give(&w, TOKEN, ALIAS_TOKEN, 42, WORLD_NOW_MS + 1000);
    w.now_ms = WORLD_NOW_MS + 1000;
    assert_int_equal(visitor(&w, CM_OP_ACTIVATE, TOKEN, NULL).verdict, CM_V_TYPING_ERROR);
    assert_int_equal(till(&w, CM_OP_CHECK, 42, 0).verdict, CM_V_INACTIVE);
    world_remove(&w);
}

static void a_visitor_activates_by_nothing_but_a_token(void **state) {
    (void)state;
    struct world w = {0};
    char number[CM_CARD_NUMBER_MAX + 1u];
    world_life_make(&w, LIFE_TILL, 0, 1000);
    world_number(42, number);
    give(&w, "phone", ALIAS_ID, 42, 0);
    assert_int_equal(visitor(&w, CM_OP_ACTIVATE, number, NULL).verdict, CM_V_NOT_A_CODE);
    assert_int_equal(visitor(&w, CM_OP_ACTIVATE, "phone", NULL).verdict, CM_V_NOT_A_CODE);
    world_remove(&w);
}

enum { RACERS = 16 };
struct racer {
    struct world *w;
    uint32_t actor;
    enum cm_verdict verdict;
};

static void *race(void *ctx) {
    struct racer *r = ctx;
    struct cm_answer answer = {.verdict = CM_V_BUSY};
    const struct cm_request request = {.operation = CM_OP_ACTIVATE, .code = slice_text(TOKEN)};
    struct cm_call call = {.caller = {.actor = r->actor, .brand = 1, .test = true},
                           .door = WORLD_DOOR,
                           .requests = &request,
                           .n = 1,
                           .answers = &answer};
    if (cm_engine_run(r->w->engine, &call, 1) == CM_OK) r->verdict = answer.verdict;
    return NULL;
}

static void of_many_who_hold_one_token_exactly_one_activates(void **state) {
    (void)state;
    struct world w = {0};
    world_life_make(&w, LIFE_TILL, 0, 1000);
    for (uint64_t round = 0; round < 20; round++) {
        struct racer racers[RACERS];
        pthread_t threads[RACERS];
        unsigned won = 0;
        give(&w, TOKEN, ALIAS_TOKEN, round, WORLD_NOW_MS + 1000);
        for (uint32_t i = 0; i < RACERS; i++) {
            racers[i] = (struct racer){.w = &w, .actor = 10 + i, .verdict = CM_V_BUSY};
            assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
        }
        for (uint32_t i = 0; i < RACERS; i++) {
            assert_int_equal(pthread_join(threads[i], NULL), 0);
            won += racers[i].verdict == CM_V_ACCEPTED;
            assert_true(racers[i].verdict == CM_V_ACCEPTED ||
                        racers[i].verdict == CM_V_NOT_A_CODE ||
                        racers[i].verdict == CM_V_TYPING_ERROR);
        }
        assert_int_equal(won, 1);
    }
    world_remove(&w);
}

/* Two requests of one call: both were opened before the first was decided. */
static void a_token_twice_in_one_call_activates_once(void **state) {
    (void)state;
    struct world w = {0};
    world_life_make(&w, LIFE_TILL, 0, 1000);
    give(&w, TOKEN, ALIAS_TOKEN, 42, WORLD_NOW_MS + 1000);
    const struct cm_request requests[] = {
        {.operation = CM_OP_ACTIVATE, .code = slice_text(TOKEN)},
        {.operation = CM_OP_ACTIVATE, .code = slice_text(TOKEN)},
    };
    for (int turn = 0; turn < 2; turn++) {
        struct cm_answer answers[2];
        struct cm_call call = {.caller = {.actor = 6, .brand = 1, .test = true},
                               .door = WORLD_DOOR,
                               .key = slice_text("both"),
                               .requests = requests,
                               .n = 2,
                               .answers = answers};
        assert_ok(cm_engine_run(w.engine, &call, 1));
        assert_int_equal(answers[0].verdict, CM_V_ACCEPTED);
        assert_int_equal(answers[0].replayed, turn == 1);
        assert_true(answers[1].verdict != CM_V_ACCEPTED);
        assert_int_equal(answers[1].serial, 0); /* and nothing is told of the card */
        world_close(&w);
        world_open(&w);
    }
    world_remove(&w);
}

/* ---- Spending by a name -----------------------------------------------------------------------
 */

static struct cm_answer by_name(struct world *w, enum cm_operation op, uint32_t rights,
                                bool checked) {
    const struct life_ask q = {.operation = op,
                               .code = "phone",
                               .actor = 5,
                               .rights = rights,
                               .ask = {.amount = 100, .checked = checked},
                               .hold_ms = op == CM_OP_RESERVE ? 60000 : 0};
    struct cm_card_told told;
    return world_life_ask(w, &q, &told);
}

static void a_name_alone_spends_only_after_a_second_check(void **state) {
    (void)state;
    struct world w = {0};
    world_life_make(&w, LIFE_TILL, 0, 1000);
    give(&w, "phone", ALIAS_ID, 42, 0);
    assert_int_equal(till(&w, CM_OP_ACTIVATE, 42, 1000).verdict, CM_V_ACCEPTED);
    assert_int_equal(by_name(&w, CM_OP_REDEEM, CM_RIGHT_TILL, false).verdict, CM_V_SECOND_CHECK);
    assert_int_equal(by_name(&w, CM_OP_REDEEM, 0, true).verdict, CM_V_SECOND_CHECK);
    assert_int_equal(by_name(&w, CM_OP_REDEEM, CM_RIGHT_TILL, true).verdict, CM_V_ACCEPTED);
    assert_int_equal(by_name(&w, CM_OP_RESERVE, CM_RIGHT_TILL, false).verdict, CM_V_ACCEPTED);
    assert_int_equal(by_name(&w, CM_OP_CONFIRM, CM_RIGHT_TILL, false).verdict, CM_V_SECOND_CHECK);
    assert_int_equal(by_name(&w, CM_OP_CONFIRM, CM_RIGHT_TILL, true).verdict, CM_V_ACCEPTED);
    /* The number itself needs none. */
    assert_int_equal(till(&w, CM_OP_REDEEM, 42, 100).verdict, CM_V_ACCEPTED);
    world_remove(&w);
}

static void where_the_pool_says_so_a_name_is_enough(void **state) {
    (void)state;
    struct world w = {0};
    world_life_make(&w, "{\"activation\":\"till\",\"currency\":\"EUR\",\"alias_spend\":\"free\"}",
                    0, 1000);
    give(&w, "phone", ALIAS_ID, 42, 0);
    assert_int_equal(till(&w, CM_OP_ACTIVATE, 42, 1000).verdict, CM_V_ACCEPTED);
    assert_int_equal(by_name(&w, CM_OP_REDEEM, CM_RIGHT_TILL, false).verdict, CM_V_ACCEPTED);
    world_remove(&w);
}

static void a_persons_name_goes_with_the_card_that_takes_the_place(void **state) {
    (void)state;
    struct world w = {0};
    char number[CM_CARD_NUMBER_MAX + 1u], other[CM_CARD_NUMBER_MAX + 1u];
    struct cm_card_told told;
    world_life_make(&w, LIFE_TILL, 0, 1000);
    world_number(42, number);
    world_number(43, other);
    give(&w, "phone", ALIAS_ID, 42, 0);
    give(&w, "chip", ALIAS_UID, 42, 0);
    assert_int_equal(till(&w, CM_OP_ACTIVATE, 42, 1000).verdict, CM_V_ACCEPTED);
    const struct life_ask q = {.operation = CM_OP_REPLACE,
                               .code = number,
                               .actor = 5,
                               .rights = CM_RIGHT_TILL | CM_RIGHT_DESK,
                               .ask = {.other = slice_text(other)}};
    assert_int_equal(world_life_ask(&w, &q, &told).verdict, CM_V_ACCEPTED);
    const struct cm_answer a = by_name(&w, CM_OP_REDEEM, CM_RIGHT_TILL, true);
    assert_int_equal(a.verdict, CM_V_ACCEPTED);
    assert_int_equal(a.serial, 43);
    /* The chip is in the old card. */
    const struct life_ask chip = {
        .operation = CM_OP_CHECK, .code = "chip", .actor = 5, .rights = CM_RIGHT_TILL};
    assert_int_equal(world_life_ask(&w, &chip, &told).verdict, CM_V_REPLACED);
    world_remove(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_activates_once_and_is_nothing_else),
        cmocka_unit_test(a_token_that_is_used_up_is_told_the_same_again),
        cmocka_unit_test(a_token_is_nothing_after_its_time),
        cmocka_unit_test(a_visitor_activates_by_nothing_but_a_token),
        cmocka_unit_test(of_many_who_hold_one_token_exactly_one_activates),
        cmocka_unit_test(a_token_twice_in_one_call_activates_once),
        cmocka_unit_test(a_name_alone_spends_only_after_a_second_check),
        cmocka_unit_test(where_the_pool_says_so_a_name_is_enough),
        cmocka_unit_test(a_persons_name_goes_with_the_card_that_takes_the_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
