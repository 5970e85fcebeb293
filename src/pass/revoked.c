/* Revocation lists from files: see revoked.h. */
#include "pass/revoked.h"

#include <string.h>

#include "base/file.h"
#include "base/macros.h"

void revoked_wipe(struct revoked *r) {
    buffer_free(&r->bytes);
    *r = (struct revoked)REVOKED_INIT;
}

static const struct trust *trust_of(const struct trust *const *trusts, size_t n, const char *iss) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(trusts[i]->iss, iss) == 0) return trusts[i];
    return NULL;
}

/* A key that leaked is ended early. Whoever has it may say of a list that it was made before; who
 * was told of the end believes no list of that key any more. */
static bool had_ended(const struct ticket_key *key, const struct trust *told) {
    return told->made_unix_s >= key->not_after_unix_s;
}

/* Keys may share a kid: every one that has it is tried. */
static cm_err check(const struct cose_sign1 *cose, const struct revocation_list *list,
                    const struct trust *trust) {
    const struct cm_slice kid = slice_of(cose->kid, sizeof cose->kid);
    cm_err err = CM_E_AUTH;
    for (size_t i = 0; i < trust->n && err == CM_E_AUTH; i++) {
        const struct ticket_key *k = &trust->keys[i];
        const bool in_time =
            list->issued_s >= k->not_before_unix_s && list->issued_s < k->not_after_unix_s;
        if (in_time && !had_ended(k, trust) && slice_equal(kid, slice_of(k->kid, sizeof k->kid)))
            err = cose_sign1_check(cose, &k->public_key);
    }
    return err;
}

static cm_err judge(struct revoked *r, const char *path, const struct trust *const *trusts,
                    size_t n, struct cm_diag *diag) {
    struct cose_sign1 cose;
    if (revocation_read(buffer_slice(&r->bytes), &r->list, &cose) != CM_OK)
        return diag_fail(diag, CM_E_FORMAT, path, NULL,
                         "'countermark ticket revocations' writes one", "not a revocation list");
    const struct trust *trust = trust_of(trusts, n, r->list.iss);
    if (trust == NULL)
        return diag_fail(diag, CM_E_AUTH, path, NULL, "give the issuer's trust file, too",
                         "a list of issuer %s, whom no trust file names", r->list.iss);
    const cm_err err = check(&cose, &r->list, trust);
    if (err != CM_E_AUTH) return err;
    return diag_fail(diag, CM_E_AUTH, path, NULL, "fetch list and trust file anew",
                     "changed, or not signed with a key of issuer %s in its time", r->list.iss);
}

cm_err revoked_read(const char *path, const struct trust *const *trusts, size_t n,
                    struct revoked *out, struct cm_diag *diag) {
    CM_CLEANUP(revoked_wipe) struct revoked r = REVOKED_INIT;
    TRY(file_read(path, COSE_MESSAGE_MAX, &r.bytes, diag));
    TRY(judge(&r, path, trusts, n, diag));
    *out = r;
    r = (struct revoked)REVOKED_INIT;
    return CM_OK;
}

bool revoked_has(const struct revoked *r, const char *iss, const uint8_t cti[SPEND_CTI_LEN]) {
    return strcmp(r->list.iss, iss) == 0 && revocation_has(&r->list, cti);
}
