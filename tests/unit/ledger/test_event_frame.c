/* Event frames: what was put comes out again, and no length leads past the end. */
#include "support/cm.h"

#include "ledger/event_frame.h"

static void frames_come_out_as_they_were_put(void **state) {
    (void)state;
    uint8_t bytes[64];
    struct event_frame frame;
    size_t len = frame_put(bytes, 10, 1, slice_text("first"));
    len += frame_put(bytes + len, 11, 0, slice_of(NULL, 0));
    struct cm_slice rest = slice_of(bytes, len);
    assert_ok(frame_check(rest, 2));
    assert_true(frame_next(&rest, &frame));
    assert_int_equal(frame.type, 10);
    assert_int_equal(frame.flags, 1);
    assert_true(slice_equal(frame.payload, slice_text("first")));
    assert_true(frame_next(&rest, &frame));
    assert_int_equal(frame.type, 11);
    assert_int_equal(frame.payload.len, 0);
    assert_false(frame_next(&rest, &frame));
}

static void a_wrong_count_or_a_cut_frame_is_corrupt(void **state) {
    (void)state;
    uint8_t bytes[64];
    const size_t len = frame_put(bytes, 10, 1, slice_text("first"));
    assert_err(CM_E_CORRUPT, frame_check(slice_of(bytes, len), 2));
    assert_err(CM_E_CORRUPT, frame_check(slice_of(bytes, len), 0));
    for (size_t cut = 1; cut < len; cut++) {
        assert_err(CM_E_CORRUPT, frame_check(slice_of(bytes, cut), 1));
    }
    assert_ok(frame_check(slice_of(NULL, 0), 0));
}

static void a_payload_over_16_bits_of_length_is_not_put(void **state) {
    (void)state;
    static uint8_t bytes[EVENT_FRAME_LEN + EVENT_PAYLOAD_MAX + 1];
    assert_int_equal(frame_put(bytes, 1, 0, slice_of(bytes, EVENT_PAYLOAD_MAX + 1)), 0);
    assert_int_equal(frame_put(bytes, 1, 0, slice_of(bytes, EVENT_PAYLOAD_MAX)),
                     EVENT_FRAME_LEN + EVENT_PAYLOAD_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_come_out_as_they_were_put),
        cmocka_unit_test(a_wrong_count_or_a_cut_frame_is_corrupt),
        cmocka_unit_test(a_payload_over_16_bits_of_length_is_not_put),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
