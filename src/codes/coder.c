/* The coder: P, tag, X and FF1 in arrays of FF1_LANES, on scratch memory of the coder.
 *
 * Section numbers are those of docs/design/construction.md. Every lane does the same work whatever
 * it holds; verdicts are selected at the end. Refuses what countermark/code.h says; allocates only
 * when a coder is made. */
#include "codes/coder.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/macros.h"
#include "codes/check.h"
#include "codes/kernels.h"
#include "codes/lanes.h"
#include "codes/pack.h"
#include "crypto/cmac.h"
#include "crypto/ff1.h"
#include "crypto/kdf.h"
#include "crypto/numerals.h"
#include "crypto/secret.h"

#define CODER_TWEAK_CODE 0x43u /* first byte of a code's tweak, section 6 */
#define CODER_TWEAK_LEN  6u
#define ANSWER_BLOCK     64u /* answers: 6 KiB */

struct cm_coder {
    struct cm_scheme_numbers numbers;
    uint8_t key_version, code_len;
    struct packer packer;
    struct lane_sizes sizes;
    struct cmac *mac;
    struct ff1 *enc;
    struct filter *filter; /* NULL = none */
    struct check_table check;
    struct lanes lanes;
    uint8_t block[FF1_LANES * CMAC_LEN];
    uint8_t typo[FF1_LANES], skip[FF1_LANES];
    uint8_t rows[]; /* FF1_LANES * code_len */
};

static cm_err derive(struct cm_coder *coder, const struct cm_key *root) {
    const uint32_t id = coder->numbers.id;
    CM_KEY_SCOPED struct cm_key key = {{0}};
    TRY(kdf_derive(root, KDF_CODE_MAC, id, coder->key_version, &key));
    TRY(cmac_new(&coder->mac, &key));
    TRY(kdf_derive(root, KDF_CODE_ENC, id, coder->key_version, &key));
    uint8_t tweak[CODER_TWEAK_LEN] = {CODER_TWEAK_CODE};
    put_u32be(tweak + 1, id);
    tweak[5] = coder->key_version;
    const struct ff1_params params = {.radix = coder->numbers.alphabet.n,
                                      .n = coder->numbers.length,
                                      .tweak = slice_of(tweak, sizeof tweak),
                                      .key = slice_of(key.b, sizeof key.b)};
    return ff1_new(&coder->enc, &params);
}

static cm_err make_filter(struct cm_coder *coder) {
    const struct cm_scheme_numbers *numbers = &coder->numbers;
    if (numbers->filter_version == 0 && !numbers->rotation_filter) return CM_OK;
    const struct filter_options options = {.code_n = coder->code_len,
                                           .version = numbers->filter_version,
                                           .rotation = numbers->rotation_filter};
    return filter_new(&coder->filter, &numbers->alphabet, &options, NULL);
}

static cm_err measure(struct cm_coder *coder) {
    const struct cm_scheme_numbers *numbers = &coder->numbers;
    cm_u128 space = 0, payloads = 0;
    TRY(pack_space(numbers->alphabet.n, numbers->length, &space));
    TRY(pack_payloads(numbers, &payloads));
    lane_sizes_init(&coder->sizes, space, payloads, pack_t(numbers), ff1_modulus_b(coder->enc));
    return CM_OK;
}

cm_err cm_coder_new(struct cm_coder **out, const struct cm_scheme_numbers *numbers,
                    const struct cm_key *root, uint8_t key_version) {
    TRY(cm_scheme_numbers_check(numbers, NULL));
    if (key_version < numbers->key_version_first) return CM_E_RANGE;
    const uint8_t code_len = cm_scheme_code_len(numbers);
    CM_CLEANUP(coder_freep)
    struct cm_coder *coder = calloc(1, sizeof *coder + FF1_LANES * (size_t)code_len);
    if (coder == NULL) return CM_E_NO_MEMORY;
    coder->numbers = *numbers;
    coder->key_version = key_version;
    coder->code_len = code_len;
    packer_init(&coder->packer, numbers);
    TRY(check_table_init(&coder->check, numbers->check, numbers->alphabet.n, numbers->length,
                         NULL));
    TRY(make_filter(coder));
    TRY(derive(coder, root));
    TRY(measure(coder));
    *out = take(&coder);
    return CM_OK;
}

