/* Stock and alias events as bytes: against bytes written out by hand from docs/design/journal.md
 * section 8, and every length and value that no writer of ours makes. */
#include "ledger/event.h"

#include <string.h>

#include "countermark/life.h"
#include "ledger/event_frame.h"
#include "support/cm.h"

static const uint8_t laid[] = {
    24, 0, 0, 33,                         /* stock, no flags, 33 bytes */
    0,  0, 0, 7,                          /* set */
    0,  0, 0, 0,  0x01, 0x02, 0x03, 0x04, /* first */
    0,  0, 0, 0,  0,    0,    0x27, 0x10, /* count */
    2,                                    /* in stock */
    0,  0, 0, 9,                          /* agent */
    0,  0, 1, 0,                          /* order */
    0,  0, 0, 3,                          /* actor */
};

static const uint8_t named[] = {
    25,  0,   0,   42,                           /* alias, no flags, 42 bytes */
    0,   0,   0,   7,                            /* set */
    0,   0,   0,   0,    0,    0,    0,    5,    /* serial */
    3,   1,                                      /* token, given */
    0,   0,   1,   0xA1, 0xED, 0x35, 0xF6, 0x00, /* its end */
    's', 'i', 'x', 't',  'e',  'e',  'n',  ' ',  'l', 'e',
    't', 't', 'e', 'r',  's',  '.',  0,    0,    0,   3, /* actor */
};

static cm_err read_framed(const uint8_t *bytes, size_t len, struct event *out) {
    struct cm_slice rest = slice_of(bytes, len);
    struct event_frame frame;
    assert_true(frame_next(&rest, &frame));
    return event_read(frame.type, frame.flags, frame.payload, out);
}

static void a_range_in_stock_is_written_as_the_table_says_and_read_back(void **state) {
    (void)state;
    const struct event e = {.type = EVENT_STOCK,
                            .u.stock = {.set = 7,
                                        .first = 0x01020304,
                                        .count = 10000,
                                        .state = CM_CARD_STOCK,
                                        .agent = 9,
                                        .order = 256,
                                        .actor = 3}};
    uint8_t bytes[EVENT_STOCK_LEN];
    assert_int_equal(event_put(bytes, &e), sizeof laid);
    assert_memory_equal(bytes, laid, sizeof laid);
    struct event got;
    assert_ok(read_framed(bytes, sizeof bytes, &got));
    assert_int_equal(got.type, EVENT_STOCK);
    assert_int_equal(got.u.stock.first, 0x01020304);
    assert_int_equal(got.u.stock.count, 10000);
    assert_int_equal(got.u.stock.state, CM_CARD_STOCK);
    assert_int_equal(got.u.stock.agent, 9);
    assert_int_equal(got.u.stock.order, 256);
    assert_int_equal(got.u.stock.actor, 3);
}

static void a_token_is_written_as_the_table_says_and_read_back(void **state) {
    (void)state;
    struct event e = {.type = EVENT_ALIAS,
                      .u.alias = {.set = 7,
                                  .serial = 5,
                                  .kind = ALIAS_TOKEN,
                                  .on = true,
                                  .until_ms = 0x1A1ED35F600,
                                  .actor = 3}};
    memcpy(e.u.alias.hash, "sixteen letters.", EVENT_HASH_LEN);
    uint8_t bytes[EVENT_ALIAS_LEN];
    assert_int_equal(event_put(bytes, &e), sizeof named);
    assert_memory_equal(bytes, named, sizeof named);
    struct event got;
    assert_ok(read_framed(bytes, sizeof bytes, &got));
    assert_int_equal(got.u.alias.kind, ALIAS_TOKEN);
    assert_true(got.u.alias.on);
    assert_int_equal(got.u.alias.until_ms, 0x1A1ED35F600);
    assert_memory_equal(got.u.alias.hash, "sixteen letters.", EVENT_HASH_LEN);
}

/* One byte of the payload bent. */
static cm_err read_bent(const uint8_t *bytes, size_t len, size_t at, uint8_t byte) {
    uint8_t bent[64];
    struct event e;
    memcpy(bent, bytes, len);
    bent[EVENT_FRAME_LEN + at] = byte;
    return read_framed(bent, len, &e);
}

static void what_no_writer_of_ours_makes_is_corrupt(void **state) {
    (void)state;
    struct event e;
    for (size_t len = 0; len < sizeof laid - EVENT_FRAME_LEN; len++)
        assert_err(CM_E_CORRUPT,
                   event_read(EVENT_STOCK, 0, slice_of(laid + EVENT_FRAME_LEN, len), &e));
    for (size_t len = 0; len < sizeof named - EVENT_FRAME_LEN; len++)
        assert_err(CM_E_CORRUPT,
                   event_read(EVENT_ALIAS, 0, slice_of(named + EVENT_FRAME_LEN, len), &e));
    assert_err(CM_E_CORRUPT, event_read(EVENT_STOCK, 1, slice_of(laid + 4, 33), &e));
    assert_err(CM_E_CORRUPT, event_read(EVENT_ALIAS, 1, slice_of(named + 4, 42), &e));
    assert_err(CM_E_CORRUPT, read_bent(laid, sizeof laid, 20, CM_CARD_ACTIVE)); /* no place */
    assert_ok(read_bent(laid, sizeof laid, 18, 0));
    uint8_t beyond[sizeof laid]; /* 2^64 */
    memcpy(beyond, laid, sizeof laid);
    memset(beyond + EVENT_FRAME_LEN + 4, 0xFF, sizeof(uint64_t));
    assert_err(CM_E_CORRUPT, read_framed(beyond, sizeof beyond, &e));
    uint8_t empty[sizeof laid];
    memcpy(empty, laid, sizeof laid);
    memset(empty + EVENT_FRAME_LEN + 12, 0, sizeof(uint64_t));
    assert_err(CM_E_CORRUPT, read_framed(empty, sizeof empty, &e));
    assert_err(CM_E_CORRUPT, read_bent(named, sizeof named, 12, ALIAS_NONE));
    assert_err(CM_E_CORRUPT, read_bent(named, sizeof named, 12, ALIAS_KIND_N));
    assert_err(CM_E_CORRUPT, read_bent(named, sizeof named, 13, 2));
    assert_err(CM_E_CORRUPT, read_bent(named, sizeof named, 13, 0)); /* taken away has no end */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_range_in_stock_is_written_as_the_table_says_and_read_back),
        cmocka_unit_test(a_token_is_written_as_the_table_says_and_read_back),
        cmocka_unit_test(what_no_writer_of_ours_makes_is_corrupt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
