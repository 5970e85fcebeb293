/* Lines driven from a command line: a loop, its lines, Ctrl-C and what people see meanwhile. The
 * first Ctrl-C lets what is in flight settle, a second one ends at once; the next life settles it
 * then. Records go to standard output at the end; progress goes to standard error, a line that is
 * redrawn at a terminal, else a line a change. */
#ifndef CM_CLI_STREAM_H
#define CM_CLI_STREAM_H

#include "line/lines.h"

struct stream {
    const char *run; /* whose progress is shown; NULL: of all */
    struct loop *loop;
    struct lines *lines;
    struct loop_watch *watch;
    struct loop_timer timer;
    int signals;
    unsigned stops; /* Ctrl-C so often */
    bool live;      /* at a terminal */
};
#define STREAM_INIT                                                                                \
    { .signals = -1 }

/** Make loop and lines. The signals are held back already (interrupt.h).
 * @param[in] folder  of the run journal; made if it is not there
 * @param[in] supply  consumed, also on error
 * @param[in] quiet   nothing but changes is shown, also at a terminal
 * @retval as loop_new, lines_new, and CM_E_IO, CM_E_DENIED (the folder) */
CM_MUST_CHECK cm_err stream_open(struct stream *s, const char *folder, struct supply *supply,
                                 bool quiet, struct cm_diag *diag);
/** Until every run is done, or a stop has come to its end. @retval as loop_turn */
CM_MUST_CHECK cm_err stream_run(struct stream *s);
/* A line among the progress. */
void stream_tell(const struct stream *s, const char *text);
void stream_close(struct stream *s);

#endif
