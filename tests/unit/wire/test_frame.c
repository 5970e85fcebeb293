/* Frames: the bytes they are made of, round trips, and what is refused. CBOR bytes are those of
 * RFC 8949, Appendix A; everything that decodes must encode to the same bytes again. */
#include <stdlib.h>
#include <string.h>

#include "support/cm.h"
#include "support/splitmix.h"
#include "wire/call_frame.h"
#include "wire/frame.h"
#include "wire/item.h"
#include "wire/key_frame.h"

#define RANDOM_FRAMES 2000

static uint64_t below(uint64_t *r, uint64_t n) { return splitmix_next(r) % n; }
static struct cm_slice text(const char *s) { return slice_text(s); }

static void a_frame_carries_calls_there_and_answers_back(void **state) {
    (void)state;
    const struct cm_request asked[] = {{.operation = CM_OP_REDEEM, .code = text("HW34-9PXK-T2")},
                                       {.operation = CM_OP_CHECK, .code = text("")}};
    struct cm_answer got[2] = {{.verdict = CM_V_BUSY}};
    struct cm_call call = {.caller = {.actor = 7, .brand = 1, .test = true},
                           .door = 3,
                           .key = text("till-4/2026-11-21/17"),
                           .requests = asked,
                           .n = 2,
                           .answers = got};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    const size_t start = frame_begin(&out, FRAME_CALLS, 42);
    assert_ok(calls_encode(&out, &call, 1));
    assert_ok(frame_end(&out, start));

    struct frame frame;
    size_t used = 0;
    assert_ok(frame_take(buffer_slice(&out), &frame, &used));
    assert_int_equal(used, out.len);
    assert_int_equal(frame.kind, FRAME_CALLS);
    assert_int_equal(frame.number, 42);
    CM_CLEANUP(call_list_wipe) struct call_list list = CALL_LIST_INIT;
    assert_ok(calls_decode(frame.body, &list));
    assert_int_equal(list.n, 1);
    assert_int_equal(list.calls[0].caller.actor, 7);
    assert_true(list.calls[0].caller.test);
    assert_true(slice_equal(list.calls[0].key, call.key));
    assert_true(slice_equal(list.requests[0].code, asked[0].code));
    assert_int_equal(list.requests[1].code.len, 0);

    list.answers[0] = (struct cm_answer){.verdict = CM_V_ACCEPTED, .set = 9, .use = 1};
    list.answers[1] = (struct cm_answer){.verdict = CM_V_TYPING_ERROR};
    const struct set_words words[] = {{.set = 9, .description = text("{\"product\":\"cola\"}")}};
    CM_CLEANUP(buffer_free) struct buffer back = BUFFER_INIT;
    assert_ok(answers_encode(&back, list.calls, 1, words, 1));
    struct set_words *read = NULL;
    size_t read_n = 0;
    assert_ok(answers_decode(buffer_slice(&back), &call, 1, &read, &read_n));
    assert_int_equal(got[0].verdict, CM_V_ACCEPTED);
    assert_int_equal(got[0].use, 1);
    assert_int_equal(got[1].verdict, CM_V_TYPING_ERROR);
    assert_true(slice_equal(set_words_find(read, read_n, 9).description, words[0].description));
    assert_int_equal(set_words_find(read, read_n, 8).description.len, 0);
    free(read);
}

static void items_are_the_bytes_of_rfc_8949_appendix_a(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    item_map(&out, 5);
    item_uint(&out, 1, 23);
    item_uint(&out, 2, 24);
    item_uint(&out, 3, 1000);
    item_uint(&out, 4, 18446744073709551615u);
    item_text(&out, 5, text("IETF"));
    static const uint8_t want[] = {0xa5, 0x01, 0x17, 0x02, 0x18, 0x18, 0x03, 0x19, 0x03,
                                   0xe8, 0x04, 0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                   0xff, 0xff, 0x05, 0x64, 0x49, 0x45, 0x54, 0x46};
    assert_int_equal(out.len, sizeof want);
    assert_memory_equal(out.p, want, sizeof want);
    buffer_clear(&out);
    item_bytes(&out, 1, slice_of("\x01\x02\x03\x04", 4));
    assert_memory_equal(out.p, "\x01\x44\x01\x02\x03\x04", 6);
}

