/* Run documents, batches that grow, and what accepting a restored workspace does to runs. The
 * format is that of docs/design/registry.md, "Runs". */
#include "support/cm.h"

#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "support/world_run.h"

static cm_err put_run(struct world *w, uint32_t *id, const char *members, struct cm_diag *diag) {
    char text[1024];
    (void)snprintf(text, sizeof text, "{%s}", members);
    return engine_document(w->engine, DOCUMENT_RUN, id, 0, slice_text(text), diag);
}

#define BASE   "\"name\":\"r\",\"brand\":0,\"test\":true,\"holder\":\"daemon\",\"wish\":\"run\""
#define SOURCE ",\"batch\":\"batch-1\""

static void a_run_is_named_and_replaced_whole(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 100000);
    world_run_batch(&w, 1000);
    uint32_t id = 0, other = 0;
    assert_ok(put_run(&w, &id,
                      BASE SOURCE ",\"line\":\"3\",\"printer\":\"zpl+tcp://10.0.0.3\",\"rate\":600,"
                                  "\"template\":{\"name\":\"a\",\"text\":\"^XA^XZ\"}",
                      NULL));
    assert_int_equal(id, 1);
    assert_err(CM_E_EXISTS, put_run(&w, &other, BASE SOURCE, NULL));
    assert_ok(put_run(&w, &other,
                      "\"name\":\"s\",\"brand\":0,\"test\":true,\"holder\":\"agent\","
                      "\"wish\":\"pause\",\"why\":\"jam\",\"production\":{\"scheme\":\"world\","
                      "\"attributes\":{},\"zone\":\"Europe/Berlin\",\"roll_at\":\"00:00\","
                      "\"name\":\"{sku}-{date}-L{line}\",\"quantity\":1000}",
                      NULL));
    assert_int_equal(other, 2);
    assert_ok(put_run(&w, &id, BASE SOURCE ",\"why\":\"again\",\"down\":{\"paper out\":9}", NULL));
    world_run_wish(&w, id, "closed");
    assert_err(CM_E_CONFLICT, put_run(&w, &id, BASE SOURCE, NULL)); /* closed is for good */
    world_close(&w);
    world_open(&w);
    assert_err(CM_E_CONFLICT, put_run(&w, &id, BASE SOURCE, NULL));
    world_remove(&w);
}

static void what_is_no_run_is_refused(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 100000);
    world_run_batch(&w, 1000);
    uint32_t id = 0;
    static const struct {
        const char *members;
        cm_err err;
    } bad[] = {
        {BASE, CM_E_FORMAT}, /* neither batch nor production */
        {BASE SOURCE ",\"production\":{\"scheme\":\"world\"}", CM_E_FORMAT},
        {BASE SOURCE ",\"colour\":1", CM_E_FORMAT},
        {BASE ",\"batch\":\"batch-9\"", CM_E_NOT_FOUND},
        {BASE ",\"production\":{}", CM_E_FORMAT},
        {BASE ",\"production\":{\"scheme\":\"world\",\"attributes\":{\"a\":[]}}", CM_E_FORMAT},
        {BASE SOURCE ",\"rate\":-1", CM_E_RANGE},
        {BASE SOURCE ",\"template\":\"x\"", CM_E_FORMAT},
        {BASE SOURCE ",\"down\":[1]", CM_E_FORMAT},
        {BASE SOURCE ",\"down\":{\"a\":\"b\"}", CM_E_FORMAT},
        {BASE SOURCE ",\"rule\":\"none\"", CM_E_FORMAT},
        {"\"name\":\"\",\"brand\":0,\"test\":true,\"holder\":\"here\",\"wish\":\"run\"" SOURCE,
         CM_E_RANGE},
        {"\"name\":\"r\",\"brand\":0,\"test\":true,\"holder\":\"here\",\"wish\":\"go\"" SOURCE,
         CM_E_FORMAT},
        {"\"name\":\"r\",\"brand\":0,\"test\":false,\"holder\":\"here\",\"wish\":\"run\"" SOURCE,
         CM_E_CONFLICT}, /* LIVE run of a TEST batch */
        {"\"name\":\"r\",\"brand\":5,\"test\":true,\"holder\":\"here\",\"wish\":\"run\"" SOURCE,
         CM_E_CONFLICT},
    };
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        const cm_err err = put_run(&w, &id, bad[i].members, NULL);
        if (err != bad[i].err) fail_msg("%s: %s", bad[i].members, cm_err_name(err));
    }
    assert_int_equal(id, 0);
    world_remove(&w);
}

