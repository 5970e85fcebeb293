/* Damaged and hostile keystore files: each kind of damage has its own error and its own remedy.
 * Offsets come from the byte table in docs/design/keystore.md. */
#include "support/cm.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "keystore_kit.h"

#define AT_FORMAT     8u
#define AT_SLOTS_N    10u
#define AT_SLOTS      64u
#define AT_PASSES     (AT_SLOTS + 4u)
#define AT_MEMORY     (AT_SLOTS + 8u)
#define SUM_LEN       32u
#define FILE_OF_THREE (64u + 2u * 128u + 32u + 4u * 81u + SUM_LEN) /* two slots, three keys */

static cm_err open_it(const struct keystore_kit *s, struct cm_diag *diag) {
    struct keystore *ks = NULL;
    const struct keystore_unlock way = kit_passphrase(KIT_PASSPHRASE);
    const cm_err err = keystore_open(s->path, &way, &ks, diag);
    if (err != CM_OK) assert_null(ks);
    keystore_close(ks);
    return err;
}

/* Make the checksum right again, as somebody who edits the file with intent would. */
static void checksum_again(struct buffer *file) {
    const size_t covered = file->len - SUM_LEN;
    assert_int_equal(crypto_generichash(file->p + covered, SUM_LEN, file->p, covered, NULL, 0), 0);
}

static void a_wrong_passphrase_is_an_auth_error_with_its_remedy(void **state) {
    const struct keystore_kit *s = *state;
    kit_store(s, NULL);
    struct keystore *ks = NULL;
    struct cm_diag diag = DIAG_INIT;
    const struct keystore_unlock way = kit_passphrase("correct horsf");
    assert_err(CM_E_AUTH, keystore_open(s->path, &way, &ks, &diag));
    assert_string_equal(diag.input, s->path);
    assert_string_equal(diag.problem, "wrong passphrase");
    assert_non_null(strstr(diag.remedy, "recovery words"));
}

static void a_way_in_that_the_store_lacks_is_named(void **state) {
    const struct keystore_kit *s = *state;
    kit_store(s, NULL);
    uint8_t key[32] = {1};
    scratch_write(s->key_file, slice_of(key, sizeof key));
    struct keystore *ks = NULL;
    struct cm_diag diag = DIAG_INIT;
    const struct keystore_unlock way = kit_key_file(s->key_file);
    assert_err(CM_E_NOT_FOUND, keystore_open(s->path, &way, &ks, &diag));
    assert_string_equal(diag.problem, "this keystore cannot be opened with a key file");
}

static void a_file_cut_at_any_byte_is_truncated(void **state) {
    const struct keystore_kit *s = *state;
    kit_store(s, NULL);
    struct buffer good = scratch_read(s->path);
    assert_int_equal(good.len, FILE_OF_THREE); /* the byte table holds */
    for (size_t len = 0; len < good.len; len++) {
        struct cm_diag diag = DIAG_INIT;
        scratch_write(s->path, slice_of(good.p, len));
        assert_err(CM_E_TRUNCATED, open_it(s, &diag));
        assert_non_null(strstr(diag.problem, len == 0 ? "half-written" : "truncated"));
    }
    buffer_free(&good);
}

/* Which errors a flipped bit at this offset may honestly give. */
static bool flip_answer_fits(size_t at, cm_err err) {
    if (at < AT_FORMAT) return err == CM_E_FORMAT;
    if (at < AT_SLOTS_N) return err == CM_E_VERSION;
    /* counts: another length is expected */
    if (at < 16) return err == CM_E_CORRUPT || err == CM_E_TRUNCATED || err == CM_E_VERSION;
    for (size_t slot = AT_SLOTS; slot < AT_SLOTS + 256; slot += 128) {
        if (at == slot) /* its kind: unknown, or suddenly a passphrase without cost */
            return err == CM_E_CORRUPT || err == CM_E_VERSION || err == CM_E_WEAK;
        if (at >= slot + 4 && at < slot + 16) /* its cost */
            return err == CM_E_CORRUPT || err == CM_E_WEAK || err == CM_E_LIMIT;
    }
    return err == CM_E_CORRUPT;
}

