/* What the journal's events say: the byte tables of docs/design/journal.md, "Events", as C.
 *
 * An event records a decision; replaying it applies the decision and never decides again. Events
 * hold numbers and pseudonyms only: no code text, no name, no key. This file knows the shapes; the
 * framing (type, flags, length) is event_frame.h, the group around it journal.h.
 */
#ifndef CM_LEDGER_EVENT_H
#define CM_LEDGER_EVENT_H

#include <stdint.h>

#include "base/bytes.h"
#include "countermark/run.h"
#include "ledger/card.h"

#define EVENT_HASH_LEN     16u /* bytes kept of a key hash, request hash or pseudonym */
#define EVENT_NO_ITEM      0xFFFFu
#define EVENT_PART_MAX     60000u /* bytes of a document in one event; longer ones go in parts */
#define EVENT_UNIT_MAX_LEN (4u + 22u + 8u + EVENT_HASH_LEN) /* framed, with every option */
#define EVENT_ANSWER_LEN   (4u + 2u * EVENT_HASH_LEN + 2u)  /* framed */

enum event_type {
    EVENT_ANSWER = 1, /* the next `count` unit or issue events answer this idempotency key */
    /* One unit changed. */
    EVENT_REDEEM = 10,
    EVENT_RESERVE = 11,
    EVENT_CONFIRM = 12,
    EVENT_RELEASE = 13,
    EVENT_REVERSE = 14,
    EVENT_EXPIRE = 15, /* a reservation's deadline passed */
    EVENT_VOID = 16,
    EVENT_CARD = 17, /* a card with a life changed: ledger/card.h */
    /* Batches and pools. */
    EVENT_ISSUE = 20,  /* serials spent and units issued */
    EVENT_PHASE = 21,  /* batch opened, closed, shipped, written out */
    EVENT_RECALL = 22, /* a range of serials, or all of them */
    /* Cards. */
    EVENT_STOCK = 24, /* where a range of cards lies, and whose it is */
    EVENT_ALIAS = 25, /* another name of a card, as a keyed hash, given or taken */
    /* Lines. */
    EVENT_HOLD = 26,  /* a run was given serials: their texts may have left */
    EVENT_MOVE = 27,  /* what became of serials that a run holds */
    EVENT_PRIZE = 28, /* prizes of worthless units went to other candidates */
    /* Everything that people name, as JSON documents. */
    EVENT_DOCUMENT = 30,
    /* The ledger itself and what people did. */
    EVENT_EPOCH = 40,    /* workspace made or restored */
    EVENT_LOOKUP = 41,   /* somebody looked a unit up */
    EVENT_REFUSALS = 42, /* refusals of one scheme in one minute, aggregated */
    EVENT_NOTE = 43      /* an administrator's act that changes no unit: key use, escrow, backup */
};

/* EVENT_REDEEM .. EVENT_VOID. Flags tell which optional parts follow, and whether the unit is used
 * up by this event: replay must not need the terms of that day. */
enum { EVENT_HAS_UNTIL = 1, EVENT_HAS_REDEEMER = 2, EVENT_SPENT = 4 };
struct unit_event {
    enum event_type type;
    uint32_t set;    /* registry number of the batch or pool */
    uint64_t serial; /* serial or index */
    uint32_t actor;  /* registry number of the caller's API key; 0 = the operator */
    uint16_t item;   /* position in the request that the EVENT_ANSWER before it answers */
    uint32_t use;    /* redemptions of the unit that stand after this event */
    bool has_until, has_redeemer, spent;
    uint64_t until_ms;                /* RESERVE: the deadline */
    uint8_t redeemer[EVENT_HASH_LEN]; /* pseudonym of the redeemer's reference */
};

struct answer_event {
    uint8_t key[EVENT_HASH_LEN];     /* hash of (caller, idempotency key) */
    uint8_t request[EVENT_HASH_LEN]; /* hash of the request */
    uint16_t count;                  /* unit or issue events that follow and belong to it */
};

