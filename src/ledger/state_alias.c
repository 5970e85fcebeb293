/* The table of aliases: looked up, walked, folded. References as in state_alias.h. */
#include "ledger/state_alias.h"

#include "ledger/state_table.h"

static cm_err read_record(struct cm_slice content, struct alias_record *out) {
    struct cursor c = cursor_over(content);
    struct alias_record r = {.set = cursor_u32be(&c)};
    r.serial = cursor_u64be(&c);
    r.kind = (enum alias_kind)cursor_u8(&c);
    r.until_ms = cursor_u64be(&c);
    if (cursor_end(&c) != CM_OK || r.kind == ALIAS_NONE || (unsigned)r.kind >= ALIAS_KIND_N)
        return CM_E_CORRUPT;
    *out = r;
    return CM_OK;
}

static struct table_key key_of(const uint8_t hash[static EVENT_HASH_LEN]) {
    struct table_key key = {.len = 0};
    key_put(&key, hash, EVENT_HASH_LEN);
    return key;
}

cm_err state_alias(struct state *s, const uint8_t hash[static EVENT_HASH_LEN],
                   struct alias_record *out, bool *found) {
    CM_CLEANUP(read_endp) struct state *turn = NULL;
    struct table_key key = key_of(hash);
    struct cm_slice content;
    struct cm_diag diag = DIAG_INIT;
    bool there = false;
    *found = false;
    if (s->tables[TABLE_ALIASES] == TABLE_ABSENT) return CM_OK;
    TRY(read_begin(s, &turn));
    cm_err err = table_get(s, s->reader, TABLE_ALIASES, &key, &diag, &content, &there);
    if (err == CM_E_CORRUPT) s->fault = diag;
    if (err == CM_OK && there && read_record(content, out) != CM_OK) {
        const MDB_val k = {.mv_size = key.len, .mv_data = key.b};
        err = table_misshapen(TABLE_ALIASES, &k, &s->fault);
    }
    TRY(err);
    *found = there;
    return CM_OK;
}

cm_err state_aliases(struct state *s, state_visit_alias *visit, void *ctx) {
    CM_CLEANUP(read_endp) struct state *turn = NULL;
    CM_CLEANUP(cursor_closep) MDB_cursor *cursor = NULL;
    if (s->tables[TABLE_ALIASES] == TABLE_ABSENT) return CM_OK;
    TRY(read_begin(s, &turn));
    TRY(state_err(mdb_cursor_open(s->reader, s->tables[TABLE_ALIASES], &cursor), "aliases"));
    MDB_val key, value;
    int rc = table_seek(cursor, &key, &value, MDB_FIRST);
    for (; rc == MDB_SUCCESS; rc = table_seek(cursor, &key, &value, MDB_NEXT)) {
        struct cm_slice content;
        struct alias_record record;
        TRY(table_content(TABLE_ALIASES, &key, &value, &s->fault, &content));
        if (key.mv_size != EVENT_HASH_LEN || read_record(content, &record) != CM_OK)
            return table_misshapen(TABLE_ALIASES, &key, &s->fault);
        TRY(visit(ctx, key.mv_data, &record));
    }
    return rc == MDB_NOTFOUND ? CM_OK : state_err(rc, "aliases");
}

cm_err fold_alias(struct state_fold *f, const uint8_t hash[static EVENT_HASH_LEN],
                  const struct alias_record *record) {
    const struct table_key key = key_of(hash);
    if (f->err != CM_OK) return f->err;
    if (record == NULL) {
        f->err = table_del(f->state, f->txn, TABLE_ALIASES, &key);
        return f->err;
    }
    uint8_t content[RECORD_ALIAS_LEN];
    put_u32be(content, record->set);
    put_u64be(content + 4, record->serial);
    content[12] = (uint8_t)record->kind;
    put_u64be(content + 13, record->until_ms);
    f->err = table_put(f->state, f->txn, TABLE_ALIASES, &key, slice_of(content, sizeof content));
    return f->err;
}
