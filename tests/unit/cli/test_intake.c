/* Where reads come from: a file, and cameras on a TCP port of loopback, played by the test. */
#include "cli/intake.h"

#include <arpa/inet.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/cm.h"

#define PATIENCE_MS 5000 /* for what must come; a pass takes none of it */
#define BRIEF_MS    20

static enum intake_event hear(struct intake *in, int ms, struct buffer *out) {
    enum intake_event event = INTAKE_QUIET;
    buffer_clear(out);
    assert_ok(intake_read(in, ms, out, &event, NULL));
    return event;
}

/* Until something came: taking a connection is a quiet round. */
static enum intake_event hear_something(struct intake *in, struct buffer *out) {
    enum intake_event event = INTAKE_QUIET;
    for (int i = 0; i < 100 && event == INTAKE_QUIET; i++)
        event = hear(in, PATIENCE_MS / 100, out);
    return event;
}

static int camera(unsigned port) {
    const struct sockaddr_in to = {.sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

static void says(int fd, const char *text) {
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

static void a_file_is_read_to_its_end(void **state) {
    (void)state;
    CM_CLEANUP(intake_close) struct intake in = INTAKE_INIT;
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    unsigned port = 7;
    assert_ok(intake_open(CM_SOURCE_DIR "/templates/labels/plain.zpl", &in, &port, NULL));
    assert_int_equal(port, 0);
    assert_int_equal(hear(&in, -1, &out), INTAKE_BYTES);
    assert_memory_equal(out.p, "^XA^PW400", 9);
    assert_int_equal(hear(&in, -1, &out), INTAKE_END);
}

static void one_camera_after_the_other_is_heard_and_answered(void **state) {
    (void)state;
    CM_CLEANUP(intake_close) struct intake in = INTAKE_INIT;
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    char answer[8] = "";
    unsigned port = 0;
    assert_ok(intake_open("tcp:0", &in, &port, NULL));
    assert_true(port > 0);
    assert_int_equal(hear(&in, BRIEF_MS, &out), INTAKE_QUIET);
    const int first = camera(port), second = camera(port);
    says(second, "SECOND\n");
    says(first, "FIRST\n");
    assert_int_equal(hear_something(&in, &out), INTAKE_BYTES);
    assert_string_equal(buffer_cstr(&out), "FIRST\n");
    assert_int_equal(hear(&in, BRIEF_MS, &out), INTAKE_QUIET); /* the second waits its turn */
    intake_answer(&in, slice_text("good\n"));
    assert_int_equal(read(first, answer, sizeof answer), 5);
    assert_memory_equal(answer, "good\n", 5);
    assert_int_equal(close(first), 0);
    assert_int_equal(hear_something(&in, &out), INTAKE_GONE);
    assert_int_equal(hear_something(&in, &out), INTAKE_BYTES);
    assert_string_equal(buffer_cstr(&out), "SECOND\n");
    assert_int_equal(close(second), 0);
}

static void a_camera_that_takes_no_answer_is_let_go(void **state) {
    (void)state;
    CM_CLEANUP(intake_close) struct intake in = INTAKE_INIT;
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    unsigned port = 0;
    assert_ok(intake_open("tcp:127.0.0.1:0", &in, &port, NULL));
    const int fd = camera(port);
    says(fd, "A\n");
    assert_int_equal(hear_something(&in, &out), INTAKE_BYTES);
    assert_int_equal(close(fd), 0);
    for (int i = 0; i < 1000 && in.input >= 0; i++)
        intake_answer(&in, slice_text("good\n"));
    assert_int_equal(in.input, -1);
}

/* Held before, as the command does. */
static void control_c_ends_the_feed(void **state) {
    (void)state;
    CM_CLEANUP(intake_close) struct intake in = INTAKE_INIT;
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    unsigned port = 0;
    assert_ok(intake_open("tcp:0", &in, &port, NULL));
    assert_int_equal(raise(SIGINT), 0);
    assert_int_equal(hear(&in, PATIENCE_MS, &out), INTAKE_END);
}

static void wrong_addresses_and_files_are_named(void **state) {
    (void)state;
    static const char *const wrong[] = {"tcp:",        "tcp:x",           "tcp:65536",
                                        "tcp:host:80", "tcp:[::1:80",     "tcp:1.2.3:80",
                                        "tcp::",       "tcp:127.0.0.1:-1"};
    unsigned port = 0;
    for (size_t i = 0; i < CM_ARRAY_N(wrong); i++) {
        CM_CLEANUP(intake_close) struct intake in = INTAKE_INIT;
        struct cm_diag diag = DIAG_INIT;
        assert_err(CM_E_ARGUMENT, intake_open(wrong[i], &in, &port, &diag));
        assert_non_null(strstr(diag.problem, wrong[i] + 4));
    }
    CM_CLEANUP(intake_close) struct intake in = INTAKE_INIT;
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_NOT_FOUND, intake_open("/nowhere/reads.txt", &in, &port, &diag));
    assert_string_equal(diag.input, "/nowhere/reads.txt");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_read_to_its_end),
        cmocka_unit_test(one_camera_after_the_other_is_heard_and_answered),
        cmocka_unit_test(a_camera_that_takes_no_answer_is_let_go),
        cmocka_unit_test(control_c_ends_the_feed),
        cmocka_unit_test(wrong_addresses_and_files_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
