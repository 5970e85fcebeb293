/* The small vocabulary every room uses: TRY, cleanup, hand-over, deliberate ignoring.
 * TRY is the only macro of the project that may contain control flow (docs/design/style.md). */
#ifndef CM_BASE_MACROS_H
#define CM_BASE_MACROS_H

#include "countermark/error.h"

/* Return the status of `call` from the enclosing function unless it is CM_OK. */
#define TRY(call)                                                                                  \
    do {                                                                                           \
        const cm_err try_err = (call);                                                             \
        if (try_err != CM_OK) return try_err;                                                      \
    } while (0)

/* Declare a variable with its clean-up: `CM_CLEANUP(x_freep) struct x *x = NULL;` */
#define CM_CLEANUP(fn) __attribute__((cleanup(fn)))

/* Yield the pointer and null the variable, so that its cleanup has nothing left to do. */
#define take(pp)                                                                                   \
    __extension__({                                                                                \
        __typeof__(*(pp)) take_value = *(pp);                                                      \
        *(pp) = NULL;                                                                              \
        take_value;                                                                                \
    })

/* Drop a status on purpose; the reason stands in a comment at the call. */
static inline void cm_ignore(cm_err err) { (void)err; }

#define CM_ARRAY_N(a) (sizeof(a) / sizeof((a)[0]))

__extension__ typedef unsigned __int128 cm_u128;

#endif
