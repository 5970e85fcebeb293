/* Commands measured from outside, judged by commands whose cost is known: dd holds the block that
 * it was told to hold (coreutils, "dd invocation", bs=), sh says its own exit status. */
#include "support/cm.h"

#include <string.h>

#include "bench/job.h"
#include "support/scratch.h"

#define BLOCK (96.0 * 1024 * 1024)

struct place {
    struct scratch scratch;
    struct server folder;
};

static void enter(struct place *p) {
    assert_true(scratch_make(&p->scratch));
    assert_ok(server_folder(&p->folder, "job", NULL, p->scratch.path, NULL));
}

static void leave(struct place *p) {
    server_stop(&p->folder);
    scratch_remove(p->scratch.path);
}

static void a_command_is_measured_from_outside(void **state) {
    (void)state;
    static const char *const argv[] = {"dd",     "if=/dev/zero", "of=/dev/null",
                                       "bs=96M", "count=24",     NULL};
    struct place p;
    struct leg leg = {.items = 24};
    enter(&p);
    assert_ok(job_run(&p.folder, argv, &leg, NULL));
    assert_true(leg.seconds > 0 && leg.cpu_s > 0);
    assert_true(leg.items == 24);
    assert_true(leg.peak >= BLOCK && leg.peak < 2 * BLOCK);
    leave(&p);
}

static void processor_time_of_all_of_a_pipe_counts(void **state) {
    (void)state;
    static const char *const argv[] = {
        "sh", "-c", "dd if=/dev/zero bs=1M count=400 | dd of=/dev/null bs=1M", NULL};
    struct place p;
    struct leg leg = {.items = 1};
    enter(&p);
    assert_ok(job_run(&p.folder, argv, &leg, NULL));
    assert_true(leg.cpu_s > 0.01); /* 400 MiB are copied three times: no machine has 40 GiB/s */
    leave(&p);
}

static void a_command_that_fails_is_an_error_with_its_own_words(void **state) {
    (void)state;
    static const char *const argv[] = {"sh", "-c", "echo the paper is out >&2; exit 3", NULL};
    struct cm_diag diag = DIAG_INIT;
    char line[1024];
    struct place p;
    struct leg leg = {.items = 1};
    enter(&p);
    assert_int_equal(job_run(&p.folder, argv, &leg, &diag), CM_E_STATE);
    (void)diag_text(&diag, CM_E_STATE, line, sizeof line);
    assert_non_null(strstr(line, "the paper is out"));
    leave(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_is_measured_from_outside),
        cmocka_unit_test(processor_time_of_all_of_a_pipe_counts),
        cmocka_unit_test(a_command_that_fails_is_an_error_with_its_own_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
