/* A device's file as it is synced: whole, damaged at every byte, cut, put in another order. */
#include "support/cm.h"

#include <string.h>

#include "base/buffer.h"
#include "pass/spends_scan.h"

static const struct cm_key key = {{5, 4, 3}}, stranger = {{6}};
#define ENTRIES 6u

static struct buffer file_by(const struct cm_key *seed) {
    struct buffer out = BUFFER_INIT;
    struct spend_chain chain = {.n = 0};
    for (uint64_t n = 1; n <= ENTRIES; n++) {
        struct spend_entry e = {.kind = n == 1 ? SPEND_START : SPEND_ADMIT,
                                .n = n,
                                .time_ms = 1790000000000 + n,
                                .iss = "ACME"};
        memcpy(e.previous, chain.hash, sizeof e.previous);
        put_u64be(e.cti, n);
        const size_t at = out.len;
        assert_ok(spend_make(seed, &e, &out));
        struct cm_slice made = slice_of(out.p + at, out.len - at);
        struct spend_read read;
        assert_ok(spend_take(&made, &read));
        assert_ok(spend_follow(&chain, &read));
    }
    return out;
}

static struct spends_scan scan_of(const struct buffer *file, bool salvage) {
    struct spends_scan s = {.name = "f", .file = buffer_slice(file), .salvage = salvage};
    sign_public_of(&key, &s.device);
    return s;
}

struct tally {
    size_t entries, damaged, unfinished, bytes;
};

/* To the end, or to the first error. */
static cm_err run(struct spends_scan s, struct tally *t, struct cm_diag *diag) {
    struct spends_piece piece = {.kind = PIECE_ENTRY};
    *t = (struct tally){.entries = 0};
    while (piece.kind != PIECE_END) {
        TRY(spends_scan_next(&s, &piece, diag));
        assert_int_equal(piece.at, t->bytes);
        t->bytes += piece.bytes.len;
        t->entries += piece.kind == PIECE_ENTRY;
        t->damaged += piece.kind == PIECE_DAMAGED;
        t->unfinished += piece.kind == PIECE_UNFINISHED;
    }
    assert_int_equal(t->bytes, s.file.len); /* each byte in exactly one piece */
    return CM_OK;
}

static void a_whole_file_is_its_entries(void **state) {
    (void)state;
    struct buffer file = file_by(&key);
    struct tally t;
    assert_ok(run(scan_of(&file, false), &t, NULL));
    assert_int_equal(t.entries, ENTRIES);
    assert_int_equal(t.damaged + t.unfinished, 0);
    buffer_free(&file);
}

static void a_changed_bit_is_refused_with_its_place_and_salvage_loses_one_entry(void **state) {
    (void)state;
    struct buffer file = file_by(&key);
    for (size_t at = 0; at < file.len; at++) {
        struct tally t;
        struct cm_diag diag = DIAG_INIT;
        file.p[at] ^= 0x40;
        const cm_err err = run(scan_of(&file, false), &t, &diag);
        /* The last entry, with its shape gone, cannot be told from a cut one. */
        const bool tail = err == CM_OK && t.unfinished == 1 && t.entries == ENTRIES - 1;
        assert_true(tail || err == CM_E_CORRUPT || err == CM_E_AUTH);
        if (!tail) assert_non_null(strstr(diag.place, "entry "));
        assert_ok(run(scan_of(&file, true), &t, NULL));
        assert_int_equal(t.entries, ENTRIES - 1);
        assert_int_equal(t.damaged + t.unfinished, 1);
        file.p[at] ^= 0x40;
    }
    buffer_free(&file);
}

static void a_cut_at_any_byte_is_unfinished_or_an_end(void **state) {
    (void)state;
    struct buffer file = file_by(&key);
    for (size_t len = 0; len <= file.len; len++) {
        const struct buffer cut = {.p = file.p, .len = len};
        struct tally t;
        assert_ok(run(scan_of(&cut, false), &t, NULL));
        assert_in_range(t.unfinished, 0, 1);
        assert_int_equal(t.damaged, 0);
    }
    buffer_free(&file);
}

