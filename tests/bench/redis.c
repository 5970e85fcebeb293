/* RESP by hand: one command has one length, and so has its answer.
 * Reference: Redis serialization protocol specification, RESP2. */
#include "redis.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"
#include "keys.h"

#define SOCKET_NAME "redis.sock"
#define BEFORE      "*4\r\n$3\r\nSET\r\n$13\r\n"
#define AFTER       "\r\n$1\r\n1\r\n$2\r\nNX\r\n"
#define OK          "+OK\r\n"
#define BEFORE_LEN  (sizeof BEFORE - 1)
#define AFTER_LEN   (sizeof AFTER - 1)
#define OK_LEN      (sizeof OK - 1)
#define COMMAND_LEN (BEFORE_LEN + KEY_TEXT_LEN + AFTER_LEN)
#define WAIT_MS     10000 /* an answer that takes longer is a fault */
#define NAME_CAP    (SERVER_PATH_CAP + sizeof SOCKET_NAME)

_Static_assert(KEY_TEXT_LEN == 13, "the command above names the key's length");

struct client {
    int fd;
    size_t got; /* bytes of the answers to what is in flight */
    uint64_t begun_ns;
};

/* The clients of one leg. */
struct crowd {
    struct redis *redis;
    struct latencies *latencies; /* may be NULL */
    size_t client_n, pipeline_n;
    struct client clients[REDIS_CLIENTS_MAX];
    int epoll;
};

static cm_err failed(const struct redis *r, const char *what) {
    return diag_fail(r->diag, CM_E_IO, "Redis", NULL, NULL, "%s: %s", what, file_errno_text(errno));
}

static cm_err dial(const struct redis *r, int *fd) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char path[NAME_CAP];
    const int n = snprintf(path, sizeof path, "%s/%s", r->server.dir, SOCKET_NAME);
    if (n < 0 || (size_t)n >= sizeof address.sun_path)
        return diag_fail(r->diag, CM_E_RANGE, path, NULL, "choose a shorter one with --dir",
                         "too long for the address of a socket");
    memcpy(address.sun_path, path, (size_t)n + 1);
    *fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*fd >= 0 && connect(*fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return CM_OK;
    if (*fd >= 0) (void)close(*fd);
    *fd = -1;
    return failed(r, "connect");
}

static void crowd_close(struct crowd *c) {
    for (size_t i = 0; i < c->client_n; i++)
        if (c->clients[i].fd >= 0) (void)close(c->clients[i].fd);
    if (c->epoll >= 0) (void)close(c->epoll);
}

static cm_err crowd_connect(struct crowd *c) {
    c->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (c->epoll < 0) return failed(c->redis, "epoll");
    for (size_t i = 0; i < c->client_n; i++)
        c->clients[i].fd = -1;
    for (size_t i = 0; i < c->client_n; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)i};
        TRY(dial(c->redis, &c->clients[i].fd));
        if (epoll_ctl(c->epoll, EPOLL_CTL_ADD, c->clients[i].fd, &event) != 0)
            return failed(c->redis, "epoll");
    }
    return CM_OK;
}

static cm_err send_pipeline(struct crowd *c, struct client *client) {
    char text[REDIS_PIPELINE_MAX * COMMAND_LEN], *at = text;
    for (size_t i = 0; i < c->pipeline_n; i++) {
        memcpy(at, BEFORE, BEFORE_LEN);
        key_next(&c->redis->keys, at + BEFORE_LEN);
        memcpy(at + BEFORE_LEN + KEY_TEXT_LEN, AFTER, AFTER_LEN);
        at += COMMAND_LEN;
    }
    client->got = 0;
    client->begun_ns = meter_now_ns();
    /* Its buffer is empty: all earlier commands are answered, and a pipeline fits. */
    const ssize_t len = at - text;
    return send(client->fd, text, (size_t)len, MSG_NOSIGNAL) == len ? CM_OK
                                                                    : failed(c->redis, "send");
}

