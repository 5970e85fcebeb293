/* line/link over TCP against sockets of this machine: the life of a connection, its losses, and
 * that nothing is written twice. */
#include "wire.h"

#include <errno.h>
#include <linux/filter.h>

#include "support/must.h"

#define QUICK                                                                                      \
    { .seed = 1, .first_ms = 4, .most_ms = 64 }

static void address_of(char out[64], uint16_t port) {
    (void)snprintf(out, 64, "zpl+tcp://127.0.0.1:%u", port);
}

/* Open and accepted. */
static int joined(struct wire *w, int *listener, const struct link_options *o) {
    char address[64];
    uint16_t port = 0;
    *listener = wire_listen(&port);
    address_of(address, port);
    wire_open(w, address, o);
    const int fd = wire_accept(w, *listener);
    wire_until(w, w->ups == 1);
    return fd;
}

static void example_of_use(void **state) {
    (void)state;
    struct wire w = {.ups = 0};
    const struct link_options o = {.seed = 1};
    int listener;
    const int fd = joined(&w, &listener, &o);
    char got[8];
    assert_int_equal(link_write(w.lk, slice_text("~HS")), 3);
    wire_until(&w, recv(fd, got, sizeof got, 0) == 3);
    assert_memory_equal(got, "~HS", 3);
    assert_int_equal(send(fd, "\x02ok\x03", 4, 0), 4);
    wire_until(&w, w.heard.len == 4);
    assert_memory_equal(w.heard.p, "\x02ok\x03", 4);
    (void)close(fd);
    wire_until(&w, w.downs == 1);
    assert_string_equal(w.words, "the printer closed the connection");
    wire_until(&w, w.ups == 2); /* by itself */
    (void)close(listener);
    wire_close(&w);
}

static void a_printer_that_is_off_is_found_when_it_comes(void **state) {
    (void)state;
    struct wire w = {.ups = 0};
    const struct link_options o = QUICK;
    char address[64], want[80];
    uint16_t port = 0;
    const int listener = wire_hold(&port);
    address_of(address, port);
    wire_open(&w, address, &o);
    assert_int_equal(link_write(w.lk, slice_text("x")), 0);
    wire_until(&w, w.downs >= 3);
    (void)snprintf(want, sizeof want, "connection refused: is the printer on, is port %u right?",
                   port);
    assert_string_equal(w.words, want);
    assert_int_equal(w.ups, 0);
    assert_int_equal(listen(listener, 8), 0);
    wire_until(&w, w.ups == 1);
    (void)close(listener);
    wire_close(&w);
}

/* Each wait lies in the upper half of its doubled length, and does not grow beyond the longest. */
static void waits_grow_with_jitter_to_the_longest(void **state) {
    (void)state;
    struct wire w = {.ups = 0};
    const struct link_options o = {.seed = 5, .first_ms = 8, .most_ms = 64};
    char address[64];
    uint16_t port = 0;
    const int nobody = wire_hold(&port);
    address_of(address, port);
    wire_open(&w, address, &o);
    wire_until(&w, w.downs == 9);
    uint64_t most = 8000;
    for (unsigned i = 1; i < 9; i++) {
        const uint64_t waited = w.down_at_us[i] - w.down_at_us[i - 1];
        assert_true(waited >= most / 2);
        /* A busy machine comes late; without a longest the last would be 1,024 ms at least. */
        assert_true(waited < most + 900000);
        if (most < 64000) most *= 2;
    }
    (void)close(nobody);
    wire_close(&w);
}

static void a_reset_after_accept_makes_waits_grow_and_a_word_resets_them(void **state) {
    (void)state;
    struct wire w = {.ups = 0};
    const struct link_options o = {.seed = 3, .first_ms = 1, .most_ms = 4000};
    int listener;
    int fd = joined(&w, &listener, &o);
    for (unsigned i = 0; i < 10; i++) {
        wire_reset(fd);
        wire_until(&w, w.downs == i + 1);
        fd = wire_accept(&w, listener);
        wire_until(&w, w.ups == i + 2);
    }
    assert_true(w.down_at_us[7] - w.down_at_us[6] >= 32000); /* 1 ms doubled 6 times, its half */
    assert_int_equal(send(fd, "!", 1, 0), 1);
    wire_until(&w, w.heard.len == 1);
    wire_reset(fd);
    wire_until(&w, w.downs == 11);
    const uint64_t lost = clock_monotonic_us();
    fd = wire_accept(&w, listener);
    assert_true(clock_monotonic_us() - lost < 500000); /* not the half of 1,024 ms or more */
    (void)close(fd);
    (void)close(listener);
    wire_close(&w);
}

