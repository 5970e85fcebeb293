/* HTTP: our daemon beside the constant answer of the library it is built on, both on the first
 * processor, the load on the last. One code a request over 64 and 512 kept connections, arrays, and
 * TLS. Redemptions are durable, of fresh codes in random order.
 * Reference: docs/design/performance.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "areas.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "http_host.h"
#include "http_load.h"
#include "process_cost.h"
#include "till.h"

#define TOKEN        "cmk_test_only-for-the-bench"
#define DOCUMENT_CAP 512u
#define PATH_CAP     1100u
#define LATENCIES_N  4000000u

/* What is measured: a row of the table. */
struct http_row {
    const char *row, *row_p99;
    bool redeems, tls;
    size_t connections, group;
    double goal; /* of the constant answer; 0: none */
    double rate; /* codes a second at least; 0: none */
};

/* A shop whose codes are for sale, its daemon, and the constant answer beside it. */
struct http_shop {
    struct till till;
    struct http_stock stock;
    char *texts;
    struct http_host daemon, constant;
    struct latencies latencies;
    char certificate[PATH_CAP], key[PATH_CAP];
};

static void http_shop_close(struct http_shop *s) {
    http_host_stop(&s->daemon);
    http_host_stop(&s->constant);
    latencies_free(&s->latencies);
    free(s->texts);
    till_close(&s->till);
}

/* A key of role "redeem" for the shop's door. */
static cm_err add_api_key(struct http_shop *s, struct cm_diag *diag) {
    struct hash256 hash;
    char text[DOCUMENT_CAP], hex[2 * sizeof hash.b + 1];
    uint32_t id = 0;
    hash_sha256(slice_text(TOKEN), &hash);
    hex_format(hash.b, sizeof hash.b, hex);
    (void)snprintf(text, sizeof text,
                   "{\"name\":\"load\",\"brand\":0,\"door\":%u,\"mode\":\"TEST\",\"role\":"
                   "\"redeem\",\"hash\":\"%s\",\"revoked\":false}",
                   SHOP_DOOR, hex);
    return engine_document(s->till.shop.engine, DOCUMENT_API_KEY, &id, 0, slice_text(text), diag);
}

/* The till's texts stand in the order of their redemption, side by side. */
static cm_err lay_out(struct http_shop *s, bool spent) {
    const struct till *t = &s->till;
    s->texts = malloc(t->live * SHOP_CODE_LEN);
    if (s->texts == NULL) return CM_E_NO_MEMORY;
    memcpy(s->texts, t->texts, t->live * SHOP_CODE_LEN);
    s->stock =
        (struct http_stock){.texts = s->texts, .n = t->live, .len = SHOP_CODE_LEN, .spent = spent};
    return CM_OK;
}

/* Until here the workspace was ours; from now on it is the daemon's. */
static void hand_over(struct http_shop *s) {
    cm_engine_close(s->till.shop.engine);
    s->till.shop.engine = NULL;
    keystore_close(s->till.shop.keystore);
    s->till.shop.keystore = NULL;
}

static cm_err http_shop_open(struct bench *b, const struct http_row *row, const cpu_set_t *home,
                             struct http_shop *s) {
    static const char answer[] = "{\"verdict\":\"accepted\",\"product\":{\"batch\":\"batch-1\","
                                 "\"product\":\"Cola\"}}";
    TRY(latencies_init(&s->latencies, LATENCIES_N));
    TRY(till_open(&s->till, b->scratch, &b->diag));
    TRY(till_stock(&s->till, b->live, 1, b->pairs + 1));
    TRY(lay_out(s, row->redeems));
    TRY(add_api_key(s, &b->diag));
    hand_over(s);
    struct http_host_options o = {.home = home};
    if (row->tls) {
        TRY(http_host_certificate(s->till.shop.dir, &b->diag));
        (void)snprintf(s->certificate, sizeof s->certificate, "%s/" HTTP_HOST_CERTIFICATE,
                       s->till.shop.dir);
        (void)snprintf(s->key, sizeof s->key, "%s/" HTTP_HOST_KEY, s->till.shop.dir);
        o.certificate = s->certificate;
        o.key = s->key;
    }
    TRY(http_host_constant(&s->constant, answer, &o, &b->diag));
    return http_host_daemon(&s->daemon, s->till.shop.dir, &o, &b->diag);
}

