/* A ticket: the text "CM1:" and base45 of a COSE_Sign1 over CWT claims (RFC 8392), as one QR code
 * of alphanumeric mode holds it. Deterministic CBOR, Ed25519, no compression (it would grow).
 * It refuses unknown claims, claims out of order, texts that do not print, and anything but the
 * shortest encoding. Nothing that was read is to be believed before ticket_judge.h has judged it.
 * Byte table and reasons: docs/design/tickets.md. Example: the first test of test_ticket.c. */
#ifndef CM_WIRE_TICKET_H
#define CM_WIRE_TICKET_H

#include "wire/base45.h"
#include "wire/cose.h"

#define TICKET_PREFIX     "CM1:"
#define TICKET_PREFIX_LEN (sizeof TICKET_PREFIX - 1)
#define TICKET_BYTES_MAX  640u /* of the message; our choice: still one QR code that scans */
#define TICKET_TEXT_MAX   (TICKET_PREFIX_LEN + BASE45_LEN(TICKET_BYTES_MAX))
#define TICKET_CTI_LEN    8u /* bytes */

/* Longest texts, in bytes of UTF-8, without their NUL. */
#define TICKET_ISS_MIN      2u
#define TICKET_ISS_MAX      8u
#define TICKET_EVENT_MAX    64u
#define TICKET_SEAT_MAX     64u
#define TICKET_TITLE_MAX    96u
#define TICKET_CURRENCY_LEN 3u                       /* ISO 4217 */
#define TICKET_GTIN_MAX     UINT64_C(99999999999999) /* 14 digits */
#define TICKET_TIME_MAX     UINT64_C(253402300799)   /* 9999-12-31T23:59:59Z */
#define TICKET_VALUE_MAX    INT64_MAX                /* minor units */

/* Flags; bits that a reader does not know make it refuse. */
#define TICKET_TEST      1u /* never valid where live ones are */
#define TICKET_SINGLE    2u /* admits once: without it, whoever checks may admit again */
#define TICKET_FLAGS_ALL (TICKET_TEST | TICKET_SINGLE)

struct ticket_claims {
    char iss[TICKET_ISS_MAX + 1];           /* A-Z 0-9 */
    uint64_t exp_unix_s;                    /* valid before */
    uint64_t nbf_unix_s;                    /* not valid before; 0 = from its making */
    uint64_t iat_unix_s;                    /* made at */
    uint8_t cti[TICKET_CTI_LEN];            /* which unit: crypto/ticket_keys.h opens it */
    uint32_t flags;                         /* TICKET_TEST ... */
    char event[TICKET_EVENT_MAX + 1];       /* event or batch; "" = absent, as all texts below */
    char seat[TICKET_SEAT_MAX + 1];         /* seat or SKU */
    char title[TICKET_TITLE_MAX + 1];       /* for whoever holds it */
    char currency[TICKET_CURRENCY_LEN + 1]; /* "" = no value */
    uint64_t value;                         /* minor units; with currency */
    uint64_t gtin;                          /* 0 = absent */
};

/** The claims as deterministic CBOR, appended.
 * @retval CM_E_RANGE  a claim is missing, too long, or not what it must be    @retval
 * CM_E_NO_MEMORY
 */
CM_MUST_CHECK cm_err ticket_claims_write(const struct ticket_claims *c, struct buffer *out);
/** @param[out] out  untouched on error      @retval CM_E_FORMAT  not such claims */
CM_MUST_CHECK cm_err ticket_claims_read(struct cm_slice payload, struct ticket_claims *out);

/** Sign claims and append the whole text.
 * @param[in] seed  the issuer's: ticket_keys_derive
 * @retval CM_E_LIMIT  more than TICKET_BYTES_MAX      @retval others as ticket_claims_write */
CM_MUST_CHECK cm_err ticket_make(const struct cm_key *seed, const struct ticket_claims *c,
                                 struct buffer *out);

/* Whether a text says of itself that it is a ticket. */
bool ticket_text_is(struct cm_slice text);

/* A ticket taken apart: `cose` borrows `bytes`, so it is not to be copied. */
struct ticket_message {
    uint8_t bytes[TICKET_BYTES_MAX];
    size_t len;
    struct cose_sign1 cose;
};
/** Take a text apart; white space around it is ignored. Nothing in it is to be believed yet.
 * @retval CM_E_FORMAT  not a ticket      @retval CM_E_UNSUPPORTED  another signature algorithm */
CM_MUST_CHECK cm_err ticket_open(struct cm_slice text, struct ticket_message *out);

#endif
