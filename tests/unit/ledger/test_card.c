/* Cards as bytes: events, records and lines of history against bytes written out by hand from
 * docs/design/journal.md section 9 and docs/design/state.md section 6, there and back, and every
 * length and value that no writer of ours makes. */
#include "ledger/card.h"

#include <string.h>

#include "ledger/event.h"
#include "ledger/event_frame.h"
#include "ledger/image_kit.h"
#include "support/cm.h"

static cm_err read_framed(const uint8_t *bytes, size_t len, struct event *out) {
    struct cm_slice rest = slice_of(bytes, len);
    struct event_frame frame;
    assert_true(frame_next(&rest, &frame));
    assert_int_equal(rest.len, 0);
    return event_read(frame.type, frame.flags, frame.payload, out);
}

static const struct card_event spend = {.op = CARD_SPEND,
                                        .set = 0x0102,
                                        .serial = 0x0304050607,
                                        .actor = 9,
                                        .item = 8,
                                        .state = CM_CARD_ACTIVE,
                                        .pin_issue = 2,
                                        .has_money = true,
                                        .amount = 1250,
                                        .balance = 0x0A0B,
                                        .held = 7,
                                        .has_agent = true,
                                        .agent = 0x11};
static const uint8_t spend_bytes[] = {
    17, 17, 0, 55,                     /* card, money and agent, 55 bytes */
    0,  0,  1, 2,                      /* set */
    0,  0,  0, 3,    4, 5, 6,    7,    /* index */
    0,  0,  0, 9,                      /* actor */
    0,  8,                             /* item */
    4,  3,  0, 0,    2,                /* spend, active, no reason, no wrong PINs, second PIN */
    0,  0,  0, 0,                      /* uses */
    0,  0,  0, 0,    0, 0, 0x04, 0xE2, /* amount */
    0,  0,  0, 0,    0, 0, 0x0A, 0x0B, /* balance */
    0,  0,  0, 0,    0, 0, 0,    7,    /* held */
    0,  0,  0, 0x11,                   /* agent */
};

static void a_spend_is_written_as_the_table_says_and_read_back(void **state) {
    (void)state;
    uint8_t bytes[CARD_EVENT_MAX_LEN];
    assert_int_equal(event_put_card(bytes, &spend), sizeof spend_bytes);
    assert_memory_equal(bytes, spend_bytes, sizeof spend_bytes);
    struct event got;
    assert_ok(read_framed(bytes, sizeof spend_bytes, &got));
    assert_int_equal(got.type, EVENT_CARD);
    assert_int_equal(got.u.card.op, CARD_SPEND);
    assert_int_equal(got.u.card.serial, spend.serial);
    assert_int_equal(got.u.card.balance, 0x0A0B);
    assert_int_equal(got.u.card.agent, 0x11);
    assert_false(got.u.card.has_other);
}

static void an_event_with_every_part_has_the_greatest_length(void **state) {
    (void)state;
    struct card_event e = spend;
    e.has_until = e.has_reference = e.has_other = e.has_redeemer = true;
    e.by_alias = e.unchecked = true;
    e.until_ms = 1;
    e.reference = 2;
    e.other_set = 3;
    e.other_serial = 4;
    memcpy(e.redeemer, "sixteen letters.", sizeof e.redeemer);
    uint8_t bytes[CARD_EVENT_MAX_LEN];
    assert_int_equal(event_put_card(bytes, &e), CARD_EVENT_MAX_LEN);
    assert_int_equal(bytes[1], 255);
    struct event got;
    assert_ok(read_framed(bytes, sizeof bytes, &got));
    assert_memory_equal(got.u.card.redeemer, e.redeemer, sizeof e.redeemer);
    assert_int_equal(got.u.card.reference, 2);
    assert_int_equal(got.u.card.other_serial, 4);
    assert_true(got.u.card.unchecked);
}

