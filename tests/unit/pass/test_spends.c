/* A device's file of admissions: one process after another, power cuts at every byte, hands that
 * changed it. Power cuts while it is written: tests/fail/test_spends_powerloss.c. */
#include "support/cm.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "crypto/secret.h"
#include "pass/spends.h"
#include "support/scratch.h"

static const struct cm_key key = {{1, 2, 3}}, other_key = {{3, 2, 1}};
#define NOW 1790000000000ull

struct bed {
    struct scratch root, file;
};

static void bed_make(struct bed *b) {
    assert_ok(crypto_init());
    assert_true(scratch_make(&b->root));
    b->file = scratch_below(&b->root, "door.spends");
}

static struct spends_ticket ticket(const uint8_t cti[SPEND_CTI_LEN]) {
    return (struct spends_ticket){.iss = "ACME", .cti = cti, .iat = 1780000000};
}

static struct spends *opened(const struct bed *b) {
    struct spends *s = NULL;
    struct cm_diag diag = DIAG_INIT;
    const cm_err err = spends_open(b->file.path, &key, NOW, &s, &diag);
    if (err != CM_OK) fail_msg("%s: %s", cm_err_name(err), diag.problem);
    return s;
}

static bool admit(struct spends *s, uint8_t who) {
    const uint8_t cti[SPEND_CTI_LEN] = {who, 9};
    const struct spends_ticket t = ticket(cti);
    struct spends_told told;
    assert_ok(spends_admit(s, &t, false, NOW + who, &told, NULL));
    return told.admitted;
}

static void a_ticket_is_admitted_once_even_after_a_restart(void **state) {
    (void)state;
    struct bed b;
    bed_make(&b);
    struct spends *s = opened(&b);
    assert_true(admit(s, 1));
    assert_true(admit(s, 2));
    assert_false(admit(s, 1));
    spends_close(s);
    s = opened(&b);
    assert_int_equal(spends_n(s), 2);
    assert_int_equal(spends_healed(s), 0);
    const uint8_t cti[SPEND_CTI_LEN] = {2, 9};
    const struct spends_ticket t = ticket(cti);
    struct spends_told told;
    assert_ok(spends_admit(s, &t, false, NOW + 99, &told, NULL));
    assert_false(told.admitted);
    assert_int_equal(told.n, 3); /* behind the start and ticket 1 */
    assert_int_equal(told.time_ms, NOW + 2);
    /* A ticket for more than one entry, and the same number of another issuer. */
    assert_ok(spends_admit(s, &t, true, NOW + 99, &told, NULL));
    assert_true(told.admitted);
    const struct spends_ticket foreign = {.iss = "OTHER", .cti = cti, .iat = 1};
    assert_ok(spends_admit(s, &foreign, false, NOW, &told, NULL));
    assert_true(told.admitted);
    spends_close(s);
    scratch_remove(b.root.path);
}

