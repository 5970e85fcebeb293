/* The book: the truth about every unit as of the last applied event, in memory over the image.
 * Events are applied here and nowhere else, by the decider and by replay alike, so both arrive at
 * the same state. The owner thread alone uses it.
 *
 * Before a group is decided, everything it may need is brought into memory (book_touch ...): that
 * can fail, and then nothing has changed. Deciding and applying cannot fail.
 * Source: docs/design/engine.md. */
#ifndef CM_ENGINE_BOOK_H
#define CM_ENGINE_BOOK_H

#include "engine/layer.h"
#include "engine/prizes.h"
#include "engine/set.h"
#include "engine/stock.h"
#include "engine/tally.h"
#include "engine/units.h"

/* Aliases that stand, by kind. */
struct alias_counts {
    bool dirty; /* the image has them otherwise */
    uint64_t n[ALIAS_KIND_N];
};

struct book {
    struct state *state; /* borrowed */
    struct units units;
    struct layer active;
    struct layer folding; /* being written out; empty when no fold runs */
    struct changes spare; /* memory of the last fold's units, for the next layer */
    struct stock stock;   /* where cards lie that were not used yet */
    struct tallies tallies;
    struct alias_counts alias_counts;
    uint64_t time_ms;  /* of the latest event: time never runs backwards */
    uint64_t sequence; /* of the next event */
    /* The idempotency record that the unit or issue events being applied belong to. */
    struct map_key answering;
    uint16_t answering_left; /* 0 = none */
    bool prizes_due;         /* a unit of a set with prizes became worthless */
};

/* A unit of the set can no longer be used: whoever keeps prizes looks whether it had one. */
static inline void book_prize_lost(struct book *b, struct set *set) {
    if (set->prizes == NULL) return;
    set->prizes->due = true;
    b->prizes_due = true;
}

void book_init(struct book *b, struct state *state);
void book_wipe(struct book *b);

/** Room for n more unit changes. @retval CM_E_NO_MEMORY  nothing changed */
CM_MUST_CHECK cm_err book_reserve(struct book *b, size_t n);

/** Room for n units that change without answers or redeemers. @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err book_reserve_units(struct book *b, size_t n);

/** Have what book_touch will look at first fetched into the cache, where it is in memory. */
void book_prefetch(const struct book *b, uint32_t set, uint64_t serial);
/** Bring a unit into memory: its bits, its exception record if it has one, and, as asked, its
 * details and whether this redeemer (may be NULL) used it.
 * @retval CM_E_IO, CM_E_CORRUPT, CM_E_NO_MEMORY  nothing changed */
CM_MUST_CHECK cm_err book_touch(struct book *b, uint32_t set, uint64_t serial, bool detail,
                                const uint8_t *redeemer);
/** Bring an idempotency record into the active layer if there is one. @retval as book_touch */
CM_MUST_CHECK cm_err book_touch_answer(struct book *b, const uint8_t key[static EVENT_HASH_LEN]);

/** Bring what a keyed hash names into memory.
 * @retval as book_touch */
CM_MUST_CHECK cm_err book_touch_alias(struct book *b, const uint8_t hash[static EVENT_HASH_LEN]);
/* What a touched hash names as of the last event, or NULL. */
const struct alias_record *book_alias(const struct book *b,
                                      const uint8_t hash[static EVENT_HASH_LEN]);

/* What is known of a touched unit. Records are zero where the unit has none. */
enum unit_bits book_bits(const struct book *b, uint32_t set, uint64_t serial);
struct unit_extra book_extra(const struct book *b, uint32_t set, uint64_t serial);
bool book_used_by(const struct book *b, uint32_t set, uint64_t serial,
                  const uint8_t redeemer[static EVENT_HASH_LEN]);
