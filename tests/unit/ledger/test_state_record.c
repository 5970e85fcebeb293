/* The bytes of the state's values, written out by hand from the tables of docs/design/state.md,
 * and every length and flag that no writer of ours makes. */
#include "ledger/state_record.h"

#include <stdlib.h>
#include <string.h>

#include "support/cm.h"

static void an_exception_record_is_written_as_the_table_says(void **state) {
    (void)state;
    const struct unit_extra e = {.flags = UNIT_RESERVED | UNIT_HAS_REDEEMER,
                                 .uses = 0x01020304,
                                 .reserved_by = 0x05060708,
                                 .reserved_until_ms = 0x1112131415161718,
                                 .since_ms = 0x2122232425262728,
                                 .redeemer = "0123456789abcde"};
    static const uint8_t want[RECORD_EXTRA_LEN] =
        "\x05\x01\x02\x03\x04\x05\x06\x07\x08\x11\x12\x13\x14\x15\x16\x17\x18"
        "\x21\x22\x23\x24\x25\x26\x27\x28"
        "0123456789abcde";
    uint8_t bytes[RECORD_EXTRA_LEN];
    record_put_extra(bytes, &e);
    assert_memory_equal(bytes, want, sizeof want);
    struct unit_extra got;
    assert_ok(record_read_extra(slice_of(bytes, sizeof bytes), &got));
    assert_int_equal(got.reserved_until_ms, e.reserved_until_ms);
    assert_memory_equal(got.redeemer, e.redeemer, sizeof e.redeemer);
}

static void an_exception_record_of_another_shape_is_corrupt(void **state) {
    (void)state;
    uint8_t bytes[RECORD_EXTRA_LEN + 1] = {0};
    struct unit_extra got = {.uses = 77};
    for (size_t len = 0; len <= sizeof bytes; len++) {
        if (len == RECORD_EXTRA_LEN) continue;
        assert_err(CM_E_CORRUPT, record_read_extra(slice_of(bytes, len), &got));
    }
    bytes[0] = 8; /* a flag of a later format */
    assert_err(CM_E_CORRUPT, record_read_extra(slice_of(bytes, RECORD_EXTRA_LEN), &got));
    assert_int_equal(got.uses, 77);
}

static void counters_are_written_as_the_table_says(void **state) {
    (void)state;
    struct set_counters c = {.next_serial = 1,
                             .issued = 2,
                             .redeemed = 3,
                             .reversed = 4,
                             .reserved = 5,
                             .voided = 0x0102030405060708,
                             .phase = 2,
                             .shipped = 1,
                             .rule_version = 9};
    static const uint8_t want[RECORD_COUNTERS_LEN] = {
        0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0,
        0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 5, 1, 2, 3, 4, 5, 6, 7, 8, 2, 1, 9};
    uint8_t bytes[RECORD_COUNTERS_MAX];
    assert_int_equal(record_put_counters(bytes, &c), RECORD_COUNTERS_LEN);
    assert_memory_equal(bytes, want, sizeof want);
    struct set_counters got;
    assert_ok(record_read_counters(slice_of(bytes, RECORD_COUNTERS_LEN), &got));
    assert_int_equal(got.voided, c.voided);
    assert_int_equal(got.rule_version, 9);
    assert_int_equal(got.balance, 0);
    for (size_t len = 0; len < RECORD_COUNTERS_LEN; len++)
        assert_err(CM_E_CORRUPT, record_read_counters(slice_of(bytes, len), &got));
}

static void counters_of_cards_follow_only_where_there_are_any(void **state) {
    (void)state;
    const struct set_counters c = {
        .active = 1, .balance = 2, .loaded = 3, .spent = 4, .pin_issue_most = 5};
    static const uint8_t want[RECORD_COUNTERS_MAX - RECORD_COUNTERS_LEN] = {
        0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0,
        0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 4, 5};
    uint8_t bytes[RECORD_COUNTERS_MAX];
    assert_int_equal(record_put_counters(bytes, &c), RECORD_COUNTERS_MAX);
    assert_memory_equal(bytes + RECORD_COUNTERS_LEN, want, sizeof want);
    struct set_counters got;
    assert_ok(record_read_counters(slice_of(bytes, sizeof bytes), &got));
    assert_int_equal(got.loaded, 3);
    for (size_t len = RECORD_COUNTERS_LEN + 1; len < sizeof bytes; len++)
        assert_err(CM_E_CORRUPT, record_read_counters(slice_of(bytes, len), &got));
    memset(bytes + RECORD_COUNTERS_LEN, 0, sizeof want); /* a second form of the same */
    assert_err(CM_E_CORRUPT, record_read_counters(slice_of(bytes, sizeof bytes), &got));
}

