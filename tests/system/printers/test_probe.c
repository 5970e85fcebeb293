/* First contact with every emulated printer, asked in every language: it is found, and its record
 * shows that nothing was taken or printed. And what is no printer: ports that are closed, silent,
 * cut, a web server, a login, an echo. Grammars: lines-emulators.md; HTTP: RFC 9112; SSH: RFC
 * 4253 4.2. */
#include "shop.h"
#include "support/cm.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/macros.h"
#include "line/probe.h"

#define PAIRS     (SHOP_KINDS * SHOP_ADDRESSES)
#define TEXT_CAP  128u
#define STAND_INS 5u

/* One probe on a thread of its own. */
struct trial {
    char uri[TEXT_CAP];
    struct probe probe;
    struct cm_diag diag;
    cm_err err;
    uint64_t took_ms;
    pthread_t thread;
};

static void *probe_it(void *ctx) {
    struct trial *t = ctx;
    const uint64_t from = clock_monotonic_us();
    t->err = probe_printer(t->uri, &t->probe, &t->diag);
    t->took_ms = (clock_monotonic_us() - from) / 1000;
    return NULL;
}

static void run_all(struct trial *trials, size_t n) {
    for (size_t i = 0; i < n; i++)
        assert_int_equal(pthread_create(&trials[i].thread, NULL, probe_it, &trials[i]), 0);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(pthread_join(trials[i].thread, NULL), 0);
        assert_ok(trials[i].err);
        assert_true(trials[i].took_ms < PROBE_WHOLE_MS);
    }
}

static const char *fact(const struct probe *p, const char *name) {
    for (size_t i = 0; i < p->fact_n; i++)
        if (strcmp(p->facts[i].name, name) == 0) return p->facts[i].value;
    return "";
}

static void every_language_is_found_whatever_it_was_asked_for(void **state) {
    (void)state;
    static struct trial trials[PAIRS];
    struct shop s;
    shop_open(&s);
    for (size_t i = 0; i < PAIRS; i++) {
        const size_t with = i % SHOP_ADDRESSES;
        shop_add(&s, i / SHOP_ADDRESSES, "", true);
        (void)snprintf(trials[i].uri, TEXT_CAP, "%s127.0.0.1:%u%s", shop_addresses[with].address,
                       hall_port(s.hall, i), shop_addresses[with].option);
    }
    shop_serve(&s);
    run_all(trials, PAIRS);
    shop_stop(&s);
    for (size_t i = 0; i < PAIRS; i++) {
        const struct probe *p = &trials[i].probe;
        const char *is = shop_addresses[i / SHOP_ADDRESSES].kind,
                   *with = shop_addresses[i % SHOP_ADDRESSES].kind;
        const bool right = strcmp(is, with) == 0 || strcmp(with, "any") == 0;
        if (strcmp(p->kind, is) != 0 || p->verdict != (right ? PROBE_SPEAKS : PROBE_OTHER))
            fail_msg("a %s asked as %s: %s, %s; %s", is, with, probe_verdict_name(p->verdict),
                     p->words, p->remedy);
        assert_true(p->fact_n > 0);
        assert_int_equal(p->remedy[0] == '\0', strcmp(is, with) == 0);
        if (record_n(hall_printer(s.hall, i)->record) != 0)
            fail_msg("a %s asked as %s did something", is, with);
    }
    assert_string_equal(fact(&trials[0].probe, "labels printed"), "31084");
    shop_close(&s);
}

static void a_printer_in_trouble_is_understood(void **state) {
    (void)state;
    static struct trial trials[3];
    static const struct {
        size_t kind;
        enum stop stop;
        const char *want;
    } cases[] = {{0, STOP_HEAD_OPEN, "head open"},
                 {0, STOP_PAPER_OUT, "paper out"},
                 {2, STOP_MENU, "WAITING"}};
    struct shop s;
    shop_open(&s);
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        shop_add(&s, cases[i].kind, "", true);
        hall_printer(s.hall, i)->stops |= 1u << cases[i].stop;
        hall_printer(s.hall, i)->until_us[cases[i].stop] = UINT64_MAX;
        (void)snprintf(trials[i].uri, TEXT_CAP, "%s127.0.0.1:%u",
                       shop_addresses[cases[i].kind].address, hall_port(s.hall, i));
    }
    shop_serve(&s);
    run_all(trials, CM_ARRAY_N(cases));
    shop_stop(&s);
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        assert_int_equal(trials[i].probe.verdict, PROBE_SPEAKS);
        assert_string_equal(fact(&trials[i].probe, "state"), cases[i].want);
    }
    assert_string_equal(fact(&trials[2].probe, "because"), "BLOCKED");
    shop_close(&s);
}

/* ---- What is no printer */

enum habit { HABIT_SILENT, HABIT_CUT, HABIT_HTTP, HABIT_SSH, HABIT_ECHO, HABIT_N };

