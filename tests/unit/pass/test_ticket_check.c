/* Trust files and checking offline. Tickets and trust files of the program itself are read by
 * programs of other authors in tests/system/passes; here is what is taken and what is refused. */
#include "support/cm.h"

#include <stdio.h>

#include "base/macros.h"
#include "pass/ticket_check.h"

#define NOW 1795000000u

static const struct cm_key seeds[] = {{{1}}, {{2}}, {{3}}};

static struct ticket_key key_of(unsigned version) {
    struct ticket_key k = {.iss = "ACME",
                           .version = (uint8_t)version,
                           .not_before_unix_s = NOW - 1000,
                           .not_after_unix_s = NOW + 1000 * version};
    sign_public_of(&seeds[version - 1], &k.public_key);
    cose_kid(&k.public_key, k.kid);
    return k;
}

/* The trust file of an issuer with n keys, made at a time, signed with one of them. */
static struct buffer file_of(unsigned n, uint64_t made, unsigned signer) {
    struct buffer out = BUFFER_INIT;
    struct trust t = {.iss = "ACME", .made_unix_s = made, .n = n};
    for (unsigned v = 1; v <= n; v++)
        t.keys[v - 1] = key_of(v);
    assert_ok(trust_write(&t, &seeds[signer - 1], &out));
    return out;
}

static struct buffer ticket_of(const struct cm_key *seed, uint32_t flags) {
    struct buffer out = BUFFER_INIT;
    const struct ticket_claims c = {.iss = "ACME",
                                    .exp_unix_s = NOW + 500,
                                    .iat_unix_s = NOW - 500,
                                    .cti = {1, 2, 3},
                                    .flags = flags};
    assert_ok(ticket_make(seed, &c, &out));
    return out;
}

static enum ticket_verdict checked(const struct ticket_checker *c, const struct cm_key *seed,
                                   uint32_t flags) {
    struct buffer text = ticket_of(seed, flags);
    struct ticket_judged out;
    assert_ok(ticket_check(c, buffer_slice(&text), &out, NULL));
    buffer_free(&text);
    return out.verdict;
}

static void a_ticket_is_checked_by_a_trust_file_alone(void **state) {
    (void)state;
    struct buffer file = file_of(2, NOW, 1), text = ticket_of(&seeds[1], TICKET_SINGLE);
    struct trust trust;
    struct ticket_judged out;
    assert_ok(trust_read(buffer_slice(&file), "acme.trust", &trust, NULL));
    const struct trust *const trusts[] = {&trust};
    const struct ticket_checker c = {.trusts = trusts, .n = 1, .now_unix_s = NOW};
    assert_ok(ticket_check(&c, buffer_slice(&text), &out, NULL));
    assert_int_equal(out.verdict, TICKET_VALID);
    assert_ptr_equal(out.key, &trust.keys[1]);
    assert_int_equal(out.claims.cti[2], 3);
    buffer_free(&file);
    buffer_free(&text);
}

static void test_and_live_tickets_are_kept_apart(void **state) {
    (void)state;
    struct buffer file = file_of(1, NOW, 1);
    struct trust trust;
    assert_ok(trust_read(buffer_slice(&file), "acme.trust", &trust, NULL));
    const struct trust *const trusts[] = {&trust};
    struct ticket_checker c = {.trusts = trusts, .n = 1, .now_unix_s = NOW};
    assert_int_equal(checked(&c, &seeds[0], 0), TICKET_VALID);
    assert_int_equal(checked(&c, &seeds[0], TICKET_TEST), TICKET_TEST_ONLY);
    c.test = true;
    assert_int_equal(checked(&c, &seeds[0], 0), TICKET_TEST_ONLY);
    assert_int_equal(checked(&c, &seeds[0], TICKET_TEST), TICKET_VALID);
    c.now_unix_s = NOW + 500; /* expired comes first: it is the truer answer */
    assert_int_equal(checked(&c, &seeds[0], TICKET_TEST), TICKET_EXPIRED);
    assert_int_equal(checked(&c, &seeds[1], 0), TICKET_UNKNOWN_KEY);
    buffer_free(&file);
}

