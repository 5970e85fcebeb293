/* One request to a card with a life, being decided: what the parts of the card decider share.
 * Everything it looks at has been touched. Source: docs/design/card-life.md. */
#ifndef CM_ENGINE_CARD_CASE_H
#define CM_ENGINE_CARD_CASE_H

#include "engine/card_apply.h"
#include "engine/decide.h"

#define CARD_HOPS_MAX 8u /* replacements that a refund looks back through */

struct card_case {
    struct deciding *d;
    const struct cm_request *request;
    const struct cm_card_ask *ask; /* never NULL */
    const struct resolved *unit;
    const struct cm_caller *caller;
    uint16_t item; /* EVENT_NO_ITEM without an idempotency key */
    struct cm_answer *answer;
    struct cm_card_told *told; /* never NULL */
    /* Filled by decide_card. */
    const struct card_life *life;
    uint32_t rights;
    bool anonymous, money;
    bool pin_right;           /* asked for, and right */
    struct card_record card;  /* as of the last event */
    enum cm_card_state state; /* as of now: in stock, expired ... */
};

/* Decide it: fills answer and told, writes and applies events. */
void decide_card(struct card_case *c);
/* What only till and desk may ask; card_desk.c. The card stands: not void, replaced or recalled. */
void decide_card_till(struct card_case *c);
void decide_card_desk(struct card_case *c);

/* The state that people see at a time: in stock, expired ... */
enum cm_card_state card_state_at(const struct book *b, const struct card_record *card, uint32_t set,
                                 uint64_t serial, uint64_t now_ms);

/* An event of this card that changes nothing yet. */
struct card_event card_event_of(const struct card_case *c, enum card_op op);
/* Write and apply it; the case's card is as it leaves it. @return its sequence */
uint64_t card_emit(struct card_case *c, const struct card_event *e);
/* Emit it as what was asked for, and answer. */
void card_accept(struct card_case *c, const struct card_event *e);
/* Refuse; `could` is the amount that would have gone. */
void card_refuse(struct card_case *c, enum cm_verdict verdict, uint64_t could);
/* Answer as if the text were no number of ours. */
void card_conceal(struct card_case *c);

/* Refuse unless the card is active. */
bool card_usable_now(struct card_case *c);
/* Refuse unless pool and terms are open; with_cap: the terms' cap counts, too. */
bool card_within_terms(struct card_case *c, bool with_cap);
/* Refuse an amount that is none, or in another currency. */
bool card_amount_fits(struct card_case *c, uint64_t least, uint64_t most);
static inline uint64_t card_free(const struct card_record *card) {
    return card->balance - card_held(card);
}

/* What was told when this line was written: for replays. */
void card_tell_line(const struct card_line *line, const struct card_life *life, bool rights,
                    bool pins, struct cm_card_told *told);

#endif
