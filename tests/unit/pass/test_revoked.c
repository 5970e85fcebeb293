/* Revocation lists on a device: whose they are, and what they say of a ticket. */
#include "support/cm.h"

#include <string.h>

#include "base/file.h"
#include "crypto/secret.h"
#include "pass/revoked.h"
#include "support/scratch.h"

#define BEGIN 1700000000u
#define END   1800000000u

static const struct cm_key seed = {{9}}, other = {{8}};
static const uint8_t gone[SPEND_CTI_LEN] = {1, 2}, here[SPEND_CTI_LEN] = {1, 3};

/* Trust files are large: each test gets its own. */
static struct trust *trust_of(const char *iss, const struct cm_key *of) {
    struct trust *t = calloc(1, sizeof *t);
    assert_non_null(t);
    struct ticket_key *k = &t->keys[0];
    t->n = 1;
    memcpy(t->iss, iss, strlen(iss) + 1);
    *k = (struct ticket_key){.version = 1, .not_before_unix_s = BEGIN, .not_after_unix_s = END};
    sign_public_of(of, &k->public_key);
    cose_kid(&k->public_key, k->kid);
    return t;
}

/* A file with a list of one ticket. */
static struct scratch list_in(const struct scratch *root, uint64_t issued_s) {
    const struct revocation_list list = {.iss = "ACME",
                                         .sequence = 2,
                                         .issued_s = issued_s,
                                         .next_s = issued_s + 3600,
                                         .ctis = slice_of(gone, sizeof gone)};
    const struct scratch file = scratch_below(root, "acme.revoked");
    struct buffer bytes = BUFFER_INIT;
    assert_ok(revocation_make(&seed, &list, &bytes));
    assert_ok(file_replace(file.path, buffer_slice(&bytes), 0600, NULL));
    buffer_free(&bytes);
    return file;
}

static void a_list_of_a_trusted_issuer_is_asked_for_its_tickets(void **state) {
    (void)state;
    struct scratch root;
    assert_ok(crypto_init());
    assert_true(scratch_make(&root));
    const struct scratch file = list_in(&root, BEGIN);
    struct trust *acme = trust_of("ACME", &seed), *zeta = trust_of("ZETA", &other);
    const struct trust *const trusts[] = {zeta, acme};
    struct revoked r = REVOKED_INIT;
    assert_ok(revoked_read(file.path, trusts, 2, &r, NULL));
    assert_true(revoked_has(&r, "ACME", gone));
    assert_false(revoked_has(&r, "ACME", here));
    assert_false(revoked_has(&r, "ZETA", gone)); /* another issuer's ticket of that number */
    assert_false(revoked_is_late(&r, BEGIN + 3599));
    assert_true(revoked_is_late(&r, BEGIN + 3600));
    revoked_wipe(&r);
    free(acme);
    free(zeta);
    scratch_remove(root.path);
}

static void lists_of_others_changed_or_out_of_time_are_refused(void **state) {
    (void)state;
    struct scratch root;
    assert_ok(crypto_init());
    assert_true(scratch_make(&root));
    struct scratch file = list_in(&root, BEGIN);
    struct trust *acme = trust_of("ACME", &seed), *forged = trust_of("ACME", &other);
    struct trust *zeta = trust_of("ZETA", &seed);
    const struct trust *const good[] = {acme}, *const bad[] = {forged}, *const alien[] = {zeta};
    struct revoked r = REVOKED_INIT;
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_AUTH, revoked_read(file.path, bad, 1, &r, NULL));
    assert_err(CM_E_AUTH, revoked_read(file.path, alien, 1, &r, &diag));
    assert_non_null(strstr(diag.problem, "no trust file names"));
    assert_err(CM_E_AUTH, revoked_read(file.path, good, 0, &r, NULL));
    file = list_in(&root, END + 1); /* signed when the key was over */
    assert_err(CM_E_AUTH, revoked_read(file.path, good, 1, &r, NULL));
    file = list_in(&root, BEGIN - 1);
    assert_err(CM_E_AUTH, revoked_read(file.path, good, 1, &r, NULL));
    assert_ok(file_replace(file.path, slice_text("a letter"), 0600, NULL));
    assert_err(CM_E_FORMAT, revoked_read(file.path, good, 1, &r, NULL));
    assert_ok(file_replace(file.path, slice_text(""), 0600, NULL));
    assert_err(CM_E_FORMAT, revoked_read(file.path, good, 1, &r, NULL));
    assert_int_equal(r.bytes.len, 0);
    free(acme);
    free(forged);
    free(zeta);
    scratch_remove(root.path);
}

static void lists_of_a_key_whose_end_was_told_are_refused(void **state) {
    (void)state;
    struct scratch root;
    assert_ok(crypto_init());
    assert_true(scratch_make(&root));
    const struct scratch file = list_in(&root, BEGIN); /* or so it says */
    struct trust *acme = trust_of("ACME", &seed);
    const struct trust *const trusts[] = {acme};
    struct revoked r = REVOKED_INIT;
    acme->made_unix_s = acme->keys[0].not_after_unix_s = BEGIN + 100;
    assert_err(CM_E_AUTH, revoked_read(file.path, trusts, 1, &r, NULL));
    acme->made_unix_s--; /* of an end to come */
    assert_ok(revoked_read(file.path, trusts, 1, &r, NULL));
    revoked_wipe(&r);
    free(acme);
    scratch_remove(root.path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_of_a_trusted_issuer_is_asked_for_its_tickets),
        cmocka_unit_test(lists_of_others_changed_or_out_of_time_are_refused),
        cmocka_unit_test(lists_of_a_key_whose_end_was_told_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
