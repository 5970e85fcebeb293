/* Make codes of one batch and read one back, with nothing but a key: no ledger, no files.
 * A real service takes the key from its keystore and spends serials durably first. */
#include <stdio.h>
#include <string.h>

#include <countermark/code.h>

#define CODES 3u
#define LEN   12u /* 11 data characters and the check character */

/* 11 characters of 23 symbols; 1,024 batches of 1,048,576 units; one attribute with room for 8. */
static cm_err make_scheme(struct cm_scheme_numbers *out) {
    struct cm_scheme_numbers numbers = {
        .id = 1,
        .key_version_first = 1,
        .test = true,
        .length = 11,
        .check = CM_CHECK_PRIME,
        .attribute_n = 1,
        .attribute = {{.present_inline = true, .cardinality = 8}},
        .date = {.present_inline = false, .cardinality = 1},
        .batches = 1024,
        .serials = 1048576,
        .table_version = 1,
    };
    const struct cm_slice name = {.p = (const uint8_t *)"default", .len = 7};
    cm_err err = cm_alphabet_by_name(&numbers.alphabet, name, NULL);
    if (err == CM_OK) err = cm_scheme_numbers_freeze(&numbers, NULL); /* sets T */
    if (err == CM_OK) *out = numbers;
    return err;
}

static cm_err mint_and_open(struct cm_coder *coder) {
    uint8_t numerals[CODES * LEN];
    char texts[CODES * LEN];
    struct cm_opened opened[CODES];
    const struct cm_unit_fields batch = {.attribute = {5}, .batch = 7};
    cm_err err = cm_coder_mint_range(coder, &batch, 123456, CODES, numerals, NULL);
    if (err == CM_OK) err = cm_coder_open(coder, numerals, CODES, opened);
    if (err != CM_OK) return err;
    cm_coder_text(coder, numerals, CODES, texts);
    for (size_t i = 0; i < CODES; i++) {
        printf("%.*s  attribute %d, batch %d, serial %d\n", (int)LEN, texts + i * LEN,
               (int)opened[i].fields.attribute[0], (int)opened[i].fields.batch,
               (int)opened[i].fields.serial);
    }
    /* The worked example of docs/design/construction.md, section 13. */
    return strncmp(texts, "PVKQPFKFT7WB", LEN) == 0 ? CM_OK : CM_E_CORRUPT;
}

int main(void) {
    struct cm_scheme_numbers numbers;
    struct cm_coder *coder = NULL;
    struct cm_key root; /* 00 01 02 ..: a TEST key that everybody knows */
    for (unsigned i = 0; i < CM_KEY_LEN; i++)
        root.b[i] = (uint8_t)i;
    cm_err err = make_scheme(&numbers);
    if (err == CM_OK) err = cm_coder_new(&coder, &numbers, &root, 1);
    if (err == CM_OK) err = mint_and_open(coder);
    cm_coder_free(coder);
    if (err != CM_OK) fprintf(stderr, "mint_open: %s\n", cm_err_name(err));
    return err == CM_OK ? 0 : 3;
}
