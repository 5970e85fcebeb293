/* The decider: states.md as code. It turns resolved requests into verdicts and events, in order,
 * and applies each event to the book at once. It reads no clock, no disk and no text; everything
 * it needs was touched before, so it cannot fail for want of anything.
 * Source: docs/design/states.md sections 1, 2 and 4. */
#ifndef CM_ENGINE_DECIDE_H
#define CM_ENGINE_DECIDE_H

#include "countermark/engine.h"
#include "engine/book.h"
#include "wire/spend.h"

#define GUESS_NEVER UINT64_MAX /* no card of this text can exist */

#define DOUBT_ALL UINT32_MAX /* lists of several brands could not be read */

/* What was given for the PIN of a card. */
enum card_pin { PIN_NOT_ASKED, PIN_MISSING, PIN_GIVEN };

/* A request after its text was opened. */
struct resolved {
    enum cm_verdict verdict; /* CM_V_ACCEPTED: a unit stands behind it; else the refusal */
    struct set *set;         /* NULL unless a unit stands behind it */
    uint64_t serial;
    bool has_redeemer;
    uint8_t redeemer[EVENT_HASH_LEN];
    uint32_t doubt_brand; /* CM_V_BUSY: the brand whose list could not be read, or DOUBT_ALL */
    uint16_t reader;      /* position in the door of the reader that opened it */
    bool is_ticket;       /* named by a ticket: the registry knows whether that was taken back */
    uint8_t cti[SPEND_CTI_LEN];
    /* Aliases: what the text is as another name of a card. Whether there is one, the owner knows;
     * by_alias tells the decider that the unit was named that way. */
    bool has_alias;
    enum alias_kind by_alias;
    uint8_t alias[EVENT_HASH_LEN];
    /* The pool whose number or face this reads as while it opens to no card of it, 0 = none; and
     * the card that it would be but for a wrong PIN: if that was issued, nobody guessed. */
    uint32_t guess;
    uint64_t guess_serial;
    /* Cards with a life: the decider judges the PIN, and counts wrong ones. */
    enum card_pin pin;
    uint16_t pin_right; /* bit i: it is the card's PIN of issue i + 1 */
    uint8_t pin_issues; /* issues that were compared */
    bool yours;         /* it lies in a range of the caller's agent */
    struct set *other;  /* REPLACE: the card that is to take its place; NULL = none such */
    uint64_t other_serial;
};

struct registry;

/* The group under construction. */
struct deciding {
    struct book *book;
    const struct registry *registry;
    uint64_t now_ms;
    uint64_t first_sequence;
    uint8_t *to;    /* where the events go, with room for DECIDE_REQUEST_MAX_LEN a request */
    size_t len;     /* bytes written */
    uint32_t count; /* events written */
    cm_err err;     /* CM_E_NO_MEMORY when an idempotency record could not grow: broken ledger */
};

/* Most bytes that one request may add: an expiry and the change itself. */
#define DECIDE_REQUEST_MAX_LEN ((size_t)2 * EVENT_UNIT_MAX_LEN)
#define DECIDE_CALL_MAX_LEN(n) ((n)*DECIDE_REQUEST_MAX_LEN + EVENT_ANSWER_LEN)
/* Of a card with a life: holds end, the card expires, the change, and another card's. */
#define CARD_REQUEST_EVENTS         4u
#define DECIDE_CARD_MAX_LEN         ((size_t)CARD_REQUEST_EVENTS * CARD_EVENT_MAX_LEN)
#define DECIDE_CARD_CALL_MAX_LEN(n) ((n)*DECIDE_CARD_MAX_LEN + EVENT_ANSWER_LEN)

/* Whether book_touch must bring the unit's details for this operation. */
bool decide_needs_detail(enum cm_operation operation);

/* Decide one call whose units have been touched; fills status and answers (the times of earlier
 * redemptions are left to the caller, who reads them after the group is durable).
 * `hashes` is NULL without an idempotency key. */
struct call_hashes {
    uint8_t key[EVENT_HASH_LEN], request[EVENT_HASH_LEN];
};
void decide_call(struct deciding *d, struct cm_call *call, const struct resolved *resolved,
                 const struct call_hashes *hashes);

#endif