void cm_coder_free(struct cm_coder *coder) {
    if (coder == NULL) return;
    cmac_free(coder->mac);
    ff1_free(coder->enc);
    filter_free(coder->filter);
    wipe(coder, sizeof *coder + FF1_LANES * (size_t)coder->code_len);
    free(coder);
}

void coder_freep(struct cm_coder **coder) { cm_coder_free(*coder); }

void coder_set_filter(struct cm_coder *coder, struct filter *give_filter) {
    filter_free(coder->filter);
    coder->filter = give_filter;
}

/* skip[i] = 1 if the filters forbid row i, else 0. */
static void find_skips(const struct cm_coder *coder, const uint8_t *rows, size_t n, uint8_t *skip) {
    if (coder->filter != NULL)
        filter_mask(coder->filter, rows, n, coder->code_len, skip);
    else
        memset(skip, 0, n);
}

/* tag[i] of p[i] (section 6). */
static cm_err make_tags(struct cm_coder *coder, size_t n) {
    const uint64_t head = (uint64_t)coder->numbers.id << 32 | (uint64_t)coder->key_version << 24;
    lanes_messages(&coder->lanes, head, coder->block, n);
    TRY(cmac_blocks(coder->mac, coder->block, n));
    lanes_tags(&coder->sizes, &coder->lanes, coder->block, n);
    return CM_OK;
}

/* p[0 .. n) to rows and, if asked for, to skip flags; n <= FF1_LANES. */
static cm_err mint_lanes(struct cm_coder *coder, size_t n, uint8_t *rows, uint8_t *skip) {
    struct lanes *const lanes = &coder->lanes;
    TRY(make_tags(coder, n));
    lanes_halves(&coder->sizes, lanes, n);
    TRY(ff1_encrypt(coder->enc, lanes->a, lanes->b, n));
    const size_t stride = coder->code_len;
    numerals_split(ff1_numerals(coder->enc), lanes->a, lanes->b, n, rows, stride);
    if (coder->numbers.check != CM_CHECK_NONE) check_append(&coder->check, rows, n, stride);
    if (skip != NULL) find_skips(coder, rows, n, skip);
    return CM_OK;
}

static cm_err mint_failed(const struct cm_coder *coder, cm_err err, size_t n, uint8_t *numerals,
                          uint8_t *skip) {
    wipe(numerals, n * coder->code_len);
    if (skip != NULL) wipe(skip, n);
    return err;
}

cm_err cm_coder_mint_range(struct cm_coder *coder, const struct cm_unit_fields *fields,
                           uint64_t first_serial, size_t n, uint8_t *numerals, uint8_t *skip) {
    const uint64_t serials = coder->numbers.serials;
    if (first_serial > serials || n > serials - first_serial) return CM_E_RANGE;
    if (n == 0) return CM_OK;
    struct cm_unit_fields first = *fields;
    first.serial = first_serial;
    if (!packer_fits(&coder->packer, &first)) return CM_E_RANGE;
    const cm_u128 p = packer_pack(&coder->packer, &first); /* the serial is least significant */
    for (size_t done = 0; done < n; done += FF1_LANES) {
        const size_t part = n - done < FF1_LANES ? n - done : FF1_LANES;
        lanes_count(&coder->lanes, p + done, part);
        const cm_err err = mint_lanes(coder, part, numerals + done * coder->code_len,
                                      skip == NULL ? NULL : skip + done);
        if (err != CM_OK) return mint_failed(coder, err, n, numerals, skip);
    }
    return CM_OK;
}

