/* The book of an order: packing there and back, and the table of what may follow what
 * (docs/design/orders.md, "The life of an order"). */
#include "order/book.h"

#include <string.h>

#include "base/macros.h"
#include "support/cm.h"

static void a_book_comes_back_as_it_was_packed(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer packed = BUFFER_INIT;
    CM_CLEANUP(book_of_order_wipe)
    struct book_of_order b = {.state = NULL}, again = {.state = NULL};
    assert_ok(book_of_order_read(slice_of(NULL, 0), 1000, &b)); /* nothing was said yet */
    for (size_t i = 0; i < 1000; i++)
        b.state[i] = (uint8_t)(i < 300 ? BOOK_SHIPPED : i % 7 == 0 ? BOOK_SPOILED : BOOK_HELD);
    assert_ok(book_of_order_pack(&b, &packed));
    assert_ok(book_of_order_read(buffer_slice(&packed), 1000, &again));
    assert_memory_equal(b.state, again.state, 1000);
}

static void a_run_of_millions_is_a_few_bytes(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer packed = BUFFER_INIT;
    CM_CLEANUP(book_of_order_wipe) struct book_of_order b = {.state = NULL};
    assert_ok(book_of_order_read(slice_of(NULL, 0), 10000000, &b));
    memset(b.state, BOOK_SHIPPED, 9999999);
    assert_ok(book_of_order_pack(&b, &packed));
    assert_true(packed.len < 10);
}

static void a_book_in_too_many_pieces_is_refused(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer packed = BUFFER_INIT;
    CM_CLEANUP(book_of_order_wipe) struct book_of_order b = {.state = NULL};
    assert_ok(book_of_order_read(slice_of(NULL, 0), 3000000, &b));
    for (size_t i = 0; i < 3000000; i += 2)
        b.state[i] = BOOK_SHIPPED;
    assert_int_equal(book_of_order_pack(&b, &packed), CM_E_LIMIT);
}

/* Cut at every length, and each byte changed: never anything but a book of so many records. */
static void damaged_books_are_refused(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer packed = BUFFER_INIT;
    CM_CLEANUP(book_of_order_wipe) struct book_of_order b = {.state = NULL};
    assert_ok(book_of_order_read(slice_of(NULL, 0), 700, &b));
    memset(b.state + 100, BOOK_SPOILED, 300);
    assert_ok(book_of_order_pack(&b, &packed));
    for (size_t len = 1; len < packed.len; len++) {
        CM_CLEANUP(book_of_order_wipe) struct book_of_order cut = {.state = NULL};
        assert_int_equal(book_of_order_read(slice_of(packed.p, len), 700, &cut), CM_E_CORRUPT);
    }
    for (size_t i = 0; i < packed.len; i++)
        for (unsigned bit = 0; bit < 8; bit++) {
            CM_CLEANUP(book_of_order_wipe) struct book_of_order read = {.state = NULL};
            packed.p[i] ^= (uint8_t)(1u << bit);
            const cm_err err = book_of_order_read(buffer_slice(&packed), 700, &read);
            assert_true(err == CM_E_CORRUPT || (err == CM_OK && read.records == 700));
            packed.p[i] ^= (uint8_t)(1u << bit);
        }
}

/* Rows: what it was; columns: what is said of it. '.' = stays, '!' = contradicts, else as it is
 * then, by the first letter. */
static void news_follow_the_table(void **state) {
    (void)state;
    static const char letters[BOOK_STATE_N + 1] = "opHSXRQ";
    static const char *const table[BOOK_STATE_N] = {
        /* said:        o p H S X R */
        [BOOK_ORDERED] = ".pHSXR",     [BOOK_PRODUCED] = "..HSXR", [BOOK_HELD] = "...SXR",
        [BOOK_SHIPPED] = "....!!",     [BOOK_SPOILED] = "..!!.R",  [BOOK_REMADE] = "..!!..",
        [BOOK_QUARANTINED] = ".pHSXR",
    };
    for (unsigned old = 0; old < BOOK_STATE_N; old++)
        for (unsigned news = 0; news <= BOOK_REMADE; news++) {
            enum book_state now = BOOK_ORDERED;
            const bool both = book_follow((enum book_state)old, (enum book_state)news, &now);
            const char said = table[old][news];
            assert_int_equal(both, said != '!');
            assert_int_equal(letters[now], said == '.' || said == '!' ? letters[old] : said);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_book_comes_back_as_it_was_packed),
        cmocka_unit_test(a_run_of_millions_is_a_few_bytes),
        cmocka_unit_test(a_book_in_too_many_pieces_is_refused),
        cmocka_unit_test(damaged_books_are_refused),
        cmocka_unit_test(news_follow_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
