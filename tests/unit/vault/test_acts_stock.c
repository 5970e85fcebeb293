/* The operator's acts for cards on their way: agents, stock, other names, tokens. The pool is the
 * worked example's (world_pool.h) with a life (world_life.h). */
#include "support/cm.h"

#include <string.h>

#include "base/macros.h"
#include "support/world_life.h"
#include "vault/acts.h"
#include "vault/copies.h"
#include "vault/gate.h"

static cm_err act(struct world *w, const char *name, const char *args, struct buffer *out,
                  struct cm_diag *diag) {
    struct act_context ctx = {
        .engine = w->engine, .keystore = w->keystore, .workspace = w->dir, .now_ms = w->now_ms};
    buffer_clear(out);
    return act_run(&ctx, slice_text(name), slice_text(args), out, diag);
}

static void must(struct world *w, const char *name, const char *args, struct buffer *out) {
    struct cm_diag diag = DIAG_INIT;
    const cm_err err = act(w, name, args, out, &diag);
    if (err != CM_OK) fail_msg("%s: %s: %s", name, cm_err_name(err), diag.problem);
}

static void refused(struct world *w, cm_err want, const char *name, const char *args) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct cm_diag diag = DIAG_INIT;
    assert_err(want, act(w, name, args, &out, &diag));
    assert_int_equal(out.len, 0);
    assert_string_not_equal(diag.problem, "");
}

static void has(struct buffer *b, const char *part) {
    if (strstr(buffer_cstr(b), part) == NULL) fail_msg("no %s in %s", part, buffer_cstr(b));
}

static void ranges_are_given_to_agents_and_shown(void **state) {
    (void)state;
    struct world w = {0};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    world_life_make(&w, LIFE_TILL, 0, 1000);
    must(&w, "agent.add", "{\"name\":\"north\"}", &out);
    must(&w, "agent.add", "{\"name\":\"shop-12\",\"under\":\"north\"}", &out);
    must(&w, "agent.list", "{}", &out);
    has(&out, "{\"name\":\"shop-12\",\"id\":2,\"under\":\"north\"}");
    must(&w, "stock.move",
         "{\"pool\":\"gift\",\"first\":0,\"last\":999,\"state\":\"shipped\",\"order\":4}", &out);
    has(&out, "\"cards\":1000");
    must(&w, "stock.move", "{\"pool\":\"gift\",\"first\":100,\"last\":199,\"agent\":\"shop-12\"}",
         &out);
    /* What is not said stays: the order, and here whose they are. */
    must(&w, "stock.move", "{\"pool\":\"gift\",\"first\":150,\"last\":249,\"state\":\"shipped\"}",
         &out);
    must(&w, "stock.show", "{\"pool\":\"gift\"}", &out);
    has(&out,
        "\"ranges\":["
        "{\"first\":0,\"last\":99,\"cards\":100,\"state\":\"shipped\",\"agent\":\"\",\"order\":4},"
        "{\"first\":100,\"last\":149,\"cards\":50,\"state\":\"in_stock\",\"agent\":\"shop-12\","
        "\"order\":4},"
        "{\"first\":150,\"last\":199,\"cards\":50,\"state\":\"shipped\",\"agent\":\"shop-12\","
        "\"order\":4},"
        "{\"first\":200,\"last\":999,\"cards\":800,\"state\":\"shipped\",\"agent\":\"\","
        "\"order\":4}]");
    must(&w, "agent.change", "{\"agent\":\"shop-12\",\"name\":\"shop-13\",\"under\":\"\"}", &out);
    must(&w, "agent.list", "{}", &out);
    has(&out, "{\"name\":\"shop-13\",\"id\":2,\"under\":\"\"}");
    refused(&w, CM_E_NOT_FOUND, "agent.add", "{\"name\":\"x\",\"under\":\"nobody\"}");
    refused(&w, CM_E_EXISTS, "agent.add", "{\"name\":\"north\"}");
    refused(&w, CM_E_RANGE, "stock.move", "{\"pool\":\"gift\",\"first\":900,\"last\":1000}");
    refused(&w, CM_E_RANGE, "stock.move", "{\"pool\":\"gift\",\"first\":9,\"last\":8}");
    refused(&w, CM_E_FORMAT, "stock.move",
            "{\"pool\":\"gift\",\"first\":0,\"last\":8,\"state\":\"active\"}");
    world_remove(&w);
}

