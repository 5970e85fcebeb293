/* fsck judges the journal's chain and the image against the journal, and rebuilds the image. The
 * expected states are those that the engine itself answered before. */
#include "support/cm.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "engine/fsck.h"
#include "support/scratch.h"
#include "support/world.h"

#define UNITS 3000u

/* A workspace with some of everything, over several segments and folds; closed. */
static uint32_t lived_in(struct world *w) {
    w->segment_len = 65536;
    w->fold_len = 20000;
    world_make(w, 12, 100000);
    const uint32_t set = world_batch(w, UNITS, true);
    for (uint64_t i = 0; i < UNITS; i += 3) {
        char code[WORLD_CODE_CAP];
        world_code(w, set, i, code);
        const enum cm_operation op = i % 2 == 0 ? CM_OP_REDEEM : CM_OP_RESERVE;
        assert_int_equal(world_ask(w, op, code, i % 5 == 0 ? code : NULL, 5).verdict,
                         CM_V_ACCEPTED);
    }
    char code[WORLD_CODE_CAP];
    world_code(w, set, 1, code);
    assert_int_equal(world_ask(w, CM_OP_VOID, code, NULL, 0).verdict, CM_V_ACCEPTED);
    const struct recall_event recall = {.set = set, .first = 10, .last = 20};
    assert_ok(engine_recall(w->engine, &recall, NULL));
    world_close(w);
    return set;
}

static void a_sound_workspace_is_found_sound(void **state) {
    (void)state;
    struct world w = {0};
    (void)lived_in(&w);
    struct fsck_report report;
    struct cm_diag diag = DIAG_INIT;
    const struct fsck_options options = {.workspace = w.dir};
    const cm_err err = engine_fsck(&options, &report, &diag);
    if (err != CM_OK) fail_msg("%s: %s: %s", cm_err_name(err), diag.place, diag.problem);
    assert_true(report.history_whole && report.image_opened && report.image_agrees);
    assert_int_equal(report.units_compared, UNITS / 3 + 1);
    assert_true(report.groups > UNITS / 3);
    world_remove(&w);
}

static void a_lost_image_is_rebuilt_from_the_journal(void **state) {
    (void)state;
    struct world w = {0};
    const uint32_t set = lived_in(&w);
    struct workspace_paths paths;
    assert_ok(workspace_paths(w.dir, &paths, NULL));
    scratch_remove(paths.state);
    struct cm_diag diag = DIAG_INIT;
    assert_true(world_try_open(&w, &diag) != CM_OK);
    struct fsck_report report;
    const struct fsck_options options = {.workspace = w.dir, .rebuild = true};
    struct cm_diag why = DIAG_INIT;
    const cm_err err = engine_fsck(&options, &report, &why);
    if (err != CM_OK) fail_msg("%s: %s: %s", cm_err_name(err), why.place, why.problem);
    assert_true(report.rebuilt);
    world_open(&w);
    for (uint64_t i = 0; i < UNITS; i += 60) {
        char code[WORLD_CODE_CAP];
        world_code(&w, set, i + 30, code); /* even multiples of 3: redeemed */
        const enum cm_verdict want = CM_V_ALREADY_REDEEMED;
        assert_int_equal(world_ask(&w, CM_OP_REDEEM, code, NULL, 5).verdict, want);
    }
    world_close(&w);
    const struct fsck_options check = {.workspace = w.dir};
    assert_ok(engine_fsck(&check, &report, NULL));
    assert_true(report.image_agrees);
    world_remove(&w);
}

static void a_workspace_in_use_is_left_alone(void **state) {
    (void)state;
    struct world w = {0};
    (void)lived_in(&w);
    world_open(&w);
    struct fsck_report report;
    const struct fsck_options options = {.workspace = w.dir};
    assert_err(CM_E_BUSY, engine_fsck(&options, &report, NULL));
    world_remove(&w);
}

