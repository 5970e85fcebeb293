/* Fuzz target for the reader of codes: alphabet and length by the first two bytes, then the text.
 * What it reads must be sound numerals; printed again in groups it must read the same; the check
 * character and the filter must take whatever comes. */
#include "fuzz/fuzz.h"

#include "base/bytes.h"
#include "base/macros.h"
#include "codes/check.h"
#include "codes/filter.h"
#include "codes/group.h"
#include "codes/mask.h"
#include "codes/normalise.h"

#define CODE_MAX_N 40u /* symbols; longer codes add nothing to the reader */
#define HEAD_LEN   2u

/* Print the row in its advised groups and read that. */
static void must_read_back(const struct cm_alphabet *alphabet, const struct normaliser *reader,
                           const uint8_t *row) {
    char plain[CODE_MAX_N], grouped[2 * CODE_MAX_N];
    uint8_t again[CODE_MAX_N];
    const uint8_t n = reader->code_n;
    for (size_t i = 0; i < n; i++) {
        fuzz_require(row[i] < alphabet->n);
        plain[i] = alphabet->symbols[row[i]];
    }
    const struct grouping g = grouping_default(n);
    grouping_apply(&g, n, plain, 1, grouped);
    const struct cm_slice text = slice_of(grouped, grouping_text_len(&g, n));
    fuzz_require(normalise(reader, text, again) == NORMALISED_OK);
    fuzz_require(slice_equal(slice_of(row, n), slice_of(again, n)));
}

static void must_be_zero(const uint8_t *row, size_t n) {
    for (size_t i = 0; i < n; i++)
        fuzz_require(row[i] == 0);
}

/* Rows from outside may hold anything: raw bytes go in as numerals, too. */
static void check_and_filter(const struct cm_alphabet *alphabet, struct cm_slice raw, uint8_t n) {
    enum cm_check kind = CM_CHECK_NONE;
    struct check_table table;
    uint8_t flag = 2;
    if (n < 2 || raw.len < n) return;
    if (cm_check_kind_for(alphabet->n, &kind) == CM_OK) {
        fuzz_require(check_table_init(&table, kind, alphabet->n, (uint8_t)(n - 1), NULL) == CM_OK);
        check_verify(&table, raw.p, 1, n, &flag);
        fuzz_require(flag <= 1);
    }
    CM_CLEANUP(filter_freep) struct filter *filter = NULL;
    const struct cm_slice extra = slice_of(raw.p, raw.len < 6 ? raw.len : 6);
    const struct filter_options options = {
        .code_n = n, .rotation = true, .extra = &extra, .extra_n = 1};
    if (filter_new(&filter, alphabet, &options, NULL) != CM_OK) return;
    filter_mask(filter, raw.p, 1, n, &flag);
    fuzz_require(flag <= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    if (len < HEAD_LEN) return 0;
    size_t preset_n = 0;
    const struct cm_alphabet_preset *const presets = cm_alphabet_presets(&preset_n);
    struct cm_alphabet alphabet;
    struct normaliser reader;
    const uint8_t code_n = (uint8_t)(1u + data[1] % CODE_MAX_N);
    const struct cm_slice symbols = slice_text(presets[data[0] % preset_n].symbols);
    fuzz_require(cm_alphabet_init(&alphabet, symbols, NULL) == CM_OK);
    fuzz_require(normaliser_init(&reader, &alphabet, code_n, 1, NULL) == CM_OK);

    const struct cm_slice text = slice_of(data + HEAD_LEN, len - HEAD_LEN);
    uint8_t row[CODE_MAX_N];
    char mask[MASK_CAP];
    if (normalise(&reader, text, row) == NORMALISED_OK)
        must_read_back(&alphabet, &reader, row);
    else
        must_be_zero(row, code_n);
    check_and_filter(&alphabet, text, code_n);
    code_mask(text, mask);
    /* an alphabet made of hostile bytes is refused or sound */
    if (cm_alphabet_init(&alphabet, text, NULL) == CM_OK)
        fuzz_require(alphabet.n == text.len && alphabet.index[text.p[0]] == 0);
    return 0;
}
