/* The optimal string alignment distance over short words: Levenshtein's of 1965, and two neighbours
 * that changed places are one edit, as people type. Slow, and only errors need it.
 * Refused: a guess that has little to do with what was typed. */
#include "base/nearest.h"

#include <string.h>

#define WORD_MAX 48u /* characters of a word that is compared */
#define FAR      3u  /* edits beyond which a word is no likely meaning, however long */
#define PER_EDIT 3u  /* characters for each edit: "cat" is no likely "dog"; our choice */

static unsigned least(unsigned a, unsigned b) { return a < b ? a : b; }

static size_t length(const char *word) { return strnlen(word, WORD_MAX); }

/* Both words are cut to WORD_MAX. */
static unsigned distance(const char *a, const char *b) {
    const size_t n = length(a), m = length(b);
    unsigned rows[3][WORD_MAX + 1]; /* of i - 2, i - 1 and i, in turn */
    for (unsigned j = 0; j <= m; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        const unsigned *before = rows[(i - 1) % 3];
        unsigned *row = rows[i % 3];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= m; j++) {
            const unsigned replace = before[j - 1] + (a[i - 1] == b[j - 1] ? 0u : 1u);
            row[j] = least(replace, least(before[j], row[j - 1]) + 1u);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], rows[(i - 2) % 3][j - 2] + 1u);
        }
    }
    return rows[n % 3][m];
}

/* How many edits may lie between two words. */
static unsigned most_edits(const char *typed, const char *word) {
    const size_t n = length(typed), m = length(word);
    return least(FAR, (unsigned)((n > m ? n : m) / PER_EDIT));
}

const char *nearest_word(const char *typed, const char *const *words, size_t n) {
    const char *best = NULL;
    unsigned best_distance = FAR + 1;
    for (size_t i = 0; i < n; i++) {
        const unsigned d = distance(typed, words[i]);
        if (d >= best_distance || d > most_edits(typed, words[i]) || d >= strlen(words[i]))
            continue;
        best = words[i];
        best_distance = d;
    }
    return best;
}
