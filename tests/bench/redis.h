/* A throwaway Redis 7 that loses nothing it acknowledged (appendonly, appendfsync always), and
 * redeeming in it: `SET code 1 NX`, from many connections, each with so many commands in flight;
 * all driven by one thread over a Unix socket, which favours it. Every key is fresh, and every
 * answer must be +OK: a refused NX writes nothing and would flatter it. */
#ifndef CM_TESTS_BENCH_REDIS_H
#define CM_TESTS_BENCH_REDIS_H

#include "meter.h"
#include "server.h"

#define REDIS_CLIENTS_MAX  50u
#define REDIS_PIPELINE_MAX 64u

struct redis {
    struct server server;
    struct cm_diag *diag;
    uint64_t keys; /* state of key_next */
};
#define REDIS_INIT                                                                                 \
    { .server = SERVER_INIT }

/** Start it on the disk of `scratch`, with prior_n keys in it.
 * @retval CM_E_STATE  redis-server is not installed, or does not start      @retval CM_E_IO */
CM_MUST_CHECK cm_err redis_open(struct redis *r, const char *scratch, size_t prior_n,
                                struct cm_diag *diag);
void redis_close(struct redis *r);

/* A contestant: client_n connections with pipeline_n commands in flight on each. */
struct redis_redeem {
    struct redis *redis;
    size_t client_n, pipeline_n;
    struct latencies latencies; /* of whole pipelines */
};
bench_run redis_redeem_run;

#endif
