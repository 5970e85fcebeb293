/* The card coder. Expected values come from docs/design/construction.md, example C, computed by
 * the node oracle; the oracle agrees on whole pools in vectors.oracle. */
#include "support/cm.h"

#include <string.h>

#include "cards/rules.h"
#include "countermark/card.h"

static const struct cm_pool_numbers pool_c = {
    .id = 7, .test = true, .prefix_n = 4, .prefix = "9643", .body_n = 11, .pin_n = 6};

static struct cm_key root_c(void) { /* 40 41 .. 5f */
    struct cm_key key = {{0}};
    for (size_t i = 0; i < CM_KEY_LEN; i++)
        key.b[i] = (uint8_t)(0x40 + i);
    return key;
}

static void numberer_freep(struct cm_numberer **nb) { cm_numberer_free(*nb); }
#define NUMBERER_SCOPED CM_CLEANUP(numberer_freep) struct cm_numberer

static void an_index_becomes_a_number_with_its_pin_and_comes_back(void **state) {
    (void)state;
    const struct cm_key root = root_c();
    NUMBERER_SCOPED *nb = NULL;
    assert_ok(cm_numberer_new(&nb, &pool_c, &root, 3));
    char number[16];
    uint8_t skip = 0xA5;
    assert_ok(cm_numberer_make(nb, 12345678, 1, number, &skip));
    assert_memory_equal(number, "9643632930836097", 16);
    assert_int_equal(skip, 0);
    char pin[6];
    const struct cm_card_pin asked = {.index = 12345678, .issue = 1};
    assert_ok(cm_numberer_pin(nb, &asked, 1, pin));
    assert_memory_equal(pin, "031327", 6);
    const struct cm_slice typed = {(const uint8_t *)"9643 6329-3083.6097", 19};
    cm_numberer_read(nb, &typed, 1, number);
    struct cm_card_opened opened;
    assert_ok(cm_numberer_open(nb, number, 1, &opened));
    assert_int_equal(opened.reading, CM_CARD_INDEX);
    assert_true(opened.index == 12345678);
    bool right = false;
    assert_ok(cm_numberer_pin_check(nb, &asked, 1, "031327", &right));
    assert_true(right);
    assert_ok(cm_numberer_pin_check(nb, &asked, 1, "031328", &right));
    assert_false(right);
}

static void a_wrong_number_is_a_typing_error_or_nothing_of_this_pool(void **state) {
    (void)state;
    const struct cm_key root = root_c();
    NUMBERER_SCOPED *nb = NULL;
    assert_ok(cm_numberer_new(&nb, &pool_c, &root, 3));
    static const struct {
        const char *text;
        enum cm_card_reading reading;
    } rows[] = {
        {"9643632930836097", CM_CARD_INDEX},
        {"9643632930836098", CM_CARD_TYPO},
        {"9643632930836079", CM_CARD_TYPO},
        {"8643632930836097", CM_CARD_NONE}, /* prefix before Luhn */
        {"964363293083609", CM_CARD_NONE},
        {"96436329308360977", CM_CARD_NONE},
        {"", CM_CARD_NONE},
        {"964363293O836097", CM_CARD_NONE}, /* no look-alikes in card numbers */
        {"9643632930836\xFF"
         "97",
         CM_CARD_NONE},
        {"\xEF\xBC\x99"
         "643632930836097",
         CM_CARD_INDEX}, /* full-width nine */
    };
    for (size_t i = 0; i < CM_ARRAY_N(rows); i++) {
        const struct cm_slice text = {(const uint8_t *)rows[i].text, strlen(rows[i].text)};
        char number[16];
        struct cm_card_opened opened;
        cm_numberer_read(nb, &text, 1, number);
        assert_ok(cm_numberer_open(nb, number, 1, &opened));
        if (opened.reading != rows[i].reading) fail_msg("row %zu", i);
        assert_true(opened.reading == CM_CARD_INDEX || opened.index == 0);
    }
}

