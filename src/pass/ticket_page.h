/* A ticket or voucher on paper: one page each, with the QR code of its text, what its claims say,
 * and the holder's small print. What is printed is read out of the ticket's own text, so paper and
 * signature cannot differ; the signature itself is not checked here.
 *
 * It refuses texts that are no tickets, pages too small for the code (naming what would fit), and
 * characters that no font here has.
 * Design: docs/design/tickets.md, "Paper". Example: tests/unit/pass/test_ticket_page.c */
#ifndef CM_PASS_TICKET_PAGE_H
#define CM_PASS_TICKET_PAGE_H

#include "base/diag.h"
#include "base/zone.h"
#include "symbol/page.h"
#include "wire/ticket.h"

#define TICKET_MODULE_MIN_MM                                                                       \
    0.35 /* below that phones read a code of this size badly; our choice                           \
          */

struct ticket_look {
    double width_mm, height_mm; /* height 0: a receipt, as long as it needs */
    char level;                 /* of the QR code: 'M', 'Q' */
    const char *heading;        /* above all; NULL: the issuer's name */
    const char *small;          /* below all; may be NULL */
    const char *font;           /* fontconfig pattern; NULL: "sans-serif" */
    struct cm_slice logo;       /* a PNG, or empty */
    const struct zone *zone;    /* of the times that are printed; NULL: UTC */
    const char *zone_name;
};

/** "a4", "a5", "a6", "80mm" (a receipt), "58mm", or "WIDTHxHEIGHT". @retval CM_E_ARGUMENT */
CM_MUST_CHECK cm_err ticket_look_page(const char *text, struct ticket_look *look,
                                      struct cm_diag *diag);
/** Draw one more page.
 * @param[in] text    of the ticket      @param[in] label  of its page, in viewers
 * @retval CM_E_FORMAT  not a ticket: diag does not tell the text   @retval CM_E_LIMIT  page too
 * small
 * @retval CM_E_NOT_FOUND  a font or a character     @retval CM_E_NO_MEMORY, as the pages' sink */
CM_MUST_CHECK cm_err ticket_page_draw(struct pages *pages, const struct ticket_look *look,
                                      struct cm_slice text, const char *label,
                                      struct cm_diag *diag);

#endif