static void an_item_in_another_form_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
    } bad[] = {
        {"\xa1\x01\x18\x17", 4},                  /* 23 in two bytes */
        {"\xa1\x01\x19\x00\x18", 5},              /* 24 in three */
        {"\xb8\x01\x01\x05", 4},                  /* the map's head in two */
        {"\xbf\x01\x05\xff", 4},                  /* indefinite map */
        {"\xa1\x02\x05", 3},                      /* an unknown key */
        {"\xa1\x01\x20", 3},                      /* a negative number */
        {"\xa1\x01\xc1\x05", 4},                  /* a tag */
        {"\xa1\x01\xf5", 3},                      /* a truth value */
        {"\xa1\x01\xfb\x3f\xf0\0\0\0\0\0\0", 11}, /* a float */
        {"\xa1\x01\x05\x00", 4},                  /* a byte too many */
        {"\xa1\x01", 2},                          /* a byte too few */
        {"\xa2\x01\x05\x01\x05", 5},              /* one key twice */
        {"\xa1\x01\x1c", 3},                      /* reserved */
        {"", 0},
    };
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        const uint32_t n = bad[i].len > 0 && (uint8_t)bad[i].bytes[0] == 0xa2 ? 2 : 1;
        struct item_reader r = item_reader_over(slice_of(bad[i].bytes, bad[i].len), n);
        for (uint32_t k = 0; k < n; k++)
            (void)item_read_uint(&r, 100);
        if (item_read_end(&r) != CM_E_FORMAT) fail_msg("case %zu was read", i);
    }
    struct item_reader r = item_reader_over(slice_of("\xa1\x01\x5f\x41\x01\xff", 6), 1);
    (void)item_read_bytes(&r); /* indefinite byte string */
    assert_err(CM_E_FORMAT, item_read_end(&r));
    r = item_reader_over(slice_of("\xa1\x01\x5b\xff\xff\xff\xff\xff\xff\xff\xff", 11), 1);
    (void)item_read_bytes(&r); /* a length beyond everything */
    assert_err(CM_E_FORMAT, item_read_end(&r));
    r = item_reader_over(slice_of("\xa1\x01\x61\xff", 4), 1);
    (void)item_read_text(&r); /* not UTF-8 */
    assert_err(CM_E_FORMAT, item_read_end(&r));
}

static void headers_that_are_not_ours_are_refused(void **state) {
    (void)state;
    struct frame frame;
    size_t used = 0;
    const struct {
        cm_err err;
        uint8_t header[FRAME_HEADER_LEN];
    } bad[] = {
        {CM_E_VERSION, {0, 0, 0, 0, 1, 1}},
        {CM_E_FORMAT, {0, 0, 0, 0, 2, 0}},
        {CM_E_FORMAT, {0, 0, 0, 0, 2, FRAME_KIND_LAST + 1}},
        {CM_E_FORMAT, {0, 0, 0, 0, 2, 1, 0, 1}},
        {CM_E_LIMIT, {1, 0, 0, 1, 2, 1}},
        {CM_E_TRUNCATED, {0, 0, 0, 1, 2, 1}},
    };
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++)
        assert_err(bad[i].err,
                   frame_take(slice_of(bad[i].header, FRAME_HEADER_LEN), &frame, &used));
    assert_err(CM_E_TRUNCATED, frame_take(slice_of(bad[0].header, 11), &frame, &used));
}

/* ---- Random frames ------------------------------------------------------------------------ */

#define CALLS_CAP    5u
#define REQUESTS_CAP 7u

struct made {
    struct cm_call calls[CALLS_CAP];
    struct cm_request requests[CALLS_CAP][REQUESTS_CAP];
    struct cm_answer answers[CALLS_CAP][REQUESTS_CAP];
    struct cm_card_ask asks[CALLS_CAP][REQUESTS_CAP];
    struct cm_card_told told[CALLS_CAP][REQUESTS_CAP];
    uint8_t bytes[2048];
};

static struct cm_slice some(uint64_t *r, const struct made *m, size_t most) {
    return slice_of(m->bytes, below(r, most + 1));
}

static void make_card(uint64_t *r, struct made *m, size_t c, size_t i) {
    m->asks[c][i] = (struct cm_card_ask){.amount = below(r, CM_AMOUNT_MAX + 1),
                                         .reference = splitmix_next(r),
                                         .other = some(r, m, 40),
                                         .reason = (enum cm_card_reason)below(r, CM_REASON_N),
                                         .checked = below(r, 2) == 1};
    if (below(r, 2) == 1) memcpy(m->asks[c][i].currency, "SEK", 4);
    m->told[c][i] = (struct cm_card_told){.card = below(r, 2) == 1};
    if (!m->told[c][i].card) return;
    m->told[c][i] = (struct cm_card_told){.card = true,
                                          .state = (enum cm_card_state)below(r, CM_CARD_STATE_N),
                                          .reason = (enum cm_card_reason)below(r, CM_REASON_N),
                                          .currency = "EUR",
                                          .balance = splitmix_next(r),
                                          .held = splitmix_next(r),
                                          .amount = splitmix_next(r),
                                          .transaction = splitmix_next(r),
                                          .expires_ms = splitmix_next(r),
                                          .pin_tries_left = (uint8_t)splitmix_next(r)};
}

