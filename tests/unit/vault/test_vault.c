/* A real vault on real sockets, asked through the second implementation of the engine's interface
 * and by hand-made frames: the same answers as in process, and nothing for who may not ask. */
#include "support/cm.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "engine/channel.h"
#include "engine/remote.h"
#include "support/vault_service.h"
#include "vault/vault.h"
#include "wire/call_frame.h"
#include "wire/key_frame.h"

#define UNITS VAULT_SERVICE_UNITS

static cm_err ask(struct cm_engine *e, uint32_t actor, enum cm_operation op, const char *code,
                  struct cm_answer *a, enum cm_call_status *status) {
    const struct cm_request q = {.operation = op, .code = slice_text(code)};
    struct cm_call call = {.caller = {.actor = actor, .test = true},
                           .door = WORLD_DOOR,
                           .requests = &q,
                           .n = 1,
                           .answers = a};
    const cm_err err = cm_engine_run(e, &call, 1);
    *status = call.status;
    return err;
}

static void a_vault_answers_like_the_engine_in_process(void **state) {
    (void)state;
    struct vault_service s = {.batch = 0};
    vault_service_start(&s, VAULT_LIMITS_DEFAULT);
    struct cm_engine *remote = NULL;
    assert_ok(cm_engine_connect(&remote, s.paths[VAULT_VERIFY]));
    char code[WORLD_CODE_CAP];
    world_code(&s.world, s.batch, 7, code);
    struct cm_answer a, b;
    enum cm_call_status status;
    assert_ok(ask(remote, 12, CM_OP_REDEEM, code, &a, &status));
    assert_int_equal(status, CM_CALL_DONE);
    assert_int_equal(a.verdict, CM_V_ACCEPTED);
    assert_int_equal(a.serial, 7);
    assert_ok(ask(remote, 12, CM_OP_CHECK, code, &a, &status));
    assert_ok(ask(s.world.engine, 12, CM_OP_CHECK, code, &b, &status));
    assert_int_equal(a.verdict, CM_V_ALREADY_REDEEMED);
    assert_int_equal(b.verdict, CM_V_ALREADY_REDEEMED);
    assert_true(a.set == b.set && a.serial == b.serial && a.sequence == b.sequence);
    assert_true(a.time_ms == b.time_ms && a.until_ms == b.until_ms && a.use == b.use);
    cm_engine_close(remote);
    vault_service_finish(&s);
}

static void who_is_not_what_a_frame_says_is_denied(void **state) {
    (void)state;
    struct vault_service s = {.batch = 0};
    vault_service_start(&s, VAULT_LIMITS_DEFAULT);
    struct cm_engine *remote = NULL;
    assert_ok(cm_engine_connect(&remote, s.paths[VAULT_VERIFY]));
    char code[WORLD_CODE_CAP];
    world_code(&s.world, s.batch, 7, code);
    struct cm_answer a;
    enum cm_call_status status;
    const struct {
        uint32_t actor;
        enum cm_operation op;
        enum cm_call_status want;
    } cases[] = {{0, CM_OP_CHECK, CM_CALL_DENIED},  /* the operator comes by the admin socket */
                 {99, CM_OP_CHECK, CM_CALL_DENIED}, /* nobody */
                 {11, CM_OP_CHECK, CM_CALL_DONE},   {11, CM_OP_REDEEM, CM_CALL_DENIED},
                 {12, CM_OP_VOID, CM_CALL_DENIED},  {12, CM_OP_REDEEM, CM_CALL_DONE}};
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        assert_ok(ask(remote, cases[i].actor, cases[i].op, code, &a, &status));
        if (status != cases[i].want) fail_msg("case %zu: status %d", i, (int)status);
    }
    cm_engine_close(remote);
    assert_ok(cm_engine_connect(&remote, s.paths[VAULT_ADMIN]));
    assert_ok(ask(remote, 0, CM_OP_REVERSE, code, &a, &status));
    assert_int_equal(status, CM_CALL_DONE);
    assert_int_equal(a.verdict, CM_V_ACCEPTED);
    cm_engine_close(remote);
    vault_service_finish(&s);
}

