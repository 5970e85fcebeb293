/* Other names of cards: given, taken away, used at a door, kept over restarts and folds, and never
 * written down. The pool is the worked example's (world_pool.h), here without PINs. */
#include "engine/alias.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/fsck.h"
#include "ledger/state_alias.h"
#include "support/cm.h"
#include "support/world_pool.h"

#define PHONE "+49 151 55501234"

static void make(struct world *w) {
    struct pool_text plain = gift;
    plain.pin_n = 0;
    world_pool_make(w, &plain);
    assert_ok(keystore_generate(w->keystore, KEY_ALIAS, ALIAS_KEY_ID, 1, 1));
}

static struct alias_change name_of(const char *text, uint64_t serial) {
    return (struct alias_change){
        .set = POOL, .serial = serial, .kind = ALIAS_ID, .on = true, .text = slice_text(text)};
}

static void give(struct world *w, const char *text, uint64_t serial) {
    const struct alias_change change = name_of(text, serial);
    assert_ok(engine_alias(w->engine, &change, 1, 0, NULL, NULL));
}

static enum cm_verdict check(struct world *w, const char *text) {
    return world_ask(w, CM_OP_CHECK, text, NULL, 5).verdict;
}

static void a_phone_number_names_a_card(void **state) {
    (void)state;
    struct world w = {0};
    make(&w);
    assert_int_equal(check(&w, PHONE), CM_V_TYPING_ERROR);
    give(&w, PHONE, 42);
    const struct cm_answer a = world_ask(&w, CM_OP_CHECK, PHONE, NULL, 5);
    assert_int_equal(a.verdict, CM_V_ACCEPTED);
    assert_int_equal(a.set, POOL);
    assert_int_equal(a.serial, 42);
    /* Every letter counts: it is the caller who normalises. */
    assert_int_equal(check(&w, "+4915155501234"), CM_V_TYPING_ERROR);
    assert_int_equal(check(&w, NUMBER), CM_V_ACCEPTED); /* numbers are read as before */
    world_remove(&w);
}

static void a_name_is_one_cards_until_it_is_taken_away(void **state) {
    (void)state;
    struct world w = {0};
    struct alias_done done;
    make(&w);
    give(&w, PHONE, 42);
    struct alias_change change = name_of(PHONE, 43);
    assert_err(CM_E_EXISTS, engine_alias(w.engine, &change, 1, 0, NULL, NULL));
    change.serial = 42;
    assert_ok(engine_alias(w.engine, &change, 1, 0, &done, NULL));
    assert_int_equal(done.same, 1);
    assert_int_equal(done.changed, 0);
    change.on = false;
    assert_ok(engine_alias(w.engine, &change, 1, 0, &done, NULL));
    assert_int_equal(done.changed, 1);
    assert_int_equal(check(&w, PHONE), CM_V_TYPING_ERROR);
    assert_err(CM_E_NOT_FOUND, engine_alias(w.engine, &change, 1, 0, NULL, NULL));
    give(&w, PHONE, 43);
    assert_int_equal(world_ask(&w, CM_OP_CHECK, PHONE, NULL, 5).serial, 43);
    world_remove(&w);
}

static void one_wrong_change_leaves_all_undone(void **state) {
    (void)state;
    struct world w = {0};
    struct cm_diag diag = DIAG_INIT;
    make(&w);
    /* The last one gives the first one's name to another card. */
    const struct alias_change changes[] = {name_of("a", 1), name_of("b", 2), name_of("a", 3)};
    assert_err(CM_E_EXISTS, engine_alias(w.engine, changes, 3, 0, NULL, &diag));
    assert_string_equal(diag.place, "change 3");
    assert_int_equal(check(&w, "a"), CM_V_TYPING_ERROR);
    uint64_t counts[ALIAS_KIND_N];
    assert_ok(engine_alias_counts(w.engine, counts));
    assert_int_equal(counts[ALIAS_ID], 0);
    struct alias_change wrong = name_of("c", POOL_NEXT); /* not made yet */
    assert_err(CM_E_NOT_FOUND, engine_alias(w.engine, &wrong, 1, 0, NULL, NULL));
    wrong = name_of("", 1);
    assert_err(CM_E_RANGE, engine_alias(w.engine, &wrong, 1, 0, NULL, NULL));
    char much[ALIAS_TEXT_MAX + 2];
    memset(much, 'x', sizeof much);
    wrong.text = slice_of(much, ALIAS_TEXT_MAX + 1);
    assert_err(CM_E_RANGE, engine_alias(w.engine, &wrong, 1, 0, NULL, NULL));
    wrong.text.len--;
    assert_ok(engine_alias(w.engine, &wrong, 1, 0, NULL, NULL));
    wrong = (struct alias_change){
        .set = POOL, .kind = ALIAS_TOKEN, .on = true, .text = slice_text("endless")};
    assert_err(CM_E_ARGUMENT, engine_alias(w.engine, &wrong, 1, 0, NULL, NULL));
    wrong.set = 99;
    assert_err(CM_E_NOT_FOUND, engine_alias(w.engine, &wrong, 1, 0, NULL, NULL));
    world_remove(&w);
}

