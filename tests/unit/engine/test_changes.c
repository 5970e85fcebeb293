/* What became of units between two folds: found again, overwritten in place, put in order.
 * Expected values come from a plain array that is searched and sorted the slow way. */
#include "engine/changes.h"

#include <stdlib.h>

#include "support/cm.h"
#include "support/splitmix.h"

static void a_unit_is_found_as_it_was_last_changed(void **state) {
    (void)state;
    struct changes c;
    changes_init(&c);
    assert_null(changes_find(&c, 1, 7));
    assert_ok(changes_reserve(&c, 2));
    struct change *mine = changes_of(&c, 1, 7);
    mine->has_bits = true;
    mine->bits = UNIT_SPENT;
    changes_of(&c, 1, 7)->bits = UNIT_FRESH;
    assert_int_equal(c.n, 1);
    assert_int_equal(changes_find(&c, 1, 7)->bits, UNIT_FRESH);
    assert_null(changes_find(&c, 2, 7)); /* another set */
    assert_null(changes_find(&c, 1, 8));
    changes_wipe(&c);
}

/* Sets and serials of every size, many near each other; half of them come twice. */
static void draw(uint64_t *seed, uint32_t *set, uint64_t *serial) {
    const uint64_t r = splitmix_next(seed);
    *set = (uint32_t)(r % 3 == 0 ? r >> 40 : r % 7);
    *serial = r >> 8 & 0xFFFFF;
    if (r % 5 == 0) *serial = splitmix_next(seed) >> (r >> 3 & 63);
}

#define DRAWS 20000u

static void fill(struct changes *c, uint64_t seed) {
    for (size_t i = 0; i < DRAWS; i++) {
        uint32_t set;
        uint64_t serial;
        draw(&seed, &set, &serial);
        assert_ok(changes_reserve(c, 2));
        changes_of(c, set, serial)->detail.sequence = i;
        changes_of(c, set, serial ^ 1)->has_bits = true;
    }
}

static int by_unit(const void *a, const void *b) {
    const struct change *x = a, *y = b;
    if (x->set != y->set) return x->set < y->set ? -1 : 1;
    return x->serial < y->serial ? -1 : x->serial > y->serial;
}

static void the_order_is_that_of_a_plain_sort_in_every_round(void **state) {
    (void)state;
    struct changes c;
    changes_init(&c);
    for (uint64_t round = 0; round < 3; round++) {
        fill(&c, round);
        struct change *sorted = malloc(c.n * sizeof *sorted);
        uint32_t *order = NULL;
        assert_non_null(sorted);
        assert_ok(changes_order(&c, &order));
        memcpy(sorted, c.list, c.n * sizeof *sorted);
        qsort(sorted, c.n, sizeof *sorted, by_unit);
        for (size_t i = 0; i < c.n; i++) {
            assert_int_equal(c.list[order[i]].set, sorted[i].set);
            assert_int_equal(c.list[order[i]].serial, sorted[i].serial);
            assert_ptr_equal(changes_find(&c, sorted[i].set, sorted[i].serial), &c.list[order[i]]);
            if (i > 0) assert_true(by_unit(&sorted[i - 1], &sorted[i]) < 0); /* each once */
        }
        free(sorted);
        free(order);
        changes_clear(&c);
        assert_int_equal(c.n, 0);
        assert_null(changes_find(&c, 0, 1));
    }
    changes_wipe(&c);
}

static void of_a_failed_fold_only_what_is_not_newer_comes_back(void **state) {
    (void)state;
    struct changes newer, older;
    changes_init(&newer);
    changes_init(&older);
    assert_ok(changes_reserve(&newer, 1));
    assert_ok(changes_reserve(&older, 2));
    *changes_of(&newer, 1, 1) =
        (struct change){.set = 1, .serial = 1, .has_bits = true, .bits = UNIT_FRESH};
    *changes_of(&older, 1, 1) = (struct change){.set = 1,
                                                .serial = 1,
                                                .has_bits = true,
                                                .bits = UNIT_SPENT,
                                                .has_detail = true,
                                                .detail = {.sequence = 5}};
    *changes_of(&older, 1, 2) =
        (struct change){.set = 1, .serial = 2, .has_bits = true, .bits = UNIT_SPENT};
    assert_ok(changes_merge(&newer, &older));
    assert_int_equal(newer.n, 2);
    assert_int_equal(changes_find(&newer, 1, 1)->bits, UNIT_FRESH);
    assert_int_equal(changes_find(&newer, 1, 1)->detail.sequence, 5);
    assert_int_equal(changes_find(&newer, 1, 2)->bits, UNIT_SPENT);
    changes_wipe(&newer);
    changes_wipe(&older);
}

static void memory_that_was_hardly_used_is_given_back(void **state) {
    (void)state;
    struct changes c;
    changes_init(&c);
    assert_ok(changes_reserve(&c, 1000000));
    changes_clear(&c);
    assert_int_equal(c.cap, 0);
    assert_null(changes_find(&c, 1, 1));
    assert_err(CM_E_NO_MEMORY, changes_reserve(&c, SIZE_MAX / 2));
    assert_err(CM_E_NO_MEMORY, changes_reserve(&c, (size_t)UINT32_MAX + 1));
    changes_wipe(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_unit_is_found_as_it_was_last_changed),
        cmocka_unit_test(the_order_is_that_of_a_plain_sort_in_every_round),
        cmocka_unit_test(of_a_failed_fold_only_what_is_not_newer_comes_back),
        cmocka_unit_test(memory_that_was_hardly_used_is_given_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
