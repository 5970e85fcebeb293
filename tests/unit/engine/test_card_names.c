/* Cards with a life, named otherwise and sold by agents: activation outside one's range, tokens
 * that activate once, second checks, and what is counted for whom. Expected verdicts:
 * docs/design/stock.md and card-life.md. */
#include "support/cm.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "engine/agents.h"
#include "engine/alias.h"
#include "engine/fsck.h"
#include "support/world_life.h"

#define NORTH 1u
#define SHOP  2u /* under north */
#define SOUTH 3u

static void add_agents(struct world *w) {
    world_document(w, DOCUMENT_AGENT, NORTH, slice_text("{\"name\":\"north\",\"brand\":1}"));
    world_document(w, DOCUMENT_AGENT, SHOP,
                   slice_text("{\"name\":\"shop\",\"brand\":1,\"parent\":1}"));
    world_document(w, DOCUMENT_AGENT, SOUTH, slice_text("{\"name\":\"south\",\"brand\":1}"));
}

static void move(struct world *w, uint64_t first, uint64_t count, uint32_t agent) {
    const struct stock_move m = {
        .set = POOL, .first = first, .count = count, .state = CM_CARD_STOCK, .agent = agent};
    assert_ok(engine_stock(w->engine, &m, 1, 0, NULL));
}

/* A till, perhaps an agent's, about the card of an index. */
static struct cm_answer till(struct world *w, enum cm_operation op, uint64_t index, uint32_t agent,
                             uint64_t amount) {
    char number[CM_CARD_NUMBER_MAX + 1u];
    world_number(index, number);
    const struct life_ask q = {.operation = op,
                               .code = number,
                               .actor = 5,
                               .rights = CM_RIGHT_TILL,
                               .agent = agent,
                               .ask = {.amount = amount},
                               .hold_ms = op == CM_OP_RESERVE ? 60000 : 0};
    struct cm_card_told told;
    return world_life_ask(w, &q, &told);
}

/* ---- Agents -----------------------------------------------------------------------------------
 */

static void an_agent_activates_in_its_own_and_its_descendants_ranges_alone(void **state) {
    (void)state;
    struct world w = {0};
    world_life_make(&w, LIFE_TILL, 0, 1000);
    add_agents(&w);
    move(&w, 0, 100, NORTH);
    move(&w, 100, 100, SHOP);
    move(&w, 200, 100, SOUTH);
    assert_int_equal(till(&w, CM_OP_ACTIVATE, 5, NORTH, 0).verdict, CM_V_ACCEPTED);
    assert_int_equal(till(&w, CM_OP_ACTIVATE, 105, NORTH, 0).verdict, CM_V_ACCEPTED);
    assert_int_equal(till(&w, CM_OP_ACTIVATE, 205, NORTH, 0).verdict, CM_V_NOT_YOURS);
    assert_int_equal(till(&w, CM_OP_ACTIVATE, 6, SHOP, 0).verdict, CM_V_NOT_YOURS);
    assert_int_equal(till(&w, CM_OP_ACTIVATE, 300, SHOP, 0).verdict, CM_V_NOT_YOURS); /* nobody's */
    assert_int_equal(till(&w, CM_OP_ACTIVATE, 106, SHOP, 0).verdict, CM_V_ACCEPTED);
    assert_int_equal(till(&w, CM_OP_ACTIVATE, 300, 0, 0).verdict, CM_V_ACCEPTED);
    assert_int_equal(till(&w, CM_OP_DEACTIVATE, 5, SOUTH, 0).verdict, CM_V_NOT_YOURS);
    assert_int_equal(till(&w, CM_OP_LOAD, 5, SOUTH, 100).verdict, CM_V_NOT_YOURS);
    assert_int_equal(till(&w, CM_OP_LOAD, 5, NORTH, 100).verdict, CM_V_ACCEPTED);
    /* Whoever takes it may spend it. */
    assert_int_equal(till(&w, CM_OP_REDEEM, 5, SOUTH, 60).verdict, CM_V_ACCEPTED);
    move(&w, 200, 100, NORTH);
    assert_int_equal(till(&w, CM_OP_ACTIVATE, 205, NORTH, 0).verdict, CM_V_ACCEPTED);
    world_remove(&w);
}

