/* Cards at a door: a pool is put beside a scheme, its cards are redeemed once, with their PINs.
 * The pool is example C of docs/design/construction.md section 13: its key, number and PIN were
 * printed by a program that shares no code with this one (node tests/oracle/worked.mjs).
 * Expected verdicts: docs/design/states.md section 3. */
#include "support/cm.h"

#include <string.h>

#include "base/macros.h"
#include "support/world_pool.h"

static struct cm_numberer *numberer(void) {
    CM_KEY_SCOPED struct cm_key root;
    const struct cm_pool_numbers numbers = {
        .id = POOL, .test = true, .prefix_n = 4, .prefix = "9643", .body_n = 11, .pin_n = 6};
    struct cm_numberer *out = NULL;
    pool_root(&root);
    assert_ok(cm_numberer_new(&out, &numbers, &root, POOL_KEY));
    return out;
}

static struct cm_answer ask(struct world *w, enum cm_operation op, const char *number,
                            const char *pin) {
    const struct world_request q = {.operation = op, .code = number, .pin = pin, .actor = 5};
    return world_request(w, &q, NULL);
}
static enum cm_verdict redeem(struct world *w, const char *number, const char *pin) {
    return ask(w, CM_OP_REDEEM, number, pin).verdict;
}

/* ---- Use --------------------------------------------------------------------------------------
 */

static void a_card_is_redeemed_once_with_its_pin(void **state) {
    (void)state;
    struct world w = {0};
    world_pool_make(&w, &gift);
    struct cm_answer a = ask(&w, CM_OP_CHECK, NUMBER, PIN);
    assert_int_equal(a.verdict, CM_V_ACCEPTED);
    a = ask(&w, CM_OP_REDEEM, "9643 6329 3083 6097", "031 327");
    assert_int_equal(a.verdict, CM_V_ACCEPTED);
    assert_int_equal(a.set, POOL);
    assert_true(a.serial == POOL_INDEX);
    w.now_ms += 5000;
    a = ask(&w, CM_OP_REDEEM, NUMBER, PIN);
    assert_int_equal(a.verdict, CM_V_ALREADY_REDEEMED);
    assert_true(a.time_ms == WORLD_NOW_MS);
    world_remove(&w);
}

static void the_pool_and_its_spent_cards_survive_restarts_from_journal_and_image(void **state) {
    (void)state;
    struct world w = {0};
    world_pool_make(&w, &gift);
    assert_int_equal(redeem(&w, NUMBER, PIN), CM_V_ACCEPTED);
    for (int folded = 0; folded < 2; folded++) {
        if (folded == 1) assert_ok(engine_fold(w.engine));
        world_close(&w);
        world_open(&w);
        assert_int_equal(redeem(&w, NUMBER, PIN), CM_V_ALREADY_REDEEMED);
        assert_int_equal(redeem(&w, NUMBER, "031328"), CM_V_NOT_A_CODE);
    }
    assert_int_equal(ask(&w, CM_OP_REVERSE, NUMBER, PIN).verdict, CM_V_ACCEPTED);
    assert_int_equal(redeem(&w, NUMBER, PIN), CM_V_ACCEPTED);
    world_remove(&w);
}

