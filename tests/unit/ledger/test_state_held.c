/* What runs hold, in the image: its bytes, its one form, and an image of a program that knew no
 * runs. Bytes are worked out by hand from docs/design/state.md, "Held". */
#include "ledger/state_held.h"

#include <stdlib.h>
#include <string.h>

#include "ledger/image_kit.h"
#include "ledger/state_table.h"
#include "support/cm.h"
#include "support/splitmix.h"

#define SET 7u

static struct held_row sample(void) {
    struct held_row row = {.run = 3, .set = SET, .since = 0x0102, .used = 5};
    static const struct span spans[] = {
        {.set = SET, .stage = CM_STAGE_PRINTED, .first = 10, .count = 300},
        {.set = SET, .stage = CM_STAGE_VOID, .cause = CM_CAUSE_REFUSED, .first = 310, .count = 1},
        {.set = SET, .stage = CM_STAGE_PRINTED, .first = 1000, .count = 2}};
    for (size_t i = 0; i < CM_ARRAY_N(spans); i++)
        assert_ok(spans_put(&row.spans, &spans[i]));
    row.holes = calloc(2, sizeof *row.holes);
    assert_non_null(row.holes);
    row.holes[0] = 12;
    row.holes[1] = 1001;
    row.hole_n = row.hole_cap = 2;
    return row;
}

static const uint8_t sample_bytes[] = {
    0,    0,    0,    0, 0, 0, 1, 2, /* since */
    0,    0,    0,    0, 0, 0, 0, 5, /* used */
    0,    0,    0,    3,             /* spans */
    10,   0xAC, 0x02, 2, 0,          /* 300 = 0b10'0101100 */
    0,    1,    6,    3,             /* no gap, one, void, refused */
    0xB1, 0x05, 2,    2, 0,          /* gap 689 = 1000 - 311 */
    12,   0xDC, 0x07,                /* hole 12; 1001 - 13 = 988 */
};

static void a_row_is_written_as_the_table_says_and_read_back(void **state) {
    (void)state;
    CM_CLEANUP(held_row_wipe) struct held_row row = sample();
    CM_CLEANUP(buffer_free) struct buffer b = BUFFER_INIT;
    record_put_held(&b, &row);
    assert_int_equal(b.len, sizeof sample_bytes);
    assert_memory_equal(b.p, sample_bytes, b.len);
    CM_CLEANUP(held_row_wipe) struct held_row got = {.run = 3, .set = SET};
    assert_ok(record_read_held(buffer_slice(&b), &got));
    assert_int_equal(got.since, row.since);
    assert_int_equal(got.used, row.used);
    assert_int_equal(got.spans.n, row.spans.n);
    for (size_t i = 0; i < got.spans.n; i++) {
        const struct span *a = &got.spans.p[i], *want = &row.spans.p[i];
        assert_true(a->set == want->set && a->stage == want->stage && a->cause == want->cause &&
                    a->first == want->first && a->count == want->count);
    }
    assert_int_equal(got.hole_n, 2);
    assert_memory_equal(got.holes, row.holes, 2 * sizeof *row.holes);
}

/* Read it; what can be read is written as the same bytes. */
static bool one_form(struct cm_slice bytes) {
    struct held_row row = {.run = 3, .set = SET};
    if (record_read_held(bytes, &row) != CM_OK) {
        assert_null(row.spans.p);
        assert_null(row.holes);
        return false;
    }
    struct buffer again = BUFFER_INIT;
    record_put_held(&again, &row);
    assert_true(slice_equal(buffer_slice(&again), bytes));
    buffer_free(&again);
    held_row_wipe(&row);
    return true;
}

static void every_row_has_one_form(void **state) {
    (void)state;
    uint8_t bytes[sizeof sample_bytes + 4];
    unsigned refused = 0;
    for (size_t len = 0; len < sizeof sample_bytes; len++)
        (void)one_form(slice_of(sample_bytes, len));
    for (size_t at = 0; at < sizeof sample_bytes; at++)
        for (unsigned value = 0; value <= UINT8_MAX; value++) {
            memcpy(bytes, sample_bytes, sizeof sample_bytes);
            bytes[at] = (uint8_t)value;
            refused += one_form(slice_of(bytes, sizeof sample_bytes)) ? 0 : 1;
        }
    assert_true(refused > 1000);
    uint64_t random = 11;
    for (unsigned i = 0; i < 200000; i++) {
        memcpy(bytes, sample_bytes, sizeof sample_bytes);
        for (unsigned k = 0; k < 3; k++)
            bytes[16 + splitmix_next(&random) % (sizeof bytes - 16)] =
                (uint8_t)splitmix_next(&random);
        (void)one_form(slice_of(bytes, 20 + splitmix_next(&random) % (sizeof bytes - 20)));
    }
}

