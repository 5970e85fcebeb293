/* A trust file: the public keys of one issuer of tickets, for devices that check offline. A
 * COSE_KeySet (RFC 9052 section 7) in a COSE_Sign1 of the issuer's newest key, so that a device
 * that has an older file can tell a newer one from a forged one; the first file must come by a way
 * that is trusted, or its fingerprint be compared. It refuses a set of no keys, keys of two
 * issuers, other kinds of keys, and a signature by none of them. docs/design/tickets.md, "Trust" */
#ifndef CM_PASS_TRUST_H
#define CM_PASS_TRUST_H

#include "base/diag.h"
#include "wire/ticket_judge.h"

#define TRUST_TYPE     "application/cose-key-set"
#define TRUST_KEYS_MAX 64u
#define TRUST_FILE_MAX 65536u /* bytes */

struct trust {
    char iss[TICKET_ISS_MAX + 1];
    uint64_t made_unix_s;
    struct ticket_key keys[TRUST_KEYS_MAX]; /* by version */
    size_t n;
    const struct ticket_key *signer; /* which of them signed the file */
};

/** Sign and append a trust file.
 * @param[in] seed  of one of its keys
 * @retval CM_E_RANGE  no keys, or too many      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err trust_write(const struct trust *t, const struct cm_key *seed,
                                 struct buffer *out);
/** Read a trust file and check its signature against the keys in it.
 * @param[in]  name  for errors: the file's
 * @param[out] out   not to be copied (signer points into it); untouched on error
 * @retval CM_E_FORMAT  not a trust file      @retval CM_E_AUTH  signed by none of its keys */
CM_MUST_CHECK cm_err trust_read(struct cm_slice bytes, const char *name, struct trust *out,
                                struct cm_diag *diag);
/** Whether `next` may take the place of `have`: same issuer, signed with a key that `have` trusts
 * and that had not ended when it was made, not older.
 * @retval CM_E_CONFLICT  another issuer   @retval CM_E_AUTH  signed with a key that is not trusted
 * @retval CM_E_STATE     older */
CM_MUST_CHECK cm_err trust_follows(const struct trust *have, const struct trust *next,
                                   const char *name, struct cm_diag *diag);

#endif
