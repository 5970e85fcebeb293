/* The life of a card: what is asked of one beside its number, and what is told of it.
 *
 * A pool whose document has "life" gives its cards states, and, with a currency, a balance. Cards
 * of other pools are units like codes: once, for ever. Amounts are integers of the currency's minor
 * unit (ISO 4217): 1250 EUR is twelve euros and fifty cents. A balance is never below zero.
 * Source: docs/design/card-life.md (state x operation -> state, verdict, event).
 */
#ifndef COUNTERMARK_LIFE_H
#define COUNTERMARK_LIFE_H

#include <stdbool.h>
#include <stdint.h>

#include "countermark/bytes.h"
#include "countermark/error.h"

#define CM_AMOUNT_MAX     1000000000000000ull /* 10^15 minor units: exact in JSON numbers, too */
#define CM_CARD_HOLDS_MAX 8u                  /* holds that stand on one card at once */
#define CM_PIN_ISSUES_MAX 16u   /* PINs that one card may be given, one after the other */
#define CM_CARD_TEXT_MAX  1024u /* bytes of `other` */

/* The numbers are written in journals and frames: append only. */
enum cm_card_state {
    CM_CARD_MADE = 0,    /* numbered; inert */
    CM_CARD_SHIPPED = 1, /* left the bureau; inert */
    CM_CARD_STOCK = 2,   /* lies in a shop; inert */
    CM_CARD_ACTIVE = 3,  /* can be used */
    CM_CARD_BLOCKED = 4, /* by the operator, with a reason; can be unblocked */
    CM_CARD_EXPIRED = 5, /* its time is over; the balance stays on record */
    CM_CARD_LOST = 6,    /* reported lost; can be unblocked or replaced */
    CM_CARD_VOID = 7,    /* worthless for good */
    CM_CARD_REPLACED = 8 /* another card has its balance and history */
};
#define CM_CARD_STATE_N 9u

/* Why a card was blocked, lost, made void or replaced. Append only. */
enum cm_card_reason {
    CM_REASON_NONE = 0,
    CM_REASON_STOLEN = 1,
    CM_REASON_LOST = 2,
    CM_REASON_DAMAGED = 3,
    CM_REASON_FRAUD = 4,
    CM_REASON_CUSTOMER = 5, /* the holder asked for it */
    CM_REASON_SPOILED = 6,  /* in production */
    CM_REASON_UNSOLD = 7,
    CM_REASON_OTHER = 8
};
#define CM_REASON_N 9u

/* What a caller may beyond asking and redeeming; bits of cm_caller.rights. Who has none is
 * anonymous: to it a card that is inactive, or whose PIN is wrong or locked, is "not a code". */
enum cm_right {
    CM_RIGHT_TILL = 1, /* activate, take an activation back, load; is told why a card is refused */
    CM_RIGHT_DESK = 2  /* block, unblock, lost, replace, new PIN */
};

/* What is asked of a card, beside the request of the same place in the call. Zeroed: nothing. */
struct cm_card_ask {
    uint64_t amount;    /* minor units; REDEEM, RESERVE, LOAD: 1..CM_AMOUNT_MAX; CONFIRM: up to
                           the hold, 0 = all of it; REVERSE: 0 = all that is left of it;
                           ACTIVATE: loaded at once, may be 0 */
    char currency[4];   /* "EUR", NUL-terminated; empty = the pool's */
    uint64_t reference; /* CONFIRM, RELEASE: the hold; REVERSE: the transaction taken back; each is
                           the sequence that told.transaction gave. 0 with one hold or without a
                           balance: the only one */
    struct cm_slice other; /* REPLACE: number of the new card, as typed; borrowed */
    enum cm_card_reason reason;
    bool checked; /* a second check was made (REDEEM, CONFIRM by alias); CM_RIGHT_TILL */
};

/* What is told of a card; all zero for codes and for answers without a unit. */
struct cm_card_told {
    bool card;                /* the unit is a card with a life: the rest is filled */
    enum cm_card_state state; /* after this request; as the caller may know it */
    enum cm_card_reason reason;
    char currency[4];       /* empty: a card without a balance */
    uint64_t balance;       /* minor units, holds included */
    uint64_t held;          /* of it, by holds that stand: balance - held can be spent */
    uint64_t amount;        /* that this request moved; refusals: what could have been moved */
    uint64_t transaction;   /* sequence of its event: reference for CONFIRM, RELEASE, REVERSE */
    uint64_t expires_ms;    /* 0 = never */
    uint8_t pin_tries_left; /* with CM_RIGHT_TILL, for pools with PINs */
};

/** Name of a state as JSON and people read it: "made", "in_stock", "active" ...
 * @return static text; "unknown_state" outside the enum. Thread-safe. */
CM_API const char *cm_card_state_name(enum cm_card_state state);
/** Name of a reason: "none", "stolen" ... @return static text; "unknown_reason" outside the enum.
 */
CM_API const char *cm_card_reason_name(enum cm_card_reason reason);

#endif
