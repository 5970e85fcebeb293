/* Cards with a life, named otherwise and sold by agents: activation outside one's range, tokens
 * that activate once, second checks, and what is counted for whom. Expected verdicts:
 * docs/design/stock.md and card-life.md. */
#include "support/cm.h"

#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "engine/agents.h"
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_agent_activates_in_its_own_and_its_descendants_ranges_alone),
        cmocka_unit_test(moves_that_make_no_sense_are_refused_whole),
        cmocka_unit_test(nobody_is_under_himself_or_changes_brands),
        cmocka_unit_test(tallies_say_who_sold_what_and_whose_cards_were_spent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