static cm_err say(void *ctx, const struct ticket_claims *claims, bool *yes, struct cm_diag *diag) {
    (void)diag;
    unsigned *asked = ctx;
    (*asked)++;
    *yes = claims->cti[0] == 1;
    return CM_OK;
}

static void revoked_and_spent_are_asked_of_valid_tickets_alone(void **state) {
    (void)state;
    struct buffer file = file_of(1, NOW, 1);
    struct trust trust;
    unsigned revoked = 0, spent = 0;
    assert_ok(trust_read(buffer_slice(&file), "acme.trust", &trust, NULL));
    const struct trust *const trusts[] = {&trust};
    struct ticket_checker c = {
        .trusts = trusts, .n = 1, .now_unix_s = NOW, .spent = say, .spent_ctx = &spent};
    assert_int_equal(checked(&c, &seeds[0], 0), TICKET_SPENT);
    c.revoked = say;
    c.revoked_ctx = &revoked;
    assert_int_equal(checked(&c, &seeds[0], 0), TICKET_TAKEN_BACK);
    assert_int_equal(checked(&c, &seeds[1], 0), TICKET_UNKNOWN_KEY);
    assert_int_equal(revoked, 1);
    assert_int_equal(spent, 1);
    buffer_free(&file);
}

/* ---- Trust files ----------------------------------------------------------------------------- */

static void bent_trust_files_are_refused(void **state) {
    (void)state;
    struct buffer file = file_of(2, NOW, 1);
    struct trust t;
    for (size_t bit = 0; bit < file.len * 8; bit++) {
        file.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_not_equal(trust_read(buffer_slice(&file), "f", &t, NULL), CM_OK);
        file.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t cut = 0; cut < file.len; cut++)
        assert_err(CM_E_FORMAT, trust_read(slice_of(file.p, cut), "f", &t, NULL));
    assert_ok(trust_read(buffer_slice(&file), "f", &t, NULL));
    buffer_free(&file);
}

static void a_set_must_be_one_issuers_and_signed_by_one_of_its_keys(void **state) {
    (void)state;
    struct trust t = {.iss = "ACME", .made_unix_s = NOW, .n = 2}, out;
    struct buffer file = BUFFER_INIT;
    assert_err(CM_E_RANGE, trust_write(&(struct trust){.n = 0}, &seeds[0], &file));
    t.keys[0] = key_of(1);
    t.keys[1] = key_of(2);
    assert_ok(trust_write(&t, &seeds[2], &file)); /* by a stranger */
    assert_err(CM_E_AUTH, trust_read(buffer_slice(&file), "f", &out, NULL));
    buffer_clear(&file);
    t.keys[1] = key_of(1); /* versions do not rise */
    assert_ok(trust_write(&t, &seeds[0], &file));
    assert_err(CM_E_FORMAT, trust_read(buffer_slice(&file), "f", &out, NULL));
    buffer_clear(&file);
    t.keys[1] = key_of(2);
    t.keys[1].kid[0] ^= 1; /* a key id that is not its key's */
    assert_ok(trust_write(&t, &seeds[0], &file));
    assert_err(CM_E_FORMAT, trust_read(buffer_slice(&file), "f", &out, NULL));
    buffer_clear(&file);
    t.keys[1] = key_of(2);
    t.keys[1].not_after_unix_s = t.keys[1].not_before_unix_s; /* never in force */
    assert_ok(trust_write(&t, &seeds[0], &file));
    assert_err(CM_E_FORMAT, trust_read(buffer_slice(&file), "f", &out, NULL));
    buffer_free(&file);
}

