/* line/link over a serial line: a pseudo terminal stands for the cable, its master for the printer.
 */
#include "wire.h"

#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>

#define QUICK                                                                                      \
    { .seed = 1, .first_ms = 4, .most_ms = 16 }

struct cable {
    int master;
    char device[64];
};

static void cable_make(struct cable *c) {
    c->master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    assert_true(c->master >= 0);
    assert_int_equal(grantpt(c->master), 0);
    assert_int_equal(unlockpt(c->master), 0);
    assert_int_equal(ptsname_r(c->master, c->device, sizeof c->device), 0);
}

static void open_cable(struct wire *w, const struct cable *c, const char *options) {
    const struct link_options o = QUICK;
    char address[128];
    (void)snprintf(address, sizeof address, "wsi+serial:%s%s", c->device, options);
    wire_open(w, address, &o);
}

static void example_of_use(void **state) {
    (void)state;
    struct wire w = {.ups = 0};
    struct cable c;
    char got[16];
    cable_make(&c);
    open_cable(&w, &c, "?baud=9600");
    wire_until(&w, w.ups == 1);
    assert_int_equal(link_write(w.lk, slice_text("\x02RA\x03")), 4);
    wire_until(&w, read(c.master, got, sizeof got) == 4);
    assert_memory_equal(got, "\x02RA\x03", 4);
    assert_int_equal(write(c.master, "$93", 3), 3);
    wire_until(&w, w.heard.len == 3);
    assert_memory_equal(w.heard.p, "$93", 3);
    wire_close(&w);
    (void)close(c.master);
}

/* Every byte value goes through both ways as it is, also those a terminal gives a meaning. */
static void all_bytes_pass_untouched(void **state) {
    (void)state;
    struct wire w = {.ups = 0};
    struct cable c;
    uint8_t all[256], got[256];
    size_t n = 0;
    for (unsigned i = 0; i < sizeof all; i++)
        all[i] = (uint8_t)i;
    cable_make(&c);
    open_cable(&w, &c, "");
    wire_until(&w, w.ups == 1);
    assert_int_equal(link_write(w.lk, slice_of(all, sizeof all)), sizeof all);
    while (n < sizeof got) {
        ssize_t more = 0;
        wire_until(&w, (more = read(c.master, got + n, sizeof got - n)) > 0);
        n += (size_t)more;
    }
    assert_memory_equal(got, all, sizeof all);
    assert_int_equal(write(c.master, all, sizeof all), sizeof all);
    wire_until(&w, w.heard.len == sizeof all);
    assert_memory_equal(w.heard.p, all, sizeof all);
    wire_close(&w);
    (void)close(c.master);
}

/* What the address says is what the terminal is set to. A pseudo terminal forces 8 bits. */
static void speed_and_frame_are_those_of_the_address(void **state) {
    (void)state;
    static const struct {
        const char *options;
        speed_t speed;
        tcflag_t set, iflag;
    } cases[] = {
        {"", B9600, CS8, 0},
        {"?baud=19200&parity=even", B19200, CS8, 0},
        {"?baud=115200&stop=2&flow=rtscts", B115200, CS8 | CSTOPB | CRTSCTS, 0},
        {"?baud=1200&flow=xonxoff", B1200, CS8, IXON | IXOFF},
    };
    for (unsigned i = 0; i < CM_ARRAY_N(cases); i++) {
        struct wire w = {.ups = 0};
        struct cable c;
        struct termios t;
        cable_make(&c);
        open_cable(&w, &c, cases[i].options);
        wire_until(&w, w.ups == 1);
        assert_int_equal(tcgetattr(c.master, &t), 0);
        assert_int_equal(cfgetospeed(&t), cases[i].speed);
        assert_int_equal(t.c_cflag & (CSTOPB | CRTSCTS | CSIZE), cases[i].set);
        assert_int_equal(t.c_iflag & (IXON | IXOFF | ICRNL | INLCR | ISTRIP), cases[i].iflag);
        assert_int_equal(t.c_lflag & (ECHO | ICANON | ISIG), 0);
        wire_close(&w);
        (void)close(c.master);
    }
}

static void a_device_that_goes_away_is_told_and_tried_again(void **state) {
    (void)state;
    struct wire w = {.ups = 0};
    struct cable c;
    cable_make(&c);
    open_cable(&w, &c, "");
    wire_until(&w, w.ups == 1);
    (void)close(c.master);
    wire_until(&w, w.downs >= 1);
    assert_string_equal(w.words, "the serial device is gone: is the adapter plugged in?");
    wire_until(&w, w.downs >= 3);
    assert_string_equal(w.words, "no such device: is the adapter plugged in?");
    wire_close(&w);
}

static void a_reader_that_stops_pushes_back(void **state) {
    (void)state;
    struct wire w = {.ups = 0};
    struct cable c;
    static uint8_t bytes[8192], got[65536];
    size_t sent = 0, read_n = 0;
    cable_make(&c);
    open_cable(&w, &c, "");
    wire_until(&w, w.ups == 1);
    for (size_t n = 1; n > 0 && sent < sizeof got; sent += n)
        n = link_write(w.lk, slice_of(bytes, sizeof bytes));
    assert_true(sent < sizeof got);
    wire_for_ms(&w, 20);
    assert_int_equal(w.writables, 0);
    while (w.writables == 0) {
        const ssize_t n = read(c.master, got, sizeof got);
        if (n > 0) read_n += (size_t)n;
        assert_ok(loop_turn(w.loop, 1000));
    }
    assert_true(read_n <= sent);
    wire_close(&w);
    (void)close(c.master);
}

static void what_is_no_serial_line_is_told(void **state) {
    (void)state;
    static const char *const names[][2] = {
        {"wsi+serial:/dev/no-such-line", "no such device: is the adapter plugged in?"},
        {"wsi+serial:/dev/null", "it is no serial line: name a device such as /dev/ttyS0"},
    };
    for (unsigned i = 0; i < CM_ARRAY_N(names); i++) {
        struct wire w = {.ups = 0};
        const struct link_options o = QUICK;
        wire_open(&w, names[i][0], &o);
        wire_until(&w, w.downs == 1);
        assert_string_equal(w.words, names[i][1]);
        wire_close(&w);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(example_of_use),
        cmocka_unit_test(all_bytes_pass_untouched),
        cmocka_unit_test(speed_and_frame_are_those_of_the_address),
        cmocka_unit_test(a_device_that_goes_away_is_told_and_tried_again),
        cmocka_unit_test(a_reader_that_stops_pushes_back),
        cmocka_unit_test(what_is_no_serial_line_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
