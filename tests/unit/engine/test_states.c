/* Every cell of the table in docs/design/states.md section 1, and every row of section 2: the unit
 * is brought into the state by operations alone, the operation is asked, verdict and next state are
 * compared with the document. Expected values are the document's, cell by cell. */
#include "support/cm.h"

#include <string.h>

#include "countermark/code.h"
#include "support/world.h"

#define ME    5u
#define OTHER 6u
#define HOLD  1000u /* milliseconds of a reservation */

enum state_name { FRESH, PARTLY, RESERVED_BY_ME, RESERVED_BY_OTHER, SPENT, VOIDED };
#define STATE_N 6u

static const char *const state_names[STATE_N] = {
    "fresh", "partly", "reserved by me", "reserved by another", "spent", "void"};

/* verdict and the state the unit is in afterwards; terms: two uses. */
struct cell {
    enum cm_verdict verdict;
    enum state_name then;
};

/* Rows: operation; columns: state. Two uses, so that redeeming a fresh unit leaves it partly used
 * and redeeming a partly used one spends it. */
static const struct cell table[CM_CODE_OPERATION_N][STATE_N] = {
    [CM_OP_CHECK] = {{CM_V_ACCEPTED, FRESH},
                     {CM_V_ACCEPTED, PARTLY},
                     {CM_V_RESERVED, RESERVED_BY_ME},
                     {CM_V_RESERVED, RESERVED_BY_OTHER},
                     {CM_V_ALREADY_REDEEMED, SPENT},
                     {CM_V_VOID, VOIDED}},
    [CM_OP_REDEEM] = {{CM_V_ACCEPTED, PARTLY},
                      {CM_V_ACCEPTED, SPENT},
                      {CM_V_RESERVED, RESERVED_BY_ME},
                      {CM_V_RESERVED, RESERVED_BY_OTHER},
                      {CM_V_ALREADY_REDEEMED, SPENT},
                      {CM_V_VOID, VOIDED}},
    [CM_OP_RESERVE] = {{CM_V_ACCEPTED, RESERVED_BY_ME},
                       {CM_V_ACCEPTED, RESERVED_BY_ME},
                       {CM_V_RESERVED, RESERVED_BY_ME},
                       {CM_V_RESERVED, RESERVED_BY_OTHER},
                       {CM_V_ALREADY_REDEEMED, SPENT},
                       {CM_V_VOID, VOIDED}},
    [CM_OP_CONFIRM] = {{CM_V_NOT_RESERVED, FRESH},
                       {CM_V_NOT_RESERVED, PARTLY},
                       {CM_V_ACCEPTED, PARTLY},
                       {CM_V_RESERVED, RESERVED_BY_OTHER},
                       {CM_V_ALREADY_REDEEMED, SPENT},
                       {CM_V_VOID, VOIDED}},
    [CM_OP_RELEASE] = {{CM_V_NOT_RESERVED, FRESH},
                       {CM_V_NOT_RESERVED, PARTLY},
                       {CM_V_ACCEPTED, FRESH},
                       {CM_V_RESERVED, RESERVED_BY_OTHER},
                       {CM_V_ALREADY_REDEEMED, SPENT},
                       {CM_V_VOID, VOIDED}},
    [CM_OP_REVERSE] = {{CM_V_NOT_REDEEMED, FRESH},
                       {CM_V_ACCEPTED, FRESH},
                       {CM_V_NOT_REDEEMED, RESERVED_BY_ME},
                       {CM_V_NOT_REDEEMED, RESERVED_BY_OTHER},
                       {CM_V_ACCEPTED, PARTLY},
                       {CM_V_VOID, VOIDED}},
    [CM_OP_VOID] = {{CM_V_ACCEPTED, VOIDED},
                    {CM_V_ACCEPTED, VOIDED},
                    {CM_V_ACCEPTED, VOIDED},
                    {CM_V_ACCEPTED, VOIDED},
                    {CM_V_ALREADY_REDEEMED, SPENT},
                    {CM_V_VOID, VOIDED}},
};