static void moves_that_make_no_sense_are_refused_whole(void **state) {
    (void)state;
    struct world w = {0};
    world_life_make(&w, LIFE_TILL, 0, 1000);
    add_agents(&w);
    world_document(&w, DOCUMENT_BRAND, 2, slice_text("{\"name\":\"other\"}"));
    world_document(&w, DOCUMENT_AGENT, 4, slice_text("{\"name\":\"far\",\"brand\":2}"));
    const struct stock_move good = {.set = POOL, .first = 0, .count = 10, .state = CM_CARD_SHIPPED};
    const struct {
        struct stock_move move;
        cm_err err;
    } cases[] = {
        {{.set = 99, .count = 1}, CM_E_NOT_FOUND},
        {{.set = POOL, .first = 995, .count = 6}, CM_E_RANGE},
        {{.set = POOL, .first = 5, .count = 0}, CM_E_RANGE},
        {{.set = POOL, .first = UINT64_MAX, .count = 2}, CM_E_RANGE},
        {{.set = POOL, .count = 1, .state = CM_CARD_ACTIVE}, CM_E_ARGUMENT},
        {{.set = POOL, .count = 1, .agent = 77}, CM_E_NOT_FOUND},
        {{.set = POOL, .count = 1, .agent = 4}, CM_E_CONFLICT},
    };
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        const struct stock_move moves[] = {good, cases[i].move};
        assert_err(cases[i].err, engine_stock(w.engine, moves, 2, 0, NULL));
        assert_int_equal(till(&w, CM_OP_CHECK, 3, 0, 0).verdict, CM_V_INACTIVE);
    }
    struct engine_stats before, after;
    assert_ok(engine_stock(w.engine, &good, 1, 0, NULL));
    engine_stats(w.engine, &before);
    assert_ok(engine_stock(w.engine, &good, 1, 0, NULL)); /* said twice: nothing is written */
    engine_stats(w.engine, &after);
    assert_true(before.sequence == after.sequence);
    world_remove(&w);
}

static cm_err try_agent(struct world *w, uint32_t id, const char *text) {
    return world_try_document(w, DOCUMENT_AGENT, id, slice_text(text), NULL);
}

static void nobody_is_under_himself_or_changes_brands(void **state) {
    (void)state;
    struct world w = {0};
    world_life_make(&w, LIFE_TILL, 0, 10);
    add_agents(&w);
    world_document(&w, DOCUMENT_BRAND, 2, slice_text("{\"name\":\"other\"}"));
    assert_err(CM_E_CONFLICT, try_agent(&w, 1, "{\"name\":\"north\",\"brand\":1,\"parent\":1}"));
    assert_err(CM_E_CONFLICT, try_agent(&w, 1, "{\"name\":\"north\",\"brand\":1,\"parent\":2}"));
    assert_err(CM_E_CONFLICT, try_agent(&w, 1, "{\"name\":\"north\",\"brand\":2}"));
    assert_err(CM_E_CONFLICT, try_agent(&w, 9, "{\"name\":\"x\",\"brand\":2,\"parent\":1}"));
    assert_err(CM_E_NOT_FOUND, try_agent(&w, 9, "{\"name\":\"x\",\"brand\":1,\"parent\":8}"));
    assert_err(CM_E_EXISTS, try_agent(&w, 9, "{\"name\":\"north\",\"brand\":1}"));
    assert_err(CM_E_FORMAT, try_agent(&w, 9, "{\"name\":\"two words\",\"brand\":1}"));
    assert_ok(try_agent(&w, 2, "{\"name\":\"shop\",\"brand\":1,\"parent\":3}")); /* it moved */
    static const char key[] =
        "{\"name\":\"k\",\"brand\":1,\"door\":1,\"mode\":\"TEST\",\"role\":\"verify\",\"hash\":"
        "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\",\"revoked\":false,"
        "\"agent\":%u}";
    for (unsigned agent = 1; agent <= 4; agent++) { /* there are three */
        char text[256];
        (void)snprintf(text, sizeof text, key, agent);
        const cm_err want = agent < 4 ? CM_OK : CM_E_NOT_FOUND;
        assert_int_equal(world_try_document(&w, DOCUMENT_API_KEY, 1, slice_text(text), NULL), want);
    }
    world_remove(&w);
}

