/* The n-th failure: the linker sends the wrapped calls of a test program here (--wrap=NAME), and
 * the call whose turn has come fails. Count the calls of a good run, then fail each in turn.
 * Calls inside shared libraries are not seen; those of the project's own objects are. */
#ifndef CM_TESTS_SUPPORT_STARVE_H
#define CM_TESTS_SUPPORT_STARVE_H

#include <stdbool.h>

/* Let the n-th wrapped call from now on fail (1 = the next); 0 = none. */
void starve_at(unsigned n);
/* Wrapped calls since starve_at. */
unsigned starve_calls(void);
/* For the wrappers: counts a call; whether it is the one that fails. */
bool starve_turn(void);

#endif
