/* Importing through the acts: another maker's live codes, an old card base, other names of a pool's
 * cards. Numbers with a check digit are the ones that ISO/IEC 7812-1 Annex B and the GS1 General
 * Specifications print as examples, or were computed by hand below. */
#include "support/import_office.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define CODES "{\"kind\":\"codes\",\"name\":\"old\",\"mode\":\"TEST\",\"product\":\"Cola\"}"
#define CARDS                                                                                      \
    "{\"kind\":\"cards\",\"name\":\"club\",\"mode\":\"TEST\",\"check\":\"luhn\",\"life\":"         \
    "{\"activation\":\"none\",\"currency\":\"EUR\",\"balance_max\":50000}}"

static void begin(struct office *o, const char *args) {
    must(o, "import.begin", args);
    assert_told(o, "\"job\":");
}

static void another_makers_codes_are_imported_and_redeemed_once(void **state) {
    (void)state;
    struct office o;
    office_open(&o);
    begin(&o, CODES);
    rows(&o, "1\\tAB-CD-1234\\n2\\tEFGH5678\\n3\\tzzzz9999\\n");
    check(&o);
    assert_told(&o, "\"rows\":3,\"good\":3,");
    assert_told(&o, "\"wrong\":0");
    commit(&o);
    assert_told(&o, "\"imported\":3");
    must(&o, "door.import", "{\"door\":\"front\",\"list\":\"old\"}");
    assert_int_equal(redeem(&o, "ABCD1234"), CM_V_NOT_OPEN_YET);
    must(&o, "batch.open", "{\"batch\":\"old\"}");
    const struct cm_answer a = world_ask(&o.w, CM_OP_REDEEM, "abcd 1234", NULL, 1);
    assert_int_equal(a.verdict, CM_V_ACCEPTED);
    assert_int_equal(a.serial, 0);
    assert_int_equal(redeem(&o, "AB CD 12 34"), CM_V_ALREADY_REDEEMED);
    assert_int_equal(redeem(&o, "ZZZZ9999"), CM_V_ACCEPTED);
    assert_int_equal(redeem(&o, "ABCD1235"), CM_V_NOT_A_CODE);  /* of this shape, not in it */
    assert_int_equal(redeem(&o, "ABCD123"), CM_V_TYPING_ERROR); /* too short for any */
    assert_int_equal(redeem(&o, "ABCD12340"), CM_V_TYPING_ERROR);
    assert_int_equal(redeem(&o, "ABCD123!"), CM_V_TYPING_ERROR); /* no symbol of any */
    must(&o, "batch.recall", "{\"batch\":\"old\",\"first\":1,\"last\":1}");
    assert_int_equal(redeem(&o, "EFGH5678"), CM_V_RECALLED);
    must(&o, "import.list", "{}");
    assert_told(&o, "\"name\":\"old\",");
    assert_told(&o, "\"redeemed\":2,");
    office_close(&o);
}

static void a_list_survives_a_restart_with_terms_and_states(void **state) {
    (void)state;
    struct office o;
    office_open(&o);
    begin(&o, CODES);
    rows(&o, "1\\tABCD1234\\n2\\tEFGH5678\\n");
    check(&o);
    commit(&o);
    must(&o, "door.import", "{\"door\":\"front\",\"list\":\"old\"}");
    must(&o, "batch.open", "{\"batch\":\"old\"}");
    must(&o, "batch.correct", "{\"batch\":\"old\",\"reason\":\"mixed up\"}");
    assert_int_equal(redeem(&o, "ABCD1234"), CM_V_ACCEPTED);
    for (int again = 0; again < 2; again++) { /* from the journal, then from the image */
        world_close(&o.w);
        world_open(&o.w);
        assert_int_equal(redeem(&o, "ABCD1234"), CM_V_ALREADY_REDEEMED);
        assert_ok(engine_fold(o.w.engine));
    }
    assert_int_equal(redeem(&o, "EFGH5678"), CM_V_ACCEPTED);
    office_close(&o);
}

