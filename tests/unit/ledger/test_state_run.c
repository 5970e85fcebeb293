/* Details of units in packed runs: the newest entry of a unit wins over any number of folds, and
 * the price in bytes stays small. Expected values come from a plain array beside the image. */
#include "ledger/image_kit.h"

#include <stdlib.h>
#include <string.h>

#include "ledger/state_page.h"
#include "ledger/state_table.h"
#include "support/cm.h"
#include "support/splitmix.h"

static struct state_fold *begin(struct state *s) {
    struct state_fold *f = NULL;
    assert_ok(state_fold_begin(s, &f));
    return f;
}

static struct detail_entry entry(uint64_t serial, uint64_t sequence) {
    return (struct detail_entry){.serial = serial,
                                 .detail = {.time_ms = 1700000000000 + sequence,
                                            .sequence = sequence,
                                            .actor = (uint32_t)serial,
                                            .use = (uint32_t)(sequence % 70000)}};
}

static void assert_detail(struct state *s, uint32_t set, uint64_t serial, uint64_t sequence) {
    struct unit_detail got;
    bool found = false;
    assert_ok(state_detail(s, set, serial, &got, &found));
    assert_int_equal(found, sequence != 0);
    if (!found) return;
    const struct detail_entry want = entry(serial, sequence);
    assert_int_equal(got.sequence, want.detail.sequence);
    assert_int_equal(got.time_ms, want.detail.time_ms);
    assert_int_equal(got.actor, want.detail.actor);
    assert_int_equal(got.use, want.detail.use);
}

static void the_last_thing_that_happened_to_a_unit_is_told(void **state) {
    struct state *s = image_kit_open(*state);
    const struct detail_entry first[] = {entry(3, 10), entry(5, 11)};
    struct state_fold *f = begin(s);
    assert_ok(fold_details(f, 7, 0, first, CM_ARRAY_N(first)));
    assert_ok(fold_commit(f, 12));
    const struct detail_entry second[] = {entry(5, 12)};
    f = begin(s);
    assert_ok(fold_details(f, 7, 0, second, CM_ARRAY_N(second)));
    assert_ok(fold_commit(f, 13));
    assert_detail(s, 7, 3, 10);
    assert_detail(s, 7, 5, 12);
    assert_detail(s, 7, 4, 0);
    assert_detail(s, 8, 5, 0);
    state_close(s);
}

static void neighbouring_pages_and_sets_do_not_mix(void **state) {
    struct state *s = image_kit_open(*state);
    struct state_fold *f = begin(s);
    for (uint32_t set = 1; set <= 3; set++) {
        for (uint64_t page = 0; page < 3; page++) {
            const struct detail_entry e = entry(page * STATE_PAGE_UNITS + 1, set * 10 + page);
            assert_ok(fold_details(f, set, page, &e, 1));
        }
    }
    assert_ok(fold_commit(f, 40));
    for (uint32_t set = 1; set <= 3; set++) {
        for (uint64_t page = 0; page < 3; page++) {
            assert_detail(s, set, page * STATE_PAGE_UNITS + 1, set * 10 + page);
            assert_detail(s, set, page * STATE_PAGE_UNITS, 0);
            assert_detail(s, set, page * STATE_PAGE_UNITS + 2, 0);
        }
    }
    assert_detail(s, 0, 1, 0);
    assert_detail(s, 4, 1, 0);
    state_close(s);
}

static void a_whole_page_is_found_from_end_to_end(void **state) {
    struct state *s = image_kit_open(*state);
    struct detail_entry *all = calloc(STATE_PAGE_UNITS, sizeof *all);
    assert_non_null(all);
    for (uint64_t i = 0; i < STATE_PAGE_UNITS; i++)
        all[i] = entry(STATE_PAGE_UNITS + i, 1 + i);
    struct state_fold *f = begin(s);
    assert_ok(fold_details(f, 1, 1, all, STATE_PAGE_UNITS));
    assert_ok(fold_commit(f, STATE_PAGE_UNITS + 1));
    for (uint64_t i = 0; i < STATE_PAGE_UNITS; i++)
        assert_detail(s, 1, STATE_PAGE_UNITS + i, 1 + i);
    free(all);
    state_close(s);
}

