/* The room in which driver and queue meet; time is the test's. */
#include "ipp_room.h"

#include "support/cm.h"

#include <string.h>

void room_new_driver(struct room *r) {
    const struct driver_options o = {.kind = &kind_ipp,
                                     .fields = {"code"},
                                     .template_text = slice_text("^XA^FO1,1^FD{code}^FS^XZ"),
                                     .name = "run-1",
                                     .address = "ipp://zebra/ipp/print",
                                     .window = WINDOW};
    driver_free(r->d);
    r->d = NULL;
    assert_ok(driver_new(&o, &r->d, NULL));
}

struct room *room_enter(void) {
    static struct room room;
    memset(&room, 0, sizeof room);
    queue_init(&room.q);
    for (unsigned i = 0; i < QUEUE_UNITS; i++)
        room.fates[i] = FATE_N;
    room.now_us = 1000;
    room_new_driver(&room);
    return &room;
}

void room_leave(struct room *r) { driver_free(r->d); }

void room_reports(struct room *r) {
    struct report report;
    while (driver_report(r->d, &report)) {
        if (report.kind == REPORT_STATE) {
            r->state = report.state;
            memcpy(r->words, report.words, sizeof r->words);
        }
        for (uint64_t i = 0; report.kind == REPORT_FATE && i < report.n; i++) {
            assert_int_equal(r->fates[report.serial + i], FATE_N);
            r->fates[report.serial + i] = report.fate;
        }
    }
}

void room_give(struct room *r, unsigned n) {
    for (; n > 0 && driver_room(r->d) > 0; n--) {
        char code[16];
        (void)snprintf(code, sizeof code, "CODE%06u", r->given);
        const struct unit u = {.serial = r->given++, .texts = {slice_text(code)}};
        assert_ok(driver_give(r->d, &u, r->now_us, NULL));
    }
}

/* The first request that waits, as a frame of its own; false: none. */
bool room_request(struct room *r, struct buffer *request) {
    const struct cm_slice out = driver_out(r->d);
    if (out.len < 4) return false;
    const size_t len = 4 + (size_t)get_u32be(out.p);
    assert_true(len <= out.len);
    buffer_clear(request);
    buffer_put(request, out.p, len);
    driver_left(r->d, len, r->now_us);
    return true;
}

/* One request there and its answer back, if there is one. */
static bool exchange(struct room *r) {
    struct buffer request = BUFFER_INIT, answer = BUFFER_INIT, frame = BUFFER_INIT;
    const bool any = room_request(r, &request);
    if (any) {
        queue_hear(&r->q, buffer_slice(&request), &answer);
        queue_frame(&frame, 200, buffer_slice(&request), buffer_slice(&answer));
        driver_hear(r->d, buffer_slice(&frame), r->now_us);
    }
    buffer_free(&request);
    buffer_free(&answer);
    buffer_free(&frame);
    return any;
}

void room_pass(struct room *r, uint64_t ms) {
    for (uint64_t i = 0; i < ms; i += 10) {
        r->now_us += 10 * MS;
        driver_tick(r->d, r->now_us);
        while (exchange(r)) {
        }
        room_reports(r);
    }
}

void room_connect(struct room *r) {
    driver_connected(r->d, r->now_us);
    room_pass(r, 50);
}

void room_disconnect(struct room *r) {
    driver_disconnected(r->d, r->now_us);
    room_reports(r);
}

void room_all_are(const struct room *r, unsigned first, unsigned n, enum unit_fate fate) {
    for (unsigned i = first; i < first + n; i++)
        if (r->fates[i] != fate)
            fail_msg("unit %u is %s, not %s", i, unit_fate_name(r->fates[i]), unit_fate_name(fate));
}

void room_books_close(const struct room *r) {
    uint64_t sum = driver_in_flight(r->d);
    for (enum unit_fate f = 0; f < FATE_N; f++)
        sum += driver_fated(r->d, f);
    assert_int_equal(sum, driver_given(r->d));
}
