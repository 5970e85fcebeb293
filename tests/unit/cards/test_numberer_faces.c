/* The faces of a card: EAN-13, GSRN, own numbers of key tags. Expected values come from
 * docs/design/construction.md, example D, computed by the node oracle; the oracle agrees on whole
 * pools in vectors.oracle. */
#include "support/cm.h"

#include <string.h>

#include "cards/rules.h"
#include "countermark/card.h"

static const struct cm_pool_numbers pool_d = {
    .id = 7,
    .test = true,
    .prefix_n = 4,
    .prefix = "9643",
    .body_n = 11,
    .pin_n = 6,
    .faces = {.ean13 = {.number_n = 13, .prefix_n = 2, .prefix = "29"},
              .gsrn = {.number_n = 18, .prefix_n = 7, .prefix = "9506000"},
              .tag = {.number_n = 16, .prefix_n = 4, .prefix = "9644"},
              .tag_n = 3}};

static struct cm_key root_d(void) { /* 40 41 .. 5f */
    struct cm_key key = {{0}};
    for (size_t i = 0; i < CM_KEY_LEN; i++)
        key.b[i] = (uint8_t)(0x40 + i);
    return key;
}

static void numberer_freep(struct cm_numberer **nb) { cm_numberer_free(*nb); }
#define NUMBERER_SCOPED CM_CLEANUP(numberer_freep) struct cm_numberer

static const char *const expected[CM_CARD_FACE_N] = {"9643632930836097", "2916837271910",
                                                     "950600037855869911", "9644842796424990"};

static void a_card_is_known_by_each_of_its_faces(void **state) {
    (void)state;
    const struct cm_key root = root_d();
    const struct cm_card_item item = {.index = 12345678, .member = 2};
    NUMBERER_SCOPED *nb = NULL;
    assert_ok(cm_numberer_new(&nb, &pool_d, &root, 3));
    for (unsigned f = 0; f < CM_CARD_FACE_N; f++) {
        char row[CM_CARD_NUMBER_MAX + 1] = {0};
        struct cm_card_opened opened;
        assert_ok(cm_numberer_face(nb, (enum cm_card_face)f, &item, 1, row));
        assert_string_equal(row, expected[f]);
        const struct cm_slice text = {(const uint8_t *)row, strlen(row)};
        assert_ok(cm_numberer_open_any(nb, &text, 1, &opened));
        assert_int_equal(opened.reading, CM_CARD_INDEX);
        assert_true(opened.index == 12345678);
        assert_int_equal(opened.face, f);
        assert_int_equal(opened.member, f == CM_FACE_TAG ? 2 : 0);
    }
}

#define CARDS 3001u

static void arrays_of_all_faces_open_to_their_cards(void **state) {
    (void)state;
    const struct cm_key root = root_d();
    static struct cm_card_item items[CARDS];
    static char rows[CM_CARD_FACE_N][CARDS * CM_CARD_NUMBER_MAX];
    static struct cm_slice texts[CM_CARD_FACE_N * CARDS];
    static struct cm_card_opened opened[CM_CARD_FACE_N * CARDS];
    NUMBERER_SCOPED *nb = NULL;
    assert_ok(cm_numberer_new(&nb, &pool_d, &root, 3));
    for (size_t i = 0; i < CARDS; i++) /* rising, jumping, falling back */
        items[i] = (struct cm_card_item){.index = i * i * 1009u % 9999999967u,
                                         .member = (uint8_t)(1 + i % 3)};
    for (unsigned f = 0; f < CM_CARD_FACE_N; f++) {
        const size_t width = cm_card_shape(&pool_d, (enum cm_card_face)f).number_n;
        assert_ok(cm_numberer_face(nb, (enum cm_card_face)f, items, CARDS, rows[f]));
        for (size_t i = 0; i < CARDS; i++)
            texts[i * CM_CARD_FACE_N + f] =
                (struct cm_slice){(const uint8_t *)rows[f] + i * width, width};
        char one[CM_CARD_NUMBER_MAX];
        assert_ok(cm_numberer_face(nb, (enum cm_card_face)f, &items[1777], 1, one));
        assert_memory_equal(one, rows[f] + 1777 * width, width);
    }
    assert_ok(cm_numberer_open_any(nb, texts, CM_ARRAY_N(texts), opened));
    for (size_t i = 0; i < CM_ARRAY_N(opened); i++) {
        if (opened[i].reading != CM_CARD_INDEX) fail_msg("text %zu", i);
        assert_true(opened[i].index == items[i / CM_CARD_FACE_N].index);
        assert_int_equal(opened[i].face, i % CM_CARD_FACE_N);
    }
}