static void every_byte_in_every_place_of_a_row_gets_an_answer(void **state) {
    (void)state;
    const struct cm_key root = root_c();
    NUMBERER_SCOPED *nb = NULL;
    assert_ok(cm_numberer_new(&nb, &pool_c, &root, 3));
    static char rows[16 * 256 * 16];
    static struct cm_card_opened opened[16 * 256];
    for (size_t i = 0; i < CM_ARRAY_N(opened); i++) {
        memcpy(rows + i * 16, "9643632930836097", 16);
        rows[i * 16 + i / 256] = (char)(i % 256);
    }
    assert_ok(cm_numberer_open(nb, rows, CM_ARRAY_N(opened), opened));
    unsigned good = 0;
    for (size_t i = 0; i < CM_ARRAY_N(opened); i++) {
        const bool digit = i % 256 >= '0' && i % 256 <= '9';
        if (!digit || (i / 256 < 4 && opened[i].reading != CM_CARD_INDEX))
            assert_int_equal(opened[i].reading, CM_CARD_NONE);
        good += opened[i].reading == CM_CARD_INDEX ? 1u : 0u;
    }
    assert_int_equal(good, 16); /* only the unchanged number, once for each place */
}

static void all_numbers_of_a_small_pool_differ_and_open_to_their_index(void **state) {
    (void)state;
    const struct cm_key root = root_c();
    const struct cm_pool_numbers small = {
        .id = 1, .test = true, .prefix_n = 1, .prefix = "9", .body_n = 6};
    NUMBERER_SCOPED *nb = NULL;
    assert_ok(cm_numberer_new(&nb, &small, &root, 1));
    static char numbers[1000000 * 8];
    static uint8_t skip[1000000], seen[1000000];
    static struct cm_card_opened opened[1000000];
    assert_ok(cm_numberer_make(nb, 0, 1000000, numbers, skip));
    assert_ok(cm_numberer_open(nb, numbers, 1000000, opened));
    memset(seen, 0, sizeof seen);
    for (size_t i = 0; i < 1000000; i++) {
        size_t body = 0;
        for (size_t k = 1; k < 7; k++)
            body = body * 10 + (size_t)(numbers[i * 8 + k] - '0');
        seen[body]++;
        if (opened[i].reading != CM_CARD_INDEX || opened[i].index != i) fail_msg("index %zu", i);
    }
    for (size_t i = 0; i < 1000000; i++)
        assert_int_equal(seen[i], 1);
}

static void arrays_of_any_length_equal_one_by_one(void **state) {
    (void)state;
    const struct cm_key root = root_c();
    NUMBERER_SCOPED *nb = NULL;
    assert_ok(cm_numberer_new(&nb, &pool_c, &root, 3));
    static const size_t sizes[] = {0, 1, 1023, 1024, 1025, 4097};
    static char numbers[4097 * 16], pins[4097 * 6];
    static uint8_t skip[4097];
    static struct cm_card_pin asked[4097];
    for (size_t s = 0; s < CM_ARRAY_N(sizes); s++) {
        const uint64_t first = 99999995000u; /* across nothing special, near the end */
        for (size_t i = 0; i < sizes[s]; i++)
            asked[i] = (struct cm_card_pin){.index = first + i, .issue = (uint16_t)(1 + i % 9)};
        assert_ok(cm_numberer_make(nb, first, sizes[s], numbers, skip));
        assert_ok(cm_numberer_pin(nb, asked, sizes[s], pins));
        for (size_t i = 0; i < sizes[s]; i += 511) {
            char number[16], pin[6];
            uint8_t one = 0;
            assert_ok(cm_numberer_make(nb, first + i, 1, number, &one));
            assert_ok(cm_numberer_pin(nb, &asked[i], 1, pin));
            assert_memory_equal(number, numbers + i * 16, 16);
            assert_memory_equal(pin, pins + i * 6, 6);
        }
    }
}

static void nothing_is_numbered_beyond_the_pool(void **state) {
    (void)state;
    const struct cm_key root = root_c();
    NUMBERER_SCOPED *nb = NULL;
    assert_ok(cm_numberer_new(&nb, &pool_c, &root, 3));
    char number[2 * 16];
    uint8_t skip[2];
    memset(number, 0xA5, sizeof number);
    assert_err(CM_E_RANGE, cm_numberer_make(nb, 99999999999u, 2, number, skip));
    assert_err(CM_E_RANGE, cm_numberer_make(nb, UINT64_MAX, 2, number, skip));
    assert_err(CM_E_RANGE, cm_numberer_make(nb, 100000000000u, 1, number, skip));
    assert_int_equal((uint8_t)number[0], 0xA5);
    assert_ok(cm_numberer_make(nb, 99999999999u, 1, number, skip));
    assert_ok(cm_numberer_make(nb, 100000000000u, 0, number, skip));
    char pin[6];
    struct cm_card_pin asked = {.index = 100000000000u, .issue = 1};
    assert_err(CM_E_RANGE, cm_numberer_pin(nb, &asked, 1, pin));
    asked = (struct cm_card_pin){.index = 1, .issue = 0};
    assert_err(CM_E_RANGE, cm_numberer_pin(nb, &asked, 1, pin));
}

