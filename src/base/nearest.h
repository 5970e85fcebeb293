/* The word that somebody may have meant by a misspelt one: for the remedies of errors. */
#ifndef CM_BASE_NEAREST_H
#define CM_BASE_NEAREST_H

#include <stddef.h>

/* The word of n that is nearest to `typed`, or NULL when none is near: within one edit for each
 * three characters of the longer word, and three at most. Neighbours that changed places are one
 * edit. */
const char *nearest_word(const char *typed, const char *const *words, size_t n);

#endif