static void every_wrong_place_is_told_by_line_and_never_by_text(void **state) {
    (void)state;
    struct office o;
    char own[WORLD_CODE_CAP], line[128];
    struct cm_diag diag = DIAG_INIT;
    office_open(&o);
    const uint32_t batch = world_batch(&o.w, 5, true);
    world_code(&o.w, batch, 2, own);
    begin(&o, CODES);
    rows(&o, "1\\tABCD1234\\n2\\tab\\n3\\tABC\xC3\xA9"
             "1234\\n5\\tABCD1234\\n6\\tGOOD5555\\tused\\n");
    (void)snprintf(line, sizeof line, "7\\t%s\\n8\\tSTATE123\\tasleep\\n9\\t\\n", own);
    rows(&o, line);
    check(&o);
    assert_told(&o, "\"rows\":8,\"good\":1,\"left_out\":1,");
    assert_told(&o,
                "{\"line\":2,\"column\":\"text\",\"what\":\"unreadable\",\"why\":\"too short\"}");
    assert_told(&o, "{\"line\":3,\"column\":\"text\",\"what\":\"unreadable\"");
    assert_told(&o, "{\"line\":5,\"column\":\"text\",\"what\":\"duplicate\",\"of_line\":1}");
    assert_told(&o,
                "{\"line\":7,\"column\":\"text\",\"what\":\"collision\",\"owner\":\"batch-1\"}");
    assert_told(&o, "{\"line\":8,\"column\":\"state\",\"what\":\"bad_state\"}");
    assert_told(&o, "{\"line\":9,\"column\":\"text\",\"what\":\"unreadable\"");
    assert_false(told(&o, own));
    assert_false(told(&o, "ABCD1234"));
    assert_int_equal(try_commit(&o, "", &diag), CM_E_CONFLICT); /* nothing was changed */
    must(&o, "import.list", "{}");
    assert_told(&o, "\"lists\":[]");
    assert_ok(try_commit(&o, ",\"leave_out\":true", &diag));
    assert_told(&o, "\"imported\":1");
    must(&o, "door.import", "{\"door\":\"front\",\"list\":\"old\"}");
    must(&o, "batch.open", "{\"batch\":\"old\"}");
    assert_int_equal(redeem(&o, "ABCD1234"), CM_V_ACCEPTED);
    assert_int_equal(redeem(&o, "GOOD5555"), CM_V_NOT_A_CODE);
    assert_int_equal(redeem(&o, own), CM_V_ACCEPTED); /* ours still, once */
    assert_int_equal(redeem(&o, own), CM_V_ALREADY_REDEEMED);
    office_close(&o);
}

/* 4539148803436467 and 79927398713 pass Luhn by the arithmetic of ISO/IEC 7812-1 Annex B; the
 * second is the example most often printed. 4539148803436466 does not. */
static void a_card_base_keeps_states_balances_and_other_texts(void **state) {
    (void)state;
    struct office o;
    struct cm_diag diag = DIAG_INIT;
    office_open(&o);
    begin(&o, CARDS);
    rows(&o, "2\\t4539 1488 0343 6467\\tactive\\t1250\\t2027-12-31\\t2990001000004\\n"
             "3\\t79927398713\\tblocked\\t500\\n"
             "4\\t4539148803436466\\tactive\\t10\\n"
             "5\\t0000000000000000\\tactive\\t60000\\n"
             "6\\t2990001000004\\tactive\\t7\\t2027-02-30\\n");
    check(&o);
    assert_told(&o, "\"rows\":5,\"good\":2,");
    assert_told(&o, "\"balance\":1750,");
    assert_told(&o, "{\"line\":4,\"column\":\"text\",\"what\":\"unreadable\",\"why\":"
                    "\"the check digit is wrong\"}");
    assert_told(&o, "{\"line\":5,\"column\":\"balance\",\"what\":\"bad_balance\"}");
    assert_told(&o, "{\"line\":6,\"column\":\"expires\",\"what\":\"bad_expires\"}");
    assert_ok(try_commit(&o, ",\"leave_out\":true", &diag));
    office_close(&o);
}

/* Two rows with one number are one card: its money is counted once. */
static void a_doubled_card_keeps_its_first_row(void **state) {
    (void)state;
    struct office o;
    struct cm_diag diag = DIAG_INIT;
    office_open(&o);
    begin(&o, CARDS);
    rows(&o, "1\\t79927398713\\tactive\\t500\\t\\tPHONE-1\\n"
             "2\\t79927398713\\tactive\\t900\\t\\tPHONE-2\\n");
    check(&o);
    assert_told(&o, "\"good\":1,");
    assert_told(&o, "\"balance\":500,");
    assert_ok(try_commit(&o, ",\"leave_out\":true", &diag));
    must(&o, "import.list", "{}");
    assert_told(&o, "\"imported\":1,\"texts\":2,"); /* the number and the first row's other text */
    office_close(&o);
}

