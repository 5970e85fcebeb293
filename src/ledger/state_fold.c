/* Folding: one write transaction that carries changes and the position they lead to.
 * After a put fails nothing more is put, and the commit is refused: an image is never half a fold.
 * A commit that fails for another reason than room ends folding in this process, since the kernel
 * may have dropped the pages it could not write. Details have their own file: state_run.c. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "ledger/state_image.h"
#include "ledger/state_page.h"
#include "ledger/state_record.h"
#include "ledger/state_table.h"

cm_err state_fold_begin(struct state *s, struct state_fold **out) {
    if (atomic_load(&s->dead)) return CM_E_DEAD;
    struct state_fold *f = calloc(1, sizeof *f);
    if (f == NULL) return CM_E_NO_MEMORY;
    f->state = s;
    const cm_err err = state_err(mdb_txn_begin(s->env, NULL, 0, &f->txn), "begin");
    if (err != CM_OK) {
        free(f);
        return err;
    }
    *out = f;
    return CM_OK;
}

void fold_abort(struct state_fold *f) {
    if (f == NULL) return;
    mdb_txn_abort(f->txn);
    free(f);
}

/* Keep the first error of a fold and pass it on. */
static cm_err kept(struct state_fold *f, cm_err err) {
    if (f->err == CM_OK) f->err = err;
    return err;
}

static cm_err put(struct state_fold *f, enum table t, const struct table_key *key,
                  struct cm_slice content) {
    if (f->err != CM_OK) return f->err;
    return kept(f, table_put(f->state, f->txn, t, key, content));
}

static cm_err del(struct state_fold *f, enum table t, const struct table_key *key) {
    if (f->err != CM_OK) return f->err;
    return kept(f, table_del(f->state, f->txn, t, key));
}

cm_err fold_page(struct state_fold *f, uint32_t set, uint64_t page,
                 const uint8_t bytes[static STATE_PAGE_LEN]) {
    const struct table_key key = key_unit(set, page);
    return put(f, TABLE_PAGES, &key, slice_of(bytes, STATE_PAGE_LEN));
}

cm_err fold_page_get(struct state_fold *f, uint32_t set, uint64_t page,
                     uint8_t out[static STATE_PAGE_LEN]) {
    const struct table_key key = key_unit(set, page);
    struct cm_slice content;
    bool found = false;
    TRY(table_get(f->state, f->txn, TABLE_PAGES, &key, NULL, &content, &found));
    if (found && content.len != STATE_PAGE_LEN) return CM_E_CORRUPT;
    if (found)
        memcpy(out, content.p, STATE_PAGE_LEN);
    else
        memset(out, 0, STATE_PAGE_LEN);
    return CM_OK;
}

cm_err fold_extra(struct state_fold *f, uint32_t set, uint64_t serial,
                  const struct unit_extra *extra) {
    const struct table_key key = key_unit(set, serial);
    if (extra == NULL) return del(f, TABLE_EXTRAS, &key);
    uint8_t content[RECORD_EXTRA_LEN];
    record_put_extra(content, extra);
    return put(f, TABLE_EXTRAS, &key, slice_of(content, sizeof content));
}

cm_err fold_used_by(struct state_fold *f, uint32_t set, uint64_t serial,
                    const uint8_t redeemer[static EVENT_HASH_LEN], bool used) {
    struct table_key key = key_unit(set, serial);
    key_put(&key, redeemer, EVENT_HASH_LEN);
    return used ? put(f, TABLE_USED_BY, &key, slice_of(NULL, 0)) : del(f, TABLE_USED_BY, &key);
}

static struct table_key time_key(uint64_t time_ms, const uint8_t hash[static EVENT_HASH_LEN]) {
    struct table_key key = {.len = 0};
    key_u64(&key, time_ms);
    key_put(&key, hash, EVENT_HASH_LEN);
    return key;
}

cm_err fold_answer(struct state_fold *f, const uint8_t hash[static EVENT_HASH_LEN],
                   const struct answer_record *record) {
    struct table_key key = {.len = 0};
    key_put(&key, hash, EVENT_HASH_LEN);
    CM_CLEANUP(buffer_free) struct buffer content = BUFFER_INIT;
    record_put_answer(&content, record);
    TRY(kept(f, buffer_err(&content)));
    TRY(put(f, TABLE_ANSWERS, &key, buffer_slice(&content)));
    /* A record that grows leaves its older times in the index: expiry sweeps them past. That is
     * cheaper than reading the old record here. */
    const struct table_key time = time_key(record->time_ms, hash);
    return put(f, TABLE_ANSWER_TIMES, &time, slice_of(NULL, 0));
}

/* Drop one row of the index, and its record unless that was touched later. */
static cm_err expire_row(struct state_fold *f, uint64_t before_ms, const struct table_key *row) {
    struct table_key key = {.len = 0};
    key_put(&key, row->b + sizeof(uint64_t), EVENT_HASH_LEN);
    struct cm_slice content;
    bool found = false;
    TRY(table_get(f->state, f->txn, TABLE_ANSWERS, &key, NULL, &content, &found));
    if (found && content.len < RECORD_ANSWER_LEN) return CM_E_CORRUPT;
    if (found && get_u64be(content.p + EVENT_HASH_LEN) < before_ms)
        TRY(table_del(f->state, f->txn, TABLE_ANSWERS, &key));
    return table_del(f->state, f->txn, TABLE_ANSWER_TIMES, row);
}

