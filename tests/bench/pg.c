/* The server, connections, and the maker of codes. Reference: PostgreSQL 15, chapters 20, 34. */
#include "pg.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "meter.h"
#include "process_cost.h"

#define INITDB      "/usr/lib/postgresql/15/bin/initdb" /* Debian keeps them out of PATH */
#define POSTGRES    "/usr/lib/postgresql/15/bin/postgres"
#define USER        "postgres" /* of the package; the server refuses root */
#define ROUND       1000000u   /* codes */
#define MESSAGE_CAP 160u       /* bytes of the server's own words in an error */

static bool answers(void *ctx) {
    const struct pg *pg = ctx;
    return PQping(pg->conninfo) == PQPING_OK;
}

static cm_err make_cluster(const struct pg *pg, struct cm_diag *diag) {
    static const char *const initdb[] = {INITDB,  "-D", "data", "-U",          "bench",     "-A",
                                         "trust", "-E", "UTF8", "--no-locale", "--no-sync", NULL};
    return server_run(&pg->server, initdb, diag);
}

static cm_err start(struct pg *pg, struct cm_diag *diag) {
    char sockets[SERVER_PATH_CAP + 32u];
    (void)snprintf(sockets, sizeof sockets, "unix_socket_directories=%s", pg->server.dir);
    const char *const postgres[] = {POSTGRES,
                                    "-D",
                                    "data",
                                    "-c",
                                    sockets,
                                    "-c",
                                    "listen_addresses=",
                                    "-c",
                                    "shared_buffers=1GB",
                                    "-c",
                                    "max_wal_size=16GB",
                                    "-c",
                                    "checkpoint_timeout=1h",
                                    "-c",
                                    "max_connections=100",
                                    "-c",
                                    "autovacuum=off",
                                    NULL};
    (void)snprintf(pg->conninfo, sizeof pg->conninfo, "host='%s' user=bench dbname=postgres",
                   pg->server.dir);
    return server_start(&pg->server, postgres, answers, pg, diag);
}

/* Not all who pack PostgreSQL keep its defaults; a server that loses commits is no peer. */
static cm_err check_durable(const struct pg *pg, struct cm_diag *diag) {
    CM_CLEANUP(pg_disconnect) PGconn *conn = NULL;
    TRY(pg_connect(pg, &conn, diag));
    return pg_command(conn,
                      "DO $$ BEGIN IF current_setting('fsync') <> 'on' OR "
                      "current_setting('synchronous_commit') <> 'on' OR "
                      "current_setting('full_page_writes') <> 'on' "
                      "THEN RAISE 'it does not flush what it commits'; END IF; END $$",
                      diag);
}

cm_err pg_open(struct pg *pg, const char *scratch, struct cm_diag *diag) {
    *pg = (struct pg)PG_INIT;
    TRY(server_folder(&pg->server, "PostgreSQL", USER, scratch, diag));
    pg->server.stop_signal = SIGINT; /* "fast": it does not wait for clients */
    TRY(make_cluster(pg, diag));
    TRY(start(pg, diag));
    return check_durable(pg, diag);
}

void pg_close(struct pg *pg) { server_stop(&pg->server); }

static cm_err refused(PGconn *conn, const char *what, struct cm_diag *diag) {
    char words[MESSAGE_CAP];
    (void)snprintf(words, sizeof words, "%s", PQerrorMessage(conn));
    words[strcspn(words, "\n")] = '\0';
    return diag_fail(diag, CM_E_STATE, "PostgreSQL", what, NULL, "%s", words);
}

cm_err pg_connect(const struct pg *pg, PGconn **out, struct cm_diag *diag) {
    PGconn *conn = PQconnectdb(pg->conninfo);
    if (conn == NULL) return CM_E_NO_MEMORY;
    *out = conn;
    if (PQstatus(conn) == CONNECTION_OK) return CM_OK;
    const cm_err err = refused(conn, "connect", diag);
    pg_disconnect(out);
    return err;
}

void pg_disconnect(PGconn **conn) {
    if (*conn != NULL) PQfinish(*conn);
    *conn = NULL;
}

cm_err pg_command(PGconn *conn, const char *sql, struct cm_diag *diag) {
    PGresult *result = PQexec(conn, sql);
    const ExecStatusType status = PQresultStatus(result);
    PQclear(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return CM_OK;
    return refused(conn, sql, diag);
}

static cm_err mint_round(PGconn *conn, struct leg *leg, struct cm_diag *diag) {
    char insert[256];
    (void)snprintf(insert, sizeof insert,
                   "INSERT INTO codes SELECT encode(gen_random_bytes(7), 'hex') "
                   "FROM generate_series(1, %u) ON CONFLICT DO NOTHING",
                   ROUND);
    TRY(pg_command(conn, "DROP TABLE IF EXISTS codes; CREATE TABLE codes (code text PRIMARY KEY)",
                   diag));
    const uint64_t begun = meter_now_ns();
    TRY(pg_command(conn, insert, diag));
    leg->seconds += (double)(meter_now_ns() - begun) / 1e9;
    leg->items += ROUND;
    return CM_OK;
}

cm_err pg_mint_run(void *ctx, double seconds, struct leg *leg) {
    const struct pg_mint *t = ctx;
    CM_CLEANUP(pg_disconnect) PGconn *conn = NULL;
    TRY(pg_connect(t->pg, &conn, t->diag));
    TRY(pg_command(conn, "SET client_min_messages = error; CREATE EXTENSION IF NOT EXISTS pgcrypto",
                   t->diag));
    const pid_t backend = PQbackendPID(conn); /* does all of the work, and is new */
    do {
        TRY(mint_round(conn, leg, t->diag));
    } while (leg->seconds < seconds);
    leg->cpu_s = process_cost_now(&backend, 1).cpu_s;
    return CM_OK;
}
