/* The set of keys as COSE_Keys: {1: 1 (OKP), 2: kid, 3: -8 (EdDSA), -1: 6 (Ed25519), -2: x,
 * -70001: {1 iss, 2 version, 3 not before, 4 not after, 5 retired, 6 set made at}}. */
#include "pass/trust.h"

#include <string.h>

#include "base/macros.h"
#include "wire/atom.h"
#include "wire/spend.h"

/* RFC 9052 section 7.1, RFC 9053 section 7.2. Negative labels and values as -1 - n. */
enum label { LABEL_KTY = 1, LABEL_KID = 2, LABEL_ALG = 3 };
enum negative { NEG_CRV = 0, NEG_X = 1, NEG_EDDSA = 7, NEG_PRIVATE = 70000 };
#define KTY_OKP     1u
#define CRV_ED25519 6u
#define KEY_PAIRS   6u
enum item { ITEM_ISS = 1, ITEM_VERSION, ITEM_BEGIN, ITEM_END, ITEM_RETIRED, ITEM_MADE };
#define ITEMS_N ITEM_MADE

static void put_item(struct buffer *out, enum item key, uint64_t value) {
    atom_put_uint(out, key);
    atom_put_uint(out, value);
}

static void put_key(struct buffer *out, const struct ticket_key *k, const char *iss,
                    uint64_t made_unix_s) {
    atom_put(out, ATOM_MAP, KEY_PAIRS);
    atom_put_uint(out, LABEL_KTY);
    atom_put_uint(out, KTY_OKP);
    atom_put_uint(out, LABEL_KID);
    atom_put_bytes(out, slice_of(k->kid, sizeof k->kid));
    atom_put_uint(out, LABEL_ALG);
    atom_put(out, ATOM_NEGATIVE, NEG_EDDSA);
    atom_put(out, ATOM_NEGATIVE, NEG_CRV);
    atom_put_uint(out, CRV_ED25519);
    atom_put(out, ATOM_NEGATIVE, NEG_X);
    atom_put_bytes(out, slice_of(k->public_key.b, sizeof k->public_key.b));
    atom_put(out, ATOM_NEGATIVE, NEG_PRIVATE);
    atom_put(out, ATOM_MAP, ITEMS_N);
    atom_put_uint(out, ITEM_ISS);
    atom_put_text(out, slice_text(iss));
    put_item(out, ITEM_VERSION, k->version);
    put_item(out, ITEM_BEGIN, k->not_before_unix_s);
    put_item(out, ITEM_END, k->not_after_unix_s);
    put_item(out, ITEM_RETIRED, k->retired ? 1 : 0);
    put_item(out, ITEM_MADE, made_unix_s);
}

cm_err trust_write(const struct trust *t, const struct cm_key *seed, struct buffer *out) {
    CM_CLEANUP(buffer_free) struct buffer set = BUFFER_INIT;
    if (t->n == 0 || t->n > TRUST_KEYS_MAX) return CM_E_RANGE;
    atom_put(&set, ATOM_ARRAY, t->n);
    for (size_t i = 0; i < t->n; i++)
        put_key(&set, &t->keys[i], t->iss, t->made_unix_s);
    TRY(buffer_err(&set));
    return cose_sign1_make(seed, TRUST_TYPE, buffer_slice(&set), out);
}

/* ---- Reading --------------------------------------------------------------------------------- */

static void want(struct atom_reader *r, enum atom_kind kind, uint64_t value) {
    if (atom_read(r, kind, UINT64_MAX) != value) r->failed = true;
}

static uint64_t read_item(struct atom_reader *r, enum item key, uint64_t max) {
    want(r, ATOM_UINT, key);
    return atom_read(r, ATOM_UINT, max);
}

static void read_private(struct atom_reader *r, struct ticket_key *k, uint64_t *made) {
    want(r, ATOM_NEGATIVE, NEG_PRIVATE);
    want(r, ATOM_MAP, ITEMS_N);
    want(r, ATOM_UINT, ITEM_ISS);
    const struct cm_slice iss = atom_read_string(r, ATOM_TEXT, TICKET_ISS_MAX);
    if (!spend_iss_fits(iss))
        r->failed = true;
    else
        memcpy(k->iss, iss.p, iss.len);
    k->version = (uint8_t)read_item(r, ITEM_VERSION, UINT8_MAX);
    k->not_before_unix_s = read_item(r, ITEM_BEGIN, TICKET_TIME_MAX);
    k->not_after_unix_s = read_item(r, ITEM_END, TICKET_TIME_MAX);
    k->retired = read_item(r, ITEM_RETIRED, 1) != 0;
    *made = read_item(r, ITEM_MADE, TICKET_TIME_MAX);
}

