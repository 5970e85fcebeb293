/* Tables of the state: keys, values with their checksums, the owner's reading turn.
 * It refuses every value whose CRC-32C over table, key and content does not hold, and before that
 * every key and value that reach beyond the mapped file. */
#include "ledger/state_table.h"

#include <string.h>
#include <sys/stat.h>

#include "base/crc32c.h"
#include "base/log.h"
#include "base/text.h"

static const char *const names[TABLE_N] = {
    [TABLE_META] = "meta",          [TABLE_PAGES] = "pages",
    [TABLE_EXTRAS] = "extras",      [TABLE_DETAILS] = "details",
    [TABLE_USED_BY] = "used_by",    [TABLE_ANSWERS] = "answers",
    [TABLE_ANSWER_TIMES] = "times", [TABLE_DOCUMENTS] = "documents",
    [TABLE_COUNTERS] = "counters",  [TABLE_RECALLS] = "recalls",
    [TABLE_NODES] = "nodes",        [TABLE_TAILS] = "tails",
    [TABLE_HELD] = "held",          [TABLE_ALIASES] = "aliases",
    [TABLE_CARDS] = "cards",        [TABLE_CARD_LINES] = "card_lines",
};

const char *table_name(enum table t) { return names[t]; }

void key_put(struct table_key *k, const void *p, size_t len) {
    memcpy(k->b + k->len, p, len);
    k->len += len;
}

void key_u8(struct table_key *k, uint8_t v) { key_put(k, &v, sizeof v); }

void key_u16(struct table_key *k, uint16_t v) {
    put_u16be(k->b + k->len, v);
    k->len += sizeof v;
}

void key_u32(struct table_key *k, uint32_t v) {
    put_u32be(k->b + k->len, v);
    k->len += sizeof v;
}

void key_u64(struct table_key *k, uint64_t v) {
    put_u64be(k->b + k->len, v);
    k->len += sizeof v;
}

struct table_key key_text(const char *name) {
    struct table_key k = {.len = 0};
    key_put(&k, name, strnlen(name, TABLE_KEY_MAX));
    return k;
}

struct table_key key_unit(uint32_t set, uint64_t serial) {
    struct table_key k = {.len = 0};
    key_u32(&k, set);
    key_u64(&k, serial);
    return k;
}

cm_err tables_open(MDB_txn *txn, bool make, MDB_dbi tables[static TABLE_N]) {
    for (int t = 0; t < TABLE_N; t++) {
        const int rc = mdb_dbi_open(txn, names[t], make ? MDB_CREATE : 0, &tables[t]);
        if (rc == MDB_NOTFOUND && t >= TABLE_HELD)
            tables[t] = TABLE_ABSENT;
        else
            TRY(state_err(rc, names[t]));
    }
    return CM_OK;
}

static uint32_t sum_of(enum table t, struct cm_slice key, struct cm_slice content) {
    const uint8_t number = (uint8_t)t;
    uint32_t sum = crc32c(0, slice_of(&number, sizeof number));
    sum = crc32c(sum, key);
    return crc32c(sum, content);
}

static cm_err corrupt(enum table t, const MDB_val *key, struct cm_diag *diag, const char *problem) {
    char hex[2 * TABLE_KEY_MAX + 1] = "";
    if (key->mv_size <= TABLE_KEY_MAX) hex_format(key->mv_data, key->mv_size, hex);
    log_event(LOG_ERROR, "state table=%s key=%s problem=\"%s\"", names[t], hex, problem);
    return diag_fail(diag, CM_E_CORRUPT, "state", names[t],
                     "stop the service and rebuild the state from the journal with "
                     "'countermark fsck --rebuild'",
                     "%s of key %s", problem, hex);
}

cm_err table_misshapen(enum table t, const MDB_val *key, struct cm_diag *diag) {
    return corrupt(t, key, diag, "wrong shape");
}

cm_err table_content(enum table t, const MDB_val *key, const MDB_val *value, struct cm_diag *diag,
                     struct cm_slice *content) {
    if (value->mv_size < TABLE_SUM_LEN) return corrupt(t, key, diag, "value without checksum");
    const struct cm_slice inner = slice_of(value->mv_data, value->mv_size - TABLE_SUM_LEN);
    const uint32_t sum = sum_of(t, slice_of(key->mv_data, key->mv_size), inner);
    if (sum != get_u32be(inner.p + inner.len)) return corrupt(t, key, diag, "wrong checksum");
    *content = inner;
    return CM_OK;
}

/* LMDB takes keys as mutable pointers but never writes through them. */
static MDB_val val_of(const struct table_key *key) {
    union {
        const uint8_t *in;
        void *out;
    } p = {.in = key->b};
    return (MDB_val){.mv_size = key->len, .mv_data = p.out};
}

/* ---- Within the file --------------------------------------------------------------------- */

