/* The card coder: indices to numbers and back for one pool under one key version, in arrays.
 *
 * Works in its own scratch of FF1_LANES items, wiped when it is freed; never allocates per card.
 * It refuses to number beyond 10^m. Rows that are not numbers of the pool are deciphered all the
 * same, so that time tells nothing.
 * References: docs/design/construction.md sections 2 and 11; NIST SP 800-38G and 800-38B. */
#include "countermark/card.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/macros.h"
#include "cards/digit_block.h"
#include "cards/luhn.h"
#include "cards/rules.h"
#include "codes/normalise.h"
#include "crypto/cmac.h"
#include "crypto/ff1.h"
#include "crypto/kdf.h"
#include "crypto/numerals.h"
#include "crypto/secret.h"

#define CARD_RADIX  10u
#define LABEL_CARD  0x4Eu /* first byte of the FF1 tweak, of PIN and of hold messages */
#define LABEL_PIN   0x50u
#define LABEL_HOLD  0x48u
#define TWEAK_LEN   6u /* label (1), pool id (4), key version (1) */
#define ISSUE_FIRST 1u
#define BLOCK_LEN   CMAC_LEN
#define ROW_SLACK   DIGIT_LANES

_Static_assert(TWEAK_LEN + 2u + 8u == CMAC_LEN, "PIN and hold messages are one block");

struct cm_numberer {
    struct cm_pool_numbers pool;
    uint8_t head[TWEAK_LEN];            /* label left 0 */
    uint8_t prefix[CM_CARD_PREFIX_MAX]; /* digit values */
    size_t number_n, half_a_n, half_b_n;
    uint64_t capacity, modulus_b;
    uint32_t pin_modulus;
    bool holds;
    struct normaliser reader;
    struct ff1 *ff1;
    struct cmac *pin_mac, *hold_mac;
    /* scratch */
    uint64_t a[FF1_LANES], b[FF1_LANES], index[FF1_LANES], body[FF1_LANES];
    uint32_t hold[FF1_LANES];
    uint8_t skip[FF1_LANES], shape_bad[FF1_LANES], luhn_bad[FF1_LANES];
    uint8_t blocks[FF1_LANES * BLOCK_LEN];
    char rows[FF1_LANES * CM_CARD_NUMBER_MAX + ROW_SLACK];
};

static uint64_t power10(size_t n) {
    uint64_t power = 1;
    for (size_t i = 0; i < n; i++)
        power *= 10u;
    return power;
}

static void set_head(const struct cm_numberer *nb, uint8_t label, uint8_t out[static TWEAK_LEN]) {
    for (size_t i = 0; i < TWEAK_LEN; i++)
        out[i] = nb->head[i];
    out[0] = label;
}

static cm_err derive_ff1(struct cm_numberer *nb, const struct cm_key *root, uint8_t version) {
    CM_KEY_SCOPED struct cm_key key = {{0}};
    TRY(kdf_derive(root, KDF_CARD_ENC, nb->pool.id, version, &key));
    uint8_t tweak[TWEAK_LEN];
    set_head(nb, LABEL_CARD, tweak);
    const struct ff1_params params = {.radix = CARD_RADIX,
                                      .n = nb->pool.body_n,
                                      .tweak = slice_of(tweak, sizeof tweak),
                                      .key = slice_of(key.b, sizeof key.b)};
    return ff1_new(&nb->ff1, &params);
}

static cm_err derive_mac(const struct cm_numberer *nb, const struct cm_key *root,
                         const char *purpose, struct cmac **out) {
    CM_KEY_SCOPED struct cm_key key = {{0}};
    TRY(kdf_derive(root, purpose, nb->pool.id, nb->head[TWEAK_LEN - 1], &key));
    return cmac_new(out, &key);
}

/* The reader of codes over ten digits, but without look-alikes: a letter in a card number is a
 * wrong number, not a badly written digit. */
static cm_err reader_init(struct cm_numberer *nb) {
    struct cm_alphabet digits;
    TRY(cm_alphabet_init(&digits, slice_text("0123456789"), NULL));
    TRY(normaliser_init(&nb->reader, &digits, (uint8_t)nb->number_n, NORMALISE_TABLE_VERSION,
                        NULL));
    for (size_t c = 0; c < CM_ARRAY_N(nb->reader.ascii); c++)
        if (nb->reader.ascii[c] != NORMALISE_DELETE) nb->reader.ascii[c] = digits.index[c];
    return CM_OK;
}

static void numberer_freep(struct cm_numberer **nb) { cm_numberer_free(*nb); }