/* Read what is there; every byte must be the next one of a row of +OK. */
static cm_err receive(const struct crowd *c, struct client *client, bool *done) {
    char text[REDIS_PIPELINE_MAX * OK_LEN];
    const size_t want = c->pipeline_n * OK_LEN - client->got;
    const ssize_t n = recv(client->fd, text, want, 0);
    if (n <= 0) return failed(c->redis, "receive");
    for (size_t i = 0; i < (size_t)n; i++)
        if (text[i] != OK[(client->got + i) % OK_LEN])
            return diag_fail(c->redis->diag, CM_E_STATE, "Redis", NULL, NULL,
                             "a fresh code was not answered with +OK but with '%.*s'",
                             (int)(n - (ssize_t)i), text + i);
    client->got += (size_t)n;
    *done = client->got == c->pipeline_n * OK_LEN;
    if (*done && c->latencies != NULL)
        latencies_add(c->latencies, meter_now_ns() - client->begun_ns);
    return CM_OK;
}

static cm_err turn(struct crowd *c, bool more, size_t *in_flight, double *items) {
    struct epoll_event events[REDIS_CLIENTS_MAX];
    const int n = epoll_wait(c->epoll, events, (int)REDIS_CLIENTS_MAX, WAIT_MS);
    if (n <= 0) return failed(c->redis, "it answers no more");
    for (int e = 0; e < n; e++) {
        bool done = false;
        struct client *client = &c->clients[events[e].data.u32];
        TRY(receive(c, client, &done));
        if (!done) continue;
        *items += (double)c->pipeline_n;
        if (more) TRY(send_pipeline(c, client));
        *in_flight -= more ? 0 : 1;
    }
    return CM_OK;
}

/* Until so many items or seconds are reached; what is in flight then is waited for. */
static cm_err crowd_run(struct crowd *c, double seconds, double items_most, double *items) {
    size_t in_flight = c->client_n;
    const uint64_t begun = meter_now_ns();
    for (size_t i = 0; i < c->client_n; i++)
        TRY(send_pipeline(c, &c->clients[i]));
    while (in_flight > 0) {
        const double took = (double)(meter_now_ns() - begun) / 1e9;
        TRY(turn(c, took < seconds && *items < items_most, &in_flight, items));
    }
    return CM_OK;
}

static bool answers(void *ctx) {
    const struct redis *r = ctx;
    char path[NAME_CAP];
    (void)snprintf(path, sizeof path, "%s/%s", r->server.dir, SOCKET_NAME);
    int fd = -1;
    const struct redis quiet = {.server = r->server};
    if (access(path, F_OK) != 0 || dial(&quiet, &fd) != CM_OK) return false;
    (void)close(fd);
    return true;
}

static cm_err fill(struct redis *r, size_t prior_n) {
    double items = 0;
    CM_CLEANUP(crowd_close)
    struct crowd c = {.redis = r, .client_n = 8, .pipeline_n = REDIS_PIPELINE_MAX, .epoll = -1};
    if (prior_n == 0) return CM_OK;
    TRY(crowd_connect(&c));
    return crowd_run(&c, WAIT_MS, (double)prior_n, &items);
}

cm_err redis_open(struct redis *r, const char *scratch, size_t prior_n, struct cm_diag *diag) {
    static const char *const argv[] = {"redis-server",
                                       "--port",
                                       "0",
                                       "--unixsocket",
                                       SOCKET_NAME,
                                       "--dir",
                                       ".",
                                       "--save",
                                       "",
                                       "--appendonly",
                                       "yes",
                                       "--appendfsync",
                                       "always",
                                       "--auto-aof-rewrite-percentage",
                                       "0",
                                       NULL};
    *r = (struct redis){.diag = diag};
    TRY(server_folder(&r->server, "Redis", NULL, scratch, diag));
    TRY(server_start(&r->server, argv, answers, r, diag));
    return fill(r, prior_n);
}

void redis_close(struct redis *r) { server_stop(&r->server); }

cm_err redis_redeem_run(void *ctx, double seconds, struct leg *leg) {
    struct redis_redeem *t = ctx;
    CM_CLEANUP(crowd_close)
    struct crowd c = {.redis = t->redis,
                      .latencies = &t->latencies,
                      .client_n = t->client_n,
                      .pipeline_n = t->pipeline_n,
                      .epoll = -1};
    if (t->client_n > REDIS_CLIENTS_MAX || t->pipeline_n > REDIS_PIPELINE_MAX) return CM_E_LIMIT;
    TRY(crowd_connect(&c));
    const double server_s = server_cpu_s(&t->redis->server);
    const struct meter m = meter_begin();
    TRY(crowd_run(&c, seconds, 1e18, &leg->items));
    meter_end(&m, leg);
    leg->cpu_s += server_cpu_s(&t->redis->server) - server_s;
    latencies_close(&t->latencies, leg);
    return CM_OK;
}
