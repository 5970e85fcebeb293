/* IPP messages of one queue, as frames between the ipp driver and its HTTP link: what we ask, and
 * what is read of the answers. All of libcups that we use is behind this header: it encodes and
 * decodes, it opens nothing.
 *
 *     out: length u32 | IPP request, document behind it
 *     in:  status u32 | length u32 | first 8 bytes of the request | IPP answer, if there is one
 *
 * Lengths count what stands behind them. Status is that of HTTP, or one of enum ipp_cut.
 * References: RFC 8010 (encoding), RFC 8011 (operations), PWG 5100.11 (which-jobs). */
#ifndef CM_LINE_IPP_MESSAGE_H
#define CM_LINE_IPP_MESSAGE_H

#include <stdbool.h>

#include "base/buffer.h"
#include "line/driver.h"

#define IPP_OUT_HEAD    4u /* bytes in front of a request */
#define IPP_IN_HEAD     8u
#define IPP_ECHO_LEN    8u       /* version, operation, request id */
#define IPP_MESSAGE_MAX 1048576u /* bytes of an answer */
#define IPP_NAME_CAP    256u     /* name(MAX) of RFC 8011 and a NUL */
#define IPP_REASON_CAP  64u

/* In place of an HTTP status: the request got no answer. */
enum ipp_cut {
    IPP_CUT_BEFORE, /* no byte of it left this machine */
    IPP_CUT_AMID,   /* some of it left, perhaps all: it may have been carried out */
    IPP_CUT_N
};

struct ipp_queue {
    char uri[1400]; /* ipp://host:port/path, without options */
    char format[256];
    uint32_t request; /* id of the last */
};

/* ---- What we say: frames appended to out; q->request is then their id. CM_E_NO_MEMORY. */

CM_MUST_CHECK cm_err ipp_say_printer(struct ipp_queue *q, struct buffer *out);
CM_MUST_CHECK cm_err ipp_say_jobs(struct ipp_queue *q, struct buffer *out);
CM_MUST_CHECK cm_err ipp_say_job(struct ipp_queue *q, int32_t job, struct buffer *out);
CM_MUST_CHECK cm_err ipp_say_cancel(struct ipp_queue *q, int32_t job, struct buffer *out);
/* The document follows; its length is to be added to the frame's. */
CM_MUST_CHECK cm_err ipp_say_print(struct ipp_queue *q, const char *job_name, struct buffer *out);

/* ---- What we hear */

struct ipp_frame {
    unsigned status;  /* of HTTP, or enum ipp_cut */
    uint32_t request; /* that it answers */
    struct cm_slice message;
};
/** The first frame of `bytes`. @return its length, 0: more is needed. Never more than the bytes. */
size_t ipp_frame(struct cm_slice bytes, struct ipp_frame *out);

struct ipp_job {
    int32_t id, state, impressions; /* -1: not said */
    char name[IPP_NAME_CAP];
    char reasons[IPP_REASON_CAP]; /* the first that is not "none" */
};
struct ipp_printer {
    enum driver_state cause; /* DRIVER_RUNNING: nothing is in the way */
    char words[REPORT_WORDS_CAP];
};
typedef void ipp_job_fn(void *ctx, const struct ipp_job *job);

/** Read an answer's status: below 0x100 it was a yes (RFC 8011, 4.1.6).
 * @param[in] queue    to judge whether the printer takes our format
 * @param[out] printer may be NULL     @param[in] fn  called for each job; may be NULL
 * @retval CM_E_FORMAT  not an IPP answer */
CM_MUST_CHECK cm_err ipp_read(struct cm_slice message, const struct ipp_queue *queue,
                              unsigned *status, struct ipp_printer *printer, ipp_job_fn *fn,
                              void *ctx);
/* "client-error-not-found" and such: static text. */
const char *ipp_status_name(unsigned status);

#endif
