/* Between ipp.c, which says, and ipp_judge.c, which hears and judges. */
#ifndef CM_LINE_IPP_INSIDE_H
#define CM_LINE_IPP_INSIDE_H

#include "line/ipp_job.h"
#include "line/kind.h"
#include "line/zpl_label.h"

enum { ASK_PRINTER = ASK_OWN, ASK_JOBS, ASK_JOB, ASK_CANCEL };

struct ipp {
    struct zpl_label label;
    struct ipp_queue queue;
    char prefix[IPP_PREFIX_CAP];
    struct buffer text;     /* of one label */
    uint32_t asked;         /* request id of the outstanding question */
    uint32_t number;        /* of the job under way, or of the next */
    uint32_t highest;       /* seen in the queue */
    int32_t open;           /* a job of ours that has not ended, when it is to be cleared; or 0 */
    bool numbered;          /* the queue was asked for its jobs */
    bool building;          /* labels are added; nothing of it has left */
    bool printing;          /* it left, its answer is awaited */
    uint64_t job_at;        /* its first byte, counted over the driver's life */
    size_t last_at;         /* behind it: the last serial in its name */
    uint32_t print_request; /* its request id */
    bool taken;             /* the queue said yes to it: it has it whole */
    struct ipp_job job;     /* as the queue tells; id 0: not known there */
    bool gone;              /* the queue forgot it */
    unsigned missed_n;      /* looks that did not find it */
    uint64_t missed_since_us;
    bool tells_labels; /* its impressions were seen to be labels */
    struct ipp_printer printer;
    bool seen; /* printer was read on this link */
    unsigned troubles;
    uint64_t trouble_until_us;
    char trouble[REPORT_WORDS_CAP];
};

/* The queue's words came. */
void ipp_heard(struct driver *d, struct cm_slice frame);
/* What is proved of the job under way; rested as kind.h has it. */
bool ipp_rested(struct driver *d);
void ipp_polled(struct driver *d);
void ipp_clear(struct driver *d);

#endif
