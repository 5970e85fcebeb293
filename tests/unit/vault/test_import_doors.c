/* Imported cards and names at a door: the balance they came with is spent once, in the ledger; a
 * name of a pool's card asks for its PIN; new codes and cards never take an imported text. The
 * pool is the worked example C of docs/design/construction.md section 12, printed by a program of
 * its own (node tests/oracle/worked.mjs). */
#include "support/import_office.h"
#include "support/world_pool.h"

#include "vault/card_minter.h"
#include "vault/minter.h"

#define CLUB                                                                                       \
    "{\"kind\":\"cards\",\"name\":\"club\",\"mode\":\"TEST\",\"check\":\"luhn\",\"life\":"         \
    "{\"activation\":\"none\",\"currency\":\"EUR\",\"balance_max\":50000}}"
#define OLD     "{\"kind\":\"codes\",\"name\":\"old\",\"mode\":\"TEST\"}"
#define ALIASES "{\"kind\":\"aliases\",\"name\":\"phones\",\"of\":\"gift\"}"

/* An office whose world has the pool. */
static void pool_office_open(struct office *o) {
    *o = (struct office){.out = BUFFER_INIT};
    world_pool_add(&o->w, &gift);
}

struct asked {
    enum cm_operation operation;
    const char *text;
    uint64_t amount;
    uint32_t rights;
    const char *other;  /* REPLACE */
    uint64_t reference; /* REVERSE */
};

static enum cm_verdict ask(struct office *o, const struct asked *q, struct cm_card_told *told_out) {
    struct cm_answer answer = {.verdict = CM_V_BUSY};
    const struct cm_request request = {.operation = q->operation, .code = slice_text(q->text)};
    const struct cm_card_ask card = {.amount = q->amount,
                                     .checked = true,
                                     .other = slice_text(q->other != NULL ? q->other : ""),
                                     .reference = q->reference};
    struct cm_call call = {.caller = {.actor = 1, .test = true, .rights = q->rights},
                           .door = WORLD_DOOR,
                           .n = 1,
                           .requests = &request,
                           .asks = &card,
                           .told = told_out,
                           .answers = &answer};
    assert_ok(cm_engine_run(o->w.engine, &call, 1));
    return answer.verdict;
}

static void an_imported_balance_is_spent_in_our_ledger(void **state) {
    (void)state;
    struct office o;
    struct cm_card_told told_of;
    office_open(&o);
    import_all(&o, "club", CLUB, "1\\t79927398713\\tactive\\t1250\\n");
    const struct asked look = {CM_OP_CHECK, "7992-7398-713", 0, CM_RIGHT_TILL, "", 0};
    assert_int_equal(ask(&o, &look, &told_of), CM_V_ACCEPTED);
    assert_int_equal(told_of.balance, 1250);
    assert_string_equal(told_of.currency, "EUR");
    const struct asked much = {CM_OP_REDEEM, "79927398713", 1251, CM_RIGHT_TILL, "", 0};
    assert_int_equal(ask(&o, &much, &told_of), CM_V_NOT_ENOUGH);
    const struct asked some = {CM_OP_REDEEM, "79927398713", 1000, CM_RIGHT_TILL, "", 0};
    assert_int_equal(ask(&o, &some, &told_of), CM_V_ACCEPTED);
    assert_int_equal(told_of.balance, 250);
    for (int again = 0; again < 2; again++) { /* from the journal, then from the image */
        world_close(&o.w);
        world_open(&o.w);
        assert_int_equal(ask(&o, &look, &told_of), CM_V_ACCEPTED);
        assert_int_equal(told_of.balance, 250);
        assert_ok(engine_fold(o.w.engine));
    }
    assert_int_equal(ask(&o, &some, &told_of), CM_V_NOT_ENOUGH);
    office_close(&o);
}

static void states_and_ends_come_along(void **state) {
    (void)state;
    struct office o;
    struct cm_card_told told_of;
    office_open(&o);
    /* WORLD_NOW_MS is in November 2026. */
    import_all(&o, "club", CLUB,
               "1\\t79927398713\\tblocked\\t1250\\n"
               "2\\t4539148803436467\\tactive\\t500\\t2026-01-31\\n"
               "3\\t0000000000000000\\tin_stock\\n");
    const struct asked blocked = {CM_OP_REDEEM, "79927398713", 100, CM_RIGHT_TILL, "", 0};
    assert_int_equal(ask(&o, &blocked, &told_of), CM_V_BLOCKED);
    const struct asked free_again = {
        CM_OP_UNBLOCK, "79927398713", 0, CM_RIGHT_TILL | CM_RIGHT_DESK, "", 0};
    assert_int_equal(ask(&o, &free_again, &told_of), CM_V_ACCEPTED);
    assert_int_equal(ask(&o, &blocked, &told_of), CM_V_ACCEPTED);
    assert_int_equal(told_of.balance, 1150);
    const struct asked ended = {CM_OP_REDEEM, "4539148803436467", 100, CM_RIGHT_TILL, "", 0};
    assert_int_equal(ask(&o, &ended, &told_of), CM_V_EXPIRED);
    const struct asked inert = {CM_OP_REDEEM, "0000000000000000", 100, CM_RIGHT_TILL, "", 0};
    assert_int_equal(ask(&o, &inert, &told_of), CM_V_INACTIVE);
    const struct asked stranger = {CM_OP_CHECK, "0000000000000000", 0, 0, "", 0};
    assert_int_equal(ask(&o, &stranger, &told_of), CM_V_NOT_A_CODE); /* as if it were not there */
    office_close(&o);
}