static void events_that_no_writer_makes_are_refused(void **state) {
    (void)state;
    static const struct {
        size_t at;
        uint8_t value;
    } bad[] = {{22, 0},           {22, CARD_OP_N}, {23, CM_CARD_STATE_N},
               {24, CM_REASON_N}, {26, 0},         {26, 17},
               {31, 0x80},        {39, 0x80},      {47, 1}}; /* held > balance */
    struct event got;
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        uint8_t bytes[sizeof spend_bytes];
        memcpy(bytes, spend_bytes, sizeof bytes);
        bytes[bad[i].at] = bad[i].value;
        assert_err(CM_E_CORRUPT, read_framed(bytes, sizeof bytes, &got));
        assert_int_equal(got.type, 0);
    }
    unsigned fitting = 0;
    for (unsigned flags = 0; flags < 256; flags++) { /* parts that are not there, or too many */
        const struct cm_slice payload = slice_of(spend_bytes + 4, sizeof spend_bytes - 4);
        static const size_t part_len[] = {24, 8, 8, 12, 4, 16, 0, 0};
        size_t len = CARD_EVENT_LEN;
        for (unsigned bit = 0; bit < 8; bit++)
            if ((flags >> bit & 1u) != 0) len += part_len[bit];
        const bool same_length = len == payload.len;
        assert_int_equal(event_read(EVENT_CARD, (uint8_t)flags, payload, &got),
                         same_length ? CM_OK : CM_E_CORRUPT);
        fitting += same_length;
    }
    assert_int_equal(fitting, 4 * 5); /* five sums of parts make 28 bytes, with any marks */
    for (size_t len = 0; len < sizeof spend_bytes - 4; len++)
        assert_err(CM_E_CORRUPT, event_read(EVENT_CARD, 17, slice_of(spend_bytes + 4, len), &got));
}

/* ---- Records -------------------------------------------------------------------------------- */

static struct card_record sample(void) {
    return (struct card_record){.state = CM_CARD_BLOCKED,
                                .before = CM_CARD_ACTIVE,
                                .reason = CM_REASON_FRAUD,
                                .known = true,
                                .pin_failed = 2,
                                .pin_issue = 3,
                                .agent = 4,
                                .since_ms = 5,
                                .activated_ms = 6,
                                .expires_ms = 7,
                                .balance = 1000,
                                .last = 8,
                                .last_spend = 9,
                                .replaces_set = 10,
                                .replaces_serial = 11,
                                .hold_n = 2,
                                .holds = {{.id = 1, .amount = 600, .until_ms = 2, .actor = 3},
                                          {.id = 4, .amount = 400, .unchecked = true}}};
}

static void a_record_is_written_as_the_table_says_and_read_back(void **state) {
    (void)state;
    static const uint8_t head[] = {4, 3, 4, 1, 2, 3, 0, 0, 0, 0, 0,
                                   0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 5};
    static const uint8_t second[] = {0,    0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 1,
                                     0x90, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    const struct card_record r = sample();
    uint8_t bytes[RECORD_CARD_MAX_LEN], again[RECORD_CARD_MAX_LEN];
    const size_t len = record_put_card(bytes, &r);
    assert_int_equal(len, RECORD_CARD_LEN + 2 * RECORD_CARD_HOLD_LEN);
    assert_memory_equal(bytes, head, sizeof head);
    assert_memory_equal(bytes + len - sizeof second, second, sizeof second);
    struct card_record got;
    assert_ok(record_read_card(slice_of(bytes, len), &got));
    assert_int_equal(got.hold_n, 2);
    assert_int_equal(card_held(&got), 1000);
    assert_int_equal(record_put_card(again, &got), len);
    assert_memory_equal(again, bytes, len);
    for (size_t cut = 0; cut < len; cut++)
        if (cut != RECORD_CARD_LEN && cut != RECORD_CARD_LEN + RECORD_CARD_HOLD_LEN)
            assert_err(CM_E_CORRUPT, record_read_card(slice_of(bytes, cut), &got));
}

static void records_that_no_writer_makes_are_refused(void **state) {
    (void)state;
    static const struct {
        size_t at;
        uint8_t value;
    } bad[] = {{0, CM_CARD_STATE_N},
               {1, CM_CARD_STATE_N},
               {2, CM_REASON_N},
               {3, 2},
               {5, 0},
               {5, 17},
               {38, 0x80}, /* balance */
               {100, 0xFF},
               {114, 2}}; /* held beyond it; no flag */
    struct card_record r = sample(), got;
    uint8_t bytes[RECORD_CARD_MAX_LEN];
    const size_t len = record_put_card(bytes, &r);
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        const uint8_t was = bytes[bad[i].at];
        bytes[bad[i].at] = bad[i].value;
        if (record_read_card(slice_of(bytes, len), &got) != CM_E_CORRUPT)
            fail_msg("byte %zu may be %u", bad[i].at, bad[i].value);
        bytes[bad[i].at] = was;
    }
    assert_ok(record_read_card(slice_of(bytes, len), &got));
}

