/* Events as bytes: against bytes written out by hand from docs/design/journal.md section 8, there
 * and back for every type, and every length and value that no writer of ours makes. */
#include "ledger/event.h"

#include <string.h>

#include "ledger/event_frame.h"
#include "support/cm.h"

/* The event of one frame at `bytes`. */
static cm_err read_framed(const uint8_t *bytes, size_t len, struct event *out) {
    struct cm_slice rest = slice_of(bytes, len);
    struct event_frame frame;
    assert_true(frame_next(&rest, &frame));
    assert_int_equal(rest.len, 0);
    return event_read(frame.type, frame.flags, frame.payload, out);
}

static const uint8_t redemption[] = {
    10, 4, 0,    22,                           /* redeem, spent, 22 bytes */
    0,  0, 0x01, 0x02,                         /* set */
    0,  0, 0,    0x03, 0x04, 0x05, 0x06, 0x07, /* serial */
    0,  0, 0,    9,                            /* actor */
    0,  8,                                     /* item */
    0,  1, 0,    0,                            /* use */
};

static void a_redemption_is_written_as_the_table_says_and_read_back(void **state) {
    (void)state;
    const struct unit_event e = {.type = EVENT_REDEEM,
                                 .set = 0x0102,
                                 .serial = 0x0304050607,
                                 .actor = 9,
                                 .item = 8,
                                 .use = 65536,
                                 .spent = true};
    uint8_t bytes[EVENT_UNIT_MAX_LEN];
    const size_t len = event_put_unit(bytes, &e);
    assert_int_equal(len, sizeof redemption);
    assert_memory_equal(bytes, redemption, sizeof redemption);
    struct event got;
    assert_ok(read_framed(bytes, len, &got));
    assert_int_equal(got.type, EVENT_REDEEM);
    assert_int_equal(got.u.unit.serial, e.serial);
    assert_int_equal(got.u.unit.use, 65536);
    assert_true(got.u.unit.spent);
    assert_false(got.u.unit.has_until);
}

static void a_reservation_carries_deadline_and_redeemer_in_this_order(void **state) {
    (void)state;
    struct unit_event e = {.type = EVENT_RESERVE, .has_until = true, .has_redeemer = true};
    e.until_ms = 0x0102030405060708;
    memcpy(e.redeemer, "sixteen letters.", EVENT_HASH_LEN);
    uint8_t bytes[EVENT_UNIT_MAX_LEN];
    assert_int_equal(event_put_unit(bytes, &e), EVENT_UNIT_MAX_LEN);
    assert_int_equal(bytes[1], 3);
    assert_memory_equal(bytes + 26, "\x01\x02\x03\x04\x05\x06\x07\x08sixteen letters.", 24);
    struct event got;
    assert_ok(read_framed(bytes, EVENT_UNIT_MAX_LEN, &got));
    assert_int_equal(got.u.unit.until_ms, e.until_ms);
    assert_memory_equal(got.u.unit.redeemer, e.redeemer, EVENT_HASH_LEN);
}

/* One event of every type but the units, framed. */
enum { SAMPLES = 13, SAMPLE_CAP = 256 };
struct sample {
    uint8_t bytes[SAMPLE_CAP];
    size_t len;
    bool open_ended; /* ends in a slice that takes any length */
};

static void make_samples(struct sample s[static SAMPLES]) {
    memset(s, 0, SAMPLES * sizeof *s);
    const struct answer_event answer = {.key = {1}, .request = {2}, .count = 3};
    s[0].len = event_put_answer(s[0].bytes, &answer);
    static const uint8_t skipped[16] = {[7] = 5, [15] = 6};
    const struct issue_event issue = {.set = 1,
                                      .first = 2,
                                      .count = 30,
                                      .issued = 28,
                                      .rule_version = 4,
                                      .skipped = {skipped, sizeof skipped}};
    s[1].len = event_put_issue(s[1].bytes, &issue);
    const struct phase_event phase = {
        .set = 1, .actor = 2, .phase = PHASE_OPEN, .shipped = true, .file_hash = {9}};
    s[2].len = event_put_phase(s[2].bytes, &phase);
    const struct recall_event recall = {.set = 1, .actor = 2, .first = 3, .last = UINT64_MAX};
    s[3].len = event_put_recall(s[3].bytes, &recall);
    const struct document_event document = {.kind = DOCUMENT_TERMS,
                                            .id = 7,
                                            .actor = 1,
                                            .total_len = 10,
                                            .offset = 4,
                                            .part = slice_text("{\"a\"}")};
    s[4].len = event_put_document(s[4].bytes, &document);
    const struct epoch_event epoch = {.epoch = 2, .restored = true};
    s[5].len = event_put_epoch(s[5].bytes, &epoch);
    const struct lookup_event lookup = {.set = 1, .actor = 2, .serial = 3};
    s[6].len = event_put_lookup(s[6].bytes, &lookup);
    const struct refusals_event refusals = {.scheme = 1, .minute = 2, .counts = {[15] = 4}};
    s[7].len = event_put_refusals(s[7].bytes, &refusals);
    const struct note_event note = {.actor = 1, .text = slice_text("backup made")};
    s[8].len = event_put_note(s[8].bytes, &note);
    s[8].open_ended = true;
    static const uint8_t holes[8] = {[3] = 5, [7] = 9};
    const struct hold_event hold = {
        .run = 1, .set = 2, .first = 3, .count = 10, .holes = {holes, sizeof holes}};
    s[9].len = event_put_hold(s[9].bytes, &hold);
    const struct move_event move = {.run = 1,
                                    .actor = 2,
                                    .set = 3,
                                    .first = 4,
                                    .count = EVENT_SCRAP_MAX,
                                    .stage = CM_STAGE_VOID,
                                    .cause = CM_CAUSE_RECALLED};
    s[10].len = event_put_move(s[10].bytes, &move);
    static const uint8_t moves[2 * EVENT_PRIZE_MOVE_LEN] = {[7] = 9, [15] = 200, [23] = 8};
    const struct prize_event prize = {.set = 4, .moves = {moves, sizeof moves}};
    s[11].len = event_put_prize(s[11].bytes, &prize);
    const struct refusals_event later = {.scheme = 1, .minute = 2, .counts = {[18] = 4}};
    s[12].len = event_put_refusals(s[12].bytes, &later);
}