static void must(struct world *w, enum cm_operation op, const char *code, uint32_t actor) {
    assert_int_equal(world_ask(w, op, code, NULL, actor).verdict, CM_V_ACCEPTED);
}

static void bring(struct world *w, const char *code, enum state_name to) {
    switch (to) {
    case PARTLY: must(w, CM_OP_REDEEM, code, ME); break;
    case RESERVED_BY_ME: must(w, CM_OP_RESERVE, code, ME); break;
    case RESERVED_BY_OTHER: must(w, CM_OP_RESERVE, code, OTHER); break;
    case SPENT:
        must(w, CM_OP_REDEEM, code, ME);
        must(w, CM_OP_REDEEM, code, ME);
        break;
    case VOIDED: must(w, CM_OP_VOID, code, 0); break;
    case FRESH:
    default: break;
    }
}

static enum state_name state_of(struct world *w, uint32_t set, uint64_t serial) {
    struct unit_view v;
    assert_ok(engine_lookup(w->engine, 0, set, serial, &v, NULL));
    if (v.bits == UNIT_FRESH) return FRESH;
    if (v.bits == UNIT_SPENT) return SPENT;
    assert_int_equal(v.bits, UNIT_OTHER);
    if ((v.extra.flags & UNIT_VOID) != 0) return VOIDED;
    if ((v.extra.flags & UNIT_RESERVED) != 0)
        return v.extra.reserved_by == ME ? RESERVED_BY_ME : RESERVED_BY_OTHER;
    assert_true(v.extra.uses > 0);
    return PARTLY;
}

static void every_cell(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 100000);
    const uint32_t set = world_batch(&w, 1000, true);
    world_terms(&w, "{\"uses\":2}");
    uint64_t serial = 0;
    for (unsigned op = 0; op < CM_CODE_OPERATION_N; op++) {
        for (unsigned from = 0; from < STATE_N; from++, serial++) {
            char code[WORLD_CODE_CAP];
            world_code(&w, set, serial, code);
            bring(&w, code, (enum state_name)from);
            const struct cm_answer a = world_ask(&w, (enum cm_operation)op, code, NULL, ME);
            const struct cell *want = &table[op][from];
            if (a.verdict != want->verdict || state_of(&w, set, serial) != want->then)
                fail_msg("operation %u on '%s': %s, then '%s'", op, state_names[from],
                         cm_verdict_name(a.verdict), state_names[state_of(&w, set, serial)]);
        }
    }
    /* The same states after a restart: replay applies what was decided. */
    world_close(&w);
    world_open(&w);
    serial = 0;
    for (unsigned op = 0; op < CM_CODE_OPERATION_N; op++)
        for (unsigned from = 0; from < STATE_N; from++, serial++)
            assert_int_equal(state_of(&w, set, serial), table[op][from].then);
    world_remove(&w);
}

static void a_reservation_ends_at_its_deadline_and_not_before(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 100000);
    const uint32_t set = world_batch(&w, 10, true);
    char code[WORLD_CODE_CAP];
    world_code(&w, set, 0, code);
    const struct cm_answer held = world_ask(&w, CM_OP_RESERVE, code, NULL, OTHER);
    assert_true(held.until_ms == w.now_ms + HOLD);
    w.now_ms += HOLD - 1;
    assert_int_equal(world_ask(&w, CM_OP_REDEEM, code, NULL, ME).verdict, CM_V_RESERVED);
    w.now_ms += 1;
    assert_int_equal(world_ask(&w, CM_OP_CONFIRM, code, NULL, OTHER).verdict, CM_V_NOT_RESERVED);
    assert_int_equal(world_ask(&w, CM_OP_REDEEM, code, NULL, ME).verdict, CM_V_ACCEPTED);
    world_remove(&w);
}