static void a_tills_key_carries_its_agent_and_keeps_it(void **state) {
    (void)state;
    struct world w = {0};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    world_life_make(&w, LIFE_TILL, 0, 1000);
    must(&w, "agent.add", "{\"name\":\"north\"}", &out);
    must(&w, "api.add",
         "{\"name\":\"till-1\",\"role\":\"till\",\"door\":\"front\",\"agent\":\"north\"}", &out);
    /* The gate gives it to whoever comes with this key, whatever the edge says. */
    struct gate gate;
    uint64_t generation = 0;
    const struct vault_limits limits = VAULT_LIMITS_DEFAULT;
    gate_init(&gate, &limits);
    assert_ok(copies_key_table(w.engine, &gate.keys, &generation));
    const struct cm_request request = {.operation = CM_OP_ACTIVATE, .code = slice_text("1")};
    struct cm_call call = {.caller = {.actor = 1, .brand = 1, .test = true, .agent = 77},
                           .door = WORLD_DOOR,
                           .requests = &request,
                           .n = 1};
    assert_true(gate_admits(&gate, &call));
    assert_int_equal(call.caller.agent, 1);
    assert_int_equal(call.caller.rights, CM_RIGHT_TILL);
    gate_wipe(&gate);
    must(&w, "api.revoke", "{\"name\":\"till-1\"}", &out);
    must(&w, "api.list", "{}", &out);
    has(&out, "\"agent\":\"north\"");
    has(&out, "\"revoked\":true");
    refused(&w, CM_E_NOT_FOUND, "api.add",
            "{\"name\":\"till-2\",\"role\":\"till\",\"door\":\"front\",\"agent\":\"east\"}");
    world_remove(&w);
}

static void a_report_tells_an_agent_and_whoever_is_under_it(void **state) {
    (void)state;
    struct world w = {0};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    char number[CM_CARD_NUMBER_MAX + 1u];
    struct cm_card_told told;
    world_life_make(&w, LIFE_TILL, 0, 1000);
    must(&w, "agent.add", "{\"name\":\"north\"}", &out);
    must(&w, "agent.add", "{\"name\":\"shop\",\"under\":\"north\"}", &out);
    must(&w, "agent.add", "{\"name\":\"south\"}", &out);
    must(&w, "stock.move", "{\"pool\":\"gift\",\"first\":0,\"last\":9,\"agent\":\"shop\"}", &out);
    world_number(1, number);
    const struct life_ask q = {.operation = CM_OP_ACTIVATE,
                               .code = number,
                               .actor = 5,
                               .rights = CM_RIGHT_TILL,
                               .agent = 2,
                               .ask = {.amount = 2500}};
    assert_int_equal(world_life_ask(&w, &q, &told).verdict, CM_V_ACCEPTED);
    must(&w, "agent.report", "{\"agent\":\"north\"}", &out);
    has(&out, "{\"agent\":\"shop\",\"pool\":\"gift\",\"activated\":1,\"activated_sum\":2500,");
    must(&w, "agent.report", "{\"agent\":\"south\"}", &out);
    has(&out, "\"report\":[]");
    must(&w, "agent.report", "{}", &out);
    has(&out, "\"agent\":\"shop\"");
    world_remove(&w);
}

static enum cm_verdict check(struct world *w, const char *text) {
    const struct life_ask q = {
        .operation = CM_OP_CHECK, .code = text, .actor = 5, .rights = CM_RIGHT_TILL};
    struct cm_card_told told;
    return world_life_ask(w, &q, &told).verdict;
}

static void names_are_added_from_rows_and_counted(void **state) {
    (void)state;
    struct world w = {0};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    char number[CM_CARD_NUMBER_MAX + 1u], args[256];
    world_life_make(&w, LIFE_TILL, 0, 1000);
    world_number(7, number);
    (void)snprintf(args, sizeof args,
                   "{\"pool\":\"gift\",\"rows\":\"card,alias\\n%s,+49 151 5550\\n8,m-8\\n\"}",
                   number);
    must(&w, "alias.add", args, &out);
    has(&out, "\"added\":2,\"stood_already\":0");
    must(&w, "alias.add", args, &out); /* the same file twice */
    has(&out, "\"added\":0,\"stood_already\":2");
    assert_int_equal(check(&w, "+49 151 5550"), CM_V_INACTIVE);
    assert_int_equal(check(&w, "m-8"), CM_V_INACTIVE);
    must(&w, "alias.add", "{\"pool\":\"gift\",\"card\":\"9\",\"alias\":\"04A1\",\"kind\":\"uid\"}",
         &out);
    must(&w, "alias.count", "{}", &out);
    has(&out, "{\"id\":2,\"uid\":1,\"token\":0,\"tag\":0,\"other\":0}");
    must(&w, "alias.remove", "{\"pool\":\"gift\",\"alias\":\"m-8\"}", &out);
    assert_int_equal(check(&w, "m-8"), CM_V_TYPING_ERROR);
    refused(&w, CM_E_NOT_FOUND, "alias.remove", "{\"pool\":\"gift\",\"alias\":\"m-8\"}");
    refused(&w, CM_E_NOT_FOUND, "alias.add",
            "{\"pool\":\"gift\",\"card\":\"1000\",\"alias\":\"x\"}"); /* not made */
    refused(&w, CM_E_NOT_FOUND, "alias.add",
            "{\"pool\":\"gift\",\"card\":\"9643000000000000\",\"alias\":\"x\"}");
    refused(&w, CM_E_EXISTS, "alias.add",
            "{\"pool\":\"gift\",\"card\":\"10\",\"alias\":\"04A1\",\"kind\":\"uid\"}");
    refused(&w, CM_E_FORMAT, "alias.add", "{\"pool\":\"gift\",\"rows\":\"8,a,b\\n\"}");
    refused(&w, CM_E_FORMAT, "alias.add", "{\"pool\":\"gift\",\"rows\":\"8,\\n\"}");
    refused(&w, CM_E_FORMAT, "alias.add", "{\"pool\":\"gift\",\"rows\":\"8,\\\"open\\n\"}");
    world_remove(&w);
}