struct expected {
    uint32_t agent;
    uint64_t activated, activated_sum, loaded_sum, spent, spent_sum, refunded_sum;
};

static cm_err compare_tally(void *ctx, const struct tally_row *row) {
    const struct expected **next = ctx;
    const struct expected *e = (*next)++;
    assert_int_equal(row->agent, e->agent);
    assert_int_equal(row->set, POOL);
    assert_true(row->count[TALLY_ACTIVATED] == e->activated);
    assert_true(row->sum[TALLY_ACTIVATED] == e->activated_sum);
    assert_true(row->sum[TALLY_LOADED] == e->loaded_sum);
    assert_true(row->count[TALLY_SPENT] == e->spent);
    assert_true(row->sum[TALLY_SPENT] == e->spent_sum);
    assert_true(row->sum[TALLY_REFUNDED] == e->refunded_sum);
    return CM_OK;
}

static void tallies_say_who_sold_what_and_whose_cards_were_spent(void **state) {
    (void)state;
    struct world w = {0};
    world_life_make(&w, LIFE_TILL, 0, 1000);
    add_agents(&w);
    move(&w, 0, 100, NORTH);
    move(&w, 200, 100, SOUTH);
    assert_int_equal(till(&w, CM_OP_ACTIVATE, 1, NORTH, 1000).verdict, CM_V_ACCEPTED);
    assert_int_equal(till(&w, CM_OP_ACTIVATE, 2, NORTH, 500).verdict, CM_V_ACCEPTED);
    assert_int_equal(till(&w, CM_OP_ACTIVATE, 200, SOUTH, 70).verdict, CM_V_ACCEPTED);
    assert_int_equal(till(&w, CM_OP_ACTIVATE, 500, 0, 7).verdict, CM_V_ACCEPTED);
    assert_int_equal(till(&w, CM_OP_LOAD, 1, NORTH, 300).verdict, CM_V_ACCEPTED);
    assert_int_equal(till(&w, CM_OP_REDEEM, 1, SOUTH, 250).verdict, CM_V_ACCEPTED);
    assert_int_equal(till(&w, CM_OP_RESERVE, 1, 0, 100).verdict, CM_V_ACCEPTED);
    assert_int_equal(till(&w, CM_OP_CONFIRM, 1, 0, 40).verdict, CM_V_ACCEPTED);
    assert_int_equal(till(&w, CM_OP_REVERSE, 1, 0, 15).verdict, CM_V_ACCEPTED);
    assert_int_equal(till(&w, CM_OP_REDEEM, 1, 0, 999999).verdict, CM_V_NOT_ENOUGH);
    static const struct expected table[] = {
        {0, 1, 7, 0, 0, 0, 0},
        {NORTH, 2, 1500, 300, 2, 290, 15},
        {SOUTH, 1, 70, 0, 0, 0, 0},
    };
    for (int turn = 0; turn < 3; turn++) {
        const struct expected *next = table;
        assert_ok(engine_tallies(w.engine, compare_tally, &next));
        assert_ptr_equal(next, table + CM_ARRAY_N(table));
        if (turn == 1) assert_ok(engine_fold(w.engine));
        world_close(&w);
        world_open(&w);
    }
    world_close(&w);
    const struct fsck_options options = {.workspace = w.dir};
    struct fsck_report report;
    assert_ok(engine_fsck(&options, &report, NULL));
    assert_true(report.image_agrees);
    world_open(&w);
    world_remove(&w);
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
    assert_int_equal(till(&w, CM_OP_CHECK, 42, 0, 0).verdict, CM_V_ACCEPTED);
    world_remove(&w);
}

