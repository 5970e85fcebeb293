/* A throwaway PostgreSQL 15, set up as a careful DBA would: default durability (fsync and
 * synchronous_commit on, full pages written), 1 GiB of shared buffers, room for the log so that no
 * checkpoint falls into a run, autovacuum off. It listens on a Unix socket only. What this
 * leaves out (TCP, checkpoints, vacuum) favours it.
 *     CM_CLEANUP(pg_close) struct pg pg = PG_INIT;
 *     TRY(pg_open(&pg, b->scratch, &b->diag));
 *     struct pg_mint codes = {&pg, &b->diag};      a contestant: {"PostgreSQL ...", pg_mint_run,
 * &codes}
 */
#ifndef CM_TESTS_BENCH_PG_H
#define CM_TESTS_BENCH_PG_H

#include <libpq-fe.h>

#include "bench.h"
#include "server.h"

#define PG_CONNINFO_CAP (SERVER_PATH_CAP + 64u)

struct pg {
    struct server server;
    char conninfo[PG_CONNINFO_CAP];
};
#define PG_INIT                                                                                    \
    { .server = SERVER_INIT }

/** Make a cluster on the disk of `scratch` and start it.
 * @retval CM_E_NOT_FOUND  PostgreSQL is not installed      @retval as server_start */
CM_MUST_CHECK cm_err pg_open(struct pg *pg, const char *scratch, struct cm_diag *diag);
void pg_close(struct pg *pg);

/** A connection. Close it with pg_disconnect.      @retval CM_E_STATE  refused */
CM_MUST_CHECK cm_err pg_connect(const struct pg *pg, PGconn **out, struct cm_diag *diag);
void pg_disconnect(PGconn **conn);
/** Run statements and forget their rows.      @retval CM_E_STATE  one failed, with its message */
CM_MUST_CHECK cm_err pg_command(PGconn *conn, const char *sql, struct cm_diag *diag);

/* A maker of codes as back ends do it: a million texts from gen_random_bytes into a table with a
 * unique index, a round; the table is emptied between rounds, outside the count. The texts are hex
 * (14 characters): to bring them into our alphabet would cost it more. */
struct pg_mint {
    const struct pg *pg;
    struct cm_diag *diag;
};
bench_run pg_mint_run;

#endif
