/* The ipp driver beside a queue in memory: what it proves, what it refuses to believe, what it
 * tells the operator. Answers are made by libcups (ipp_queue.c). */
#include "ipp_room.h"

#include "support/cm.h"

#include <string.h>

#include "line/ipp_job.h"

static void example_of_use(void **state) {
    (void)state;
    struct room *r = room_enter();
    r->q.counts_labels = true;
    room_connect(r);
    assert_int_equal(r->state, DRIVER_RUNNING);
    room_give(r, WINDOW);
    room_pass(r, 300);
    assert_string_equal(r->q.jobs[0].name, "run-1.1.0-00000000000000000003");
    assert_int_equal(driver_in_flight(r->d), WINDOW);
    assert_int_equal(driver_room(r->d), 0);
    queue_end_job(&r->q, IPP_JSTATE_COMPLETED, "job-completed-successfully");
    room_pass(r, 300);
    room_all_are(r, 0, WINDOW, FATE_PRINTED);
    assert_int_equal(driver_room(r->d), WINDOW);
    driver_stop(r->d, r->now_us);
    room_pass(r, 300);
    assert_int_equal(r->state, DRIVER_STOPPED);
    room_leave(r);
}

/* A queue that counts documents says 1 of one label, and is not believed; after a job of several it
 * is known to count labels. */
static void impressions_prove_labels_only_where_they_are_counted(void **state) {
    (void)state;
    static const struct {
        bool documents, labels;
        unsigned units[3];
        enum unit_fate fates[3];
    } cases[] = {
        {false, false, {4, 1, 2}, {FATE_DELIVERED, FATE_DELIVERED, FATE_DELIVERED}},
        {true, false, {1, 4, 1}, {FATE_DELIVERED, FATE_DELIVERED, FATE_DELIVERED}},
        {false, true, {1, 2, 1}, {FATE_DELIVERED, FATE_PRINTED, FATE_PRINTED}},
    };
    for (unsigned i = 0; i < CM_ARRAY_N(cases); i++) {
        struct room *r = room_enter();
        r->q.counts_documents = cases[i].documents;
        r->q.counts_labels = cases[i].labels;
        room_connect(r);
        for (unsigned k = 0; k < 3; k++) {
            const unsigned first = r->given;
            room_give(r, cases[i].units[k]);
            room_pass(r, 300);
            queue_end_job(&r->q, IPP_JSTATE_COMPLETED, "none");
            room_pass(r, 300);
            room_all_are(r, first, cases[i].units[k], cases[i].fates[k]);
        }
        room_leave(r);
    }
}

static void a_failed_job_is_unknown_and_the_next_one_waits_ever_longer(void **state) {
    (void)state;
    struct room *r = room_enter();
    room_connect(r);
    for (unsigned i = 0; i < 4; i++) {
        room_give(r, 1);
        assert_int_equal(r->given, i + 1);
        room_pass(r, 300);
        queue_end_job(&r->q, IPP_JSTATE_ABORTED, "aborted-by-system");
        room_pass(r, 300);
        room_all_are(r, i, 1, FATE_UNKNOWN);
        assert_int_equal(r->state, DRIVER_FAULT);
        assert_string_equal(r->words, "a job was aborted: aborted-by-system");
        assert_int_equal(driver_room(r->d), 0);
        room_pass(r, (5000u << i) - 1000);
        assert_int_equal(driver_room(r->d), 0);
        room_pass(r, 7000); /* it is looked at every five seconds */
        assert_int_equal(driver_room(r->d), WINDOW);
    }
    room_leave(r);
}

static const struct {
    ipp_status_t status;
    bool makes;
    enum unit_fate fate;
} answers[] = {
    {IPP_STATUS_ERROR_BAD_REQUEST, false, FATE_REFUSED},
    {IPP_STATUS_ERROR_NOT_FOUND, false, FATE_REFUSED},
    {IPP_STATUS_ERROR_DOCUMENT_FORMAT_NOT_SUPPORTED, false, FATE_REFUSED},
    {IPP_STATUS_ERROR_NOT_ACCEPTING_JOBS, false, FATE_REFUSED},
    {IPP_STATUS_ERROR_BUSY, false, FATE_REFUSED},
    /* These may come after a job was made: ippeveprinter answers 0500 and keeps the job. */
    {IPP_STATUS_ERROR_INTERNAL, true, FATE_UNKNOWN},
    {IPP_STATUS_ERROR_INTERNAL, false, FATE_UNKNOWN},
    {IPP_STATUS_ERROR_DEVICE, false, FATE_UNKNOWN},
    {IPP_STATUS_ERROR_JOB_CANCELED, true, FATE_UNKNOWN},
};