/* The record of a touched key, or NULL. */
struct answer_record *book_answer(struct book *b, const uint8_t key[static EVENT_HASH_LEN]);
/* Details that are in memory, or NULL: then the image has them, if any. */
const struct unit_detail *book_detail_near(const struct book *b, uint32_t set, uint64_t serial);
/** Details of any unit, from wherever they are. @retval CM_E_IO, CM_E_CORRUPT */
CM_MUST_CHECK cm_err book_detail(struct book *b, uint32_t set, uint64_t serial,
                                 struct unit_detail *out, bool *found);

/* Apply one decided event. The units it names have been touched, room reserved.
 * @retval CM_E_NO_MEMORY  an idempotency record could not grow (replay and decider treat it as a
 *                         broken ledger) */
CM_MUST_CHECK cm_err book_apply_unit(struct book *b, struct set *set, const struct unit_event *e,
                                     uint64_t sequence, uint64_t time_ms);
void book_apply_answer(struct book *b, const struct answer_event *e);
/* Serials skipped by an issue become absent, and its range joins the idempotency record it answers,
 * if any. The skipped ones have been touched. @retval as book_apply_unit */
CM_MUST_CHECK cm_err book_apply_issue(struct book *b, const struct issue_event *e,
                                      uint64_t sequence, uint64_t time_ms);

/* A name was given or taken away. It has been touched. */
void book_apply_alias(struct book *b, const struct alias_event *e);

/* ---- Cards with a life: book_card.c ---------------------------------------------------------- */

/** Bring a card into memory. @retval as book_touch */
CM_MUST_CHECK cm_err book_touch_card(struct book *b, const struct set *set, uint64_t serial);
/** Bring one line of a card's history into memory. @param[out] found  whether it is the card's
 * @retval as book_touch */
CM_MUST_CHECK cm_err book_touch_line(struct book *b, uint32_t set, uint64_t serial,
                                     uint64_t sequence, bool *found);
/** Room for n new lines, after everything was touched. @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err book_reserve_lines(struct book *b, size_t n);
/* A touched card, a touched line of it, or NULL; valid until the next touch. */
const struct card_record *book_card(const struct book *b, uint32_t set, uint64_t serial);
const struct card_line *book_line(const struct book *b, uint32_t set, uint64_t serial,
                                  uint64_t sequence);
/** A line from wherever it is. @retval CM_E_IO, CM_E_CORRUPT */
CM_MUST_CHECK cm_err book_card_line(const struct book *b, uint32_t set, uint64_t serial,
                                    uint64_t sequence, struct card_line *out, bool *found);
/* What of a spend or confirm has not been given back; of cards without a balance: 1 = it stands. */
uint64_t card_line_left(const struct card_line *line, bool money);
/** Apply one event; the card has been touched, of a refund the line, too, and room was reserved.
 * @retval CM_E_CORRUPT  it does not follow from what the card is      @retval as book_apply_unit */
CM_MUST_CHECK cm_err book_apply_card(struct book *b, struct set *set, const struct card_event *e,
                                     uint64_t sequence, uint64_t time_ms);
/** What a failed fold did not write goes under what the active layer has. @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err book_merge_cards(struct layer *active, const struct layer *failed);
/* By the folder: write the changed ones of the folding layer. @retval as fold_card */
CM_MUST_CHECK cm_err book_fold_cards(const struct book *b, struct state_fold *f);

/* A unit was spoiled on a line: it becomes void, unless it is used up, void or no unit. It has been
 * touched, room reserved (book_reserve_units).
 * @return whether it had been redeemed before */
bool book_scrap(struct book *b, struct set *set, uint64_t serial, uint64_t time_ms);

/* Records that are to be folded: changed ones, and those that were only looked at. */
size_t book_weight(const struct book *b);

/* Start a fold: what changed moves to the folding layer. No fold may be under way. */
void book_freeze(struct book *b);
/** End it: drop the folding layer, or, when it failed, merge it back under the active one.
 * @retval CM_E_NO_MEMORY  only when it failed */
CM_MUST_CHECK cm_err book_folded(struct book *b, bool committed);

#endif