/* 200,000 indices at share 0.02: expected 4,000, sigma = sqrt(200000 * 0.02 * 0.98) = 62.6. */
static void the_held_out_share_is_the_one_asked_for(void **state) {
    (void)state;
    const struct cm_key root = root_c();
    CM_CLEANUP(rules_freep) struct cm_card_rules *rules = NULL;
    assert_ok(rules_new(&rules, &pool_c));
    assert_ok(rules_begin(rules, 0, 20000000, NULL));
    assert_ok(rules_begin(rules, 200000, 0, NULL));
    assert_ok(rules_seal(rules, NULL));
    struct cm_pool_numbers pool = pool_c;
    pool.rules = rules;
    NUMBERER_SCOPED *nb = NULL;
    assert_ok(cm_numberer_new(&nb, &pool, &root, 3));
    static char numbers[400000 * 16];
    static uint8_t skip[400000];
    static struct cm_card_opened opened[400000];
    assert_ok(cm_numberer_make(nb, 0, 400000, numbers, skip));
    assert_ok(cm_numberer_open(nb, numbers, 400000, opened));
    int held = 0;
    for (size_t i = 0; i < 400000; i++) {
        held += skip[i] == CM_CARD_SKIP_HELD ? 1 : 0;
        assert_true(i < 200000 || skip[i] == 0); /* version 2 holds nothing out */
        assert_int_equal(opened[i].skip, skip[i]);
    }
    assert_in_range(held, 4000 - 250, 4000 + 250);
}

static void impossible_pools_and_keys_are_refused(void **state) {
    (void)state;
    const struct cm_key root = root_c();
    struct cm_numberer *nb = NULL;
    struct cm_pool_numbers bad = pool_c;
    assert_err(CM_E_RANGE, cm_numberer_new(&nb, &pool_c, &root, 0));
    bad.body_n = 5;
    assert_err(CM_E_RANGE, cm_numberer_new(&nb, &bad, &root, 1));
    bad.body_n = 15;
    assert_err(CM_E_RANGE, cm_numberer_new(&nb, &bad, &root, 1));
    bad = pool_c;
    bad.pin_n = 3;
    assert_err(CM_E_RANGE, cm_numberer_new(&nb, &bad, &root, 1));
    bad = pool_c;
    bad.prefix[2] = 'x';
    assert_err(CM_E_FORMAT, cm_numberer_new(&nb, &bad, &root, 1));
    bad = pool_c;
    bad.id = 0;
    assert_err(CM_E_RANGE, cm_numberer_new(&nb, &bad, &root, 1));
    bad = pool_c;
    bad.pin_n = 0;
    assert_null(nb);
    assert_ok(cm_numberer_new(&nb, &bad, &root, 1));
    char pin[6];
    const struct cm_card_pin asked = {.index = 1, .issue = 1};
    assert_err(CM_E_STATE, cm_numberer_pin(nb, &asked, 1, pin));
    cm_numberer_free(nb);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_index_becomes_a_number_with_its_pin_and_comes_back),
        cmocka_unit_test(a_wrong_number_is_a_typing_error_or_nothing_of_this_pool),
        cmocka_unit_test(every_byte_in_every_place_of_a_row_gets_an_answer),
        cmocka_unit_test(all_numbers_of_a_small_pool_differ_and_open_to_their_index),
        cmocka_unit_test(arrays_of_any_length_equal_one_by_one),
        cmocka_unit_test(nothing_is_numbered_beyond_the_pool),
        cmocka_unit_test(the_held_out_share_is_the_one_asked_for),
        cmocka_unit_test(impossible_pools_and_keys_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