/* Inside the twentieth block: a group's payload. */
static void flip_in_segment_one(const char *archive) {
    char segment[WORKSPACE_PATH_CAP + 32];
    (void)snprintf(segment, sizeof segment, "%s/0000000001.seg", archive);
    const int fd = open(segment, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    uint8_t byte = 0;
    const off_t at = 512 * 20 + 130;
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= 0x10;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    (void)close(fd);
}

static void a_flipped_bit_in_a_sealed_segment_is_named(void **state) {
    (void)state;
    struct world w = {0};
    (void)lived_in(&w);
    struct workspace_paths paths;
    assert_ok(workspace_paths(w.dir, &paths, NULL));
    flip_in_segment_one(paths.archive);
    struct fsck_report report;
    struct cm_diag diag = DIAG_INIT;
    const struct fsck_options options = {.workspace = w.dir};
    assert_err(CM_E_CORRUPT, engine_fsck(&options, &report, &diag));
    char line[1100];
    (void)diag_text(&diag, CM_E_CORRUPT, line, sizeof line);
    assert_non_null(strstr(line, "0000000001.seg"));
    world_remove(&w);
}

/* The image alone still knows what the journal has lost: a rebuild must not throw it away. */
static void a_good_image_is_never_given_up_for_a_damaged_journal(void **state) {
    (void)state;
    struct world w = {0};
    const uint32_t set = lived_in(&w);
    struct workspace_paths paths;
    assert_ok(workspace_paths(w.dir, &paths, NULL));
    flip_in_segment_one(paths.archive);
    struct fsck_report report;
    const struct fsck_options options = {.workspace = w.dir, .rebuild = true};
    assert_err(CM_E_CORRUPT, engine_fsck(&options, &report, NULL));
    assert_false(report.rebuilt);
    world_open(&w);
    for (uint64_t i = 0; i < UNITS; i += 300) {
        char code[WORLD_CODE_CAP];
        world_code(&w, set, i + 30, code); /* even multiples of 3: redeemed */
        assert_int_equal(world_ask(&w, CM_OP_REDEEM, code, NULL, 5).verdict, CM_V_ALREADY_REDEEMED);
    }
    world_remove(&w);
}

/* Zeros over the last group, as if its write had never reached the disk. */
static void lose_last_group(const char *journal) {
    char segment[WORKSPACE_PATH_CAP + 32];
    int fd = -1;
    for (unsigned n = 1; n < 100 && fd < 0; n++) { /* older ones are archived */
        (void)snprintf(segment, sizeof segment, "%s/%010u.seg", journal, n);
        fd = open(segment, O_RDWR | O_CLOEXEC);
    }
    assert_true(fd >= 0);
    uint8_t sector[512];
    off_t group = 0;
    for (off_t at = 0; at < 65536; at += (off_t)sizeof sector) {
        assert_int_equal(pread(fd, sector, sizeof sector, at), sizeof sector);
        if (memcmp(sector, "CMGR", 4) == 0) group = at;
    }
    assert_true(group > 0);
    memset(sector, 0, sizeof sector);
    assert_int_equal(pwrite(fd, sector, sizeof sector, group), sizeof sector);
    (void)close(fd);
}

/* As after an older copy of the journal's folder was put in the place of the newer one. */
static void a_journal_that_ends_before_the_image_is_no_reason_to_rebuild_the_image(void **state) {
    (void)state;
    struct world w = {0};
    const uint32_t set = lived_in(&w);
    world_open(&w);
    struct workspace_paths paths;
    assert_ok(workspace_paths(w.dir, &paths, NULL));
    char code[WORLD_CODE_CAP];
    world_code(&w, set, 4, code);
    assert_int_equal(world_ask(&w, CM_OP_REDEEM, code, NULL, 5).verdict, CM_V_ACCEPTED);
    world_close(&w);
    lose_last_group(paths.journal);
    struct fsck_report report;
    const struct fsck_options options = {.workspace = w.dir, .rebuild = true};
    assert_err(CM_E_CORRUPT, engine_fsck(&options, &report, NULL));
    assert_false(report.rebuilt);
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_CORRUPT, world_try_open(&w, &diag));
    world_remove(&w);
}

struct use {
    uint32_t set;
    uint64_t serial;
    uint8_t redeemer[EVENT_HASH_LEN];
};
static cm_err note_use(void *ctx, uint32_t set, uint64_t serial,
                       const uint8_t redeemer[static EVENT_HASH_LEN]) {
    struct use *u = ctx;
    *u = (struct use){.set = set, .serial = serial};
    memcpy(u->redeemer, redeemer, sizeof u->redeemer);
    return CM_OK;
}