static void without_a_key_there_are_no_names(void **state) {
    (void)state;
    struct world w = {0};
    world_pool_make(&w, &gift);
    const struct alias_change change = name_of(PHONE, 42);
    assert_err(CM_E_STATE, engine_alias(w.engine, &change, 1, 0, NULL, NULL));
    world_remove(&w);
}

static void names_end_with_their_time(void **state) {
    (void)state;
    struct world w = {0};
    make(&w);
    struct alias_change change = name_of(PHONE, 42);
    change.until_ms = WORLD_NOW_MS + 60000;
    assert_ok(engine_alias(w.engine, &change, 1, 0, NULL, NULL));
    w.now_ms = WORLD_NOW_MS + 59999;
    assert_int_equal(check(&w, PHONE), CM_V_ACCEPTED);
    w.now_ms = WORLD_NOW_MS + 60000;
    assert_int_equal(check(&w, PHONE), CM_V_TYPING_ERROR);
    give(&w, PHONE, 43); /* what is over may be given anew */
    assert_int_equal(world_ask(&w, CM_OP_CHECK, PHONE, NULL, 5).serial, 43);
    world_remove(&w);
}

static void names_survive_restarts_from_journal_and_image(void **state) {
    (void)state;
    struct world w = {0};
    uint64_t counts[ALIAS_KIND_N];
    make(&w);
    give(&w, PHONE, 42);
    give(&w, "member 7", 7);
    for (int turn = 0; turn < 3; turn++) {
        if (turn > 0) assert_ok(engine_fold(w.engine));
        if (turn == 2) { /* what the image has is taken away */
            const struct alias_change off = {.set = POOL, .text = slice_text("member 7")};
            assert_ok(engine_alias(w.engine, &off, 1, 0, NULL, NULL));
        }
        world_close(&w);
        world_open(&w);
        assert_int_equal(check(&w, PHONE), CM_V_ACCEPTED);
        assert_int_equal(check(&w, "member 7"), turn < 2 ? CM_V_ACCEPTED : CM_V_TYPING_ERROR);
        assert_ok(engine_alias_counts(w.engine, counts));
        assert_int_equal(counts[ALIAS_ID], turn < 2 ? 2 : 1);
    }
    world_close(&w);
    const struct fsck_options options = {.workspace = w.dir};
    struct fsck_report report;
    assert_ok(engine_fsck(&options, &report, NULL));
    assert_true(report.image_agrees);
    world_open(&w);
    world_remove(&w);
}

/* The image changed behind the journal's back: the hash of PHONE now names card 43. */
static cm_err bend(void *ctx, const uint8_t hash[static EVENT_HASH_LEN],
                   const struct alias_record *record) {
    struct state_fold *f = ctx;
    struct alias_record bent = *record;
    bent.serial = 43;
    return fold_alias(f, hash, &bent);
}

static void fsck_finds_a_name_that_the_image_has_otherwise(void **state) {
    (void)state;
    struct world w = {0};
    struct workspace_paths paths;
    make(&w);
    give(&w, PHONE, 42);
    assert_ok(engine_fold(w.engine));
    world_close(&w);
    assert_ok(workspace_paths(w.dir, &paths, NULL));
    struct state_options so = {.path = paths.state};
    struct workspace file;
    assert_ok(workspace_read(w.dir, &file, NULL));
    memcpy(so.workspace_id, file.id, sizeof so.workspace_id);
    struct state *image = NULL;
    struct state_fold *f = NULL;
    assert_ok(state_open(&image, &so, NULL));
    const uint64_t position = state_position(image);
    assert_ok(state_fold_begin(image, &f));
    assert_ok(state_aliases(image, bend, f));
    assert_ok(fold_commit(f, position));
    state_close(image);
    const struct fsck_options options = {.workspace = w.dir};
    struct fsck_report report;
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_CORRUPT, engine_fsck(&options, &report, &diag));
    assert_non_null(strstr(diag.problem, "name"));
    const struct fsck_options rebuild = {.workspace = w.dir, .rebuild = true};
    assert_ok(engine_fsck(&rebuild, &report, NULL));
    world_open(&w);
    assert_int_equal(world_ask(&w, CM_OP_CHECK, PHONE, NULL, 5).serial, 42);
    world_remove(&w);
}

/* Key 00 01 .. 1f, brand 1, "+4915155501234": printed by tests/oracle/cmac.mjs and by
 * `openssl mac -cipher AES-256-CBC CMAC`, two programs that share no code with this one. */
static const uint8_t other_programs[] = {0x70, 0xed, 0x27, 0x11, 0x4c, 0x77, 0x77, 0x28,
                                         0x23, 0xec, 0x6c, 0xe9, 0x04, 0x76, 0x49, 0xad};

