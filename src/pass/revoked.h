/* Revocation lists on a device: read from files, believed when a trusted issuer signed them, asked
 * for each ticket. An old list is still a list: whether one whose next update has passed will do,
 * the caller decides.
 *
 * It refuses lists of issuers that are not trusted, lists signed outside their key's time, and
 * lists of a key that had ended when the trust file was made. Design: docs/design/tickets.md,
 * "Revocation". Example: tests/unit/pass/test_revoked.c */
#ifndef CM_PASS_REVOKED_H
#define CM_PASS_REVOKED_H

#include "pass/trust.h"
#include "wire/revocation.h"

struct revoked {
    struct buffer bytes;
    struct revocation_list list; /* borrows bytes */
};
#define REVOKED_INIT                                                                               \
    { .bytes = BUFFER_INIT }
void revoked_wipe(struct revoked *r);

/** Read a list and check who signed it.
 * @param[in]  path    its file       @param[in] trusts  n issuers
 * @param[out] out     revoked_wipe it; untouched on error
 * @retval CM_E_FORMAT  no such list             @retval CM_E_AUTH  changed, or of nobody we trust
 * @retval CM_E_NOT_FOUND, CM_E_LIMIT, CM_E_IO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err revoked_read(const char *path, const struct trust *const *trusts, size_t n,
                                  struct revoked *out, struct cm_diag *diag);
/* Whether a newer list should have come by now. */
static inline bool revoked_is_late(const struct revoked *r, uint64_t now_unix_s) {
    return now_unix_s >= r->list.next_s;
}
/* Whether the issuer's ticket is on it. */
bool revoked_has(const struct revoked *r, const char *iss, const uint8_t cti[SPEND_CTI_LEN]);

#endif
