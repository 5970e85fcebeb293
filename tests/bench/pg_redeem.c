/* Asynchronous libpq: every client has one statement in flight, epoll tells whose answer is there.
 * Reference: PostgreSQL 15, section 34.4. */
#include "pg_redeem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "keys.h"

#define SQL_CAP     256u
#define LATENCIES_N 1000000u
#define EVENTS_N    64
#define WAIT_MS     10000 /* a statement that takes longer is a fault */
#define STATEMENT   "redeem"
#define PARAMS_CAP  (PG_ROWS_MAX * (KEY_TEXT_LEN + 1) + 2)

/* The statement's one parameter: a key, or an array of them as PostgreSQL writes it, "{A,B,C}". */
static const char *next_param(struct pg_redeem *r, size_t row_n) {
    char *at = r->params;
    if (r->work != NULL) {
        r->work->param(&r->keys, row_n, r->params, PARAMS_CAP);
        return r->params;
    }
    if (row_n > 1) *at++ = '{';
    for (size_t i = 0; i < row_n; i++) {
        key_next(&r->keys, at);
        at += KEY_TEXT_LEN;
        *at++ = ',';
    }
    at[-1] = row_n > 1 ? '}' : '\0';
    *at = '\0';
    return r->params;
}

static cm_err prepare(const struct pg_redeem *r, PGconn *conn, size_t row_n) {
    char sql[SQL_CAP];
    (void)snprintf(sql, sizeof sql, "INSERT INTO %s (code) %s ON CONFLICT DO NOTHING", r->table,
                   row_n > 1 ? "SELECT unnest($1::text[])" : "VALUES ($1)");
    PGresult *result =
        PQprepare(conn, STATEMENT, r->work != NULL ? r->work->statement : sql, 1, NULL);
    const bool done = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
    if (done) return CM_OK;
    return diag_fail(r->diag, CM_E_STATE, "PostgreSQL", sql, NULL, "%s", PQerrorMessage(conn));
}

/* Whether the answer says that all of its rows were new. */
static cm_err judge_answer(const struct pg_redeem *r, PGconn *conn, PGresult *result,
                           size_t row_n) {
    const bool done = PQresultStatus(result) == PGRES_COMMAND_OK;
    const size_t fresh = done ? strtoul(PQcmdTuples(result), NULL, 10) : 0;
    PQclear(result);
    if (fresh == row_n) return CM_OK;
    return diag_fail(r->diag, CM_E_STATE, "PostgreSQL", r->table, NULL,
                     "%zu of %zu fresh codes were taken: %s", fresh, row_n, PQerrorMessage(conn));
}

static cm_err settle(const struct pg_redeem *r, PGconn *conn) {
    TRY(pg_command(conn, "VACUUM ANALYZE", r->diag));
    return pg_command(conn, "CHECKPOINT", r->diag);
}

static cm_err fill(struct pg_redeem *r, PGconn *conn, size_t prior_n) {
    TRY(prepare(r, conn, PG_ROWS_MAX));
    for (size_t n = 0; n < prior_n; n += PG_ROWS_MAX) {
        const char *const param = next_param(r, PG_ROWS_MAX);
        PGresult *result = PQexecPrepared(conn, STATEMENT, 1, &param, NULL, NULL, 0);
        TRY(judge_answer(r, conn, result, PG_ROWS_MAX));
    }
    return settle(r, conn);
}

static cm_err make_table(struct pg_redeem *r, size_t prior_n) {
    char sql[SQL_CAP];
    CM_CLEANUP(pg_disconnect) PGconn *conn = NULL;
    TRY(pg_connect(r->pg, &conn, r->diag));
    if (r->work != NULL) {
        TRY(pg_command(conn, r->work->make, r->diag));
        return settle(r, conn);
    }
    (void)snprintf(sql, sizeof sql,
                   "CREATE TABLE %s (code text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())",
                   r->table);
    TRY(pg_command(conn, sql, r->diag));
    return fill(r, conn, prior_n);
}

