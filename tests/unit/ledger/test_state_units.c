/* Changes of units folded few by few: whether they lie in a tail or in their page, the last one is
 * told. Expected values come from plain arrays beside the image. */
#include "ledger/image_kit.h"

#include <stdlib.h>
#include <string.h>

#include "ledger/state_page.h"
#include "ledger/state_tail.h"
#include "support/cm.h"
#include "support/splitmix.h"

static struct state_fold *begin(struct state *s) {
    struct state_fold *f = NULL;
    assert_ok(state_fold_begin(s, &f));
    return f;
}

static struct unit_change change(uint64_t serial, uint8_t bits, uint64_t sequence) {
    return (struct unit_change){.serial = serial,
                                .detail = {.time_ms = 1700000000000 + sequence,
                                           .sequence = sequence,
                                           .actor = (uint32_t)(serial * 7),
                                           .use = (uint32_t)(sequence % 70000)},
                                .has_bits = true,
                                .has_detail = true,
                                .bits = bits};
}

static void fold_one(struct state *s, uint32_t set, const struct unit_change *c) {
    struct state_fold *f = begin(s);
    assert_ok(fold_units(f, set, c, 1));
    assert_ok(fold_commit(f, state_position(s) + 1));
}

static unsigned bits_of(struct state *s, uint32_t set, uint64_t serial) {
    uint8_t page[STATE_PAGE_LEN] = {0};
    bool found = false;
    assert_ok(state_page(s, set, serial / STATE_PAGE_UNITS, page, &found));
    const uint64_t at = serial % STATE_PAGE_UNITS;
    return ((unsigned)page[at / 4] >> (at % 4 * 2)) & 3u;
}

static uint64_t sequence_of(struct state *s, uint32_t set, uint64_t serial) {
    struct unit_detail d = {0};
    bool found = false;
    assert_ok(state_detail(s, set, serial, &d, &found));
    if (!found) return 0;
    const struct unit_change want = change(serial, 0, d.sequence);
    assert_int_equal(d.time_ms, want.detail.time_ms);
    assert_int_equal(d.actor, want.detail.actor);
    assert_int_equal(d.use, want.detail.use);
    return d.sequence;
}

static void a_change_is_told_with_its_details(void **state) {
    struct state *s = image_kit_open(*state);
    const struct unit_change c = change(70000, 1, 12);
    struct state_fold *f = begin(s);
    assert_ok(fold_units(f, 3, &c, 1));
    assert_ok(fold_commit(f, 13));
    assert_int_equal(bits_of(s, 3, 70000), 1);
    assert_int_equal(sequence_of(s, 3, 70000), 12);
    assert_int_equal(bits_of(s, 3, 70001), 0);
    assert_int_equal(sequence_of(s, 3, 70001), 0);
    assert_int_equal(bits_of(s, 2, 70000), 0);
    assert_int_equal(sequence_of(s, 4, 70000), 0);
    state_close(s);
}

static void bits_and_details_change_apart(void **state) {
    struct state *s = image_kit_open(*state);
    struct unit_change c = change(5, 1, 10);
    fold_one(s, 1, &c);
    c = (struct unit_change){.serial = 5, .has_bits = true, .bits = 3};
    fold_one(s, 1, &c);
    assert_int_equal(bits_of(s, 1, 5), 3);
    assert_int_equal(sequence_of(s, 1, 5), 10);
    c = change(5, 0, 20);
    c.has_bits = false;
    fold_one(s, 1, &c);
    assert_int_equal(bits_of(s, 1, 5), 3);
    assert_int_equal(sequence_of(s, 1, 5), 20);
    state_close(s);
}

static void the_first_and_last_unit_of_a_range_keep_to_it(void **state) {
    struct state *s = image_kit_open(*state);
    const uint64_t edges[] = {0,
                              STATE_PAGE_UNITS - 1,
                              STATE_PAGE_UNITS,
                              STATE_RANGE_UNITS - 1,
                              STATE_RANGE_UNITS,
                              2 * STATE_RANGE_UNITS - 1};
    for (size_t i = 0; i < CM_ARRAY_N(edges); i++) {
        const struct unit_change c = change(edges[i], (uint8_t)(1 + i % 3), 100 + i);
        fold_one(s, 1, &c);
    }
    for (size_t i = 0; i < CM_ARRAY_N(edges); i++) {
        assert_int_equal(bits_of(s, 1, edges[i]), 1 + i % 3);
        assert_int_equal(sequence_of(s, 1, edges[i]), 100 + i);
    }
    state_close(s);
}

