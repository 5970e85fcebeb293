/* Lends: what a line computer reads, and what it must not believe. The MAC is openssl's:
 * openssl mac -cipher AES-256-CBC -macopt hexkey:00..1f CMAC. */
#include "support/cm.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "line/lend.h"

#define RUN "{\"name\":\"monday-run-1\",\"printer\":\"zpl+tcp://127.0.0.1\"}"

static const struct cm_key key = {{0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                   16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31}};

static void put_head(struct buffer *b, uint64_t units) {
    assert_ok(lend_put_head(b, &(struct lend_head){.number = 7,
                                                   .until_ms = 1795000000000,
                                                   .units = units,
                                                   .report_key = &key,
                                                   .run = slice_text(RUN)}));
}
#define CHUNK_A                                                                                    \
    "{\"run\":\"monday-run-1\",\"set\":3,\"batch\":{\"name\":\"monday\"},\"first\":10,\"count\":"  \
    "3,"                                                                                           \
    "\"codes\":[\"HW34\",null,\"QP9X\"]}\n"
#define CHUNK_B                                                                                    \
    "{\"run\":\"monday-run-1\",\"set\":3,\"batch\":{\"name\":\"monday\"},\"first\":13,\"count\":"  \
    "1,"                                                                                           \
    "\"codes\":[\"TTTT\"]}\n"

static void a_lend_gives_its_texts_by_serial(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer b = BUFFER_INIT;
    CM_CLEANUP(lend_wipe) struct lend l;
    put_head(&b, 3);
    buffer_text(&b, CHUNK_A CHUNK_B);
    assert_ok(lend_put_end(&b, 3));
    assert_ok(lend_parse(buffer_slice(&b), &l, NULL));
    assert_int_equal(l.number, 7);
    assert_int_equal(l.n, 2);
    assert_memory_equal(l.report_key.b, key.b, sizeof key.b);
    assert_true(slice_equal(buffer_slice(&l.run), slice_text(RUN)));
    const struct lend_chunk *c = lend_find(&l, 3, 12);
    assert_non_null(c);
    assert_true(slice_equal(lend_text(c, 12), slice_text("QP9X")));
    assert_true(slice_equal(lend_text(c, 10), slice_text("HW34")));
    assert_int_equal(lend_text(c, 11).len, 0);
    assert_true(slice_equal(buffer_slice(&c->words), slice_text("{\"name\":\"monday\"}")));
    assert_non_null(lend_find(&l, 3, 13));
    assert_null(lend_find(&l, 3, 14));
    assert_null(lend_find(&l, 4, 12));
}

static void no_cut_of_a_lend_is_taken_for_the_whole(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer b = BUFFER_INIT;
    put_head(&b, 3);
    buffer_text(&b, CHUNK_A CHUNK_B);
    assert_ok(lend_put_end(&b, 3));
    for (size_t len = 0; len < b.len; len++) {
        struct lend l;
        assert_int_not_equal(lend_parse(slice_of(b.p, len), &l, NULL), CM_OK);
        assert_null(l.chunks);
    }
}

static void refused(cm_err wanted, uint64_t units, const char *middle, uint64_t end) {
    CM_CLEANUP(buffer_free) struct buffer b = BUFFER_INIT;
    struct lend l;
    put_head(&b, units);
    buffer_text(&b, middle);
    assert_ok(lend_put_end(&b, end));
    assert_err(wanted, lend_parse(buffer_slice(&b), &l, NULL));
    assert_null(l.chunks);
}

static void what_does_not_add_up_is_refused(void **state) {
    (void)state;
    refused(CM_E_FORMAT, 3, CHUNK_A, 3);         /* a chunk is missing */
    refused(CM_E_FORMAT, 2, CHUNK_A CHUNK_B, 2); /* more than the head tells */
    refused(CM_E_FORMAT, 4, CHUNK_A CHUNK_A, 4); /* serials twice */
    refused(CM_E_FORMAT, 2, CHUNK_A "[1]\n", 2); /* not an object */
    refused(CM_E_FORMAT, 2, CHUNK_A "\n", 2);    /* an empty line */
    refused(CM_E_FORMAT, 2, "{\"end\":true,\"units\":2}\n", 2);
    refused(CM_E_FORMAT, 2,
            "{\"set\":3,\"batch\":{},\"first\":0,\"count\":2,\"codes\":[\"AB\",\"ABC\"]}\n", 2);
    refused(CM_E_RANGE, 2, "{\"set\":3,\"batch\":{},\"first\":0,\"count\":0,\"codes\":[]}\n", 2);
}

static void a_lend_of_another_format_says_so(void **state) {
    (void)state;
    struct lend l;
    assert_err(CM_E_VERSION,
               lend_parse(slice_text("{\"format\":\"countermark lend 2\",\"x\":1}\n"), &l, NULL));
}

static void a_report_is_under_the_lends_own_key(void **state) {
    (void)state;
    uint8_t mac[REPORT_MAC_LEN];
    char hex[2 * REPORT_MAC_LEN + 1];
    assert_ok(report_mac(&key, slice_text("{\"run\":7,\"sequence\":1}"), mac));
    hex_format(mac, sizeof mac, hex);
    assert_string_equal(hex, "44f0b1bf65ff807a092c0c47cc048bdf");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lend_gives_its_texts_by_serial),
        cmocka_unit_test(no_cut_of_a_lend_is_taken_for_the_whole),
        cmocka_unit_test(what_does_not_add_up_is_refused),
        cmocka_unit_test(a_lend_of_another_format_says_so),
        cmocka_unit_test(a_report_is_under_the_lends_own_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
