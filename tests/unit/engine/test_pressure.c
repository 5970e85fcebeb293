/* What lies in memory over the image stays bounded: when the image takes no more folds, and when
 * callers only ask; and the journal's next segment is there before it is needed. Bounds come from
 * docs/design/engine.md, "Folding". */
#include "support/cm.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/world.h"

#define FOLD_LEN 16384u /* bytes of journal between folds */
#define BEHIND   3u     /* folds' worth: engine.md */
#define CALL_N   100u

/* Files may not grow beyond `len`: every write there fails as on a full disk. */
static void limit_files(rlim_t len) {
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = len;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static rlim_t image_len(const struct world *w) {
    char path[WORKSPACE_PATH_CAP];
    struct stat st;
    (void)snprintf(path, sizeof path, "%s/state/data.mdb", w->dir);
    assert_int_equal(stat(path, &st), 0);
    return (rlim_t)st.st_size;
}

/* Redeem CALL_N units from `first` on in one call. */
static enum cm_call_status redeem(struct world *w, uint32_t set, uint64_t first) {
    static char codes[CALL_N][WORLD_CODE_CAP];
    struct cm_request requests[CALL_N];
    struct cm_answer answers[CALL_N];
    for (uint64_t i = 0; i < CALL_N; i++) {
        world_code(w, set, first + i, codes[i]);
        requests[i] = (struct cm_request){.operation = CM_OP_REDEEM, .code = slice_text(codes[i])};
    }
    struct cm_call call = {.caller = {.actor = 5, .test = true},
                           .door = WORLD_DOOR,
                           .requests = requests,
                           .n = CALL_N,
                           .answers = answers};
    assert_ok(cm_engine_run(w->engine, &call, 1));
    if (call.status == CM_CALL_DONE)
        for (size_t i = 0; i < CALL_N; i++)
            assert_int_equal(answers[i].verdict, CM_V_ACCEPTED);
    return call.status;
}

static void folds_that_fail_bar_changes_in_time_and_nothing_is_lost(void **state) {
    (void)state;
    struct world w = {.segment_len = 65536, .fold_len = FOLD_LEN};
    world_make(&w, 12, 100000);
    const uint32_t set = world_batch(&w, 60000, true);
    uint64_t done = 0;
    for (; done < 6000;
         done += CALL_N) /* the image outgrows a segment, so the limit spares those */
        assert_int_equal(redeem(&w, set, done), CM_CALL_DONE);
    assert_ok(engine_fold(w.engine));
    assert_true(image_len(&w) > w.segment_len);
    (void)signal(SIGXFSZ, SIG_IGN);
    limit_files(image_len(&w));
    enum cm_call_status status = CM_CALL_DONE;
    while (done < 60000 && (status = redeem(&w, set, done)) == CM_CALL_DONE)
        done += CALL_N;
    assert_int_equal(status, CM_CALL_FULL);
    struct engine_stats stats;
    engine_stats(w.engine, &stats);
    assert_false(stats.dead);
    assert_true(stats.folded_to < stats.sequence);
    assert_true(stats.overlay_n <= (BEHIND + 1) * FOLD_LEN / 16 + CALL_N);
    char code[WORLD_CODE_CAP];
    world_code(&w, set, 0, code); /* checks go on */
    assert_int_equal(world_ask(&w, CM_OP_CHECK, code, NULL, 5).verdict, CM_V_ALREADY_REDEEMED);

    limit_files(RLIM_INFINITY);
    w.now_ms += 60000;
    assert_ok(engine_fold(w.engine));
    assert_int_equal(redeem(&w, set, done), CM_CALL_DONE);
    world_close(&w);
    world_open(&w);
    for (uint64_t i = 0; i < done + CALL_N; i += 97) {
        world_code(&w, set, i, code);
        assert_int_equal(world_ask(&w, CM_OP_REDEEM, code, NULL, 5).verdict, CM_V_ALREADY_REDEEMED);
    }
    world_remove(&w);
}

/* Redeemers and idempotency keys are a caller's to choose: each new one is a record in memory. */
static void a_caller_who_changes_nothing_cannot_fill_the_memory(void **state) {
    (void)state;
    struct world w = {.fold_len = FOLD_LEN};
    world_make(&w, 12, 100000);
    const uint32_t set = world_batch(&w, 10, true);
    world_terms(&w, "{\"uses\":\"once per redeemer\"}");
    char code[WORLD_CODE_CAP];
    world_code(&w, set, 3, code);
    for (unsigned i = 0; i < 20000; i++) {
        char who[32];
        (void)snprintf(who, sizeof who, "nobody-%u", i);
        const struct world_request q = {
            .operation = CM_OP_CHECK, .code = code, .key = who, .redeemer = who, .actor = 5};
        enum cm_call_status status = CM_CALL_DONE;
        assert_int_equal(world_request(&w, &q, &status).verdict, CM_V_ACCEPTED);
    }
    struct engine_stats stats;
    engine_stats(w.engine, &stats);
    assert_true(stats.overlay_n <= (BEHIND + 1) * FOLD_LEN / 16);
    world_remove(&w);
}

/* A start reads a sector for every group: so many small ones make a fold due, not events alone. */
static void lone_redemptions_are_folded_before_they_are_many_groups(void **state) {
    (void)state;
    struct world w = {.fold_len = FOLD_LEN};
    world_make(&w, 12, 100000);
    const uint32_t set = world_batch(&w, 1000, true);
    char code[WORLD_CODE_CAP];
    struct engine_stats before, after;
    assert_ok(engine_fold(w.engine));
    engine_stats(w.engine, &before);
    const uint64_t n = FOLD_LEN / (64 + 26) + 1; /* engine.md: 64 a group, 26 such an event */
    for (uint64_t i = 0; i < n; i++) {
        world_code(&w, set, i, code);
        assert_int_equal(world_ask(&w, CM_OP_REDEEM, code, NULL, 5).verdict, CM_V_ACCEPTED);
    }
    engine_stats(w.engine, &after); /* its turn finds the fold due */
    for (unsigned i = 0; i < 400 && after.folded_to == before.folded_to; i++) {
        (void)usleep(10000); /* less in all than what makes a quiet ledger fold anyway */
        engine_stats(w.engine, &after);
    }
    assert_true(after.folded_to > before.folded_to);
    world_remove(&w);
}

static size_t segments(const struct world *w) {
    char path[WORKSPACE_PATH_CAP];
    size_t n = 0;
    (void)snprintf(path, sizeof path, "%s/journal", w->dir);
    DIR *dir = opendir(path);
    assert_non_null(dir);
    for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        const size_t len = strlen(e->d_name);
        n += len > 4 && strcmp(e->d_name + len - 4, ".seg") == 0;
    }
    (void)closedir(dir);
    return n;
}

