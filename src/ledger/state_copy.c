/* The image as a whole: copied out while folds go on, and every value in it proved.
 * A copy is one commit, compacted, whatever is folded meanwhile. */
#include "ledger/state_table.h"

cm_err state_copy(struct state *s, int fd) {
    return state_err(mdb_env_copyfd2(s->env, fd, MDB_CP_COMPACT), "copy");
}

static cm_err check_table(struct state *s, enum table t, struct cm_diag *diag) {
    CM_CLEANUP(cursor_closep) MDB_cursor *cursor = NULL;
    TRY(state_err(mdb_cursor_open(s->reader, s->tables[t], &cursor), table_name(t)));
    MDB_val key, value;
    int rc = table_seek(cursor, &key, &value, MDB_FIRST);
    for (; rc == MDB_SUCCESS; rc = table_seek(cursor, &key, &value, MDB_NEXT)) {
        struct cm_slice content;
        TRY(table_content(t, &key, &value, diag, &content));
    }
    return rc == MDB_NOTFOUND ? CM_OK : state_err(rc, table_name(t));
}

cm_err state_check(struct state *s, struct cm_diag *diag) {
    CM_CLEANUP(read_endp) struct state *turn = NULL;
    TRY(read_begin(s, &turn));
    for (int t = 0; t < TABLE_N; t++)
        if (s->tables[t] != TABLE_ABSENT) TRY(check_table(s, (enum table)t, diag));
    return CM_OK;
}
