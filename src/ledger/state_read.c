/* Look-ups in the image, one key each, and walks over whole tables; pages are state_pages.c.
 * Each sees the last commit at the moment it begins. What does not hold is refused, never skipped.
 */
#include <stdlib.h>
#include <string.h>

#include "ledger/state_held.h"
#include "ledger/state_record.h"
#include "ledger/state_table.h"

/* Look up and keep the reading turn: the content lives until the turn ends. A fresh fault is told
 * in s->fault. */
static cm_err look(struct state *s, enum table t, const struct table_key *key,
                   struct cm_slice *content, bool *found) {
    struct cm_diag diag = DIAG_INIT;
    const cm_err err = table_get(s, s->reader, t, key, &diag, content, found);
    if (err == CM_E_CORRUPT) s->fault = diag;
    return err;
}

static cm_err misshapen(struct state *s, enum table t, const struct table_key *key) {
    uint8_t copy[TABLE_KEY_MAX];
    memcpy(copy, key->b, key->len);
    const MDB_val k = {.mv_size = key->len, .mv_data = copy};
    struct cm_diag diag = DIAG_INIT;
    const cm_err err = table_misshapen(t, &k, &diag);
    s->fault = diag;
    return err;
}

cm_err state_extra(struct state *s, uint32_t set, uint64_t serial, struct unit_extra *out,
                   bool *found) {
    CM_CLEANUP(read_endp) struct state *turn = NULL;
    TRY(read_begin(s, &turn));
    const struct table_key key = key_unit(set, serial);
    struct cm_slice content;
    bool there = false;
    TRY(look(s, TABLE_EXTRAS, &key, &content, &there));
    if (there && record_read_extra(content, out) != CM_OK) return misshapen(s, TABLE_EXTRAS, &key);
    *found = there;
    return CM_OK;
}

cm_err state_used_by(struct state *s, uint32_t set, uint64_t serial,
                     const uint8_t redeemer[static EVENT_HASH_LEN], bool *found) {
    CM_CLEANUP(read_endp) struct state *turn = NULL;
    TRY(read_begin(s, &turn));
    struct table_key key = key_unit(set, serial);
    key_put(&key, redeemer, EVENT_HASH_LEN);
    struct cm_slice content;
    return look(s, TABLE_USED_BY, &key, &content, found);
}

cm_err state_answer(struct state *s, const uint8_t hash[static EVENT_HASH_LEN],
                    struct answer_record *out, bool *found) {
    CM_CLEANUP(read_endp) struct state *turn = NULL;
    TRY(read_begin(s, &turn));
    struct table_key key = {.len = 0};
    key_put(&key, hash, EVENT_HASH_LEN);
    struct cm_slice content;
    bool there = false;
    TRY(look(s, TABLE_ANSWERS, &key, &content, &there));
    const cm_err err = there ? record_read_answer(content, out) : CM_OK;
    if (err == CM_E_CORRUPT) return misshapen(s, TABLE_ANSWERS, &key);
    TRY(err);
    *found = there;
    return CM_OK;
}

cm_err state_card(struct state *s, uint32_t set, uint64_t serial, struct card_record *out,
                  bool *found) {
    CM_CLEANUP(read_endp) struct state *turn = NULL;
    TRY(read_begin(s, &turn));
    const struct table_key key = key_unit(set, serial);
    struct cm_slice content;
    bool there = false;
    TRY(look(s, TABLE_CARDS, &key, &content, &there));
    if (there && record_read_card(content, out) != CM_OK) return misshapen(s, TABLE_CARDS, &key);
    *found = there;
    return CM_OK;
}

static cm_err read_line(uint32_t set, uint64_t serial, uint64_t sequence, struct cm_slice content,
                        struct card_line *out) {
    struct card_line line;
    TRY(record_read_line(content, &line));
    line.set = set;
    line.serial = serial;
    line.sequence = sequence;
    *out = line;
    return CM_OK;
}

