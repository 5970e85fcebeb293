/* Where a line process gets its codes and leaves its reports: the vault over its socket, the vault
 * in this process, or a sealed range (line agent). An act's name and its JSON go out; the answer
 * comes through lines_answer, later or from inside the call. Refused: waiting. A supply never
 * blocks the loop longer than an act in this process takes.
 * Acts: docs/design/acts.md (line.take, line.again, line.report). */
#ifndef CM_LINE_SUPPLY_H
#define CM_LINE_SUPPLY_H

#include "base/bytes.h"
#include "base/diag.h"
#include "base/macros.h"

struct lines;
struct supply;

struct supply_ops {
    /* The host that asks: once, before the first question. The runs there are follow through
     * lines_runs as soon as they are known, and whenever one of them changed: never from inside
     * `ask`. */
    void (*join)(struct supply *s, struct lines *host);
    /** Ask for an act. @param[in] args  JSON, borrowed for the call; it may hold no code
     * @retval CM_OK  lines_answer was or will be called with this token, once
     * @retval others the question did not leave: no answer will come */
    cm_err (*ask)(struct supply *s, const char *act, struct cm_slice args, uint32_t token);
    void (*close)(struct supply *s);
};

/* Begins every supply. */
struct supply {
    const struct supply_ops *ops;
};

#endif
