/* Eight bytes at once: every byte at every place, beside what a look at each byte says, for runs of
 * every kind that record formats have. */
#include "support/cm.h"

#include <string.h>

#include "order/plain.h"
#include "support/splitmix.h"

/* What asks for something: control characters, bytes that are not ASCII, and those given. */
static void classes_of(uint8_t classes[static 256], const char *busy) {
    for (unsigned c = 0; c < 256; c++)
        classes[c] = c < 32 || c > 126 || (c != 0 && strchr(busy, (int)c) != NULL);
}

static uint64_t word_of(const uint8_t bytes[static PLAIN_N]) {
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

static void digits_are_plain_and_quotes_are_not(void **state) {
    (void)state;
    uint8_t classes[256];
    classes_of(classes, ",\"");
    const struct plain plain = plain_of(classes);
    assert_true(plain_word(&plain, word_of((const uint8_t *)"95281234")));
    assert_false(plain_word(&plain, word_of((const uint8_t *)"9528,234")));
    assert_false(plain_word(&plain, word_of((const uint8_t *)"Z\xC3\xBCrich1")));
}

/* The run: bytes around '0' up to the first that asks for something. */
static void every_byte_at_every_place_is_judged_as_the_run_has_it(void **state) {
    (void)state;
    static const char *const busy[] = {"", ",\"", "/:", "&<>\"'", "abcdefghijklmnopqrstuvwxyz",
                                       "0"};
    for (size_t b = 0; b < CM_ARRAY_N(busy); b++) {
        uint8_t classes[256], inside[256] = {0};
        classes_of(classes, busy[b]);
        for (unsigned c = '0'; c < 256 && classes[c] == 0; c++)
            inside[c] = 1;
        for (unsigned c = '0'; c > 0 && classes['0'] == 0 && classes[c] == 0; c--)
            inside[c] = 1;
        const struct plain plain = plain_of(classes);
        for (unsigned c = 0; c < 256; c++)
            for (size_t at = 0; at < PLAIN_N; at++) {
                uint8_t bytes[PLAIN_N] = {'7', '7', '7', '7', '7', '7', '7', '7'};
                bytes[at] = (uint8_t)c;
                const bool all = inside['7'] != 0 && inside[c] != 0;
                assert_int_equal(plain_word(&plain, word_of(bytes)), all);
            }
    }
}

static void no_byte_answers_for_its_neighbour(void **state) {
    (void)state;
    uint64_t seed = 5;
    uint8_t classes[256];
    classes_of(classes, ",");
    const struct plain plain = plain_of(classes);
    for (unsigned i = 0; i < 200000; i++) {
        uint8_t bytes[PLAIN_N];
        uint64_t word = splitmix_next(&seed);
        if (i % 2 == 0) word &= 0x7F7F7F7F7F7F7F7Fu; /* else hardly any has no high byte */
        if (i % 4 == 0) word |= 0x3030303030303030u;
        memcpy(bytes, &word, sizeof bytes);
        bool all = true;
        for (size_t at = 0; at < PLAIN_N; at++)
            all = all && bytes[at] > ',' && bytes[at] < 0x7F;
        assert_int_equal(plain_word(&plain, word), all);
    }
}

/* One byte of a column is changed, again and again: "yes" only where every byte asks for nothing,
 * and where few characters ask for something "no" only where one does. */
static void judge_column(const char *busy, size_t n) {
    uint8_t classes[256], bytes[80];
    uint64_t seed = n;
    classes_of(classes, busy);
    const struct plain plain = plain_of(classes);
    memset(bytes, '5', sizeof bytes);
    assert_true(plain_bytes(&plain, classes, bytes, n));
    for (unsigned i = 0; n > 0 && i < 400; i++) {
        const size_t at = splitmix_next(&seed) % n;
        bytes[at] = (uint8_t)splitmix_next(&seed);
        const bool asks = classes[bytes[at]] != 0, yes = plain_bytes(&plain, classes, bytes, n);
        assert_false(asks && yes);
        if (strlen(busy) <= PLAIN_BUSY) assert_int_equal(yes, !asks);
        bytes[at] = '5';
    }
}

static void a_column_is_plain_only_if_all_of_it_is(void **state) {
    (void)state;
    static const char *const busy[] = {"", ",\"", "&<>'", "&<>\"'", "abcdefghij"};
    for (size_t b = 0; b < CM_ARRAY_N(busy); b++)
        for (size_t n = 0; n <= 80; n++)
            judge_column(busy[b], n);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digits_are_plain_and_quotes_are_not),
        cmocka_unit_test(every_byte_at_every_place_is_judged_as_the_run_has_it),
        cmocka_unit_test(a_column_is_plain_only_if_all_of_it_is),
        cmocka_unit_test(no_byte_answers_for_its_neighbour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
