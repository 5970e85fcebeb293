/* Finding any of many words in rows of numerals, in one pass (Aho and Corasick, CACM 18, 1975).
 * Built once, read-only afterwards. It knows numerals only: spelling is the caller's business. */
#ifndef CM_CODES_AUTOMATON_H
#define CM_CODES_AUTOMATON_H

#include <stddef.h>
#include <stdint.h>

#include "countermark/error.h"

#define AUTOMATON_STATES_MAX 60000u /* 4 bytes * 64 columns * this = 15 MiB at most; our choice */

/* A state is known by where its row begins in `next`, so that a step is one addition and one load:
 * next[state + numeral] is the next state. */
struct automaton {
    uint32_t *next;
    uint32_t n, cap;      /* states in use, room */
    uint8_t radix, shift; /* a row has 2^shift places, radix of them in use */
};

/** An automaton without words. @retval CM_E_NO_MEMORY  no memory; *a is empty then */
CM_MUST_CHECK cm_err automaton_init(struct automaton *a, uint8_t radix);
void automaton_wipe(struct automaton *a); /* frees; an empty one is fine */

/** Add a word of len numerals below radix, before automaton_finish.
 * @retval CM_E_LIMIT  too many states      @retval CM_E_NO_MEMORY  no memory */
CM_MUST_CHECK cm_err automaton_add(struct automaton *a, const uint8_t *word, size_t len);

/* Let numeral `twin` be read as `of` in every word; after automaton_finish. */
void automaton_twin(struct automaton *a, uint8_t twin, uint8_t of);

/** Make it complete: from now on every state has a next one for every numeral.
 * @retval CM_E_NO_MEMORY  no memory */
CM_MUST_CHECK cm_err automaton_finish(struct automaton *a);

/* found_out[i] = 1 if row i holds a word, else 0. Hostile numerals read no foreign memory. */
void automaton_rows(const struct automaton *a, const uint8_t *rows, size_t n, size_t stride,
                    size_t row_n, uint8_t *found_out);

/** Share of all rows of row_n numerals that hold a word, every numeral equally likely.
 * @retval CM_E_NO_MEMORY  no memory; *share untouched */
CM_MUST_CHECK cm_err automaton_share(const struct automaton *a, size_t row_n, double *share);

#endif