static void codes_and_cards_are_told_apart_at_one_door(void **state) {
    (void)state;
    struct world w = {0};
    world_pool_make(&w, &gift);
    w.batch_n = 0; /* set numbers 1..6 are free beside pool 7 */
    const uint32_t batch = world_batch(&w, 10, true);
    char code[WORLD_CODE_CAP];
    world_code(&w, batch, 3, code);
    /* In one call, so that both pass the same arrays; a PIN beside a code is not looked at. */
    const struct cm_request requests[3] = {
        {.operation = CM_OP_REDEEM, .code = slice_text(code), .pin = slice_text("0000")},
        {.operation = CM_OP_REDEEM, .code = slice_text(NUMBER), .pin = slice_text(PIN)},
        {.operation = CM_OP_REDEEM, .code = slice_text("nonsense")}};
    struct cm_answer answers[3];
    struct cm_call call = {.caller = {.actor = 5, .test = true},
                           .door = WORLD_DOOR,
                           .requests = requests,
                           .n = 3,
                           .answers = answers};
    assert_ok(cm_engine_run(w.engine, &call, 1));
    assert_int_equal(call.status, CM_CALL_DONE);
    assert_int_equal(answers[0].verdict, CM_V_ACCEPTED);
    assert_int_equal(answers[0].set, batch);
    assert_int_equal(answers[1].verdict, CM_V_ACCEPTED);
    assert_int_equal(answers[1].set, POOL);
    assert_int_equal(answers[2].verdict, CM_V_TYPING_ERROR);
    world_remove(&w);
}

/* ---- Refusals ---------------------------------------------------------------------------------
 */

static void wrong_and_missing_pins_answer_like_an_unknown_number(void **state) {
    (void)state;
    struct world w = {0};
    world_pool_make(&w, &gift);
    static const char *const wrong[] = {NULL,     "",       "031328", "31327",    "0313270",
                                        "O31327", "000000", "abcdef", "\xff\xff", "03132\xc2"};
    for (size_t i = 0; i < CM_ARRAY_N(wrong); i++)
        assert_int_equal(redeem(&w, NUMBER, wrong[i]), CM_V_NOT_A_CODE);
    char longest[CM_PIN_TEXT_MAX + 2u];
    memset(longest, ' ', sizeof longest);
    memcpy(longest, PIN, sizeof PIN - 1u);
    longest[sizeof longest - 1u] = '\0'; /* one byte beyond the limit, all spaces but the PIN */
    assert_int_equal(redeem(&w, NUMBER, longest), CM_V_NOT_A_CODE);
    longest[sizeof longest - 2u] = '\0';
    const struct cm_answer a = ask(&w, CM_OP_CHECK, NUMBER, "031328");
    assert_int_equal(a.set, 0);
    assert_true(a.serial == 0);
    assert_int_equal(redeem(&w, NUMBER, longest), CM_V_ACCEPTED);
    world_remove(&w);
}

static void typing_errors_and_guesses_are_told_apart(void **state) {
    (void)state;
    struct world w = {0};
    world_pool_make(&w, &gift);
    /* Luhn digit, length, prefix, letters. */
    static const char *const typos[] = {"9643632930836098", "964363293083609", "8643632930836097",
                                        "964363293O836097", ""};
    for (size_t i = 0; i < CM_ARRAY_N(typos); i++)
        assert_int_equal(redeem(&w, typos[i], PIN), CM_V_TYPING_ERROR);
    struct cm_numberer *nb = numberer();
    char number[CM_CARD_NUMBER_MAX + 1u] = {0}, pin[CM_CARD_PIN_MAX + 1u] = {0};
    uint8_t skip = 0;
    for (uint64_t index = POOL_NEXT - 1u; index <= POOL_NEXT; index++) {
        const struct cm_card_pin asked = {.index = index, .issue = 1};
        assert_ok(cm_numberer_make(nb, index, 1, number, &skip));
        assert_ok(cm_numberer_pin(nb, &asked, 1, pin));
        assert_int_equal(redeem(&w, number, pin),
                         index < POOL_NEXT ? CM_V_ACCEPTED : CM_V_NOT_A_CODE);
    }
    cm_numberer_free(nb);
    world_remove(&w);
}

/* The first index from `first` on that is held out. The threshold is the document's: the first 32
 * bits of the hold tag below 85899345; that the numberer finds it rightly is vectors.oracle's. */
