/* The load on an HTTP server: kept connections in one thread, each with one request under way, all
 * of them prepared before the clock runs. Every answer is read: a status that is not 200, or fewer
 * accepted codes than were sent, ends the leg, for a bench that measures refusals would flatter any
 * server. Reference: docs/design/performance.md. */
#ifndef CM_TESTS_BENCH_HTTP_LOAD_H
#define CM_TESTS_BENCH_HTTP_LOAD_H

#include <sys/types.h>

#include "http_link.h"
#include "meter.h"
#include "process_cost.h"

#define HTTP_LOAD_PIDS_MAX 4u

/* Codes of one length, in the order in which they are used. */
struct http_stock {
    const char *texts; /* borrowed */
    size_t n, next, len;
    bool spent; /* each once; else round and round */
};

struct http_load {
    /* What to ask */
    unsigned short port;
    bool tls;
    size_t connections, group; /* codes of a request; 0: a body with one code, no array */
    size_t leg_max;            /* codes of a leg at most */
    const char *path, *token;
    struct http_stock *stock;
    bool judged;                    /* answers name verdicts */
    pid_t pids[HTTP_LOAD_PIDS_MAX]; /* processes whose CPU time is the server's; 0 = none */
    struct latencies *latencies;
    struct cm_diag *diag;
};

/* Items are codes. */
bench_run http_load_run;

#endif
