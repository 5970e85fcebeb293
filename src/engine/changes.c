/* Open addressing with linear probing over places in an array; radix sort for the fold. A slot is
 * in use if it carries the present round, so forgetting everything is counting the round on.
 * It refuses more units than a slot can name: 2^32 of them would fill 160 GiB. */
#include "engine/changes.h"

#include <stdlib.h>
#include <string.h>

#include "base/checked.h"

#define FIRST_CAP  512u   /* units, a power of two */
#define LARGE_CAP  65536u /* a list of more room that was hardly used gives its memory back */
#define SPARSE     8u
#define MIX_SERIAL 0x9E3779B97F4A7C15u /* odd: 2^64 over the golden ratio */
#define MIX_SET    0xC2B2AE3D27D4EB4Fu
#define HOME_SHIFT 20u /* the low bits of a product are hardly mixed */
#define TAG_SHIFT  48u

void changes_init(struct changes *c) { *c = (struct changes){.round = 1}; }

void changes_wipe(struct changes *c) {
    free(c->list);
    free(c->slots);
    changes_init(c);
}

void changes_clear(struct changes *c) {
    if (c->cap > LARGE_CAP && c->n < c->cap / SPARSE) {
        changes_wipe(c);
        return;
    }
    c->n = 0;
    c->round++;
    if (c->round != 0) return;
    if (c->slot_n > 0) memset(c->slots, 0, c->slot_n * sizeof *c->slots); /* once in 2^16 */
    c->round = 1;
}

/* Where a unit belongs and what marks it there: the middle and the top of one product. */
static uint64_t mix(uint32_t set, uint64_t serial) { return (serial ^ set * MIX_SET) * MIX_SERIAL; }

static size_t home_of(const struct changes *c, uint64_t mixed) {
    return (size_t)(mixed >> HOME_SHIFT) & (c->slot_n - 1);
}

/* The slot of a unit: its own, or the free one where it belongs; then *tag is to be put there. */
static struct change_slot *probe(const struct changes *c, uint32_t set, uint64_t serial,
                                 uint16_t *tag) {
    const uint64_t mixed = mix(set, serial);
    *tag = (uint16_t)(mixed >> TAG_SHIFT);
    for (size_t at = home_of(c, mixed);; at = (at + 1) & (c->slot_n - 1)) {
        struct change_slot *slot = &c->slots[at];
        if (slot->round != c->round) return slot;
        if (slot->tag != *tag) continue;
        const struct change *mine = &c->list[slot->at];
        if (mine->serial == serial && mine->set == set) return slot;
    }
}

static cm_err grow(struct changes *c, size_t cap) {
    size_t list_len = 0, slots_len = 0;
    if (cap > UINT32_MAX || !checked_mul_size(cap, sizeof *c->list, &list_len) ||
        !checked_mul_size(cap, 2 * sizeof *c->slots, &slots_len))
        return CM_E_NO_MEMORY;
    struct change *list = realloc(c->list, list_len);
    if (list == NULL) return CM_E_NO_MEMORY;
    c->list = list;
    struct change_slot *slots = calloc(1, slots_len);
    if (slots == NULL) return CM_E_NO_MEMORY; /* more room than the index can name: no harm */
    free(c->slots);
    c->slots = slots;
    c->slot_n = 2 * cap;
    c->cap = cap;
    c->round = 1;
    for (size_t i = 0; i < c->n; i++) {
        uint16_t tag = 0;
        struct change_slot *slot = probe(c, list[i].set, list[i].serial, &tag);
        *slot = (struct change_slot){.round = c->round, .tag = tag, .at = (uint32_t)i};
    }
    return CM_OK;
}

cm_err changes_reserve(struct changes *c, size_t more) {
    size_t need = 0;
    if (!checked_add_size(c->n, more, &need)) return CM_E_NO_MEMORY;
    if (need <= c->cap) return CM_OK;
    size_t cap = c->cap == 0 ? FIRST_CAP : c->cap;
    while (cap < need)
        if (!checked_mul_size(cap, 2, &cap)) return CM_E_NO_MEMORY;
    return grow(c, cap);
}