#define FLOOD (8u << 20u)

/* What the transport took is what arrives, in order and once, however slowly it is read. */
static void a_slow_reader_pushes_back_and_gets_every_byte_once(void **state) {
    (void)state;
    struct wire w = {.ups = 0};
    const struct link_options o = QUICK;
    int listener;
    const int fd = joined(&w, &listener, &o);
    uint8_t *bytes = must_calloc(1, FLOOD), *got = must_calloc(1, FLOOD + 1);
    for (size_t i = 0; i < FLOOD; i++)
        bytes[i] = (uint8_t)((i * 2654435761u) >> 13u);
    size_t sent = 0, read_n = 0;
    for (size_t n = 1; n > 0; sent += n)
        n = link_write(w.lk, slice_of(bytes + sent, FLOOD - sent));
    assert_true(sent < FLOOD);
    assert_int_equal(w.writables, 0);
    wire_for_ms(&w, 30);
    assert_int_equal(w.writables, 0); /* nobody reads: no room */
    unsigned seen = 0;
    const uint64_t end = clock_monotonic_us() + WIRE_PATIENCE_US;
    while (read_n < FLOOD && clock_monotonic_us() < end) {
        const ssize_t n = recv(fd, got + read_n, FLOOD + 1 - read_n, 0);
        if (n > 0) read_n += (size_t)n;
        assert_ok(loop_turn(w.loop, 1000));
        if (w.writables == seen || sent == FLOOD) continue;
        seen = w.writables;
        sent += link_write(w.lk, slice_of(bytes + sent, FLOOD - sent));
    }
    assert_int_equal(read_n, FLOOD);
    assert_memory_equal(got, bytes, FLOOD);
    assert_true(w.writables > 0);
    assert_int_equal(w.downs, 0);
    free(bytes);
    free(got);
    (void)close(fd);
    (void)close(listener);
    wire_close(&w);
}

/* A printer whose paper is out reads nothing for long, and lives: its acknowledgements say so. */
static void a_full_printer_is_not_a_dead_one(void **state) {
    (void)state;
    struct wire w = {.ups = 0};
    struct link_options o = QUICK;
    o.dead_ms = 300;
    int listener;
    const int fd = joined(&w, &listener, &o);
    static uint8_t bytes[65536];
    while (link_write(w.lk, slice_of(bytes, sizeof bytes)) > 0) {
    }
    wire_for_ms(&w, 1200);
    assert_int_equal(w.downs, 0);
    (void)close(fd);
    (void)close(listener);
    wire_close(&w);
}

/* A cable that was pulled: a filter drops what comes to the other end, so that nothing is
 * acknowledged and nothing is said. */
static void a_pulled_cable_is_known_although_bytes_wait(void **state) {
    (void)state;
    struct wire w = {.ups = 0};
    struct link_options o = QUICK;
    o.dead_ms = 600;
    int listener;
    const int fd = joined(&w, &listener, &o);
    struct sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
    const struct sock_fprog program = {.len = 1, .filter = &drop};
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program), 0);
    assert_int_equal(link_write(w.lk, slice_text("~HS")), 3);
    wire_until(&w, w.downs == 1);
    assert_string_equal(w.words, "the printer is gone: check its power and its cable");
    (void)close(fd);
    (void)close(listener);
    wire_close(&w);
}

/* 192.0.2.1 is kept for documents (RFC 5737). A machine without a way there says so at once. */
static void an_address_where_nobody_is_is_given_up(void **state) {
    (void)state;
    struct wire w = {.ups = 0};
    struct link_options o = QUICK;
    o.connect_ms = 150;
    wire_open(&w, "zpl+tcp://192.0.2.1:9100", &o);
    wire_until(&w, w.downs == 2);
    assert_true(strstr(w.words, "nobody answers") != NULL || strstr(w.words, "no way") != NULL ||
                strstr(w.words, "no network") != NULL ||
                strstr(w.words, "connection refused") != NULL);
    wire_close(&w);
}

static void cuts(struct wire *w) {
    if (w->heard.len > 0 && w->downs == 0) link_cut(w->lk);
}

static void frees(struct wire *w) {
    if (w->heard.len == 0) return;
    link_free(w->lk);
    w->lk = NULL;
}

