/* Spending from value cards: 64 callers with one card each in one turn of the engine, and calls of
 * 256 cards, beside PostgreSQL as one would write it: balances in a table, a ledger line for every
 * change, both in one transaction. A million cards in each; all is durable before it is answered,
 * on the same disk. Theirs keep no index of lines by card, no audit tree, no keyed number and no
 * holds, which favours them. No goals. Reference: docs/design/performance.md, "orders". */
#include <stdio.h>

#include "orders.h"
#include "pg_redeem.h"
#include "purse.h"

#define MANY_N       256u /* cards of a call, rows of a statement */
#define MANY_CLIENTS 2u

/* One statement is one transaction. PURSE_CARDS and PURSE_BALANCE in figures. */
static const char make[] =
    "CREATE TABLE card (id bigint PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0))"
    " WITH (fillfactor = 80);"
    "CREATE TABLE line (id bigserial PRIMARY KEY, card bigint NOT NULL, amount bigint NOT NULL,"
    " balance bigint NOT NULL, at timestamptz NOT NULL DEFAULT now());"
    "INSERT INTO card SELECT i, 1000000 FROM generate_series(0, 1048575) i";
static const char many_make[] = "SELECT 1"; /* the same tables */

#define SPEND(where)                                                                               \
    "WITH spent AS (UPDATE card SET balance = balance - 1 WHERE " where                            \
    " AND balance >= 1 RETURNING id, balance) "                                                    \
    "INSERT INTO line (card, amount, balance) SELECT id, 1, balance FROM spent"

/* "17", or "{17,1048003,...}". */
static void put_cards(uint64_t *next, size_t n, char *out, size_t cap) {
    size_t at = 0;
    for (size_t i = 0; i < n; i++)
        at += (size_t)snprintf(out + at, cap - at, "%s%llu",
                               n == 1   ? ""
                               : i == 0 ? "{"
                                        : ",",
                               (unsigned long long)purse_next(next));
    (void)snprintf(out + at, cap - at, "%s", n == 1 ? "" : "}");
}

struct peers {
    struct pg pg;
    struct pg_redeem rows, many;
};

static void peers_close(struct peers *s) {
    pg_redeem_close(&s->rows);
    pg_redeem_close(&s->many);
    pg_close(&s->pg);
}

static cm_err peers_open(struct peers *s, struct bench *b) {
    static const struct pg_work one = {make, SPEND("id = $1"), put_cards};
    static const struct pg_work many = {many_make, SPEND("id = ANY($1::bigint[])"), put_cards};
    const struct pg_redeem_options rows = {
        .pg = &s->pg, .table = "card", .client_n = PG_CLIENTS_MAX, .row_n = 1, .work = &one};
    const struct pg_redeem_options array = {
        .pg = &s->pg, .table = "card", .client_n = MANY_CLIENTS, .row_n = MANY_N, .work = &many};
    TRY(pg_open(&s->pg, b->scratch, &b->diag));
    TRY(pg_redeem_open(&s->rows, &rows, &b->diag));
    return pg_redeem_open(&s->many, &array, &b->diag);
}

static cm_err measure(struct bench *b, struct purse *p, size_t call_n, const char *name,
                      struct pg_redeem *peer, const char *peer_name, const char *row) {
    p->call_n = call_n;
    const struct bench_case c = {
        .area = "orders",
        .unit = "spends/s",
        .contestants = {{name, purse_run, p}, {peer_name, pg_redeem_run, peer}},
        .contestant_n = 2,
        .goals = {{row, 0, 1, METRIC_RATE, SENSE_NONE, 0}},
        .goal_n = 1};
    return bench_case_run(b, &c);
}

cm_err orders_spend(struct bench *b) {
    CM_CLEANUP(purse_close) struct purse purse = {.call_n = 1};
    CM_CLEANUP(peers_close)
    struct peers peers = {.pg = PG_INIT, .rows = PG_REDEEM_INIT, .many = PG_REDEEM_INIT};
    TRY(peers_open(&peers, b));
    TRY(purse_open(&purse, b->scratch, &b->diag));
    TRY(measure(b, &purse, 1, "64 tills in one turn", &peers.rows, "PostgreSQL 15, 64 clients",
                "spends, 64 tills in one turn"));
    return measure(b, &purse, MANY_N, "calls of 256 spends", &peers.many,
                   "PostgreSQL 15, 2 clients, 256 rows", "spends, calls of 256");
}
