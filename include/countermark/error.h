/* The one status type of countermark and the words for it.
 *
 * A `cm_err` says whether a call could do its work; it never says what was found out. "Already
 * redeemed" or "not a code" are verdicts (countermark/verdict.h) and come with CM_OK.
 * After an error every output is untouched or wiped, unless its contract says otherwise.
 */
#ifndef COUNTERMARK_ERROR_H
#define COUNTERMARK_ERROR_H

#define CM_API        __attribute__((visibility("default")))
#define CM_MUST_CHECK __attribute__((warn_unused_result))

typedef enum cm_err {
    CM_OK = 0,
    CM_E_ARGUMENT,    /* the caller broke the contract: null pointer, impossible combination */
    CM_E_RANGE,       /* a number lies outside its documented range */
    CM_E_FORMAT,      /* input text or bytes are malformed */
    CM_E_NO_MEMORY,   /* an allocation failed */
    CM_E_IO,          /* the operating system refused a read, write, sync, open or rename */
    CM_E_NO_SPACE,    /* the disk or a quota is full; nothing was changed */
    CM_E_EXISTS,      /* the thing to be created is there already */
    CM_E_NOT_FOUND,   /* the thing named does not exist */
    CM_E_CORRUPT,     /* stored bytes contradict their checksum or each other */
    CM_E_TRUNCATED,   /* stored bytes end too early */
    CM_E_VERSION,     /* format is older or newer than this program understands */
    CM_E_AUTH,        /* wrong passphrase, key or signature */
    CM_E_WEAK,        /* parameters below the policy floor (downgraded header, short key) */
    CM_E_CRYPTO,      /* the crypto library failed: broken system, not bad input */
    CM_E_BUSY,        /* somebody else holds the lock or the resource; try again */
    CM_E_CONFLICT,    /* the request contradicts what is recorded (idempotency key reused ...) */
    CM_E_LIMIT,       /* a promise would be broken: odds, quantity, quota */
    CM_E_STATE,       /* not allowed in the present state (closed batch, restored workspace ...) */
    CM_E_DENIED,      /* the caller has no right to it */
    CM_E_CANCELLED,   /* stopped by the operator (Ctrl-C, SIGTERM) */
    CM_E_DEAD,        /* the ledger failed under this process: outcome unknown, restart needed */
    CM_E_UNSUPPORTED, /* valid, but not possible with this build or system */
    CM_ERR_N          /* count of the values above; not a status */
} cm_err;

/** Name of a status for people and logs.
 * @param[in] err  any value
 * @return static text such as "no space left"; "unknown error" for a value outside the enum
 * Thread-safe, no allocation. */
CM_API const char *cm_err_name(cm_err err);

#endif