static size_t make(uint64_t *r, struct made *m) {
    for (size_t i = 0; i < sizeof m->bytes; i++)
        m->bytes[i] = (uint8_t)splitmix_next(r);
    const size_t n = 1 + below(r, CALLS_CAP);
    for (size_t c = 0; c < n; c++) {
        m->calls[c] = (struct cm_call){.caller = {.actor = (uint32_t)splitmix_next(r),
                                                  .brand = (uint32_t)splitmix_next(r),
                                                  .test = below(r, 2) == 1},
                                       .door = (uint32_t)splitmix_next(r),
                                       .key = some(r, m, CM_KEY_TEXT_MAX),
                                       .requests = m->requests[c],
                                       .answers = m->answers[c],
                                       .asks = below(r, 3) == 0 ? m->asks[c] : NULL,
                                       .told = below(r, 2) == 0 ? m->told[c] : NULL,
                                       .status = (enum cm_call_status)below(r, 4),
                                       .n = 1 + below(r, REQUESTS_CAP)};
        for (size_t i = 0; i < m->calls[c].n; i++) {
            make_card(r, m, c, i);
            const enum cm_operation op = (enum cm_operation)below(r, CM_OPERATION_N);
            m->requests[c][i] = (struct cm_request){
                .operation = op,
                .code = some(r, m, 40),
                .redeemer = some(r, m, CM_REDEEMER_MAX),
                .pin = some(r, m, CM_PIN_TEXT_MAX),
                .hold_ms = op == CM_OP_RESERVE ? 1 + below(r, CM_HOLD_MS_MAX) : 0};
            m->answers[c][i] =
                (struct cm_answer){.verdict = (enum cm_verdict)below(r, CM_VERDICT_N),
                                   .set = (uint32_t)splitmix_next(r),
                                   .serial = splitmix_next(r),
                                   .sequence = splitmix_next(r),
                                   .time_ms = splitmix_next(r),
                                   .until_ms = splitmix_next(r),
                                   .use = (uint32_t)splitmix_next(r),
                                   .prize = (uint16_t)splitmix_next(r),
                                   .replayed = below(r, 2) == 1};
        }
    }
    return n;
}

static void any_calls_come_back_as_they_went(void **state) {
    (void)state;
    uint64_t r = 20261121;
    static struct made m;
    for (int turn = 0; turn < RANDOM_FRAMES; turn++) {
        const size_t n = make(&r, &m);
        CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
        assert_ok(calls_encode(&out, m.calls, n));
        CM_CLEANUP(call_list_wipe) struct call_list list = CALL_LIST_INIT;
        assert_ok(calls_decode(buffer_slice(&out), &list));
        CM_CLEANUP(buffer_free) struct buffer again = BUFFER_INIT;
        assert_ok(calls_encode(&again, list.calls, list.n));
        assert_int_equal(again.len, out.len);
        assert_memory_equal(again.p, out.p, out.len);
    }
}

/* Damage one byte: what still decodes must be what those bytes say, and nothing else. */
static void a_damaged_frame_is_refused_or_means_its_bytes(void **state) {
    (void)state;
    uint64_t r = 7;
    static struct made m;
    size_t refused = 0;
    for (int turn = 0; turn < RANDOM_FRAMES; turn++) {
        const size_t n = make(&r, &m);
        CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
        assert_ok(calls_encode(&out, m.calls, n));
        out.p[below(&r, turn % 2 == 0 ? 24 : out.len)] ^= (uint8_t)(1u << below(&r, 8));
        CM_CLEANUP(call_list_wipe) struct call_list list = CALL_LIST_INIT;
        if (calls_decode(buffer_slice(&out), &list) != CM_OK) {
            refused++;
            continue;
        }
        CM_CLEANUP(buffer_free) struct buffer again = BUFFER_INIT;
        assert_ok(calls_encode(&again, list.calls, list.n));
        assert_int_equal(again.len, out.len);
        assert_memory_equal(again.p, out.p, out.len);
    }
    assert_in_range(refused, RANDOM_FRAMES / 8, RANDOM_FRAMES - 1);
}

static void a_cut_frame_is_refused_at_every_length(void **state) {
    (void)state;
    uint64_t r = 11;
    static struct made m;
    const size_t n = make(&r, &m);
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    assert_ok(calls_encode(&out, m.calls, n));
    for (size_t len = 0; len < out.len; len++) {
        struct call_list list = CALL_LIST_INIT;
        assert_err(CM_E_FORMAT, calls_decode(slice_of(out.p, len), &list));
        assert_null(list.calls);
    }
}