static void cut_and_freed_from_inside_an_event(void **state) {
    (void)state;
    void (*const hands[])(struct wire *) = {cuts, frees};
    for (unsigned i = 0; i < 2; i++) {
        struct wire w = {.on_event = hands[i]};
        const struct link_options o = QUICK;
        int listener;
        const int fd = joined(&w, &listener, &o);
        assert_int_equal(send(fd, "?", 1, 0), 1);
        wire_until(&w, w.heard.len == 1);
        if (i == 0) assert_string_equal(w.words, "cut by us: the printer did not answer");
        if (i == 0) wire_until(&w, w.ups == 2);
        wire_for_ms(&w, 20);
        assert_int_equal(w.downs, i == 0);
        (void)close(fd);
        (void)close(listener);
        wire_close(&w);
    }
}

/* The other side resets while bytes are written: the failure comes as an event, not from inside. */
static void a_write_that_fails_takes_nothing_and_tells_it_later(void **state) {
    (void)state;
    struct wire w = {.ups = 0};
    const struct link_options o = QUICK;
    int listener;
    const int fd = joined(&w, &listener, &o);
    wire_reset(fd);
    size_t taken = 1;
    const uint64_t end = clock_monotonic_us() + WIRE_PATIENCE_US;
    while (taken > 0 && clock_monotonic_us() < end) {
        taken = link_write(w.lk, slice_text("x"));
        assert_int_equal(w.downs, 0);
    }
    assert_int_equal(taken, 0);
    assert_int_equal(link_write(w.lk, slice_text("x")), 0);
    wire_until(&w, w.downs == 1);
    assert_string_equal(w.words, "the printer cut the connection");
    (void)close(listener);
    wire_close(&w);
}

static void names_are_looked_up_on_another_thread(void **state) {
    (void)state;
    struct wire w = {.ups = 0};
    struct link_options o = QUICK;
    char address[64];
    uint16_t port = 0;
    const int listener = wire_listen(&port);
    assert_ok(loop_new(&w.loop));
    assert_ok(resolver_new(w.loop, &o.resolver));
    (void)snprintf(address, sizeof address, "zpl+tcp://localhost:%u", port);
    wire_open(&w, address, &o);
    const int fd = wire_accept(&w, listener);
    wire_until(&w, w.ups == 1);
    link_cut(w.lk);
    wire_until(&w, w.ups == 2); /* from what it remembers */
    link_free(w.lk);
    w.lk = NULL;
    resolver_free(o.resolver);
    (void)close(fd);
    (void)close(listener);
    wire_close(&w);
}

/* RFC 2606 keeps .invalid without addresses. */
static void a_name_without_an_address_is_told(void **state) {
    (void)state;
    struct wire w = {.ups = 0};
    struct link_options o = QUICK;
    assert_ok(loop_new(&w.loop));
    assert_ok(resolver_new(w.loop, &o.resolver));
    wire_open(&w, "zpl+tcp://printer.invalid", &o);
    wire_until(&w, w.downs == 1);
    assert_true(strstr(w.words, "no such host") != NULL ||
                strstr(w.words, "name server does not answer") != NULL);
    link_free(w.lk);
    w.lk = NULL;
    resolver_free(o.resolver);
    wire_close(&w);
}

static void a_name_needs_a_resolver(void **state) {
    (void)state;
    struct loop *loop = NULL;
    struct link *lk = NULL;
    struct printer_uri uri;
    struct cm_diag diag = DIAG_INIT;
    const struct link_options o = QUICK;
    assert_ok(loop_new(&loop));
    assert_ok(printer_uri_parse(slice_text("zpl+tcp://printer3"), &uri, NULL));
    assert_err(CM_E_UNSUPPORTED, link_new(loop, &uri, &o, &wire_events, NULL, &lk, &diag));
    assert_string_equal(diag.remedy, "write the address in digits");
    loop_free(loop);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(example_of_use),
        cmocka_unit_test(a_printer_that_is_off_is_found_when_it_comes),
        cmocka_unit_test(waits_grow_with_jitter_to_the_longest),
        cmocka_unit_test(a_reset_after_accept_makes_waits_grow_and_a_word_resets_them),
        cmocka_unit_test(a_slow_reader_pushes_back_and_gets_every_byte_once),
        cmocka_unit_test(a_full_printer_is_not_a_dead_one),
        cmocka_unit_test(a_pulled_cable_is_known_although_bytes_wait),
        cmocka_unit_test(an_address_where_nobody_is_is_given_up),
        cmocka_unit_test(cut_and_freed_from_inside_an_event),
        cmocka_unit_test(a_write_that_fails_takes_nothing_and_tells_it_later),
        cmocka_unit_test(names_are_looked_up_on_another_thread),
        cmocka_unit_test(a_name_without_an_address_is_told),
        cmocka_unit_test(a_name_needs_a_resolver),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
