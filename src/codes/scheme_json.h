/* The scheme file: JSON in, JSON out, the same bytes for the same scheme. Unknown keys, repeated
 * values, an alphabet with repeats, numbers that contradict each other are refused with their
 * place. S, C and T stand in the file as decimal texts and must equal what the rest of it computes
 * to. */
#ifndef CM_CODES_SCHEME_JSON_H
#define CM_CODES_SCHEME_JSON_H

#include "base/buffer.h"
#include "codes/scheme.h"

#define SCHEME_JSON_MAX (64u << 20) /* bytes of one file */

enum scheme_json_mode {
    SCHEME_JSON_FROZEN, /* "frozen" must be there: files of a workspace */
    SCHEME_JSON_DRAFT   /* "frozen" may be absent: T is computed; "id" may be 0: not given yet */
};

/** Read a scheme.
 * @param[out] out    initialised by scheme_init; untouched on error, else to be wiped
 * @param[in]  input  names the text in errors
 * @retval CM_E_FORMAT, CM_E_RANGE, CM_E_LIMIT  malformed or impossible, see diag
 * @retval CM_E_VERSION  a newer format       @retval CM_E_CORRUPT  frozen numbers contradict */
CM_MUST_CHECK cm_err scheme_json_read(struct scheme *out, struct cm_slice text, const char *input,
                                      enum scheme_json_mode mode, struct cm_diag *diag);

/** Append the file of a checked scheme.
 * @retval CM_E_RANGE  the numbers have no valid space     @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err scheme_json_write(const struct scheme *scheme, struct buffer *out);

#endif
