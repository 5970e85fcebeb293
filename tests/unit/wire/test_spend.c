/* A device's chain of spends, and revocation lists. The worked bytes of both are checked by a
 * program of another language: tests/system/passes/spends.mjs. */
#include "support/cm.h"

#include <string.h>

#include "wire/revocation.h"
#include "wire/spend.h"

static const struct cm_key seed = {{7, 7, 7}};

static struct spend_entry start_entry(void) {
    struct spend_entry e = {.kind = SPEND_START, .n = 1, .time_ms = 1790000000000};
    memset(e.chain, 0x5c, sizeof e.chain);
    return e;
}

static struct spend_entry admission(uint64_t n, const struct spend_chain *after, uint8_t who) {
    struct spend_entry e = {.kind = SPEND_ADMIT,
                            .n = n,
                            .time_ms = 1790000000000 + n,
                            .iss = "ACME",
                            .iat = 1780000000};
    memset(e.cti, who, sizeof e.cti);
    memcpy(e.previous, after->hash, sizeof e.previous);
    return e;
}

/* A chain of a start and n - 1 admissions. */
static struct buffer chain_of(uint64_t n) {
    struct buffer out = BUFFER_INIT;
    struct spend_chain chain = {.n = 0};
    for (uint64_t i = 1; i <= n; i++) {
        const struct spend_entry e = i == 1 ? start_entry() : admission(i, &chain, (uint8_t)i);
        const size_t at = out.len;
        assert_ok(spend_make(&seed, &e, &out));
        struct cm_slice made = slice_of(out.p + at, out.len - at);
        struct spend_read read;
        assert_ok(spend_take(&made, &read));
        assert_ok(spend_follow(&chain, &read));
    }
    return out;
}

static void a_chain_is_written_read_checked_and_followed(void **state) {
    (void)state;
    struct sign_public device;
    sign_public_of(&seed, &device);
    struct buffer file = chain_of(5);
    struct cm_slice rest = buffer_slice(&file);
    struct spend_chain chain = {.n = 0};
    for (uint64_t i = 1; i <= 5; i++) {
        struct spend_read read;
        assert_ok(spend_take(&rest, &read));
        assert_ok(spend_check(&read, &device));
        assert_ok(spend_follow(&chain, &read));
        assert_int_equal(read.entry.n, i);
        assert_int_equal(read.entry.kind, i == 1 ? SPEND_START : SPEND_ADMIT);
        if (i > 1) assert_string_equal(read.entry.iss, "ACME");
        assert_in_range(read.bytes.len, 1, SPEND_ENTRY_MAX / 2);
    }
    assert_int_equal(rest.len, 0);
    buffer_free(&file);
}

static void an_entry_left_out_or_moved_does_not_follow(void **state) {
    (void)state;
    struct buffer file = chain_of(4);
    struct cm_slice rest = buffer_slice(&file);
    struct spend_read read[4];
    for (size_t i = 0; i < 4; i++)
        assert_ok(spend_take(&rest, &read[i]));
    struct spend_chain chain = {.n = 0};
    assert_err(CM_E_CONFLICT, spend_follow(&chain, &read[1])); /* the head is missing */
    assert_ok(spend_follow(&chain, &read[0]));
    assert_err(CM_E_CONFLICT, spend_follow(&chain, &read[0])); /* twice */
    assert_err(CM_E_CONFLICT, spend_follow(&chain, &read[2])); /* one left out */
    assert_ok(spend_follow(&chain, &read[1]));
    assert_err(CM_E_CONFLICT, spend_follow(&chain, &read[3]));
    assert_ok(spend_follow(&chain, &read[2]));
    assert_ok(spend_follow(&chain, &read[3]));
    buffer_free(&file);
}

/* Each bit of an entry: either it is no entry any more, or its signature is wrong. */
static void every_flipped_bit_is_found(void **state) {
    (void)state;
    struct sign_public device;
    sign_public_of(&seed, &device);
    struct buffer file = chain_of(1);
    for (size_t bit = 0; bit < file.len * 8; bit++) {
        struct cm_slice rest = buffer_slice(&file);
        struct spend_read read;
        file.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
        cm_err err = spend_take(&rest, &read);
        if (err == CM_OK) err = spend_check(&read, &device);
        if (err == CM_OK) fail_msg("bit %zu was not missed", bit);
        file.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t len = 0; len < file.len; len++) {
        struct cm_slice rest = slice_of(file.p, len);
        struct spend_read read;
        assert_err(CM_E_FORMAT, spend_take(&rest, &read));
        assert_int_equal(rest.len, len);
    }
    buffer_free(&file);
}

static void entries_out_of_range_are_not_made(void **state) {
    (void)state;
    const struct spend_chain none = {.n = 1};
    struct buffer out = BUFFER_INIT;
    struct spend_entry e = admission(2, &none, 1);
    memcpy(e.iss, "acme", 5);
    assert_err(CM_E_RANGE, spend_make(&seed, &e, &out));
    memcpy(e.iss, "A", 2);
    assert_err(CM_E_RANGE, spend_make(&seed, &e, &out));
    e = admission(1, &none, 1); /* only a start is the first */
    assert_err(CM_E_RANGE, spend_make(&seed, &e, &out));
    e = start_entry();
    e.n = 2;
    assert_err(CM_E_RANGE, spend_make(&seed, &e, &out));
    e = admission(2, &none, 1);
    e.time_ms = SPEND_TIME_MAX + 1;
    assert_err(CM_E_RANGE, spend_make(&seed, &e, &out));
    assert_int_equal(out.len, 0);
    buffer_free(&out);
}