/* A chunk counts times from a base: a year later, or a look at what happened before, begins one. */
static void times_and_sequences_far_apart_are_told(void **state) {
    struct state *s = image_kit_open(*state);
    struct unit_change c[] = {change(1, 1, 5000000000), change(2, 1, 7),
                              change(3, 1, 281474976710655), change(4, 1, 8),
                              change(5, 1, 5000000001)};
    c[1].detail.time_ms = 0;
    c[2].detail.time_ms = 281474976710655;
    struct state_fold *f = begin(s);
    assert_ok(fold_units(f, 1, c, CM_ARRAY_N(c)));
    assert_ok(fold_commit(f, 9));
    for (size_t i = 0; i < CM_ARRAY_N(c); i++) {
        struct unit_detail d;
        bool found = false;
        assert_ok(state_detail(s, 1, c[i].serial, &d, &found));
        assert_true(found);
        assert_int_equal(d.time_ms, c[i].detail.time_ms);
        assert_int_equal(d.sequence, c[i].detail.sequence);
        assert_int_equal(d.actor, c[i].detail.actor);
        assert_int_equal(d.use, c[i].detail.use);
    }
    state_close(s);
}

static void changes_out_of_order_or_range_are_refused(void **state) {
    struct state *s = image_kit_open(*state);
    const struct unit_change twice[] = {change(3, 1, 1), change(3, 1, 2)};
    const struct unit_change down[] = {change(4, 1, 1), change(3, 1, 2)};
    const struct unit_change astray[] = {change(3, 1, 1), change(STATE_RANGE_UNITS, 1, 2)};
    const struct unit_change late[] = {change(3, 1, (uint64_t)1 << 48)};
    const struct {
        const struct unit_change *p;
        size_t n;
        cm_err err;
    } bad[] = {{twice, 2, CM_E_ARGUMENT},
               {down, 2, CM_E_ARGUMENT},
               {astray, 2, CM_E_ARGUMENT},
               {late, 1, CM_E_RANGE}};
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        struct state_fold *f = begin(s);
        assert_err(bad[i].err, fold_units(f, 1, bad[i].p, bad[i].n));
        assert_err(bad[i].err, fold_units(f, 1, late, 0)); /* it stays */
        assert_err(bad[i].err, fold_commit(f, 5));
    }
    assert_int_equal(sequence_of(s, 1, 3), 0);
    state_close(s);
}

/* ---- Against plain arrays ---------------------------------------------------------------- */

enum { RANGES = 2, UNITS = RANGES * STATE_RANGE_UNITS, FOLDS = 60, A_FOLD = 2400 };

struct model {
    uint8_t bits[UNITS];
    uint64_t sequence[UNITS]; /* 0 = no details */
    bool touched[UNITS];      /* by the fold that is made */
};

/* A fold of random changes: redemptions mostly, some of bits alone, a few units again and again. */
static void random_fold(struct state *s, struct model *m, uint64_t *seed, uint64_t fold) {
    struct unit_change *list = calloc(A_FOLD, sizeof *list);
    const uint64_t n = splitmix_next(seed) % A_FOLD;
    assert_non_null(list);
    memset(m->touched, 0, sizeof m->touched);
    for (uint64_t i = 0; i < n; i++)
        m->touched[splitmix_next(seed) % (i % 8 == 0 ? 40 : UNITS)] = true;
    struct state_fold *f = begin(s);
    for (uint64_t range = 0, u = 0; range < RANGES; range++) {
        size_t list_n = 0;
        for (; u < (range + 1) * STATE_RANGE_UNITS; u++) {
            if (!m->touched[u]) continue;
            struct unit_change c = change(u, (uint8_t)(splitmix_next(seed) % 4), fold + 1);
            c.has_detail = u % 5 != 0;
            c.has_bits = !c.has_detail || u % 7 != 0;
            if (c.has_bits) m->bits[u] = c.bits;
            if (c.has_detail) m->sequence[u] = fold + 1;
            list[list_n++] = c;
        }
        assert_ok(fold_units(f, 9, list, list_n));
    }
    assert_ok(fold_commit(f, fold + 2));
    free(list);
}

