/* Everything that can be wrong with a request, as RFC 9457 problems with stable types. A verdict
 * about a code is never a problem: it is an answer with status 200. */
#ifndef CM_EDGE_PROBLEM_H
#define CM_EDGE_PROBLEM_H

#include "base/buffer.h"
#include "base/diag.h"

enum problem {
    PROBLEM_NONE,
    PROBLEM_MALFORMED,       /* 400 */
    PROBLEM_UNAUTHORIZED,    /* 401 */
    PROBLEM_FORBIDDEN,       /* 403 */
    PROBLEM_NOT_FOUND,       /* 404 */
    PROBLEM_METHOD,          /* 405 */
    PROBLEM_CONFLICT,        /* 409 */
    PROBLEM_LENGTH_REQUIRED, /* 411 */
    PROBLEM_TOO_LARGE,       /* 413 */
    PROBLEM_MEDIA_TYPE,      /* 415 */
    PROBLEM_KEY_REUSED,      /* 422 */
    PROBLEM_THROTTLED,       /* 429 */
    PROBLEM_HEADERS,         /* 431 */
    PROBLEM_UNAVAILABLE,     /* 503: nothing was done */
    PROBLEM_STORAGE_FULL,    /* 503: changes are refused, nothing was done */
    PROBLEM_OUTCOME_UNKNOWN, /* 503: ask again under the same idempotency key */
    PROBLEM_N
};

unsigned problem_status(enum problem p);
/* Last part of the type URI, "urn:countermark:problem:" before it. */
const char *problem_name(enum problem p);
/** The JSON object of a problem.
 * @param[in] diag  tells place and cause; may be NULL      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err problem_write(struct buffer *out, enum problem p, const struct cm_diag *diag);

#endif