static void a_no_refuses_only_where_no_job_can_be(void **state) {
    (void)state;
    for (unsigned i = 0; i < CM_ARRAY_N(answers); i++) {
        struct room *r = room_enter();
        room_connect(r);
        r->q.refuse = answers[i].status;
        r->q.refuse_but_make = answers[i].makes;
        room_give(r, 2);
        room_pass(r, 300);
        queue_end_job(&r->q, IPP_JSTATE_COMPLETED, "none");
        room_pass(r, 8000);
        room_all_are(r, 0, 2, answers[i].fate);
        assert_int_equal(r->q.print_n, 1);
        room_leave(r);
    }
}

static const struct {
    ipp_pstate_t state;
    const char *reasons[3];
    const char *policy, *format;
    bool rejecting;
    enum driver_state told;
    const char *words;
} moods[] = {
    {IPP_PSTATE_IDLE, {"none"}, NULL, NULL, false, DRIVER_RUNNING, ""},
    {IPP_PSTATE_IDLE, {"none"}, "abort-job", NULL, false, DRIVER_RUNNING, ""},
    {IPP_PSTATE_STOPPED,
     {"media-empty-error"},
     NULL,
     NULL,
     false,
     DRIVER_PAPER_OUT,
     "media-empty-error"},
    {IPP_PSTATE_PROCESSING,
     {"media-empty-warning"},
     NULL,
     NULL,
     false,
     DRIVER_PAPER_OUT,
     "media-empty-warning"},
    {IPP_PSTATE_IDLE, {"media-empty-warning"}, NULL, NULL, false, DRIVER_RUNNING, ""},
    {IPP_PSTATE_IDLE, {"toner-low", "cups-remote-x"}, NULL, NULL, false, DRIVER_RUNNING, ""},
    {IPP_PSTATE_STOPPED,
     {"paused", "cover-open"},
     NULL,
     NULL,
     false,
     DRIVER_HEAD_OPEN,
     "cover-open"},
    {IPP_PSTATE_STOPPED,
     {"marker-supply-empty-error"},
     NULL,
     NULL,
     false,
     DRIVER_RIBBON_OUT,
     "marker-supply-empty-error"},
    {IPP_PSTATE_STOPPED, {"paused"}, NULL, NULL, false, DRIVER_PAUSED, "paused"},
    {IPP_PSTATE_STOPPED, {"none"}, NULL, NULL, false, DRIVER_FAULT, "the queue is stopped"},
    {IPP_PSTATE_IDLE, {"strange\x1b[2J"}, NULL, NULL, false, DRIVER_FAULT, "strange?[2J"},
    {IPP_PSTATE_IDLE,
     {"none"},
     NULL,
     NULL,
     true,
     DRIVER_PAUSED,
     "the queue takes no jobs: cupsaccept, or its panel"},
    {IPP_PSTATE_IDLE,
     {"none"},
     NULL,
     "image/pwg-raster",
     false,
     DRIVER_FAULT,
     "it does not take this format: try ?format=application/octet-stream"},
    /* cupsd.conf(5): these three try a failed job again. */
    {IPP_PSTATE_IDLE,
     {"none"},
     "stop-printer",
     NULL,
     false,
     DRIVER_FAULT,
     "it repeats failed jobs: lpadmin -o printer-error-policy=abort-job"},
    {IPP_PSTATE_IDLE,
     {"none"},
     "retry-job",
     NULL,
     false,
     DRIVER_FAULT,
     "it repeats failed jobs: lpadmin -o printer-error-policy=abort-job"},
    {IPP_PSTATE_IDLE,
     {"none"},
     "retry-current-job",
     NULL,
     false,
     DRIVER_FAULT,
     "it repeats failed jobs: lpadmin -o printer-error-policy=abort-job"},
};