static void every_type_comes_back_as_the_same_bytes(void **state) {
    (void)state;
    struct sample samples[SAMPLES];
    make_samples(samples);
    for (size_t i = 0; i < SAMPLES; i++) {
        struct event e;
        uint8_t again[SAMPLE_CAP];
        assert_ok(read_framed(samples[i].bytes, samples[i].len, &e));
        assert_int_equal(event_put(again, &e), samples[i].len);
        assert_memory_equal(again, samples[i].bytes, samples[i].len);
    }
}

static void every_other_length_is_corrupt(void **state) {
    (void)state;
    struct sample samples[SAMPLES];
    make_samples(samples);
    for (size_t i = 0; i < SAMPLES; i++) {
        const struct sample *s = &samples[i];
        const size_t fixed = s->open_ended ? 4 : s->len - EVENT_FRAME_LEN;
        struct event e;
        for (size_t len = 0; len < fixed; len++) {
            /* A document or an issue that is shorter may be whole: its last field is open. */
            if (s->bytes[0] == EVENT_DOCUMENT && len >= 17) continue;
            if (s->bytes[0] == EVENT_ISSUE && len >= 29 && (len - 29) % 8 == 0) continue;
            if (s->bytes[0] == EVENT_PRIZE && len > 4 && (len - 4) % EVENT_PRIZE_MOVE_LEN == 0)
                continue;
            if (s->bytes[0] == EVENT_HOLD && len >= 20 && len % 4 == 0) continue;
            const struct cm_slice cut = slice_of(s->bytes + EVENT_FRAME_LEN, len);
            struct event none;
            memset(&none, 0, sizeof none);
            memset(&e, 0xA5, sizeof e);
            assert_err(CM_E_CORRUPT, event_read(s->bytes[0], s->bytes[1], cut, &e));
            assert_memory_equal(&e, &none, sizeof e); /* outputs are wiped */
        }
        const struct cm_slice more = slice_of(s->bytes + EVENT_FRAME_LEN, s->len - 4 + 2);
        if (!s->open_ended)
            assert_err(CM_E_CORRUPT, event_read(s->bytes[0], s->bytes[1], more, &e));
    }
}

static void unknown_types_and_flags_are_corrupt(void **state) {
    (void)state;
    struct sample samples[SAMPLES];
    make_samples(samples);
    struct event e;
    static const uint8_t zeros[SAMPLE_CAP];
    for (unsigned type = 0; type <= UINT8_MAX; type++) {
        const bool known = type == 1 || (type >= 10 && type <= 16) || (type >= 20 && type <= 22) ||
                           type == 17 || (type >= 24 && type <= 28) || type == 30 ||
                           (type >= 40 && type <= 43);
        for (size_t len = 0; !known && len < 128; len++)
            assert_err(CM_E_CORRUPT, event_read((uint8_t)type, 0, slice_of(zeros, len), &e));
    }
    for (size_t i = 0; i < SAMPLES; i++) {
        samples[i].bytes[1] |= 0x80;
        assert_err(CM_E_CORRUPT, read_framed(samples[i].bytes, samples[i].len, &e));
    }
    uint8_t unit[sizeof redemption];
    memcpy(unit, redemption, sizeof unit);
    unit[1] |= 8;
    assert_err(CM_E_CORRUPT, read_framed(unit, sizeof unit, &e));
    unit[1] = EVENT_HAS_UNTIL; /* promised, but not there */
    assert_err(CM_E_CORRUPT, read_framed(unit, sizeof unit, &e));
}

