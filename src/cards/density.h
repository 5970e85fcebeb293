/* How long card numbers must be, and whether they need a PIN.
 *
 * One Luhn-valid guess under the prefix hits an issued card with issued / 10^m; with a PIN of d
 * digits with issued / 10^(m + d). A guess may be an EAN-13, GSRN or key tag as well: the face with
 * the best odds for whoever guesses is the one that is planned for. The planner takes volume and
 * wanted odds and returns digits; it demands a PIN where the digits do not allow the odds, and
 * refuses what no PIN can mend, naming what would make it fit. Exact integers only. References:
 * docs/design/construction.md section 11; docs/design/cards.md. */
#ifndef CM_CARDS_DENSITY_H
#define CM_CARDS_DENSITY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/diag.h"
#include "base/macros.h"
#include "countermark/card.h"

#define DENSITY_PIN_AUTO   0xFFu             /* a PIN when the odds need one, else none */
#define DENSITY_VOLUME_MAX 1000000000000000u /* cards of one pool, 10^15; our choice */
#define DENSITY_ONE_IN_MAX 1000000000000000u /* odds, 10^15; our choice */
#define DENSITY_RATES      3u                /* door limit, campaign cap, flood */

/* Another face of the same cards: a guess may be one of it, too. */
struct density_face {
    const char *name; /* "EAN-13", "GSRN", "key tag"; static */
    uint8_t body_n;   /* digits to guess; 0 = no such face */
    uint8_t times;    /* texts of one card: key tags of a set; else 1 */
};
#define DENSITY_FACES 3u

struct density_ask {
    uint64_t volume;        /* cards ever issued, 1 .. DENSITY_VOLUME_MAX */
    uint64_t one_in;        /* a guess may hit once in so many, 1 .. DENSITY_ONE_IN_MAX */
    uint8_t prefix_n;       /* digits */
    uint8_t number_n;       /* digits of the whole number; 0 = the shortest that will do */
    uint8_t pin_n;          /* 0 = there can be none, 4..8 = it has so many, DENSITY_PIN_AUTO */
    uint32_t skipped_share; /* billionths of all numbers that rules skip (rules_skipped_share) */
    uint64_t door_per_hour; /* guesses that the door lets through, 0 = not known */
    uint64_t cap_per_hour;  /* guesses before the campaign is stopped, 0 = not known */
    struct density_face face[DENSITY_FACES]; /* beside the number; the weakest decides */
};

struct density_plan {
    struct density_ask ask;
    uint8_t body_n, number_n, pin_n;
    cm_u128 numbers;      /* 10^m */
    cm_u128 space;        /* what a guess of the weakest face is drawn from, for each text of a
                             card: 10^(m + d) where that is the number */
    uint64_t room;        /* cards that the rules leave to be issued, rounded down */
    uint64_t most_issued; /* minting stops here: the promise, or the room */
};

/** Plan a pool.
 * @param[out] out   untouched on error
 * @param[out] diag  which promise cannot be kept and what would make it fit; may be NULL
 * @retval CM_E_RANGE  a figure asked for is out of its range
 * @retval CM_E_LIMIT  the digits do not allow it */
CM_MUST_CHECK cm_err density_plan(const struct density_ask *ask, struct density_plan *out,
                                  struct cm_diag *diag);

/** The plan as a readable table, or as one JSON object. Buffer errors stick. */
void density_table(const struct density_plan *plan, struct buffer *out);
void density_json(const struct density_plan *plan, struct buffer *out);

#endif
