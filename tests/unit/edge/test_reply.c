/* What the public reads: answers, problems, metrics; and the deadlines of connections. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "edge/conn.h"
#include "edge/metrics.h"
#include "edge/reply.h"
#include "support/cm.h"

static const char *text_of(struct buffer *b) {
    const char *text = buffer_cstr(b);
    assert_non_null(text);
    return text;
}

static void an_answer_tells_product_time_and_use(void **state) {
    (void)state;
    const struct cm_request q = {.operation = CM_OP_REDEEM};
    struct cm_answer a = {.verdict = CM_V_ACCEPTED,
                          .set = 4,
                          .serial = 77,
                          .sequence = 12,
                          .time_ms = 1000,
                          .use = 1};
    const struct cm_call call = {.requests = &q, .n = 1, .answers = &a};
    const struct set_words words[] = {{.set = 4, .description = slice_text("{\"batch\":\"b\"}")}};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    assert_ok(reply_write(&out, &call, true, words, 1));
    assert_string_equal(text_of(&out), "{\"verdict\":\"accepted\",\"product\":{\"batch\":\"b\"},"
                                       "\"redeemed_at\":\"1970-01-01T00:00:01.000Z\",\"use\":1,"
                                       "\"replayed\":false,\"redemption\":\"12\"}");
}

static void every_verdict_of_every_operation_hides_the_serial(void **state) {
    (void)state;
    for (unsigned op = 0; op < CM_CODE_OPERATION_N; op++)
        for (unsigned v = 0; v < CM_VERDICT_N; v++) {
            const struct cm_request q = {.operation = (enum cm_operation)op};
            struct cm_answer a = {.verdict = (enum cm_verdict)v,
                                  .set = 31337,
                                  .serial = 424242,
                                  .sequence = 5,
                                  .time_ms = 1,
                                  .until_ms = 2,
                                  .use = 3};
            const struct cm_call call = {.requests = &q, .n = 1, .answers = &a};
            CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
            assert_ok(reply_write(&out, &call, false, NULL, 0));
            const char *text = text_of(&out);
            assert_null(strstr(text, "424242"));
            assert_null(strstr(text, "31337"));
            assert_non_null(strstr(text, cm_verdict_name((enum cm_verdict)v)));
        }
}

/* In an array neighbours are copied from each other: each must read as it would alone. */
static void an_array_holds_what_its_answers_would_be_alone(void **state) {
    (void)state;
    static const struct cm_answer some[] = {
        {.verdict = CM_V_ACCEPTED, .set = 4, .sequence = 9, .time_ms = 1000, .use = 1},
        {.verdict = CM_V_ACCEPTED, .set = 4, .sequence = 10, .time_ms = 1000, .use = 1},
        {.verdict = CM_V_ACCEPTED, .set = 4, .sequence = UINT64_MAX, .time_ms = 1000, .use = 1},
        {.verdict = CM_V_ACCEPTED, .set = 5, .sequence = 11, .time_ms = 1000, .use = 1},
        {.verdict = CM_V_ACCEPTED, .set = 4, .sequence = 12, .time_ms = 1000, .use = 2},
        {.verdict = CM_V_ACCEPTED, .set = 4, .sequence = 0, .time_ms = 1001, .use = 2},
        {.verdict = CM_V_ACCEPTED,
         .set = 4,
         .sequence = 2,
         .time_ms = 1001,
         .use = 2,
         .replayed = true},
        {.verdict = CM_V_ACCEPTED, .set = 4, .until_ms = 7, .time_ms = 1001, .use = 2},
        {.verdict = CM_V_NOT_A_CODE},
        {.verdict = CM_V_NOT_A_CODE},
        {.verdict = CM_V_ALREADY_REDEEMED, .set = 4, .time_ms = 5, .use = 1},
        {.verdict = CM_V_ALREADY_REDEEMED, .set = 4, .time_ms = 5, .use = 1},
        {.verdict = CM_V_ALREADY_REDEEMED, .set = 4, .time_ms = 6, .use = 1},
        {.verdict = CM_V_VOID, .set = 4, .time_ms = 6, .use = 1},
    };
    static const struct set_words words[] = {
        {.set = 4, .description = {(const uint8_t *)"{\"n\":1}", 7}}};
    struct cm_answer answers[CM_ARRAY_N(some)];
    struct cm_request requests[CM_ARRAY_N(some)];
    memcpy(answers, some, sizeof answers);
    for (unsigned op = 0; op < CM_CODE_OPERATION_N; op++) {
        CM_CLEANUP(buffer_free) struct buffer all = BUFFER_INIT, alone = BUFFER_INIT;
        buffer_text(&alone, "{\"answers\":[");
        for (size_t i = 0; i < CM_ARRAY_N(some); i++) {
            requests[i] = (struct cm_request){.operation = (enum cm_operation)op};
            const struct cm_call one = {.requests = &requests[i], .n = 1, .answers = &answers[i]};
            if (i > 0) buffer_text(&alone, ",");
            assert_ok(reply_write(&alone, &one, true, words, 1));
        }
        buffer_text(&alone, "]}");
        const struct cm_call call = {
            .requests = requests, .n = CM_ARRAY_N(some), .answers = answers};
        assert_ok(reply_write(&all, &call, false, words, 1));
        assert_string_equal(text_of(&all), text_of(&alone));
    }
}