/* One redemption in its group takes a sector of the journal and few bytes of events: long before a
 * fold is due the segment is full, and filling the next one with zeros would be a caller's wait. */
static void the_next_segment_is_ready_before_a_fold_is_due(void **state) {
    (void)state;
    struct world w = {.segment_len = 1048576};
    world_make(&w, 12, 100000);
    const uint32_t set = world_batch(&w, 2000, true);
    char code[WORLD_CODE_CAP];
    struct engine_stats before, after;
    for (uint64_t i = 0; i < 1200; i++) { /* 600 KiB of the segment's 1,024 */
        world_code(&w, set, i, code);
        assert_int_equal(world_ask(&w, CM_OP_REDEEM, code, NULL, 5).verdict, CM_V_ACCEPTED);
    }
    engine_stats(w.engine, &before);
    for (unsigned i = 0; i < 3000 && segments(&w) < 2; i++)
        (void)usleep(10000);
    assert_int_equal(segments(&w), 2);
    engine_stats(w.engine, &after);
    assert_int_equal(after.folded_to, before.folded_to);
    world_remove(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_segment_is_ready_before_a_fold_is_due),
        cmocka_unit_test(lone_redemptions_are_folded_before_they_are_many_groups),
        cmocka_unit_test(folds_that_fail_bar_changes_in_time_and_nothing_is_lost),
        cmocka_unit_test(a_caller_who_changes_nothing_cannot_fill_the_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
