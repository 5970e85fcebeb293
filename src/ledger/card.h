/* Cards with a life in the ledger: the event that changes one, the record of what it is, and the
 * line of its history that each event leaves. Numbers only: no card number, no PIN.
 *
 * An event holds everything after the change (state, balance, held), so that replay applies it and
 * checks the sums, and never decides. Byte tables: docs/design/journal.md, "Cards" (event) and
 * docs/design/state.md, "Cards" (record, line). Meaning: docs/design/card-life.md.
 */
#ifndef CM_LEDGER_CARD_H
#define CM_LEDGER_CARD_H

#include "base/buffer.h"
#include "countermark/life.h"

/* What happened to a card. The numbers are written in journals: append only. */
enum card_op {
    CARD_ACTIVATE = 1,
    CARD_DEACTIVATE = 2,
    CARD_LOAD = 3,
    CARD_SPEND = 4,
    CARD_HOLD = 5,
    CARD_CONFIRM = 6,      /* reference: the hold; amount: taken of it; the rest is given back */
    CARD_RELEASE = 7,      /* reference: the hold */
    CARD_REFUND = 8,       /* reference: the line; other: whose line, if not this card's own */
    CARD_EXPIRE_HOLDS = 9, /* all whose deadline is until_ms or earlier; amount: their sum */
    CARD_EXPIRE = 10,
    CARD_BLOCK = 11,
    CARD_UNBLOCK = 12,
    CARD_LOSE = 13,
    CARD_VOID = 14,
    CARD_REPLACE = 15,   /* other: the card that takes its place; amount: the balance moved */
    CARD_TAKE_OVER = 16, /* other: the card whose place it takes */
    CARD_RENEW_PIN = 17,
    CARD_PIN_FAILED = 18
};
#define CARD_OP_N         19u
#define CARD_REDEEMER_LEN 16u /* bytes of a pseudonym */

/* Flags of the event: which optional parts follow, in this order, and two marks. */
enum {
    CARD_HAS_MONEY = 1,     /* amount, balance, held */
    CARD_HAS_UNTIL = 2,     /* a hold's deadline, or when the card expires */
    CARD_HAS_REFERENCE = 4, /* sequence of another line */
    CARD_HAS_OTHER = 8,     /* another card */
    CARD_HAS_AGENT = 16,
    CARD_HAS_REDEEMER = 32,
    CARD_BY_ALIAS = 64,  /* the caller named it by an alias */
    CARD_UNCHECKED = 128 /* HOLD: a second check is due before it is confirmed */
};

struct card_event {
    enum card_op op;
    uint32_t set;
    uint64_t serial;
    uint32_t actor;
    uint16_t item; /* position in the request, or EVENT_NO_ITEM */
    /* After this event. */
    enum cm_card_state state;
    enum cm_card_reason reason;
    uint8_t pin_failed; /* wrong PINs since the last reset */
    uint8_t pin_issue;  /* from 1 */
    uint32_t use;       /* uses that stand, of cards without a balance */
    bool has_money, has_until, has_reference, has_other, has_agent, has_redeemer;
    bool by_alias, unchecked;
    uint64_t amount, balance, held; /* with has_money */
    uint64_t until_ms, reference;
    uint32_t other_set;
    uint64_t other_serial;
    uint32_t agent;
    uint8_t redeemer[CARD_REDEEMER_LEN];
};
#define CARD_EVENT_LEN     27u /* bytes of the part that is always there */
#define CARD_EVENT_MAX_LEN (4u + CARD_EVENT_LEN + 24u + 8u + 8u + 12u + 4u + CARD_REDEEMER_LEN)

/* Write one framed event at `to`, which has CARD_EVENT_MAX_LEN bytes. @return bytes written */
size_t event_put_card(uint8_t *to, const struct card_event *e);
struct cursor;
/* The payload of one; the cursor fails on a value that no writer of ours makes. */
void event_read_card(struct cursor *c, uint8_t flags, struct card_event *e);

struct card_hold {
    uint64_t id; /* sequence of its event */
    uint64_t amount, until_ms;
    uint32_t actor;
    bool unchecked;
};

/* What a card is. A card without one is as its pool makes it: engine/card_fresh.h. */
struct card_record {
    enum cm_card_state state;  /* MADE for every card that is not active yet: what lies in stock is
                                  told by the stock */
    enum cm_card_state before; /* BLOCKED, LOST: what it goes back to */
    enum cm_card_reason reason;
    bool known;                        /* has been active: the public may hear of it */
    uint8_t pin_failed;                /* wrong PINs since the last reset */
    uint8_t pin_issue;                 /* from 1 */
    uint32_t use;                      /* uses that stand, of cards without a balance */
    uint32_t agent;                    /* who activated it */
    uint64_t since_ms;                 /* of the state */
    uint64_t activated_ms, expires_ms; /* 0 = never */
    uint64_t balance;                  /* holds included */
    uint64_t last;                     /* sequence of its newest line; 0 = none */
    uint64_t last_spend;               /* of its newest spend or confirm since it was activated */
    uint32_t replaced_by_set, replaces_set; /* 0 = none */
    uint64_t replaced_by_serial, replaces_serial;
    size_t hold_n;
    struct card_hold holds[CM_CARD_HOLDS_MAX]; /* oldest first */
};

/* One line of a card's history: what its event said. */
struct card_line {
    uint64_t sequence, previous; /* of the card's line before it; 0 = the first */
    uint32_t set;
    uint64_t serial;
    enum card_op op;
    enum cm_card_state state;
    enum cm_card_reason reason;
    uint8_t pin_failed, pin_issue;
    bool by_alias;
    uint32_t actor, agent, use;
    uint64_t time_ms;
    uint64_t amount, balance, held; /* moved; after it */
    uint64_t until_ms;              /* HOLD: the deadline */
    uint64_t expires_ms;            /* of the card, after it; 0 = never */
    uint64_t reference;
    uint64_t refunded; /* SPEND, CONFIRM: given back so far; of cards without a balance: 1 = yes */
    uint32_t other_set;
    uint64_t other_serial;
};

/* Sum of the holds that stand. */
uint64_t card_held(const struct card_record *card);

#define RECORD_CARD_LEN      86u /* and RECORD_CARD_HOLD_LEN for each hold */
#define RECORD_CARD_HOLD_LEN 29u /* id, amount, until 8 each, actor 4, unchecked 1 */
#define RECORD_CARD_MAX_LEN  (RECORD_CARD_LEN + CM_CARD_HOLDS_MAX * RECORD_CARD_HOLD_LEN)
#define RECORD_LINE_LEN      102u

size_t record_put_card(uint8_t to[static RECORD_CARD_MAX_LEN], const struct card_record *r);
/** @retval CM_E_CORRUPT  no writer of ours made it; *out untouched */
CM_MUST_CHECK cm_err record_read_card(struct cm_slice content, struct card_record *out);
/* Without set, serial and sequence, which are the key. */
void record_put_line(uint8_t to[static RECORD_LINE_LEN], const struct card_line *line);
CM_MUST_CHECK cm_err record_read_line(struct cm_slice content, struct card_line *out);

#endif
