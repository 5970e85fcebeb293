/* Durable redemption beside the stores that a user would take: PostgreSQL with 64 clients and with
 * statements of many rows, Redis with one command in flight on each connection and with 64; ours in
 * calls, and with 64 callers of one code. All answer only what is on the disk, on the same disk;
 * every code is fresh, and a leg of ours has all the folding that it causes. The stores hold a
 * million codes before, ours ten: to fill them further would take too long, and favours them. */
#include "append.h"
#include "areas.h"
#include "crowd.h"
#include "pg_redeem.h"
#include "redis.h"

#define PRIOR_N   1000000u /* codes in each store before */
#define GROUP_N   256u     /* codes of a call of ours */
#define MANY_N    4096u    /* and of one that is compared with statements of as many rows */
#define PIPES_MAX 100000u  /* latencies kept */

struct stores {
    struct pg pg;
    struct pg_redeem rows, many;
    struct redis redis;
    struct redis_redeem one, pipelined;
};

static void stores_close(struct stores *s) {
    pg_redeem_close(&s->rows);
    pg_redeem_close(&s->many);
    pg_close(&s->pg);
    latencies_free(&s->one.latencies);
    latencies_free(&s->pipelined.latencies);
    redis_close(&s->redis);
}

static cm_err stores_open(struct stores *s, const char *scratch, struct cm_diag *diag) {
    const struct pg_redeem_options rows = {&s->pg, "spent", PG_CLIENTS_MAX, 1, PRIOR_N, NULL},
                                   many = {&s->pg, "spent_many", 2, PG_ROWS_MAX, PRIOR_N, NULL};
    TRY(pg_open(&s->pg, scratch, diag));
    TRY(pg_redeem_open(&s->rows, &rows, diag));
    TRY(pg_redeem_open(&s->many, &many, diag));
    TRY(redis_open(&s->redis, scratch, PRIOR_N, diag));
    s->one = (struct redis_redeem){&s->redis, REDIS_CLIENTS_MAX, 1, {0}};
    s->pipelined = (struct redis_redeem){&s->redis, REDIS_CLIENTS_MAX, REDIS_PIPELINE_MAX, {0}};
    TRY(latencies_init(&s->one.latencies, PIPES_MAX));
    return latencies_init(&s->pipelined.latencies, PIPES_MAX);
}

/* One code a statement or command, beside our groups of what arrived meanwhile. */
static cm_err measure_single(struct bench *b, struct till *t, struct stores *s) {
    till_calls_of(t, GROUP_N);
    const struct bench_case c = {
        .area = "redeem",
        .unit = "codes/s",
        .contestants = {{"redeem, groups of 256", till_run, t},
                        {"PostgreSQL 15, 64 clients", pg_redeem_run, &s->rows},
                        {"Redis 7, 50 clients", redis_redeem_run, &s->one},
                        {"Redis 7, 50 clients, pipeline 64", redis_redeem_run, &s->pipelined}},
        .contestant_n = 4,
        .goals = {{"groups of 256 / PostgreSQL rows", 0, 1, METRIC_RATE, SENSE_AT_LEAST, 50},
                  {"groups of 256 / Redis", 0, 2, METRIC_RATE, SENSE_NONE, 0},
                  {"groups of 256 / Redis pipelined", 0, 3, METRIC_RATE, SENSE_AT_LEAST, 4}},
        .goal_n = 3};
    return bench_case_run(b, &c);
}

/* As many callers as PostgreSQL has clients, each with one code at a time. Over a network they come
 * to the engine in one turn of the edge, so that is the row with the goal. */
static cm_err measure_callers(struct bench *b, struct till *t, struct stores *s) {
    CM_CLEANUP(append_close) struct append append = APPEND_INIT;
    struct crowd turn = {t, CROWD_MAX, 0}, threads = {t, CROWD_MAX, 0};
    size_t len = 0;
    till_calls_of(t, CROWD_MAX);
    TRY(till_group_len(t, &len));
    TRY(append_open(&append, t->depot.shop.dir, len, CROWD_MAX, &b->diag));
    const struct bench_case c = {
        .area = "redeem",
        .unit = "codes/s",
        .contestants = {{"64 callers in one turn", crowd_turn_run, &turn},
                        {"64 callers, a thread each", crowd_threads_run, &threads},
                        {"PostgreSQL 15, 64 clients", pg_redeem_run, &s->rows},
                        {"append + fdatasync", append_run, &append}},
        .contestant_n = 4,
        .goals = {{"64 callers in one turn / PostgreSQL rows", 0, 2, METRIC_RATE, SENSE_AT_LEAST,
                   50},
                  {"64 callers, a thread each / PostgreSQL rows", 1, 2, METRIC_RATE, SENSE_NONE, 0},
                  {"64 callers in one turn", 0, 3, METRIC_RATE, SENSE_NONE, 0},
                  {"64 callers, a thread each", 1, 3, METRIC_RATE, SENSE_NONE, 0}},
        .goal_n = 4};
    return bench_case_run(b, &c);
}

static cm_err measure_many(struct bench *b, struct till *t, struct stores *s) {
    till_calls_of(t, MANY_N);
    const struct bench_case c = {
        .area = "redeem",
        .unit = "codes/s",
        .contestants = {{"redeem, groups of 4,096", till_run, t},
                        {"PostgreSQL 15, 2 clients, 4,096 rows", pg_redeem_run, &s->many},
                        {"Redis 7, 50 clients, pipeline 64", redis_redeem_run, &s->pipelined}},
        .contestant_n = 3,
        .goals = {{"groups of 4,096 / PostgreSQL multi-row", 0, 1, METRIC_RATE, SENSE_AT_LEAST, 5},
                  {"groups of 4,096 / Redis pipelined", 0, 2, METRIC_RATE, SENSE_NONE, 0}},
        .goal_n = 2};
    return bench_case_run(b, &c);
}

cm_err area_redeem_stores(struct bench *b) {
    CM_CLEANUP(till_close) struct till till = {.group_n = 1};
    CM_CLEANUP(stores_close)
    struct stores stores = {
        .pg = PG_INIT, .rows = PG_REDEEM_INIT, .many = PG_REDEEM_INIT, .redis = REDIS_INIT};
    TRY(stores_open(&stores, b->scratch, &b->diag));
    TRY(till_open(&till, b->scratch, b->live, &b->diag));
    TRY(measure_single(b, &till, &stores));
    TRY(measure_callers(b, &till, &stores));
    return measure_many(b, &till, &stores);
}