/* ---- Revocation lists ------------------------------------------------------------------------ */

static struct revocation_list list_of(const uint8_t *ctis, size_t n) {
    return (struct revocation_list){.iss = "ACME",
                                    .sequence = 3,
                                    .issued_s = 1790000000,
                                    .next_s = 1790086400,
                                    .ctis = slice_of(ctis, n * SPEND_CTI_LEN)};
}

static void a_list_is_signed_read_and_asked(void **state) {
    (void)state;
    static const uint8_t ctis[3][SPEND_CTI_LEN] = {{0, 1}, {0, 2}, {0xff}};
    static const uint8_t other[SPEND_CTI_LEN] = {0, 1, 0, 0, 0, 0, 0, 1};
    struct sign_public issuer;
    sign_public_of(&seed, &issuer);
    const struct revocation_list list = list_of(ctis[0], 3);
    struct buffer message = BUFFER_INIT;
    assert_ok(revocation_make(&seed, &list, &message));
    struct revocation_list read;
    struct cose_sign1 cose;
    assert_ok(revocation_read(buffer_slice(&message), &read, &cose));
    assert_ok(cose_sign1_check(&cose, &issuer));
    assert_string_equal(read.iss, "ACME");
    assert_int_equal(read.sequence, 3);
    assert_int_equal(revocation_n(&read), 3);
    for (size_t i = 0; i < 3; i++)
        assert_true(revocation_has(&read, ctis[i]));
    assert_false(revocation_has(&read, other));
    buffer_free(&message);
}

static void an_empty_list_revokes_nothing(void **state) {
    (void)state;
    static const uint8_t cti[SPEND_CTI_LEN] = {0};
    const struct revocation_list list = list_of(NULL, 0);
    struct buffer message = BUFFER_INIT;
    struct revocation_list read;
    struct cose_sign1 cose;
    assert_ok(revocation_make(&seed, &list, &message));
    assert_ok(revocation_read(buffer_slice(&message), &read, &cose));
    assert_false(revocation_has(&read, cti));
    buffer_free(&message);
}

static void disordered_and_oversized_lists_are_refused(void **state) {
    (void)state;
    static const uint8_t same[2][SPEND_CTI_LEN] = {{1}, {1}},
                         falling[2][SPEND_CTI_LEN] = {{2}, {1}};
    static uint8_t many[(REVOCATION_N_MAX + 1) * SPEND_CTI_LEN];
    struct buffer message = BUFFER_INIT;
    struct revocation_list list = list_of(same[0], 2);
    assert_err(CM_E_FORMAT, revocation_make(&seed, &list, &message));
    list = list_of(falling[0], 2);
    assert_err(CM_E_FORMAT, revocation_make(&seed, &list, &message));
    list.ctis.len--;
    assert_err(CM_E_RANGE, revocation_make(&seed, &list, &message));
    list = list_of(many, REVOCATION_N_MAX + 1);
    assert_err(CM_E_LIMIT, revocation_make(&seed, &list, &message));
    list = list_of(NULL, 0);
    list.next_s = list.issued_s - 1;
    assert_err(CM_E_RANGE, revocation_make(&seed, &list, &message));
    assert_int_equal(message.len, 0);
    for (uint32_t i = 0; i < REVOCATION_N_MAX; i++)

        put_u32be(many + (size_t)i * SPEND_CTI_LEN + 4, i);
    list = list_of(many, REVOCATION_N_MAX);
    assert_ok(revocation_make(&seed, &list, &message));
    struct revocation_list read;
    struct cose_sign1 cose;
    assert_ok(revocation_read(buffer_slice(&message), &read, &cose));
    buffer_free(&message);
}

/* A spend is no list, and a list no spend, though one key may have signed both. */
static void one_kind_is_not_taken_for_another(void **state) {
    (void)state;
    struct buffer file = chain_of(1), message = BUFFER_INIT;
    struct revocation_list list = list_of(NULL, 0);
    struct cose_sign1 cose;
    struct spend_read read;
    assert_err(CM_E_FORMAT, revocation_read(buffer_slice(&file), &list, &cose));
    assert_ok(revocation_make(&seed, &list, &message));
    struct cm_slice rest = buffer_slice(&message);
    assert_err(CM_E_FORMAT, spend_take(&rest, &read));
    buffer_free(&file);
    buffer_free(&message);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_is_written_read_checked_and_followed),
        cmocka_unit_test(an_entry_left_out_or_moved_does_not_follow),
        cmocka_unit_test(every_flipped_bit_is_found),
        cmocka_unit_test(entries_out_of_range_are_not_made),
        cmocka_unit_test(a_list_is_signed_read_and_asked),
        cmocka_unit_test(an_empty_list_revokes_nothing),
        cmocka_unit_test(disordered_and_oversized_lists_are_refused),
        cmocka_unit_test(one_kind_is_not_taken_for_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