/* The earliest row of the index, if it lies before the time. */
static cm_err first_row(struct state_fold *f, uint64_t before_ms, struct table_key *row,
                        bool *found) {
    CM_CLEANUP(cursor_closep) MDB_cursor *cursor = NULL;
    MDB_val key, value;
    *found = false;
    TRY(state_err(mdb_cursor_open(f->txn, f->state->tables[TABLE_ANSWER_TIMES], &cursor), "times"));
    const int rc = table_seek(cursor, &key, &value, MDB_FIRST);
    if (rc == MDB_NOTFOUND) return CM_OK;
    TRY(state_err(rc, "times"));
    if (key.mv_size != sizeof(uint64_t) + EVENT_HASH_LEN) return CM_E_CORRUPT;
    *row = (struct table_key){.len = 0};
    key_put(row, key.mv_data, key.mv_size);
    *found = get_u64be(row->b) < before_ms;
    return CM_OK;
}

cm_err fold_expire_answers(struct state_fold *f, uint64_t before_ms, size_t limit) {
    if (f->err != CM_OK) return f->err;
    for (size_t i = 0; i < limit; i++) {
        struct table_key row;
        bool found = false;
        TRY(kept(f, first_row(f, before_ms, &row, &found)));
        if (!found) return CM_OK;
        TRY(kept(f, expire_row(f, before_ms, &row)));
    }
    return CM_OK;
}

cm_err fold_document(struct state_fold *f, enum document_kind kind, uint32_t id,
                     struct cm_slice text) {
    struct table_key key = {.len = 0};
    key_u8(&key, (uint8_t)kind);
    key_u32(&key, id);
    return put(f, TABLE_DOCUMENTS, &key, text);
}

cm_err fold_counters(struct state_fold *f, uint32_t set, const struct set_counters *c) {
    struct table_key key = {.len = 0};
    key_u32(&key, set);
    uint8_t content[RECORD_COUNTERS_MAX];
    const size_t len = record_put_counters(content, c);
    return put(f, TABLE_COUNTERS, &key, slice_of(content, len));
}

cm_err fold_card(struct state_fold *f, uint32_t set, uint64_t serial,
                 const struct card_record *card) {
    const struct table_key key = key_unit(set, serial);
    uint8_t content[RECORD_CARD_MAX_LEN];
    const size_t len = record_put_card(content, card);
    return put(f, TABLE_CARDS, &key, slice_of(content, len));
}

cm_err fold_card_line(struct state_fold *f, const struct card_line *line) {
    struct table_key key = key_unit(line->set, line->serial);
    key_u64(&key, line->sequence);
    uint8_t content[RECORD_LINE_LEN];
    record_put_line(content, line);
    return put(f, TABLE_CARD_LINES, &key, slice_of(content, sizeof content));
}

cm_err fold_recall(struct state_fold *f, const struct recall_event *r) {
    struct table_key key = key_unit(r->set, r->first);
    key_u64(&key, r->last);
    uint8_t content[sizeof r->actor];
    put_u32be(content, r->actor);
    return put(f, TABLE_RECALLS, &key, slice_of(content, sizeof content));
}

cm_err fold_held(struct state_fold *f, uint32_t run, uint32_t set, struct cm_slice content) {
    struct table_key key = {.len = 0};
    key_u32(&key, run);
    key_u32(&key, set);
    return put(f, TABLE_HELD, &key, content);
}

/* LMDB 0.9 calls a write an I/O error that a full disk, or the most that this process may write
 * into one file, cut short. A call that failed leaves its errno, one that was cut short leaves
 * none; asking the disk afterwards would be a race with whoever frees room. Nothing that a failed
 * commit wrote is ever read, unless its meta page was written, and that ends in MDB_PANIC: so a
 * commit that was cut short is want of room, and may be tried again. Frees the transaction in any
 * case. */
static cm_err commit(MDB_txn *txn) {
    errno = 0;
    const int rc = mdb_txn_commit(txn);
    return state_err(rc == EIO && errno != EIO ? ENOSPC : rc, "commit");
}

cm_err fold_commit(struct state_fold *f, uint64_t position) {
    struct state *s = f->state;
    cm_err err = f->err;
    if (err == CM_OK && position < atomic_load(&s->position)) err = CM_E_ARGUMENT;
    if (err == CM_OK) err = image_put_meta(s, f->txn, position);
    if (err != CM_OK) {
        fold_abort(f);
        return err;
    }
    err = commit(f->txn);
    free(f);
    if (err == CM_OK) {
        atomic_store(&s->position, position);
    } else if (err != CM_E_NO_SPACE) {
        log_event(LOG_ERROR, "state folding=stopped reason=\"a commit failed\"");
        atomic_store(&s->dead, true);
    }
    return err;
}