static void a_row_that_claims_more_than_it_has_is_refused(void **state) {
    (void)state;
    static const uint8_t huge[] = {[16] = 0xFF, 0xFF, 0xFF, 0xFF, 0, 1, 0, 0}; /* spans */
    static const uint8_t none[RECORD_HELD_LEN] = {0};
    static const uint8_t beyond[] = {[19] = 1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                     0xFF,     0xFF, 0xFF, 0x01, 1,    0,    0};
    static const uint8_t padded[] = {[19] = 1, 0x80, 0x00, 1, 0, 0}; /* a zero of two bytes */
    struct held_row row = {.set = SET};
    assert_err(CM_E_CORRUPT, record_read_held(slice_of(huge, sizeof huge), &row));
    assert_err(CM_E_CORRUPT, record_read_held(slice_of(none, sizeof none), &row));
    assert_err(CM_E_CORRUPT, record_read_held(slice_of(beyond, sizeof beyond), &row));
    assert_err(CM_E_CORRUPT, record_read_held(slice_of(padded, sizeof padded), &row));
}

static cm_err count_row(void *ctx, struct held_row *row) {
    assert_int_equal(row->run, 3);
    assert_int_equal(row->set, SET);
    ++*(unsigned *)ctx;
    return CM_OK;
}

static void fold_sample(struct state *s, uint64_t position) {
    struct state_fold *f = NULL;
    assert_ok(state_fold_begin(s, &f));
    assert_ok(fold_held(f, 3, SET, slice_of(sample_bytes, sizeof sample_bytes)));
    assert_ok(fold_commit(f, position));
}

static void an_image_keeps_rows_and_refuses_a_misshapen_one(void **state) {
    struct state *s = image_kit_open(*state);
    fold_sample(s, 1);
    state_close(s);
    s = image_kit_open(*state);
    unsigned n = 0;
    assert_ok(state_held(s, count_row, &n));
    assert_int_equal(n, 1);
    struct state_fold *f = NULL;
    assert_ok(state_fold_begin(s, &f));
    assert_ok(fold_held(f, 3, SET, slice_of(sample_bytes, sizeof sample_bytes - 1)));
    assert_ok(fold_commit(f, 2));
    assert_err(CM_E_CORRUPT, state_held(s, count_row, &n));
    struct cm_diag diag;
    state_fault(s, &diag);
    assert_string_equal(diag.place, "held");
    state_close(s);
}

/* As a program left it that knew no runs. */
static void drop_table(const struct image_kit *kit) {
    struct state *s = image_kit_open(kit);
    MDB_txn *txn = NULL;
    assert_int_equal(mdb_txn_begin(s->env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_drop(txn, s->tables[TABLE_HELD], 1), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    state_close(s);
}

static void an_image_older_than_runs_opens_and_takes_them(void **state) {
    drop_table(*state);
    struct state_options o = image_kit_options(*state);
    struct state *s = NULL;
    struct state_sizes sizes;
    unsigned n = 0;
    o.create = false;
    o.read_only = true; /* fsck: nothing is made, nothing is missed */
    assert_ok(state_open(&s, &o, NULL));
    assert_ok(state_held(s, count_row, &n));
    assert_ok(state_check(s, NULL));
    assert_ok(state_size(s, &sizes));
    assert_int_equal(n, 0);
    state_close(s);
    s = image_kit_open(*state);
    assert_ok(state_held(s, count_row, &n));
    assert_int_equal(n, 0);
    fold_sample(s, 1);
    assert_ok(state_held(s, count_row, &n));
    assert_int_equal(n, 1);
    state_close(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_is_written_as_the_table_says_and_read_back),
        cmocka_unit_test(every_row_has_one_form),
        cmocka_unit_test(a_row_that_claims_more_than_it_has_is_refused),
        cmocka_unit_test_setup_teardown(an_image_keeps_rows_and_refuses_a_misshapen_one,
                                        image_kit_setup, image_kit_teardown),
        cmocka_unit_test_setup_teardown(an_image_older_than_runs_opens_and_takes_them,
                                        image_kit_setup, image_kit_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