static void every_flipped_bit_is_found(void **state) {
    const struct keystore_kit *s = *state;
    kit_store(s, NULL);
    struct buffer good = scratch_read(s->path);
    for (size_t bit = 0; bit < 8 * good.len; bit++) {
        good.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
        scratch_write(s->path, buffer_slice(&good));
        const cm_err err = open_it(s, NULL);
        if (!flip_answer_fits(bit / 8, err))
            fail_msg("bit %zu of byte %zu: %s", bit % 8, bit / 8, cm_err_name(err));
        good.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    buffer_free(&good);
}

/* One bit of every byte, with a checksum made anew: only the seals are left to find it. Ways in
 * other than the one in use may answer too (its slot gives AUTH). Memory of gigabytes is tested
 * below. */
static void an_edited_byte_is_found_by_the_seals_alone(void **state) {
    const struct keystore_kit *s = *state;
    kit_store(s, NULL);
    struct buffer good = scratch_read(s->path);
    for (size_t at = AT_SLOTS_N; at < good.len - SUM_LEN; at++) {
        if (at >= AT_MEMORY && at < AT_MEMORY + 5) continue; /* asks for gigabytes */
        good.p[at] ^= (uint8_t)(1u << at % 8);
        checksum_again(&good);
        scratch_write(s->path, buffer_slice(&good));
        if (open_it(s, NULL) == CM_OK) fail_msg("bit %zu of byte %zu passed", at % 8, at);
        good.p[at] ^= (uint8_t)(1u << at % 8);
    }
    checksum_again(&good);
    scratch_write(s->path, buffer_slice(&good));
    assert_ok(open_it(s, NULL));
    buffer_free(&good);
}

static void lowered_costs_are_weak_and_absurd_ones_refused_before_they_are_spent(void **state) {
    const struct keystore_kit *s = *state;
    kit_store(s, NULL);
    struct buffer file = scratch_read(s->path);
    struct keystore *ks = NULL;
    struct cm_diag diag = DIAG_INIT;
    /* Token costs are a downgrade for everybody but a test. */
    struct keystore_unlock strict = kit_passphrase(KIT_PASSPHRASE);
    strict.allow_weak_for_tests = false;
    assert_err(CM_E_WEAK, keystore_open(s->path, &strict, &ks, &diag));
    assert_non_null(strstr(diag.problem, "the floor is 3 passes over 262144 KiB"));
    assert_non_null(strstr(diag.remedy, "do not type the passphrase"));
    put_u32be(file.p + AT_PASSES, 3);
    put_u64be(file.p + AT_MEMORY, (256ull << 20) - 1);
    checksum_again(&file);
    scratch_write(s->path, buffer_slice(&file));
    assert_err(CM_E_WEAK, keystore_open(s->path, &strict, &ks, NULL));
    put_u64be(file.p + AT_MEMORY, 1ull << 50);
    checksum_again(&file);
    scratch_write(s->path, buffer_slice(&file));
    assert_err(CM_E_LIMIT, keystore_open(s->path, &strict, &ks, NULL));
    put_u32be(file.p + AT_PASSES, UINT32_MAX);
    put_u64be(file.p + AT_MEMORY, 256ull << 20);
    checksum_again(&file);
    scratch_write(s->path, buffer_slice(&file));
    assert_err(CM_E_LIMIT, keystore_open(s->path, &strict, &ks, NULL));
    buffer_free(&file);
}

static void half_written_files_are_told_apart(void **state) {
    const struct keystore_kit *s = *state;
    kit_store(s, NULL);
    struct buffer file = scratch_read(s->path);
    struct cm_diag diag = DIAG_INIT;
    memset(file.p + 400, 0, file.len - 400); /* size reached the disk, data did not */
    scratch_write(s->path, buffer_slice(&file));
    assert_err(CM_E_TRUNCATED, open_it(s, &diag));
    assert_non_null(strstr(diag.problem, "half-written: the last"));
    diag = (struct cm_diag)DIAG_INIT;
    memset(file.p, 0, file.len);
    scratch_write(s->path, buffer_slice(&file));
    assert_err(CM_E_TRUNCATED, open_it(s, &diag));
    assert_non_null(strstr(diag.problem, "only zeros"));
    buffer_free(&file);
}

static void an_interrupted_creation_is_recognised(void **state) {
    const struct keystore_kit *s = *state;
    scratch_write(s->new_path, slice_text("CMKEYS"));
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_NOT_FOUND, open_it(s, &diag));
    assert_non_null(strstr(diag.problem, "half-written"));
    diag = (struct cm_diag)DIAG_INIT;
    struct keystore *ks = NULL;
    struct words_text words;
    const struct keystore_unlock way = kit_passphrase(KIT_PASSPHRASE);
    assert_err(CM_E_EXISTS, keystore_create(s->path, &way, &words, &ks, &diag));
    assert_string_equal(diag.input, s->new_path);
    assert_non_null(strstr(diag.remedy, "remove it"));
}

static void what_a_crashed_save_left_does_not_disturb(void **state) {
    const struct keystore_kit *s = *state;
    kit_store(s, NULL);
    scratch_write(s->new_path, slice_text("CMKEYS and then the power went"));
    CM_CLEANUP(keystore_closep) struct keystore *ks = NULL;
    const struct keystore_unlock way = kit_passphrase(KIT_PASSPHRASE);
    assert_ok(keystore_open(s->path, &way, &ks, NULL));
    assert_ok(keystore_save(ks, NULL));
    assert_int_equal(access(s->new_path, F_OK), -1);
    assert_ok(open_it(s, NULL));
}

