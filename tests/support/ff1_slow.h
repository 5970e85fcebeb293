/* FF1 by the letter of NIST SP 800-38G, one block and one numeral at a time: the slow reference
 * that the arrays are compared with. Shares no code with src/crypto. Never shipped. */
#ifndef CM_TESTS_SUPPORT_FF1_SLOW_H
#define CM_TESTS_SUPPORT_FF1_SLOW_H

#include "crypto/ff1.h"

/* Encipher (or decipher) p->n numerals in place. */
void ff1_slow(const struct ff1_params *p, int decrypt, uint8_t *x);
/* y of round i for NUM(B) = b_value, not reduced. */
__extension__ unsigned __int128 ff1_slow_y(const struct ff1_params *p, unsigned i,
                                           uint64_t b_value);

#endif
