/* Backup of a running workspace, restore into another folder, and what the restored one refuses
 * until its operator has accepted what may be missing (docs/design/workspace.md, "epoch"). */
#include "support/cm.h"

#include <string.h>

#include "base/buffer.h"
#include "engine/fsck.h"
#include "support/scratch.h"
#include "support/world.h"

static cm_err to_buffer(void *ctx, struct cm_slice bytes) {
    buffer_put(ctx, bytes.p, bytes.len);
    return buffer_err(ctx);
}

struct feed {
    struct cm_slice left;
};
static cm_err from_buffer(void *ctx, uint8_t *out, size_t cap, size_t *n) {
    struct feed *f = ctx;
    *n = f->left.len < cap ? f->left.len : cap;
    if (*n > 0) memcpy(out, f->left.p, *n);
    f->left.p += *n;
    f->left.len -= *n;
    return CM_OK;
}

/* Restore a backup as the operator's command does: unpack, raise the epoch, write the file last. */
static void restore(struct world *w, struct cm_slice backup) {
    struct scratch folder;
    assert_true(scratch_make(&folder));
    struct feed feed = {.left = backup};
    const struct backup_feed source = {.read = from_buffer, .ctx = &feed};
    struct buffer file = BUFFER_INIT;
    struct cm_diag diag = DIAG_INIT;
    struct backup_report report;
    const cm_err err = backup_read(&source, folder.path, &file, &report, &diag);
    if (err != CM_OK) fail_msg("restore: %s: %s", cm_err_name(err), diag.problem);
    buffer_free(&file);
    struct workspace workspace;
    assert_ok(workspace_read(w->dir, &workspace, NULL));
    workspace.epoch++;
    assert_ok(workspace_write(folder.path, &workspace, NULL));
    scratch_remove(w->dir);
    memcpy(w->dir, folder.path, sizeof w->dir);
}

static void a_restored_workspace_checks_but_changes_nothing_until_accepted(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 100000);
    const uint32_t set = world_batch(&w, 100, true);
    char spent[WORLD_CODE_CAP], later[WORLD_CODE_CAP], fresh[WORLD_CODE_CAP];
    world_code(&w, set, 0, spent);
    world_code(&w, set, 1, later);
    world_code(&w, set, 2, fresh);
    assert_int_equal(world_ask(&w, CM_OP_REDEEM, spent, NULL, 5).verdict, CM_V_ACCEPTED);
    struct buffer stream = BUFFER_INIT;
    const struct backup_sink sink = {.write = to_buffer, .ctx = &stream};
    struct cm_diag diag = DIAG_INIT;
    const cm_err err = engine_backup(w.engine, true, &sink, NULL, &diag);
    if (err != CM_OK) fail_msg("backup: %s: %s", cm_err_name(err), diag.problem);
    assert_int_equal(world_ask(&w, CM_OP_REDEEM, later, NULL, 5).verdict, CM_V_ACCEPTED);
    world_close(&w);
    restore(&w, buffer_slice(&stream));
    buffer_free(&stream);

    world_open(&w);
    assert_true(engine_restored(w.engine));
    assert_int_equal(world_ask(&w, CM_OP_CHECK, spent, NULL, 5).verdict, CM_V_ALREADY_REDEEMED);
    assert_int_equal(world_ask(&w, CM_OP_CHECK, fresh, NULL, 5).verdict, CM_V_ACCEPTED);
    struct cm_answer answer;
    const struct cm_request request = {.operation = CM_OP_REDEEM, .code = slice_text(fresh)};
    struct cm_call call = {.caller = {.actor = 5, .test = true},
                           .door = WORLD_DOOR,
                           .requests = &request,
                           .n = 1,
                           .answers = &answer};
    assert_ok(cm_engine_run(w.engine, &call, 1));
    assert_int_equal(call.status, CM_CALL_RESTORED);
    const struct issue_event issue = {.set = set, .first = 100, .count = 1};
    assert_err(CM_E_STATE, engine_issue(w.engine, &issue, NULL));
    world_close(&w); /* it stays so through a restart */
    world_open(&w);
    assert_ok(cm_engine_run(w.engine, &call, 1));
    assert_int_equal(call.status, CM_CALL_RESTORED);

    assert_ok(engine_accept_restore(w.engine, NULL, 0, NULL));
    assert_int_equal(world_ask(&w, CM_OP_REDEEM, fresh, NULL, 5).verdict, CM_V_ACCEPTED);
    assert_err(CM_E_STATE, engine_accept_restore(w.engine, NULL, 0, NULL));
    world_close(&w);
    world_open(&w);
    assert_false(engine_restored(w.engine));
    assert_int_equal(world_ask(&w, CM_OP_REDEEM, spent, NULL, 5).verdict, CM_V_ALREADY_REDEEMED);
    world_close(&w);
    struct fsck_report report;
    const struct fsck_options options = {.workspace = w.dir};
    assert_ok(engine_fsck(&options, &report, NULL));
    assert_true(report.image_agrees);
    world_remove(&w);
}