struct issue_event {
    uint32_t set;
    uint64_t first, count;   /* serials spent */
    uint64_t issued;         /* units among them that exist: not filtered, not skipped */
    uint8_t rule_version;    /* pools: rules of this range; batches: filter version */
    struct cm_slice skipped; /* serials skipped for a text that another unit owns: u64 each */
};

enum batch_phase { PHASE_MADE, PHASE_OPEN, PHASE_CLOSED };
struct phase_event {
    uint32_t set, actor;
    enum batch_phase phase;
    bool shipped;          /* codes have left: the file may not be written again */
    uint8_t file_hash[32]; /* of the file written out; zero where none */
};

struct recall_event {
    uint32_t set, actor;
    uint64_t first, last; /* serials, inclusive */
};

struct hold_event {
    uint32_t run, set;
    uint64_t first;
    uint32_t count;        /* serials; at most EVENT_HOLD_MAX */
    struct cm_slice holes; /* serials that are no units: offsets from first, u32 each, ascending */
};
#define EVENT_HOLD_MAX  (1u << 20)
#define EVENT_HOLES_MAX (EVENT_PART_MAX / sizeof(uint32_t))

/* To CM_STAGE_REJECTED and CM_STAGE_VOID at most EVENT_SCRAP_MAX serials: each of their units
 * becomes void, unless it was redeemed before. */
#define EVENT_SCRAP_MAX 65536u
struct move_event {
    uint32_t run, actor, set;
    uint64_t first, count;
    enum cm_stage stage;
    enum cm_cause cause;
};

/* Cards of a range lie here from now on; what was said of them before is overlaid. */
struct stock_event {
    uint32_t set;
    uint64_t first, count; /* indices; count >= 1 */
    uint8_t state;         /* CM_CARD_MADE, CM_CARD_SHIPPED or CM_CARD_STOCK (life.h) */
    uint32_t agent;        /* whose they are; 0 = nobody's */
    uint32_t order;        /* with which they were made; 0 = none */
    uint32_t actor;
};
#define EVENT_STOCK_LEN (4u + 33u) /* framed */

/* What kind of name an alias is. Append only. */
enum alias_kind {
    ALIAS_NONE = 0,
    ALIAS_ID = 1,    /* of a person or an account: phone, member number */
    ALIAS_UID = 2,   /* of a chip, as the bureau returned it */
    ALIAS_TOKEN = 3, /* activates the card, once, until its time is over */
    ALIAS_TAG = 4,   /* of an item that belongs to the card */
    ALIAS_OTHER = 5
};
#define ALIAS_KIND_N 6u

struct alias_event {
    uint32_t set;
    uint64_t serial;
    enum alias_kind kind; /* never ALIAS_NONE */
    bool on;              /* given; else taken away */
    uint64_t until_ms;    /* its end; 0 = none. Taken away: 0 */
    uint8_t hash[EVENT_HASH_LEN];
    uint32_t actor;
};
#define EVENT_ALIAS_LEN (4u + 42u) /* framed */
struct prize_event {
    uint32_t set;
    struct cm_slice moves; /* serial that lost it, candidate that got it: two u64 each */
};
#define EVENT_PRIZE_MOVE_LEN 16u
#define EVENT_PRIZE_MAX      (EVENT_PART_MAX / EVENT_PRIZE_MOVE_LEN) /* moves */

enum document_kind {
    DOCUMENT_SCHEME = 1,
    DOCUMENT_POOL,
    DOCUMENT_BATCH,
    DOCUMENT_TERMS,
    DOCUMENT_DOOR,
    DOCUMENT_BRAND,
    DOCUMENT_API_KEY,
    DOCUMENT_CORRECTION,
    DOCUMENT_WORKSPACE, /* derived: whether a restore waits to be accepted */
    DOCUMENT_REFUSALS,  /* derived: refusals of one scheme so far; id 0 = of no scheme */
    DOCUMENT_RUN,       /* id = number of the run; replaced by later ones */
    DOCUMENT_AGENT,
    DOCUMENT_STOCK,    /* derived: where cards of a pool lie; id = set */
    DOCUMENT_TALLY,    /* derived: what an agent's cards did; id = agent */
    DOCUMENT_LEGACY,   /* an imported set; id = set */
    DOCUMENT_ORDER,    /* id = number of the order; replaced by later ones */
    DOCUMENT_OPERATOR, /* who may approve */
    DOCUMENT_PRIZE,    /* prizes of a batch; id = set */
    DOCUMENT_REDRAWN,  /* derived: prizes that went to other units; id = set */
    DOCUMENT_ISSUER,   /* who signs tickets; id = brand, or ISSUER_OF_NO_BRAND */
    DOCUMENT_REVOKED,  /* tickets that an issuer took back */
    DOCUMENT_DEVICE,   /* a device that checks tickets offline */
    DOCUMENT_SPENDS    /* what a device admitted offline, and what contradicts it */
};
#define DOCUMENT_KIND_N 24u
struct document_event {
    enum document_kind kind;
    uint32_t id, actor;
    uint32_t total_len, offset; /* this part's place in the whole */
    struct cm_slice part;
};