cm_err cm_numberer_new(struct cm_numberer **out, const struct cm_pool_numbers *pool,
                       const struct cm_key *root, uint8_t key_version) {
    if (out == NULL || pool == NULL || root == NULL) return CM_E_ARGUMENT;
    TRY(cm_pool_numbers_check(pool, NULL));
    if (key_version == 0) return CM_E_RANGE;
    if (pool->rules != NULL && !pool->rules->sealed) return CM_E_STATE;
    CM_CLEANUP(numberer_freep) struct cm_numberer *nb = calloc(1, sizeof *nb);
    if (nb == NULL) return CM_E_NO_MEMORY;
    nb->pool = *pool;
    put_u32be(nb->head + 1, pool->id);
    nb->head[TWEAK_LEN - 1] = key_version;
    nb->number_n = cm_card_number_n(pool);
    for (size_t k = 0; k < pool->prefix_n; k++)
        nb->prefix[k] = (uint8_t)(pool->prefix[k] - '0');
    nb->half_a_n = pool->body_n / 2u; /* SP 800-38G: u = floor(n / 2) */
    nb->half_b_n = pool->body_n - nb->half_a_n;
    nb->modulus_b = power10(nb->half_b_n);
    nb->capacity = power10(pool->body_n);
    nb->pin_modulus = (uint32_t)power10(pool->pin_n);
    nb->holds = rules_hold(pool->rules);
    TRY(reader_init(nb));
    TRY(derive_ff1(nb, root, key_version));
    TRY(derive_mac(nb, root, KDF_CARD_PIN, &nb->pin_mac));
    TRY(derive_mac(nb, root, KDF_CARD_HOLD, &nb->hold_mac));
    *out = take(&nb);
    return CM_OK;
}

void cm_numberer_free(struct cm_numberer *nb) {
    if (nb == NULL) return;
    ff1_free(nb->ff1);
    cmac_free(nb->pin_mac);
    cmac_free(nb->hold_mac);
    wipe(nb, sizeof *nb);
    free(nb);
}

/* Hold messages of nb->index; the first 32 bits of each tag to nb->hold. */
static cm_err compute_hold(struct cm_numberer *nb, size_t n) {
    uint8_t head[8] = {0};
    set_head(nb, LABEL_HOLD, head);
    const uint64_t high = get_u64be(head); /* the last two bytes are the index's first */
    for (size_t i = 0; i < n; i++) {
        put_u64be(nb->blocks + i * BLOCK_LEN, high | nb->index[i] >> 48);
        put_u64be(nb->blocks + i * BLOCK_LEN + 8, nb->index[i] << 16);
    }
    TRY(cmac_blocks(nb->hold_mac, nb->blocks, n));
    for (size_t i = 0; i < n; i++)
        nb->hold[i] = get_u32be(nb->blocks + i * BLOCK_LEN);
    return CM_OK;
}

/* The rows of scratch with the indices and bodies beside them. @param make  write the Luhn digits
 */
static cm_err judge_lanes(struct cm_numberer *nb, size_t n, bool make, uint8_t *skip) {
    const size_t number_n = nb->number_n;
    const bool rules = nb->pool.rules != NULL;
    struct digit_block block;
    if (nb->holds) TRY(compute_hold(nb, n));
    if (!rules) memset(skip, 0, n);
    for (size_t at = 0; at < n; at += DIGIT_LANES) {
        const struct rules_rows rows = {.index = nb->index + at,
                                        .body = nb->body + at,
                                        .hold = nb->holds ? nb->hold + at : NULL,
                                        .n = n - at < DIGIT_LANES ? n - at : DIGIT_LANES};
        digit_block_load(&block, nb->rows + at * number_n, number_n, number_n, rows.n);
        if (make) luhn_append(&block, number_n - 1u);
        for (size_t i = 0; make && i < rows.n; i++)
            nb->rows[(at + i + 1u) * number_n - 1u] = (char)block.digit[number_n - 1u][i];
        if (rules) rules_judge(nb->pool.rules, &block, &rows, skip + at);
    }
    return CM_OK;
}

/* ---- Making ---------------------------------------------------------------------------------- */

/* Prefix and body of each row, in text. Prefixes go first: what they spill over is overwritten. */
static void write_rows(struct cm_numberer *nb, size_t n) {
    const size_t number_n = nb->number_n;
    for (size_t i = 0; i < n; i++)
        memcpy(nb->rows + i * number_n, nb->prefix, sizeof nb->prefix);
    numerals_split(ff1_numerals(nb->ff1), nb->a, nb->b, n, (uint8_t *)nb->rows + nb->pool.prefix_n,
                   number_n);
    for (size_t at = 0; at < n * number_n; at += DIGIT_LANES) {
        digit_lanes digits;
        memcpy(&digits, nb->rows + at, sizeof digits);
        digits += '0';
        memcpy(nb->rows + at, &digits, sizeof digits);
    }
}