static cm_err connect_client(struct pg_redeem *r, size_t i) {
    TRY(pg_connect(r->pg, &r->clients[i], r->diag));
    TRY(prepare(r, r->clients[i], r->row_n));
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)i};
    return epoll_ctl(r->epoll, EPOLL_CTL_ADD, PQsocket(r->clients[i]), &event) == 0 ? CM_OK
                                                                                    : CM_E_IO;
}

cm_err pg_redeem_open(struct pg_redeem *r, const struct pg_redeem_options *options,
                      struct cm_diag *diag) {
    *r = (struct pg_redeem){.pg = options->pg,
                            .diag = diag,
                            .table = options->table,
                            .work = options->work,
                            .client_n = options->client_n,
                            .row_n = options->row_n,
                            .epoll = epoll_create1(EPOLL_CLOEXEC)};
    if (r->client_n > PG_CLIENTS_MAX || r->row_n > PG_ROWS_MAX) return CM_E_LIMIT;
    TRY(latencies_init(&r->latencies, LATENCIES_N));
    r->params = malloc(PARAMS_CAP);
    if (r->params == NULL) return CM_E_NO_MEMORY;
    if (r->epoll < 0) return CM_E_IO;
    TRY(make_table(r, options->prior_n));
    for (size_t i = 0; i < r->client_n; i++)
        TRY(connect_client(r, i));
    return CM_OK;
}

void pg_redeem_close(struct pg_redeem *r) {
    for (size_t i = 0; i < r->client_n && i < PG_CLIENTS_MAX; i++)
        pg_disconnect(&r->clients[i]);
    if (r->epoll >= 0) (void)close(r->epoll);
    free(r->params);
    latencies_free(&r->latencies);
    *r = (struct pg_redeem)PG_REDEEM_INIT;
}

static cm_err send_one(struct pg_redeem *r, size_t i) {
    const char *const param = next_param(r, r->row_n);
    r->begun_ns[i] = meter_now_ns();
    if (PQsendQueryPrepared(r->clients[i], STATEMENT, 1, &param, NULL, NULL, 0) == 1) return CM_OK;
    return diag_fail(r->diag, CM_E_IO, "PostgreSQL", r->table, NULL, "%s",
                     PQerrorMessage(r->clients[i]));
}

/* Take what a client's socket holds; `done` if that was the whole answer. */
static cm_err receive(struct pg_redeem *r, size_t i, bool *done) {
    PGconn *conn = r->clients[i];
    *done = false;
    if (PQconsumeInput(conn) != 1)
        return diag_fail(r->diag, CM_E_IO, "PostgreSQL", r->table, NULL, "%s",
                         PQerrorMessage(conn));
    while (PQisBusy(conn) == 0) {
        PGresult *result = PQgetResult(conn);
        *done = result == NULL;
        if (*done) break;
        TRY(judge_answer(r, conn, result, r->row_n));
        latencies_add(&r->latencies, meter_now_ns() - r->begun_ns[i]);
    }
    return CM_OK;
}

static cm_err turn(struct pg_redeem *r, bool more, size_t *in_flight, struct leg *leg) {
    struct epoll_event events[EVENTS_N];
    const int n = epoll_wait(r->epoll, events, EVENTS_N, WAIT_MS);
    if (n <= 0)
        return diag_fail(r->diag, CM_E_IO, "PostgreSQL", r->table, NULL, "it answers no more");
    for (int e = 0; e < n; e++) {
        bool done = false;
        const size_t i = events[e].data.u32;
        TRY(receive(r, i, &done));
        if (!done) continue;
        leg->items += (double)r->row_n;
        if (more) TRY(send_one(r, i));
        *in_flight -= more ? 0 : 1;
    }
    return CM_OK;
}

cm_err pg_redeem_run(void *ctx, double seconds, struct leg *leg) {
    struct pg_redeem *r = ctx;
    size_t in_flight = r->client_n;
    const double server_s = server_cpu_s(&r->pg->server);
    const struct meter m = meter_begin();
    for (size_t i = 0; i < r->client_n; i++)
        TRY(send_one(r, i));
    while (in_flight > 0)
        TRY(turn(r, meter_seconds(&m) < seconds, &in_flight, leg));
    meter_end(&m, leg);
    leg->cpu_s += server_cpu_s(&r->pg->server) - server_s;
    latencies_close(&r->latencies, leg);
    return CM_OK;
}
