/* The words that must not be printed, by version, and the ways to write a letter. */
#ifndef CM_CODES_FILTER_WORDS_H
#define CM_CODES_FILTER_WORDS_H

#include <stddef.h>
#include <stdint.h>

#define FILTER_WORD_MIN 2u
#define FILTER_WORD_MAX 16u /* characters */

/* Words of a version; 0 for version 0 and unknown ones. */
size_t filter_words_n(uint8_t version);

/* Word i of a version in plain upper case, without NUL; returns its length, 0 if there is none. */
size_t filter_word(uint8_t version, size_t i, char out[FILTER_WORD_MAX]);

/* The characters that may stand for an upper-case letter besides itself; "" for most. */
const char *filter_spellings(char letter);

#endif
