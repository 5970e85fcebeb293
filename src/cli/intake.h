/* Where a feed of reads comes from: a file, standard input, or one camera at a time on a TCP port.
 * It blocks for pieces of bytes, no longer than asked; Ctrl-C comes as an event (interrupt.h),
 * after everything that had arrived. Whoever reaches the port can settle units: loopback unless
 * said. */
#ifndef CM_CLI_INTAKE_H
#define CM_CLI_INTAKE_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/diag.h"

struct intake {
    int signals, listener, input; /* descriptors; -1: none */
    bool closes;                  /* the input is ours to close */
};
#define INTAKE_INIT                                                                                \
    { .signals = -1, .listener = -1, .input = -1 }

enum intake_event {
    INTAKE_BYTES,
    INTAKE_QUIET, /* nothing within the time */
    INTAKE_GONE,  /* the camera hung up; another may come */
    INTAKE_END    /* the end of the file, or Ctrl-C */
};

/** Open "FILE", "-", or "tcp:PORT", "tcp:HOST:PORT", "tcp:[HOST]:PORT".
 * @param[out] port  that is listened on; 0: none
 * @retval CM_E_ARGUMENT  no such address      @retval CM_E_NOT_FOUND, CM_E_DENIED, CM_E_IO */
CM_MUST_CHECK cm_err intake_open(const char *from, struct intake *in, unsigned *port,
                                 struct cm_diag *diag);
void intake_close(struct intake *in);
/** Wait for bytes. @param[in] ms  -1: as long as it takes  @param[in,out] out  bytes are appended
 * @retval CM_E_IO  the file cannot be read      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err intake_read(struct intake *in, int ms, struct buffer *out,
                                 enum intake_event *event, struct cm_diag *diag);
/* Say something back to the camera; one that does not take it is let go. */
void intake_answer(struct intake *in, struct cm_slice text);

#endif