static void values_outside_their_enums_are_corrupt(void **state) {
    (void)state;
    struct sample s[SAMPLES];
    struct event e;
    make_samples(s);
    s[2].bytes[4 + 8] = PHASE_CLOSED + 1;
    assert_err(CM_E_CORRUPT, read_framed(s[2].bytes, s[2].len, &e));
    make_samples(s);
    s[2].bytes[4 + 9] = 2; /* shipped is yes or no */
    assert_err(CM_E_CORRUPT, read_framed(s[2].bytes, s[2].len, &e));
    s[5].bytes[4 + 4] = 2; /* so is restored */
    assert_err(CM_E_CORRUPT, read_framed(s[5].bytes, s[5].len, &e));
    s[4].bytes[4] = 0;
    assert_err(CM_E_CORRUPT, read_framed(s[4].bytes, s[4].len, &e));
    s[4].bytes[4] = DOCUMENT_KIND_N;
    assert_err(CM_E_CORRUPT, read_framed(s[4].bytes, s[4].len, &e));
    make_samples(s);
    s[4].bytes[4 + 12] = 9; /* the part would end behind the whole */
    s[4].bytes[4 + 13] = 0xFF;
    s[4].bytes[4 + 14] = 0xFF;
    assert_err(CM_E_CORRUPT, read_framed(s[4].bytes, s[4].len, &e));
    s[1].bytes[4 + 20 + 7] = 31; /* more units than serials */
    assert_err(CM_E_CORRUPT, read_framed(s[1].bytes, s[1].len, &e));
}

/* Read sample i with one byte of its payload changed. */
static cm_err read_bent(size_t i, size_t at, uint8_t byte) {
    struct sample s[SAMPLES];
    struct event e;
    make_samples(s);
    s[i].bytes[EVENT_FRAME_LEN + at] = byte;
    return read_framed(s[i].bytes, s[i].len, &e);
}

static void holds_and_moves_that_no_writer_makes_are_corrupt(void **state) {
    (void)state;
    assert_ok(read_bent(9, 23, 8));                 /* holes 8 and 9 of 10 */
    assert_err(CM_E_CORRUPT, read_bent(9, 23, 9));  /* twice the same */
    assert_err(CM_E_CORRUPT, read_bent(9, 23, 10)); /* falling */
    assert_err(CM_E_CORRUPT, read_bent(9, 27, 10)); /* behind the range */
    assert_err(CM_E_CORRUPT, read_bent(9, 19, 9));  /* the same, by a shorter range */
    assert_err(CM_E_CORRUPT, read_bent(9, 16, 1));  /* more serials than one hold takes */
    assert_ok(read_bent(10, 28, CM_STAGE_REJECTED));
    assert_err(CM_E_CORRUPT, read_bent(10, 28, CM_STAGE_RESERVED));
    assert_err(CM_E_CORRUPT, read_bent(10, 28, CM_STAGE_N));
    assert_err(CM_E_CORRUPT, read_bent(10, 29, CM_CAUSE_N));
    assert_err(CM_E_CORRUPT, read_bent(10, 27, 1)); /* one unit more than is voided at once */
    assert_err(CM_E_CORRUPT, read_bent(10, 25, 0)); /* none */
    static const uint8_t far[EVENT_FRAME_LEN + 20] = {
        EVENT_HOLD, 0, 0, 20, [12] = 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, [23] = 1};
    struct event e;
    assert_err(CM_E_CORRUPT, read_framed(far, sizeof far, &e)); /* beyond the last serial */
}

static void a_move_is_written_as_the_table_says(void **state) {
    (void)state;
    const struct move_event move = {.run = 0x01020304,
                                    .actor = 0x05060708,
                                    .set = 0x090A0B0C,
                                    .first = 0x0D0E0F1011121314,
                                    .count = 0x15161718191A1B1C,
                                    .stage = CM_STAGE_UNKNOWN,
                                    .cause = CM_CAUSE_FAULT};
    uint8_t want[EVENT_FRAME_LEN + 30] = {27, 0, 0, 30, [32] = 3, [33] = 6};
    for (uint8_t i = 0; i < 28; i++)
        want[EVENT_FRAME_LEN + i] = (uint8_t)(i + 1);
    uint8_t bytes[sizeof want];
    assert_int_equal(event_put_move(bytes, &move), sizeof want);
    assert_memory_equal(bytes, want, sizeof want);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_redemption_is_written_as_the_table_says_and_read_back),
        cmocka_unit_test(a_reservation_carries_deadline_and_redeemer_in_this_order),
        cmocka_unit_test(every_type_comes_back_as_the_same_bytes),
        cmocka_unit_test(every_other_length_is_corrupt),
        cmocka_unit_test(unknown_types_and_flags_are_corrupt),
        cmocka_unit_test(values_outside_their_enums_are_corrupt),
        cmocka_unit_test(holds_and_moves_that_no_writer_makes_are_corrupt),
        cmocka_unit_test(a_move_is_written_as_the_table_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
