/* States of records: see book.h. A run is its state (1 byte) and its count (LEB128). */
#include "order/book.h"

#include <stdlib.h>
#include <string.h>

#define LEB_BITS 7u
#define LEB_MORE 0x80u
#define LEB_MAX  63u /* shift at most */

void book_of_order_wipe(struct book_of_order *b) {
    free(b->state);
    *b = (struct book_of_order){.state = NULL};
}

const char *book_state_name(enum book_state state) {
    static const char *const names[BOOK_STATE_N] = {"ordered", "produced", "held",       "shipped",
                                                    "spoiled", "remade",   "quarantined"};
    return (unsigned)state < BOOK_STATE_N ? names[state] : "unknown";
}

/* ---- Packing --------------------------------------------------------------------------------- */

static cm_err read_count(struct cm_slice *rest, uint64_t *out) {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < LEB_MAX; shift += LEB_BITS) {
        if (rest->len == 0) return CM_E_CORRUPT;
        const uint8_t byte = *rest->p;
        *rest = slice_of(rest->p + 1, rest->len - 1);
        value |= (uint64_t)(byte & (LEB_MORE - 1u)) << shift;
        if ((byte & LEB_MORE) != 0) continue;
        *out = value;
        return CM_OK;
    }
    return CM_E_CORRUPT;
}

static cm_err unpack(struct cm_slice packed, uint8_t *state, uint64_t records) {
    uint64_t at = 0;
    while (packed.len > 0) {
        uint64_t n = 0;
        const uint8_t value = *packed.p;
        packed = slice_of(packed.p + 1, packed.len - 1);
        TRY(read_count(&packed, &n));
        if (value >= BOOK_STATE_N || n == 0 || n > records - at) return CM_E_CORRUPT;
        memset(state + at, value, n);
        at += n;
    }
    return at == records ? CM_OK : CM_E_CORRUPT;
}

cm_err book_of_order_read(struct cm_slice packed, uint64_t records, struct book_of_order *out) {
    uint8_t *state = calloc(records > 0 ? records : 1, 1);
    if (state == NULL) return CM_E_NO_MEMORY;
    const cm_err err = packed.len > 0 ? unpack(packed, state, records) : CM_OK;
    if (err != CM_OK) {
        free(state);
        return err;
    }
    *out = (struct book_of_order){.state = state, .records = records};
    return CM_OK;
}

static void put_run(struct buffer *out, uint8_t state, uint64_t n) {
    buffer_u8(out, state);
    for (; n >= LEB_MORE; n >>= LEB_BITS)
        buffer_u8(out, (uint8_t)(n | LEB_MORE));
    buffer_u8(out, (uint8_t)n);
}

cm_err book_of_order_pack(const struct book_of_order *b, struct buffer *out) {
    const size_t before = out->len;
    for (uint64_t at = 0, n = 0; at < b->records; at += n) {
        for (n = 1; at + n < b->records && b->state[at + n] == b->state[at]; n++)
            continue;
        put_run(out, b->state[at], n);
        if (out->len - before > BOOK_PACKED_MAX) return CM_E_LIMIT;
    }
    return buffer_err(out);
}

/* ---- News ------------------------------------------------------------------------------------ */

static bool destroyed(enum book_state s) { return s == BOOK_SPOILED || s == BOOK_REMADE; }
static bool open_still(enum book_state s) {
    return s == BOOK_ORDERED || s == BOOK_QUARANTINED || s == BOOK_PRODUCED;
}

bool book_follow(enum book_state old, enum book_state news, enum book_state *now) {
    const bool late = news == BOOK_PRODUCED || (news == BOOK_HELD && old == BOOK_SHIPPED);
    *now = old;
    if (news == old || news == BOOK_ORDERED) return true;
    if (open_still(old) || (old == BOOK_HELD && !late)) {
        *now = news;
        return true;
    }
    if (old == BOOK_SPOILED && news == BOOK_REMADE) *now = news;
    if (destroyed(old) && destroyed(news)) return true;
    return late; /* what was true before: nothing changes */
}
