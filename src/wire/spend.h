/* What a device that admits tickets without a network writes down: a chain of entries, each a
 * COSE_Sign1 under the device's key, each naming the hash of the one before. A file of them is a
 * CBOR sequence (RFC 8742). An entry names a ticket by its number (cti), which is no ticket: from
 * it nobody makes a text that a door takes.
 *
 * It refuses any shape but these three, and any encoding but the deterministic one. Who the device
 * is, and what becomes of an admission, is not its affair.
 * References: RFC 9052, RFC 8949 section 4.2.1, RFC 8742. Design: docs/design/tickets.md, "Spends".
 */
#ifndef CM_WIRE_SPEND_H
#define CM_WIRE_SPEND_H

#include "wire/cose.h"

#define SPEND_TYPE      "application/vnd.countermark.spend+cbor"
#define SPEND_CTI_LEN   8u /* bytes: claim 7 of a ticket */
#define SPEND_ISS_MIN   2u /* characters: claim 1 of a ticket */
#define SPEND_ISS_MAX   8u
#define SPEND_HASH_LEN  32u
#define SPEND_CHAIN_LEN 16u
#define SPEND_ENTRY_MAX 512u         /* bytes; the longest is far below */
#define SPEND_N_MAX     UINT32_MAX   /* entries of a chain */
#define SPEND_TIME_MAX  (1ull << 53) /* milliseconds, seconds: exact in JavaScript, too */

enum spend_kind {
    SPEND_START, /* the first entry: random bytes, so that no two chains are the same */
    SPEND_ADMIT, /* a ticket was let in */
    SPEND_LIST   /* a revocation list was taken: older ones are refused from here on */
};
#define SPEND_KIND_N 3u

struct spend_entry {
    enum spend_kind kind;
    uint64_t n;                       /* from 1 */
    uint64_t time_ms;                 /* since 1970, by the device's clock */
    uint8_t previous[SPEND_HASH_LEN]; /* SHA-256 of the entry before, all its bytes; first: zero */
    uint8_t chain[SPEND_CHAIN_LEN];   /* START */
    char iss[SPEND_ISS_MAX + 1];      /* ADMIT, LIST */
    uint8_t cti[SPEND_CTI_LEN];       /* ADMIT */
    uint64_t iat;                     /* ADMIT: claim 6 of the ticket, seconds */
    uint64_t sequence;                /* LIST */
};

/** Append an entry, signed.
 * @retval CM_E_RANGE  a number, a name or a kind out of its range    @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err spend_make(const struct cm_key *seed, const struct spend_entry *e,
                                struct buffer *out);

/* An entry taken apart; borrows the file's bytes. */
struct spend_read {
    struct spend_entry entry;
    struct cose_sign1 cose;
    struct cm_slice bytes; /* all of it */
};
/** Take the first entry off `rest`; nothing in it is to be believed before spend_check.
 * @param[in,out] rest  behind it; untouched on error
 * @retval CM_E_FORMAT  no such entry, or only the beginning of one */
CM_MUST_CHECK cm_err spend_take(struct cm_slice *rest, struct spend_read *out);
/** @retval CM_E_AUTH  not signed by this device, or changed      @retval CM_E_NO_MEMORY */
static inline CM_MUST_CHECK cm_err spend_check(const struct spend_read *r,
                                               const struct sign_public *device) {
    return cose_sign1_check(&r->cose, device);
}

/* How far a chain was followed; all zero before its first entry. */
struct spend_chain {
    uint64_t n;
    uint8_t hash[SPEND_HASH_LEN];
};
/** Go one entry on. @retval CM_E_CONFLICT  it does not follow: cut, put in another place, or
 * another chain's; *chain is untouched */
CM_MUST_CHECK cm_err spend_follow(struct spend_chain *chain, const struct spend_read *r);
void spend_hash(const struct spend_read *r, uint8_t hash[SPEND_HASH_LEN]);
/* A name that an issuer may have: 2 to 8 of A-Z and 0-9. */
bool spend_iss_fits(struct cm_slice iss);

#endif