static void held_out_number(const char *rules, uint64_t first, char *number, char *pin) {
    char text[POOL_TEXT_CAP];
    CM_CLEANUP(pool_clear) struct pool pool = POOL_INIT;
    CM_KEY_SCOPED struct cm_key root;
    struct cm_numberer *nb = NULL;
    struct pool_text form = gift;
    form.rules = rules;
    pool_text(&form, text);
    assert_ok(pool_read(slice_text(text), "pool", &pool, NULL));
    pool_root(&root);
    assert_ok(cm_numberer_new(&nb, &pool.numbers, &root, POOL_KEY));
    uint8_t skip = 0;
    while ((skip & CM_CARD_SKIP_HELD) == 0)
        assert_ok(cm_numberer_make(nb, first++, 1, number, &skip));
    const struct cm_card_pin asked = {.index = first - 1u, .issue = 1};
    assert_ok(cm_numberer_pin(nb, &asked, 1, pin));
    cm_numberer_free(nb);
}

static void numbers_that_the_rules_skip_are_guesses(void **state) {
    (void)state;
    struct world w = {0};
    world_pool_make(&w, &gift);
    char number[CM_CARD_NUMBER_MAX + 1u] = {0}, pin[CM_CARD_PIN_MAX + 1u] = {0};
    held_out_number(RULES_1, 1000, number, pin);
    assert_int_equal(redeem(&w, number, pin), CM_V_NOT_A_CODE);
    world_remove(&w);
}

static void a_later_rule_version_leaves_issued_cards_alone(void **state) {
    (void)state;
    struct world w = {0};
    world_pool_make(&w, &gift);
    assert_int_equal(ask(&w, CM_OP_CHECK, NUMBER, PIN).verdict, CM_V_ACCEPTED);
    struct pool_text next = gift;
    /* The worked example's number on the list of a version that begins after it. */
    next.rules = RULES_1 ",{\"version\":2,\"from_index\":12350000,\"held_out\":\"0\","
                         "\"held_below\":0,\"patterns\":[],\"listed\":[\"" NUMBER "\"]}";
    add_pool(&w, &next);
    assert_int_equal(redeem(&w, NUMBER, PIN), CM_V_ACCEPTED);
    /* A range that was counted under the old rules is counted again; closed ranges stay. */
    assert_int_equal(issue_cards(&w, POOL, POOL_NEXT, 10, 1), CM_E_CONFLICT);
    assert_ok(issue_cards(&w, POOL, POOL_NEXT, 10, 2));
    struct cm_diag diag = DIAG_INIT;
    assert_int_equal(try_pool(&w, &gift, &diag),
                     CM_E_CONFLICT); /* a version cannot be taken back */
    next.rules = RULES_1 ",{\"version\":2,\"from_index\":12350000,\"held_out\":\"0\","
                         "\"held_below\":0,\"patterns\":[],\"listed\":[\"" NUMBER "\"]}"
                         ",{\"version\":3,\"from_index\":12350009,\"held_out\":\"0\","
                         "\"held_below\":0,\"patterns\":[\"zeros\"],\"listed\":[]}";
    assert_int_equal(try_pool(&w, &next, &diag), CM_E_CONFLICT); /* 12350009 is issued */
    world_close(&w);
    world_open(&w);
    assert_int_equal(redeem(&w, NUMBER, PIN), CM_V_ALREADY_REDEEMED);
    world_remove(&w);
}