/* An image whose every checksum holds, but which has lost one record whole. */
static void a_forgotten_redeemer_is_found_and_comes_back_by_rebuilding(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 100000);
    const uint32_t set = world_batch(&w, 10, true);
    world_terms(&w, "{\"uses\":\"once per redeemer\"}");
    char code[WORLD_CODE_CAP];
    world_code(&w, set, 3, code);
    const struct world_request ann = {
        .operation = CM_OP_REDEEM, .code = code, .redeemer = "ann", .actor = 5};
    enum cm_call_status status = CM_CALL_DONE;
    assert_int_equal(world_request(&w, &ann, &status).verdict, CM_V_ACCEPTED);
    world_close(&w);

    struct workspace_paths paths;
    struct workspace workspace;
    assert_ok(workspace_paths(w.dir, &paths, NULL));
    assert_ok(workspace_read(w.dir, &workspace, NULL));
    struct state_options so = {.path = paths.state};
    memcpy(so.workspace_id, workspace.id, sizeof so.workspace_id);
    struct state *image = NULL;
    struct state_fold *f = NULL;
    struct use use = {0};
    assert_ok(state_open(&image, &so, NULL));
    assert_ok(state_all_used_by(image, note_use, &use));
    assert_int_equal(use.set, set);
    assert_ok(state_fold_begin(image, &f));
    assert_ok(fold_used_by(f, use.set, use.serial, use.redeemer, false));
    assert_ok(fold_commit(f, state_position(image)));
    state_close(image);

    struct fsck_report report;
    struct fsck_options options = {.workspace = w.dir};
    assert_err(CM_E_CORRUPT, engine_fsck(&options, &report, NULL));
    options.rebuild = true;
    assert_ok(engine_fsck(&options, &report, NULL));
    assert_true(report.rebuilt);
    world_open(&w);
    assert_int_equal(world_request(&w, &ann, &status).verdict, CM_V_ALREADY_REDEEMED);
    world_remove(&w);
}

struct first_set {
    uint32_t set;
    struct set_counters counters;
};

static cm_err note_first(void *ctx, uint32_t set, const struct set_counters *c) {
    struct first_set *first = ctx;
    if (first->set == 0) *first = (struct first_set){.set = set, .counters = *c};
    return CM_OK;
}

/* Fold other counters of one set into the image, at the position it is at. */
static void spoil(const struct world *w, void (*change)(struct set_counters *)) {
    struct workspace_paths paths;
    struct workspace workspace;
    assert_ok(workspace_paths(w->dir, &paths, NULL));
    assert_ok(workspace_read(w->dir, &workspace, NULL));
    struct state_options o = {.path = paths.state};
    memcpy(o.workspace_id, workspace.id, sizeof o.workspace_id);
    struct state *image = NULL;
    assert_ok(state_open(&image, &o, NULL));
    struct first_set first = {.set = 0};
    assert_ok(state_counters(image, note_first, &first));
    assert_true(first.set != 0);
    change(&first.counters);
    struct state_fold *f = NULL;
    assert_ok(state_fold_begin(image, &f));
    assert_ok(fold_counters(f, first.set, &first.counters));
    assert_ok(fold_commit(f, state_position(image)));
    state_close(image);
}

static void other_issued(struct set_counters *c) { c->issued++; }
static void other_phase(struct set_counters *c) { c->phase = PHASE_CLOSED; }
static void other_rules(struct set_counters *c) { c->rule_version++; }

static void a_counter_that_the_journal_does_not_know_is_found(void **state) {
    (void)state;
    void (*const changes[])(struct set_counters *) = {other_issued, other_phase, other_rules};
    for (size_t i = 0; i < CM_ARRAY_N(changes); i++) {
        struct world w = {0};
        (void)lived_in(&w);
        spoil(&w, changes[i]);
        struct fsck_report report;
        struct cm_diag diag = DIAG_INIT;
        const struct fsck_options options = {.workspace = w.dir};
        assert_err(CM_E_CORRUPT, engine_fsck(&options, &report, &diag));
        assert_non_null(strstr(diag.place, "counters"));
        world_remove(&w);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_workspace_is_found_sound),
        cmocka_unit_test(a_lost_image_is_rebuilt_from_the_journal),
        cmocka_unit_test(a_counter_that_the_journal_does_not_know_is_found),
        cmocka_unit_test(a_workspace_in_use_is_left_alone),
        cmocka_unit_test(a_flipped_bit_in_a_sealed_segment_is_named),
        cmocka_unit_test(a_good_image_is_never_given_up_for_a_damaged_journal),
        cmocka_unit_test(a_forgotten_redeemer_is_found_and_comes_back_by_rebuilding),
        cmocka_unit_test(a_journal_that_ends_before_the_image_is_no_reason_to_rebuild_the_image),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
