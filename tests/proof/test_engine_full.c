/* A disk that is really full under the whole engine, journal and image: changes are refused as
 * such, checks still answer, nothing acknowledged is lost, a restart on the full disk loses
 * nothing either, and with room it goes on. The disk is a small tmpfs over /tmp, seen by this
 * process alone. */
#include "support/cm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "notebook.h"
#include "support/must.h"
#include "support/small_disk.h"

#define DISK        "size=1536k"
#define BALLAST     "/tmp/ballast"
#define BALLAST_LEN (384u * 1024u)
#define UNIT_N      8000u
#define FLOOD_MOST  7000u

struct full {
    struct world w;
    struct load load;
    struct notebook book;
    uint32_t set, next;
};

static void drop_ballast(void) {
    static const char bytes[BALLAST_LEN];
    const int fd = open(BALLAST, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, sizeof bytes), sizeof bytes);
    assert_int_equal(close(fd), 0);
}

static enum history_outcome ask(struct full *f, enum cm_operation op, uint32_t unit,
                                enum cm_verdict *verdict) {
    const uint64_t key = op == CM_OP_CHECK ? 0 : 1000u + unit;
    struct load_call call = {
        .key = key,
        .n = 1,
        .items = {{.op = op, .unit = unit, .actor = 1, .key = key * LOAD_ITEMS}}};
    f->load.engine = f->w.engine;
    assert_true(load_ask(&f->load, 0, &call)); /* a full disk is no reason to die */
    *verdict = call.items[0].verdict;
    return call.items[0].outcome;
}

/* Redeem fresh units until the disk is full; every answer before that is an acceptance. */
static uint32_t flood(struct full *f) {
    enum cm_verdict verdict = CM_V_BUSY;
    for (uint32_t n = 0; n < FLOOD_MOST; n++) {
        if (ask(f, CM_OP_REDEEM, f->next, &verdict) == HISTORY_NOTHING_DONE) return n;
        assert_int_equal(verdict, CM_V_ACCEPTED);
        f->next++;
    }
    fail_msg("the disk never filled up");
    return 0;
}

static void assert_refuses_and_answers(struct full *f) {
    enum cm_verdict verdict = CM_V_BUSY;
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(ask(f, CM_OP_REDEEM, f->next, &verdict), HISTORY_NOTHING_DONE);
        assert_int_equal(ask(f, CM_OP_CHECK, f->next, &verdict), HISTORY_ANSWERED);
        assert_int_equal(verdict, CM_V_ACCEPTED);
        assert_int_equal(ask(f, CM_OP_CHECK, i, &verdict), HISTORY_ANSWERED);
        assert_int_equal(verdict, CM_V_ALREADY_REDEEMED);
    }
}

/* A fold that failed for want of room is no end of folding. */
static void assert_folds_again(struct full *f) {
    struct engine_stats stats;
    assert_ok(engine_fold(f->w.engine));
    engine_stats(f->w.engine, &stats);
    assert_true(stats.folded_to == stats.sequence);
    assert_false(stats.dead);
}

static void full_make(struct full *f) {
    log_set_level(LOG_ERROR);
    *f = (struct full){.w = {.segment_len = 65536, .fold_len = 16384}};
    world_make(&f->w, 12, 100000);
    f->set = world_batch(&f->w, UNIT_N, true);
    notebook_init(&f->book, 100000);
    f->load = (struct load){.codes = load_codes(&f->w, f->set, UNIT_N),
                            .unit_n = UNIT_N,
                            .use_max = 1,
                            .clock_ms = f->w.now_ms,
                            .hold_ms_max = 1000,
                            .tell = notebook_tell,
                            .tell_ctx = &f->book};
}

static void a_full_disk_refuses_loses_nothing_and_goes_on_with_room(void **state) {
    (void)state;
    struct full f;
    assert_int_equal(setenv("TMPDIR", "/tmp", 1), 0); /* where the test makes its folders */
    small_disk_mount("/tmp", DISK);
    full_make(&f);
    drop_ballast();
    const uint32_t before = flood(&f);
    assert_refuses_and_answers(&f);
    /* A restart on the full disk: it opens, remembers and refuses. */
    world_close(&f.w);
    world_open(&f.w);
    (void)flood(&f); /* what is left of the last segment may take a few more */
    assert_refuses_and_answers(&f);
    assert_int_equal(unlink(BALLAST), 0);
    assert_folds_again(&f); /* as after a few seconds, by itself */
    const uint32_t after = flood(&f);
    assert_refuses_and_answers(&f);
    print_message("%u redeemed before the disk was full, %u more with room\n", before, after);
    assert_true(before > 100 && after > 100);
    notebook_judge(&f.book, &f.w, &f.load, f.set);
    world_remove(&f.w);
    notebook_free(&f.book);
    free(f.load.codes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_disk_refuses_loses_nothing_and_goes_on_with_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
