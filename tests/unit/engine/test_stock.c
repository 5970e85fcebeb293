/* Spans of stock against a slow map of every card, and as bytes of the image against bytes written
 * out by hand from docs/design/state.md. */
#include "engine/stock.h"

#include <stdlib.h>
#include <string.h>

#include "support/cm.h"
#include "support/splitmix.h"

#define SET 7u

static void lay(struct stock *s, uint64_t first, uint64_t count, uint8_t state, uint32_t agent) {
    const struct stock_event e = {
        .set = SET, .first = first, .count = count, .state = state, .agent = agent};
    assert_ok(stock_room(s, e.set, 1));
    stock_lay(s, &e);
}

static void cards_lie_where_the_last_word_put_them(void **state) {
    (void)state;
    CM_CLEANUP(stock_wipe) struct stock s = STOCK_INIT;
    lay(&s, 0, 10000, CM_CARD_SHIPPED, 0);
    lay(&s, 2000, 500, CM_CARD_STOCK, 9);
    assert_int_equal(stock_at(&s, SET, 1999).state, CM_CARD_SHIPPED);
    assert_int_equal(stock_at(&s, SET, 2000).state, CM_CARD_STOCK);
    assert_int_equal(stock_at(&s, SET, 2499).agent, 9);
    assert_int_equal(stock_at(&s, SET, 2500).agent, 0);
    assert_int_equal(stock_at(&s, SET, 10000).state, CM_CARD_MADE); /* nothing was said of it */
    assert_int_equal(stock_at(&s, SET + 1, 5).state, CM_CARD_MADE);
    assert_int_equal(stock_row_of(&s, SET)->n, 3);
}

static void what_is_laid_piece_by_piece_is_one_span(void **state) {
    (void)state;
    CM_CLEANUP(stock_wipe) struct stock s = STOCK_INIT;
    for (uint64_t i = 0; i < 1000; i++)
        lay(&s, i * 50, 50, CM_CARD_STOCK, 3);
    assert_int_equal(stock_row_of(&s, SET)->n, 1);
    lay(&s, 100, 1, CM_CARD_STOCK, 4);
    assert_int_equal(stock_row_of(&s, SET)->n, 3);
    lay(&s, 100, 1, CM_CARD_STOCK, 3); /* and it heals */
    assert_int_equal(stock_row_of(&s, SET)->n, 1);
    assert_int_equal(stock_row_of(&s, SET)->p[0].count, 50000);
}

enum { CARDS = 400 };
struct slow {
    uint8_t state;
    uint32_t agent, order;
};

static bool alike(const struct slow *a, const struct slow *b) {
    return a->state == b->state && a->agent == b->agent && a->order == b->order;
}

static void compare(const struct stock *s, const struct slow *map) {
    const struct stock_row *row = stock_row_of(s, SET);
    size_t changes = 0;
    for (uint64_t i = 0; i < CARDS; i++) {
        const struct stock_place at = stock_at(s, SET, i);
        assert_int_equal(at.state, map[i].state);
        assert_int_equal(at.agent, map[i].agent);
        assert_int_equal(at.order, map[i].order);
        if (i > 0) changes += !alike(&map[i], &map[i - 1]);
    }
    /* As few spans as can be: a made card that was laid may lie beside one of which nothing was
     * said, which is the same to everybody but is a border of its own. */
    if (row != NULL)
        for (size_t i = 1; i < row->n; i++) {
            const struct stock_span *a = &row->p[i - 1], *b = &row->p[i];
            assert_true(a->first + a->count <= b->first);
            assert_false(a->first + a->count == b->first && a->state == b->state &&
                         a->agent == b->agent && a->order == b->order);
        }
    assert_true(row == NULL || row->n >= (changes + 1) / 2);
}

