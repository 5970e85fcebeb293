/* Levenshtein's distance over short words, as he gave it in 1965; slow, and only errors need it. */
#include "base/nearest.h"

#include <string.h>

#define WORD_MAX 48u /* characters of a word that is compared */
#define FAR      3u  /* edits beyond which a word is no likely meaning */

static unsigned least(unsigned a, unsigned b) { return a < b ? a : b; }

/* Levenshtein's distance; both words are cut to WORD_MAX. */
static unsigned distance(const char *a, const char *b) {
    const size_t n = strnlen(a, WORD_MAX), m = strnlen(b, WORD_MAX);
    unsigned row[WORD_MAX + 1];
    for (unsigned j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= m; j++) {
            const unsigned replace = diagonal + (a[i - 1] == b[j - 1] ? 0u : 1u);
            diagonal = row[j];
            row[j] = least(replace, least(row[j], row[j - 1]) + 1u);
        }
    }
    return row[m];
}

const char *nearest_word(const char *typed, const char *const *words, size_t n) {
    const char *best = NULL;
    unsigned best_distance = FAR + 1;
    for (size_t i = 0; i < n; i++) {
        const unsigned d = distance(typed, words[i]);
        if (d >= best_distance || d >= strlen(words[i])) continue;
        best = words[i];
        best_distance = d;
    }
    return best;
}