static void once_per_redeemer_counts_each_reference_once(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 100000);
    const uint32_t set = world_batch(&w, 10, true);
    world_terms(&w, "{\"uses\":\"once per redeemer\"}");
    char code[WORLD_CODE_CAP];
    world_code(&w, set, 0, code);
    struct world_request q = {
        .operation = CM_OP_REDEEM, .code = code, .redeemer = "anna", .actor = ME};
    assert_int_equal(world_request(&w, &q, NULL).verdict, CM_V_ACCEPTED);
    assert_int_equal(world_request(&w, &q, NULL).verdict, CM_V_ALREADY_REDEEMED);
    q.redeemer = "bert";
    assert_int_equal(world_request(&w, &q, NULL).use, 2);
    world_close(&w);
    world_open(&w);
    assert_int_equal(world_request(&w, &q, NULL).verdict, CM_V_ALREADY_REDEEMED);
    q.operation = CM_OP_REVERSE;
    assert_int_equal(world_request(&w, &q, NULL).verdict, CM_V_ACCEPTED);
    q.operation = CM_OP_REDEEM;
    assert_int_equal(world_request(&w, &q, NULL).verdict, CM_V_ACCEPTED);
    q.operation = CM_OP_RESERVE;
    q.redeemer = "cleo";
    q.hold_ms = HOLD;
    assert_int_equal(world_request(&w, &q, NULL).verdict, CM_V_ACCEPTED);
    q.operation = CM_OP_CONFIRM;
    q.redeemer = NULL; /* the reservation knows for whom it was */
    assert_int_equal(world_request(&w, &q, NULL).verdict, CM_V_ACCEPTED);
    q.operation = CM_OP_REDEEM;
    q.redeemer = "cleo";
    assert_int_equal(world_request(&w, &q, NULL).verdict, CM_V_ALREADY_REDEEMED);
    /* Without a reference nobody can be counted. */
    q.redeemer = NULL;
    assert_int_equal(world_request(&w, &q, NULL).verdict, CM_V_REDEEMER_NEEDED);
    world_remove(&w);
}

static void refusals_come_in_the_order_of_the_table(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 100000);
    const uint32_t set = world_batch(&w, 100, false);
    char code[WORLD_CODE_CAP], spent[WORLD_CODE_CAP], voided[WORLD_CODE_CAP];
    world_code(&w, set, 0, code);
    world_code(&w, set, 1, spent);
    world_code(&w, set, 2, voided);
    assert_int_equal(world_ask(&w, CM_OP_REDEEM, code, NULL, ME).verdict, CM_V_NOT_OPEN_YET);
    const struct phase_event open = {.set = set, .phase = PHASE_OPEN, .shipped = true};
    assert_ok(engine_phase(w.engine, &open, NULL));
    must(&w, CM_OP_REDEEM, spent, ME);
    must(&w, CM_OP_VOID, voided, 0);

    /* Row 8: the start lies ahead; row 7 still comes before it. */
    world_terms(&w, "{\"start\":\"2030-01-01\"}");
    assert_int_equal(world_ask(&w, CM_OP_REDEEM, code, NULL, ME).verdict, CM_V_NOT_OPEN_YET);
    assert_int_equal(world_ask(&w, CM_OP_REDEEM, spent, NULL, ME).verdict, CM_V_ALREADY_REDEEMED);
    /* Row 9: ended, with its grace; a cap that is reached. */
    world_terms(&w, "{\"until\":\"2020-01-01\"}");
    assert_int_equal(world_ask(&w, CM_OP_REDEEM, code, NULL, ME).verdict, CM_V_ENDED);
    world_terms(&w, "{\"cap\":1}");
    assert_int_equal(world_ask(&w, CM_OP_REDEEM, code, NULL, ME).verdict, CM_V_ENDED);
    world_terms(&w, "{}");
    /* Row 6 before 7, row 5 before 6. */
    const struct recall_event recall = {.set = set, .first = 1, .last = 2};
    assert_ok(engine_recall(w.engine, &recall, NULL));
    assert_int_equal(world_ask(&w, CM_OP_REDEEM, spent, NULL, ME).verdict, CM_V_RECALLED);
    assert_int_equal(world_ask(&w, CM_OP_REDEEM, voided, NULL, ME).verdict, CM_V_VOID);
    assert_int_equal(world_ask(&w, CM_OP_REVERSE, spent, NULL, ME).verdict, CM_V_ACCEPTED);
    must(&w, CM_OP_REDEEM, code, ME);
    world_close(&w);
    world_open(&w);
    assert_int_equal(world_ask(&w, CM_OP_REDEEM, spent, NULL, ME).verdict, CM_V_RECALLED);
    world_remove(&w);
}

