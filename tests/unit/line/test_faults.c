/* Every fault of the emulated printers on every driver: no unit is taken twice by our doing, none
 * that we call voidable is on paper, none that we call printed is not, the books close, and the
 * operator is told. */
#include "support/cm.h"

#include "join.h"

#define UNITS 40u
#define SEEDS 20u

struct voice {
    const char *kind, *grammar, *message;
    bool slot;
};
static const struct voice voices[] = {
    {"zpl", "zpl", NULL, false},
    {"ztc", "ztc", "DM24", false},
    {"sppl", "sppl", "dm_53.rox", false},
    {"wsi", "wsi", NULL, true},
};

static void run(struct join *j, const struct voice *v, const char *faults, uint64_t seed) {
    const struct join_plan plan = {
        .kind = v->kind,
        .grammar = v->grammar,
        .message = v->message,
        .faults = faults,
        .units = UNITS,
        .rate_per_minute = v->slot ? 0 : 1200,
        .product_ms = v->slot ? 50 : 0,
        .seed = seed,
        .chop = seed % 5,
        .limit_ms = 30000,
        .finish = true,
    };
    join_run(j, &plan);
}

static uint64_t fated(const struct join *j, enum unit_fate fate) {
    return driver_fated(j->driver, fate);
}

static void show(const struct voice *v, const char *faults, const struct join *j) {
    print_message("%-5s %-28.28s given %zu printed %u unsent %u refused %u cleared %u unknown %u "
                  "copies %u ms %u\n",
                  v->kind, faults, j->given, (unsigned)fated(j, FATE_PRINTED),
                  (unsigned)fated(j, FATE_UNSENT), (unsigned)fated(j, FATE_REFUSED),
                  (unsigned)fated(j, FATE_CLEARED), (unsigned)fated(j, FATE_UNKNOWN),
                  (unsigned)j->copies, (unsigned)(j->now_us / 1000));
}

/* A run that nothing disturbs proves all its units; a slot may have to leave its last one open. */
static void clean_runs_are_proved(void **state) {
    (void)state;
    for (size_t i = 0; i < CM_ARRAY_N(voices); i++) {
        struct join j;
        run(&j, &voices[i], "", 0);
        show(&voices[i], "", &j);
        assert_int_equal(j.given, UNITS);
        if (!voices[i].slot) assert_int_equal(fated(&j, FATE_PRINTED), UNITS);
        assert_int_equal(driver_state(j.driver), DRIVER_STOPPED);
        join_close(&j);
    }
}

static const char *const faults[] = {
    "at reply 12 no-reply\nat reply 25 no-reply\n",
    "at reply 12 late 250\nat reply 25 late 450\n",
    "one-in reply 2 split\n",
    "one-in reply 7 join\n",
    "one-in reply 3 unsolicited\n",
    "at item 5 reset\nat item 15 reset\n",
    "at connect 1 reset\nat connect 2 reset\n",
    "at reply 9 reset\n",
    "at print 6 skip\n",
    "at print 6 skip counted\n",
    "at print 6 reprint\n",
    "at print 6 paper-out for 500\n",
    "at print 6 ribbon-out for 500\n",
    "at print 6 head-open for 500\n",
    "at item 6 menu for 500\n",
    "at item 8 power keep for 200\n",
    "at item 8 power lose for 200\n",
    "at print 8 power keep for 200\n",
    "at print 8 power lose for 200\n",
    "at item 3 repeat-last\n",
    "at item 3 stop-empty\n",
};

static void every_fault_on_every_driver(void **state) {
    (void)state;
    for (size_t i = 0; i < CM_ARRAY_N(voices); i++)
        for (size_t k = 0; k < CM_ARRAY_N(faults); k++) {
            struct join j;
            run(&j, &voices[i], faults[k], k);
            show(&voices[i], faults[k], &j);
            join_close(&j);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clean_runs_are_proved),
        cmocka_unit_test(every_fault_on_every_driver),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
