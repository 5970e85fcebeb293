/* The picture of one label, drawn from the very bytes that a driver would send. Of ZPL it draws
 * what label templates are made of: ^PW ^LL ^LH ^FO ^FT ^CF ^A0 ^BY ^BX ^BQ ^BC ^GB ^FD ^FH ^FN
 * ^FS, and formats stored and recalled; any other command is named in `notes`, never guessed. For
 * other languages, whose labels lie in the printer, it draws the fields in a frame. References: ZPL
 * II Programming Guide. Fonts are this machine's: text shows where, not how. */
#ifndef CM_LINE_PREVIEW_H
#define CM_LINE_PREVIEW_H

#include "base/buffer.h"
#include "base/diag.h"
#include "line/driver.h"

#define PREVIEW_COLUMNS 78u   /* of the terminal picture, at most */
#define PREVIEW_SIDE    4096u /* dots of a label's side, at most */

struct preview {
    size_t width, height; /* dots */
    struct buffer png;
    struct buffer terminal; /* lines of text */
    struct buffer notes;    /* what it did not draw, a line each; empty: nothing */
};
#define PREVIEW_INIT                                                                               \
    { .png = BUFFER_INIT, .terminal = BUFFER_INIT, .notes = BUFFER_INIT }
void preview_wipe(struct preview *p);

/** Draw the first label that these bytes print. @param[in] ascii  terminal picture without Unicode
 * @retval CM_E_FORMAT  nothing is printed, or a value cannot be read   @retval CM_E_LIMIT  too
 * large
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err preview_zpl(struct cm_slice zpl, bool ascii, struct preview *out,
                                 struct cm_diag *diag);
/** Draw a unit's fields with their names. */
CM_MUST_CHECK cm_err preview_fields(const char *const *names, const struct unit *unit, bool ascii,
                                    struct preview *out, struct cm_diag *diag);

#endif
