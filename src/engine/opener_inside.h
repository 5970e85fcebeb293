/* The opener's own: its readers and the scratch of one chunk. Schemes are read in opener.c, pools
 * in opener_pool.c, imported lists in opener_legacy.c; all merge what they find by the same rule of
 * refusals. */
#ifndef CM_ENGINE_OPENER_INSIDE_H
#define CM_ENGINE_OPENER_INSIDE_H

#include "base/macros.h"
#include "countermark/card.h"
#include "countermark/code.h"
#include "crypto/cmac.h"
#include "crypto/ticket_keys.h"
#include "engine/opener.h"

#define OPENER_CHUNK 1024u /* codes a pass; the coder's own chunk */
#define READERS_MAX                                                                                \
    8176u /* of one door: 16 schemes and 16 pools, 255 key versions each; 16 lists */
#define CODERS_MAX    256u
#define NUMBERERS_MAX 64u
#define HASHERS_MAX   16u
#define TICKETERS_MAX 16u
#define TICKET_READER UINT16_MAX /* place of a ticket in any door: nothing reads it after that */

/* One cached coder, and one cached numberer. */
struct cached_coder {
    uint32_t scheme;
    uint8_t version;
    struct cm_coder *coder;
};
struct cached_numberer {
    uint32_t pool;
    uint8_t version;
    struct cm_numberer *numberer;
};

struct cached_hasher {
    uint32_t set;
    struct cmac *cmac;
};

/* Tickets: the ids of one brand under one key version. */
struct cached_ids {
    uint32_t brand;
    uint8_t version;
    struct ticket_ids *ids;
};

/* A scheme, a pool or an imported list, under one key version. */
struct reader {
    const struct scheme_entry *scheme; /* one of the three stands here */
    struct set_entry *pool;
    struct set_entry *list; /* imported: one version for life */
    uint8_t version;
};

struct opener {
    const struct registry *registry;
    struct clock_source clock;
    const struct keystore *keystore;
    struct cached_coder coders[CODERS_MAX];
    size_t coder_n;
    struct cached_numberer numberers[NUMBERERS_MAX];
    size_t numberer_n;
    struct cached_hasher hashers[HASHERS_MAX];
    size_t hasher_n;
    struct cached_ids ticketers[TICKETERS_MAX];
    size_t ticketer_n;
    struct reader readers[READERS_MAX]; /* of the door that is being read */
    uint64_t generation;                /* of the registry when coders and numberers were made */
    struct cmac *pseudonym;             /* keyed for pseudonym_of, or NULL */
    uint32_t pseudonym_of;              /* campaign */
    struct cmac *alias;                 /* keyed for names of cards, or NULL */
    const struct cm_request *chunk[OPENER_CHUNK]; /* being read; borrowed */
    struct cm_slice texts[OPENER_CHUNK];
    uint8_t rows[OPENER_CHUNK * (CM_LENGTH_MAX + 1u)];
    uint8_t read[OPENER_CHUNK]; /* enum normalised */
    struct cm_opened opened[OPENER_CHUNK];
    /* cards */
    struct cm_slice swiped[OPENER_CHUNK]; /* texts, numbers taken off their tracks */
    struct cm_card_opened cards[OPENER_CHUNK];
    struct cm_card_pin asked[OPENER_CHUNK];
    char pins[OPENER_CHUNK * CM_CARD_PIN_MAX];
    bool right[OPENER_CHUNK];         /* the PIN, of one issue */
    uint16_t pin_right[OPENER_CHUNK]; /* bit i: of issue i + 1 */
    /* imported texts */
    uint8_t hashes[OPENER_CHUNK][CMAC_LEN];
    uint64_t serials[OPENER_CHUNK];
};

/* A reader's refusal, or the unit that it found; `position` is the reader's place in the door. */
void resolved_refuse(struct resolved *r, enum cm_verdict verdict);
/* Right by all that is public, but no card: `serial` is the one that it would be but for its PIN.
 * Of several key versions the one counts under which it could be one. */
void resolved_guess(struct resolved *r, uint32_t pool, uint64_t serial);
/* Nobody can tell now whether it is a unit of this brand's: no refusal, and what another brand's
 * reader finds later is not believed. */
void resolved_doubt(struct resolved *r, uint32_t brand);
void resolved_find(struct resolved *r, struct set *set, uint64_t serial, uint16_t position);

/** Read the n requests of o->chunk as cards of a pool.
 * @retval CM_E_CRYPTO, CM_E_NO_MEMORY, and as keystore_find */
CM_MUST_CHECK cm_err opener_read_cards(struct opener *o, const struct reader *reader,
                                       uint16_t position, size_t n, struct resolved *out);
void opener_forget_numberers(struct opener *o);
/* Let go of what rests on an older registry. */
void opener_refresh(struct opener *o);
cm_err opener_numberer(struct opener *o, const struct reader *r, struct cm_numberer **out);

/* What a card's decider needs to know of the PIN of o->chunk[i]. */
void opener_tell_pin(const struct opener *o, const struct set_entry *entry, size_t i,
                     uint8_t issues, struct resolved *r);
/* opener_pin.c: compare the PINs of o->chunk with those of o->cards, of every issue that a card of
 * the set may have; fills o->pin_right (all bits for a pool without PINs). @return issues compared,
 * by *issues */
CM_MUST_CHECK cm_err opener_compare_pins(struct opener *o, struct cm_numberer *numberer,
                                         struct set_entry *entry, size_t n, uint8_t *issues);

/** Read the n requests of o->chunk as texts of an imported list.
 * A text that the list may have, but whose rows cannot be read, is in doubt.
 * @retval CM_E_CRYPTO, CM_E_NO_MEMORY, and as keystore_find */
CM_MUST_CHECK cm_err opener_read_list(struct opener *o, const struct reader *reader,
                                      uint16_t position, size_t n, struct resolved *out);
void opener_forget_hashers(struct opener *o);

/** opener_ticket.c: a text that says of itself that it is a ticket is one, or nothing: signature,
 * time, and the unit that its id opens to.
 * @param[in,out] r  what the readers said; untouched by a text that is cut      @retval
 * CM_E_CRYPTO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err opener_read_ticket(struct opener *o, const struct door *door,
                                        const struct cm_request *q, struct resolved *r);
void opener_forget_ticketers(struct opener *o);

#endif