static bool look_at_length(struct state *s, size_t end) {
    struct stat file;
    int fd = -1;
    if (mdb_env_get_fd(s->env, &fd) != 0 || fstat(fd, &file) != 0) return false;
    atomic_store_explicit(&s->file_len, (size_t)file.st_size, memory_order_relaxed);
    return end <= (size_t)file.st_size;
}

/* What lies outside the map lies in a page that a fold has in memory. */
static bool in_file(MDB_txn *txn, const MDB_val *v) {
    struct state *s = mdb_env_get_userctx(mdb_txn_env(txn));
    if (s == NULL || (uintptr_t)v->mv_data - s->map >= s->map_len) return true;
    const size_t end = (uintptr_t)v->mv_data - s->map + v->mv_size; /* sizes have 32 bits at most */
    return end <= atomic_load_explicit(&s->file_len, memory_order_relaxed) ||
           look_at_length(s, end);
}

int table_seek(MDB_cursor *cursor, MDB_val *key, MDB_val *value, MDB_cursor_op op) {
    const int rc = mdb_cursor_get(cursor, key, value, op);
    if (rc != MDB_SUCCESS) return rc;
    MDB_txn *txn = mdb_cursor_txn(cursor);
    return in_file(txn, key) && in_file(txn, value) ? rc : MDB_CORRUPTED;
}

static int get(MDB_txn *txn, MDB_dbi table, MDB_val *key, MDB_val *value) {
    const int rc = mdb_get(txn, table, key, value);
    return rc != MDB_SUCCESS || in_file(txn, value) ? rc : MDB_CORRUPTED;
}

/* A page begins with its own number (LMDB's data format 1). Were that wrong too, the look-ups would
 * only be checked less. */
cm_err table_learn_map(struct state *s, MDB_txn *txn) {
    const struct table_key key = key_text("image");
    MDB_val k = val_of(&key), v;
    MDB_envinfo info;
    MDB_stat shape;
    uint64_t number = 0;
    TRY(state_err(mdb_env_info(s->env, &info), "env_info"));
    TRY(state_err(mdb_env_stat(s->env, &shape), "env_stat"));
    const int rc = mdb_get(txn, s->tables[TABLE_META], &k, &v);
    if (rc == MDB_NOTFOUND) return CM_OK; /* told by who needs it */
    TRY(state_err(rc, names[TABLE_META]));
    const uintptr_t inside = (uintptr_t)v.mv_data % shape.ms_psize;
    if (v.mv_size > shape.ms_psize - inside) return state_err(MDB_CORRUPTED, names[TABLE_META]);
    memcpy(&number, (const uint8_t *)v.mv_data - inside, sizeof number);
    if (number > info.me_last_pgno) return state_err(MDB_CORRUPTED, names[TABLE_META]);
    s->map = (uintptr_t)v.mv_data - inside - (uintptr_t)number * shape.ms_psize;
    s->map_len = info.me_mapsize;
    return state_err(mdb_env_set_userctx(s->env, s), "env_set_userctx");
}

cm_err table_get(const struct state *s, MDB_txn *txn, enum table t, const struct table_key *key,
                 struct cm_diag *diag, struct cm_slice *content, bool *found) {
    MDB_val k = val_of(key), v;
    if (s->tables[t] == TABLE_ABSENT) {
        *found = false;
        return CM_OK;
    }
    const int rc = get(txn, s->tables[t], &k, &v);
    if (rc == MDB_NOTFOUND) {
        *found = false;
        return CM_OK;
    }
    TRY(state_err(rc, names[t]));
    TRY(table_content(t, &k, &v, diag, content));
    *found = true;
    return CM_OK;
}

cm_err table_put(const struct state *s, MDB_txn *txn, enum table t, const struct table_key *key,
                 struct cm_slice content) {
    MDB_val k = val_of(key);
    MDB_val v = {.mv_size = content.len + TABLE_SUM_LEN, .mv_data = NULL};
    const uint32_t sum = sum_of(t, slice_of(key->b, key->len), content);
    TRY(state_err(mdb_put(txn, s->tables[t], &k, &v, MDB_RESERVE), names[t]));
    uint8_t *to = v.mv_data;
    if (content.len > 0) memcpy(to, content.p, content.len);
    put_u32be(to + content.len, sum);
    return CM_OK;
}

cm_err table_del(const struct state *s, MDB_txn *txn, enum table t, const struct table_key *key) {
    MDB_val k = val_of(key);
    const int rc = mdb_del(txn, s->tables[t], &k, NULL);
    return rc == MDB_NOTFOUND ? CM_OK : state_err(rc, names[t]);
}

void cursor_closep(MDB_cursor **cursor) {
    if (*cursor != NULL) mdb_cursor_close(*cursor);
}

cm_err read_begin(struct state *s, struct state **turn) {
    if (s->reading == 0) TRY(state_err(mdb_txn_renew(s->reader), "renew"));
    s->reading++;
    *turn = s;
    return CM_OK;
}

void read_endp(struct state **turn) {
    struct state *s = *turn;
    if (s == NULL) return;
    s->reading--;
    if (s->reading == 0) mdb_txn_reset(s->reader);
}