static void a_line_is_written_and_read_back(void **state) {
    (void)state;
    const struct card_line line = {.previous = 1,
                                   .op = CARD_REFUND,
                                   .state = CM_CARD_ACTIVE,
                                   .reason = CM_REASON_NONE,
                                   .pin_issue = 1,
                                   .by_alias = true,
                                   .actor = 2,
                                   .agent = 3,
                                   .use = 4,
                                   .time_ms = 5,
                                   .amount = 6,
                                   .balance = 7,
                                   .held = 8,
                                   .until_ms = 9,
                                   .expires_ms = 10,
                                   .reference = 11,
                                   .refunded = 12,
                                   .other_set = 13,
                                   .other_serial = 14};
    static const uint8_t head[] = {0, 0, 0, 0, 0, 0, 0, 1, 8, 3, 0, 0, 1, 1, 0, 0, 0,
                                   2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 5};
    uint8_t bytes[RECORD_LINE_LEN], again[RECORD_LINE_LEN];
    record_put_line(bytes, &line);
    assert_memory_equal(bytes, head, sizeof head);
    struct card_line got;
    assert_ok(record_read_line(slice_of(bytes, sizeof bytes), &got));
    record_put_line(again, &got);
    assert_memory_equal(again, bytes, sizeof bytes);
    assert_int_equal(got.other_serial, 14);
    for (size_t len = 0; len < sizeof bytes; len++)
        assert_err(CM_E_CORRUPT, record_read_line(slice_of(bytes, len), &got));
    bytes[8] = 0; /* no operation */
    assert_err(CM_E_CORRUPT, record_read_line(slice_of(bytes, sizeof bytes), &got));
}

/* ---- The image ------------------------------------------------------------------------------ */

static cm_err count_card(void *ctx, uint32_t set, uint64_t serial, const struct card_record *card) {
    *(uint64_t *)ctx += set * 1000 + serial * 10 + card->hold_n;
    return CM_OK;
}
static cm_err count_line(void *ctx, const struct card_line *line) {
    *(uint64_t *)ctx += line->serial * 100 + line->sequence;
    return CM_OK;
}

static void the_image_keeps_cards_and_their_lines_by_their_keys(void **state) {
    struct state *s = image_kit_open(*state);
    struct state_fold *f = NULL;
    const struct card_record r = sample();
    struct card_line line = {.set = 7, .serial = 5, .sequence = 9, .op = CARD_LOAD, .pin_issue = 1};
    assert_ok(state_fold_begin(s, &f));
    assert_ok(fold_card(f, 7, 5, &r));
    assert_ok(fold_card_line(f, &line));
    line.sequence = 12;
    assert_ok(fold_card_line(f, &line));
    assert_ok(fold_commit(f, 13));
    struct card_record got;
    struct card_line there;
    bool found = false;
    assert_ok(state_card(s, 7, 5, &got, &found));
    assert_true(found);
    assert_int_equal(got.balance, 1000);
    assert_ok(state_card(s, 7, 6, &got, &found));
    assert_false(found);
    assert_ok(state_card_line(s, 7, 5, 12, &there, &found));
    assert_true(found);
    assert_int_equal(there.sequence, 12);
    assert_ok(state_card_line(s, 7, 6, 12, &there, &found)); /* another card's */
    assert_false(found);
    uint64_t cards = 0, lines = 0;
    assert_ok(state_all_cards(s, count_card, &cards));
    assert_ok(state_all_card_lines(s, count_line, &lines));
    assert_int_equal(cards, 7052);
    assert_int_equal(lines, 1021);
    assert_ok(state_check(s, NULL));
    state_close(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_spend_is_written_as_the_table_says_and_read_back),
        cmocka_unit_test(an_event_with_every_part_has_the_greatest_length),
        cmocka_unit_test(events_that_no_writer_makes_are_refused),
        cmocka_unit_test(a_record_is_written_as_the_table_says_and_read_back),
        cmocka_unit_test(records_that_no_writer_makes_are_refused),
        cmocka_unit_test(a_line_is_written_and_read_back),
        cmocka_unit_test_setup_teardown(the_image_keeps_cards_and_their_lines_by_their_keys,
                                        image_kit_setup, image_kit_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