static cm_err put_batch(struct world *w, uint32_t set, const char *product, unsigned quantity) {
    char text[256];
    (void)snprintf(text, sizeof text,
                   "{\"scheme\":1,\"batch\":0,\"key_version\":1,\"name\":\"batch-1\","
                   "\"attributes\":[],\"quantity\":%u,\"product\":\"%s\"}",
                   quantity, product);
    return engine_document(w->engine, DOCUMENT_BATCH, &set, 0, slice_text(text), NULL);
}

static void a_batch_may_grow_and_change_nothing_else(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 5000);
    const uint32_t set = world_run_batch(&w, 100);
    const uint32_t run = world_run(&w, "r", set);
    world_hold(&w, run, set, 100, 0);
    const struct issue_event more = {.set = set, .first = 100, .count = 50, .issued = 50};
    const struct run_hold hold = {.run = run};
    assert_err(CM_E_LIMIT, engine_run_hold(w.engine, &more, &hold, NULL));
    assert_err(CM_E_EXISTS, put_batch(&w, set, "Cola", 100)); /* no larger */
    assert_err(CM_E_EXISTS, put_batch(&w, set, "Cola", 99));
    assert_err(CM_E_EXISTS, put_batch(&w, set, "Fanta", 200));
    assert_err(CM_E_RANGE, put_batch(&w, set, "Cola", 5001)); /* serials of the scheme */
    assert_ok(put_batch(&w, set, "Cola", 200));
    assert_ok(engine_run_hold(w.engine, &more, &hold, NULL));
    char code[WORLD_CODE_CAP];
    const struct phase_event open = {.set = set, .phase = PHASE_OPEN, .shipped = true};
    assert_ok(engine_phase(w.engine, &open, NULL)); /* of 200 ordered 150 exist: a line's batch */
    world_code(&w, set, 149, code);
    assert_int_equal(world_ask(&w, CM_OP_REDEEM, code, NULL, 5).verdict, CM_V_ACCEPTED);
    world_close(&w);
    world_open(&w);
    assert_int_equal(world_ask(&w, CM_OP_CHECK, code, NULL, 5).verdict, CM_V_ALREADY_REDEEMED);
    assert_err(CM_E_EXISTS, put_batch(&w, set, "Cola", 200));
    assert_ok(put_batch(&w, set, "Cola", 5000));
    world_remove(&w);
}

/* ---- Restored ------------------------------------------------------------------------------- */

static cm_err to_buffer(void *ctx, struct cm_slice bytes) {
    buffer_put(ctx, bytes.p, bytes.len);
    return buffer_err(ctx);
}

static cm_err from_buffer(void *ctx, uint8_t *out, size_t cap, size_t *n) {
    struct cm_slice *left = ctx;
    *n = left->len < cap ? left->len : cap;
    if (*n > 0) memcpy(out, left->p, *n);
    *left = slice_of(left->p + *n, left->len - *n);
    return CM_OK;
}