static cm_err make_lanes(struct cm_numberer *nb, uint64_t first, size_t n, char *numbers,
                         uint8_t *skip) {
    uint64_t a = first / nb->modulus_b, b = first % nb->modulus_b;
    for (size_t i = 0; i < n; i++) {
        nb->index[i] = first + i;
        nb->a[i] = a;
        nb->b[i] = b;
        if (++b < nb->modulus_b) continue;
        a++;
        b = 0;
    }
    TRY(ff1_encrypt(nb->ff1, nb->a, nb->b, n));
    for (size_t i = 0; i < n; i++)
        nb->body[i] = nb->a[i] * nb->modulus_b + nb->b[i];
    write_rows(nb, n);
    TRY(judge_lanes(nb, n, true, skip));
    memcpy(numbers, nb->rows, n * nb->number_n);
    return CM_OK;
}

cm_err cm_numberer_make(struct cm_numberer *nb, uint64_t first, size_t n, char *numbers,
                        uint8_t *skip) {
    if (nb == NULL || (n > 0 && (numbers == NULL || skip == NULL))) return CM_E_ARGUMENT;
    if (first > nb->capacity || n > nb->capacity - first) return CM_E_RANGE;
    for (size_t done = 0; done < n; done += FF1_LANES) {
        const size_t lanes = n - done < FF1_LANES ? n - done : FF1_LANES;
        const cm_err err =
            make_lanes(nb, first + done, lanes, numbers + done * nb->number_n, skip + done);
        if (err == CM_OK) continue;
        wipe(numbers, n * nb->number_n);
        wipe(skip, n);
        return err;
    }
    return CM_OK;
}

void cm_numberer_read(const struct cm_numberer *nb, const struct cm_slice *texts, size_t n,
                      char *numbers) {
    for (size_t i = 0; i < n; i++) {
        uint8_t numerals[CM_CARD_NUMBER_MAX] = {0};
        const bool good = normalise(&nb->reader, texts[i], numerals) == NORMALISED_OK;
        char *row = numbers + i * nb->number_n;
        for (size_t k = 0; k < nb->number_n; k++)
            row[k] = (char)(good ? (unsigned)numerals[k] + (unsigned)'0' : 0u);
    }
}

/* Note what is wrong with a row and leave in `clean` a number that can be worked on: the row
 * itself, or a stand-in of zeros where a byte is no digit. No branch depends on the row. */
static void read_row(const struct cm_numberer *nb, const char *row, char *clean, uint8_t *shape_bad,
                     uint8_t *luhn_bad) {
    unsigned foreign = 0;
    for (size_t k = 0; k < nb->number_n; k++) {
        const unsigned digit = ((unsigned)(unsigned char)row[k] - '0') & 0xFFu;
        const unsigned outside = (unsigned)(digit > 9u);
        foreign |= outside;
        clean[k] = (char)('0' + digit * (1u - outside));
    }
    for (size_t k = 0; k < nb->pool.prefix_n; k++)
        foreign |= (unsigned)(row[k] != nb->pool.prefix[k]);
    *shape_bad = (uint8_t)foreign;
    const unsigned given = (unsigned)(clean[nb->number_n - 1] - '0');
    *luhn_bad = (uint8_t)(luhn_digit(clean, nb->number_n - 1) != given);
}

static uint64_t read_digits(const char *digits, size_t n) {
    uint64_t value = 0;
    for (size_t i = 0; i < n; i++)
        value = value * 10u + (uint64_t)(digits[i] - '0');
    return value;
}

static cm_err open_lanes(struct cm_numberer *nb, const char *numbers, size_t n,
                         struct cm_card_opened *opened) {
    for (size_t i = 0; i < n; i++) {
        char *clean = nb->rows + i * nb->number_n;
        read_row(nb, numbers + i * nb->number_n, clean, &nb->shape_bad[i], &nb->luhn_bad[i]);
        nb->a[i] = read_digits(clean + nb->pool.prefix_n, nb->half_a_n);
        nb->b[i] = read_digits(clean + nb->pool.prefix_n + nb->half_a_n, nb->half_b_n);
    }
    for (size_t i = 0; i < n; i++)
        nb->body[i] = nb->a[i] * nb->modulus_b + nb->b[i];
    TRY(ff1_decrypt(nb->ff1, nb->a, nb->b, n));
    for (size_t i = 0; i < n; i++)
        nb->index[i] = nb->a[i] * nb->modulus_b + nb->b[i];
    TRY(judge_lanes(nb, n, false, nb->skip));
    for (size_t i = 0; i < n; i++) {
        const bool good = (nb->shape_bad[i] | nb->luhn_bad[i]) == 0;
        const enum cm_card_reading bad = nb->shape_bad[i] != 0 ? CM_CARD_NONE : CM_CARD_TYPO;
        opened[i] = (struct cm_card_opened){.reading = good ? CM_CARD_INDEX : bad,
                                            .skip = good ? nb->skip[i] : 0,
                                            .index = good ? nb->index[i] : 0};
    }
    return CM_OK;
}

