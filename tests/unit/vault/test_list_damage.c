/* An imported list whose files are missing or damaged keeps nothing else from working: the
 * workspace opens, codes of its own and of other lists are redeemed, and what needs that list is
 * refused until the file is back. Damage is made as a bad disk makes it: a flipped bit, a cut, a
 * file that is not there. */
#include "support/import_office.h"

#include <fcntl.h>
#include <unistd.h>

#include "engine/fsck.h"
#include "vault/minter.h"

#define OLD  "{\"kind\":\"codes\",\"name\":\"old\",\"mode\":\"TEST\"}"
#define NEXT "{\"kind\":\"codes\",\"name\":\"next\",\"mode\":\"TEST\"}"
#define CLUB                                                                                       \
    "{\"kind\":\"cards\",\"name\":\"club\",\"mode\":\"TEST\",\"check\":\"luhn\",\"life\":"         \
    "{\"activation\":\"none\",\"currency\":\"EUR\",\"balance_max\":50000}}"
#define HEAD  40   /* a byte of the head block that says something */
#define BLOCK 4096 /* the first row's first byte (docs/design/imports.md, "Files") */

static void path_of(const struct office *o, const char *name, char out[static SCRATCH_CAP + 32]) {
    (void)snprintf(out, SCRATCH_CAP + 32, "%s/legacy/%s", o->w.dir, name);
}

/* The same again mends it. */
static void flip(const struct office *o, const char *name, off_t at) {
    char path[SCRATCH_CAP + 32];
    uint8_t byte = 0;
    path_of(o, name, path);
    const int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= 1u;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    assert_int_equal(close(fd), 0);
}

static void hide(const struct office *o, const char *name, bool back) {
    char path[SCRATCH_CAP + 32], aside[SCRATCH_CAP + 32];
    path_of(o, name, path);
    path_of(o, "aside", aside);
    assert_int_equal(back ? rename(aside, path) : rename(path, aside), 0);
}

static void without_a_list_the_rest_of_the_workspace_works(void **state) {
    (void)state;
    struct office o;
    char own[WORLD_CODE_CAP];
    office_open(&o);
    world_code(&o.w, world_batch(&o.w, 5, true), 0, own);
    import_all(&o, "old", OLD, "1\\tABCD1234\\n2\\tEFGH5678\\n");
    import_all(&o, "next", NEXT, "1\\tJKMN3456\\n");
    assert_int_equal(redeem(&o, "EFGH5678"), CM_V_ACCEPTED);
    world_close(&o.w);

    hide(&o, "2.index", false);
    world_open(&o.w);
    assert_int_equal(redeem(&o, own), CM_V_ACCEPTED);
    assert_int_equal(redeem(&o, "JKMN3456"), CM_V_ACCEPTED); /* of the list after it */
    assert_int_equal(redeem(&o, "ABCD1234"), CM_V_BUSY);
    assert_int_equal(redeem(&o, "EFGH5678"), CM_V_BUSY);
    assert_int_equal(redeem(&o, "HGFE8765"), CM_V_BUSY); /* it may be the list's: nobody knows */
    assert_int_equal(redeem(&o, "ABC"), CM_V_TYPING_ERROR);
    must(&o, "import.list", "{}");
    assert_told(&o, "\"name\":\"old\"");
    assert_told(&o, "\"files\":\"damaged\"");
    assert_told(&o, "\"files\":\"sound\"");
    assert_told(&o, "\"damaged\":[{\"list\":\"old\",\"file\":\"");
    assert_told(&o, "legacy/2.index\"");
    assert_told(&o, "\"remedy\":\"bring this file back from a backup, and restart a daemon\"");
    world_close(&o.w);

    hide(&o, "2.index", true);
    world_open(&o.w);
    assert_int_equal(redeem(&o, "ABCD1234"), CM_V_ACCEPTED);
    assert_int_equal(redeem(&o, "EFGH5678"), CM_V_ALREADY_REDEEMED);
    assert_int_equal(redeem(&o, "HGFE8765"), CM_V_NOT_A_CODE);
    must(&o, "import.list", "{}");
    assert_false(told(&o, "damaged"));
    office_close(&o);
}

