/* The life of a unit on a packaging line, as a run's report counts it.
 *
 *     reserved -> sent -> printed | unknown -> good | rejected | void
 *
 * A unit that was sent is never sent again. sent_total = sent (in flight) + printed + unknown +
 * good + rejected + void of units that had been sent; a reserved unit that never left is void with
 * cause CM_CAUSE_RETURNED and counts apart. Source: docs/design/runs.md. */
#ifndef COUNTERMARK_RUN_H
#define COUNTERMARK_RUN_H

#include <stdbool.h>

#include "countermark/error.h"

/* The numbers are written in journals: append only. */
enum cm_stage {
    CM_STAGE_RESERVED = 0, /* given to the run; its bytes have not left */
    CM_STAGE_SENT = 1,     /* its bytes may have left; in flight */
    CM_STAGE_PRINTED = 2,  /* the printer's own word proves it */
    CM_STAGE_UNKNOWN = 3,  /* sent, and nothing proves what became of it */
    CM_STAGE_GOOD = 4,     /* a camera or scanner read it on the product */
    CM_STAGE_REJECTED = 5, /* read badly, or thrown out: unredeemable */
    CM_STAGE_VOID = 6      /* proved or declared not to be on a product: unredeemable */
};
#define CM_STAGE_N 7u

/* Why a unit is unknown, rejected or void. Append only. */
enum cm_cause {
    CM_CAUSE_NONE = 0,
    CM_CAUSE_RETURNED = 1,  /* void: reserved, its first byte never left us */
    CM_CAUSE_UNSENT = 2,    /* void: journaled as sent, its first byte never left us */
    CM_CAUSE_REFUSED = 3,   /* void: the printer said no */
    CM_CAUSE_CLEARED = 4,   /* void: it was in the printer and was proved to leave it unprinted */
    CM_CAUSE_DELIVERED = 5, /* unknown: a queue took it; "completed" means delivered */
    CM_CAUSE_FAULT = 6,     /* unknown: a fault of printer or link; counts do not tell */
    CM_CAUSE_CRASH = 7,     /* unknown: we fell, or the power did */
    CM_CAUSE_JOURNAL = 8,   /* unknown: the run journal that knew is lost */
    CM_CAUSE_RESTORE = 9,   /* unknown: the workspace was restored from a backup */
    CM_CAUSE_OPERATOR = 10, /* printed, void or rejected: an operator said so */
    CM_CAUSE_CAMERA = 11,   /* good or rejected: read on the line */
    CM_CAUSE_RULE = 12,     /* void: the run was closed under the rule "only good" */
    CM_CAUSE_RECALLED = 13  /* void: the range was recalled from a line agent */
};
#define CM_CAUSE_N 14u

/** Names for JSON and people: "reserved", "no_read" ...
 * @return static text; "unknown_stage", "unknown_cause" outside the enum. Thread-safe. */
CM_API const char *cm_stage_name(enum cm_stage stage);
/** The same for causes. @return static text. Thread-safe. */
CM_API const char *cm_cause_name(enum cm_cause cause);

/** Whether a unit may go from one stage to another. Nothing leads back to reserved or sent, and
 * nothing leaves rejected or void; staying where one is, is always allowed.
 * @return false also outside the enums. Thread-safe. */
CM_API bool cm_stage_may(enum cm_stage from, enum cm_stage to);

#endif