static void a_thousand_random_lays_agree_with_a_map_of_every_card(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        CM_CLEANUP(stock_wipe) struct stock s = STOCK_INIT;
        uint64_t random = seed;
        struct slow map[CARDS];
        memset(map, 0, sizeof map);
        for (int n = 0; n < 200; n++) {
            const uint64_t first = splitmix_next(&random) % CARDS;
            const uint64_t most = CARDS - first;
            const uint64_t count =
                1 + splitmix_next(&random) % (n % 3 == 0 ? most : (most + 9) / 10);
            const struct stock_event e = {.set = SET,
                                          .first = first,
                                          .count = count,
                                          .state = (uint8_t)(splitmix_next(&random) % 3),
                                          .agent = (uint32_t)(splitmix_next(&random) % 3),
                                          .order = (uint32_t)(splitmix_next(&random) % 2)};
            assert_ok(stock_room(&s, SET, 1));
            stock_lay(&s, &e);
            for (uint64_t i = first; i < first + count; i++) {
                map[i].state = e.state;
                map[i].agent = e.agent;
                map[i].order = e.order;
            }
            compare(&s, map);
        }
        /* And the image says the same. */
        CM_CLEANUP(buffer_free) struct buffer packed = BUFFER_INIT;
        CM_CLEANUP(stock_wipe) struct stock again = STOCK_INIT;
        stock_pack(stock_row_of(&s, SET), &packed);
        assert_ok(stock_load(&again, SET, buffer_slice(&packed)));
        compare(&again, map);
    }
}

static const uint8_t one_span[] = {
    0, 0, 0, 0, 0, 0, 0x07, 0xD0, /* first 2000 */
    0, 0, 0, 0, 0, 0, 0x01, 0xF4, /* 500 cards */
    2,                            /* in stock */
    0, 0, 0, 9,                   /* agent */
    0, 0, 0, 4,                   /* order */
};

static void a_row_of_the_image_is_written_as_the_table_says(void **state) {
    (void)state;
    CM_CLEANUP(stock_wipe) struct stock s = STOCK_INIT;
    CM_CLEANUP(buffer_free) struct buffer packed = BUFFER_INIT;
    const struct stock_event e = {
        .set = SET, .first = 2000, .count = 500, .state = CM_CARD_STOCK, .agent = 9, .order = 4};
    assert_ok(stock_room(&s, SET, 1));
    stock_lay(&s, &e);
    stock_pack(stock_row_of(&s, SET), &packed);
    assert_int_equal(packed.len, sizeof one_span);
    assert_memory_equal(packed.p, one_span, sizeof one_span);
}

static void load_refused(const uint8_t *bytes, size_t len) {
    CM_CLEANUP(stock_wipe) struct stock s = STOCK_INIT;
    assert_err(CM_E_CORRUPT, stock_load(&s, SET, slice_of(bytes, len)));
}

static void a_row_that_no_writer_of_ours_makes_is_corrupt(void **state) {
    (void)state;
    uint8_t bent[2 * sizeof one_span];
    for (size_t len = 0; len < sizeof one_span; len++)
        load_refused(one_span, len);
    memcpy(bent, one_span, sizeof one_span);
    memcpy(bent + sizeof one_span, one_span, sizeof one_span);
    load_refused(bent, sizeof bent); /* twice the same place */
    bent[sizeof one_span + 6] = 0x09;
    bent[sizeof one_span + 7] = 0xC4; /* 2500: should have been one with the first */
    load_refused(bent, sizeof bent);
    bent[16] = CM_CARD_ACTIVE; /* no place to lie */
    load_refused(bent, sizeof one_span);
    memcpy(bent, one_span, sizeof one_span);
    memset(bent + 8, 0, 8); /* empty */
    load_refused(bent, sizeof one_span);
    memset(bent, 0xFF, 16); /* beyond 2^64 */
    load_refused(bent, sizeof one_span);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cards_lie_where_the_last_word_put_them),
        cmocka_unit_test(what_is_laid_piece_by_piece_is_one_span),
        cmocka_unit_test(a_thousand_random_lays_agree_with_a_map_of_every_card),
        cmocka_unit_test(a_row_of_the_image_is_written_as_the_table_says),
        cmocka_unit_test(a_row_that_no_writer_of_ours_makes_is_corrupt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
