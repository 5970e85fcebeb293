/* Proquints with a checksum. The checksum is the first 32 bits of BLAKE2b-256 over the secret
 * with a label of our own, so that words of another program are refused.
 * Not constant in time: these words are typed by a person at a terminal. */
#include "crypto/words.h"

#include <stdbool.h>
#include <string.h>

#include <sodium.h>

static const char consonants[] = "bdfghjklmnprstvz"; /* 4 bits each, in this order */
static const char vowels[] = "aiou";                 /* 2 bits each */
static const char label[] = "countermark/recovery/1";

#define CHECK_LEN 4u /* bytes of checksum: a random typing error passes once in 2^32 */
#define TOTAL_LEN (CM_KEY_LEN + CHECK_LEN)
_Static_assert(TOTAL_LEN == 2u * WORDS_N, "two bytes a word");

void words_wipe(struct words_text *w) { wipe(w, sizeof *w); }

static void checksum(const uint8_t key[CM_KEY_LEN], uint8_t out[CHECK_LEN]) {
    uint8_t sum[crypto_generichash_BYTES];
    /* The label goes in as the hash's key: always a valid length, so this cannot fail. */
    (void)crypto_generichash(sum, sizeof sum, key, CM_KEY_LEN, (const uint8_t *)label,
                             sizeof label - 1);
    for (size_t i = 0; i < CHECK_LEN; i++)
        out[i] = sum[i];
    wipe(sum, sizeof sum);
}

static void word_put(uint16_t v, char out[WORDS_LETTERS]) {
    out[0] = consonants[v >> 12];
    out[1] = vowels[v >> 10 & 3u];
    out[2] = consonants[v >> 6 & 15u];
    out[3] = vowels[v >> 4 & 3u];
    out[4] = consonants[v & 15u];
}

void words_from_key(const struct cm_key *key, struct words_text *out) {
    uint8_t bytes[TOTAL_LEN];
    memcpy(bytes, key->b, CM_KEY_LEN);
    checksum(key->b, bytes + CM_KEY_LEN);
    for (size_t i = 0; i < WORDS_N; i++) {
        char *to = out->text + i * (WORDS_LETTERS + 1);
        word_put(get_u16be(bytes + 2 * i), to);
        to[WORDS_LETTERS] = i + 1 < WORDS_N ? ' ' : '\0';
    }
    wipe(bytes, sizeof bytes);
}

static bool is_separator(uint8_t c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '-' || c == '.' || c == ',';
}

static uint8_t lower(uint8_t c) { return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c; }

/* Append one letter's bits to *v; false if the letter is not of that kind. */
static bool letter_add(const char *kind, unsigned bits, uint8_t c, uint16_t *v) {
    for (uint16_t i = 0; kind[i] != '\0'; i++) {
        if ((uint8_t)kind[i] != lower(c)) continue;
        *v = (uint16_t)((unsigned)*v << bits | i);
        return true;
    }
    return false;
}

static bool word_get(struct cm_slice word, uint16_t *out) {
    if (word.len != WORDS_LETTERS) return false;
    uint16_t v = 0;
    for (size_t i = 0; i < WORDS_LETTERS; i++) {
        const bool vowel = i % 2 == 1;
        if (!letter_add(vowel ? vowels : consonants, vowel ? 2 : 4, word.p[i], &v)) return false;
    }
    *out = v;
    return true;
}

static struct cm_slice next_word(struct cm_slice *rest) {
    while (rest->len > 0 && is_separator(rest->p[0]))
        *rest = slice_of(rest->p + 1, rest->len - 1);
    size_t len = 0;
    while (len < rest->len && !is_separator(rest->p[len]))
        len++;
    const struct cm_slice word = slice_of(rest->p, len);
    if (len > 0) *rest = slice_of(rest->p + len, rest->len - len);
    return word;
}

static cm_err words_read(struct cm_slice typed, uint8_t bytes[TOTAL_LEN], struct cm_diag *diag) {
    size_t n = 0;
    for (struct cm_slice w = next_word(&typed); w.len > 0; w = next_word(&typed), n++) {
        uint16_t v = 0;
        if (n < WORDS_N && !word_get(w, &v))
            return diag_fail(diag, CM_E_FORMAT, "recovery words", NULL,
                             "words have five letters, like the shape 'babab'; read it again",
                             "word %zu is not a recovery word", n + 1);
        if (n < WORDS_N) put_u16be(bytes + 2 * n, v);
    }
    if (n != WORDS_N)
        return diag_fail(diag, CM_E_FORMAT, "recovery words", NULL,
                         "type all 18 words in their order", "%zu words given, 18 needed", n);
    return CM_OK;
}

cm_err words_to_key(struct cm_slice typed, struct cm_key *key, struct cm_diag *diag) {
    uint8_t bytes[TOTAL_LEN] = {0};
    cm_err err = words_read(typed, bytes, diag);
    uint8_t sum[CHECK_LEN];
    checksum(bytes, sum);
    if (err == CM_OK && sodium_memcmp(sum, bytes + CM_KEY_LEN, CHECK_LEN) != 0)
        err = diag_fail(diag, CM_E_FORMAT, "recovery words", NULL,
                        "compare each word with the paper, and their order",
                        "the checksum fails: a word is mistyped, or two are swapped");
    if (err == CM_OK) memcpy(key->b, bytes, CM_KEY_LEN);
    wipe(bytes, sizeof bytes);
    wipe(sum, sizeof sum);
    return err;
}
