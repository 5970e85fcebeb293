/* The words that must not be printed, by version, and the ways to write a letter. */
#ifndef CM_CODES_FILTER_WORDS_H
#define CM_CODES_FILTER_WORDS_H

#include <stddef.h>
#include <stdint.h>

#define FILTER_WORD_MIN 2u
#define FILTER_WORD_MAX 16u /* characters */

/* The list of a version, for filter_next_word; empty for version 0 and unknown ones. */
const char *filter_words(uint8_t version);

/* Take the next word off a list: plain upper case, without NUL. Returns its length, 0 at the end.
 */
size_t filter_next_word(const char **rest, char out[FILTER_WORD_MAX]);

/* The characters that may stand for an upper-case letter besides itself; "" for most. */
const char *filter_spellings(char letter);

#endif
