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
#include "depot.h"
#include "http_host.h"
#include "http_load.h"
#include "http_nginx.h"
#include "process_cost.h"

#define TOKEN        "cmk_test_only-for-the-bench"
#define DOCUMENT_CAP 512u
#define PATH_CAP     1100u
#define LATENCIES_N  4000000u

/* What is measured: a row of the table, with its goal: a share of the constant answer or codes a
 * second. */
struct http_row {
    const char *row, *row_p99; /* the latter NULL: not shown */
    bool redeems, tls, beside_nginx;
    size_t connections, group;
    double goal;
};

/* A shop whose codes are for sale, its daemon, and what is beside it. */
struct http_shop {
    struct depot depot;
    struct http_stock stock, same; /* the latter for those who do not read the codes */
    struct http_host daemon, constant;
    struct http_nginx nginx;
    struct latencies latencies;
    char certificate[PATH_CAP], key[PATH_CAP];
};
#define HTTP_SHOP_NONE                                                                             \
    ((struct http_shop){                                                                           \
        .daemon = HTTP_HOST_NONE, .constant = HTTP_HOST_NONE, .nginx = HTTP_NGINX_NONE})

/* As long as the answer to a check. */
static const char constant_answer[] =
    "{\"verdict\":\"accepted\",\"product\":{\"batch\":\"batch-1\",\"product\":\"Cola\"}}";

static void http_shop_close(struct http_shop *s) {
    http_host_stop(&s->daemon);
    http_host_stop(&s->constant);
    http_nginx_stop(&s->nginx);
    latencies_free(&s->latencies);
    depot_close(&s->depot);
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
    return engine_document(s->depot.shop.engine, DOCUMENT_API_KEY, &id, 0, slice_text(text), diag);
}

/* Stock the shop; then the workspace is no longer ours but the daemon's. */
static cm_err furnish(struct bench *b, const struct http_row *row, struct http_shop *s) {
    struct depot *d = &s->depot;
    TRY(latencies_init(&s->latencies, LATENCIES_N));
    TRY(depot_open(d, b->scratch, &b->diag));
    TRY(depot_fill(d, b->live));
    TRY(depot_fetch(d, b->live));
    TRY(add_api_key(s, &b->diag));
    shop_leave(&d->shop);
    keystore_close(d->shop.keystore);
    d->shop.keystore = NULL;
    s->same = (struct http_stock){.texts = d->texts, .n = d->text_n, .len = SHOP_CODE_LEN};
    s->stock = s->same;
    s->stock.spent = row->redeems;
    return CM_OK;
}

static unsigned first_cpu(const cpu_set_t *home) {
    unsigned cpu = 0;
    while (cpu + 1 < CPU_SETSIZE && !CPU_ISSET(cpu, home))
        cpu++;
    return cpu;
}

static cm_err start_servers(struct bench *b, const struct http_row *row, const cpu_set_t *home,
                            struct http_shop *s) {
    const char *dir = s->depot.shop.dir;
    struct http_host_options o = {.home = home};
    if (row->tls) {
        TRY(http_host_certificate(dir, &b->diag));
        (void)snprintf(s->certificate, sizeof s->certificate, "%s/" HTTP_HOST_CERTIFICATE, dir);
        (void)snprintf(s->key, sizeof s->key, "%s/" HTTP_HOST_KEY, dir);
        o.certificate = s->certificate;
        o.key = s->key;
    }
    if (row->beside_nginx)
        TRY(http_nginx_start(&s->nginx, first_cpu(home), constant_answer, b->scratch, &b->diag));
    TRY(http_host_constant(&s->constant, constant_answer, &o, &b->diag));
    return http_host_daemon(&s->daemon, dir, &o, &b->diag);
}