cm_err cm_coder_mint(struct cm_coder *coder, const struct cm_unit_fields *units, size_t n,
                     uint8_t *numerals, uint8_t *skip) {
    for (size_t i = 0; i < n; i++) {
        if (!packer_fits(&coder->packer, &units[i])) return CM_E_RANGE;
    }
    for (size_t done = 0; done < n; done += FF1_LANES) {
        const size_t part = n - done < FF1_LANES ? n - done : FF1_LANES;
        for (size_t i = 0; i < part; i++) {
            lanes_set_p(&coder->lanes, i, packer_pack(&coder->packer, &units[done + i]));
        }
        const cm_err err = mint_lanes(coder, part, numerals + done * coder->code_len,
                                      skip == NULL ? NULL : skip + done);
        if (err != CM_OK) return mint_failed(coder, err, n, numerals, skip);
    }
    return CM_OK;
}

void text_portable(const char symbols[static CM_ALPHABET_MAX], unsigned radix,
                   const uint8_t *numerals, size_t len, char *texts) {
    for (size_t i = 0; i < len; i++)
        texts[i] = numerals[i] < radix ? symbols[numerals[i]] : '?';
}

void cm_coder_text(const struct cm_coder *coder, const uint8_t *numerals, size_t n, char *texts) {
    const struct cm_alphabet *alphabet = &coder->numbers.alphabet;
    kernels_text(0)(alphabet->symbols, alphabet->n, numerals, n * coder->code_len, texts);
}

/* The verdict of one row; a P that is not to be shown becomes 0, whose fields are all 0: what is
 * done is the same for every verdict. */
static inline enum cm_open judge(struct cm_coder *coder, size_t i) {
    const cm_u128 p = lanes_p(&coder->lanes, i);
    const unsigned typo = coder->typo[i];
    const unsigned none = (unsigned)(p >= coder->sizes.payloads) | (unsigned)coder->skip[i] |
                          (unsigned)coder->lanes.differ[i];
    lanes_set_p(&coder->lanes, i, p & ((cm_u128)(typo | none) - 1));
    return (enum cm_open)(typo * CM_OPEN_TYPO + (none & ~typo) * CM_OPEN_NONE);
}

static void answer_block(struct cm_coder *coder, size_t first, size_t n, struct cm_opened *out) {
    memset(out, 0, n * sizeof *out);
    for (size_t i = 0; i < n; i++)
        out[i].result = judge(coder, first + i);
    if (coder->packer.narrow) {
        packer_unpack_rows(&coder->packer, coder->lanes.p_low + first, n, &out->fields,
                           sizeof *out);
        return;
    }
    for (size_t i = 0; i < n; i++)
        packer_unpack(&coder->packer, lanes_p(&coder->lanes, first + i), &out[i].fields);
}

/* In blocks, so that answers are filled in while they lie in the nearest cache. */
static void answer(struct cm_coder *coder, size_t n, struct cm_opened *out) {
    for (size_t at = 0; at < n; at += ANSWER_BLOCK)
        answer_block(coder, at, n - at < ANSWER_BLOCK ? n - at : ANSWER_BLOCK, out + at);
}

/* Section 10, steps 2 to 6, for n <= FF1_LANES rows. */
static cm_err open_lanes(struct cm_coder *coder, const uint8_t *rows, size_t n,
                         struct cm_opened *out) {
    struct lanes *const lanes = &coder->lanes;
    check_take(&coder->check, rows, n, coder->code_len, coder->rows, coder->typo);
    numerals_join(ff1_numerals(coder->enc), coder->rows, coder->code_len, n, lanes->a, lanes->b);
    TRY(ff1_decrypt(coder->enc, lanes->a, lanes->b, n));
    lanes_parts(&coder->sizes, lanes, n);
    TRY(make_tags(coder, n));
    secret_differ(lanes->tag, lanes->left, n, lanes->differ);
    find_skips(coder, coder->rows, n, coder->skip);
    answer(coder, n, out);
    return CM_OK;
}

cm_err cm_coder_open(struct cm_coder *coder, const uint8_t *numerals, size_t n,
                     struct cm_opened *out) {
    for (size_t done = 0; done < n; done += FF1_LANES) {
        const size_t part = n - done < FF1_LANES ? n - done : FF1_LANES;
        const cm_err err = open_lanes(coder, numerals + done * coder->code_len, part, out + done);
        if (err != CM_OK) {
            wipe(out, n * sizeof *out);
            return err;
        }
    }
    return CM_OK;
}
