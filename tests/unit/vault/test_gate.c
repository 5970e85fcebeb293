/* Who gets through: roles, what they may with cards, and the price of wrong numbers. Roles:
 * docs/openapi.yaml; ceilings: docs/design/processes.md, "Ceilings and throttle". */
#include "vault/gate.h"

#include "support/cm.h"

static const struct vault_limits loose = {
    .wrong_per_s = 1000, .caller_wrong_per_s = 1000, .issue_per_s = 1000};

static bool admits(const struct gate *g, uint32_t actor, enum cm_operation op,
                   struct cm_caller *as) {
    const struct cm_request q = {.operation = op};
    struct cm_call call = {.caller = {.actor = actor}, .requests = &q, .n = 1};
    if (as != NULL) call.caller = *as;
    const bool in = gate_admits(g, &call);
    if (as != NULL) *as = call.caller;
    return in;
}

static void setup(struct gate *g, struct key_row rows[KEY_ROLE_N]) {
    gate_init(g, &loose);
    for (unsigned i = 0; i < KEY_ROLE_N; i++)
        rows[i] = (struct key_row){.id = i + 1, .role = (enum key_role)i, .agent = 40 + i};
    g->keys = (struct key_table){.keys = rows, .key_n = KEY_ROLE_N};
}

/* An edge in foreign hands claims what it likes: rights and agent are the registry's. */
static void rights_come_from_the_vaults_own_table(void **state) {
    (void)state;
    struct key_row rows[KEY_ROLE_N];
    struct gate g;
    setup(&g, rows);
    struct cm_caller claimed = {
        .actor = KEY_ROLE_REDEEM + 1, .rights = CM_RIGHT_TILL | CM_RIGHT_DESK, .agent = 7};
    assert_true(admits(&g, 0, CM_OP_REDEEM, &claimed));
    assert_int_equal(claimed.rights, 0);
    assert_int_equal(claimed.agent, 40 + KEY_ROLE_REDEEM);
    claimed = (struct cm_caller){.actor = KEY_ROLE_TILL + 1};
    assert_true(admits(&g, 0, CM_OP_LOAD, &claimed));
    assert_int_equal(claimed.rights, CM_RIGHT_TILL);
    claimed = (struct cm_caller){.actor = KEY_ROLE_DESK + 1};
    assert_true(admits(&g, 0, CM_OP_BLOCK, &claimed));
    assert_int_equal(claimed.rights, CM_RIGHT_TILL | CM_RIGHT_DESK);
}

static void every_role_may_what_the_table_says_and_nothing_else(void **state) {
    (void)state;
    static const char *const may[KEY_ROLE_N] = {
        /* in the order of enum cm_operation: check redeem reserve confirm release reverse void
         * activate deactivate load block unblock lose replace renew-pin */
        [KEY_ROLE_VERIFY] = "100000000000000", [KEY_ROLE_REDEEM] = "111111010000000",
        [KEY_ROLE_ISSUE] = "100000000000000",  [KEY_ROLE_ADMIN] = "111111111111111",
        [KEY_ROLE_LINE] = "000000000000000",   [KEY_ROLE_TILL] = "111111011100000",
        [KEY_ROLE_DESK] = "111111011111111"};
    struct key_row rows[KEY_ROLE_N];
    struct gate g;
    setup(&g, rows);
    for (unsigned role = 0; role < KEY_ROLE_N; role++)
        for (unsigned op = 0; op < CM_OPERATION_N; op++)
            if (admits(&g, role + 1, (enum cm_operation)op, NULL) != (may[role][op] == '1'))
                fail_msg("role %u, operation %u", role, op);
    assert_false(admits(&g, KEY_ROLE_N + 1, CM_OP_CHECK, NULL));
}

static void wrong_numbers_and_wrong_pins_are_charged_however_they_are_asked(void **state) {
    (void)state;
    static const struct vault_limits tight = {
        .wrong_per_s = 1000, .caller_wrong_per_s = 1, .issue_per_s = 1000};
    static const enum cm_verdict wrong[] = {CM_V_NOT_A_CODE, CM_V_UNKNOWN_BATCH, CM_V_WRONG_PIN};
    for (size_t i = 0; i < CM_ARRAY_N(wrong); i++) {
        struct gate g;
        gate_init(&g, &tight);
        struct cm_answer a = {.verdict = wrong[i]};
        const struct cm_call call = {.caller = {.actor = 3}, .answers = &a, .n = 1};
        for (unsigned k = 0; k < 10; k++) { /* ten at once are allowed, half asked by act */
            assert_false(gate_caller_is_busy(&g, 3, 1000));
            if (k % 2 == 0)
                gate_charge(&g, &call, 1000);
            else
                gate_charge_caller(&g, 3, 1, 1000);
        }
        gate_charge_caller(&g, 3, 1, 1000);
        assert_true(gate_is_busy(&g, &call, 1000));
        assert_true(gate_caller_is_busy(&g, 3, 1000));
        assert_false(gate_caller_is_busy(&g, 4, 1000));
    }
}

static void what_a_card_answers_otherwise_costs_nothing(void **state) {
    (void)state;
    static const struct vault_limits tight = {
        .wrong_per_s = 1, .caller_wrong_per_s = 1, .issue_per_s = 1000};
    struct gate g;
    gate_init(&g, &tight);
    for (unsigned v = 0; v < CM_VERDICT_N; v++) {
        struct cm_answer a = {.verdict = (enum cm_verdict)v};
        const struct cm_call call = {.caller = {.actor = 3}, .answers = &a, .n = 1};
        if (v == CM_V_NOT_A_CODE || v == CM_V_UNKNOWN_BATCH || v == CM_V_WRONG_PIN) continue;
        for (unsigned k = 0; k < 50; k++)
            gate_charge(&g, &call, 1000);
    }
    assert_false(gate_caller_is_busy(&g, 3, 1000));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rights_come_from_the_vaults_own_table),
        cmocka_unit_test(every_role_may_what_the_table_says_and_nothing_else),
        cmocka_unit_test(wrong_numbers_and_wrong_pins_are_charged_however_they_are_asked),
        cmocka_unit_test(what_a_card_answers_otherwise_costs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