static void serials_that_may_have_left_are_never_given_again(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 1000);
    char text[] = "{\"scheme\":1,\"batch\":0,\"key_version\":1,\"name\":\"b\",\"attributes\":[],"
                  "\"quantity\":500}";
    uint32_t set = 0;
    assert_ok(engine_document(w.engine, DOCUMENT_BATCH, &set, 0, slice_text(text), NULL));
    struct issue_event issue = {.set = set, .first = 0, .count = 100, .issued = 100};
    assert_ok(engine_issue(w.engine, &issue, NULL));
    struct buffer stream = BUFFER_INIT;
    const struct backup_sink sink = {.write = to_buffer, .ctx = &stream};
    assert_ok(engine_backup(w.engine, false, &sink, NULL, NULL));
    issue.first = 100;
    assert_ok(engine_issue(w.engine, &issue, NULL)); /* lost with the old disk */
    world_close(&w);
    restore(&w, buffer_slice(&stream));
    buffer_free(&stream);
    world_open(&w);
    struct engine_skip skip = {.set = set, .serials = 901};
    assert_err(CM_E_LIMIT, engine_accept_restore(w.engine, &skip, 1, NULL));
    const struct engine_skip twice[] = {{.set = set, .serials = 250}, {.set = set, .serials = 5}};
    assert_err(CM_E_CONFLICT, engine_accept_restore(w.engine, twice, 2, NULL)); /* 255? 5? */
    skip.serials = 250;
    assert_ok(engine_accept_restore(w.engine, &skip, 1, NULL));
    assert_err(CM_E_CONFLICT, engine_issue(w.engine, &issue, NULL)); /* 100..199 are gone */
    issue.first = 350;
    assert_ok(engine_issue(w.engine, &issue, NULL));
    world_remove(&w);
}

static void refusals_are_journaled_by_the_minute_and_counted_for_ever(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 1000);
    const uint32_t set = world_batch(&w, 10, true);
    char code[WORLD_CODE_CAP];
    world_code(&w, set, 11, code);
    for (int i = 0; i < 7; i++)
        assert_int_equal(world_ask(&w, CM_OP_REDEEM, code, NULL, 5).verdict, CM_V_NOT_A_CODE);
    struct engine_stats stats;
    engine_stats(w.engine, &stats);
    assert_true(stats.refusals[CM_V_NOT_A_CODE] == 0); /* this minute is not over */
    w.now_ms += 60000;
    assert_int_equal(world_ask(&w, CM_OP_REDEEM, "22", NULL, 5).verdict, CM_V_TYPING_ERROR);
    engine_stats(w.engine, &stats);
    assert_true(stats.refusals[CM_V_NOT_A_CODE] == 7);
    for (int i = 0; i < 2; i++) {
        world_close(&w);
        world_open(&w);
        engine_stats(w.engine, &stats);
        assert_true(stats.refusals[CM_V_NOT_A_CODE] == 7);
        assert_true(stats.refusals[CM_V_TYPING_ERROR] == 1);
    }
    world_remove(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_restored_workspace_checks_but_changes_nothing_until_accepted),
        cmocka_unit_test(serials_that_may_have_left_are_never_given_again),
        cmocka_unit_test(refusals_are_journaled_by_the_minute_and_counted_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