static void a_wrong_check_digit_is_a_typing_error_of_any_face(void **state) {
    (void)state;
    const struct cm_key root = root_d();
    NUMBERER_SCOPED *nb = NULL;
    assert_ok(cm_numberer_new(&nb, &pool_d, &root, 3));
    for (unsigned f = 0; f < CM_CARD_FACE_N; f++) {
        const size_t n = strlen(expected[f]);
        for (size_t at = 0; at < n; at++) {
            char row[CM_CARD_NUMBER_MAX];
            struct cm_card_opened opened;
            memcpy(row, expected[f], n);
            row[at] = (char)(row[at] == '9' ? '0' : row[at] + 1);
            const struct cm_slice text = {(const uint8_t *)row, n};
            assert_ok(cm_numberer_open_any(nb, &text, 1, &opened));
            const bool prefix = at < cm_card_shape(&pool_d, (enum cm_card_face)f).prefix_n;
            /* 9643 and 9644 are one digit apart: the other face's Luhn digit is wrong then */
            if (!prefix || opened.reading != CM_CARD_NONE)
                assert_int_equal(opened.reading, CM_CARD_TYPO);
            assert_true(opened.index == 0);
        }
    }
}

static void an_ean_with_0_opens_as_its_upc_too(void **state) {
    (void)state;
    const struct cm_key root = root_d();
    struct cm_pool_numbers pool = pool_d;
    pool.faces.ean13.prefix[0] = '0';
    pool.faces.ean13.prefix[1] = '2';
    const struct cm_card_item item = {.index = 99};
    NUMBERER_SCOPED *nb = NULL;
    assert_ok(cm_numberer_new(&nb, &pool, &root, 3));
    char row[CM_CARD_EAN13_N];
    struct cm_card_opened opened;
    assert_ok(cm_numberer_face(nb, CM_FACE_EAN13, &item, 1, row));
    const struct cm_slice upc = {(const uint8_t *)row + 1, CM_CARD_EAN13_N - 1};
    assert_ok(cm_numberer_open_any(nb, &upc, 1, &opened));
    assert_int_equal(opened.reading, CM_CARD_INDEX);
    assert_true(opened.index == 99);
}

/* Bodies of six digits: 333,333 cards of three tags each own every point but the last one. */
static void all_texts_of_a_small_set_differ_and_the_rest_lies_beyond(void **state) {
    (void)state;
    const struct cm_key root = root_d();
    const struct cm_pool_numbers small = {
        .id = 1,
        .test = true,
        .prefix_n = 1,
        .prefix = "9",
        .body_n = 7,
        .faces = {.tag = {.number_n = 8, .prefix_n = 1, .prefix = "8"}, .tag_n = 3}};
    NUMBERER_SCOPED *nb = NULL;
    assert_ok(cm_numberer_new(&nb, &small, &root, 1));
    assert_true(cm_card_capacity(&small) == 333333);
    static char rows[1000000 * 8];
    static struct cm_slice texts[1000000];
    static struct cm_card_opened opened[1000000];
    static uint8_t seen[1000000];
    memset(seen, 0, sizeof seen);
    for (size_t i = 0; i < 1000000; i++) { /* every text that has the shape */
        char *row = rows + i * 8;
        (void)snprintf(row, 8, "8%06zu", i);
        assert_ok(cm_luhn_digit(row, 7, &row[7]));
        texts[i] = (struct cm_slice){(const uint8_t *)row, 8};
    }
    assert_ok(cm_numberer_open_any(nb, texts, 1000000, opened));
    size_t beyond = 0;
    for (size_t i = 0; i < 1000000; i++) {
        assert_int_equal(opened[i].reading, CM_CARD_INDEX);
        if (opened[i].skip != 0) {
            assert_int_equal(opened[i].skip, CM_CARD_SKIP_BEYOND);
            assert_true(opened[i].index == 0);
            beyond++;
            continue;
        }
        seen[opened[i].index * 3 + opened[i].member - 1u]++;
    }
    assert_int_equal(beyond, 1);
    for (size_t i = 0; i < 999999; i++)
        assert_int_equal(seen[i], 1);
    char row[8];
    struct cm_card_item item = {.index = 333333, .member = 1};
    assert_err(CM_E_RANGE, cm_numberer_face(nb, CM_FACE_TAG, &item, 1, row));
    item = (struct cm_card_item){.index = 1, .member = 4};
    assert_err(CM_E_RANGE, cm_numberer_face(nb, CM_FACE_TAG, &item, 1, row));
    item.member = 0;
    assert_err(CM_E_RANGE, cm_numberer_face(nb, CM_FACE_TAG, &item, 1, row));
    assert_err(CM_E_STATE, cm_numberer_face(nb, CM_FACE_EAN13, &item, 1, row));
    uint8_t skip = 0;
    assert_err(CM_E_RANGE, cm_numberer_make(nb, 333333, 1, row, &skip));
}