const struct change *changes_find(const struct changes *c, uint32_t set, uint64_t serial) {
    if (c->n == 0) return NULL;
    uint16_t tag = 0;
    const struct change_slot *slot = probe(c, set, serial, &tag);
    return slot->round == c->round ? &c->list[slot->at] : NULL;
}

struct change *changes_of(struct changes *c, uint32_t set, uint64_t serial) {
    uint16_t tag = 0;
    struct change_slot *slot = probe(c, set, serial, &tag);
    if (slot->round == c->round) return &c->list[slot->at];
    *slot = (struct change_slot){.round = c->round, .tag = tag, .at = (uint32_t)c->n};
    struct change *made = &c->list[c->n++];
    *made = (struct change){.serial = serial, .set = set};
    return made;
}

void changes_prefetch(const struct changes *c, uint32_t set, uint64_t serial) {
    if (c->slot_n > 0) __builtin_prefetch(&c->slots[home_of(c, mix(set, serial))], 1);
}

cm_err changes_merge(struct changes *c, const struct changes *older) {
    TRY(changes_reserve(c, older->n));
    for (size_t i = 0; i < older->n; i++) {
        const struct change *old = &older->list[i];
        struct change *mine = changes_of(c, old->set, old->serial);
        if (old->has_bits && !mine->has_bits) mine->bits = old->bits;
        if (old->has_detail && !mine->has_detail) mine->detail = old->detail;
        mine->has_bits = mine->has_bits || old->has_bits;
        mine->has_detail = mine->has_detail || old->has_detail;
    }
    return CM_OK;
}

/* ---- Order: a radix sort, least digit first, that skips digits in which all agree ---------- */

#define DIGIT_BITS 11u
#define DIGIT_N    (1u << DIGIT_BITS)
#define WORD_BITS  64u

struct place {
    uint64_t serial;
    uint32_t set, at;
};
struct places {
    struct place *now, *next; /* of n; they change roles with each digit */
    size_t n;
};

static unsigned digit_of(const struct place *p, bool by_set, unsigned shift) {
    const uint64_t word = by_set ? p->set : p->serial;
    return (unsigned)(word >> shift) & (DIGIT_N - 1);
}

static void sort_digit(struct places *s, bool by_set, unsigned shift) {
    uint32_t first[DIGIT_N] = {0}, sum = 0;
    for (size_t i = 0; i < s->n; i++)
        first[digit_of(&s->now[i], by_set, shift)]++;
    for (size_t d = 0; d < DIGIT_N; d++) {
        const uint32_t count = first[d];
        first[d] = sum;
        sum += count;
    }
    for (size_t i = 0; i < s->n; i++)
        s->next[first[digit_of(&s->now[i], by_set, shift)]++] = s->now[i];
    struct place *const was = s->now;
    s->now = s->next;
    s->next = was;
}

static void sort(struct places *s) {
    uint64_t serials = 0;
    uint32_t sets = 0;
    for (size_t i = 1; i < s->n; i++) {
        serials |= s->now[i].serial ^ s->now[0].serial;
        sets |= s->now[i].set ^ s->now[0].set;
    }
    for (unsigned shift = 0; shift < WORD_BITS; shift += DIGIT_BITS)
        if ((serials >> shift & (DIGIT_N - 1)) != 0) sort_digit(s, false, shift);
    for (unsigned shift = 0; shift < WORD_BITS / 2; shift += DIGIT_BITS)
        if ((sets >> shift & (DIGIT_N - 1)) != 0) sort_digit(s, true, shift);
}

cm_err changes_order(const struct changes *c, uint32_t **order) {
    struct place *places = calloc(2 * c->n + 1, sizeof *places);
    uint32_t *out = calloc(c->n + 1, sizeof *out);
    if (places == NULL || out == NULL) {
        free(places);
        free(out);
        return CM_E_NO_MEMORY;
    }
    struct places s = {.now = places, .next = places + c->n, .n = c->n};
    for (size_t i = 0; i < c->n; i++)
        s.now[i] = (struct place){c->list[i].serial, c->list[i].set, (uint32_t)i};
    sort(&s);
    for (size_t i = 0; i < c->n; i++)
        out[i] = s.now[i].at;
    free(places);
    *order = out;
    return CM_OK;
}