static void the_file_is_the_owners_alone_and_one_process_has_it(void **state) {
    (void)state;
    struct bed b;
    struct stat st;
    bed_make(&b);
    struct spends *s = opened(&b), *second = NULL;
    assert_int_equal(stat(b.file.path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_err(CM_E_BUSY, spends_open(b.file.path, &key, NOW, &second, NULL));
    assert_null(second);
    spends_close(s);
    assert_err(CM_E_AUTH, spends_open(b.file.path, &other_key, NOW, &second, NULL));
    scratch_remove(b.root.path);
}

static struct buffer content(const struct bed *b) {
    struct buffer out = BUFFER_INIT;
    assert_ok(file_read(b->file.path, SPENDS_FILE_MAX, &out, NULL));
    return out;
}

static void put_content(const struct bed *b, const void *p, size_t len) {
    assert_ok(file_replace(b->file.path, slice_of(p, len), 0600, NULL));
}

/* What a power cut may leave of the last write: any part of it, zeros behind it, or all zeros. */
static void an_entry_cut_at_any_byte_is_healed(void **state) {
    (void)state;
    struct bed b;
    bed_make(&b);
    struct spends *s = opened(&b);
    assert_true(admit(s, 1));
    struct buffer before = content(&b);
    assert_true(admit(s, 2));
    spends_close(s);
    struct buffer after = content(&b);
    for (size_t len = before.len; len < after.len; len++)
        for (int zeros = 0; zeros < 2; zeros++) {
            if (zeros == 1 && after.len - len < 8) continue; /* no end is lost that was zeros */
            struct buffer cut = BUFFER_INIT;
            buffer_put(&cut, after.p, len);
            if (zeros == 1) memset(buffer_reserve(&cut, after.len - len), 0, after.len - len);
            put_content(&b, cut.p, zeros == 1 ? after.len : len);
            buffer_free(&cut);
            s = opened(&b);
            assert_int_equal(spends_n(s), 1);
            assert_int_equal(spends_healed(s), (zeros == 1 ? after.len : len) - before.len);
            assert_false(admit(s, 1));
            assert_true(admit(s, 2));
            spends_close(s);
        }
    buffer_free(&before);
    buffer_free(&after);
    scratch_remove(b.root.path);
}

static void a_start_cut_at_any_byte_is_begun_again(void **state) {
    (void)state;
    struct bed b;
    bed_make(&b);
    spends_close(opened(&b));
    struct buffer whole = content(&b);
    for (size_t len = 0; len < whole.len; len++) {
        put_content(&b, whole.p, len);
        struct spends *s = opened(&b);
        assert_int_equal(spends_healed(s), len);
        assert_true(admit(s, 1));
        spends_close(s);
    }
    buffer_free(&whole);
    scratch_remove(b.root.path);
}

/* Damage is not healed: neither another file given by mistake, nor a changed one. */
static void what_is_no_unfinished_entry_is_left_as_it_is(void **state) {
    (void)state;
    static const char *const others[] = {"a letter", "\xd2\x84\x43\xa1\x01\x27", "\xd2\x85"};
    struct bed b;
    struct spends *s = NULL;
    bed_make(&b);
    for (size_t i = 0; i < CM_ARRAY_N(others); i++) {
        put_content(&b, others[i], strlen(others[i]));
        assert_err(CM_E_CORRUPT, spends_open(b.file.path, &key, NOW, &s, NULL));
        struct buffer now = content(&b);
        assert_int_equal(now.len, strlen(others[i]));
        buffer_free(&now);
    }
    assert_int_equal(unlink(b.file.path), 0);
    s = opened(&b);
    for (uint8_t who = 1; who < 5; who++)
        assert_true(admit(s, who));
    spends_close(s);
    struct buffer good = content(&b);
    for (size_t at = 0; at < good.len; at++) {
        good.p[at] ^= 0x10;
        put_content(&b, good.p, good.len);
        struct cm_diag diag = DIAG_INIT;
        const cm_err err = spends_open(b.file.path, &key, NOW, &s, &diag);
        /* In the last entry, damage may look like a cut: but then it is said. */
        if (err == CM_OK) {
            assert_in_range(good.len - at, 1, SPEND_ENTRY_MAX);
            assert_int_not_equal(spends_healed(s), 0);
            spends_close(s);
        } else {
            assert_true(err == CM_E_CORRUPT || err == CM_E_AUTH);
            assert_true(diag.problem[0] != '\0' && diag.remedy[0] != '\0');
        }
        good.p[at] ^= 0x10;
    }
    buffer_free(&good);
    scratch_remove(b.root.path);
}

static void an_older_revocation_list_is_refused_for_good(void **state) {
    (void)state;
    struct bed b;
    struct cm_diag diag = DIAG_INIT;
    bed_make(&b);
    struct spends *s = opened(&b);
    assert_ok(spends_list(s, "ACME", 4, NOW, &diag));
    assert_ok(spends_list(s, "ACME", 4, NOW, &diag));
    assert_err(CM_E_STATE, spends_list(s, "ACME", 3, NOW, &diag));
    assert_non_null(strstr(diag.problem, "list 3 is older than list 4"));
    assert_ok(spends_list(s, "OTHER", 1, NOW, NULL)); /* each issuer counts for itself */
    spends_close(s);
    s = opened(&b);
    assert_err(CM_E_STATE, spends_list(s, "ACME", 3, NOW, NULL));
    assert_ok(spends_list(s, "ACME", 7, NOW, NULL));
    assert_err(CM_E_STATE, spends_list(s, "ACME", 6, NOW, NULL));
    spends_close(s);
    scratch_remove(b.root.path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ticket_is_admitted_once_even_after_a_restart),
        cmocka_unit_test(the_file_is_the_owners_alone_and_one_process_has_it),
        cmocka_unit_test(an_entry_cut_at_any_byte_is_healed),
        cmocka_unit_test(a_start_cut_at_any_byte_is_begun_again),
        cmocka_unit_test(what_is_no_unfinished_entry_is_left_as_it_is),
        cmocka_unit_test(an_older_revocation_list_is_refused_for_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