static void a_list_of_one_brand_or_mode_is_not_heard_at_anothers_door(void **state) {
    (void)state;
    struct office o;
    struct cm_diag diag = DIAG_INIT;
    office_open(&o);
    begin(&o, CODES);
    rows(&o, "1\\tABCD1234\\n");
    check(&o);
    commit(&o);
    must(&o, "brand.add", "{\"name\":\"other\"}");
    must(&o, "door.add", "{\"name\":\"others\",\"mode\":\"TEST\",\"brand\":\"other\"}");
    must(&o, "door.add", "{\"name\":\"real\",\"mode\":\"LIVE\",\"brand\":\"house\"}");
    assert_int_equal(act(&o, "door.import", "{\"door\":\"others\",\"list\":\"old\"}", &diag),
                     CM_E_CONFLICT);
    assert_int_equal(act(&o, "door.import", "{\"door\":\"real\",\"list\":\"old\"}", &diag),
                     CM_E_CONFLICT);
    office_close(&o);
}

static size_t files_in(const struct office *o) {
    char path[SCRATCH_CAP + 16];
    size_t n = 0;
    (void)snprintf(path, sizeof path, "%s/legacy", o->w.dir);
    DIR *d = opendir(path);
    if (d == NULL) return 0;
    for (const struct dirent *e = readdir(d); e != NULL; e = readdir(d))
        n += e->d_name[0] != '.';
    (void)closedir(d);
    return n;
}

static void an_import_that_is_not_committed_leaves_nothing(void **state) {
    (void)state;
    struct office o;
    office_open(&o);
    begin(&o, CODES);
    rows(&o, "1\\tABCD1234\\n");
    check(&o);
    assert_int_equal(files_in(&o), 0);
    must(&o, "import.cancel", "{\"job\":1}");
    assert_int_equal(files_in(&o), 0);
    must(&o, "import.list", "{}");
    assert_told(&o, "\"lists\":[]");
    office_close(&o);
}

static void two_imports_at_once_are_refused_until_the_first_is_idle(void **state) {
    (void)state;
    struct office o;
    struct cm_diag diag = DIAG_INIT;
    office_open(&o);
    begin(&o, CODES);
    assert_int_equal(act(&o, "import.begin", CODES, &diag), CM_E_BUSY);
    o.desk.fed_ms -= IMPORT_IDLE_MS;
    begin(&o, CODES);
    assert_int_equal(act(&o, "import.rows", "{\"job\":1,\"rows\":\"1\\tABCD\\n\"}", &diag),
                     CM_E_NOT_FOUND);
    office_close(&o);
}

static void corrupt(const struct office *o, const char *name, off_t at) {
    char path[SCRATCH_CAP + 32];
    uint8_t byte = 0;
    (void)snprintf(path, sizeof path, "%s/legacy/%s", o->w.dir, name);
    const int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= 1u;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    assert_int_equal(close(fd), 0);
}

/* The head is proved when the workspace opens, a row's block when it is first read. */
static void a_file_that_changed_on_disk_is_refused(void **state) {
    (void)state;
    struct office o;
    office_open(&o);
    begin(&o, CODES);
    rows(&o, "1\\tABCD1234\\n");
    check(&o);
    commit(&o);
    must(&o, "door.import", "{\"door\":\"front\",\"list\":\"old\"}");
    must(&o, "batch.open", "{\"batch\":\"old\"}");
    world_close(&o.w);
    corrupt(&o, "1.index", 4096);
    world_open(&o.w);
    assert_int_equal(redeem(&o, "ABCD1234"), CM_V_BUSY);
    world_close(&o.w);
    corrupt(&o, "1.index", 4096);
    corrupt(&o, "1.index", 40);
    world_open(&o.w);
    assert_int_equal(redeem(&o, "ABCD1234"), CM_V_BUSY);
    world_close(&o.w);
    corrupt(&o, "1.index", 40);
    world_open(&o.w);
    assert_int_equal(redeem(&o, "ABCD1234"), CM_V_ACCEPTED);
    office_close(&o);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_makers_codes_are_imported_and_redeemed_once),
        cmocka_unit_test(a_list_survives_a_restart_with_terms_and_states),
        cmocka_unit_test(every_wrong_place_is_told_by_line_and_never_by_text),
        cmocka_unit_test(a_card_base_keeps_states_balances_and_other_texts),
        cmocka_unit_test(a_doubled_card_keeps_its_first_row),
        cmocka_unit_test(a_list_of_one_brand_or_mode_is_not_heard_at_anothers_door),
        cmocka_unit_test(an_import_that_is_not_committed_leaves_nothing),
        cmocka_unit_test(two_imports_at_once_are_refused_until_the_first_is_idle),
        cmocka_unit_test(a_file_that_changed_on_disk_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