static void beyond_the_ceiling_every_answer_is_busy(void **state) {
    (void)state;
    struct vault_service s = {.batch = 0};
    vault_service_start(
        &s, (struct vault_limits){.wrong_per_s = 100, .caller_wrong_per_s = 1, .issue_per_s = 1});
    struct cm_engine *remote = NULL;
    assert_ok(cm_engine_connect(&remote, s.paths[VAULT_VERIFY]));
    char wrong[WORLD_CODE_CAP], good[WORLD_CODE_CAP];
    world_code(&s.world, s.batch, UNITS, wrong); /* a sound code that was never issued */
    world_code(&s.world, s.batch, 1, good);
    struct cm_answer a;
    enum cm_call_status status;
    unsigned wrong_n = 0;
    do
        assert_ok(ask(remote, 11, CM_OP_CHECK, wrong, &a, &status));
    while (a.verdict == CM_V_NOT_A_CODE && ++wrong_n < 100);
    assert_int_equal(a.verdict, CM_V_BUSY);
    assert_in_range(wrong_n, 10, 12); /* ten at once, and what the test's own time earns */
    assert_ok(ask(remote, 11, CM_OP_CHECK, good, &a, &status));
    assert_int_equal(a.verdict, CM_V_BUSY);
    assert_ok(ask(remote, 12, CM_OP_CHECK, good, &a, &status)); /* another caller */
    assert_int_equal(a.verdict, CM_V_ACCEPTED);
    struct status_frame st;
    assert_ok(remote_status(remote, &st));
    assert_true(st.busy >= 2 && !st.dead && !st.restored);
    cm_engine_close(remote);
    vault_service_finish(&s);
}

static void acts_go_by_the_admin_socket_alone(void **state) {
    (void)state;
    struct vault_service s = {.batch = 0};
    vault_service_start(&s, VAULT_LIMITS_DEFAULT);
    struct cm_engine *admin = NULL, *verify = NULL;
    CM_CLEANUP(buffer_free) struct buffer result = BUFFER_INIT;
    struct cm_diag diag = DIAG_INIT;
    assert_ok(cm_engine_connect(&admin, s.paths[VAULT_ADMIN]));
    assert_ok(remote_act(admin, slice_text("stats"), slice_text("{}"), &result, &diag));
    assert_true(result.len > 2 && result.p[0] == '{');
    assert_err(CM_E_UNSUPPORTED,
               remote_act(admin, slice_text("no such act"), slice_text("{}"), &result, &diag));
    assert_true(diag.problem[0] != '\0');
    assert_ok(cm_engine_connect(&verify, s.paths[VAULT_VERIFY]));
    assert_err(CM_E_DEAD, remote_act(verify, slice_text("stats"), slice_text("{}"), &result, NULL));
    cm_engine_close(verify);
    cm_engine_close(admin);
    vault_service_finish(&s);
}

/* Bytes until the other side ends; what came is thrown away. */
static bool is_ended(int fd) {
    uint8_t bytes[4096];
    ssize_t n = 0;
    do
        n = read(fd, bytes, sizeof bytes);
    while (n > 0);
    return n == 0;
}

static void malformed_frames_end_their_connection_and_no_other(void **state) {
    (void)state;
    struct vault_service s = {.batch = 0};
    vault_service_start(&s, VAULT_LIMITS_DEFAULT);
    struct cm_engine *honest = NULL;
    assert_ok(cm_engine_connect(&honest, s.paths[VAULT_VERIFY]));
    static const uint8_t bad[][FRAME_HEADER_LEN] = {
        {0, 0, 0, 0, 9, FRAME_STATUS},        /* version */
        {0, 0, 0, 0, 1, 0},                   /* kind */
        {255, 255, 255, 255, 1, FRAME_CALLS}, /* length */
        {0, 0, 0, 0, 1, FRAME_ACT},           /* not at this socket */
        {0, 0, 0, 0, 1, FRAME_ISSUE},         /* nor this */
        {0, 0, 0, 0, 1, FRAME_KEYS},          /* the vault says these, it does not hear them */
        {'G', 'E', 'T', ' ', '/', ' ', 'H', 'T', 'T', 'P', '/', '1'}};
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        const int fd = vault_service_connect(s.paths[VAULT_VERIFY]);
        assert_int_equal(write(fd, bad[i], FRAME_HEADER_LEN), FRAME_HEADER_LEN);
        if (!is_ended(fd)) fail_msg("frame %zu did not end its connection", i);
        (void)close(fd);
    }
    char code[WORLD_CODE_CAP];
    world_code(&s.world, s.batch, 3, code);
    struct cm_answer a;
    enum cm_call_status status;
    assert_ok(ask(honest, 11, CM_OP_CHECK, code, &a, &status));
    assert_int_equal(a.verdict, CM_V_ACCEPTED);
    cm_engine_close(honest);
    vault_service_finish(&s);
}

