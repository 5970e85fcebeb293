/* What the files of the state share: the tables, their values with checksums, the reading turn.
 *
 * Private to state*.c and the room's backup and audit; the one header that shows LMDB. A value is
 * its content and a CRC-32C over table, key and content, since LMDB 0.9 has no page checksums: a
 * flipped bit or a page that went astray is CM_E_CORRUPT, never an answer. docs/design/state.md.
 */
#ifndef CM_LEDGER_STATE_TABLE_H
#define CM_LEDGER_STATE_TABLE_H

#include <lmdb.h>
#include <stdatomic.h>

#include "base/buffer.h"
#include "base/macros.h"
#include "ledger/state.h"

#define STATE_FORMAT  2u  /* of all tables together; a change of any byte table raises it */
#define TABLE_SUM_LEN 4u  /* bytes; CRC-32C at the end of every value */
#define TABLE_KEY_MAX 64u /* bytes; the longest of our keys has 28 */

/* The numbers enter the checksums: append, never renumber. */
enum table {
    TABLE_META,
    TABLE_PAGES,
    TABLE_EXTRAS,
    TABLE_DETAILS,
    TABLE_USED_BY,
    TABLE_ANSWERS,
    TABLE_ANSWER_TIMES,
    TABLE_DOCUMENTS,
    TABLE_COUNTERS,
    TABLE_RECALLS,
    TABLE_NODES,
    TABLE_TAILS,
    TABLE_HELD, /* an image may lack it and those behind it: one older than what they hold */
    TABLE_ALIASES,
    TABLE_CARDS,
    TABLE_CARD_LINES,
    TABLE_N
};

#define TABLE_ABSENT ((MDB_dbi)-1)

struct state {
    MDB_env *env;
    MDB_dbi tables[TABLE_N];
    MDB_txn *reader;  /* the owner's, reset between reads so that it pins no old pages */
    unsigned reading; /* reads under way: a visitor may read on */
    struct cm_diag fault;
    uint8_t workspace_id[16];
    uintptr_t map; /* where page 0 is mapped; 0 until it is known */
    size_t map_len;
    _Atomic size_t file_len; /* as of the last look; the file only grows */
    _Atomic uint64_t position;
    atomic_bool dead; /* a commit failed: nothing more is folded */
};

struct state_fold {
    struct state *state;
    MDB_txn *txn;
    cm_err err; /* sticky: after a failed put nothing is put or committed any more */
};

/* A key under construction. */
struct table_key {
    uint8_t b[TABLE_KEY_MAX];
    size_t len;
};
void key_u8(struct table_key *k, uint8_t v);
void key_u16(struct table_key *k, uint16_t v);
void key_u32(struct table_key *k, uint32_t v);
void key_u64(struct table_key *k, uint64_t v);
void key_put(struct table_key *k, const void *p, size_t len);
struct table_key key_text(const char *name); /* of a record in table meta */
struct table_key key_unit(uint32_t set, uint64_t serial);

/* The fence: LMDB's code or an errno as ours; `what` goes to the log where it is a fault. */
cm_err state_err(int rc, const char *what);

const char *table_name(enum table t);
/** Open every table, made when absent if `make` is set; the handles count once txn is committed.
 * Without it TABLE_HELD and those after it may be absent: their handles are TABLE_ABSENT then. */
CM_MUST_CHECK cm_err tables_open(MDB_txn *txn, bool make, MDB_dbi tables[static TABLE_N]);
/** Find out where the file is mapped, so that every look-up from then on is checked against its
 * end: LMDB believes the lengths in its pages, and one of a torn page would be a bus error.
 * @retval CM_E_CORRUPT, CM_E_IO */
CM_MUST_CHECK cm_err table_learn_map(struct state *s, MDB_txn *txn);
/* mdb_cursor_get; MDB_CORRUPTED where key or value reach beyond the file. */
int table_seek(MDB_cursor *cursor, MDB_val *key, MDB_val *value, MDB_cursor_op op);
/** Check a value's sum and yield its content, which lies in the map: valid while the transaction
 * lives and nothing is written.
 * @param diag  told table and key on error; may be NULL
 * @retval CM_E_CORRUPT */
CM_MUST_CHECK cm_err table_content(enum table t, const MDB_val *key, const MDB_val *value,
                                   struct cm_diag *diag, struct cm_slice *content);
/** Look a key up. @retval CM_E_CORRUPT, CM_E_IO ...; absent is CM_OK with *found false */
CM_MUST_CHECK cm_err table_get(const struct state *s, MDB_txn *txn, enum table t,
                               const struct table_key *key, struct cm_diag *diag,
                               struct cm_slice *content, bool *found);
CM_MUST_CHECK cm_err table_put(const struct state *s, MDB_txn *txn, enum table t,
                               const struct table_key *key, struct cm_slice content);
/* Absent is fine. */
CM_MUST_CHECK cm_err table_del(const struct state *s, MDB_txn *txn, enum table t,
                               const struct table_key *key);
/* As CM_E_CORRUPT, for content whose sum holds but whose shape does not. */
cm_err table_misshapen(enum table t, const MDB_val *key, struct cm_diag *diag);

void cursor_closep(MDB_cursor **cursor);

/* One read of the owner: begins a view of the last commit unless a read is under way already.
 *     CM_CLEANUP(read_endp) struct state *turn = NULL;
 *     TRY(read_begin(s, &turn)); */
CM_MUST_CHECK cm_err read_begin(struct state *s, struct state **turn);
void read_endp(struct state **turn);

#endif