static void a_clock_that_jumps_back_opens_nothing_twice(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 100000);
    const uint32_t set = world_batch(&w, 10, true);
    char code[WORLD_CODE_CAP], next[WORLD_CODE_CAP];
    world_code(&w, set, 0, code);
    world_code(&w, set, 1, next);
    must(&w, CM_OP_REDEEM, next, ME);
    world_terms(&w, "{\"until\":\"2026-11-19\"}"); /* WORLD_NOW_MS is 2026-11-18 */
    w.now_ms += 86400000u * 2;
    assert_int_equal(world_ask(&w, CM_OP_REVERSE, next, NULL, ME).verdict, CM_V_ACCEPTED);
    assert_int_equal(world_ask(&w, CM_OP_REDEEM, code, NULL, ME).verdict, CM_V_ENDED);
    w.now_ms -= 86400000u * 2; /* the reversal above was an event: time stays there */
    assert_int_equal(world_ask(&w, CM_OP_REDEEM, code, NULL, ME).verdict, CM_V_ENDED);
    world_close(&w);
    world_open(&w);
    assert_int_equal(world_ask(&w, CM_OP_REDEEM, code, NULL, ME).verdict, CM_V_ENDED);
    world_remove(&w);
}

/* construction.md, "Doors": a door reads every key version that is not destroyed. */
static void a_code_of_the_two_hundredth_key_version_is_still_read(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 1000);
    for (unsigned v = 2; v <= 200; v++)
        assert_ok(keystore_generate(w.keystore, KEY_SCHEME, WORLD_SCHEME, (uint8_t)v, 1));
    static const char late[] = "{\"scheme\":1,\"batch\":5,\"key_version\":200,\"name\":\"late\","
                               "\"attributes\":[],\"quantity\":1}";
    uint32_t set = 0;
    assert_ok(engine_document(w.engine, DOCUMENT_BATCH, &set, 0, slice_text(late), NULL));
    const struct issue_event issue = {.set = set, .count = 1, .issued = 1};
    assert_ok(engine_issue(w.engine, &issue, NULL));
    const struct phase_event open = {.set = set, .phase = PHASE_OPEN};
    assert_ok(engine_phase(w.engine, &open, NULL));

    const struct cm_key *root = NULL;
    struct cm_coder *coder = NULL;
    assert_ok(keystore_find(w.keystore, KEY_SCHEME, WORLD_SCHEME, 200, &root));
    assert_ok(cm_coder_new(&coder, &w.numbers, root, 200));
    cm_coder_free(w.coder);
    w.coder = coder;
    char code[WORLD_CODE_CAP];
    world_code(&w, 6, 0, code); /* batch index 5 */
    assert_int_equal(world_ask(&w, CM_OP_REDEEM, code, NULL, 5).verdict, CM_V_ACCEPTED);
    world_remove(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell),
        cmocka_unit_test(a_reservation_ends_at_its_deadline_and_not_before),
        cmocka_unit_test(once_per_redeemer_counts_each_reference_once),
        cmocka_unit_test(refusals_come_in_the_order_of_the_table),
        cmocka_unit_test(a_code_of_the_two_hundredth_key_version_is_still_read),
        cmocka_unit_test(a_clock_that_jumps_back_opens_nothing_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
