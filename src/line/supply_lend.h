/* A supply out of a lend: the line computer's own vault of ready texts. It answers the line's acts
 * from memory and from its book, and knows nothing else. After the lend's time it gives no text
 * any more; what was sent by then still settles and is reported.
 * Source: docs/design/runs.md, "Lends". */
#ifndef CM_LINE_SUPPLY_LEND_H
#define CM_LINE_SUPPLY_LEND_H

#include "base/clock.h"
#include "line/lend_book.h"
#include "line/supply.h"

/** Make one.
 * @param[in] lend, book  borrowed until the supply is closed
 * @param[in] printer     instead of the lend's own URI, or NULL
 * @retval CM_E_NO_MEMORY, CM_E_FORMAT (the lend's run document) */
CM_MUST_CHECK cm_err supply_lend_new(const struct lend *lend, struct lend_book *book,
                                     struct clock_source clock, const char *printer,
                                     struct supply **out, struct cm_diag *diag);
/* The vault has recalled the range, or the operator wishes an end: tell the line to stop. */
void supply_lend_stop(struct supply *base, const char *why);

#endif