static void a_name_is_hashed_as_other_programs_hash_it(void **state) {
    (void)state;
    CM_KEY_SCOPED struct cm_key key;
    CM_CLEANUP(cmac_freep) struct cmac *cmac = NULL;
    uint8_t hash[EVENT_HASH_LEN];
    for (size_t i = 0; i < sizeof key.b; i++)
        key.b[i] = (uint8_t)i;
    assert_ok(cmac_new(&cmac, &key));
    assert_ok(alias_hash(cmac, 1, slice_text("+4915155501234"), hash));
    assert_memory_equal(hash, other_programs, sizeof hash);
    assert_ok(alias_hash(cmac, 2, slice_text("+4915155501234"), hash)); /* another brand's */
    assert_memory_not_equal(hash, other_programs, sizeof hash);
}

/* ---- Nothing of a name is written down --------------------------------------------------------
 */

static void no_file_holds(const char *folder, const char *needle);

static void file_holds_not(const char *path, const char *needle) {
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    char *bytes = malloc((size_t)st.st_size + 1);
    assert_non_null(bytes);
    const size_t len = fread(bytes, 1, (size_t)st.st_size, f);
    if (memmem(bytes, len, needle, strlen(needle)) != NULL)
        fail_msg("%s holds the text of a name", path);
    free(bytes);
    (void)fclose(f);
}

static void no_file_holds(const char *folder, const char *needle) {
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    size_t files = 0;
    for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        char path[1024];
        struct stat st;
        if (e->d_name[0] == '.') continue;
        (void)snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        assert_int_equal(stat(path, &st), 0);
        if (S_ISDIR(st.st_mode))
            no_file_holds(path, needle);
        else
            file_holds_not(path, needle);
        files++;
    }
    (void)closedir(dir);
}

static void no_file_of_the_workspace_holds_a_name(void **state) {
    (void)state;
    struct world w = {0};
    make(&w);
    for (uint64_t i = 0; i < 500; i++) {
        char phone[32];
        (void)snprintf(phone, sizeof phone, "+4915155%06llu", (unsigned long long)i);
        give(&w, phone, i);
        assert_int_equal(check(&w, phone), CM_V_ACCEPTED);
        if (i % 100 == 0) assert_ok(engine_fold(w.engine));
    }
    world_close(&w);
    no_file_holds(w.dir, "4915155");
    world_open(&w);
    world_remove(&w);
}

static void another_brands_door_knows_no_name_of_ours(void **state) {
    (void)state;
    struct world w = {0};
    make(&w);
    give(&w, PHONE, 42);
    world_document(&w, DOCUMENT_BRAND, 2, slice_text("{\"name\":\"other\"}"));
    /* A door without pools hashes nothing and looks nothing up. */
    world_document(&w, DOCUMENT_DOOR, 2,
                   slice_text("{\"name\":\"side\",\"brand\":0,\"mode\":\"TEST\",\"schemes\":[1]}"));
    struct cm_answer answer;
    const struct cm_request request = {.operation = CM_OP_CHECK, .code = slice_text(PHONE)};
    struct cm_call call = {.caller = {.actor = 5, .test = true},
                           .door = 2,
                           .requests = &request,
                           .n = 1,
                           .answers = &answer};
    assert_ok(cm_engine_run(w.engine, &call, 1));
    assert_int_equal(answer.verdict, CM_V_TYPING_ERROR);
    world_remove(&w);
}

static void a_name_does_not_stand_in_for_the_pin(void **state) {
    (void)state;
    struct world w = {0};
    world_pool_make(&w, &gift);
    assert_ok(keystore_generate(w.keystore, KEY_ALIAS, ALIAS_KEY_ID, 1, 1));
    give(&w, PHONE, POOL_INDEX);
    struct world_request q = {.operation = CM_OP_REDEEM, .code = PHONE, .actor = 5};
    assert_int_equal(world_request(&w, &q, NULL).verdict, CM_V_NOT_A_CODE);
    q.pin = "000000";
    assert_int_equal(world_request(&w, &q, NULL).verdict, CM_V_NOT_A_CODE);
    q.pin = PIN;
    assert_int_equal(world_request(&w, &q, NULL).verdict, CM_V_ACCEPTED);
    world_remove(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_phone_number_names_a_card),
        cmocka_unit_test(a_name_is_one_cards_until_it_is_taken_away),
        cmocka_unit_test(one_wrong_change_leaves_all_undone),
        cmocka_unit_test(without_a_key_there_are_no_names),
        cmocka_unit_test(names_end_with_their_time),
        cmocka_unit_test(names_survive_restarts_from_journal_and_image),
        cmocka_unit_test(a_name_is_hashed_as_other_programs_hash_it),
        cmocka_unit_test(fsck_finds_a_name_that_the_image_has_otherwise),
        cmocka_unit_test(no_file_of_the_workspace_holds_a_name),
        cmocka_unit_test(another_brands_door_knows_no_name_of_ours),
        cmocka_unit_test(a_name_does_not_stand_in_for_the_pin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
