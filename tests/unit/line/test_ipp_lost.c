/* The ipp driver when answers, jobs and lives are lost: a label never goes twice, and nothing is
 * claimed that the queue's own record does not bear out. */
#include "ipp_room.h"

#include "support/cm.h"

#include <string.h>

#include "line/ipp_message.h"
#include "support/splitmix.h"

/* Lost at each stage of its way, then a new link: what is found is followed, what is not is waited
 * for five seconds; nothing goes again. */
static void a_lost_answer_is_looked_up_by_name(void **state) {
    (void)state;
    static const struct {
        unsigned cut; /* as enum ipp_cut */
        bool arrives, hidden, no_list;
        enum unit_fate fate;
    } cases[] = {
        {IPP_CUT_BEFORE, false, false, false, FATE_UNSENT},
        {IPP_CUT_AMID, false, false, false, FATE_UNKNOWN}, /* a printer may print and forget */
        {IPP_CUT_AMID, true, true, false, FATE_UNKNOWN},
        {IPP_CUT_AMID, true, false, true, FATE_UNKNOWN},
        {IPP_CUT_AMID, true, false, false, FATE_UNKNOWN}, /* perhaps not all of it arrived */
    };
    for (unsigned i = 0; i < CM_ARRAY_N(cases); i++) {
        struct room *r = room_enter();
        struct buffer request = BUFFER_INIT, answer = BUFFER_INIT, frame = BUFFER_INIT;
        room_connect(r);
        r->q.no_list = cases[i].no_list;
        room_give(r, 3);
        assert_true(room_request(r, &request));
        if (cases[i].arrives) queue_hear(&r->q, buffer_slice(&request), &answer);
        queue_frame(&frame, cases[i].cut, buffer_slice(&request), slice_of(NULL, 0));
        driver_hear(r->d, buffer_slice(&frame), r->now_us);
        room_disconnect(r);
        queue_end_job(&r->q, IPP_JSTATE_COMPLETED, "none");
        if (cases[i].hidden) r->q.jobs[0].hidden = true;
        room_connect(r);
        if (cases[i].cut != IPP_CUT_BEFORE && !cases[i].arrives)
            assert_int_equal(driver_in_flight(r->d), 3); /* it may still come to light */
        room_pass(r, 6000);
        room_all_are(r, 0, 3, cases[i].fate);
        assert_int_equal(r->q.print_n, cases[i].arrives);
        buffer_free(&request);
        buffer_free(&answer);
        buffer_free(&frame);
        room_leave(r);
    }
}

/* The very words that name the job again, when its labels were counted. */
static void a_found_job_whose_labels_were_counted_is_printed(void **state) {
    (void)state;
    struct room *r = room_enter();
    struct buffer request = BUFFER_INIT, answer = BUFFER_INIT;
    r->q.counts_labels = true;
    room_connect(r);
    room_give(r, 3);
    assert_true(room_request(r, &request));
    queue_hear(&r->q, buffer_slice(&request), &answer);
    room_disconnect(r); /* without a word about the request */
    queue_end_job(&r->q, IPP_JSTATE_COMPLETED, "none");
    room_connect(r);
    room_pass(r, 300);
    room_all_are(r, 0, 3, FATE_PRINTED);
    assert_int_equal(r->q.print_n, 1);
    buffer_free(&request);
    buffer_free(&answer);
    room_leave(r);
}

static void units_that_did_not_leave_are_unsent(void **state) {
    (void)state;
    struct room *r = room_enter();
    room_connect(r);
    room_give(r, 3);
    room_disconnect(r);
    room_all_are(r, 0, 3, FATE_UNSENT);
    room_connect(r);
    room_give(r, 1);
    room_pass(r, 100);
    assert_int_equal(r->q.print_n, 1);
    assert_int_equal(r->q.jobs[0].first, 3);
    room_leave(r);
}

