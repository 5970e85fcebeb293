/* The edge's side of the vault: exchanges wait in line, go out together in one frame, and are
 * answered together. At most two frames are under way: one being decided, one waiting behind it. */
#ifndef CM_EDGE_GATEWAY_H
#define CM_EDGE_GATEWAY_H

#include "edge/exchange.h"
#include "engine/channel.h"

#define GATEWAY_FLIGHTS      2u
#define GATEWAY_REQUESTS_MAX 20000u   /* of one frame; one exchange may bring it over */
#define GATEWAY_BYTES_MAX    4194304u /* of the bodies of one frame */

struct flight {
    uint32_t number;             /* 0 = none */
    struct exchange **exchanges; /* n, room for cap, kept from frame to frame */
    struct cm_call *calls;
    size_t n, cap;
};

struct gateway {
    struct channel verify, issue;
    struct exchange *first, **last; /* waiting for a frame */
    struct exchange *issues;        /* sent, oldest first */
    struct exchange **issues_last;
    struct flight flights[GATEWAY_FLIGHTS];
    uint32_t number, issue_sent, issue_got;
    uint64_t status_asked_us;
};

void gateway_init(struct gateway *g, int verify_fd, int issue_fd);
void gateway_wipe(struct gateway *g);
/* Put an exchange in line. */
void gateway_wait(struct gateway *g, struct exchange *x);
/** Send what waits, as far as frames are free; ask for the vault's status once a second.
 * @retval CM_E_DEAD  the vault went away      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err gateway_send(struct edge *e, uint64_t now_us);
/** Take in what the vault has sent; answered exchanges are READY and resumed.
 * @retval CM_E_DEAD, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err gateway_receive(struct edge *e, uint64_t now_us);

#endif
