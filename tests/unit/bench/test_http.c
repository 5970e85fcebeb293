/* The load generator of the bench against the library's constant answer: what it counts, and that
 * it cannot be satisfied by refusals. */
#include "support/cm.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "bench/http_host.h"
#include "bench/http_load.h"
#include "support/scratch.h"

#define LEG_S       0.05
#define LATENCIES_N 100000u
#define CODE_LEN    4u
#define CODES_N     64u
#define PATH_CAP    1024u

static const char accepts[] = "{\"verdict\":\"accepted\"}";
static const char texts[CODES_N * CODE_LEN + 1] = "AAAABBBBCCCCDDDD"; /* the rest is NUL */

struct stand {
    struct http_host host;
    struct http_stock stock;
    struct latencies latencies;
    struct cm_diag diag;
    struct http_load load;
};

static void stand_down(struct stand *s) {
    http_host_stop(&s->host);
    latencies_free(&s->latencies);
}

static void stand_up(struct stand *s, const char *answer, struct http_host_options o) {
    cpu_set_t home;
    meter_home(&home);
    o.home = &home;
    s->diag = (struct cm_diag)DIAG_INIT;
    assert_ok(latencies_init(&s->latencies, LATENCIES_N));
    assert_ok(http_host_constant(&s->host, answer, &o, &s->diag));
    s->stock = (struct http_stock){.texts = texts, .n = CODES_N, .len = CODE_LEN};
    s->load = (struct http_load){.port = s->host.port,
                                 .tls = o.key != NULL,
                                 .connections = 4,
                                 .leg_max = SIZE_MAX / 2,
                                 .path = "/v1/check",
                                 .token = "cmk_test_abc",
                                 .stock = &s->stock,
                                 .judged = true,
                                 .pids = {s->host.pid},
                                 .latencies = &s->latencies,
                                 .diag = &s->diag};
}
#define NO_HOST ((struct stand){.host = HTTP_HOST_NONE})

static void a_leg_counts_codes_latencies_and_the_servers_cpu(void **state) {
    (void)state;
    CM_CLEANUP(stand_down) struct stand s = NO_HOST;
    stand_up(&s, accepts, (struct http_host_options){.key = NULL});
    struct leg leg = {.items = 0};
    assert_ok(http_load_run(&s.load, LEG_S, &leg));
    assert_true(leg.items >= 4 && leg.seconds >= LEG_S);
    assert_true(leg.cpu_s > 0 && leg.p50_us > 0 && leg.p99_us >= leg.p50_us);
}

static void an_array_is_as_many_codes_as_it_holds(void **state) {
    (void)state;
    CM_CLEANUP(stand_down) struct stand s = NO_HOST;
    stand_up(&s, "[{\"verdict\":\"accepted\"},{\"verdict\":\"accepted\"}]",
             (struct http_host_options){.key = NULL});
    s.load.group = 2;
    s.load.leg_max = 40;
    struct leg leg = {.items = 0};
    assert_ok(http_load_run(&s.load, LEG_S, &leg));
    assert_true(leg.items >= 8 && leg.items <= 40);
    s.load.group = 3; /* of which two are accepted */
    assert_err(CM_E_STATE, http_load_run(&s.load, LEG_S, &leg));
}

static void codes_of_a_stock_to_spend_are_sent_once(void **state) {
    (void)state;
    CM_CLEANUP(stand_down) struct stand s = NO_HOST;
    stand_up(&s, accepts, (struct http_host_options){.key = NULL});
    s.stock.spent = true;
    s.load.leg_max = CODES_N;
    struct leg leg = {.items = 0};
    assert_ok(http_load_run(&s.load, LEG_S * 20, &leg));
    assert_true(leg.items <= CODES_N && (double)s.stock.next == leg.items);
    s.load.leg_max = SIZE_MAX / 2;
    assert_err(CM_E_LIMIT, http_load_run(&s.load, LEG_S * 20, &leg));
}

static void refusals_end_a_leg_unless_nobody_judges(void **state) {
    (void)state;
    CM_CLEANUP(stand_down) struct stand s = NO_HOST;
    stand_up(&s, "{\"verdict\":\"not_a_code\"}", (struct http_host_options){.key = NULL});
    struct leg leg = {.items = 0};
    assert_err(CM_E_STATE, http_load_run(&s.load, LEG_S, &leg));
    assert_non_null(strstr(s.diag.problem, "not_a_code"));
    s.load.judged = false;
    assert_ok(http_load_run(&s.load, LEG_S, &leg));
}

static void nobody_there_is_an_error(void **state) {
    (void)state;
    CM_CLEANUP(stand_down) struct stand s = NO_HOST;
    stand_up(&s, accepts, (struct http_host_options){.key = NULL});
    http_host_stop(&s.host);
    struct leg leg = {.items = 0};
    assert_err(CM_E_IO, http_load_run(&s.load, LEG_S, &leg));
}

static void folder_remove(const struct scratch *s) { scratch_remove(s->path); }

static void tls_is_spoken_when_asked(void **state) {
    (void)state;
    char certificate[PATH_CAP], key[PATH_CAP];
    CM_CLEANUP(folder_remove) struct scratch dir;
    assert_true(scratch_make(&dir));
    CM_CLEANUP(stand_down) struct stand s = NO_HOST;
    assert_ok(http_host_certificate(dir.path, &s.diag));
    (void)snprintf(certificate, sizeof certificate, "%s/" HTTP_HOST_CERTIFICATE, dir.path);
    (void)snprintf(key, sizeof key, "%s/" HTTP_HOST_KEY, dir.path);
    stand_up(&s, accepts, (struct http_host_options){.certificate = certificate, .key = key});
    struct leg leg = {.items = 0};
    assert_ok(http_load_run(&s.load, LEG_S, &leg));
    assert_true(leg.items >= 4);
    s.load.tls = false; /* a bare request is no TLS record */
    assert_err(CM_E_IO, http_load_run(&s.load, LEG_S, &leg));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_leg_counts_codes_latencies_and_the_servers_cpu),
        cmocka_unit_test(an_array_is_as_many_codes_as_it_holds),
        cmocka_unit_test(codes_of_a_stock_to_spend_are_sent_once),
        cmocka_unit_test(refusals_end_a_leg_unless_nobody_judges),
        cmocka_unit_test(nobody_there_is_an_error),
        cmocka_unit_test(tls_is_spoken_when_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
