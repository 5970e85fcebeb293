/* The script of faults of one emulated printer: a fault a line,
 *
 *     at MOMENT N FAULT          when the N-th moment comes, counted from 1 over the printer's life
 *     one-in MOMENT N FAULT      each time with odds 1/N, from the printer's seed
 *
 * MOMENT is item (a unit was accepted), print (a unit begins to print), reply (an answer is due) or
 * connect. FAULT is one of
 *
 *     no-reply | late MS | split | join             of this answer, or of the next one
 *     unsolicited [TEXT]                            before it
 *     reset                                         the connection is cut, unanswered
 *     skip [counted] | reprint                      of this print, or of the next one
 *     paper-out | ribbon-out | head-open [for MS]   it stops; what prints is cut short
 *     menu [for MS]                                 an operator is in a menu
 *     power keep|lose [for MS]                      off and on again
 *     repeat-last | stop-empty                      from here on, with nothing to print
 *
 * TEXT is escaped (escape.h); without it the grammar's own words come. Empty lines and lines that
 * begin with # say nothing. Without `for` a stop lasts until the printer is told otherwise. Every
 * mistake is refused with its line. */
#ifndef CM_TESTS_PRINTERS_FAULT_H
#define CM_TESTS_PRINTERS_FAULT_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/diag.h"

enum fault_moment {
    FAULT_AT_ITEM,
    FAULT_AT_PRINT,
    FAULT_AT_REPLY,
    FAULT_AT_CONNECT,
    FAULT_MOMENT_N
};

enum fault_what {
    FAULT_NO_REPLY,
    FAULT_LATE,
    FAULT_SPLIT,
    FAULT_JOIN,
    FAULT_UNSOLICITED,
    FAULT_RESET,
    FAULT_SKIP,
    FAULT_REPRINT,
    FAULT_PAPER_OUT,
    FAULT_RIBBON_OUT,
    FAULT_HEAD_OPEN,
    FAULT_MENU,
    FAULT_POWER,
    FAULT_REPEAT_LAST,
    FAULT_STOP_EMPTY,
    FAULT_WHAT_N
};
const char *fault_name(enum fault_what what);

struct fault {
    enum fault_moment moment;
    bool random; /* n are odds, not a count */
    uint64_t n;
    enum fault_what what;
    uint64_t ms;        /* late: the wait; stops: how long, 0 without end */
    bool counted;       /* skip: the printer's counter counts it all the same */
    bool kept;          /* power: the buffer is kept */
    struct buffer text; /* unsolicited: its bytes */
};

struct fault_script {
    struct fault *faults;
    size_t n;
};

/** Read a script. @param[in] name  what to call it in errors
 * @retval CM_E_FORMAT  diag names line and word      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err fault_parse(struct cm_slice text, const char *name, struct fault_script *out,
                                 struct cm_diag *diag);
void fault_script_free(struct fault_script *s);

#endif
