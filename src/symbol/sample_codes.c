/* The construction itself, under a public key. References as in sample_codes.h. */
#include "symbol/sample_codes.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "codes/filter.h"
#include "countermark/code.h"
#include "crypto/hash.h"

#define KEY_LABEL   "countermark/proof/sample-code"
#define TRIES_A_ONE 64u /* serials looked at for each code wanted */
#define SEED_BYTES  8u

struct maker {
    const struct cm_scheme_numbers *numbers;
    struct cm_coder *coder;
    struct filter *filter; /* of what is printed: a changed check character may spell a word */
    size_t len;
};

static void maker_free(struct maker *m) {
    cm_coder_free(m->coder);
    filter_free(m->filter);
}

/* Public on purpose: nothing made under it is worth anything. */
static void sample_key(uint64_t seed, struct cm_key *out) {
    uint8_t text[sizeof KEY_LABEL + SEED_BYTES] = KEY_LABEL;
    struct hash256 hash;
    for (size_t i = 0; i < SEED_BYTES; i++)
        text[sizeof KEY_LABEL + i] = (uint8_t)(seed >> (8u * (SEED_BYTES - 1u - i)));
    hash_sha256(slice_of(text, sizeof text), &hash);
    memcpy(out->b, hash.b, sizeof out->b);
}

static cm_err maker_open(struct maker *m, const struct cm_scheme_numbers *numbers, uint64_t seed,
                         struct cm_diag *diag) {
    struct cm_key key;
    m->numbers = numbers;
    m->len = cm_scheme_code_len(numbers);
    const struct filter_options filter = {.code_n = (uint8_t)m->len,
                                          .version = numbers->filter_version,
                                          .rotation = numbers->rotation_filter};
    sample_key(seed, &key);
    TRY(cm_coder_new(&m->coder, numbers, &key, numbers->key_version_first));
    return filter_new(&m->filter, &numbers->alphabet, &filter, diag);
}

/* Fit to be shown? Its check character is made wrong on the way; the first of the wrong ones that
 * spells nothing is taken. */
static bool spoil(const struct maker *m, uint8_t *row) {
    const uint8_t radix = m->numbers->alphabet.n, right = row[m->len - 1];
    uint8_t skip = 1;
    if (m->numbers->check == CM_CHECK_NONE) {
        filter_mask(m->filter, row, 1, m->len, &skip);
        return skip == 0;
    }
    for (uint8_t step = 1; step < radix; step++) {
        row[m->len - 1] = (uint8_t)((right + step) % radix);
        filter_mask(m->filter, row, 1, m->len, &skip);
        if (skip == 0) return true;
    }
    return false;
}

/* Fewer than n where the scheme has no room for them. */
static cm_err mint(struct maker *m, size_t n, struct sample_codes *s) {
    struct cm_unit_fields fields = {.batch = 0};
    uint8_t row[CM_LENGTH_MAX + 1], skip = 0;
    const uint64_t tries = (uint64_t)n * TRIES_A_ONE;
    for (uint64_t unit = 0; s->n < n && unit < tries; unit++) {
        fields.batch = unit / m->numbers->serials;
        if (fields.batch >= m->numbers->batches) break;
        TRY(cm_coder_mint_range(m->coder, &fields, unit % m->numbers->serials, 1, row, &skip));
        if (skip != 0 || !spoil(m, row)) continue;
        cm_coder_text(m->coder, row, 1, s->texts + s->n * m->len);
        s->n++;
    }
    return CM_OK;
}

cm_err sample_codes_make(const struct cm_scheme_numbers *numbers, uint64_t seed, size_t n,
                         struct sample_codes *out, struct cm_diag *diag) {
    CM_CLEANUP(maker_free) struct maker m = {.coder = NULL};
    CM_CLEANUP(sample_codes_free) struct sample_codes s = SAMPLE_CODES_INIT;
    if (n < 1 || n > SAMPLE_CODES_MAX)
        return diag_fail(diag, CM_E_RANGE, "sample codes", NULL, "take 1 to 1000",
                         "%zu codes cannot be shown", n);
    TRY(maker_open(&m, numbers, seed, diag));
    const struct grouping grouping = grouping_of(numbers);
    s.len = m.len;
    s.full_len = grouping_text_len(&grouping, (uint8_t)m.len);
    s.typo = numbers->check != CM_CHECK_NONE;
    s.texts = malloc(n * s.len);
    s.full = malloc(n * s.full_len);
    if (s.texts == NULL || s.full == NULL) return CM_E_NO_MEMORY;
    TRY(mint(&m, n, &s));
    if (s.n == 0)
        return diag_fail(diag, CM_E_LIMIT, "sample codes", NULL, "look at its filter",
                         "the scheme forbids every code that was tried");
    grouping_apply(&grouping, (uint8_t)m.len, s.texts, s.n, s.full);
    *out = s;
    s = (struct sample_codes)SAMPLE_CODES_INIT;
    return CM_OK;
}

void sample_codes_free(struct sample_codes *s) {
    free(s->texts);
    free(s->full);
    *s = (struct sample_codes)SAMPLE_CODES_INIT;
}
