/* Counters of the edge in the text format of Prometheus. No code, address or caller is a label. */
#ifndef CM_EDGE_METRICS_H
#define CM_EDGE_METRICS_H

#include "edge/problem.h"
#include "edge/request.h"
#include "wire/note_frame.h"

#define METRICS_BUCKETS 12u /* upper bounds of a duration; the last is without bound */

struct metrics {
    uint64_t requests[ROUTE_N][PROBLEM_N]; /* by route and outcome; PROBLEM_NONE = answered */
    uint64_t answers[CM_VERDICT_N];
    uint64_t buckets[METRICS_BUCKETS], duration_us, durations;
    uint64_t frames, frame_requests; /* sent to the vault */
    uint64_t connections, slow;      /* taken, and ended for slowness */
};

void metrics_duration(struct metrics *m, uint64_t us);
/** @param[in] open    connections now      @param[in] vault  last status, or NULL
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err metrics_write(struct buffer *out, const struct metrics *m, uint64_t open,
                                   const struct status_frame *vault);

#endif