static struct http_load load_of(struct bench *b, const struct http_row *row, struct http_shop *s) {
    struct http_load load = {.port = s->daemon.port,
                             .tls = row->tls,
                             .connections = row->connections,
                             .group = row->group,
                             .leg_max = row->redeems ? b->live / (b->pairs + 1) : SIZE_MAX / 2,
                             .path = row->redeems ? "/v1/redeem" : "/v1/check",
                             .token = TOKEN,
                             .stock = &s->stock,
                             .judged = true,
                             .latencies = &s->latencies,
                             .diag = &b->diag};
    process_family(s->daemon.pid, load.pids, HTTP_LOAD_PIDS_MAX);
    return load;
}

/* The same requests for one who answers all of them alike. */
static struct http_load load_beside(const struct http_load *ours, struct http_shop *s,
                                    unsigned short port, pid_t pid) {
    struct http_load load = *ours;
    load.port = port;
    load.leg_max = SIZE_MAX / 2;
    load.stock = &s->same;
    load.judged = false;
    process_family(pid, load.pids, HTTP_LOAD_PIDS_MAX);
    return load;
}

static cm_err measure(struct bench *b, const struct http_row *row, const cpu_set_t *home) {
    CM_CLEANUP(http_shop_close) struct http_shop s = HTTP_SHOP_NONE;
    TRY(furnish(b, row, &s));
    TRY(start_servers(b, row, home, &s));
    struct http_load ours = load_of(b, row, &s);
    struct http_load constant = load_beside(&ours, &s, s.constant.port, s.constant.pid);
    struct http_load nginx = load_beside(&ours, &s, s.nginx.port, s.nginx.server.pid);
    struct bench_case c = {
        .area = "http",
        .unit = "codes/s",
        .contestants = {{row->redeems ? "redeem" : "check", http_load_run, &ours},
                        {"libmicrohttpd constant", http_load_run, &constant},
                        {"nginx return 200", http_load_run, &nginx}},
        .contestant_n = row->beside_nginx ? 3 : 2,
        .goals = {{row->row, 0, 1, METRIC_RATE, SENSE_AT_LEAST, row->goal}},
        .goal_n = 1};
    if (row->group > 0) { /* arrays: a rate is asked for */
        c.contestant_n = 1;
        c.goals[0].peer = BENCH_THE_GOAL;
    }
    if (row->row_p99 != NULL)
        c.goals[c.goal_n++] = (struct bench_goal){row->row_p99, 0, 1, METRIC_P99, SENSE_NONE, 0};
    if (row->beside_nginx)
        c.goals[c.goal_n++] = (struct bench_goal){row->row, 0, 2, METRIC_RATE, SENSE_NONE, 0};
    return bench_case_run(b, &c);
}

cm_err area_http(struct bench *b) {
    static const struct http_row rows[] = {
        {"check, 64 connections", "check, 64, p99", false, false, true, 64, 0, 0.60},
        {"redeem, 64 connections", "redeem, 64, p99", true, false, true, 64, 0, 0.50},
        {"check, 512 connections", "check, 512, p99", false, false, false, 512, 0, 0.60},
        {"redeem, 512 connections", "redeem, 512, p99", true, false, false, 512, 0, 0.50},
        {"check, TLS, 64 connections", "check, TLS, p99", false, true, false, 64, 0, 0.60},
        {"redeem, TLS, 64 connections", "redeem, TLS, p99", true, true, false, 64, 0, 0.50},
        {"check, arrays of 100", NULL, false, false, false, 64, 100, 1e6},
        {"redeem, arrays of 100", NULL, true, false, false, 64, 100, 1e6},
        {"check, arrays of 1,000", NULL, false, false, false, 64, 1000, 2e6},
        {"redeem, arrays of 1,000", NULL, true, false, false, 64, 1000, 2e6},
    };
    cpu_set_t home;
    meter_home(&home);
    meter_pin(&home, true);
    cm_err err = CM_OK;
    for (size_t i = 0; i < CM_ARRAY_N(rows) && err == CM_OK; i++)
        err = measure(b, &rows[i], &home);
    meter_pin(&home, false);
    return err;
}
