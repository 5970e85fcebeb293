/* Pages of units as they stand: what the table of pages has, and the tails over it.
 * It refuses a page of another length; what does not hold is never skipped. */
#include <string.h>

#include "ledger/state_tail.h"

/* Within a reading turn. */
static cm_err read_page(struct state *s, uint32_t set, uint64_t page, struct cm_diag *diag,
                        uint8_t out[static STATE_PAGE_LEN], bool *found) {
    CM_CLEANUP(cursor_closep) MDB_cursor *cursor = NULL;
    const struct table_key key = key_unit(set, page);
    struct cm_slice content;
    uint8_t bits[STATE_PAGE_LEN] = {0};
    bool there = false;
    TRY(table_get(s, s->reader, TABLE_PAGES, &key, diag, &content, &there));
    if (there && content.len != STATE_PAGE_LEN) {
        uint8_t copy[TABLE_KEY_MAX];
        memcpy(copy, key.b, key.len);
        const MDB_val k = {.mv_size = key.len, .mv_data = copy};
        return table_misshapen(TABLE_PAGES, &k, diag);
    }
    if (there) memcpy(bits, content.p, STATE_PAGE_LEN);
    TRY(state_err(mdb_cursor_open(s->reader, s->tables[TABLE_TAILS], &cursor), "tails"));
    TRY(tail_over_page(cursor, set, page, diag, bits, &there));
    if (there) memcpy(out, bits, STATE_PAGE_LEN);
    *found = there;
    return CM_OK;
}

cm_err state_page(struct state *s, uint32_t set, uint64_t page, uint8_t out[static STATE_PAGE_LEN],
                  bool *found) {
    CM_CLEANUP(read_endp) struct state *turn = NULL;
    struct cm_diag diag = DIAG_INIT;
    TRY(read_begin(s, &turn));
    const cm_err err = read_page(s, set, page, &diag, out, found);
    if (err == CM_E_CORRUPT) s->fault = diag;
    return err;
}

/* ---- Every page -------------------------------------------------------------------------- */

struct range_at {
    uint32_t set;
    uint64_t range;
    bool there;
};

/* The first row of a table at or behind a range, as a range: both tables begin with set (4) and a
 * number (8), of which `per` make a range. */
static cm_err range_from(struct state *s, enum table t, unsigned per, const struct range_at *from,
                         struct range_at *out) {
    CM_CLEANUP(cursor_closep) MDB_cursor *cursor = NULL;
    struct table_key place = key_unit(from->set, from->range * per);
    MDB_val key = {.mv_size = place.len, .mv_data = place.b}, value;
    TRY(state_err(mdb_cursor_open(s->reader, s->tables[t], &cursor), table_name(t)));
    const int rc = table_seek(cursor, &key, &value, MDB_SET_RANGE);
    *out = (struct range_at){.there = false};
    if (rc == MDB_NOTFOUND) return CM_OK;
    TRY(state_err(rc, table_name(t)));
    if (key.mv_size < place.len) return table_misshapen(t, &key, &s->fault);
    struct cursor c = cursor_over(slice_of(key.mv_data, place.len));
    *out = (struct range_at){.set = cursor_u32be(&c), .there = true};
    out->range = cursor_u64be(&c) / per;
    return CM_OK;
}

static bool before(const struct range_at *a, const struct range_at *b) {
    if (a->there != b->there) return a->there;
    return a->set != b->set ? a->set < b->set : a->range < b->range;
}

static cm_err visit_range(struct state *s, const struct range_at *at, state_visit_page *visit,
                          void *ctx) {
    uint8_t bits[STATE_PAGE_LEN];
    for (uint64_t i = 0; i < STATE_RANGE_PAGES; i++) {
        const uint64_t page = at->range * STATE_RANGE_PAGES + i;
        bool found = false;
        TRY(state_page(s, at->set, page, bits, &found));
        if (found) TRY(visit(ctx, at->set, page, bits));
    }
    return CM_OK;
}

cm_err state_pages(struct state *s, state_visit_page *visit, void *ctx) {
    CM_CLEANUP(read_endp) struct state *turn = NULL;
    TRY(read_begin(s, &turn)); /* one commit for all */
    for (struct range_at at = {.there = true};; at.range++) {
        struct range_at page, tail;
        TRY(range_from(s, TABLE_PAGES, STATE_RANGE_PAGES, &at, &page));
        TRY(range_from(s, TABLE_TAILS, 1, &at, &tail));
        at = before(&page, &tail) ? page : tail;
        if (!at.there) return CM_OK;
        TRY(visit_range(s, &at, visit, ctx));
    }
}