static void what_is_in_the_way_is_told_and_nothing_is_given(void **state) {
    (void)state;
    for (unsigned i = 0; i < CM_ARRAY_N(moods); i++) {
        struct room *r = room_enter();
        r->q.state = moods[i].state;
        memcpy(r->q.reasons, moods[i].reasons, sizeof moods[i].reasons);
        r->q.policy = moods[i].policy;
        if (moods[i].format != NULL) r->q.format = moods[i].format;
        r->q.rejecting = moods[i].rejecting;
        room_connect(r);
        assert_int_equal(r->state, moods[i].told);
        assert_string_equal(r->words, moods[i].words);
        assert_int_equal(driver_room(r->d), moods[i].told == DRIVER_RUNNING ? WINDOW : 0);
        r->q.state = IPP_PSTATE_IDLE; /* mended: it goes on by itself */
        r->q.reasons[0] = "none";
        r->q.reasons[1] = r->q.policy = NULL;
        r->q.format = "application/vnd.zebra-zpl";
        r->q.rejecting = false;
        room_pass(r, 6000);
        assert_int_equal(driver_room(r->d), WINDOW);
        room_leave(r);
    }
}

/* Jobs of earlier runs of that name, and of others: numbers go on above them. */
static void a_job_never_has_the_name_of_one_that_can_be_seen(void **state) {
    (void)state;
    static const char *const names[] = {"run-1.7.0-00000000000000000003",
                                        "run-1.2.9-3",
                                        "run-1",
                                        "run-12.99.0-3",
                                        "run-1.x.0-3",
                                        "run-1.4294967296.0-3"};
    struct room *r = room_enter();
    for (unsigned i = 0; i < CM_ARRAY_N(names); i++) {
        struct queue_job *job = &r->q.jobs[r->q.job_n++];
        *job = (struct queue_job){
            .id = r->q.next_id++, .state = IPP_JSTATE_COMPLETED, .reason = "none"};
        (void)snprintf(job->name, sizeof job->name, "%s", names[i]);
    }
    room_connect(r);
    room_give(r, 1);
    room_pass(r, 50);
    assert_string_equal(r->q.jobs[r->q.job_n - 1].name, "run-1.8.0-00000000000000000000");
    room_leave(r);
}

/* ---- Bytes */

static void an_answer_may_come_split_at_every_byte(void **state) {
    (void)state;
    struct room *r = room_enter();
    struct buffer request = BUFFER_INIT;
    room_connect(r);
    room_give(r, 2);
    room_pass(r, 100);
    while (!room_request(r, &request)) {
        r->now_us += 10 * MS;
        driver_tick(r->d, r->now_us);
    }
    struct buffer answer = BUFFER_INIT, frame = BUFFER_INIT;
    queue_end_job(&r->q, IPP_JSTATE_COMPLETED, "none");
    queue_hear(&r->q, buffer_slice(&request), &answer);
    queue_frame(&frame, 200, buffer_slice(&request), buffer_slice(&answer));
    for (size_t i = 0; i < frame.len; i++)
        driver_hear(r->d, slice_of(frame.p + i, 1), r->now_us);
    room_pass(r, 10);
    room_all_are(r, 0, 2, FATE_DELIVERED);
    buffer_free(&request);
    buffer_free(&answer);
    buffer_free(&frame);
    room_leave(r);
}

static void names_of_runs_that_are_long_or_strange_stay_apart(void **state) {
    (void)state;
    char a[IPP_PREFIX_CAP], b[IPP_PREFIX_CAP], name[IPP_NAME_CAP];
    char long_a[301], long_b[301];
    uint32_t number = 0;
    uint64_t last = 0;
    memset(long_a, 'x', 300);
    long_a[300] = '\0';
    memcpy(long_b, long_a, sizeof long_a);
    long_b[299] = 'y';
    ipp_job_prefix(long_a, a);
    ipp_job_prefix(long_b, b);
    assert_string_not_equal(a, b);
    ipp_job_prefix("caf\xC3\xA9", a);
    ipp_job_prefix("caf\xC3\xA8", b);
    assert_string_not_equal(a, b);
    ipp_job_name(a, UINT32_MAX, UINT64_MAX, UINT64_MAX, name);
    assert_true(ipp_job_read(name, a, &number, &last));
    assert_int_equal(number, UINT32_MAX);
    assert_true(last == UINT64_MAX);
    assert_false(ipp_job_read(name, b, &number, &last));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(example_of_use),
        cmocka_unit_test(impressions_prove_labels_only_where_they_are_counted),
        cmocka_unit_test(a_failed_job_is_unknown_and_the_next_one_waits_ever_longer),
        cmocka_unit_test(a_no_refuses_only_where_no_job_can_be),
        cmocka_unit_test(what_is_in_the_way_is_told_and_nothing_is_given),
        cmocka_unit_test(a_job_never_has_the_name_of_one_that_can_be_seen),
        cmocka_unit_test(an_answer_may_come_split_at_every_byte),
        cmocka_unit_test(names_of_runs_that_are_long_or_strange_stay_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