static void assert_same(struct state *s, const struct model *m, uint64_t step) {
    for (uint64_t u = 0; u < UNITS; u += step)
        assert_int_equal(sequence_of(s, 9, u), m->sequence[u]);
    for (uint64_t page = 0; page < RANGES * STATE_RANGE_PAGES; page++) {
        uint8_t want[STATE_PAGE_LEN] = {0}, got[STATE_PAGE_LEN] = {0};
        bool found = false;
        for (uint64_t u = 0; u < STATE_PAGE_UNITS; u++)
            want[u / 4] |= (uint8_t)(m->bits[page * STATE_PAGE_UNITS + u] << (u % 4 * 2));
        assert_ok(state_page(s, 9, page, got, &found));
        assert_memory_equal(got, want, sizeof got);
    }
}

struct seen {
    const struct model *m;
    uint64_t pages, next; /* next page that may come */
};

static cm_err see(void *ctx, uint32_t set, uint64_t page, const uint8_t *bytes) {
    struct seen *seen = ctx;
    assert_int_equal(set, 9);
    assert_true(page >= seen->next);
    for (uint64_t u = 0; u < STATE_PAGE_UNITS; u++)
        assert_int_equal((bytes[u / 4] >> (u % 4 * 2)) & 3,
                         seen->m->bits[page * STATE_PAGE_UNITS + u]);
    seen->next = page + 1;
    seen->pages++;
    return CM_OK;
}

static void random_folds_agree_with_plain_arrays(void **state) {
    struct state *s = image_kit_open(*state);
    struct model *m = calloc(1, sizeof *m);
    uint64_t seed = 3;
    assert_non_null(m);
    for (uint64_t fold = 0; fold < FOLDS; fold++) {
        random_fold(s, m, &seed, fold);
        if (fold % 9 == 0) assert_same(s, m, 1009);
    }
    state_close(s);
    s = image_kit_open(*state);
    assert_same(s, m, 3);
    struct seen seen = {.m = m};
    assert_ok(state_pages(s, see, &seen));
    assert_int_equal(seen.pages, RANGES * STATE_RANGE_PAGES);
    assert_ok(state_check(s, NULL));
    free(m);
    state_close(s);
}

static void few_changes_write_no_page_and_many_end_the_tail(void **state) {
    struct state *s = image_kit_open(*state);
    struct unit_change *all = calloc(STATE_RANGE_UNITS, sizeof *all);
    struct state_sizes before, few, many;
    assert_non_null(all);
    for (uint64_t i = 0; i < STATE_RANGE_UNITS; i++)
        all[i] = change(i, 1, 1 + i);
    assert_ok(state_size(s, &before));
    struct state_fold *f = begin(s);
    assert_ok(fold_units(f, 1, all, 1000));
    assert_ok(fold_commit(f, 1));
    assert_ok(state_size(s, &few));
    assert_int_equal(few.states_len, before.states_len);
    f = begin(s);
    assert_ok(fold_units(f, 1, all, STATE_RANGE_UNITS));
    assert_ok(fold_commit(f, 2));
    assert_ok(state_size(s, &many));
    assert_true(many.states_len >= STATE_RANGE_PAGES * STATE_PAGE_LEN);
    assert_true(many.details_len < 24 * STATE_RANGE_UNITS);
    for (uint64_t i = 0; i < STATE_RANGE_UNITS; i += 13)
        assert_int_equal(sequence_of(s, 1, i), 1 + i);
    free(all);
    state_close(s);
}