static void anothers_entries_are_not_taken(void **state) {
    (void)state;
    struct buffer file = file_by(&key), other = file_by(&stranger);
    struct tally t;
    assert_err(CM_E_AUTH, run(scan_of(&other, false), &t, NULL));
    assert_ok(run(scan_of(&other, true), &t, NULL));
    assert_int_equal(t.entries, 0);
    buffer_put(&other, file.p, file.len);
    assert_ok(run(scan_of(&other, true), &t, NULL));
    assert_int_equal(t.entries, ENTRIES);
    assert_int_equal(t.damaged, 1);
    buffer_free(&file);
    buffer_free(&other);
}

static void entries_in_another_order_are_refused_and_salvaged(void **state) {
    (void)state;
    struct buffer file = file_by(&key), moved = BUFFER_INIT;
    struct spends_scan s = scan_of(&file, false);
    struct spends_piece piece[ENTRIES];
    static const size_t order[] = {0, 1, 3, 2, 4, 4};
    for (size_t i = 0; i < ENTRIES; i++)
        assert_ok(spends_scan_next(&s, &piece[i], NULL));
    for (size_t i = 0; i < ENTRIES; i++)
        buffer_put(&moved, piece[order[i]].bytes.p, piece[order[i]].bytes.len);
    struct tally t;
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_CONFLICT, run(scan_of(&moved, false), &t, &diag));
    assert_non_null(strstr(diag.place, "entry 3"));
    assert_ok(run(scan_of(&moved, true), &t, NULL));
    assert_int_equal(t.entries, ENTRIES);
    buffer_free(&file);
    buffer_free(&moved);
}

/* Only the last signature is looked at when all follows: whatever is changed, somebody notices, and
 * what is said of it is what a reading signature by signature says. */
static void a_file_checked_as_a_whole_is_judged_as_entry_by_entry(void **state) {
    (void)state;
    struct buffer file = file_by(&key);
    for (size_t at = 0; at <= file.len; at++) {
        struct spends_scan s = scan_of(&file, false);
        struct cm_diag whole = DIAG_INIT, each = DIAG_INIT;
        struct tally t;
        uint64_t pieces = 0;
        if (at < file.len) file.p[at] ^= 0x40;
        const cm_err err = spends_scan_whole(&s, &pieces, &whole);
        assert_int_equal(err, run(scan_of(&file, false), &t, &each));
        assert_string_equal(whole.problem, each.problem);
        assert_string_equal(whole.place, each.place);
        if (err == CM_OK) assert_int_equal(pieces, t.entries + t.unfinished);
        if (err == CM_OK) assert_true(s.vouched && s.at == 0);
        if (at < file.len) file.p[at] ^= 0x40;
    }
    struct spends_scan salvage = scan_of(&file, true);
    uint64_t pieces = 0;
    assert_ok(spends_scan_whole(&salvage, &pieces, NULL));
    assert_false(salvage.vouched); /* each is to stand for itself */
    buffer_free(&file);
}

/* A thief has the file and not the key: he can put hashes right, and sign nothing. */
static void a_chain_that_goes_on_without_the_key_is_refused(void **state) {
    (void)state;
    struct buffer file = file_by(&key);
    struct spends_scan s = scan_of(&file, false);
    struct spends_piece piece;
    struct cm_diag diag = DIAG_INIT;
    uint64_t pieces = 0;
    for (unsigned i = 0; i < ENTRIES; i++)
        assert_ok(spends_scan_next(&s, &piece, NULL));
    struct spend_entry e = {
        .kind = SPEND_ADMIT, .n = ENTRIES + 1, .time_ms = 1790000000000, .iss = "ACME"};
    spend_hash(&piece.read, e.previous);
    assert_ok(spend_make(&stranger, &e, &file));
    s = scan_of(&file, false);
    assert_err(CM_E_AUTH, spends_scan_whole(&s, &pieces, &diag));
    assert_non_null(strstr(diag.place, "entry 7"));
    assert_false(s.vouched);
    buffer_free(&file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_file_is_its_entries),
        cmocka_unit_test(a_changed_bit_is_refused_with_its_place_and_salvage_loses_one_entry),
        cmocka_unit_test(a_cut_at_any_byte_is_unfinished_or_an_end),
        cmocka_unit_test(anothers_entries_are_not_taken),
        cmocka_unit_test(a_file_checked_as_a_whole_is_judged_as_entry_by_entry),
        cmocka_unit_test(a_chain_that_goes_on_without_the_key_is_refused),
        cmocka_unit_test(entries_in_another_order_are_refused_and_salvaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