static void a_newer_file_follows_when_a_known_key_signed_it(void **state) {
    (void)state;
    struct trust have, next;
    struct cm_diag diag = DIAG_INIT;
    struct buffer old = file_of(1, NOW, 1), new = file_of(2, NOW + 10, 1);
    struct buffer stranger = file_of(2, NOW + 10, 2);
    assert_ok(trust_read(buffer_slice(&old), "old", &have, NULL));
    assert_ok(trust_read(buffer_slice(&new), "new", &next, NULL));
    assert_ok(trust_follows(&have, &next, "new", &diag));
    assert_err(CM_E_STATE, trust_follows(&next, &have, "old", &diag));
    assert_ok(trust_read(buffer_slice(&stranger), "new", &next, NULL));
    assert_err(CM_E_AUTH, trust_follows(&have, &next, "new", &diag));
    memcpy(next.iss, "OTHER", sizeof "OTHER");
    assert_err(CM_E_CONFLICT, trust_follows(&have, &next, "new", &diag));
    buffer_free(&old);
    buffer_free(&new);
    buffer_free(&stranger);
}

/* A key that leaked is retired with an early end. Whoever has it may sign what he likes, and say of
 * it that it was made earlier; a device that was told of the end believes none of it. */
static void no_file_follows_that_an_ended_key_signed(void **state) {
    (void)state;
    struct trust t = {.iss = "ACME", .made_unix_s = NOW + 10, .n = 2}, have, next;
    struct cm_diag diag = DIAG_INIT;
    struct buffer told = BUFFER_INIT;
    t.keys[0] = key_of(1);
    t.keys[1] = key_of(2);
    t.keys[0].retired = true;
    t.keys[0].not_after_unix_s = NOW + 10;
    assert_ok(trust_write(&t, &seeds[1], &told));
    assert_ok(trust_read(buffer_slice(&told), "told", &have, NULL));
    struct buffer forged = file_of(3, NOW + 10, 1), early = file_of(3, NOW + 9, 1);
    struct buffer honest = file_of(3, NOW + 20, 2);
    assert_ok(trust_read(buffer_slice(&forged), "forged", &next, NULL));
    assert_err(CM_E_AUTH, trust_follows(&have, &next, "forged", &diag));
    assert_ok(trust_read(buffer_slice(&early), "forged", &next, NULL));
    assert_int_not_equal(trust_follows(&have, &next, "forged", &diag), CM_OK);
    assert_ok(trust_read(buffer_slice(&honest), "new", &next, NULL));
    assert_ok(trust_follows(&have, &next, "new", &diag));
    buffer_free(&told);
    buffer_free(&forged);
    buffer_free(&early);
    buffer_free(&honest);
}

/* It is shown to people, on terminals. */
static void an_issuers_name_is_of_capitals_and_digits(void **state) {
    (void)state;
    static const char *const bad[] = {"AC\033[2", "acme", "A B", "AC\n"};
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        struct trust t = {.made_unix_s = NOW, .n = 1, .keys = {key_of(1)}}, out;
        struct buffer file = BUFFER_INIT;
        (void)snprintf(t.iss, sizeof t.iss, "%s", bad[i]);
        assert_ok(trust_write(&t, &seeds[0], &file));
        assert_err(CM_E_FORMAT, trust_read(buffer_slice(&file), "f", &out, NULL));
        buffer_free(&file);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ticket_is_checked_by_a_trust_file_alone),
        cmocka_unit_test(test_and_live_tickets_are_kept_apart),
        cmocka_unit_test(revoked_and_spent_are_asked_of_valid_tickets_alone),
        cmocka_unit_test(bent_trust_files_are_refused),
        cmocka_unit_test(a_set_must_be_one_issuers_and_signed_by_one_of_its_keys),
        cmocka_unit_test(a_newer_file_follows_when_a_known_key_signed_it),
        cmocka_unit_test(no_file_follows_that_an_ended_key_signed),
        cmocka_unit_test(an_issuers_name_is_of_capitals_and_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