static void a_token_is_nothing_after_its_time(void **state) {
    (void)state;
    struct world w = {0};
    world_life_make(&w, LIFE_TILL, 0, 1000);
    give(&w, TOKEN, ALIAS_TOKEN, 42, WORLD_NOW_MS + 1000);
    w.now_ms = WORLD_NOW_MS + 1000;
    assert_int_equal(visitor(&w, CM_OP_ACTIVATE, TOKEN, NULL).verdict, CM_V_TYPING_ERROR);
    assert_int_equal(till(&w, CM_OP_CHECK, 42, 0, 0).verdict, CM_V_INACTIVE);
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
    assert_int_equal(till(&w, CM_OP_ACTIVATE, 42, 0, 1000).verdict, CM_V_ACCEPTED);
    assert_int_equal(by_name(&w, CM_OP_REDEEM, CM_RIGHT_TILL, false).verdict, CM_V_SECOND_CHECK);
    assert_int_equal(by_name(&w, CM_OP_REDEEM, 0, true).verdict, CM_V_SECOND_CHECK);
    assert_int_equal(by_name(&w, CM_OP_REDEEM, CM_RIGHT_TILL, true).verdict, CM_V_ACCEPTED);
    assert_int_equal(by_name(&w, CM_OP_RESERVE, CM_RIGHT_TILL, false).verdict, CM_V_ACCEPTED);
    assert_int_equal(by_name(&w, CM_OP_CONFIRM, CM_RIGHT_TILL, false).verdict, CM_V_SECOND_CHECK);
    assert_int_equal(by_name(&w, CM_OP_CONFIRM, CM_RIGHT_TILL, true).verdict, CM_V_ACCEPTED);
    /* The number itself needs none. */
    assert_int_equal(till(&w, CM_OP_REDEEM, 42, 0, 100).verdict, CM_V_ACCEPTED);
    world_remove(&w);
}

static void where_the_pool_says_so_a_name_is_enough(void **state) {
    (void)state;
    struct world w = {0};
    world_life_make(&w, "{\"activation\":\"till\",\"currency\":\"EUR\",\"alias_spend\":\"free\"}",
                    0, 1000);
    give(&w, "phone", ALIAS_ID, 42, 0);
    assert_int_equal(till(&w, CM_OP_ACTIVATE, 42, 0, 1000).verdict, CM_V_ACCEPTED);
    assert_int_equal(by_name(&w, CM_OP_REDEEM, CM_RIGHT_TILL, false).verdict, CM_V_ACCEPTED);
    world_remove(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_agent_activates_in_its_own_and_its_descendants_ranges_alone),
        cmocka_unit_test(moves_that_make_no_sense_are_refused_whole),
        cmocka_unit_test(nobody_is_under_himself_or_changes_brands),
        cmocka_unit_test(tallies_say_who_sold_what_and_whose_cards_were_spent),
        cmocka_unit_test(a_token_activates_once_and_is_nothing_else),
        cmocka_unit_test(a_token_is_nothing_after_its_time),
        cmocka_unit_test(a_visitor_activates_by_nothing_but_a_token),
        cmocka_unit_test(of_many_who_hold_one_token_exactly_one_activates),
        cmocka_unit_test(a_token_twice_in_one_call_activates_once),
        cmocka_unit_test(a_name_alone_spends_only_after_a_second_check),
        cmocka_unit_test(where_the_pool_says_so_a_name_is_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