static void a_number_opens_under_the_key_version_of_its_index_only(void **state) {
    (void)state;
    struct world w = {0};
    world_pool_make(&w, &gift);
    struct pool_text next = gift;
    next.keys = KEYS_3 ",{\"version\":4,\"from_index\":12349999}";
    struct cm_diag diag = DIAG_INIT;
    assert_int_equal(try_pool(&w, &next, &diag), CM_E_CONFLICT); /* that index is issued */
    next.keys = KEYS_3 ",{\"version\":4,\"from_index\":12350000}";
    add_pool(&w, &next);
    assert_ok(issue_cards(&w, POOL, POOL_NEXT, 1000, 1));
    const struct cm_pool_numbers numbers = {
        .id = POOL, .test = true, .prefix_n = 4, .prefix = "9643", .body_n = 11, .pin_n = 6};
    const struct cm_key *root = NULL;
    struct cm_numberer *nb = NULL;
    assert_ok(keystore_find(w.keystore, KEY_POOL, POOL, 4, &root));
    assert_ok(cm_numberer_new(&nb, &numbers, root, 4));
    char number[CM_CARD_NUMBER_MAX + 1u] = {0}, pin[CM_CARD_PIN_MAX + 1u] = {0};
    uint8_t skip = 0;
    unsigned accepted = 0;
    for (uint64_t index = POOL_NEXT - 50u; index < POOL_NEXT + 50u; index++) {
        const struct cm_card_pin asked = {.index = index, .issue = 1};
        assert_ok(cm_numberer_make(nb, index, 1, number, &skip));
        assert_ok(cm_numberer_pin(nb, &asked, 1, pin));
        const enum cm_verdict verdict = redeem(&w, number, pin);
        if (index < POOL_NEXT) assert_int_equal(verdict, CM_V_NOT_A_CODE);
        accepted += verdict == CM_V_ACCEPTED;
    }
    assert_in_range(accepted, 40, 50); /* 2 in 100 are held out: ten or more of 50, once in 10^7 */
    assert_int_equal(redeem(&w, NUMBER, PIN), CM_V_ACCEPTED);
    cm_numberer_free(nb);
    world_remove(&w);
}

static void the_pin_belongs_to_the_idempotent_request(void **state) {
    (void)state;
    struct world w = {0};
    world_pool_make(&w, &gift);
    struct world_request q = {
        .operation = CM_OP_REDEEM, .code = NUMBER, .pin = PIN, .key = "till-7/1", .actor = 5};
    assert_int_equal(world_request(&w, &q, NULL).verdict, CM_V_ACCEPTED);
    const struct cm_answer again = world_request(&w, &q, NULL);
    assert_int_equal(again.verdict, CM_V_ACCEPTED);
    assert_true(again.replayed);
    /* Whoever knows number and key, but not the PIN, learns nothing. */
    q.pin = "000000";
    enum cm_call_status status = CM_CALL_DONE;
    (void)world_request(&w, &q, &status);
    assert_int_equal(status, CM_CALL_KEY_REUSED);
    world_remove(&w);
}

static void a_card_can_be_used_once_per_redeemer(void **state) {
    (void)state;
    struct world w = {0};
    world_pool_make(&w, &gift);
    world_document(&w, DOCUMENT_TERMS, TERMS_OF_SET | POOL,
                   slice_text("{\"uses\":\"once per redeemer\"}"));
    struct world_request q = {
        .operation = CM_OP_REDEEM, .code = NUMBER, .pin = PIN, .redeemer = "ann", .actor = 5};
    assert_int_equal(world_request(&w, &q, NULL).verdict, CM_V_ACCEPTED);
    assert_int_equal(world_request(&w, &q, NULL).verdict, CM_V_ALREADY_REDEEMED);
    q.redeemer = "bob";
    assert_int_equal(world_request(&w, &q, NULL).verdict, CM_V_ACCEPTED);
    world_remove(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_card_is_redeemed_once_with_its_pin),
        cmocka_unit_test(the_pool_and_its_spent_cards_survive_restarts_from_journal_and_image),
        cmocka_unit_test(codes_and_cards_are_told_apart_at_one_door),
        cmocka_unit_test(wrong_and_missing_pins_answer_like_an_unknown_number),
        cmocka_unit_test(typing_errors_and_guesses_are_told_apart),
        cmocka_unit_test(numbers_that_the_rules_skip_are_guesses),
        cmocka_unit_test(a_later_rule_version_leaves_issued_cards_alone),
        cmocka_unit_test(a_number_opens_under_the_key_version_of_its_index_only),
        cmocka_unit_test(the_pin_belongs_to_the_idempotent_request),
        cmocka_unit_test(a_card_can_be_used_once_per_redeemer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