static void a_problem_has_the_members_of_rfc_9457(void **state) {
    (void)state;
    for (unsigned p = PROBLEM_MALFORMED; p < PROBLEM_N; p++) {
        CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
        assert_ok(problem_write(&out, (enum problem)p, NULL));
        const char *text = text_of(&out);
        assert_non_null(strstr(text, "\"type\":\"urn:countermark:problem:"));
        assert_non_null(strstr(text, problem_name((enum problem)p)));
        assert_non_null(strstr(text, "\"detail\":\""));
        assert_in_range(problem_status((enum problem)p), 400, 503);
    }
    struct cm_diag diag = DIAG_INIT;
    diag_set(&diag, "body", "$.codes[3]", "send a text", "a number");
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    assert_ok(problem_write(&out, PROBLEM_MALFORMED, &diag));
    assert_non_null(strstr(text_of(&out), "\"detail\":\"a number\",\"place\":\"$.codes[3]\","
                                          "\"remedy\":\"send a text\"}"));
}

static void durations_fall_into_their_buckets(void **state) {
    (void)state;
    struct metrics m = {.frames = 3};
    metrics_duration(&m, 250);
    metrics_duration(&m, 251);
    metrics_duration(&m, 99000000);
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    assert_ok(metrics_write(&out, &m, 7, NULL));
    const char *text = text_of(&out);
    assert_non_null(strstr(text, "_bucket{le=\"0.00025\"} 1\n"));
    assert_non_null(strstr(text, "_bucket{le=\"0.0005\"} 2\n"));
    assert_non_null(strstr(text, "_bucket{le=\"2.5\"} 2\n"));
    assert_non_null(strstr(text, "_bucket{le=\"+Inf\"} 3\n"));
    assert_non_null(strstr(text, "countermark_http_connections 7\n"));
}

static void guesses_are_told_by_pool(void **state) {
    (void)state;
    const struct metrics m = {.frames = 3};
    const struct status_frame vault = {
        .guess_n = 2, .guesses = {{.pool = "gift", .n = 10000}, {.pool = "a\"b\\", .n = 1}}};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    assert_ok(metrics_write(&out, &m, 7, &vault));
    const char *text = text_of(&out);
    assert_non_null(strstr(text, "# TYPE countermark_guesses_total counter\n"
                                 "countermark_guesses_total{pool=\"gift\"} 10000\n"
                                 "countermark_guesses_total{pool=\"a\\\"b\\\\\"} 1\n"));
}

/* ---- Connections ------------------------------------------------------------------------------
 */

static bool is_shut(int fd) {
    uint8_t byte;
    return recv(fd, &byte, 1, MSG_DONTWAIT) == 0;
}

static void expect_end(enum conn_phase phase, uint64_t bytes, uint64_t end_us) {
    int fds[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    struct conn_list list = {NULL, 0};
    struct conn c;
    conn_add(&list, &c, fds[0], 0);
    conn_enter(&c, phase, bytes, 0);
    assert_int_equal(conn_expire(&list, end_us), 0);
    assert_false(is_shut(fds[1]));
    assert_int_equal(conn_expire(&list, end_us + 1), phase == CONN_WORK ? 0 : 1);
    assert_int_equal(is_shut(fds[1]), phase != CONN_WORK);
    assert_int_equal(conn_expire(&list, end_us * 2), 0); /* once is enough */
    conn_remove(&list, &c);
    assert_int_equal(list.n, 0);
    (void)close(fds[0]);
    (void)close(fds[1]);
}

static void each_phase_of_a_connection_has_its_end(void **state) {
    (void)state;
    expect_end(CONN_HEADER, 0, 5000000);
    expect_end(CONN_IDLE, 0, 20000000);
    expect_end(CONN_BODY, 0, 5000000);
    expect_end(CONN_BODY, 16384, 6000000); /* a second for 16 KiB */
    expect_end(CONN_ANSWER, 163840, 15000000);
    expect_end(CONN_WORK, 0, 3600000000u); /* our own debt has none */
}

static void only_idle_connections_are_shut_when_draining(void **state) {
    (void)state;
    int a[2], b[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, a), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, b), 0);
    struct conn_list list = {NULL, 0};
    struct conn idle, busy;
    conn_add(&list, &idle, a[0], 0);
    conn_add(&list, &busy, b[0], 0);
    conn_enter(&idle, CONN_IDLE, 0, 0);
    conn_enter(&busy, CONN_WORK, 0, 0);
    conn_shut_idle(&list);
    assert_true(is_shut(a[1]));
    assert_false(is_shut(b[1]));
    for (int i = 0; i < 2; i++) {
        (void)close(a[i]);
        (void)close(b[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_tells_product_time_and_use),
        cmocka_unit_test(every_verdict_of_every_operation_hides_the_serial),
        cmocka_unit_test(an_array_holds_what_its_answers_would_be_alone),
        cmocka_unit_test(a_problem_has_the_members_of_rfc_9457),
        cmocka_unit_test(durations_fall_into_their_buckets),
        cmocka_unit_test(guesses_are_told_by_pool),
        cmocka_unit_test(each_phase_of_a_connection_has_its_end),
        cmocka_unit_test(only_idle_connections_are_shut_when_draining),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
