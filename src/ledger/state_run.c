/* Details of units as packed runs: one run a fold and page, cut into chunks that fill one LMDB
 * overflow page each. A run not larger than JOIN_FACTOR times what is newer than it is merged with
 * that, so a page has few runs; a look-up asks them newest first.
 * It refuses entries out of order. Byte table and arithmetic: docs/design/state.md, "Details". */
#include <stdlib.h>
#include <string.h>

#include "ledger/state_page.h"
#include "ledger/state_record.h"
#include "ledger/state_tail.h"

#define CHUNK_MAX   (STATE_PAGE_LEN / RECORD_DETAIL_LEN) /* entries; 185 */
#define RUN_KEY_LEN 22u /* set 4, page 8, newest sequence 8, first offset 2 */
#define JOIN_FACTOR 2u

_Static_assert(STATE_PAGE_UNITS <= UINT16_MAX,
               "an offset in a page and its successor have 16 bits");

/* One chunk: the run it belongs to is named by the newest sequence in that run. */
struct chunk {
    uint32_t set;
    uint64_t page, sequence;
    uint16_t first; /* offset of its first entry */
    size_t n;
    const uint8_t *entries; /* in the map */
};

/* Details by serial; the memory is owned. */
struct details {
    struct detail_entry *p;
    size_t n;
};

static void details_wipe(struct details *d) { free(d->p); }

static struct table_key chunk_key(const struct chunk *c) {
    struct table_key key = key_unit(c->set, c->page);
    key_u64(&key, c->sequence);
    key_u16(&key, c->first);
    return key;
}

static cm_err chunk_read(const MDB_val *key, const MDB_val *value, struct cm_diag *diag,
                         struct chunk *out) {
    struct cm_slice content;
    TRY(table_content(TABLE_DETAILS, key, value, diag, &content));
    struct cursor c = cursor_over(slice_of(key->mv_data, key->mv_size));
    struct chunk k = {.set = cursor_u32be(&c)};
    k.page = cursor_u64be(&c);
    k.sequence = cursor_u64be(&c);
    k.first = cursor_u16be(&c);
    k.n = content.len / RECORD_DETAIL_LEN;
    k.entries = content.p;
    if (cursor_end(&c) != CM_OK || k.n == 0 || k.n > CHUNK_MAX ||
        content.len % RECORD_DETAIL_LEN != 0)
        return table_misshapen(TABLE_DETAILS, key, diag);
    *out = k;
    return CM_OK;
}

/* The last chunk of the page that stands before `at`. */
static cm_err chunk_before(MDB_cursor *cursor, const struct chunk *at, struct cm_diag *diag,
                           struct chunk *out, bool *found) {
    struct table_key place = chunk_key(at);
    MDB_val key = {.mv_size = place.len, .mv_data = place.b}, value;
    int rc = table_seek(cursor, &key, &value, MDB_SET_RANGE);
    if (rc == MDB_SUCCESS || rc == MDB_NOTFOUND)
        rc = table_seek(cursor, &key, &value, rc == MDB_SUCCESS ? MDB_PREV : MDB_LAST);
    *found = false;
    if (rc == MDB_NOTFOUND) return CM_OK;
    TRY(state_err(rc, "details"));
    if (key.mv_size != RUN_KEY_LEN) return table_misshapen(TABLE_DETAILS, &key, diag);
    const struct table_key page = key_unit(at->set, at->page);
    if (memcmp(key.mv_data, page.b, page.len) != 0) return CM_OK;
    TRY(chunk_read(&key, &value, diag, out));
    *found = true;
    return CM_OK;
}

