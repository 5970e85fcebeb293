/* Key, signature, claims, issuer, time: in this order, and nothing is believed before its turn. */
#include "wire/ticket_judge.h"

#include <string.h>

#include "base/macros.h"

static const char *const names[TICKET_VERDICT_N] = {
    [TICKET_VALID] = "valid",
    [TICKET_NO_TICKET] = "no_ticket",
    [TICKET_UNKNOWN_KEY] = "unknown_key",
    [TICKET_FORGED] = "forged",
    [TICKET_FOREIGN] = "foreign",
    [TICKET_OUT_OF_KEY] = "out_of_key",
    [TICKET_NOT_YET] = "not_yet",
    [TICKET_EXPIRED] = "expired",
    [TICKET_TEST_ONLY] = "test",
    [TICKET_TAKEN_BACK] = "revoked",
    [TICKET_SPENT] = "spent",
};
static const char *const texts[TICKET_VERDICT_N] = {
    [TICKET_VALID] = "genuine and in its time",
    [TICKET_NO_TICKET] = "not a ticket, damaged, or of a newer format",
    [TICKET_UNKNOWN_KEY] = "signed with a key that is not trusted here",
    [TICKET_FORGED] = "changed after it was signed, or not signed by its issuer",
    [TICKET_FOREIGN] = "signed by one issuer in another's name",
    [TICKET_OUT_OF_KEY] = "its key is not valid at this time, or was not when it was made",
    [TICKET_NOT_YET] = "its time has not begun",
    [TICKET_EXPIRED] = "its time is over",
    [TICKET_TEST_ONLY] = "a TEST ticket where live ones count, or a live one among TEST",
    [TICKET_TAKEN_BACK] = "its issuer took it back",
    [TICKET_SPENT] = "was admitted before",
};

const char *ticket_verdict_name(enum ticket_verdict v) {
    return (unsigned)v < TICKET_VERDICT_N ? names[v] : "unknown_verdict";
}

const char *ticket_verdict_text(enum ticket_verdict v) {
    return (unsigned)v < TICKET_VERDICT_N ? texts[v] : "unknown verdict";
}

enum ticket_verdict ticket_judge_time(const struct ticket_claims *c, const struct ticket_key *key,
                                      uint64_t now_unix_s) {
    if (now_unix_s < key->not_before_unix_s &&
        key->not_before_unix_s - now_unix_s > TICKET_CLOCK_SKEW_S)
        return TICKET_OUT_OF_KEY;
    if (now_unix_s >= key->not_after_unix_s || c->iat_unix_s >= key->not_after_unix_s ||
        c->iat_unix_s + TICKET_CLOCK_SKEW_S < key->not_before_unix_s)
        return TICKET_OUT_OF_KEY;
    if (c->nbf_unix_s != 0 && now_unix_s < c->nbf_unix_s) return TICKET_NOT_YET;
    return now_unix_s >= c->exp_unix_s ? TICKET_EXPIRED : TICKET_VALID;
}

/* The key that signed it: two keys may share a key id. */
static cm_err signer_of(const struct ticket_message *t, const struct ticket_key *keys, size_t n,
                        struct ticket_judged *out) {
    out->verdict = TICKET_UNKNOWN_KEY;
    for (size_t i = 0; i < n && out->key == NULL; i++) {
        if (memcmp(keys[i].kid, t->cose.kid, COSE_KID_LEN) != 0) continue;
        const cm_err err = cose_sign1_check(&t->cose, &keys[i].public_key);
        if (err != CM_OK && err != CM_E_AUTH) return err;
        if (err == CM_OK) out->key = &keys[i];
        out->verdict = TICKET_FORGED;
    }
    return CM_OK;
}

cm_err ticket_judge(const struct ticket_message *t, const struct ticket_key *keys, size_t n,
                    uint64_t now_unix_s, struct ticket_judged *out) {
    *out = (struct ticket_judged){.verdict = TICKET_NO_TICKET};
    TRY(signer_of(t, keys, n, out));
    if (out->key == NULL) return CM_OK;
    out->has_claims = ticket_claims_read(t->cose.payload, &out->claims) == CM_OK;
    if (!out->has_claims)
        out->verdict = TICKET_NO_TICKET;
    else if (strcmp(out->claims.iss, out->key->iss) != 0)
        out->verdict = TICKET_FOREIGN;
    else
        out->verdict = ticket_judge_time(&out->claims, out->key, now_unix_s);
    return CM_OK;
}
