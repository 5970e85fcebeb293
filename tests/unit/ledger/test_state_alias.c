/* The table of aliases: kept, changed, removed, walked in order, and refused where a row is not as
 * docs/design/state.md says. */
#include "ledger/state_alias.h"

#include <string.h>

#include "ledger/image_kit.h"
#include "ledger/state_table.h"
#include "support/cm.h"

static void hash_of(uint8_t first, uint8_t out[static EVENT_HASH_LEN]) {
    memset(out, 0x5A, EVENT_HASH_LEN);
    out[0] = first;
}

static void fold_one(struct state *s, uint8_t first, const struct alias_record *record,
                     uint64_t position) {
    struct state_fold *f = NULL;
    uint8_t hash[EVENT_HASH_LEN];
    hash_of(first, hash);
    assert_ok(state_fold_begin(s, &f));
    assert_ok(fold_alias(f, hash, record));
    assert_ok(fold_commit(f, position));
}

static const struct alias_record token = {
    .set = 7, .serial = 5, .kind = ALIAS_TOKEN, .until_ms = 1795000000000};

static void an_image_keeps_what_a_hash_names(void **state) {
    struct state *s = image_kit_open(*state);
    struct alias_record got = {0};
    uint8_t hash[EVENT_HASH_LEN];
    bool found = true;
    hash_of(1, hash);
    assert_ok(state_alias(s, hash, &got, &found));
    assert_false(found);
    fold_one(s, 1, &token, 1);
    state_close(s);
    s = image_kit_open(*state);
    assert_ok(state_alias(s, hash, &got, &found));
    assert_true(found);
    assert_int_equal(got.set, 7);
    assert_int_equal(got.serial, 5);
    assert_int_equal(got.kind, ALIAS_TOKEN);
    assert_true(got.until_ms == token.until_ms);
    fold_one(s, 1, NULL, 2);
    assert_ok(state_alias(s, hash, &got, &found));
    assert_false(found);
    fold_one(s, 1, NULL, 3); /* what is not there may be removed */
    state_close(s);
}

struct walked {
    uint8_t firsts[8];
    size_t n;
};

static cm_err note(void *ctx, const uint8_t hash[static EVENT_HASH_LEN],
                   const struct alias_record *record) {
    struct walked *w = ctx;
    assert_int_equal(record->set, 7);
    w->firsts[w->n++] = hash[0];
    return CM_OK;
}

static void rows_are_walked_in_order_of_their_hashes(void **state) {
    struct state *s = image_kit_open(*state);
    struct walked w = {.n = 0};
    fold_one(s, 9, &token, 1);
    fold_one(s, 2, &token, 2);
    fold_one(s, 200, &token, 3);
    assert_ok(state_aliases(s, note, &w));
    assert_int_equal(w.n, 3);
    assert_memory_equal(w.firsts, "\x02\x09\xC8", 3);
    state_close(s);
}

/* Put a row's bytes past its writer. */
static void put_raw(struct state *s, const uint8_t *content, size_t len) {
    MDB_txn *txn = NULL;
    struct table_key key = {.len = 0};
    uint8_t hash[EVENT_HASH_LEN];
    hash_of(1, hash);
    key_put(&key, hash, sizeof hash);
    assert_int_equal(mdb_txn_begin(s->env, NULL, 0, &txn), 0);
    assert_ok(table_put(s, txn, TABLE_ALIASES, &key, slice_of(content, len)));
    assert_int_equal(mdb_txn_commit(txn), 0);
}

static void a_misshapen_row_is_corrupt_and_told(void **state) {
    struct state *s = image_kit_open(*state);
    uint8_t row[RECORD_ALIAS_LEN + 1] = {[3] = 7, [12] = ALIAS_ID};
    uint8_t hash[EVENT_HASH_LEN];
    struct alias_record got;
    struct walked w = {.n = 0};
    bool found = false;
    hash_of(1, hash);
    put_raw(s, row, RECORD_ALIAS_LEN);
    assert_ok(state_alias(s, hash, &got, &found));
    for (unsigned bend = 0; bend < 4; bend++) {
        struct cm_diag diag = DIAG_INIT;
        row[12] = bend == 2 ? ALIAS_NONE : bend == 3 ? ALIAS_KIND_N : ALIAS_ID;
        put_raw(s, row,
                bend == 0 ? RECORD_ALIAS_LEN - 1u : RECORD_ALIAS_LEN + (bend == 1 ? 1u : 0u));
        assert_err(CM_E_CORRUPT, state_alias(s, hash, &got, &found));
        assert_false(found);
        state_fault(s, &diag);
        assert_string_equal(diag.place, "aliases");
        assert_err(CM_E_CORRUPT, state_aliases(s, note, &w));
    }
    state_close(s);
}

/* As a program left it that knew no aliases. */
static void an_image_older_than_aliases_opens_and_takes_them(void **state) {
    struct state *s = image_kit_open(*state);
    struct state_options o = image_kit_options(*state);
    struct alias_record got;
    uint8_t hash[EVENT_HASH_LEN];
    bool found = true;
    MDB_txn *txn = NULL;
    hash_of(1, hash);
    assert_int_equal(mdb_txn_begin(s->env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_drop(txn, s->tables[TABLE_ALIASES], 1), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    state_close(s);
    o.create = false;
    o.read_only = true; /* fsck: nothing is made, nothing is missed */
    assert_ok(state_open(&s, &o, NULL));
    assert_ok(state_alias(s, hash, &got, &found));
    assert_false(found);
    state_close(s);
    s = image_kit_open(*state);
    fold_one(s, 1, &token, 1);
    assert_ok(state_alias(s, hash, &got, &found));
    assert_true(found);
    state_close(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_image_keeps_what_a_hash_names, image_kit_setup,
                                        image_kit_teardown),
        cmocka_unit_test_setup_teardown(rows_are_walked_in_order_of_their_hashes, image_kit_setup,
                                        image_kit_teardown),
        cmocka_unit_test_setup_teardown(a_misshapen_row_is_corrupt_and_told, image_kit_setup,
                                        image_kit_teardown),
        cmocka_unit_test_setup_teardown(an_image_older_than_aliases_opens_and_takes_them,
                                        image_kit_setup, image_kit_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