/* As the operator's command does: unpack beside, raise the epoch, write the file last. */
static void back_up_and_restore(struct world *w) {
    struct buffer stream = BUFFER_INIT, file = BUFFER_INIT;
    const struct backup_sink sink = {.write = to_buffer, .ctx = &stream};
    assert_ok(engine_backup(w->engine, true, &sink, NULL, NULL));
    world_close(w);
    struct scratch folder;
    struct cm_slice left = buffer_slice(&stream);
    const struct backup_feed feed = {.read = from_buffer, .ctx = &left};
    struct backup_report report;
    struct workspace workspace;
    assert_true(scratch_make(&folder));
    assert_ok(backup_read(&feed, folder.path, &file, &report, NULL));
    assert_ok(workspace_read(w->dir, &workspace, NULL));
    workspace.epoch++;
    assert_ok(workspace_write(folder.path, &workspace, NULL));
    scratch_remove(w->dir);
    memcpy(w->dir, folder.path, sizeof w->dir);
    buffer_free(&stream);
    buffer_free(&file);
    world_open(w);
}

struct wish_of {
    uint32_t run;
    enum run_wish wish;
};

static cm_err read_wish(void *ctx, const struct registry *r) {
    struct wish_of *w = ctx;
    w->wish = registry_run(r, w->run)->wish;
    return CM_OK;
}

static enum run_wish wish_of(struct world *w, uint32_t run) {
    struct wish_of wish = {.run = run};
    assert_ok(engine_read(w->engine, read_wish, &wish));
    return wish.wish;
}

static void a_restored_workspace_knows_that_held_units_may_have_been_sent(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 100000);
    const uint32_t set = world_run_batch(&w, 1000);
    const uint32_t run = world_run(&w, "r", set), closed = world_run(&w, "old", set);
    world_hold(&w, run, set, 30, 0);
    world_move(&w, run, (struct run_move){set, 0, 20, CM_STAGE_SENT, CM_CAUSE_NONE});
    world_move(&w, run, (struct run_move){set, 0, 10, CM_STAGE_PRINTED, CM_CAUSE_NONE});
    world_hold(&w, closed, set, 10, 0);
    world_run_wish(&w, closed, "closed");
    back_up_and_restore(&w);
    const struct run_hold hold = {.run = run};
    const struct issue_event issue = {.set = set, .first = 40, .count = 5, .issued = 5};
    const struct run_move move = {set, 10, 1, CM_STAGE_PRINTED, CM_CAUSE_NONE};
    const struct run_sweep sweep = {.from = RUN_FROM(CM_STAGE_SENT), .stage = CM_STAGE_VOID};
    assert_err(CM_E_STATE, engine_run_hold(w.engine, &issue, &hold, NULL));
    assert_err(CM_E_STATE, world_try_move(&w, run, move, NULL));
    assert_err(CM_E_STATE, engine_run_sweep(w.engine, run, 0, &sweep, NULL, NULL));
    const struct engine_skip skip = {.set = set, .serials = 100};
    assert_ok(engine_accept_restore(w.engine, &skip, 1, NULL));
    for (unsigned i = 0; i < 2; i++) {
        const struct run_totals t = world_totals(&w, run);
        assert_int_equal(t.units[CM_STAGE_PRINTED], 10);
        assert_int_equal(t.units[CM_STAGE_UNKNOWN], 20); /* reserved ones, too */
        assert_int_equal(t.causes[CM_CAUSE_RESTORE], 20);
        assert_int_equal(t.sent_total, 30);
        assert_int_equal(wish_of(&w, run), WISH_STOP);
        assert_int_equal(world_totals(&w, closed).units[CM_STAGE_RESERVED], 10);
        assert_int_equal(wish_of(&w, closed), WISH_CLOSED);
        world_close(&w);
        world_open(&w);
    }
    assert_ok(world_try_move(&w, run, move, NULL)); /* the camera saw it */
    world_remove(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_is_named_and_replaced_whole),
        cmocka_unit_test(what_is_no_run_is_refused),
        cmocka_unit_test(a_batch_may_grow_and_change_nothing_else),
        cmocka_unit_test(a_restored_workspace_knows_that_held_units_may_have_been_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