static void other_formats_and_other_files_are_told_apart(void **state) {
    const struct keystore_kit *s = *state;
    kit_store(s, NULL);
    struct buffer file = scratch_read(s->path);
    struct cm_diag diag = DIAG_INIT;
    put_u16be(file.p + AT_FORMAT, 2);
    scratch_write(s->path, buffer_slice(&file));
    assert_err(CM_E_VERSION, open_it(s, &diag));
    assert_string_equal(diag.problem, "keystore format 2; this program reads format 1");
    assert_non_null(strstr(diag.remedy, "update"));
    diag = (struct cm_diag)DIAG_INIT;
    scratch_write(s->path, slice_text("-----BEGIN PGP MESSAGE-----"));
    assert_err(CM_E_FORMAT, open_it(s, &diag));
    assert_string_equal(diag.problem, "not a countermark keystore");
    buffer_free(&file);
}

static void bytes_after_the_end_are_damage(void **state) {
    const struct keystore_kit *s = *state;
    kit_store(s, NULL);
    struct buffer file = scratch_read(s->path);
    buffer_u8(&file, 0);
    scratch_write(s->path, buffer_slice(&file));
    assert_err(CM_E_CORRUPT, open_it(s, NULL));
    buffer_free(&file);
}

static void directories_links_and_pipes_are_refused(void **state) {
    const struct keystore_kit *s = *state;
    struct keystore *ks = NULL;
    const struct keystore_unlock way = kit_passphrase(KIT_PASSPHRASE);
    assert_err(CM_E_FORMAT, keystore_open(s->dir.path, &way, &ks, NULL));
    assert_int_equal(symlink("/dev/zero", s->path), 0);
    assert_err(CM_E_IO, open_it(s, NULL));
    assert_int_equal(unlink(s->path), 0);
    assert_int_equal(mkfifo(s->path, 0600), 0);
    assert_err(CM_E_FORMAT, open_it(s, NULL)); /* and does not wait for a writer */
}

/* The slot of one store in the header of another: the store's id is part of what is sealed. */
static void a_slot_cannot_move_to_another_store(void **state) {
    const struct keystore_kit *s = *state;
    kit_store(s, NULL);
    struct buffer one = scratch_read(s->path);
    assert_int_equal(unlink(s->path), 0);
    kit_store(s, NULL);
    struct buffer two = scratch_read(s->path);
    memcpy(two.p + AT_SLOTS, one.p + AT_SLOTS, 128);
    checksum_again(&two);
    scratch_write(s->path, buffer_slice(&two));
    assert_err(CM_E_AUTH, open_it(s, NULL));
    buffer_free(&one);
    buffer_free(&two);
}

/* An old body under a newer header of the same store, both genuine. */
static void header_and_body_of_two_saves_do_not_mix(void **state) {
    const struct keystore_kit *s = *state;
    kit_store(s, NULL);
    struct buffer old = scratch_read(s->path);
    struct keystore *ks = NULL;
    const struct keystore_unlock way = kit_passphrase(KIT_PASSPHRASE);
    assert_ok(keystore_open(s->path, &way, &ks, NULL));
    assert_ok(keystore_save(ks, NULL));
    keystore_close(ks);
    struct buffer mixed = scratch_read(s->path);
    const size_t body = AT_SLOTS + 2u * 128u + 32u;
    memcpy(mixed.p + body, old.p + body, old.len - body);
    checksum_again(&mixed);
    scratch_write(s->path, buffer_slice(&mixed));
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_CORRUPT, open_it(s, &diag));
    assert_non_null(strstr(diag.problem, "edited"));
    buffer_free(&old);
    buffer_free(&mixed);
}

static void no_key_byte_stands_in_the_file(void **state) {
    const struct keystore_kit *s = *state;
    kit_store(s, NULL);
    struct buffer file = scratch_read(s->path);
    const uint8_t pool_key[4] = {1, 2, 3, 4}; /* of kit_store, followed by 28 zeros */
    uint8_t whole[32] = {0};
    memcpy(whole, pool_key, sizeof pool_key);
    assert_null(memmem(file.p, file.len, whole, sizeof whole));
    buffer_free(&file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        KIT_TEST(a_wrong_passphrase_is_an_auth_error_with_its_remedy),
        KIT_TEST(a_way_in_that_the_store_lacks_is_named),
        KIT_TEST(a_file_cut_at_any_byte_is_truncated),
        KIT_TEST(every_flipped_bit_is_found),
        KIT_TEST(an_edited_byte_is_found_by_the_seals_alone),
        KIT_TEST(lowered_costs_are_weak_and_absurd_ones_refused_before_they_are_spent),
        KIT_TEST(half_written_files_are_told_apart),
        KIT_TEST(an_interrupted_creation_is_recognised),
        KIT_TEST(what_a_crashed_save_left_does_not_disturb),
        KIT_TEST(other_formats_and_other_files_are_told_apart),
        KIT_TEST(bytes_after_the_end_are_damage),
        KIT_TEST(directories_links_and_pipes_are_refused),
        KIT_TEST(a_slot_cannot_move_to_another_store),
        KIT_TEST(header_and_body_of_two_saves_do_not_mix),
        KIT_TEST(no_key_byte_stands_in_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
