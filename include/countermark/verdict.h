/* What a caller learns about a code. A verdict is an answer, never an error. */
#ifndef COUNTERMARK_VERDICT_H
#define COUNTERMARK_VERDICT_H

#include "countermark/error.h"

/* The numbers are written in journals and frames: append only. */
enum cm_verdict {
    CM_V_ACCEPTED = 0,         /* done: redeemed, reserved ...; CHECK: would be accepted */
    CM_V_ALREADY_REDEEMED = 1, /* used up earlier; the answer says when */
    CM_V_RESERVED = 2,         /* held by a reservation until a deadline */
    CM_V_TYPING_ERROR = 3,     /* wrong length, symbol or check character: type it again */
    CM_V_NOT_A_CODE = 4,       /* well-typed, but never made by us */
    CM_V_UNKNOWN_BATCH = 5,    /* ours by its cipher, but of no batch that we know */
    CM_V_NOT_OPEN_YET = 6,     /* its batch or its terms have not begun */
    CM_V_ENDED = 7,            /* its terms, batch or cap have ended */
    CM_V_RECALLED = 8,         /* its batch or serial range was recalled */
    CM_V_VOID = 9,             /* this unit was made worthless */
    CM_V_BUSY = 10,            /* asked too often, or what it needs is unreadable: ask again */
    CM_V_NOT_RESERVED = 11,    /* CONFIRM, RELEASE: no reservation of this caller stands */
    CM_V_NOT_REDEEMED = 12,    /* REVERSE: nothing to take back */
    CM_V_REDEEMER_NEEDED = 13, /* once per redeemer: say who redeems */
    /* Cards with a life (life.h). Anonymous callers never hear INACTIVE, WRONG_PIN, PIN_LOCKED. */
    CM_V_INACTIVE = 14,       /* not activated yet */
    CM_V_BLOCKED = 15,        /* blocked, or reported lost */
    CM_V_EXPIRED = 16,        /* its time is over */
    CM_V_REPLACED = 17,       /* another card has taken its place */
    CM_V_NOT_ENOUGH = 18,     /* less can be spent than was asked for; told.amount says how much */
    CM_V_WRONG_AMOUNT = 19,   /* none, too much, another currency, or more than is held or left */
    CM_V_WRONG_PIN = 20,      /* wrong or missing; counted */
    CM_V_PIN_LOCKED = 21,     /* too many wrong PINs: a new PIN is needed */
    CM_V_ALREADY_ACTIVE = 22, /* activated earlier */
    CM_V_NOT_POSSIBLE = 23,   /* this kind of unit, or this state, knows no such operation */
    CM_V_NOT_YOURS = 24,      /* the card lies in another agent's range */
    CM_V_SECOND_CHECK = 25    /* named by an alias: a second check is needed first */
};
#define CM_VERDICT_N 26u

/** Name of a verdict, as used in JSON: "accepted", "already_redeemed" ...
 * @param[in] verdict  any value
 * @return static text; "unknown_verdict" outside the enum. Thread-safe. */
CM_API const char *cm_verdict_name(enum cm_verdict verdict);

#endif
