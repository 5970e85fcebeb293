/* THE interface of countermark: arrays of closed questions in, verdicts out.
 *
 * A call is what one caller asked at once: some requests of one kind of caller under at most one
 * idempotency key. Many calls are decided together and made durable together; when
 * cm_engine_run returns CM_OK, every acceptance in it is on disk and every refusal rests on what
 * is on disk. Two implementations answer to it: in process (engine_open, src/engine/engine.h)
 * and over frames to a running vault (src/engine/remote.h).
 * Source: docs/design/states.md (what each operation does in each state).
 */
#ifndef COUNTERMARK_ENGINE_H
#define COUNTERMARK_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "countermark/bytes.h"
#include "countermark/error.h"
#include "countermark/life.h"
#include "countermark/verdict.h"

#define CM_REQUESTS_MAX  10000u      /* of one call */
#define CM_CODE_TEXT_MAX 1024u       /* bytes of one code as typed; longer is a typing error */
#define CM_KEY_TEXT_MAX  255u        /* bytes of an idempotency key */
#define CM_REDEEMER_MAX  255u        /* bytes of a redeemer reference */
#define CM_PIN_TEXT_MAX  64u         /* bytes of a PIN as typed; longer is a wrong PIN */
#define CM_HOLD_MS_MAX   2592000000u /* a reservation lasts at most 30 days */

struct cm_engine;

enum cm_operation {
    CM_OP_CHECK,   /* changes nothing */
    CM_OP_REDEEM,  /* use the unit */
    CM_OP_RESERVE, /* hold the unit for this caller until a deadline */
    CM_OP_CONFIRM, /* turn this caller's reservation into a redemption */
    CM_OP_RELEASE, /* give a reservation back */
    CM_OP_REVERSE, /* take a redemption back */
    CM_OP_VOID,    /* make a unit worthless for good (spoiled, stolen) */
    /* Cards with a life alone; on other units: not possible. On such cards with a balance, REDEEM
     * spends ask.amount, RESERVE holds it, CONFIRM takes up to the hold and gives the rest back,
     * RELEASE gives the hold back, REVERSE refunds a transaction, whole or in part. */
    CM_OP_ACTIVATE,   /* at the till; loads ask.amount */
    CM_OP_DEACTIVATE, /* take an activation back while nothing was spent */
    CM_OP_LOAD,
    CM_OP_BLOCK,
    CM_OP_UNBLOCK, /* a blocked or lost card; also unlocks its PIN */
    CM_OP_LOSE,
    CM_OP_REPLACE,  /* ask.other takes balance and place */
    CM_OP_RENEW_PIN /* the next issue number: the PIN itself is printed elsewhere */
};
#define CM_OPERATION_N      15u
#define CM_CODE_OPERATION_N 7u /* the first ones, which codes know, too */

struct cm_request {
    enum cm_operation operation;
    struct cm_slice code;     /* as typed; borrowed */
    struct cm_slice pin;      /* as typed, or empty; borrowed, read for cards of pools with PINs */
    struct cm_slice redeemer; /* opaque reference of who redeems, or empty; kept as pseudonym */
    uint64_t hold_ms;         /* RESERVE: 1..CM_HOLD_MS_MAX */
};

struct cm_answer {
    enum cm_verdict verdict;
    uint32_t set;      /* registry number of the batch or pool; 0 where none was found */
    uint64_t serial;   /* of the unit; 0 where none was found */
    uint64_t sequence; /* of the event that accepted (now or, replayed, the first time) */
    uint64_t time_ms;  /* accepted: when; already redeemed, void, reserved: since when */
    uint64_t until_ms; /* reserved: the deadline; not open yet: the opening; ended: the end */
    uint32_t use;      /* redemptions of the unit that stand: this is the use-th */
    uint16_t prize;    /* tier that the unit wins, from 1; 0 = none. With redemptions only */
    bool replayed;     /* the first answer under this idempotency key, given again */
};

enum cm_call_status {
    CM_CALL_DONE,       /* every answer is filled */
    CM_CALL_KEY_REUSED, /* the idempotency key belongs to another request; nothing was done */
    CM_CALL_DENIED,     /* unknown door, or not this caller's; nothing was done */
    CM_CALL_FULL,       /* the disk is full: changes are refused, nothing was done */
    CM_CALL_RESTORED    /* the workspace was restored and not yet accepted: checks only */
};

/* Who asks. The edge fills it from the API key; the command line is actor 0, the operator. */
struct cm_caller {
    uint32_t actor;  /* registry number of the API key, 0 = operator */
    uint32_t brand;  /* 0 = all brands (operator only) */
    bool test;       /* TEST callers see TEST units only, LIVE callers LIVE units only */
    uint32_t rights; /* bits of enum cm_right; the operator (actor 0) has all */
    uint32_t agent;  /* activates, loads and takes back in this agent's ranges only; 0 = any */
};

struct cm_call {
    struct cm_caller caller;
    uint32_t door;       /* where the codes are asked for */
    struct cm_slice key; /* idempotency key or empty; borrowed */
    const struct cm_request *requests;
    size_t n;                       /* 1..CM_REQUESTS_MAX */
    struct cm_answer *answers;      /* n, filled when status is CM_CALL_DONE */
    const struct cm_card_ask *asks; /* n, beside the requests, or NULL: nothing more is asked */
    struct cm_card_told *told;      /* n, beside the answers, or NULL: nothing more is wanted */
    enum cm_call_status status;     /* out */
};

/** Decide calls and make what was accepted durable.
 * @param[in,out] calls  n calls; requests and texts are borrowed until return; each call's
 *                       answers and status are written
 * @retval CM_E_ARGUMENT  a call breaks the limits above (n, key length, hold); nothing was done
 * @retval CM_E_DEAD      the ledger failed: the outcome of the changes is unknown; restart and
 *                        ask again under the same idempotency keys
 * @retval CM_E_NO_MEMORY  as for CM_E_DEAD: calls are decided in order, so earlier ones may be done
 * Thread-safe: any number of threads; their calls are decided together. Blocks until durable.
 * Example: docs/examples/redeem.c */
CM_API CM_MUST_CHECK cm_err cm_engine_run(struct cm_engine *engine, struct cm_call *calls,
                                          size_t n);

/** Connect to the vault of a running daemon.
 * @param[out] out   close with cm_engine_close; untouched on error
 * @param[in]  path  of its verify socket: WORKSPACE/run/verify.sock; shorter than 108 bytes
 * @retval CM_E_NOT_FOUND  nobody listens there      @retval CM_E_DENIED  file permissions
 * @retval CM_E_RANGE      path too long             @retval CM_E_IO, CM_E_NO_MEMORY
 * The handle may be shared by threads; they take turns. Example: docs/examples/redeem.c */
CM_API CM_MUST_CHECK cm_err cm_engine_connect(struct cm_engine **out, const char *path);

/** Close an engine: folds, syncs, wipes its keys. NULL is fine.
 * No call may be under way. */
CM_API void cm_engine_close(struct cm_engine *engine);

#endif