static void answers_to_other_questions_change_nothing(void **state) {
    (void)state;
    uint64_t r = 13;
    static struct made m;
    for (int turn = 0; turn < RANDOM_FRAMES; turn++) {
        const size_t n = make(&r, &m);
        CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
        assert_ok(answers_encode(&out, m.calls, n, NULL, 0));
        struct cm_answer before[CALLS_CAP][REQUESTS_CAP];
        memset(m.answers, 0xA5, sizeof m.answers);
        memset(m.told, 0, sizeof m.told);
        assert_ok(answers_decode(buffer_slice(&out), m.calls, n, NULL, NULL));
        CM_CLEANUP(buffer_free) struct buffer again = BUFFER_INIT;
        assert_ok(answers_encode(&again, m.calls, n, NULL, 0));
        assert_int_equal(again.len, out.len);
        assert_memory_equal(again.p, out.p, out.len);
        if (m.calls[0].status != CM_CALL_DONE) continue;
        m.calls[0].n++;
        memset(m.answers, 0xA5, sizeof m.answers);
        memcpy(before, m.answers, sizeof before);
        assert_err(CM_E_FORMAT, answers_decode(buffer_slice(&out), m.calls, n, NULL, NULL));
        assert_memory_equal(before, m.answers, sizeof before);
    }
}

static void more_than_a_frame_holds_is_refused(void **state) {
    (void)state;
    struct cm_request *many = calloc(CM_REQUESTS_MAX, sizeof *many);
    assert_non_null(many);
    struct cm_call calls[7];
    for (size_t i = 0; i < 7; i++)
        calls[i] = (struct cm_call){.requests = many, .n = CM_REQUESTS_MAX};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    assert_err(CM_E_LIMIT, calls_encode(&out, calls, 7));
    assert_int_equal(out.len, 0);
    assert_ok(calls_encode(&out, calls, 6));
    struct call_list list = CALL_LIST_INIT;
    assert_ok(calls_decode(buffer_slice(&out), &list));
    call_list_wipe(&list);
    free(many);
}

static void a_text_too_long_for_a_code_stays_too_long(void **state) {
    (void)state;
    static uint8_t endless[100000];
    const struct cm_request q = {.code = slice_of(endless, sizeof endless)};
    const struct cm_call call = {.requests = &q, .n = 1};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    assert_ok(calls_encode(&out, &call, 1));
    CM_CLEANUP(call_list_wipe) struct call_list list = CALL_LIST_INIT;
    assert_ok(calls_decode(buffer_slice(&out), &list));
    assert_int_equal(list.requests[0].code.len, CM_CODE_TEXT_MAX + 1);
}

static void the_key_table_comes_back_and_cut_ones_do_not(void **state) {
    (void)state;
    struct key_row keys[] = {
        {.id = 1, .brand = 2, .door = 3, .role = KEY_ROLE_REDEEM, .hash = {9}, .name = "till"},
        {.id = 2, .test = true, .role = KEY_ROLE_ADMIN, .name = "x"}};
    struct door_row doors[] = {{.id = 3, .brand = 2, .name = "shop"}};
    const struct key_table t = {keys, doors, 2, 1};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    assert_ok(key_table_encode(&out, &t));
    CM_CLEANUP(key_table_wipe) struct key_table back = KEY_TABLE_INIT;
    assert_ok(key_table_decode(buffer_slice(&out), &back));
    assert_int_equal(back.key_n, 2);
    assert_string_equal(back.keys[0].name, "till");
    assert_int_equal(back.keys[0].hash[0], 9);
    assert_true(back.keys[1].test);
    assert_string_equal(back.doors[0].name, "shop");
    for (size_t len = 0; len < out.len; len++) {
        struct key_table cut = KEY_TABLE_INIT;
        assert_err(CM_E_FORMAT, key_table_decode(slice_of(out.p, len), &cut));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_carries_calls_there_and_answers_back),
        cmocka_unit_test(items_are_the_bytes_of_rfc_8949_appendix_a),
        cmocka_unit_test(an_item_in_another_form_is_refused),
        cmocka_unit_test(headers_that_are_not_ours_are_refused),
        cmocka_unit_test(any_calls_come_back_as_they_went),
        cmocka_unit_test(a_damaged_frame_is_refused_or_means_its_bytes),
        cmocka_unit_test(a_cut_frame_is_refused_at_every_length),
        cmocka_unit_test(answers_to_other_questions_change_nothing),
        cmocka_unit_test(more_than_a_frame_holds_is_refused),
        cmocka_unit_test(a_text_too_long_for_a_code_stays_too_long),
        cmocka_unit_test(the_key_table_comes_back_and_cut_ones_do_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