/* 0.1 % of the units of a set, used in random order in many small folds. */
static void rare_changes_take_less_than_a_details_goal(void **state) {
    enum { SPARSE_UNITS = 8000000, SPARSE_N = SPARSE_UNITS / 1000, EACH = 100 };
    struct state *s = image_kit_open(*state);
    uint64_t seed = 5;
    for (uint64_t i = 0; i < SPARSE_N / EACH; i++) {
        struct state_fold *f = begin(s);
        for (uint64_t e = 0; e < EACH; e++) {
            const struct unit_change c = change(splitmix_next(&seed) % SPARSE_UNITS, 1, i + 1);
            assert_ok(fold_units(f, 1, &c, 1));
        }
        assert_ok(fold_commit(f, i + 2));
    }
    struct state_sizes sizes;
    assert_ok(state_size(s, &sizes));
    if (sizes.details_len > 32ul * SPARSE_N)
        fail_msg("%.1f bytes a use", (double)sizes.details_len / SPARSE_N);
    state_close(s);
}

/* ---- Damage ------------------------------------------------------------------------------ */

static void a_flipped_bit_in_a_tail_is_told(void **state) {
    const struct image_kit *kit = *state;
    struct state *s = image_kit_open(kit);
    struct unit_change c = change(77, 1, 1);
    memcpy(&c.detail.actor, "oops", sizeof c.detail.actor); /* big-endian in the file */
    fold_one(s, 1, &c);
    state_close(s);
    const struct scratch data = scratch_below(&kit->image, "data.mdb");
    assert_int_equal(image_kit_patch(data.path, "spoo", "spok", 4), 1);
    s = image_kit_open(kit);
    uint8_t page[STATE_PAGE_LEN];
    struct unit_detail d;
    struct cm_diag diag;
    bool found = false;
    memset(page, 0xA5, sizeof page);
    assert_err(CM_E_CORRUPT, state_page(s, 1, 0, page, &found));
    assert_int_equal(page[0], 0xA5);
    state_fault(s, &diag);
    assert_string_equal(diag.place, "tails");
    assert_err(CM_E_CORRUPT, state_detail(s, 1, 77, &d, &found));
    assert_err(CM_E_CORRUPT, state_check(s, NULL));
    state_close(s);
}

/* Put a row into the table of tails whose sum is right and whose shape is not. */
static void assert_refused(struct state *s, uint32_t set, const uint8_t *content, size_t len) {
    const struct table_key key = tail_key(set, 0, 0);
    struct state_fold *f = begin(s);
    assert_ok(table_put(s, f->txn, TABLE_TAILS, &key, slice_of(content, len)));
    assert_ok(fold_commit(f, state_position(s) + 1));
    uint8_t page[STATE_PAGE_LEN];
    struct unit_detail d;
    bool found = false;
    assert_err(CM_E_CORRUPT, state_page(s, set, 0, page, &found));
    assert_err(CM_E_CORRUPT, state_detail(s, set, 1, &d, &found));
    const struct unit_change c = change(1, 1, 1);
    f = begin(s);
    assert_err(CM_E_CORRUPT, fold_units(f, set, &c, 1));
    fold_abort(f);
}

static void a_tail_of_the_wrong_shape_is_corrupt(void **state) {
    struct state *s = image_kit_open(*state);
    enum { HEAD = TAIL_HEAD_LEN, ONE = TAIL_ENTRY_LEN };
    static const uint8_t content[HEAD + (TAIL_CHUNK_MAX + 1) * ONE] = {0};
    static const uint8_t beyond[HEAD + ONE] = {[HEAD] = 0x0F, 0xFF, 0xFF}; /* of the range */
    assert_refused(s, 1, content, 0);
    assert_refused(s, 2, content, HEAD);
    assert_refused(s, 3, content, HEAD + ONE - 1);
    assert_refused(s, 4, content, HEAD + ONE + 1);
    assert_refused(s, 5, content, sizeof content);
    assert_refused(s, 6, beyond, sizeof beyond);
    state_close(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, image_kit_setup, image_kit_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_change_is_told_with_its_details),
        TEST(bits_and_details_change_apart),
        TEST(the_first_and_last_unit_of_a_range_keep_to_it),
        TEST(times_and_sequences_far_apart_are_told),
        TEST(changes_out_of_order_or_range_are_refused),
        TEST(random_folds_agree_with_plain_arrays),
        TEST(few_changes_write_no_page_and_many_end_the_tail),
        TEST(rare_changes_take_less_than_a_details_goal),
        TEST(a_flipped_bit_in_a_tail_is_told),
        TEST(a_tail_of_the_wrong_shape_is_corrupt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
