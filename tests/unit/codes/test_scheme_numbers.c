/* Frozen numbers: what is refused, and that T is never taken on trust. Values of T: the worked
 * examples of docs/design/construction.md, section 13. */
#include "support/cm.h"
#include "support/scheme.h"

#include <string.h>

#include "base/diag.h"

/* Example A: 11 characters of 23, one attribute of 8, 1,024 batches, 1,048,576 serials. */
static struct cm_scheme_numbers example_a(void) {
    struct cm_scheme_numbers numbers = scheme_of(SYMBOLS_23, 11, 1024, 1048576);
    numbers.check = CM_CHECK_PRIME;
    numbers.attribute_n = 1;
    numbers.attribute[0] = (struct cm_radix_field){true, 8};
    return numbers;
}

static void t_is_computed_once_and_then_checked(void **state) {
    (void)state;
    struct cm_scheme_numbers numbers = example_a();
    assert_ok(cm_scheme_numbers_freeze(&numbers, NULL));
    assert_true(numbers.t_minus_1 == 110921 - 1);
    assert_ok(cm_scheme_numbers_check(&numbers, NULL));
    assert_int_equal(cm_scheme_code_len(&numbers), 12);
    numbers.check = CM_CHECK_NONE;
    assert_int_equal(cm_scheme_code_len(&numbers), 11);
}

static void a_changed_t_is_found_and_named(void **state) {
    (void)state;
    struct cm_scheme_numbers numbers = example_a();
    struct cm_diag diag = DIAG_INIT;
    assert_ok(cm_scheme_numbers_freeze(&numbers, NULL));
    numbers.t_minus_1++;
    assert_err(CM_E_CORRUPT, cm_scheme_numbers_check(&numbers, &diag));
    assert_string_equal(diag.problem, "T - 1 is stored as 110921, the other numbers give 110920");
}

/* One way to spoil example A, and the status it must give. */
struct spoiled {
    cm_err err;
    const char *place;
    void (*spoil)(struct cm_scheme_numbers *numbers);
};

static void no_key_version(struct cm_scheme_numbers *n) { n->key_version_first = 0; }
static void no_length(struct cm_scheme_numbers *n) { n->length = 0; }
static void short_length(struct cm_scheme_numbers *n) { n->length = 4; }
static void narrow_length(struct cm_scheme_numbers *n) { n->length = 6; }
static void long_length(struct cm_scheme_numbers *n) { n->length = 27; } /* 23^27 > 2^120 */
static void endless_length(struct cm_scheme_numbers *n) { n->length = 255; }
static void many_attributes(struct cm_scheme_numbers *n) { n->attribute_n = 9; }
static void no_room(struct cm_scheme_numbers *n) { n->attribute[0].cardinality = 0; }
static void no_batches(struct cm_scheme_numbers *n) { n->batches = 0; }
static void much_room(struct cm_scheme_numbers *n) { n->batches = n->serials = UINT64_MAX; }
static void crowded_length(struct cm_scheme_numbers *n) { n->serials = UINT64_MAX; }
static void long_days(struct cm_scheme_numbers *n) {
    n->date = (struct cm_radix_field){true, (uint64_t)1 << 32};
}
static void newer_filter(struct cm_scheme_numbers *n) { n->filter_version = 255; }
static void newer_table(struct cm_scheme_numbers *n) { n->table_version = 255; }
static void no_table(struct cm_scheme_numbers *n) { n->table_version = 0; }
static void wrong_check(struct cm_scheme_numbers *n) { n->check = CM_CHECK_DAMM; }
static void no_symbols(struct cm_scheme_numbers *n) { n->alphabet.n = 0; }
static void many_symbols(struct cm_scheme_numbers *n) { n->alphabet.n = 65; }
static void repeated_symbol(struct cm_scheme_numbers *n) { n->alphabet.symbols[1] = '2'; }
static void crooked_index(struct cm_scheme_numbers *n) { n->alphabet.index['2'] = 1; }
static void wrong_groups(struct cm_scheme_numbers *n) {
    n->group[0] = 4;
    n->group_separator = '-';
}

static void every_impossible_number_is_refused_and_t_left_alone(void **state) {
    (void)state;
    static const struct spoiled cases[] = {
        {CM_E_RANGE, "key version", no_key_version},
        {CM_E_RANGE, "length", no_length},
        {CM_E_RANGE, "length", short_length},
        {CM_E_RANGE, "length", narrow_length},
        {CM_E_RANGE, "length", long_length},
        {CM_E_RANGE, "length", endless_length},
        {CM_E_RANGE, "attributes", many_attributes},
        {CM_E_RANGE, "fields", no_room},
        {CM_E_RANGE, "fields", no_batches},
        {CM_E_RANGE, "fields", much_room},
        {CM_E_RANGE, "length", crowded_length},
        {CM_E_RANGE, "date", long_days},

        {CM_E_VERSION, "filter", newer_filter},
        {CM_E_VERSION, "table version", newer_table},
        {CM_E_VERSION, "table version", no_table},
        {CM_E_UNSUPPORTED, NULL, wrong_check},
        {CM_E_RANGE, "alphabet", no_symbols},
        {CM_E_RANGE, "alphabet", many_symbols},
        {CM_E_FORMAT, NULL, repeated_symbol},
        {CM_E_CORRUPT, "alphabet", crooked_index},
        {CM_E_RANGE, NULL, wrong_groups},
    };
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        struct cm_scheme_numbers numbers = example_a();
        struct cm_diag diag = DIAG_INIT;
        numbers.t_minus_1 = 0xA5A5;
        cases[i].spoil(&numbers);
        const cm_err err = cm_scheme_numbers_freeze(&numbers, &diag);
        if (err != cases[i].err) fail_msg("case %zu: %s", i, cm_err_name(err));
        assert_true(numbers.t_minus_1 == 0xA5A5);
        assert_true(diag.problem[0] != '\0' && diag.remedy[0] != '\0');
        if (cases[i].place != NULL) assert_string_equal(diag.place, cases[i].place);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(t_is_computed_once_and_then_checked),
        cmocka_unit_test(a_changed_t_is_found_and_named),
        cmocka_unit_test(every_impossible_number_is_refused_and_t_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