/* One call of several texts: the others in it are answered. */
static void a_rotten_row_refuses_its_own_text_alone(void **state) {
    (void)state;
    struct office o;
    struct cm_answer a[2];
    const struct cm_request q[2] = {
        {.operation = CM_OP_REDEEM, .code = slice_text("ABCD1234")},
        {.operation = CM_OP_REDEEM, .code = slice_text("JKMN3456")},
    };
    office_open(&o);
    import_all(&o, "old", OLD, "1\\tABCD1234\\n");
    import_all(&o, "next", NEXT, "1\\tJKMN3456\\n");
    world_close(&o.w);
    flip(&o, "1.index", BLOCK);
    world_open(&o.w); /* the head is sound */
    must(&o, "import.list", "{}");
    assert_false(told(&o, "damaged"));
    struct cm_call call = {
        .caller = {.actor = 1, .test = true}, .door = 1, .n = 2, .requests = q, .answers = a};
    assert_ok(cm_engine_run(o.w.engine, &call, 1));
    assert_int_equal(a[0].verdict, CM_V_BUSY);
    assert_int_equal(a[1].verdict, CM_V_ACCEPTED);
    must(&o, "import.list", "{}");
    assert_told(&o, "some of its rows are not as imported");
    office_close(&o);
}

static enum cm_verdict spend(struct office *o, const char *number) {
    struct cm_card_told told_of;
    struct cm_answer answer = {.verdict = CM_V_ACCEPTED};
    const struct cm_request q = {.operation = CM_OP_REDEEM, .code = slice_text(number)};
    const struct cm_card_ask ask = {.amount = 100, .checked = true};
    struct cm_call call = {.caller = {.actor = 1, .test = true, .rights = CM_RIGHT_TILL},
                           .door = 1,
                           .n = 1,
                           .requests = &q,
                           .asks = &ask,
                           .told = &told_of,
                           .answers = &answer};
    assert_ok(cm_engine_run(o->w.engine, &call, 1));
    assert_int_equal(call.status, CM_CALL_DONE);
    return answer.verdict;
}

/* What a card came with stands in the base; what it has since, in the ledger. */
static void cards_that_the_ledger_knows_are_spent_without_their_base(void **state) {
    (void)state;
    struct office o;
    struct cm_diag diag = DIAG_INIT;
    office_open(&o);
    import_all(&o, "club", CLUB,
               "1\\t79927398713\\tactive\\t1250\\n2\\t4539148803436467\\tactive\\t500\\n");
    assert_int_equal(spend(&o, "79927398713"), CM_V_ACCEPTED);
    world_close(&o.w);
    flip(&o, "1.base", BLOCK);
    world_open(&o.w);
    assert_int_equal(spend(&o, "79927398713"), CM_V_ACCEPTED);
    assert_int_equal(spend(&o, "4539148803436467"), CM_V_BUSY);
    assert_int_equal(
        act(&o, "card.show", "{\"door\":\"front\",\"code\":\"4539148803436467\"}", &diag),
        CM_E_CORRUPT);
    assert_string_equal(diag.place, "imported list 'club'");
    assert_string_equal(diag.remedy, "bring this file back from a backup, and restart a daemon");
    world_close(&o.w);
    flip(&o, "1.base", BLOCK);
    world_open(&o.w);
    assert_int_equal(spend(&o, "4539148803436467"), CM_V_ACCEPTED);
    office_close(&o);
}

/* The ledger stays closed rather than guess what a card was worth: the changes after the image
 * begin with what the base says. */
static void changes_of_cards_are_not_replayed_without_their_base(void **state) {
    (void)state;
    struct office o;
    struct cm_diag diag = DIAG_INIT;
    struct fsck_report report;
    office_open(&o);
    import_all(&o, "club", CLUB, "1\\t79927398713\\tactive\\t1250\\n");
    assert_int_equal(spend(&o, "79927398713"), CM_V_ACCEPTED);
    world_close(&o.w);
    hide(&o, "1.base", false);
    const struct fsck_options options = {.workspace = o.w.dir}; /* it replays everything */
    assert_int_equal(engine_fsck(&options, &report, &diag), CM_E_CORRUPT);
    assert_string_equal(diag.place, "imported list 'club'");
    hide(&o, "1.base", true);
    diag = (struct cm_diag)DIAG_INIT;
    assert_ok(engine_fsck(&options, &report, &diag));
    world_open(&o.w);
    office_close(&o);
}

