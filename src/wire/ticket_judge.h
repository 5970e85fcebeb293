/* Whether a ticket is genuine and in its time, by the public keys of issuers alone: what a door
 * online and a device offline both ask first. The signature is checked before a single claim is
 * looked at. Whether the unit was used or taken back is not known here. */
#ifndef CM_WIRE_TICKET_JUDGE_H
#define CM_WIRE_TICKET_JUDGE_H

#include "wire/ticket.h"

#define TICKET_CLOCK_SKEW_S 120u /* seconds that two clocks may differ; our choice */

/* One key of an issuer. */
struct ticket_key {
    char iss[TICKET_ISS_MAX + 1];
    uint8_t version; /* of KEY_TICKET, from 1 */
    bool retired;    /* signs nothing new; what it signed stays valid to its end */
    uint64_t not_before_unix_s, not_after_unix_s; /* tickets of it are valid within */
    struct sign_public public_key;
    uint8_t kid[COSE_KID_LEN];
};

enum ticket_verdict {
    TICKET_VALID,
    TICKET_NO_TICKET,   /* not a ticket at all: another text, damaged, or of a newer format */
    TICKET_UNKNOWN_KEY, /* no key of that id is trusted */
    TICKET_FORGED,      /* changed after it was signed, or not signed with that key */
    TICKET_FOREIGN,     /* signed by one issuer, says that it is another's */
    TICKET_OUT_OF_KEY,  /* made outside its key's time, or that is over */
    TICKET_NOT_YET,     /* its time has not begun */
    TICKET_EXPIRED,     /* its time is over */
    TICKET_TEST_ONLY,   /* TEST where live tickets are asked for (ticket_check.h), or other way */
    TICKET_TAKEN_BACK,  /* on its issuer's list of revoked tickets */
    TICKET_SPENT        /* this device admitted it before */
};
#define TICKET_VERDICT_N 11u
/* Its word in JSON: "valid", "expired" ...; and for people, what it means. */
const char *ticket_verdict_name(enum ticket_verdict v);
const char *ticket_verdict_text(enum ticket_verdict v);

struct ticket_judged {
    enum ticket_verdict verdict;
    const struct ticket_key *key; /* which of `keys` signed it; NULL when none did */
    bool has_claims;              /* the signature holds and the claims were read */
    struct ticket_claims claims;
};

/** Judge a ticket that was taken apart.
 * @param[in]  keys  every key with the ticket's kid is tried
 * @param[out] out   with claims only if a signature holds
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err ticket_judge(const struct ticket_message *t, const struct ticket_key *keys,
                                  size_t n, uint64_t now_unix_s, struct ticket_judged *out);
/* The same rule of time for claims that are believed already. */
enum ticket_verdict ticket_judge_time(const struct ticket_claims *c, const struct ticket_key *key,
                                      uint64_t now_unix_s);

#endif