/* A rate that is asked for, as a contestant of no cost. */
static cm_err wanted_run(void *ctx, double seconds, struct leg *leg) {
    *leg = (struct leg){.items = *(const double *)ctx * seconds, .seconds = seconds, .cpu_s = 1};
    return CM_OK;
}

static cm_err measure(struct bench *b, const struct http_row *row, const cpu_set_t *home) {
    CM_CLEANUP(http_shop_close)
    struct http_shop s = {.daemon = HTTP_HOST_NONE, .constant = HTTP_HOST_NONE};
    TRY(http_shop_open(b, row, home, &s));
    struct http_load ours = {.port = s.daemon.port,
                             .tls = row->tls,
                             .connections = row->connections,
                             .group = row->group,
                             .leg_max = row->redeems ? b->live / (b->pairs + 1) : SIZE_MAX / 2,
                             .path = row->redeems ? "/v1/redeem" : "/v1/check",
                             .token = TOKEN,
                             .stock = &s.stock,
                             .judged = true,
                             .latencies = &s.latencies,
                             .diag = &b->diag};
    process_family(s.daemon.pid, ours.pids, HTTP_LOAD_PIDS_MAX);
    struct http_stock same = {.texts = s.texts, .n = b->live, .len = SHOP_CODE_LEN};
    struct http_load constant = ours;
    constant.port = s.constant.port;
    constant.group = 0;
    constant.leg_max = SIZE_MAX / 2;
    constant.stock = &same;
    constant.judged = false;
    process_family(s.constant.pid, constant.pids, HTTP_LOAD_PIDS_MAX);
    double rate = row->rate;
    const bool rated = row->rate > 0;
    const struct bench_case c = {
        .area = "http",
        .unit = "codes/s",
        .contestants = {{row->redeems ? "redeem" : "check", http_load_run, &ours},
                        {"libmicrohttpd constant", http_load_run, &constant},
                        {"rate asked for", wanted_run, &rate}},
        .contestant_n = rated ? 3 : 2,
        .goals = {{row->row, 0, rated ? 2 : 1, METRIC_RATE, SENSE_AT_LEAST, row->goal},
                  {row->row_p99, 0, 1, METRIC_P99, SENSE_NONE, 0}},
        .goal_n = row->row_p99 != NULL ? 2 : 1};
    return bench_case_run(b, &c);
}

cm_err area_http(struct bench *b) {
    static const struct http_row rows[] = {
        {"check, 64 connections", "check, 64 connections, p99", false, false, 64, 0, 0.60, 0},
        {"redeem, 64 connections", "redeem, 64 connections, p99", true, false, 64, 0, 0.50, 0},
        {"check, 512 connections", "check, 512 connections, p99", false, false, 512, 0, 0.60, 0},
        {"redeem, 512 connections", "redeem, 512 connections, p99", true, false, 512, 0, 0.50, 0},
        {"check, TLS, 64 connections", NULL, false, true, 64, 0, 0.60, 0},
        {"redeem, TLS, 64 connections", NULL, true, true, 64, 0, 0.50, 0},
        {"check, arrays of 100", NULL, false, false, 64, 100, 1.00, 1e6},
        {"redeem, arrays of 100", NULL, true, false, 64, 100, 1.00, 1e6},
        {"check, arrays of 1,000", NULL, false, false, 64, 1000, 1.00, 2e6},
        {"redeem, arrays of 1,000", NULL, true, false, 64, 1000, 1.00, 2e6},
    };
    const char *only = getenv("BENCH_HTTP_ONLY");
    cpu_set_t home;
    meter_home(&home);
    meter_pin(&home, true);
    cm_err err = CM_OK;
    for (size_t i = 0; i < CM_ARRAY_N(rows) && err == CM_OK; i++)
        if (only == NULL || strstr(rows[i].row, only) != NULL) err = measure(b, &rows[i], &home);
    meter_pin(&home, false);
    return err;
}