struct epoch_event {
    uint32_t epoch;
    bool restored; /* made from a backup: refuses until the operator accepts */
};

struct note_event {
    uint32_t actor;
    struct cm_slice text; /* UTF-8, no codes, no secrets */
};

struct lookup_event {
    uint32_t set, actor;
    uint64_t serial;
};

/* One counter a verdict, in the order of enum cm_verdict. The first REFUSAL_SHORT_N are written
 * alone where the others are zero: an event of the time when there were no more. */
#define REFUSAL_VERDICT_N 32u
#define REFUSAL_SHORT_N   16u
enum { REFUSALS_ALL = 1 };  /* flag */
#define REFUSAL_GUESSES 31u /* the counter of guesses: right by all that is public, no card */
#define REFUSALS_OF_KEY 0x40000000u /* scope: this | number of an API key; guesses alone */
struct refusals_event {
    uint32_t scheme, minute; /* minute since 1970 */
    uint32_t counts[REFUSAL_VERDICT_N];
};

/* Writers: put one framed event at `to` (which has room: EVENT_*_LEN, or the slices' lengths
 * plus 64) and return the bytes written. */
size_t event_put_unit(uint8_t *to, const struct unit_event *e);
size_t event_put_answer(uint8_t *to, const struct answer_event *e);
size_t event_put_issue(uint8_t *to, const struct issue_event *e);
size_t event_put_phase(uint8_t *to, const struct phase_event *e);
size_t event_put_recall(uint8_t *to, const struct recall_event *e);
size_t event_put_hold(uint8_t *to, const struct hold_event *e);
size_t event_put_move(uint8_t *to, const struct move_event *e);
size_t event_put_stock(uint8_t *to, const struct stock_event *e);
size_t event_put_alias(uint8_t *to, const struct alias_event *e);
size_t event_put_prize(uint8_t *to, const struct prize_event *e);
size_t event_put_document(uint8_t *to, const struct document_event *e);
size_t event_put_epoch(uint8_t *to, const struct epoch_event *e);
size_t event_put_note(uint8_t *to, const struct note_event *e);
size_t event_put_lookup(uint8_t *to, const struct lookup_event *e);
size_t event_put_refusals(uint8_t *to, const struct refusals_event *e);

/* One event of any type, read back. Slices borrow from the group. */
struct event {
    enum event_type type;
    union {
        struct unit_event unit;
        struct card_event card;
        struct answer_event answer;
        struct issue_event issue;
        struct phase_event phase;
        struct recall_event recall;
        struct hold_event hold;
        struct move_event move;
        struct stock_event stock;
        struct alias_event alias;
        struct prize_event prize;
        struct document_event document;
        struct epoch_event epoch;
        struct note_event note;
        struct lookup_event lookup;
        struct refusals_event refusals;
    } u;
};

/* Write an event of any type, as its own writer above does. */
size_t event_put(uint8_t *to, const struct event *e);

/** Read one event's payload.
 * @param[out] out  untouched or zeroed on error
 * @retval CM_E_CORRUPT  unknown type, wrong length, a value outside its enum */
CM_MUST_CHECK cm_err event_read(uint8_t type, uint8_t flags, struct cm_slice payload,
                                struct event *out);

#endif