cm_err state_card_line(struct state *s, uint32_t set, uint64_t serial, uint64_t sequence,
                       struct card_line *out, bool *found) {
    CM_CLEANUP(read_endp) struct state *turn = NULL;
    TRY(read_begin(s, &turn));
    struct table_key key = key_unit(set, serial);
    key_u64(&key, sequence);
    struct cm_slice content;
    bool there = false;
    TRY(look(s, TABLE_CARD_LINES, &key, &content, &there));
    if (there && read_line(set, serial, sequence, content, out) != CM_OK)
        return misshapen(s, TABLE_CARD_LINES, &key);
    *found = there;
    return CM_OK;
}

/* One row of a table, its sum checked. CM_E_CORRUPT says that the row's shape is wrong. */
typedef cm_err visit_row(void *ctx, struct cm_slice key, struct cm_slice content);

static cm_err walk(struct state *s, enum table t, visit_row *visit, void *ctx) {
    CM_CLEANUP(read_endp) struct state *turn = NULL;
    TRY(read_begin(s, &turn));
    CM_CLEANUP(cursor_closep) MDB_cursor *cursor = NULL;
    TRY(state_err(mdb_cursor_open(s->reader, s->tables[t], &cursor), table_name(t)));
    MDB_val key, value;
    int rc = table_seek(cursor, &key, &value, MDB_FIRST);
    for (; rc == MDB_SUCCESS; rc = table_seek(cursor, &key, &value, MDB_NEXT)) {
        struct cm_slice content;
        struct cm_diag diag = DIAG_INIT;
        const cm_err err = table_content(t, &key, &value, &diag, &content);
        if (err != CM_OK) s->fault = diag;
        TRY(err);
        TRY(visit(ctx, slice_of(key.mv_data, key.mv_size), content));
    }
    return rc == MDB_NOTFOUND ? CM_OK : state_err(rc, table_name(t));
}

/* The visitor of one table with its context, and whose fault a wrong shape is. */
struct walker {
    struct state *s;
    void *ctx;
    union {
        state_visit_document *document;
        state_visit_counters *counters;
        state_visit_recall *recall;
        state_visit_used_by *used_by;
        state_visit_held *held;
        state_visit_card *card;
        state_visit_card_line *line;
    } visit;
};

static cm_err bad_row(struct walker *w, enum table t, struct cm_slice key) {
    struct table_key k = {.len = 0};
    key_put(&k, key.p, key.len <= TABLE_KEY_MAX ? key.len : TABLE_KEY_MAX);
    return misshapen(w->s, t, &k);
}

static cm_err row_document(void *ctx, struct cm_slice key, struct cm_slice content) {
    struct walker *w = ctx;
    struct cursor c = cursor_over(key);
    const uint8_t kind = cursor_u8(&c);
    const uint32_t id = cursor_u32be(&c);
    if (cursor_end(&c) != CM_OK || kind == 0 || kind >= DOCUMENT_KIND_N)
        return bad_row(w, TABLE_DOCUMENTS, key);
    return w->visit.document(w->ctx, (enum document_kind)kind, id, content);
}

cm_err state_documents(struct state *s, state_visit_document *visit, void *ctx) {
    struct walker w = {.s = s, .ctx = ctx, .visit.document = visit};
    return walk(s, TABLE_DOCUMENTS, row_document, &w);
}

static cm_err row_counters(void *ctx, struct cm_slice key, struct cm_slice content) {
    struct walker *w = ctx;
    struct cursor c = cursor_over(key);
    const uint32_t set = cursor_u32be(&c);
    struct set_counters counters;
    if (cursor_end(&c) != CM_OK || record_read_counters(content, &counters) != CM_OK)
        return bad_row(w, TABLE_COUNTERS, key);
    return w->visit.counters(w->ctx, set, &counters);
}

cm_err state_counters(struct state *s, state_visit_counters *visit, void *ctx) {
    struct walker w = {.s = s, .ctx = ctx, .visit.counters = visit};
    return walk(s, TABLE_COUNTERS, row_counters, &w);
}

