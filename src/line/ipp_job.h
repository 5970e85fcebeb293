/* Names of print jobs: "RUN.NUMBER.FIRST-LAST", by which a job is found again when the answer to
 * its request was lost. The number is above that of every job of the run that the queue remembers,
 * so that no two jobs that can be seen together share a name; the last serial is written in a fixed
 * width, so that it can grow in place while labels are added. */
#ifndef CM_LINE_IPP_JOB_H
#define CM_LINE_IPP_JOB_H

#include "line/ipp_message.h"

#define IPP_PREFIX_CAP 128u
#define IPP_LAST_WIDTH 20u /* digits of any u64 */

/* The part of a run's name that stands in its jobs' names: printable, unlike another run's. */
void ipp_job_prefix(const char *run, char out[static IPP_PREFIX_CAP]);
void ipp_job_name(const char *prefix, uint32_t number, uint64_t first, uint64_t last,
                  char out[static IPP_NAME_CAP]);
/* Whether it is a job of that run; its number and last serial then. */
bool ipp_job_read(const char *name, const char *prefix, uint32_t *number, uint64_t *last);

/* Where the digits of the last serial stand in a Print-Job frame; 0: nowhere. */
size_t ipp_job_last_at(struct cm_slice frame);
void ipp_job_write_last(uint8_t *at, uint64_t last);

#endif
