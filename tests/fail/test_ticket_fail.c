/* The n-th failing allocation while a ticket is signed, opened to its unit, and checked: no memory
 * is the answer, never "valid" and never "forged". The linker sends the calls of our objects to
 * support/starve.c (--wrap). */
#include "support/cm.h"

#include "crypto/secret.h"
#include "crypto/ticket_keys.h"
#include "pass/ticket_check.h"
#include "support/starve.h"

#define NOW 1795000000u

static const struct cm_key seed = {{1, 2, 3}};

static struct ticket_claims claims(void) {
    return (struct ticket_claims){
        .iss = "ACME", .exp_unix_s = NOW + 100, .iat_unix_s = NOW, .cti = {1}};
}

static void a_ticket_is_signed_whole_or_not_at_all(void **state) {
    (void)state;
    const struct ticket_claims c = claims();
    struct buffer whole = BUFFER_INIT;
    starve_at(0);
    assert_ok(ticket_make(&seed, &c, &whole));
    const unsigned n = starve_calls();
    assert_true(n >= 4); /* claims, header, what is signed, message, text */
    for (unsigned i = 1; i <= n; i++) {
        struct buffer text = BUFFER_INIT;
        starve_at(i);
        assert_err(CM_E_NO_MEMORY, ticket_make(&seed, &c, &text));
        starve_at(0);
        buffer_free(&text);
    }
    buffer_free(&whole);
}

static struct trust trust_of(struct buffer *file) {
    struct trust t = {.iss = "ACME", .made_unix_s = NOW, .n = 1}, read = {.n = 0};
    t.keys[0] = (struct ticket_key){
        .iss = "ACME", .version = 1, .not_before_unix_s = NOW - 1, .not_after_unix_s = NOW + 1000};
    sign_public_of(&seed, &t.keys[0].public_key);
    cose_kid(&t.keys[0].public_key, t.keys[0].kid);
    assert_ok(trust_write(&t, &seed, file));
    assert_ok(trust_read(buffer_slice(file), "file", &read, NULL));
    return read;
}

static void want_of_memory_is_no_verdict(void **state) {
    (void)state;
    const struct ticket_claims c = claims();
    struct buffer text = BUFFER_INIT, file = BUFFER_INIT;
    starve_at(0);
    assert_ok(ticket_make(&seed, &c, &text));
    const struct trust trust = trust_of(&file);
    const struct trust *const trusts[] = {&trust};
    const struct ticket_checker checker = {.trusts = trusts, .n = 1, .now_unix_s = NOW};
    struct ticket_judged out;
    starve_at(0);
    assert_ok(ticket_check(&checker, buffer_slice(&text), &out, NULL));
    assert_int_equal(out.verdict, TICKET_VALID);
    const unsigned n = starve_calls();
    assert_true(n >= 2); /* the keys, what is signed */
    for (unsigned i = 1; i <= n; i++) {
        struct ticket_judged untouched;
        memset(&untouched, 0xA5, sizeof untouched);
        out = untouched;
        starve_at(i);
        assert_err(CM_E_NO_MEMORY, ticket_check(&checker, buffer_slice(&text), &out, NULL));
        assert_memory_equal(&out, &untouched, sizeof out);
    }
    for (unsigned i = 1;; i++) {
        struct trust read;
        starve_at(i);
        const cm_err err = trust_read(buffer_slice(&file), "file", &read, NULL);
        if (err == CM_OK) break; /* more calls than it makes */
        assert_int_equal(err, CM_E_NO_MEMORY);
    }
    starve_at(0);
    buffer_free(&text);
    buffer_free(&file);
}

static void ids_are_made_or_nothing_is_left(void **state) {
    (void)state;
    struct ticket_ids *ids = NULL;
    assert_ok(crypto_init());
    starve_at(0);
    assert_ok(ticket_ids_new(&ids, &seed, 1, 1));
    ticket_ids_free(take(&ids));
    const unsigned n = starve_calls();
    assert_true(n >= 2);
    for (unsigned i = 1; i <= n; i++) {
        starve_at(i);
        assert_int_not_equal(ticket_ids_new(&ids, &seed, 1, 1), CM_OK);
        assert_null(ids);
    }
    starve_at(0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ticket_is_signed_whole_or_not_at_all),
        cmocka_unit_test(want_of_memory_is_no_verdict),
        cmocka_unit_test(ids_are_made_or_nothing_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
