/* cmocka with the headers it needs, and the two asserts every test of a cm_err uses. */
#ifndef CM_TESTS_SUPPORT_CM_H
#define CM_TESTS_SUPPORT_CM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/macros.h"

#define assert_ok(call)                                                                            \
    do {                                                                                           \
        const cm_err assert_err = (call);                                                          \
        if (assert_err != CM_OK) fail_msg("%s: %s", #call, cm_err_name(assert_err));               \
    } while (0)

#define assert_err(expected, call)                                                                 \
    do {                                                                                           \
        const cm_err assert_got = (call);                                                          \
        if (assert_got != (expected))                                                              \
            fail_msg("%s: got '%s', want '%s'", #call, cm_err_name(assert_got),                    \
                     cm_err_name(expected));                                                       \
    } while (0)

#endif