static void keys_are_told_at_once_and_after_every_act(void **state) {
    (void)state;
    struct vault_service s = {.batch = 0};
    vault_service_start(&s, VAULT_LIMITS_DEFAULT);
    struct channel c;
    struct frame frame;
    channel_init(&c, vault_service_connect(s.paths[VAULT_VERIFY]));
    for (int turn = 0; turn < 2; turn++) {
        vault_service_next(&c, &frame);
        assert_int_equal(frame.kind, FRAME_KEYS);
        CM_CLEANUP(key_table_wipe) struct key_table t = KEY_TABLE_INIT;
        assert_ok(key_table_decode(frame.body, &t));
        assert_int_equal(t.key_n, 2 - turn);
        assert_int_equal(t.door_n, 1);
        struct cm_engine *admin = NULL;
        CM_CLEANUP(buffer_free) struct buffer result = BUFFER_INIT;
        assert_ok(cm_engine_connect(&admin, s.paths[VAULT_ADMIN]));
        if (turn == 0)
            assert_ok(remote_act(admin, slice_text("api.revoke"), slice_text("{\"name\":\"till\"}"),
                                 &result, NULL));
        cm_engine_close(admin);
    }
    channel_wipe(&c);
    vault_service_finish(&s);
}

static void several_frames_in_one_write_are_all_answered(void **state) {
    (void)state;
    struct vault_service s = {.batch = 0};
    vault_service_start(&s, VAULT_LIMITS_DEFAULT);
    struct channel c;
    channel_init(&c, vault_service_connect(s.paths[VAULT_ADMIN]));
    char code[WORLD_CODE_CAP];
    world_code(&s.world, s.batch, 5, code);
    const struct cm_request q = {.operation = CM_OP_REDEEM, .code = slice_text(code)};
    struct cm_answer a;
    struct cm_call call = {
        .caller.test = true, .door = WORLD_DOOR, .requests = &q, .n = 1, .answers = &a};
    for (uint32_t i = 1; i <= 20; i++) {
        const size_t at = channel_begin(&c, FRAME_CALLS, i);
        assert_ok(calls_encode(&c.out, &call, 1));
        assert_ok(channel_end(&c, at));
    }
    assert_ok(channel_flush(&c));
    unsigned accepted = 0;
    for (uint32_t i = 1; i <= 20; i++) {
        struct frame frame;
        vault_service_next(&c, &frame);
        assert_int_equal(frame.number, i);
        assert_ok(answers_decode(frame.body, &call, 1, NULL, NULL));
        accepted += a.verdict == CM_V_ACCEPTED;
    }
    assert_int_equal(accepted, 1);
    channel_wipe(&c);
    vault_service_finish(&s);
}

static void nobody_there_is_not_found(void **state) {
    (void)state;
    struct cm_engine *e = NULL;
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_NOT_FOUND, remote_open("/nowhere/admin.sock", &e, &diag));
    assert_string_equal(diag.problem, "no daemon listens there");
    char endless[300];
    memset(endless, 'a', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    assert_err(CM_E_RANGE, remote_open(endless, &e, NULL));
    assert_null(e);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_vault_answers_like_the_engine_in_process),
        cmocka_unit_test(who_is_not_what_a_frame_says_is_denied),
        cmocka_unit_test(beyond_the_ceiling_every_answer_is_busy),
        cmocka_unit_test(acts_go_by_the_admin_socket_alone),
        cmocka_unit_test(malformed_frames_end_their_connection_and_no_other),
        cmocka_unit_test(keys_are_told_at_once_and_after_every_act),
        cmocka_unit_test(several_frames_in_one_write_are_all_answered),
        cmocka_unit_test(nobody_there_is_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
