/* The kinds of check character that a scheme may carry (docs/design/construction.md).
 * The character is public: it tells typing errors from guesses and adds nothing to the odds. */
#ifndef COUNTERMARK_CHECK_H
#define COUNTERMARK_CHECK_H

enum cm_check {
    CM_CHECK_NONE,  /* no check character */
    CM_CHECK_PRIME, /* weighted sum over GF(p), p the prime size of the alphabet */
    CM_CHECK_GF16,  /* weighted sum over GF(16), x^4 + x + 1 */
    CM_CHECK_GF32,  /* weighted sum over GF(32), x^5 + x^2 + 1 */
    CM_CHECK_DAMM   /* Damm's quasigroup of 2004, alphabets of 10 */
};

#endif
