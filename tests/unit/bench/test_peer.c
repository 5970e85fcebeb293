/* Peers in node: the runner that the bench really uses, with tasks that need no package. */
#include "support/cm.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "bench/peer.h"

#define RUNNER CM_SOURCE_DIR "/tests/bench/peers/main.mjs"
#define LEG_S  1e-3 /* one round */

static void a_task_answers_with_what_it_measured(void **state) {
    (void)state;
    CM_CLEANUP(peer_stop) struct peer peer = PEER_INIT;
    struct peer_task task = {&peer, "cards.byHand", NULL};
    struct leg leg = {.items = 0};
    assert_ok(peer_start(&peer, RUNNER, NULL));
    assert_ok(peer_run(&task, LEG_S, &leg));
    assert_true(leg.items > 999999.5 && leg.items < 1000000.5); /* a round */
    assert_true(leg.seconds >= LEG_S);
    assert_true(leg.cpu_s > 0);
    assert_true(leg.peak > 1 << 20);
}

static void a_task_that_fails_is_quoted_and_the_peer_goes_on(void **state) {
    (void)state;
    CM_CLEANUP(peer_stop) struct peer peer = PEER_INIT;
    struct cm_diag diag = DIAG_INIT;
    struct peer_task none = {&peer, "cards.nothing", &diag}, good = {&peer, "cards.byHand", &diag};
    struct leg leg = {.items = 0};
    assert_ok(peer_start(&peer, RUNNER, NULL));
    assert_err(CM_E_STATE, peer_run(&none, LEG_S, &leg));
    assert_string_equal(diag.input, "cards.nothing");
    assert_non_null(strstr(diag.problem, "cards.mjs has no task nothing"));
    none.task = "no_such_file.task";
    assert_err(CM_E_STATE, peer_run(&none, LEG_S, &leg));
    assert_ok(peer_run(&good, LEG_S, &leg));
}

static void a_peer_that_does_not_start_is_named(void **state) {
    (void)state;
    struct peer peer = PEER_INIT;
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_NOT_FOUND, peer_start(&peer, "/no/such/script.mjs", &diag));
    assert_string_equal(diag.input, "/no/such/script.mjs");
}

static void a_peer_that_died_is_a_fault_of_its_leg(void **state) {
    (void)state;
    CM_CLEANUP(peer_stop) struct peer peer = PEER_INIT;
    struct peer_task task = {&peer, "cards.byHand", NULL};
    struct leg leg = {.items = 0};
    assert_ok(peer_start(&peer, RUNNER, NULL));
    assert_int_equal(kill(peer.pid, SIGKILL), 0);
    assert_int_equal(waitpid(peer.pid, NULL, 0), peer.pid);
    for (unsigned i = 0; i < 2; i++) /* the second finds the pipe closed */
        assert_err(CM_E_IO, peer_run(&task, LEG_S, &leg));
    peer.pid = 0;
}

int main(void) {
    (void)signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_task_answers_with_what_it_measured),
        cmocka_unit_test(a_task_that_fails_is_quoted_and_the_peer_goes_on),
        cmocka_unit_test(a_peer_that_does_not_start_is_named),
        cmocka_unit_test(a_peer_that_died_is_a_fault_of_its_leg),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
