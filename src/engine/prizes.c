/* The draw. References: docs/design/prizes.md; NIST SP 800-38B (CMAC). */
#include "engine/prizes.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/macros.h"
#include "crypto/cmac.h"

#define PRIZE_MARK  0x57u
#define MOVES_FIRST 16u

struct prizes *prizes_new(uint32_t set) {
    struct prizes *p = calloc(1, sizeof *p);
    if (p == NULL) return NULL;
    p->set = set;
    map_init(&p->winners, sizeof(struct prize_row));
    return p;
}

void prizes_free(struct prizes *p) {
    if (p == NULL) return;
    cmac_free(p->cmac);
    map_wipe(&p->winners);
    free(p->moves);
    free(p);
}

uint64_t prizes_count(const struct prizes *p) {
    uint64_t n = 0;
    for (uint32_t t = 0; t < p->tier_n; t++)
        n += p->counts[t];
    return n;
}

static struct map_key key_of(uint64_t serial) { return (struct map_key){.lo = serial}; }

/* ---- Candidates ------------------------------------------------------------------------------ */

static uint64_t candidate_of(const uint8_t *tag, uint64_t serials) {
    const uint64_t v = get_u64be(tag);
    const uint64_t rest = (UINT64_MAX % serials + 1) % serials; /* 2^64 mod serials */
    return v > UINT64_MAX - rest ? UINT64_MAX : v % serials;
}

cm_err prizes_candidates(const struct prizes *p, uint64_t k, size_t n, uint64_t *serials) {
    uint8_t blocks[64 * CMAC_LEN];
    for (size_t done = 0; done < n;) {
        const size_t part = n - done < 64 ? n - done : 64;
        for (size_t i = 0; i < part; i++) {
            uint8_t *b = blocks + i * CMAC_LEN;
            put_u32be(b, PRIZE_MARK << 24);
            put_u32be(b + 4, p->set);
            put_u64be(b + 8, k + done + i);
        }
        TRY(cmac_blocks(p->cmac, blocks, part));
        for (size_t i = 0; i < part; i++)
            serials[done + i] = candidate_of(blocks + i * CMAC_LEN, p->serials);
        done += part;
    }
    wipe(blocks, sizeof blocks);
    return CM_OK;
}

/* ---- Drawing --------------------------------------------------------------------------------- */

struct drawing {
    struct prizes *p;
    uint32_t tier; /* being given, from 0 */
    uint32_t left; /* of it */
    uint64_t candidates[PRIZES_BLOCK];
    uint8_t unit[PRIZES_BLOCK];
};

static bool more_to_give(struct drawing *d) {
    while (d->left == 0 && d->tier + 1 < d->p->tier_n)
        d->left = d->p->counts[++d->tier];
    return d->left > 0;
}

/* One block of candidates; what comes after the last prize was given is looked at again by moves.
 */
static void give_block(struct drawing *d) {
    struct prizes *p = d->p;
    for (size_t i = 0; i < PRIZES_BLOCK && more_to_give(d); i++) {
        const uint64_t k = p->candidates++;
        if (d->candidates[i] == UINT64_MAX || d->unit[i] == 0) continue;
        bool made = false;
        struct prize_row *row = map_put(&p->winners, key_of(d->candidates[i]), &made);
        if (!made) continue;
        *row = (struct prize_row){.candidate = k, .tier = (uint16_t)(d->tier + 1)};
        d->left--;
    }
}

/* Candidates are looked at until all is given. Where prizes are as many as units that takes some
 * n log n; a limit far beyond it ends a draw that can never end. */
static cm_err give_all(struct drawing *d, prize_filter *filter, void *ctx) {
    struct prizes *p = d->p;
    const uint64_t most = 64 * p->serials + 64 * (uint64_t)PRIZES_BLOCK;
    d->left = p->counts[0];
    while (more_to_give(d)) {
        if (p->candidates > most) return CM_E_LIMIT;
        TRY(prizes_candidates(p, p->candidates, PRIZES_BLOCK, d->candidates));
        TRY(filter(ctx, d->candidates, PRIZES_BLOCK, d->unit));
        give_block(d);
    }
    return CM_OK;
}

static cm_err carry_out(struct prizes *p, const struct prize_move *move) {
    uint64_t to = 0;
    TRY(prizes_candidates(p, move->candidate, 1, &to));
    struct prize_row *from = map_get(&p->winners, key_of(move->from));
    if (from == NULL || from->tier == 0 || to == UINT64_MAX) return CM_OK;
    const uint16_t tier = from->tier;
    from->tier = 0;
    bool made = false;
    struct prize_row *row = map_put(&p->winners, key_of(to), &made);
    *row = (struct prize_row){.candidate = move->candidate, .tier = tier};
    if (move->candidate >= p->candidates) p->candidates = move->candidate + 1;
    return CM_OK;
}

static cm_err draw(struct prizes *p, const struct cm_key *seed, prize_filter *filter, void *ctx) {
    const uint64_t count = prizes_count(p);
    if (p->serials == 0 || p->tier_n == 0 || count > p->serials) return CM_E_LIMIT;
    TRY(cmac_new(&p->cmac, seed));
    TRY(map_reserve(&p->winners, count + p->move_n));
    struct drawing *d = calloc(1, sizeof *d);
    if (d == NULL) return CM_E_NO_MEMORY;
    d->p = p;
    cm_err err = give_all(d, filter, ctx);
    wipe(d, sizeof *d);
    free(d);
    for (size_t i = 0; i < p->move_n && err == CM_OK; i++)
        err = carry_out(p, &p->moves[i]);
    return err;
}

cm_err prizes_draw(struct prizes *p, const struct cm_key *seed, prize_filter *filter, void *ctx) {
    if (p->drawn) return CM_OK;
    const cm_err err = draw(p, seed, filter, ctx);
    p->drawn = err == CM_OK;
    if (err == CM_OK) return CM_OK;
    cmac_free(p->cmac);
    p->cmac = NULL;
    map_wipe(&p->winners);
    map_init(&p->winners, sizeof(struct prize_row));
    p->candidates = 0;
    return err;
}

/* ---- Moves ----------------------------------------------------------------------------------- */

cm_err prizes_room(struct prizes *p, size_t n) {
    TRY(map_reserve(&p->winners, n));
    if (p->move_cap - p->move_n >= n) return CM_OK;
    size_t cap = p->move_cap == 0 ? MOVES_FIRST : p->move_cap;
    while (cap - p->move_n < n)
        cap *= 2;
    struct prize_move *moves = realloc(p->moves, cap * sizeof *moves);
    if (moves == NULL) return CM_E_NO_MEMORY;
    p->moves = moves;
    p->move_cap = cap;
    return CM_OK;
}

cm_err prizes_move(struct prizes *p, const struct prize_move *move) {
    p->moves[p->move_n++] = *move;
    return p->drawn ? carry_out(p, move) : CM_OK;
}

uint16_t prizes_of(const struct prizes *p, uint64_t serial) {
    const struct prize_row *row = map_get(&p->winners, key_of(serial));
    return row != NULL ? row->tier : 0;
}

bool prizes_known(const struct prizes *p, uint64_t serial) {
    return map_get(&p->winners, key_of(serial)) != NULL;
}
