/* Texts in one buffer, found again through a hash table of indexes (FNV-1a; the lists come from the
 * operator, and a full table only costs time, so a keyed hash is not needed). */
#include "codes/values.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"

#define FIRST_CAP 16u /* entries of the first allocation; slots are twice as many */

void values_free(struct values *v) {
    buffer_free(&v->bytes);
    free(v->end);
    free(v->slot);
    *v = (struct values)VALUES_INIT;
}

struct cm_slice values_at(const struct values *v, uint32_t i) {
    if (i >= v->n) return slice_of(NULL, 0);
    const uint32_t start = i == 0 ? 0 : v->end[i - 1];
    return slice_of(v->bytes.p + start, v->end[i] - start);
}

static uint32_t hash_of(struct cm_slice text) {
    uint64_t h = 0xCBF29CE484222325u; /* FNV-1a offset basis and prime, 64 bits */
    for (size_t i = 0; i < text.len; i++)
        h = (h ^ text.p[i]) * 0x100000001B3u;
    return (uint32_t)(h >> 32) ^ (uint32_t)h;
}

/* The slot that holds the text, or the free one where it belongs. */
static uint32_t slot_of(const struct values *v, struct cm_slice text) {
    uint32_t at = hash_of(text) & (v->slots - 1);
    while (v->slot[at] != VALUES_NONE && !slice_equal(values_at(v, v->slot[at]), text))
        at = (at + 1) & (v->slots - 1);
    return at;
}

uint32_t values_find(const struct values *v, struct cm_slice text) {
    return v->slots == 0 ? VALUES_NONE : v->slot[slot_of(v, text)];
}

static cm_err grow(struct values *v) {
    if (v->n < v->cap) return CM_OK;
    const uint32_t cap = v->cap == 0 ? FIRST_CAP : v->cap * 2;
    uint32_t *end = calloc(cap, sizeof *end);
    uint32_t *slot = calloc((size_t)cap * 2, sizeof *slot);
    if (end == NULL || slot == NULL) {
        free(end);
        free(slot);
        return CM_E_NO_MEMORY;
    }
    if (v->n > 0) memcpy(end, v->end, v->n * sizeof *end);
    memset(slot, 0xFF, (size_t)cap * 2 * sizeof *slot); /* VALUES_NONE in every slot */
    free(v->end);
    free(v->slot);
    v->end = end;
    v->slot = slot;
    v->cap = cap;
    v->slots = cap * 2;
    for (uint32_t i = 0; i < v->n; i++)
        v->slot[slot_of(v, values_at(v, i))] = i;
    return CM_OK;
}

static bool printable(struct cm_slice text) {
    for (size_t i = 0; i < text.len; i++)
        if (text.p[i] < 0x20 || text.p[i] == 0x7F) return false;
    return utf8_valid(text);
}

cm_err values_append(struct values *v, struct cm_slice text, uint32_t *index) {
    if (text.len == 0 || text.len > VALUE_MAX) return CM_E_RANGE;
    if (!printable(text)) return CM_E_FORMAT;
    const uint32_t there = values_find(v, text);
    if (there != VALUES_NONE) {
        *index = there;
        return CM_E_EXISTS;
    }
    if (v->n >= VALUES_MAX) return CM_E_LIMIT;
    TRY(grow(v));
    const uint32_t slot = slot_of(v, text);
    buffer_put(&v->bytes, text.p, text.len);
    TRY(buffer_err(&v->bytes));
    v->end[v->n] = (uint32_t)v->bytes.len; /* at most VALUES_MAX * VALUE_MAX, below 2^27 */
    v->slot[slot] = v->n;
    *index = v->n++;
    return CM_OK;
}
