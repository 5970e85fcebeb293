/* Between the two halves of writing a file: render.c copies what needs nothing, render_field.c
 * shapes what does.
 */
#ifndef CM_ORDER_RENDER_INSIDE_H
#define CM_ORDER_RENDER_INSIDE_H

#include "order/render.h"
#include "order/template_inside.h"

/* Why a text cannot be written. */
enum field_fault {
    FIELD_FINE,
    FIELD_REFUSED, /* a control character, or one that is forbidden */
    FIELD_FOREIGN, /* a character that the encoding does not have */
    FIELD_BROKEN,  /* not UTF-8 */
    FIELD_LONG,
    FIELD_EMPTY,
    FIELD_NUMBER /* leading zero of a JSON number */
};

/* Shape the len bytes at `text` in place: case, removals, encoding, width, escapes. There is room
 * for (len + width) * TEMPLATE_ESCAPE_MAX + 2 bytes. *end: behind the result; what is behind it up
 * to the old end is stale and overwritten by the next field, or wiped by the caller. */
enum field_fault field_shape(const struct template_field *f, enum charset charset, uint8_t *text,
                             size_t len, uint8_t **end);

/** Say which field of which record it was and what to do. @return CM_E_FORMAT, CM_E_NOT_FOUND
 * @param record  place in the order, 0: not a record */
CM_MUST_CHECK cm_err field_fail(const struct template *t, const struct template_field *f,
                                enum field_fault fault, uint64_t record, struct cm_diag *diag);

#endif
