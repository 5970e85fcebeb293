/* kill -9 at random moments under load, again and again on one workspace: every acknowledged
 * redemption is there, none twice, and what is asked again under its key gets its first answer.
 * Kills meet folds, segment changes, archive moves, starts and clean stops, since all of them are
 * frequent here. This proves process death; power loss is test_powerloss.c. */
#include "support/cm.h"

#include "lives.h"
#include "support/prove.h"
#include "support/splitmix.h"

#define UNIT_N      300u
#define KILLS       30u
#define KILLS_BIG   300u
#define LIFE_MIN_US 1000u
#define LIFE_US     90000u

static void kill_and_judge(uint32_t use_max, const char *terms, uint64_t kills) {
    struct lives l;
    uint64_t seed = 42 + use_max;
    lives_make(&l, use_max, terms, UNIT_N);
    for (uint64_t i = 0; i < kills; i++)
        lives_kill_after(&l, LIFE_MIN_US + splitmix_next(&seed) % LIFE_US, i % 4 != 3);
    lives_end(&l);
    lives_judge(&l);
    assert_true(l.cut_short > kills / 2); /* kills met calls under way */
    lives_free(&l);
}

static void a_third(uint32_t use_max, const char *terms) {
    kill_and_judge(use_max, terms, prove_size(KILLS, KILLS_BIG) / 3);
}

static void nothing_acknowledged_is_lost_or_doubled_by_kills_of_once_codes(void **state) {
    (void)state;
    a_third(1, "{\"uses\":\"once\"}");
}

static void nothing_acknowledged_is_lost_or_doubled_by_kills_of_n_use_codes(void **state) {
    (void)state;
    a_third(3, "{\"uses\":3}");
}

static void nothing_acknowledged_is_lost_or_doubled_by_kills_per_redeemer(void **state) {
    (void)state;
    a_third(0, "{\"uses\":\"once per redeemer\"}");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_acknowledged_is_lost_or_doubled_by_kills_of_once_codes),
        cmocka_unit_test(nothing_acknowledged_is_lost_or_doubled_by_kills_of_n_use_codes),
        cmocka_unit_test(nothing_acknowledged_is_lost_or_doubled_by_kills_per_redeemer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
