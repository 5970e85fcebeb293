/* The edge seen from inside its room: one struct, owned by edge.c's loop. */
#ifndef CM_EDGE_INSIDE_H
#define CM_EDGE_INSIDE_H

#include "edge/edge.h"
#include "edge/gateway.h"
#include "edge/http.h"
#include "edge/metrics.h"
#include "edge/throttle.h"

#define BODIES_MAX    67108864u /* bytes of bodies being read, all together */
#define STATUS_OLD_US 5000000u  /* a vault that was silent for so long is not ready */

struct edge {
    const struct edge_options *o;
    struct http http;
    struct gateway gateway;
    struct throttle throttle;
    struct gcra address_rate, key_rate;
    struct key_table keys; /* by hash */
    bool has_keys, draining;
    struct status_frame status;
    uint64_t status_us; /* when it came; 0 = never */
    struct conn_list conns;
    struct metrics metrics;
    uint64_t generation; /* of keys; 0 = none yet */
    size_t bodies_len;
    struct exchange *idle; /* with kept_len bytes of room */
    size_t kept_len;
};

/* Whether this edge can serve; *why says what is lacking. */
bool edge_is_ready(const struct edge *e, const char **why);

#endif