struct counters_read {
    uint32_t set;
    struct set_counters out;
};
static cm_err read_counters(void *ctx, const struct registry *r) {
    struct counters_read *c = ctx;
    c->out = registry_set(r, c->set)->set.counters;
    return CM_OK;
}
static struct set_counters counters_of(struct office *o, uint32_t set) {
    struct counters_read c = {.set = set};
    assert_ok(engine_read(o->w.engine, read_counters, &c));
    return c.out;
}

/* What lies on a card that nobody has used yet counts, and stays its holder's. */
static void an_imported_balance_is_never_lost_nor_exceeded(void **state) {
    (void)state;
    struct office o;
    struct cm_card_told told_of;
    office_open(&o);
    import_all(&o, "club", CLUB,
               "1\\t79927398713\\tactive\\t1250\\n"
               "2\\t4539148803436467\\tin_stock\\t49000\\n");
    const uint32_t club = 1;
    assert_int_equal(counters_of(&o, club).balance, 50250);
    struct asked q = {
        CM_OP_REPLACE, "79927398713", 0, CM_RIGHT_TILL | CM_RIGHT_DESK, "4539148803436467", 0};
    assert_int_equal(ask(&o, &q, &told_of), CM_V_NOT_POSSIBLE);
    q = (struct asked){CM_OP_ACTIVATE, "4539148803436467", 1001, CM_RIGHT_TILL, "", 0};
    assert_int_equal(ask(&o, &q, &told_of), CM_V_WRONG_AMOUNT); /* 50000 at most */
    assert_int_equal(told_of.amount, 1000);
    q.amount = 1000;
    assert_int_equal(ask(&o, &q, &told_of), CM_V_ACCEPTED);
    assert_int_equal(told_of.balance, 50000);
    q = (struct asked){CM_OP_REDEEM, "79927398713", 250, CM_RIGHT_TILL, "", 0};
    assert_int_equal(ask(&o, &q, &told_of), CM_V_ACCEPTED);
    for (int again = 0; again < 2; again++) { /* from the journal, then from the image */
        const struct set_counters c = counters_of(&o, club);
        assert_int_equal(c.balance, 51000);
        assert_int_equal(c.loaded, 51250);
        assert_int_equal(c.spent, 250);
        if (again == 1) assert_ok(engine_fold(o.w.engine));
        world_close(&o.w);
        world_open(&o.w);
    }
    assert_int_equal(counters_of(&o, club).balance, 51000);
    office_close(&o);
}

#define OTHER_CLUB                                                                                 \
    "{\"kind\":\"cards\",\"name\":\"other\",\"mode\":\"TEST\",\"check\":\"luhn\",\"life\":"        \
    "{\"activation\":\"none\",\"currency\":\"EUR\",\"balance_max\":50000}}"

/* A refund on the card of another list gives back what that list never counted. */
static void a_refund_takes_no_use_from_a_list_that_had_none(void **state) {
    (void)state;
    struct office o;
    struct cm_card_told told_of;
    office_open(&o);
    import_all(&o, "club", CLUB, "1\\t79927398713\\tactive\\t1250\\n");
    import_all(&o, "other", OTHER_CLUB, "1\\t4539148803436467\\n");
    struct asked q = {CM_OP_REDEEM, "79927398713", 250, CM_RIGHT_TILL, "", 0};
    assert_int_equal(ask(&o, &q, &told_of), CM_V_ACCEPTED);
    const uint64_t spent = told_of.transaction;
    q = (struct asked){
        CM_OP_REPLACE, "79927398713", 0, CM_RIGHT_TILL | CM_RIGHT_DESK, "4539148803436467", 0};
    assert_int_equal(ask(&o, &q, &told_of), CM_V_ACCEPTED);
    q = (struct asked){CM_OP_REVERSE, "4539148803436467", 0, CM_RIGHT_TILL, "", spent};
    assert_int_equal(ask(&o, &q, &told_of), CM_V_ACCEPTED);
    assert_int_equal(told_of.balance, 1250);
    assert_int_equal(counters_of(&o, 2).redeemed, 0);
    assert_int_equal(counters_of(&o, 2).balance, 1250);
    assert_int_equal(counters_of(&o, 1).balance, 0);
    office_close(&o);
}