static void entries_out_of_order_or_place_are_refused(void **state) {
    struct state *s = image_kit_open(*state);
    const struct detail_entry twice[] = {entry(3, 1), entry(3, 2)};
    const struct detail_entry down[] = {entry(4, 1), entry(3, 2)};
    const struct detail_entry astray[] = {entry(STATE_PAGE_UNITS, 1)};
    const struct detail_entry late[] = {entry(1, (uint64_t)1 << 48)};
    struct state_fold *f = begin(s);
    assert_err(CM_E_ARGUMENT, fold_details(f, 1, 0, twice, 2));
    assert_err(CM_E_ARGUMENT, fold_counters(f, 1, &(struct set_counters){0})); /* it stays */
    assert_err(CM_E_ARGUMENT, fold_commit(f, 5));
    f = begin(s);
    assert_err(CM_E_ARGUMENT, fold_details(f, 1, 0, down, 2));
    fold_abort(f);
    f = begin(s);
    assert_err(CM_E_ARGUMENT, fold_details(f, 1, 0, astray, 1));
    fold_abort(f);
    f = begin(s);
    assert_err(CM_E_RANGE, fold_details(f, 1, 0, late, 1));
    fold_abort(f);
    assert_int_equal(state_position(s), 0);
    assert_detail(s, 1, 3, 0);
    state_close(s);
}

static void an_older_entry_folded_later_does_not_win(void **state) {
    struct state *s = image_kit_open(*state);
    const uint64_t order[] = {50, 20, 40, 60, 10};
    for (size_t i = 0; i < CM_ARRAY_N(order); i++) {
        const struct detail_entry e[] = {entry(1, order[i]), entry(100 + i, order[i] + 1)};
        struct state_fold *f = begin(s);
        assert_ok(fold_details(f, 1, 0, e, CM_ARRAY_N(e)));
        assert_ok(fold_commit(f, 1));
    }
    assert_detail(s, 1, 1, 60);
    for (size_t i = 0; i < CM_ARRAY_N(order); i++)
        assert_detail(s, 1, 100 + i, order[i] + 1);
    state_close(s);
}

enum { PAGES = 3, FOLDS = 300, A_FOLD = 150 };

/* One fold of random redemptions over PAGES pages; notes the sequences in `last`. */
static uint64_t random_fold(struct state *s, uint64_t *seed, uint64_t *last, uint64_t sequence) {
    for (int i = 0; i < A_FOLD; i++)
        last[splitmix_next(seed) % (PAGES * STATE_PAGE_UNITS)] = sequence + (uint64_t)i;
    struct state_fold *f = begin(s);
    for (uint64_t page = 0; page < PAGES; page++) {
        struct detail_entry e[A_FOLD];
        size_t n = 0;
        for (uint64_t u = page * STATE_PAGE_UNITS; u < (page + 1) * STATE_PAGE_UNITS; u++)
            if (last[u] >= sequence) e[n++] = entry(u, last[u]);
        assert_ok(fold_details(f, 1, page, e, n));
    }
    assert_ok(fold_commit(f, sequence + A_FOLD));
    return sequence + A_FOLD;
}

static double bytes_of_details(struct state *s) {
    struct state *turn = NULL;
    MDB_stat st;
    assert_ok(read_begin(s, &turn));
    assert_int_equal(mdb_stat(s->reader, s->tables[TABLE_DETAILS], &st), 0);
    read_endp(&turn);
    return (double)(st.ms_branch_pages + st.ms_leaf_pages + st.ms_overflow_pages) * st.ms_psize;
}

static void many_folds_agree_with_a_plain_array_at_32_bytes_a_unit(void **state) {
    struct state *s = image_kit_open(*state);
    uint64_t *last = calloc(PAGES * STATE_PAGE_UNITS, sizeof *last);
    assert_non_null(last);
    uint64_t seed = 20240229, sequence = 1;
    for (int i = 0; i < FOLDS; i++)
        sequence = random_fold(s, &seed, last, sequence);
    uint64_t units = 0;
    for (uint64_t u = 0; u < PAGES * STATE_PAGE_UNITS; u++) {
        assert_detail(s, 1, u, last[u]);
        units += last[u] != 0;
    }
    const double per_unit = bytes_of_details(s) / (double)units;
    if (per_unit > 32.0) fail_msg("%.1f bytes a unit, at most 32 promised", per_unit);
    free(last);
    state_close(s);
}

#define IN_KIT(test) cmocka_unit_test_setup_teardown(test, image_kit_setup, image_kit_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_KIT(the_last_thing_that_happened_to_a_unit_is_told),
        IN_KIT(neighbouring_pages_and_sets_do_not_mix),
        IN_KIT(a_whole_page_is_found_from_end_to_end),
        IN_KIT(entries_out_of_order_or_place_are_refused),
        IN_KIT(an_older_entry_folded_later_does_not_win),
        IN_KIT(many_folds_agree_with_a_plain_array_at_32_bytes_a_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