/* Switched off and on, a printer counts jobs from 1 again: another's job has the number of ours. */
static void a_number_of_another_job_is_not_ours(void **state) {
    (void)state;
    struct room *r = room_enter();
    r->q.counts_labels = true;
    room_connect(r);
    room_give(r, 2);
    room_pass(r, 300);
    (void)snprintf(r->q.jobs[0].name, sizeof r->q.jobs[0].name, "somebody's");
    queue_end_job(&r->q, IPP_JSTATE_COMPLETED, "none");
    room_pass(r, 300);
    room_all_are(r, 0, 2, FATE_UNKNOWN);
    room_leave(r);
}

/* ---- Another life */

static void next_life(struct room *r, struct cm_slice memory, unsigned first, unsigned n) {
    struct unit_past past[WINDOW];
    for (unsigned i = 0; i < n; i++)
        past[i] = (struct unit_past){.serial = first + i};
    room_new_driver(r);
    assert_ok(driver_remember(r->d, memory, past, n));
    room_reports(r);
}

/* Four units are journaled, three are in the job, then we fall. */
static void another_life_finds_its_job_and_knows_who_was_not_in_it(void **state) {
    (void)state;
    for (unsigned found = 0; found < 2; found++) {
        struct room *r = room_enter();
        struct buffer memory = BUFFER_INIT;
        r->q.counts_labels = true;
        room_connect(r);
        driver_memory(r->d, &memory);
        room_give(r, 3);
        room_pass(r, 300);
        queue_end_job(&r->q, IPP_JSTATE_COMPLETED, "none");
        r->q.jobs[0].hidden = found == 0;
        next_life(r, buffer_slice(&memory), 0, 4);
        room_connect(r);
        room_pass(r, 6000);
        room_all_are(r, 0, 3, found == 0 ? FATE_UNKNOWN : FATE_PRINTED);
        room_all_are(r, 3, 1, found == 0 ? FATE_UNKNOWN : FATE_UNSENT);
        assert_int_equal(r->q.print_n, 1);
        r->given = 4;
        room_pass(r, 12000); /* after a lost job it waits */
        room_give(r, 1);
        room_pass(r, 300);
        assert_int_equal(r->q.print_n, 2);
        room_books_close(r);
        buffer_free(&memory);
        room_leave(r);
    }
}

static void a_memory_that_says_nothing_makes_all_unknown(void **state) {
    (void)state;
    struct room *r = room_enter();
    room_connect(r);
    room_give(r, 2);
    room_pass(r, 300);
    next_life(r, slice_text("nonsense"), 0, 2);
    room_all_are(r, 0, 2, FATE_UNKNOWN);
    room_leave(r);
}

/* ---- Storms */

struct storm {
    struct room *r;
    uint64_t random;
    struct buffer memory; /* as the journal has it */
    unsigned journaled;   /* units written as sent */
    bool linked;
};

static unsigned dice(struct storm *s, unsigned sides) {
    return (unsigned)(splitmix_next(&s->random) % sides);
}

/* One request on its way: whole, in part or not at all; its answer whole or not at all. */
static void weather(struct storm *s, struct buffer *request) {
    struct room *r = s->r;
    struct buffer answer = BUFFER_INIT, frame = BUFFER_INIT;
    const unsigned luck = dice(s, 20);
    size_t arrives = luck == 0 ? 0 : request->len;
    const size_t head = 400; /* an IPP head is shorter; less of it makes no job */
    if (luck == 1 && request->len > head) arrives = head + dice(s, (unsigned)(request->len - head));
    if (arrives > 0) queue_hear(&r->q, slice_of(request->p, arrives), &answer);
    if (luck > 2) {
        queue_frame(&frame, 200, buffer_slice(request), buffer_slice(&answer));
        driver_hear(r->d, buffer_slice(&frame), r->now_us);
    } else {
        queue_frame(&frame, IPP_CUT_AMID, buffer_slice(request), slice_of(NULL, 0));
        if (dice(s, 2) == 0) driver_hear(r->d, buffer_slice(&frame), r->now_us);
        room_disconnect(r);
        s->linked = false;
    }
    buffer_free(&answer);
    buffer_free(&frame);
}