/* What the rules skip by its number is skipped by each of its faces. */
static void rules_judge_the_card_whatever_face_it_shows(void **state) {
    (void)state;
    const struct cm_key root = root_d();
    CM_CLEANUP(rules_freep) struct cm_card_rules *rules = NULL;
    assert_ok(rules_new(&rules, &pool_d));
    assert_ok(rules_begin(rules, 0, 500000000, NULL));
    assert_ok(rules_add_pattern(rules, slice_text("contains:13"), NULL));
    assert_ok(rules_seal(rules, NULL));
    struct cm_pool_numbers pool = pool_d;
    pool.rules = rules;
    NUMBERER_SCOPED *nb = NULL;
    assert_ok(cm_numberer_new(&nb, &pool, &root, 3));
    static char numbers[4096 * 16], eans[4096 * 13];
    static uint8_t skip[4096];
    static struct cm_card_item items[4096];
    static struct cm_slice texts[4096];
    static struct cm_card_opened opened[4096];
    unsigned kinds = 0;
    assert_ok(cm_numberer_make(nb, 5000, 4096, numbers, skip));
    for (size_t i = 0; i < 4096; i++) {
        items[i].index = 5000 + i;
        texts[i] = (struct cm_slice){(const uint8_t *)eans + i * 13, 13};
    }
    assert_ok(cm_numberer_face(nb, CM_FACE_EAN13, items, 4096, eans));
    assert_ok(cm_numberer_open_any(nb, texts, 4096, opened));
    for (size_t i = 0; i < 4096; i++) {
        assert_int_equal(opened[i].skip, skip[i]);
        kinds |= 1u << skip[i];
    }
    assert_int_equal(kinds, 1u << 0 | 1u << CM_CARD_SKIP_PATTERN | 1u << CM_CARD_SKIP_HELD |
                                1u << (CM_CARD_SKIP_PATTERN | CM_CARD_SKIP_HELD));
}

static void hostile_texts_are_no_card(void **state) {
    (void)state;
    const struct cm_key root = root_d();
    NUMBERER_SCOPED *nb = NULL;
    assert_ok(cm_numberer_new(&nb, &pool_d, &root, 3));
    static const char *const rows[] = {"",     "2", "29",       "2912345678901 2345678901234567890",
                                       "\xFF", "-", "\xEF\xBC", "29O2345678901"};
    struct cm_slice texts[CM_ARRAY_N(rows)];
    struct cm_card_opened opened[CM_ARRAY_N(rows)];
    for (size_t i = 0; i < CM_ARRAY_N(rows); i++)
        texts[i] = (struct cm_slice){(const uint8_t *)rows[i], strlen(rows[i])};
    assert_ok(cm_numberer_open_any(nb, texts, CM_ARRAY_N(rows), opened));
    for (size_t i = 0; i < CM_ARRAY_N(rows); i++)
        assert_int_equal(opened[i].reading, CM_CARD_NONE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_card_is_known_by_each_of_its_faces),
        cmocka_unit_test(arrays_of_all_faces_open_to_their_cards),
        cmocka_unit_test(a_wrong_check_digit_is_a_typing_error_of_any_face),
        cmocka_unit_test(an_ean_with_0_opens_as_its_upc_too),
        cmocka_unit_test(all_texts_of_a_small_set_differ_and_the_rest_lies_beyond),
        cmocka_unit_test(rules_judge_the_card_whatever_face_it_shows),
        cmocka_unit_test(hostile_texts_are_no_card),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