static void what_must_know_the_list_is_refused_and_told_why(void **state) {
    (void)state;
    struct office o;
    struct cm_diag diag = DIAG_INIT;
    struct minter_rows minted;
    char args[96];
    office_open(&o);
    /* As long as our own codes, and of the same symbols. */
    import_all(&o, "old", OLD, "1\\t234679BCDFGHJ\\n2\\tJKMPQRTVWXY23\\n");
    world_document(&o.w, DOCUMENT_BATCH, 2,
                   slice_text("{\"scheme\":1,\"batch\":1,\"key_version\":1,\"name\":\"new\","
                              "\"attributes\":[],\"quantity\":5}"));
    world_close(&o.w);
    flip(&o, "1.index", HEAD);
    world_open(&o.w);
    const struct minter_options options = {
        .engine = o.w.engine, .keystore = o.w.keystore, .set = 2};
    CM_CLEANUP(minter_closep) struct minter *m = NULL;
    assert_ok(minter_open(&m, &options, NULL));
    assert_int_equal(minter_next(m, 5, &minted, NULL), CM_E_CORRUPT);
    must(&o, "import.begin", NEXT);
    (void)snprintf(args, sizeof args, "{\"job\":%u,\"rows\":\"1\\tJHGFDCB976432\\n\"}",
                   o.desk.number);
    cm_err err = act(&o, "import.rows", args, &diag);
    if (err == CM_OK) { /* judged at the latest when all rows are there */
        (void)snprintf(args, sizeof args, "{\"job\":%u}", o.desk.number);
        err = act(&o, "import.check", args, &diag);
    }
    assert_int_equal(err, CM_E_CORRUPT);
    assert_non_null(strstr(diag.input, "legacy/1.index"));
    assert_string_equal(diag.place, "imported list 'old'");
    office_close(&o);
}

static void fsck_tells_every_damaged_list_and_rebuilds_the_image_all_the_same(void **state) {
    (void)state;
    struct office o;
    struct cm_diag diag = DIAG_INIT;
    struct fsck_report report;
    office_open(&o);
    import_all(&o, "old", OLD, "1\\tABCD1234\\n");
    import_all(&o, "next", NEXT, "1\\tJKMN3456\\n");
    world_close(&o.w);
    hide(&o, "1.index", false);
    struct fsck_options options = {.workspace = o.w.dir};
    assert_int_equal(engine_fsck(&options, &report, &diag), CM_E_CORRUPT);
    assert_true(report.image_agrees && report.history_whole);
    assert_int_equal(report.lists, 2);
    assert_int_equal(report.lists_damaged, 1);
    assert_non_null(strstr(diag.input, "legacy/1.index"));
    options.rebuild = true;
    diag = (struct cm_diag)DIAG_INIT;
    assert_int_equal(engine_fsck(&options, &report, &diag), CM_E_CORRUPT);
    assert_true(report.rebuilt);
    hide(&o, "1.index", true);
    assert_ok(engine_fsck(&options, &report, &diag));
    assert_int_equal(report.lists_damaged, 0);
    world_open(&o.w);
    assert_int_equal(redeem(&o, "ABCD1234"), CM_V_ACCEPTED);
    office_close(&o);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_list_the_rest_of_the_workspace_works),
        cmocka_unit_test(a_rotten_row_refuses_its_own_text_alone),
        cmocka_unit_test(cards_that_the_ledger_knows_are_spent_without_their_base),
        cmocka_unit_test(changes_of_cards_are_not_replayed_without_their_base),
        cmocka_unit_test(what_must_know_the_list_is_refused_and_told_why),
        cmocka_unit_test(fsck_tells_every_damaged_list_and_rebuilds_the_image_all_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