static void a_wrong_row_is_told_by_its_line_and_never_by_its_name(void **state) {
    (void)state;
    struct world w = {0};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct cm_diag diag = DIAG_INIT;
    world_life_make(&w, LIFE_TILL, 0, 1000);
    assert_err(CM_E_NOT_FOUND,
               act(&w, "alias.add",
                   "{\"pool\":\"gift\",\"rows\":\"card,alias\\n5,private\\n5000,secret\\n\"}", &out,
                   &diag));
    assert_string_equal(diag.place, "line 3, column card");
    assert_null(strstr(diag.problem, "secret"));
    world_remove(&w);
}

static void a_made_token_activates_its_card(void **state) {
    (void)state;
    struct world w = {0};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    char token[21];
    struct cm_card_told told;
    world_life_make(&w, LIFE_TILL, 0, 1000);
    must(&w, "token.make", "{\"pool\":\"gift\",\"first\":100,\"count\":300,\"hours\":1}", &out);
    const char *at = strstr(buffer_cstr(&out), "{\"index\":100,\"token\":\"");
    assert_non_null(at);
    memcpy(token, at + strlen("{\"index\":100,\"token\":\""), 20);
    token[20] = '\0';
    const struct life_ask q = {.operation = CM_OP_ACTIVATE, .code = token, .actor = 6};
    const struct cm_answer a = world_life_ask(&w, &q, &told);
    assert_int_equal(a.verdict, CM_V_ACCEPTED);
    assert_int_equal(a.serial, 100);
    must(&w, "alias.count", "{}", &out);
    has(&out, "\"token\":299");
    refused(&w, CM_E_RANGE, "token.make",
            "{\"pool\":\"gift\",\"first\":900,\"count\":200,\"hours\":1}");
    refused(&w, CM_E_ARGUMENT, "token.make", "{\"pool\":\"gift\",\"first\":0,\"count\":1}");
    world_remove(&w);
}

/* An index that the pool holds out was never a card: it gets no name and no token. */
static void indices_that_the_rules_skip_are_no_cards(void **state) {
    (void)state;
    struct world w = {0};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    world_life_make(&w, LIFE_TILL, 0, 1000);
    unsigned cards = 0;
    for (unsigned i = 0; i < 300; i++) {
        char args[96], number[CM_CARD_NUMBER_MAX + 1u];
        (void)snprintf(args, sizeof args, "{\"pool\":\"gift\",\"card\":\"%u\",\"alias\":\"n%u\"}",
                       i, i);
        const cm_err err = act(&w, "alias.add", args, &out, NULL);
        world_number(i, number);
        const enum cm_verdict verdict = check(&w, number);
        assert_int_equal(err, verdict == CM_V_INACTIVE ? CM_OK : CM_E_NOT_FOUND);
        cards += err == CM_OK;
    }
    assert_true(cards > 280 && cards < 300); /* 2 % are held out */
    world_remove(&w);
}

static void guesses_stand_in_stats_and_in_the_list_of_pools(void **state) {
    (void)state;
    struct world w = {0};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    char number[CM_CARD_NUMBER_MAX + 1u];
    world_life_make(&w, LIFE_TILL, 0, 1000);
    world_number(5000, number); /* not made yet */
    for (int i = 0; i < 3; i++)
        assert_int_equal(check(&w, number), CM_V_NOT_A_CODE);
    must(&w, "stats", "{}", &out);
    has(&out, "\"guesses\":{\"gift\":3}");
    must(&w, "pool.list", "{}", &out);
    has(&out, "\"guesses\":3");
    world_remove(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_are_given_to_agents_and_shown),
        cmocka_unit_test(a_tills_key_carries_its_agent_and_keeps_it),
        cmocka_unit_test(a_report_tells_an_agent_and_whoever_is_under_it),
        cmocka_unit_test(names_are_added_from_rows_and_counted),
        cmocka_unit_test(a_wrong_row_is_told_by_its_line_and_never_by_its_name),
        cmocka_unit_test(a_made_token_activates_its_card),
        cmocka_unit_test(indices_that_the_rules_skip_are_no_cards),
        cmocka_unit_test(guesses_stand_in_stats_and_in_the_list_of_pools),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
