/* The map against a plain array of expected values; keys come from a fixed generator. */
#include "support/cm.h"

#include "base/map.h"

#define ENTRIES 50000u

static struct map_key key_of(uint64_t i) { return (struct map_key){i / 7u, i * 3u}; }

static void a_value_put_is_the_value_got_through_growth(void **state) {
    (void)state;
    struct map m;
    map_init(&m, sizeof(uint64_t));
    for (uint64_t i = 0; i < ENTRIES; i++) {
        assert_ok(map_reserve(&m, 1));
        bool made = false;
        *(uint64_t *)map_put(&m, key_of(i), &made) = i + 1;
        assert_true(made);
    }
    assert_int_equal(m.n, ENTRIES);
    for (uint64_t i = 0; i < ENTRIES; i++) {
        const uint64_t *v = map_get(&m, key_of(i));
        assert_non_null(v);
        assert_true(*v == i + 1);
    }
    assert_null(map_get(&m, key_of(ENTRIES)));
    map_wipe(&m);
}

static void a_walk_sees_each_entry_once(void **state) {
    (void)state;
    struct map m;
    map_init(&m, 1);
    assert_ok(map_reserve(&m, 100));
    for (uint64_t i = 0; i < 100; i++)
        (void)map_put(&m, key_of(i), NULL);
    (void)map_put(&m, key_of(5), NULL);
    size_t at = 0, seen = 0;
    struct map_key k;
    void *v;
    while (map_next(&m, &at, &k, &v))
        seen++;
    assert_int_equal(seen, 100);
    map_wipe(&m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_put_is_the_value_got_through_growth),
        cmocka_unit_test(a_walk_sees_each_entry_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
