/* Whose template a file is, by what is in it: Apple's pass.json, or Google's object. For the
 * commands that take either; it judges nothing else. What it cannot tell, it says so: a place
 * (a file named pass.json) may still decide. */
#ifndef CM_PASS_PASS_SEEMS_H
#define CM_PASS_PASS_SEEMS_H

#include "base/bytes.h"
#include "base/diag.h"

enum pass_seems {
    PASS_SEEMS_APPLE,
    PASS_SEEMS_GOOGLE,
    PASS_SEEMS_JSON,   /* of something else */
    PASS_SEEMS_BROKEN, /* JSON with a mistake */
    PASS_SEEMS_PACKED, /* a ZIP: perhaps a finished pass */
    PASS_SEEMS_ELSE    /* no JSON at all: a picture, a list */
};

/** @param[in] file  the whole file      @param[out] out  untouched on error
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err pass_seems(struct cm_slice file, enum pass_seems *out);

#endif