static bool chunk_find(const struct chunk *c, uint16_t offset, struct unit_detail *out) {
    size_t low = 0, high = c->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        struct unit_detail d;
        const uint16_t at = record_read_detail(c->entries + middle * RECORD_DETAIL_LEN, &d);
        if (at == offset) {
            *out = d;
            return true;
        }
        if (at < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* The unit's entry in the newest run before `at` that has one; `at` walks back run by run. */
static cm_err runs_find(MDB_cursor *cursor, struct chunk at, uint16_t offset, struct cm_diag *diag,
                        struct unit_detail *out, bool *found) {
    for (;;) {
        struct chunk c;
        TRY(chunk_before(cursor, &at, diag, &c, found));
        if (!*found) return CM_OK;
        at.sequence = c.sequence;
        if (c.first > offset) {
            /* The run's last chunk begins behind the unit: ask for the one that may hold it. */
            struct chunk inside = at;
            inside.first = (uint16_t)(offset + 1u);
            TRY(chunk_before(cursor, &inside, diag, &c, found));
            if (!*found) return CM_OK; /* nothing older either */
        }
        if (c.sequence == at.sequence && chunk_find(&c, offset, out)) return CM_OK;
    }
}

static cm_err find_in_runs(struct state *s, uint32_t set, uint64_t serial, struct cm_diag *diag,
                           struct unit_detail *out, bool *found) {
    CM_CLEANUP(cursor_closep) MDB_cursor *cursor = NULL;
    TRY(state_err(mdb_cursor_open(s->reader, s->tables[TABLE_DETAILS], &cursor), "details"));
    const struct chunk end = {
        .set = set, .page = serial / STATE_PAGE_UNITS, .sequence = UINT64_MAX, .first = 0};
    const uint16_t offset = (uint16_t)(serial % STATE_PAGE_UNITS);
    return runs_find(cursor, end, offset, diag, out, found);
}

static cm_err find_in_tail(struct state *s, uint32_t set, uint64_t serial, struct cm_diag *diag,
                           struct unit_detail *out, bool *found) {
    CM_CLEANUP(cursor_closep) MDB_cursor *cursor = NULL;
    TRY(state_err(mdb_cursor_open(s->reader, s->tables[TABLE_TAILS], &cursor), "tails"));
    return tail_detail(cursor, set, serial, diag, out, found);
}

cm_err state_detail(struct state *s, uint32_t set, uint64_t serial, struct unit_detail *out,
                    bool *found) {
    CM_CLEANUP(read_endp) struct state *turn = NULL;
    struct cm_diag diag = DIAG_INIT;
    TRY(read_begin(s, &turn));
    cm_err err = find_in_tail(s, set, serial, &diag, out, found);
    if (err == CM_OK && !*found) err = find_in_runs(s, set, serial, &diag, out, found);
    if (err == CM_E_CORRUPT) s->fault = diag;
    return err;
}

/* Entries of the run whose last chunk is `last`, counted no further than past `limit`. */
static cm_err run_size(MDB_cursor *cursor, const struct chunk *last, size_t limit, size_t *size) {
    struct chunk c = *last;
    bool found = true;
    *size = 0;
    while (found && c.sequence == last->sequence && *size <= limit) {
        *size += c.n;
        const struct chunk at = c;
        TRY(chunk_before(cursor, &at, NULL, &c, &found));
    }
    return CM_OK;
}

static cm_err append_chunk(struct details *d, const struct chunk *c) {
    if (c->n == 0) return CM_OK;
    struct detail_entry *p = realloc(d->p, (d->n + c->n) * sizeof *p);
    if (p == NULL) return CM_E_NO_MEMORY;
    d->p = p;
    for (size_t i = 0; i < c->n; i++) {
        struct detail_entry *e = &p[d->n + i];
        const uint8_t *from = c->entries + i * RECORD_DETAIL_LEN;
        const uint16_t offset = record_read_detail(from, &e->detail);
        if (offset >= STATE_PAGE_UNITS) return CM_E_CORRUPT;
        e->serial = c->page * STATE_PAGE_UNITS + offset;
    }
    d->n += c->n;
    return CM_OK;
}

/* Move a run out of the table. */
static cm_err run_take(MDB_cursor *cursor, const struct chunk *last, struct details *out) {
    struct chunk first = *last;
    first.first = 0;
    for (;;) {
        struct table_key place = chunk_key(&first);
        MDB_val key = {.mv_size = place.len, .mv_data = place.b}, value;
        const int rc = table_seek(cursor, &key, &value, MDB_SET_RANGE);
        if (rc == MDB_NOTFOUND) return CM_OK;
        TRY(state_err(rc, "details"));
        struct chunk c = {.n = 0};
        TRY(chunk_read(&key, &value, NULL, &c));
        if (c.set != last->set || c.page != last->page || c.sequence != last->sequence)
            return CM_OK;
        TRY(append_chunk(out, &c));
        TRY(state_err(mdb_cursor_del(cursor, 0), "details"));
    }
}

/* Merge two lists by serial; of a unit in both the entry with the higher sequence stays. */
static cm_err merge(struct details *into, const struct details *older) {
    struct detail_entry *p = malloc((into->n + older->n) * sizeof *p);
    if (p == NULL) return CM_E_NO_MEMORY;
    size_t a = 0, b = 0, n = 0;
    while (a < into->n && b < older->n) {
        const struct detail_entry *x = &into->p[a], *y = &older->p[b];
        const bool both = x->serial == y->serial;
        const bool take_x = both ? x->detail.sequence >= y->detail.sequence : x->serial < y->serial;
        p[n++] = take_x ? *x : *y;
        if (take_x || both) a++;
        if (!take_x || both) b++;
    }
    while (a < into->n)
        p[n++] = into->p[a++];
    while (b < older->n)
        p[n++] = older->p[b++];
    free(into->p);
    *into = (struct details){.p = p, .n = n};
    return CM_OK;
}

/* Take in the page's newest runs while they are small beside what was gathered, or hold a sequence
 * at or above `lowest`: runs must not overlap in time, or the newest first would not win. */
static cm_err gather(struct state_fold *f, const struct chunk *end, uint64_t lowest,
                     struct details *all) {
    CM_CLEANUP(cursor_closep) MDB_cursor *cursor = NULL;
    TRY(state_err(mdb_cursor_open(f->txn, f->state->tables[TABLE_DETAILS], &cursor), "details"));
    for (;;) {
        struct chunk last = {.n = 0};
        bool found = false;
        size_t size = 0;
        TRY(chunk_before(cursor, end, NULL, &last, &found));
        if (!found) return CM_OK;
        const size_t limit = JOIN_FACTOR * all->n;
        TRY(run_size(cursor, &last, limit, &size));
        if (size > limit && last.sequence < lowest) return CM_OK;
        CM_CLEANUP(details_wipe) struct details older = {.n = 0};
        TRY(run_take(cursor, &last, &older));
        TRY(merge(all, &older));
    }
}

static cm_err put_run(struct state_fold *f, struct chunk at, const struct details *all) {
    at.sequence = 0;
    for (size_t i = 0; i < all->n; i++)
        if (all->p[i].detail.sequence > at.sequence) at.sequence = all->p[i].detail.sequence;
    for (size_t i = 0; i < all->n; i += CHUNK_MAX) {
        const size_t n = all->n - i < CHUNK_MAX ? all->n - i : CHUNK_MAX;
        uint8_t content[CHUNK_MAX * RECORD_DETAIL_LEN];
        for (size_t e = 0; e < n; e++) {
            const struct detail_entry *from = &all->p[i + e];
            record_put_detail(content + e * RECORD_DETAIL_LEN,
                              (uint16_t)(from->serial % STATE_PAGE_UNITS), &from->detail);
        }
        at.first = (uint16_t)(all->p[i].serial % STATE_PAGE_UNITS);
        const struct table_key key = chunk_key(&at);
        TRY(table_put(f->state, f->txn, TABLE_DETAILS, &key,
                      slice_of(content, n * RECORD_DETAIL_LEN)));
    }
    return CM_OK;
}

static cm_err check_entries(uint64_t page, const struct detail_entry *entries, size_t n,
                            uint64_t *lowest) {
    *lowest = UINT64_MAX;
    for (size_t i = 0; i < n; i++) {
        const struct unit_detail *d = &entries[i].detail;
        if (entries[i].serial / STATE_PAGE_UNITS != page) return CM_E_ARGUMENT;
        if (i > 0 && entries[i].serial <= entries[i - 1].serial) return CM_E_ARGUMENT;
        if (d->sequence > RECORD_DETAIL_MAX || d->time_ms > RECORD_DETAIL_MAX) return CM_E_RANGE;
        if (d->sequence < *lowest) *lowest = d->sequence;
    }
    return CM_OK;
}

static cm_err fold_run(struct state_fold *f, uint32_t set, uint64_t page,
                       const struct detail_entry *entries, size_t n) {
    uint64_t lowest;
    TRY(check_entries(page, entries, n, &lowest));
    CM_CLEANUP(details_wipe) struct details all = {.p = malloc(n * sizeof *entries), .n = n};
    if (all.p == NULL) return CM_E_NO_MEMORY;
    memcpy(all.p, entries, n * sizeof *entries);
    const struct chunk end = {.set = set, .page = page, .sequence = UINT64_MAX};
    TRY(gather(f, &end, lowest, &all));
    return put_run(f, end, &all);
}

cm_err fold_details(struct state_fold *f, uint32_t set, uint64_t page,
                    const struct detail_entry *entries, size_t n) {
    if (f->err != CM_OK) return f->err;
    if (n == 0) return CM_OK;
    f->err = fold_run(f, set, page, entries, n);
    return f->err;
}