cm_err cm_numberer_open(struct cm_numberer *nb, const char *numbers, size_t n,
                        struct cm_card_opened *opened) {
    if (nb == NULL || (n > 0 && (numbers == NULL || opened == NULL))) return CM_E_ARGUMENT;
    for (size_t done = 0; done < n; done += FF1_LANES) {
        const size_t lanes = n - done < FF1_LANES ? n - done : FF1_LANES;
        const cm_err err = open_lanes(nb, numbers + done * nb->number_n, lanes, opened + done);
        if (err == CM_OK) continue;
        wipe(opened, n * sizeof *opened);
        return err;
    }
    return CM_OK;
}

static void write_digits(char *out, size_t n, uint64_t value) {
    while (n > 0) {
        out[--n] = (char)('0' + value % 10u);
        value /= 10u;
    }
}

/* A 128-bit tag modulo 10^d, by Horner over 32-bit limbs: every step fits 64 bits. */
static uint32_t tag_modulo(const uint8_t *tag, uint32_t modulus) {
    uint64_t rest = 0;
    for (size_t i = 0; i < CMAC_LEN; i += 4)
        rest = (rest << 32 | get_u32be(tag + i)) % modulus;
    return (uint32_t)rest;
}

/* PINs of up to FF1_LANES cards; the caller wipes nb->blocks, where the tags have been. */
static cm_err pin_lanes(struct cm_numberer *nb, const struct cm_card_pin *asked, size_t n,
                        char *pins) {
    for (size_t i = 0; i < n; i++) {
        uint8_t *block = nb->blocks + i * BLOCK_LEN;
        set_head(nb, LABEL_PIN, block);
        put_u16be(block + TWEAK_LEN, asked[i].issue);
        put_u64be(block + TWEAK_LEN + 2, asked[i].index);
    }
    TRY(cmac_blocks(nb->pin_mac, nb->blocks, n));
    for (size_t i = 0; i < n; i++)
        write_digits(pins + i * nb->pool.pin_n, nb->pool.pin_n,
                     tag_modulo(nb->blocks + i * BLOCK_LEN, nb->pin_modulus));
    return CM_OK;
}

static cm_err check_asked(const struct cm_numberer *nb, const struct cm_card_pin *asked, size_t n) {
    if (nb->pool.pin_n == 0) return CM_E_STATE;
    for (size_t i = 0; i < n; i++)
        if (asked[i].index >= nb->capacity || asked[i].issue < ISSUE_FIRST) return CM_E_RANGE;
    return CM_OK;
}

cm_err cm_numberer_pin(struct cm_numberer *nb, const struct cm_card_pin *asked, size_t n,
                       char *pins) {
    if (nb == NULL || (n > 0 && (asked == NULL || pins == NULL))) return CM_E_ARGUMENT;
    TRY(check_asked(nb, asked, n));
    cm_err err = CM_OK;
    for (size_t done = 0; done < n && err == CM_OK; done += FF1_LANES) {
        const size_t lanes = n - done < FF1_LANES ? n - done : FF1_LANES;
        err = pin_lanes(nb, asked + done, lanes, pins + done * nb->pool.pin_n);
    }
    wipe(nb->blocks, sizeof nb->blocks);
    if (err != CM_OK) wipe(pins, n * nb->pool.pin_n);
    return err;
}

cm_err cm_numberer_pin_check(struct cm_numberer *nb, const struct cm_card_pin *asked, size_t n,
                             const char *pins, bool *right) {
    if (nb == NULL || (n > 0 && (asked == NULL || pins == NULL || right == NULL)))
        return CM_E_ARGUMENT;
    for (size_t i = 0; i < n; i++)
        right[i] = false;
    TRY(check_asked(nb, asked, n));
    cm_err err = CM_OK;
    for (size_t done = 0; done < n && err == CM_OK; done += FF1_LANES) {
        const size_t lanes = n - done < FF1_LANES ? n - done : FF1_LANES;
        err = pin_lanes(nb, asked + done, lanes, nb->rows);
        const char *typed = pins + done * nb->pool.pin_n;
        for (size_t i = 0; i < lanes && err == CM_OK; i++)
            right[done + i] = secret_equal(nb->rows + i * nb->pool.pin_n,
                                           typed + i * nb->pool.pin_n, nb->pool.pin_n);
    }
    wipe(nb->blocks, sizeof nb->blocks);
    wipe(nb->rows, sizeof nb->rows);
    for (size_t i = 0; i < n && err != CM_OK; i++)
        right[i] = false;
    return err;
}
