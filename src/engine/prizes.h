/* Which units of one batch win: computed from a seed, never listed. Candidate k is the serial
 *
 *     v = first 8 bytes, big-endian, of AES-256-CMAC(seed, 0x57 | 000000 | set (4) | k (8))
 *     serial = v mod M, for v below the largest multiple of M that 2^64 holds; else k is no
 * candidate
 *
 * and the prizes, tier after tier, go to the first candidates that are units, each unit once. A
 * prize whose unit became worthless goes to the next candidate; such moves are journaled by number
 * of the candidate, which tells nobody without the seed where the prize went.
 * No I/O, no ledger: who asks says what is a unit. One thread. Source: docs/design/prizes.md. */
#ifndef CM_ENGINE_PRIZES_H
#define CM_ENGINE_PRIZES_H

#include "base/buffer.h"
#include "base/map.h"
#include "countermark/bytes.h"

#define PRIZES_MAX      1000000u /* of one batch */
#define PRIZE_TIERS_MAX 255u
#define PRIZES_BLOCK    4096u /* candidates looked at together */

struct cmac;

/* One move: the prize of the unit with this serial goes to a candidate. */
struct prize_move {
    uint64_t from, candidate;
};

struct prizes {
    uint32_t set;
    uint64_t serials;                 /* M: candidates lie below */
    uint32_t counts[PRIZE_TIERS_MAX]; /* prizes of each tier; tier 1 is counts[0] */
    uint32_t tier_n;
    struct prize_move *moves; /* in their order */
    size_t move_n, move_cap;
    /* Once drawn. */
    struct cmac *cmac;
    struct map winners;  /* serial -> struct prize_row; tier 0: its prize has moved on */
    uint64_t candidates; /* looked at so far: the next move begins here */
    bool drawn;
    bool revealed; /* the seed is out: the batch stays closed */
    bool due;      /* a winner may have become worthless */
};

struct prize_row {
    uint64_t candidate;
    uint16_t tier; /* from 1 */
};

/** Check the tiers of a draw, as people write them: [{"name", "count"}, ...].
 * @retval CM_E_FORMAT, CM_E_RANGE, CM_E_LIMIT  with their place */
struct json_value;
CM_MUST_CHECK cm_err prizes_tiers_check(struct json_value tiers);

struct prizes *prizes_new(uint32_t set);
void prizes_free(struct prizes *p);
uint64_t prizes_count(const struct prizes *p);

/** Which of n serials could be units: out[i] is 0 for one that is none.
 * @retval any error: the draw ends with it */
typedef cm_err prize_filter(void *ctx, const uint64_t *serials, size_t n, uint8_t *out);

/** Draw: who wins first, and then the moves in their order. Nothing when it was done.
 * @retval CM_E_LIMIT  more prizes than units      @retval CM_E_NO_MEMORY, CM_E_CRYPTO, the filter's
 */
CM_MUST_CHECK cm_err prizes_draw(struct prizes *p, const struct cm_key *seed, prize_filter *filter,
                                 void *ctx);
/** Serials of `n` candidates from k on; UINT64_MAX where k is none. Drawn prizes only. */
CM_MUST_CHECK cm_err prizes_candidates(const struct prizes *p, uint64_t k, size_t n,
                                       uint64_t *serials);

/** Room for n more moves. @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err prizes_room(struct prizes *p, size_t n);
/* Note a move, and carry it out if the prizes were drawn. Room was made. Moves of units that win
 * nothing, or to a candidate that is none, change no winner.
 * @retval CM_E_CRYPTO */
CM_MUST_CHECK cm_err prizes_move(struct prizes *p, const struct prize_move *move);

/* The moves as a JSON array, for the image. Buffer errors stick. */
void prizes_write_moves(const struct prizes *p, struct buffer *out);

/* Tier that a unit wins, or 0. Drawn prizes only. */
uint16_t prizes_of(const struct prizes *p, uint64_t serial);
/* Whether a candidate's serial was ever a winner. */
bool prizes_known(const struct prizes *p, uint64_t serial);

#endif
