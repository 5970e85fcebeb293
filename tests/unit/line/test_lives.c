/* Our own death: the program is killed at random moments, with bytes of its last units on their way
 * or not, and a new driver settles what the earlier one left in flight. The printer's own record
 * judges as in test_faults.c: nothing is taken twice, nothing that we call voidable is on paper,
 * none that we call printed is not, and every unit has one fate. */
#include "support/cm.h"

#include "join.h"

#define UNITS      60u
#define SLOW_UNITS 20u

struct voice {
    const char *kind, *grammar, *message;
    bool slot, blind;
};
static const struct voice voices[] = {
    {"zpl", "zpl", NULL, false, false},          {"ztc", "ztc", "DM24", false, false},
    {"sppl", "sppl", "dm_53.rox", false, false}, {"wsi", "wsi", NULL, true, false},
    {"raw", "codenet", NULL, true, false},       {"raw", "ngpcl", "BOX", true, true},
};

static struct join_plan plan_of(const struct voice *v, uint64_t seed) {
    return (struct join_plan){
        .kind = v->kind,
        .grammar = v->grammar,
        .message = v->message,
        .units = UNITS,
        .rate_per_minute = v->slot ? 0 : 1200,
        .product_ms = v->slot ? 50 : 0,
        .passing = v->blind,
        .seed = seed,
        .chop = seed % 5,
        .limit_ms = 30000,
        .finish = true,
    };
}

/* Every unit that was given left with one fate. */
static void books_close(const struct join *j) {
    for (size_t i = 0; i < j->given; i++)
        if (j->fates[i] == 0) fail_msg("%s: unit %zu has no fate", j->plan.grammar, i);
}

static size_t count(const struct join *j, enum unit_fate fate) {
    size_t n = 0;
    for (size_t i = 0; i < j->sent; i++)
        n += j->fates[i] == 1u << fate;
    return n;
}

/* Five labels in flight, the program dies, the printer prints on: all are printed in time. */
static void labels_of_an_earlier_life_are_settled(void **state) {
    (void)state;
    struct join j;
    struct join_plan p = plan_of(&voices[0], 1);
    p.units = 5;
    join_open(&j, &p);
    for (unsigned ms = 0; ms < 5000 && join_met(&j, RECORD_PRINTED) < 2; ms++)
        join_step(&j);
    join_die(&j);
    assert_true(driver_in_flight(j.driver) >= 3);
    for (unsigned ms = 0; ms < 5000 && driver_in_flight(j.driver) > 0; ms++)
        join_step(&j);
    assert_int_equal(count(&j, FATE_PRINTED), 5);
    join_judge(&j);
    join_close(&j);
}

/* A printer that is kept busy by its buffer does not stop for our death: SLR, SRC and SNI prove
 * that its records are there, and not one is lost or voided. */
static void records_are_kept_over_a_death(void **state) {
    (void)state;
    for (size_t v = 1; v <= 2; v++) {
        struct join j;
        struct join_plan p = plan_of(&voices[v], 0);
        join_open(&j, &p);
        for (unsigned ms = 0; ms < 5000 && join_met(&j, RECORD_PRINTED) < 5; ms++)
            join_step(&j);
        while (driver_in_flight(j.driver) == 0 || driver_out(j.driver).len > 0)
            join_step(&j);
        join_die(&j);
        while (driver_state(j.driver) != DRIVER_STOPPED && j.now_us < 30000000) {
            join_step(&j);
            if (j.given == UNITS && driver_in_flight(j.driver) == 0)
                driver_stop(j.driver, j.now_us);
        }
        assert_int_equal(count(&j, FATE_PRINTED), UNITS);
        assert_int_equal(join_met(&j, RECORD_CLEARED), 0);
        join_judge(&j);
        join_close(&j);
    }
}

static void slow(struct join_plan *p, bool slot, uint64_t rate) {
    if (slot) p->product_ms = 60000 / rate;
    if (!slot) p->rate_per_minute = rate;
    p->units = SLOW_UNITS;
    p->limit_ms = 300000;
}

static void live_and_die_at(uint64_t rate, const char *faults, unsigned deaths, unsigned one_in,
                            uint64_t seeds) {
    for (size_t v = 0; v < CM_ARRAY_N(voices); v++) {
        uint64_t died = 0, printed = 0;
        for (uint64_t seed = 1; seed <= seeds; seed++) {
            struct join j;
            struct join_plan p = plan_of(&voices[v], seed);
            if (rate > 0) slow(&p, voices[v].slot, rate);
            p.faults = faults;
            p.deaths = deaths;
            p.one_in = one_in;
            p.ahead = seed % 3 * 4;
            p.window = seed % 4 == 0 ? 0 : 4; /* small: units are said while others print */
            join_run(&j, &p);
            books_close(&j);
            died += j.deaths;
            printed += count(&j, FATE_PRINTED);
            join_close(&j);
        }
        assert_true(died >= seeds * deaths / 2);
        assert_true(printed > 0 || voices[v].blind);
    }
}

static void live_and_die(const char *faults, unsigned deaths, unsigned one_in, uint64_t seeds) {
    live_and_die_at(0, faults, deaths, one_in, seeds);
}

static void a_thousand_deaths_send_nothing_twice(void **state) {
    (void)state;
    live_and_die("", 10, 150, 30);
}

#define STORM                                                                                      \
    "one-in print 15 paper-out for 50\n"                                                           \
    "one-in print 18 head-open for 50\n"                                                           \
    "one-in item 20 reset\n"                                                                       \
    "one-in item 30 power lose for 60\n"                                                           \
    "one-in print 30 power keep for 60\n"                                                          \
    "one-in item 25 menu for 60\n"                                                                 \
    "one-in reply 30 no-reply\n"                                                                   \
    "one-in reply 30 late 150\n"                                                                   \
    "one-in reply 9 split\n"                                                                       \
    "one-in reply 20 join\n"                                                                       \
    "one-in reply 40 reset\n"

/* Printers that do not lie: each claim of a print is judged, too. */
static void deaths_amid_a_storm_of_faults(void **state) {
    (void)state;
    live_and_die(STORM, 6, 200, 30);
}

static void deaths_beside_printers_that_skip_and_repeat(void **state) {
    (void)state;
    live_and_die(STORM "one-in print 25 reprint\none-in print 30 skip\n", 6, 200, 30);
}

/* A label a resting time or several: one that the last life left in the press is in no count yet
 * when the next one asks (test_faults.c tells of the rates). */
static void deaths_beside_slow_printers(void **state) {
    (void)state;
    live_and_die_at(450, "", 6, 200, 4);
    live_and_die_at(200, "", 6, 200, 4);
    live_and_die_at(450, STORM, 4, 400, 4);
    live_and_die_at(200, STORM, 4, 400, 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_of_an_earlier_life_are_settled),
        cmocka_unit_test(records_are_kept_over_a_death),
        cmocka_unit_test(a_thousand_deaths_send_nothing_twice),
        cmocka_unit_test(deaths_amid_a_storm_of_faults),
        cmocka_unit_test(deaths_beside_printers_that_skip_and_repeat),
        cmocka_unit_test(deaths_beside_slow_printers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
