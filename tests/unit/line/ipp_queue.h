/* A queue for the ipp driver, in memory: it reads our requests and makes its answers with libcups,
 * and keeps what it was given to print. The record is the judge of what the driver claims. Written
 * from RFC 8011, not from the driver. */
#ifndef CM_TESTS_LINE_IPP_QUEUE_H
#define CM_TESTS_LINE_IPP_QUEUE_H

#include <cups/ipp.h>

#include "base/buffer.h"

#define QUEUE_JOBS  512u
#define QUEUE_UNITS 8192u

struct queue_job {
    int id, state, impressions;
    char name[256];
    const char *reason;
    unsigned labels, first; /* serial of its first label */
    bool hidden;            /* purged from the history */
};

struct queue {
    /* How it is. */
    ipp_pstate_t state;
    const char *reasons[4]; /* of the printer; NULL ends them */
    const char *policy;     /* printer-error-policy; NULL: it has none */
    const char *format;     /* that it takes beside octets */
    bool rejecting;
    ipp_status_t refuse;   /* answer to Print-Job; 0: it takes them */
    bool refuse_but_make;  /* and yet makes a job */
    bool no_list;          /* Get-Jobs is not known */
    bool counts_documents; /* one impression a job */
    bool counts_labels;
    bool no_job_id;
    bool no_cancel; /* Cancel-Job is not ours to say */

    /* What it has. */
    struct queue_job jobs[QUEUE_JOBS];
    unsigned job_n;
    int next_id;
    unsigned taken[QUEUE_UNITS];         /* times a serial's label came */
    unsigned print_n, asked_n, cancel_n; /* requests */
};

void queue_init(struct queue *q);
/* Read one request frame (its length in front, document behind it) and append the IPP answer. Of a
 * document, labels that are whole are taken. */
void queue_hear(struct queue *q, struct cm_slice frame, struct buffer *answer);
/* The oldest job that is not at its end goes there: IPP_JSTATE_COMPLETED ... */
void queue_end_job(struct queue *q, ipp_jstate_t state, const char *reason);
bool queue_is_idle(const struct queue *q);
/* Frames for the driver: an answer to that request, and one that never came. */
void queue_frame(struct buffer *out, unsigned status, struct cm_slice request,
                 struct cm_slice answer);

#endif