static void a_while(struct storm *s) {
    struct buffer request = BUFFER_INIT;
    for (unsigned i = dice(s, 30); i > 0; i--) {
        s->r->now_us += 10 * MS + dice(s, 200) * MS * (dice(s, 8) == 0);
        driver_tick(s->r->d, s->r->now_us);
        while (s->linked && room_request(s->r, &request))
            weather(s, &request);
        room_reports(s->r);
    }
    buffer_free(&request);
}

/* As a run does: memory and units are written, then the units are given, or we fall before. */
static void write_and_give(struct storm *s) {
    struct room *r = s->r;
    const size_t space = driver_room(r->d);
    if (space == 0) return;
    const unsigned n = 1 + dice(s, (unsigned)space);
    room_reports(r);
    buffer_clear(&s->memory);
    driver_memory(r->d, &s->memory);
    s->journaled += n;
    room_give(r, dice(s, 10) == 0 ? dice(s, n + 1) : n);
}

static void fall(struct storm *s) {
    struct room *r = s->r;
    unsigned n = 0;
    struct unit_past past[64];
    room_reports(r);
    for (unsigned i = 0; i < s->journaled; i++)
        if (r->fates[i] == FATE_N) past[n++] = (struct unit_past){.serial = i};
    room_new_driver(r);
    assert_ok(driver_remember(r->d, buffer_slice(&s->memory), past, n));
    r->given = s->journaled;
    s->linked = false;
    room_reports(r);
}

/* The printer's operator, its power and its history. */
static void queue_happens(struct storm *s) {
    struct queue *q = &s->r->q;
    static const ipp_status_t nos[] = {IPP_STATUS_OK, IPP_STATUS_OK, IPP_STATUS_ERROR_BUSY,
                                       IPP_STATUS_ERROR_INTERNAL};
    switch (dice(s, 9)) {
    case 0: queue_end_job(q, IPP_JSTATE_ABORTED, "aborted-by-system"); break;
    case 1: queue_end_job(q, IPP_JSTATE_CANCELED, "job-canceled-by-user"); break;
    case 2:
        if (q->job_n > 0 && queue_is_idle(q)) q->jobs[dice(s, q->job_n)].hidden = true;
        break;
    case 3: /* switched off and on: jobs are gone, numbers begin anew */
        for (unsigned i = 0; dice(s, 4) == 0 && i < q->job_n; i++)
            q->jobs[i].hidden = true;
        q->next_id = 1;
        break;
    case 4:
        q->refuse = nos[dice(s, CM_ARRAY_N(nos))];
        q->refuse_but_make = q->refuse == IPP_STATUS_ERROR_INTERNAL && dice(s, 2) == 0;
        break;
    default: queue_end_job(q, IPP_JSTATE_COMPLETED, "none"); break;
    }
}

static void judge(const struct room *r, unsigned journaled, uint64_t seed) {
    for (unsigned i = 0; i < QUEUE_UNITS; i++) {
        const enum unit_fate fate = r->fates[i];
        const bool claims_paper = fate == FATE_PRINTED || fate == FATE_DELIVERED;
        const bool claims_none = fate == FATE_UNSENT || fate == FATE_REFUSED;
        if (r->q.taken[i] > 1 || (claims_paper && r->q.taken[i] != 1) ||
            (claims_none && r->q.taken[i] != 0) || (i < journaled) != (fate != FATE_N))
            fail_msg("seed %llu: unit %u is %s, the queue took it %u times",
                     (unsigned long long)seed, i, unit_fate_name(fate), r->q.taken[i]);
    }
}

