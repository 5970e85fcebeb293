/* Emulated printers on real sockets: one process carries many, and what a fault does to a client.
 */
#include "support/cm.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"
#include "support/printers/grammars.h"
#include "support/printers/hall.h"
#include "support/scratch.h"

#define LINES     64u
#define TURNS     400u
#define TURN_MS   5u
#define GOT_CAP   512u
#define FILE_MOST 65536u

static struct printer *zpl(const char *faults, const char *record) {
    struct printer *p = NULL;
    const struct printer_options o = {.grammar = &grammar_zpl,
                                      .faults = slice_text(faults),
                                      .record_path = record,
                                      .keep_record = true};
    assert_ok(printer_new(&o, &p, NULL));
    return p;
}

static int dial(uint16_t port) {
    const struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    if (connect(fd, (const struct sockaddr *)&to, sizeof to) != 0) {
        assert_int_equal(close(fd), 0);
        return -1;
    }
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    return fd;
}

static void send_text(int fd, const char *text) {
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

/* Let the hall turn until the client has n bytes, is cut off, or waited long enough.
 * Returns the number of reads that brought something, or -1 when the link was reset. */
static int gather(struct hall *h, int fd, size_t n, char got[GOT_CAP]) {
    size_t len = 0;
    int reads = 0;
    got[0] = '\0';
    for (unsigned turn = 0; turn < TURNS && len < n; turn++) {
        assert_ok(hall_turn(h, TURN_MS));
        const ssize_t more = read(fd, got + len, GOT_CAP - 1 - len);
        if (more < 0 && errno == ECONNRESET) return -1;
        if (more <= 0) continue;
        len += (size_t)more;
        got[len] = '\0';
        reads++;
    }
    return reads;
}

static void a_printer_listens_answers_and_keeps_its_record(void **state) {
    (void)state;
    struct hall *h = NULL;
    struct scratch s;
    char got[GOT_CAP];
    assert_true(scratch_make(&s));
    const struct scratch path = scratch_below(&s, "record");
    assert_ok(hall_new(&h, NULL));
    assert_ok(hall_add(h, zpl("", path.path), "0", NULL));
    const int fd = dial(hall_port(h, 0));
    send_text(fd, "^XA^FDA1^FS^XZ! U1 getvar \"device.unique_id\"\r\n");
    assert_int_equal(gather(h, fd, 14, got), 1);
    assert_string_equal(got, "\"CM0000000001\"");
    assert_int_equal(close(fd), 0);
    struct buffer text = BUFFER_INIT;
    assert_ok(file_read(path.path, FILE_MOST, &text, NULL));
    assert_non_null(strstr(buffer_cstr(&text), " taken #1=A1\n"));
    assert_non_null(strstr(buffer_cstr(&text), " printed #1=A1\n"));
    buffer_free(&text);
    hall_free(h);
    scratch_remove(s.path);
}

static void one_process_carries_64_lines(void **state) {
    (void)state;
    struct hall *h = NULL;
    int fds[LINES];
    char text[64];
    assert_ok(hall_new(&h, NULL));
    for (unsigned i = 0; i < LINES; i++)
        assert_ok(hall_add(h, zpl("", NULL), "0", NULL));
    for (unsigned i = 0; i < LINES; i++) {
        fds[i] = dial(hall_port(h, i));
        (void)snprintf(text, sizeof text, "^XA^FDline %u^FS^XZ", i);
        send_text(fds[i], text);
    }
    for (unsigned turn = 0; turn < TURNS && hall_printer(h, LINES - 1)->total == 0; turn++)
        assert_ok(hall_turn(h, TURN_MS));
    for (unsigned i = 0; i < LINES; i++) {
        (void)snprintf(text, sizeof text, "#1=line %u", i);
        assert_int_equal(record_count_of(hall_printer(h, i)->record, RECORD_PRINTED, text), 1);
        assert_int_equal(close(fds[i]), 0);
    }
    hall_free(h);
}

static void a_split_answer_takes_many_reads_and_a_joined_one_a_single(void **state) {
    (void)state;
    struct hall *h = NULL;
    char got[GOT_CAP];
    static const char ask[] = "! U1 getvar \"device.unique_id\"\r\n";
    assert_ok(hall_new(&h, NULL));
    assert_ok(hall_add(h, zpl("at reply 1 split\nat reply 2 join\n", NULL), "0", NULL));
    const int fd = dial(hall_port(h, 0));
    send_text(fd, ask);
    assert_in_range(gather(h, fd, 14, got), 2, 14); /* a slow reader finds several bytes at once */
    assert_string_equal(got, "\"CM0000000001\"");
    send_text(fd, ask);
    send_text(fd, ask);
    assert_int_equal(gather(h, fd, 28, got), 1);
    assert_string_equal(got, "\"CM0000000001\"\"CM0000000001\"");
    assert_int_equal(close(fd), 0);
    hall_free(h);
}

static void a_reset_reaches_the_client_as_one(void **state) {
    (void)state;
    struct hall *h = NULL;
    char got[GOT_CAP];
    assert_ok(hall_new(&h, NULL));
    assert_ok(hall_add(h, zpl("at item 1 reset\n", NULL), "0", NULL));
    int fd = dial(hall_port(h, 0));
    send_text(fd, "^XA^FDA^FS^XZ~HS");
    assert_int_equal(gather(h, fd, 1, got), -1);
    assert_int_equal(close(fd), 0);
    fd = dial(hall_port(h, 0));
    send_text(fd, "~HS");
    assert_int_equal(gather(h, fd, 82, got), 1);
    assert_int_equal(close(fd), 0);
    hall_free(h);
}

static void a_printer_without_power_refuses_and_comes_back_on_its_port(void **state) {
    (void)state;
    struct hall *h = NULL;
    char got[GOT_CAP];
    assert_ok(hall_new(&h, NULL));
    assert_ok(hall_add(h, zpl("at item 1 power lose for 60\n", NULL), "0", NULL));
    const uint16_t port = hall_port(h, 0);
    int fd = dial(port);
    send_text(fd, "^XA^FDA^FS^XZ");
    assert_int_equal(gather(h, fd, 1, got), -1);
    assert_int_equal(close(fd), 0);
    assert_int_equal(dial(port), -1);
    fd = -1;
    for (unsigned turn = 0; turn < TURNS && fd < 0; turn++) {
        assert_ok(hall_turn(h, TURN_MS));
        fd = dial(port);
    }
    assert_true(fd >= 0);
    send_text(fd, "~HS");
    assert_int_equal(gather(h, fd, 82, got), 1);
    assert_int_equal(close(fd), 0);
    hall_free(h);
}

static void a_client_that_comes_and_goes_leaves_room_for_the_next(void **state) {
    (void)state;
    struct hall *h = NULL;
    char got[GOT_CAP];
    assert_ok(hall_new(&h, NULL));
    assert_ok(hall_add(h, zpl("", NULL), "0", NULL));
    for (unsigned i = 0; i < 3 * PRINTER_LINKS; i++) {
        const int fd = dial(hall_port(h, 0));
        send_text(fd, "~HS");
        assert_int_equal(gather(h, fd, 82, got), 1);
        assert_int_equal(close(fd), 0);
        assert_ok(hall_turn(h, TURN_MS));
    }
    hall_free(h);
}

static void unix_sockets_and_terminals_are_printers_too(void **state) {
    (void)state;
    struct hall *h = NULL;
    struct scratch s;
    char got[GOT_CAP], address[HALL_ADDRESS_CAP];
    assert_true(scratch_make(&s));
    (void)snprintf(address, sizeof address, "unix:%.90s/zpl", s.path);
    assert_ok(hall_new(&h, NULL));
    assert_ok(hall_add(h, zpl("", NULL), address, NULL));
    assert_ok(hall_add(h, zpl("", NULL), "pty", NULL));
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    (void)snprintf(to.sun_path, sizeof to.sun_path, "%.90s/zpl", s.path);
    const int local = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_int_equal(connect(local, (const struct sockaddr *)&to, sizeof to), 0);
    send_text(local, "~HS");
    assert_int_equal(gather(h, local, 82, got), 1);
    assert_int_equal(close(local), 0);
    assert_ok(hall_turn(h, 0)); /* the terminal's printer is there from the first turn on */
    const int serial = open(hall_address(h, 1), O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    assert_true(serial >= 0);
    send_text(serial, "~HS");
    assert_in_range(gather(h, serial, 82, got), 1, 82);
    assert_int_equal(got[0], 2);
    assert_int_equal(close(serial), 0);
    hall_free(h);
    scratch_remove(s.path);
}

static void addresses_that_are_none_are_refused(void **state) {
    (void)state;
    static const char *const wrong[] = {"", "70000", "tcp", "unix:", "-1", "10.0.0.1:9100"};
    struct hall *h = NULL;
    assert_ok(hall_new(&h, NULL));
    for (size_t i = 0; i < CM_ARRAY_N(wrong); i++)
        assert_err(CM_E_ARGUMENT, hall_add(h, zpl("", NULL), wrong[i], NULL));
    char taken[16];
    assert_ok(hall_add(h, zpl("", NULL), "0", NULL));
    (void)snprintf(taken, sizeof taken, "%u", (unsigned)hall_port(h, 0));
    assert_err(CM_E_EXISTS, hall_add(h, zpl("", NULL), taken, NULL));
    hall_free(h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_printer_listens_answers_and_keeps_its_record),
        cmocka_unit_test(one_process_carries_64_lines),
        cmocka_unit_test(a_split_answer_takes_many_reads_and_a_joined_one_a_single),
        cmocka_unit_test(a_reset_reaches_the_client_as_one),
        cmocka_unit_test(a_printer_without_power_refuses_and_comes_back_on_its_port),
        cmocka_unit_test(a_client_that_comes_and_goes_leaves_room_for_the_next),
        cmocka_unit_test(unix_sockets_and_terminals_are_printers_too),
        cmocka_unit_test(addresses_that_are_none_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
