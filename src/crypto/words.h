/* Recovery words: a 256-bit secret as 18 pronounceable five-letter words that a person can write
 * down, read back and type. 16 words carry the secret (16 bits each), two carry a 32-bit checksum.
 * The words are proquints (D. S. Wilkerson, "A Proposal for Proquints", 2009): consonant, vowel,
 * consonant, vowel, consonant. They refuse anything whose checksum fails, and never echo a word:
 * errors name positions only. Byte table: docs/design/keystore.md */
#ifndef CM_CRYPTO_WORDS_H
#define CM_CRYPTO_WORDS_H

#include "base/bytes.h"
#include "base/diag.h"
#include "base/macros.h"

#define WORDS_N        18u /* 16 for 256 bits, 2 for the checksum */
#define WORDS_LETTERS  5u  /* letters of one word */
#define WORDS_TEXT_CAP 108u
_Static_assert(WORDS_TEXT_CAP == WORDS_N * (WORDS_LETTERS + 1u), "a blank after each, NUL last");

/* Words with one blank between them and a NUL at the end. */
struct words_text {
    char text[WORDS_TEXT_CAP];
};
void words_wipe(struct words_text *w);
#define WORDS_SCOPED CM_CLEANUP(words_wipe)

void words_from_key(const struct cm_key *key, struct words_text *out);

/** Read typed words: either case; blanks, line ends, hyphens, dots and commas separate words.
 * @param[in]  typed  bytes from a person, any length
 * @param[out] key    untouched on error
 * @retval CM_E_FORMAT  wrong count, a word that is not a proquint (diag names its position), or
 *                      the checksum fails (a typing error or two words swapped) */
CM_MUST_CHECK cm_err words_to_key(struct cm_slice typed, struct cm_key *key, struct cm_diag *diag);

#endif