static void no_storm_sends_a_label_twice_or_claims_what_is_not_so(void **state) {
    (void)state;
    unsigned printed = 0, delivered = 0, unknown = 0, falls = 0;
    for (uint64_t seed = 1; seed <= 400; seed++) {
        struct storm s = {.r = room_enter(), .random = seed};
        s.r->q.counts_labels = seed % 2 == 0;
        for (unsigned i = 0; i < 150 && s.r->q.job_n + 2 < QUEUE_JOBS; i++) {
            if (!s.linked) driver_connected(s.r->d, s.r->now_us);
            s.linked = true;
            if (dice(&s, 3) > 0) write_and_give(&s);
            if (dice(&s, 15) == 0) {
                fall(&s);
                falls++;
            }
            a_while(&s);
            queue_happens(&s);
            room_books_close(s.r);
        }
        driver_abandon(s.r->d, s.r->now_us);
        room_reports(s.r);
        for (unsigned i = s.r->given; i < s.journaled; i++)
            s.r->fates[i] = FATE_UNSENT; /* never given: the run settles them itself */
        judge(s.r, s.journaled, seed);
        for (unsigned i = 0; i < s.journaled; i++) {
            printed += s.r->fates[i] == FATE_PRINTED;
            delivered += s.r->fates[i] == FATE_DELIVERED;
            unknown += s.r->fates[i] == FATE_UNKNOWN;
        }
        buffer_free(&s.memory);
        room_leave(s.r);
    }
    assert_true(printed > 500 && delivered > 500 && unknown > 500 && falls > 500);
}

/* After a jam: jobs of this run that have not ended are cancelled, those of others are not, and no
 * new job goes before. */
static void after_a_jam_jobs_of_ours_are_cancelled(void **state) {
    (void)state;
    for (unsigned anew = 0; anew < 2; anew++) {
        struct room *r = room_enter();
        room_connect(r);
        room_give(r, WINDOW);
        room_pass(r, 300);
        r->q.jobs[r->q.job_n] = r->q.jobs[0];
        (void)snprintf(r->q.jobs[r->q.job_n].name, sizeof r->q.jobs[0].name, "somebody's");
        r->q.jobs[r->q.job_n++].id = r->q.next_id++;
        r->q.no_cancel = true;
        if (anew == 1) room_new_driver(r); /* that knows of no job */
        driver_clear(r->d, r->now_us);
        if (anew == 1) room_connect(r);
        room_pass(r, 2000);
        assert_int_equal(r->state, DRIVER_FAULT); /* a person must do it */
        assert_non_null(strstr(r->words, "cancel the job at the queue"));
        assert_true(driver_clears(r->d));
        assert_int_equal(driver_room(r->d), 0);
        r->q.no_cancel = false;
        room_pass(r, 20000);
        assert_false(driver_clears(r->d));
        assert_int_equal(r->q.jobs[0].state, IPP_JSTATE_CANCELED);
        assert_int_equal(r->q.jobs[1].state, IPP_JSTATE_PROCESSING);
        if (anew == 0) room_all_are(r, 0, WINDOW, FATE_UNKNOWN);
        const unsigned first = r->given;
        room_give(r, 2);
        room_pass(r, 300);
        assert_int_equal(r->given, first + 2);
        assert_string_not_equal(r->q.jobs[2].name, r->q.jobs[0].name);
        room_leave(r);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lost_answer_is_looked_up_by_name),
        cmocka_unit_test(a_found_job_whose_labels_were_counted_is_printed),
        cmocka_unit_test(units_that_did_not_leave_are_unsent),
        cmocka_unit_test(a_number_of_another_job_is_not_ours),
        cmocka_unit_test(another_life_finds_its_job_and_knows_who_was_not_in_it),
        cmocka_unit_test(a_memory_that_says_nothing_makes_all_unknown),
        cmocka_unit_test(no_storm_sends_a_label_twice_or_claims_what_is_not_so),
        cmocka_unit_test(after_a_jam_jobs_of_ours_are_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
