/* How often something went wrong, with what chance leaves open: a count of a count, and the bounds
 * between which the true rate lies 95 times in 100 (Wilson's score interval).
 * Reference: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209; Brown, Cai, DasGupta, Stat. Sci. 16
 * (2001) 101, who advise it also where nothing went wrong. */
#ifndef CM_SYMBOL_SHARE_H
#define CM_SYMBOL_SHARE_H

#include <stddef.h>

struct share {
    size_t hits, of;
    double rate, low, high; /* 0..1; of nothing: 0, 0, 1 */
};
struct share share_of(size_t hits, size_t of);

#endif