/* Taking an activation back takes the balance with it: a till may do so with its own alone. */
static void an_activation_that_was_not_ours_is_not_taken_back(void **state) {
    (void)state;
    struct office o;
    struct cm_card_told told_of;
    office_open(&o);
    import_all(&o, "club",
               "{\"kind\":\"cards\",\"name\":\"club\",\"mode\":\"TEST\",\"check\":\"luhn\","
               "\"life\":{\"activation\":\"till\",\"currency\":\"EUR\",\"balance_max\":50000}}",
               "1\\t79927398713\\tactive\\t1250\\n");
    struct asked q = {CM_OP_DEACTIVATE, "79927398713", 0, CM_RIGHT_TILL, "", 0};
    assert_int_equal(ask(&o, &q, &told_of), CM_V_NOT_POSSIBLE);
    q = (struct asked){CM_OP_REDEEM, "79927398713", 1250, CM_RIGHT_TILL, "", 0};
    assert_int_equal(ask(&o, &q, &told_of), CM_V_ACCEPTED);
    office_close(&o);
}

static void a_name_is_no_pin(void **state) {
    (void)state;
    struct office o;
    pool_office_open(&o);
    assert_ok(issue_cards(&o.w, POOL, 0, POOL_NEXT, 1));
    must(&o, "batch.open", "{\"batch\":\"gift\"}");
    must(&o, "import.begin", ALIASES);
    rows(&o, "1\\t" NUMBER "\\t\\t\\t\\t+4670123456\\n2\\t9643632930836098\\t\\t\\t\\tNOBODY\\n");
    check(&o);
    assert_told(&o, "{\"line\":2,\"column\":\"text\",\"what\":\"no_card\"}");
    struct cm_diag diag = DIAG_INIT;
    assert_ok(try_commit(&o, ",\"leave_out\":true", &diag));
    must(&o, "door.import", "{\"door\":\"front\",\"list\":\"phones\"}");
    struct world_request q = {.operation = CM_OP_REDEEM, .code = "+46 70 123 456"};
    assert_int_equal(world_request(&o.w, &q, NULL).verdict, CM_V_NOT_A_CODE);
    q.pin = "000000";
    assert_int_equal(world_request(&o.w, &q, NULL).verdict, CM_V_NOT_A_CODE);
    q.pin = PIN;
    const struct cm_answer a = world_request(&o.w, &q, NULL);
    assert_int_equal(a.verdict, CM_V_ACCEPTED);
    assert_int_equal(a.set, POOL);
    assert_int_equal(a.serial, POOL_INDEX);
    q.code = NUMBER; /* the same card */
    assert_int_equal(world_request(&o.w, &q, NULL).verdict, CM_V_ALREADY_REDEEMED);
    office_close(&o);
}

static void new_codes_never_take_an_imported_text(void **state) {
    (void)state;
    struct office o;
    char second[WORLD_CODE_CAP], line[64];
    struct minter_rows minted;
    office_open(&o);
    world_code(&o.w, 2, 1, second); /* what serial 1 of batch 2 would get */
    (void)snprintf(line, sizeof line, "1\\t%s\\n", second);
    import_all(&o, "old", OLD, line); /* it has number 1 */
    world_document(&o.w, DOCUMENT_BATCH, 2,
                   slice_text("{\"scheme\":1,\"batch\":1,\"key_version\":1,\"name\":\"new\","
                              "\"attributes\":[],\"quantity\":5}"));
    const struct minter_options options = {
        .engine = o.w.engine, .keystore = o.w.keystore, .set = 2};
    CM_CLEANUP(minter_closep) struct minter *m = NULL;
    assert_ok(minter_open(&m, &options, NULL));
    assert_ok(minter_next(m, 5, &minted, NULL));
    assert_int_equal(minted.skip[0], 0);
    assert_true(minted.skip[1] != 0);
    assert_int_equal(redeem(&o, second), CM_V_ACCEPTED); /* the old code, once */
    assert_int_equal(redeem(&o, second), CM_V_ALREADY_REDEEMED);
    office_close(&o);
}

static void new_cards_never_take_an_imported_number(void **state) {
    (void)state;
    struct office o;
    struct card_rows made;
    pool_office_open(&o);
    assert_ok(issue_cards(&o.w, POOL, 0, POOL_INDEX, 1));
    import_all(&o, "old", OLD, "1\\t" NUMBER "\\n"); /* nobody's yet */
    const struct card_minter_options options = {
        .engine = o.w.engine, .keystore = o.w.keystore, .set = POOL};
    CM_CLEANUP(card_minter_closep) struct card_minter *m = NULL;
    assert_ok(card_minter_open(&m, &options, NULL));
    assert_ok(card_minter_next(m, 2, &made, NULL));
    assert_int_equal(made.first, POOL_INDEX);
    assert_true(made.skip[0] != 0);
    office_close(&o);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_imported_balance_is_spent_in_our_ledger),
        cmocka_unit_test(states_and_ends_come_along),
        cmocka_unit_test(an_imported_balance_is_never_lost_nor_exceeded),
        cmocka_unit_test(a_refund_takes_no_use_from_a_list_that_had_none),
        cmocka_unit_test(an_activation_that_was_not_ours_is_not_taken_back),
        cmocka_unit_test(a_name_is_no_pin),
        cmocka_unit_test(new_codes_never_take_an_imported_text),
        cmocka_unit_test(new_cards_never_take_an_imported_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