struct stand_in {
    enum habit habit;
    int listener;
    uint16_t port;
    atomic_bool closing;
    pthread_t thread;
};

static void answer(const struct stand_in *s, int fd) {
    static const char http[] = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    static const char ssh[] = "SSH-2.0-OpenSSH_9.2\r\n";
    uint8_t bytes[1024];
    if (s->habit == HABIT_SSH) (void)send(fd, ssh, sizeof ssh - 1, MSG_NOSIGNAL);
    while (s->habit != HABIT_CUT) {
        const ssize_t n = recv(fd, bytes, sizeof bytes, 0);
        if (n <= 0) return;
        if (s->habit == HABIT_HTTP) (void)send(fd, http, sizeof http - 1, MSG_NOSIGNAL);
        if (s->habit == HABIT_HTTP) return;
        if (s->habit == HABIT_ECHO) (void)send(fd, bytes, (size_t)n, MSG_NOSIGNAL);
    }
}

static void *stand(void *ctx) {
    struct stand_in *s = ctx;
    while (!atomic_load(&s->closing)) {
        const int fd = accept(s->listener, NULL, NULL);
        if (fd < 0) continue;
        answer(s, fd);
        (void)close(fd);
    }
    return NULL;
}

static int listen_on(uint16_t *port) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof at;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0 && bind(fd, (const struct sockaddr *)&at, sizeof at) == 0 &&
                listen(fd, 8) == 0 && getsockname(fd, (struct sockaddr *)&at, &len) == 0);
    *port = ntohs(at.sin_port);
    return fd;
}

static void stand_up(struct stand_in *s, enum habit habit) {
    s->habit = habit;
    s->listener = listen_on(&s->port);
    assert_int_equal(pthread_create(&s->thread, NULL, stand, s), 0);
}

static void sit_down(struct stand_in *s) {
    atomic_store(&s->closing, true);
    (void)shutdown(s->listener, SHUT_RDWR);
    assert_int_equal(pthread_join(s->thread, NULL), 0);
    (void)close(s->listener);
}

/* Each asked as a ZPL printer, and as any. */
static void what_is_no_printer_is_explained(void **state) {
    (void)state;
    static const struct {
        enum probe_verdict verdict;
        const char *words;
    } want[HABIT_N + 1] = {
        [HABIT_SILENT] = {PROBE_SILENT, "says nothing"}, [HABIT_CUT] = {PROBE_CUT, "ends them"},
        [HABIT_HTTP] = {PROBE_STRANGE, "web server"},    [HABIT_SSH] = {PROBE_STRANGE, "login"},
        [HABIT_ECHO] = {PROBE_STRANGE, "no language"},   {PROBE_UNREACHABLE, "refused"}};
    static struct trial trials[2 * (HABIT_N + 1)];
    static struct stand_in stands[2 * HABIT_N];
    uint16_t nobody = 0;
    (void)close(listen_on(&nobody));
    for (size_t i = 0; i < CM_ARRAY_N(trials); i++) {
        const bool stands_there = i < CM_ARRAY_N(stands);
        if (stands_there) stand_up(&stands[i], (enum habit)(i / 2));
        (void)snprintf(trials[i].uri, TEXT_CAP, "%stcp://127.0.0.1:%u", i % 2 == 0 ? "zpl+" : "",
                       (unsigned)(stands_there ? stands[i].port : nobody));
    }
    run_all(trials, CM_ARRAY_N(trials));
    for (size_t i = 0; i < CM_ARRAY_N(trials); i++) {
        const struct probe *p = &trials[i].probe;
        if (p->verdict != want[i / 2].verdict || strstr(p->words, want[i / 2].words) == NULL)
            fail_msg("%s: %s, %s", trials[i].uri, probe_verdict_name(p->verdict), p->words);
        assert_true(p->remedy[0] != '\0' && p->fact_n == 0 && p->kind[0] == '\0');
    }
    for (size_t i = 0; i < CM_ARRAY_N(stands); i++)
        sit_down(&stands[i]);
}

static void addresses_that_cannot_be_asked_are_refused(void **state) {
    (void)state;
    static const char *const bad[] = {
        "file:labels.txt", "ipps://queue.example/ipp/print", "zpl+tcp:", "tcp://", "nonsense", ""};
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        struct cm_diag diag = DIAG_INIT;
        struct probe p;
        memset(&p, 0xA5, sizeof p);
        assert_true(probe_printer(bad[i], &p, &diag) != CM_OK);
        assert_true(diag.problem[0] != '\0' && diag.remedy[0] != '\0');
        assert_int_equal(((const uint8_t *)&p)[0], 0xA5);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_language_is_found_whatever_it_was_asked_for),
        cmocka_unit_test(a_printer_in_trouble_is_understood),
        cmocka_unit_test(what_is_no_printer_is_explained),
        cmocka_unit_test(addresses_that_cannot_be_asked_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