static void read_key(struct atom_reader *r, struct ticket_key *k, uint64_t *made) {
    uint8_t kid[COSE_KID_LEN] = {0};
    want(r, ATOM_MAP, KEY_PAIRS);
    want(r, ATOM_UINT, LABEL_KTY);
    want(r, ATOM_UINT, KTY_OKP);
    want(r, ATOM_UINT, LABEL_KID);
    atom_read_exact(r, k->kid, sizeof k->kid);
    want(r, ATOM_UINT, LABEL_ALG);
    want(r, ATOM_NEGATIVE, NEG_EDDSA);
    want(r, ATOM_NEGATIVE, NEG_CRV);
    want(r, ATOM_UINT, CRV_ED25519);
    want(r, ATOM_NEGATIVE, NEG_X);
    atom_read_exact(r, k->public_key.b, sizeof k->public_key.b);
    read_private(r, k, made);
    cose_kid(&k->public_key, kid);
    if (memcmp(kid, k->kid, sizeof kid) != 0 || k->not_before_unix_s >= k->not_after_unix_s)
        r->failed = true;
}

/* All keys are one issuer's, of one moment, their versions rising. */
static bool one_set(const struct trust *t, const struct ticket_key *k, uint64_t made) {
    const struct ticket_key *last = &t->keys[t->n - 1];
    return strcmp(k->iss, last->iss) == 0 && made == t->made_unix_s && k->version > last->version;
}

static cm_err read_set(struct cm_slice payload, struct trust *t) {
    struct atom_reader r = atom_reader_over(payload);
    const size_t n = (size_t)atom_read(&r, ATOM_ARRAY, TRUST_KEYS_MAX);
    for (size_t i = 0; i < n && !r.failed; i++) {
        uint64_t made = 0;
        struct ticket_key k = {.version = 0};
        read_key(&r, &k, &made);
        if (i == 0) t->made_unix_s = made;
        if (i > 0 && !one_set(t, &k, made)) r.failed = true;
        t->keys[t->n++] = k;
    }
    if (n == 0) return CM_E_FORMAT;
    memcpy(t->iss, t->keys[0].iss, sizeof t->iss);
    return atom_end(&r);
}

static cm_err no_trust(const char *name, struct cm_diag *diag) {
    return diag_fail(diag, CM_E_FORMAT, name, NULL,
                     "ask the issuer for it: 'countermark ticket issuer export' makes it",
                     "not a trust file, cut, or changed");
}

cm_err trust_read(struct cm_slice bytes, const char *name, struct trust *out,
                  struct cm_diag *diag) {
    struct cose_sign1 cose;
    struct trust t = {.n = 0};
    if (bytes.len > TRUST_FILE_MAX || cose_sign1_read(bytes, &cose) != CM_OK ||
        !slice_equal(cose.content_type, slice_text(TRUST_TYPE)))
        return no_trust(name, diag);
    if (read_set(cose.payload, &t) != CM_OK) return no_trust(name, diag);
    size_t signer = 0;
    cm_err err = CM_E_AUTH;
    while (signer < t.n && (err = cose_sign1_check(&cose, &t.keys[signer].public_key)) == CM_E_AUTH)
        signer++;
    if (err == CM_E_AUTH)
        return diag_fail(diag, err, name, NULL, "ask the issuer for it again",
                         "changed after it was signed, or signed by none of its keys");
    TRY(err);
    *out = t;
    out->signer = &out->keys[signer];
    return CM_OK;
}

/* The key in use with which the next file is signed. */
static const struct ticket_key *trusted(const struct trust *have, const struct sign_public *key) {
    for (size_t i = 0; i < have->n; i++)
        if (memcmp(have->keys[i].public_key.b, key->b, sizeof key->b) == 0) return &have->keys[i];
    return NULL;
}

/* A key that leaked is ended early: what is made from then on it does not vouch for. What says that
 * it was made before is older than the file that told of the end. */
static bool had_ended(const struct ticket_key *key, uint64_t made_unix_s) {
    return made_unix_s >= key->not_after_unix_s;
}

cm_err trust_follows(const struct trust *have, const struct trust *next, const char *name,
                     struct cm_diag *diag) {
    if (strcmp(have->iss, next->iss) != 0)
        return diag_fail(diag, CM_E_CONFLICT, name, NULL, "keep both files, one an issuer",
                         "it is issuer %s's, not %s's", next->iss, have->iss);
    const struct ticket_key *key = trusted(have, &next->signer->public_key);
    if (key == NULL || had_ended(key, next->made_unix_s))
        return diag_fail(diag, CM_E_AUTH, name, NULL,
                         "compare its fingerprint with the issuer's before you trust it",
                         "signed with a key that %s",
                         key == NULL ? "the file in use does not know" : "had ended by then");
    if (next->made_unix_s < have->made_unix_s)
        return diag_fail(diag, CM_E_STATE, name, NULL, "keep the file in use",
                         "older than the file in use");
    return CM_OK;
}