static cm_err row_recall(void *ctx, struct cm_slice key, struct cm_slice content) {
    struct walker *w = ctx;
    struct cursor c = cursor_over(key);
    struct recall_event r = {.set = cursor_u32be(&c)};
    r.first = cursor_u64be(&c);
    r.last = cursor_u64be(&c);
    struct cursor v = cursor_over(content);
    r.actor = cursor_u32be(&v);
    if (cursor_end(&c) != CM_OK || cursor_end(&v) != CM_OK) return bad_row(w, TABLE_RECALLS, key);
    return w->visit.recall(w->ctx, &r);
}

cm_err state_recalls(struct state *s, state_visit_recall *visit, void *ctx) {
    struct walker w = {.s = s, .ctx = ctx, .visit.recall = visit};
    return walk(s, TABLE_RECALLS, row_recall, &w);
}

static cm_err row_used_by(void *ctx, struct cm_slice key, struct cm_slice content) {
    struct walker *w = ctx;
    uint8_t redeemer[EVENT_HASH_LEN];
    struct cursor c = cursor_over(key);
    const uint32_t set = cursor_u32be(&c);
    const uint64_t serial = cursor_u64be(&c);
    cursor_copy(&c, redeemer, sizeof redeemer);
    if (cursor_end(&c) != CM_OK || content.len != 0) return bad_row(w, TABLE_USED_BY, key);
    return w->visit.used_by(w->ctx, set, serial, redeemer);
}

cm_err state_all_used_by(struct state *s, state_visit_used_by *visit, void *ctx) {
    struct walker w = {.s = s, .ctx = ctx, .visit.used_by = visit};
    return walk(s, TABLE_USED_BY, row_used_by, &w);
}

static cm_err row_held(void *ctx, struct cm_slice key, struct cm_slice content) {
    struct walker *w = ctx;
    struct cursor c = cursor_over(key);
    CM_CLEANUP(held_row_wipe) struct held_row row = {.run = cursor_u32be(&c)};
    row.set = cursor_u32be(&c);
    if (cursor_end(&c) != CM_OK) return bad_row(w, TABLE_HELD, key);
    const cm_err err = record_read_held(content, &row);
    if (err == CM_E_CORRUPT) return bad_row(w, TABLE_HELD, key);
    TRY(err);
    return w->visit.held(w->ctx, &row);
}

cm_err state_held(struct state *s, state_visit_held *visit, void *ctx) {
    struct walker w = {.s = s, .ctx = ctx, .visit.held = visit};
    return s->tables[TABLE_HELD] == TABLE_ABSENT ? CM_OK : walk(s, TABLE_HELD, row_held, &w);
}

static cm_err row_card(void *ctx, struct cm_slice key, struct cm_slice content) {
    struct walker *w = ctx;
    struct cursor c = cursor_over(key);
    const uint32_t set = cursor_u32be(&c);
    const uint64_t serial = cursor_u64be(&c);
    struct card_record card;
    if (cursor_end(&c) != CM_OK || record_read_card(content, &card) != CM_OK)
        return bad_row(w, TABLE_CARDS, key);
    return w->visit.card(w->ctx, set, serial, &card);
}

cm_err state_all_cards(struct state *s, state_visit_card *visit, void *ctx) {
    struct walker w = {.s = s, .ctx = ctx, .visit.card = visit};
    return s->tables[TABLE_CARDS] == TABLE_ABSENT ? CM_OK : walk(s, TABLE_CARDS, row_card, &w);
}

static cm_err row_line(void *ctx, struct cm_slice key, struct cm_slice content) {
    struct walker *w = ctx;
    struct cursor c = cursor_over(key);
    const uint32_t set = cursor_u32be(&c);
    const uint64_t serial = cursor_u64be(&c), sequence = cursor_u64be(&c);
    struct card_line line;
    if (cursor_end(&c) != CM_OK || read_line(set, serial, sequence, content, &line) != CM_OK)
        return bad_row(w, TABLE_CARD_LINES, key);
    return w->visit.line(w->ctx, &line);
}

cm_err state_all_card_lines(struct state *s, state_visit_card_line *visit, void *ctx) {
    struct walker w = {.s = s, .ctx = ctx, .visit.line = visit};
    if (s->tables[TABLE_CARD_LINES] == TABLE_ABSENT) return CM_OK;
    return walk(s, TABLE_CARD_LINES, row_line, &w);
}
