/* A list of tickets that count no more, for devices without a network: a COSE_Sign1 under the
 * issuer's key over {1 issuer, 2 sequence, 3 issued at, 4 next update, 5 numbers (cti) of the
 * tickets, 8 bytes each, ascending}. The numbers are ciphertexts: the list tells how many were
 * revoked, and nothing of seats, batches or those still good.
 *
 * It refuses unsorted and repeated numbers, and any encoding but the deterministic one.
 * Reference: RFC 9052. Design: docs/design/tickets.md, "Revocation". */
#ifndef CM_WIRE_REVOCATION_H
#define CM_WIRE_REVOCATION_H

#include "wire/spend.h"

#define REVOCATION_TYPE "application/vnd.countermark.revocations+cbor"
/* A ticket whose time is over leaves the list so many seconds (30 days) later; a device whose clock
 * is as far behind the list's issue takes none of it: to it, such a ticket may be in its time. */
#define REVOCATION_MARGIN_S 2592000u
#define REVOCATION_N_MAX    250000u /* tickets of a list: 2 MB, what a device takes in one piece */

struct revocation_list {
    char iss[SPEND_ISS_MAX + 1];
    uint64_t sequence; /* rises with every revocation; 0 = nothing was revoked yet */
    uint64_t issued_s, next_s;
    struct cm_slice ctis; /* borrowed */
};

/** Append a list, signed.
 * @retval CM_E_RANGE   a name or number out of range, no whole number of ctis
 * @retval CM_E_LIMIT   more than REVOCATION_N_MAX      @retval CM_E_FORMAT  not ascending
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err revocation_make(const struct cm_key *seed, const struct revocation_list *list,
                                     struct buffer *out);
/** Take a list apart; nothing in it is to be believed before cose_sign1_check of *cose.
 * @param[out] list, cose  borrow the message; untouched on error
 * @retval CM_E_FORMAT  no such list */
CM_MUST_CHECK cm_err revocation_read(struct cm_slice message, struct revocation_list *list,
                                     struct cose_sign1 *cose);
bool revocation_has(const struct revocation_list *list, const uint8_t cti[SPEND_CTI_LEN]);
static inline size_t revocation_n(const struct revocation_list *list) {
    return list->ctis.len / SPEND_CTI_LEN;
}

#endif
