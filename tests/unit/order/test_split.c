/* How an order falls into files: sizes by hand, and a property over all small cases. */
#include "order/split.h"

#include "support/cm.h"

static void files_follow_each_other_without_a_gap(void **state) {
    (void)state;
    const struct split_ask ask = {.records = 10, .per_file = 4, .items = 1};
    struct split s;
    assert_ok(split_make(&ask, &s, NULL));
    assert_int_equal(s.files, 3);
    assert_int_equal(split_at(&s, 1).first, 5);
    assert_int_equal(split_at(&s, 1).records, 4);
    assert_int_equal(split_at(&s, 2).records, 2);
}

/* Whatever is asked for: each record is in one file, and no carton is cut. */
static void check_all(const struct split_ask *ask, const struct split *s) {
    const uint64_t piece = ask->per_carton > 0 ? ask->per_carton : ask->items;
    uint64_t next = 1;
    for (uint32_t i = 0; i < s->files; i++) {
        const struct split_file f = split_at(s, i);
        assert_int_equal(f.first, next);
        assert_true(f.records > 0);
        assert_true(i + 1 == s->files || f.records % piece == 0);
        next += f.records;
    }
    assert_int_equal(next, ask->records + 1);
}

/* All sizes of files for one order. */
static unsigned try_sizes(uint64_t records, uint32_t carton) {
    unsigned made = 0;
    for (unsigned i = 0; i < 13 * 8; i++) {
        const struct split_ask ask = {.records = records,
                                      .per_file = i % 13,
                                      .shards = i / 13,
                                      .per_carton = carton,
                                      .items = 1};
        struct split s;
        if (split_make(&ask, &s, NULL) != CM_OK) continue;
        assert_true(ask.shards == 0 || s.files == ask.shards);
        check_all(&ask, &s);
        made++;
    }
    return made;
}

static void every_record_is_in_one_file_and_no_carton_is_cut(void **state) {
    (void)state;
    unsigned made = 0;
    for (uint64_t records = 1; records <= 60; records++)
        for (uint32_t carton = 0; carton <= 6; carton += 3)
            made += try_sizes(records, carton);
    assert_true(made > 1000);
}

static void sizes_that_cut_cartons_or_sets_are_refused(void **state) {
    (void)state;
    struct split s;
    const struct split_ask cut = {.records = 10, .per_file = 5, .per_carton = 4, .items = 1};
    const struct split_ask sets = {.records = 12, .per_carton = 4, .items = 3};
    const struct split_ask both = {.records = 10, .per_file = 5, .shards = 2, .items = 1};
    const struct split_ask few = {.records = 2, .shards = 3, .items = 1};
    const struct split_ask many = {.records = 1000000, .per_file = 1, .items = 1};
    assert_int_equal(split_make(&cut, &s, NULL), CM_E_ARGUMENT);
    assert_int_equal(split_make(&sets, &s, NULL), CM_E_ARGUMENT);
    assert_int_equal(split_make(&both, &s, NULL), CM_E_ARGUMENT);
    assert_int_equal(split_make(&few, &s, NULL), CM_E_ARGUMENT);
    assert_int_equal(split_make(&many, &s, NULL), CM_E_LIMIT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_follow_each_other_without_a_gap),
        cmocka_unit_test(every_record_is_in_one_file_and_no_carton_is_cut),
        cmocka_unit_test(sizes_that_cut_cartons_or_sets_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
