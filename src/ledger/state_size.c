/* What the image takes on the disk, table by table: for people and for the bench.
 * It counts whole pages of LMDB, so what is free inside them belongs to their table. */
#include <sys/stat.h>

#include "ledger/state_table.h"

static cm_err add_table(struct state *s, enum table t, struct state_sizes *sizes) {
    MDB_stat shape;
    TRY(state_err(mdb_stat(s->reader, s->tables[t], &shape), table_name(t)));
    const size_t pages = shape.ms_branch_pages + shape.ms_leaf_pages + shape.ms_overflow_pages;
    const uint64_t len = (uint64_t)pages * shape.ms_psize;
    if (t == TABLE_PAGES || t == TABLE_EXTRAS)
        sizes->states_len += len;
    else if (t == TABLE_DETAILS || t == TABLE_TAILS)
        sizes->details_len += len;
    else if (t == TABLE_ANSWERS || t == TABLE_ANSWER_TIMES)
        sizes->answers_len += len;
    else if (t == TABLE_NODES)
        sizes->nodes_len += len;
    else
        sizes->others_len += len;
    return CM_OK;
}

cm_err state_size(struct state *s, struct state_sizes *out) {
    CM_CLEANUP(read_endp) struct state *turn = NULL;
    struct state_sizes sizes = {.states_len = 0};
    struct stat file;
    int fd = -1;
    TRY(read_begin(s, &turn));
    for (int t = 0; t < TABLE_N; t++)
        if (s->tables[t] != TABLE_ABSENT) TRY(add_table(s, (enum table)t, &sizes));
    TRY(state_err(mdb_env_get_fd(s->env, &fd), "env_get_fd"));
    if (fstat(fd, &file) != 0) return CM_E_IO;
    sizes.file_len = (uint64_t)file.st_size;
    *out = sizes;
    return CM_OK;
}