static void a_detail_keeps_48_bits_of_time_and_sequence(void **state) {
    (void)state;
    const struct unit_detail d = {.time_ms = 0x0000A1A2A3A4A5A6,
                                  .sequence = RECORD_DETAIL_MAX,
                                  .actor = 0xB1B2B3B4,
                                  .use = 6};
    static const uint8_t want[RECORD_DETAIL_LEN] = {0x3F, 0xAF, 0,    0,    0,    6,    0xB1, 0xB2,
                                                    0xB3, 0xB4, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6,
                                                    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    uint8_t bytes[RECORD_DETAIL_LEN];
    record_put_detail(bytes, STATE_PAGE_UNITS - 1, &d);
    assert_memory_equal(bytes, want, sizeof want);
    struct unit_detail got;
    assert_int_equal(record_read_detail(bytes, &got), STATE_PAGE_UNITS - 1);
    assert_int_equal(got.time_ms, d.time_ms);
    assert_int_equal(got.sequence, d.sequence);
    assert_int_equal(got.actor, d.actor);
    assert_int_equal(got.use, 6);
}

static void an_answer_keeps_its_items_in_order(void **state) {
    (void)state;
    struct answer_item items[3];
    memset(items, 0, sizeof items);
    for (uint16_t i = 0; i < 3; i++)
        items[i] = (struct answer_item){.item = i,
                                        .use = 70000u + i,
                                        .set = 7,
                                        .serial = 1000u + i,
                                        .sequence = 50u + i,
                                        .time_ms = 1700000000000,
                                        .until_ms = UINT64_MAX};
    const struct answer_record r = {
        .request = "request hash 16", .time_ms = 1700000000000, .n = 3, .items = items};
    CM_CLEANUP(buffer_free) struct buffer b = BUFFER_INIT;
    record_put_answer(&b, &r);
    assert_int_equal(b.len, RECORD_ANSWER_LEN + 3 * RECORD_ITEM_LEN);
    assert_memory_equal(b.p, "request hash 16", 16);
    assert_memory_equal(b.p + RECORD_ANSWER_LEN + RECORD_ITEM_LEN,
                        "\x00\x01\x00\x01\x11\x71\x00\x00\x00\x07", 10);
    struct answer_record got;
    assert_ok(record_read_answer(buffer_slice(&b), &got));
    assert_int_equal(got.n, 3);
    assert_memory_equal(got.items, items, sizeof items);
    free(got.items);
    for (size_t len = 0; len < b.len; len++) {
        if (len >= RECORD_ANSWER_LEN && (len - RECORD_ANSWER_LEN) % RECORD_ITEM_LEN == 0) continue;
        assert_err(CM_E_CORRUPT, record_read_answer(slice_of(b.p, len), &got));
    }
}

/* engine/layer.c appends without growing unless n is a power of two. */
static void fetched_items_have_room_up_to_the_next_power_of_two(void **state) {
    (void)state;
    for (size_t n = 0; n <= 9; n++) {
        static struct answer_item items[16];
        const struct answer_record r = {.n = n, .items = items};
        CM_CLEANUP(buffer_free) struct buffer b = BUFFER_INIT;
        record_put_answer(&b, &r);
        struct answer_record got;
        assert_ok(record_read_answer(buffer_slice(&b), &got));
        size_t cap = 1;
        while (cap < n)
            cap *= 2;
        for (size_t i = n; i < cap; i++)
            got.items[i].item = 1; /* the sanitizer judges */
        free(got.items);
    }
}

static void the_record_of_the_image_may_grow_behind_its_fields(void **state) {
    (void)state;
    const struct image_meta m = {
        .format = 0x0203, .workspace_id = "workspace number", .position = 9};
    uint8_t bytes[RECORD_META_LEN + 4] = {0};
    record_put_meta(bytes, &m);
    assert_memory_equal(bytes, "\x02\x03workspace number\0\0\0\0\0\0\0\x09", RECORD_META_LEN);
    struct image_meta got;
    assert_ok(record_read_meta(slice_of(bytes, sizeof bytes), &got));
    assert_int_equal(got.position, 9);
    for (size_t len = 0; len < RECORD_META_LEN; len++)
        assert_err(CM_E_CORRUPT, record_read_meta(slice_of(bytes, len), &got));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_exception_record_is_written_as_the_table_says),
        cmocka_unit_test(an_exception_record_of_another_shape_is_corrupt),
        cmocka_unit_test(counters_are_written_as_the_table_says),
        cmocka_unit_test(counters_of_cards_follow_only_where_there_are_any),
        cmocka_unit_test(a_detail_keeps_48_bits_of_time_and_sequence),
        cmocka_unit_test(an_answer_keeps_its_items_in_order),
        cmocka_unit_test(fetched_items_have_room_up_to_the_next_power_of_two),
        cmocka_unit_test(the_record_of_the_image_may_grow_behind_its_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
