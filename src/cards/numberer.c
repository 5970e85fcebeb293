/* The numberer: keys, shapes and scratch of one pool under one key version. Making, opening and
 * PINs stand in files of their own. It refuses pools that cannot be, unsealed rules and key version
 * 0. References: docs/design/construction.md sections 2, 4, 11 and 12; NIST SP 800-38G. */
#include "cards/numberer_inside.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "base/macros.h"
#include "cards/shape.h"
#include "crypto/kdf.h"

/* First byte of each face's FF1 tweak. */
static const uint8_t face_labels[CM_CARD_FACE_N] = {
    [CM_FACE_NUMBER] = 0x4E, [CM_FACE_EAN13] = 0x45, [CM_FACE_GSRN] = 0x47, [CM_FACE_TAG] = 0x54};

static uint64_t power10(size_t n) {
    uint64_t power = 1;
    for (size_t i = 0; i < n; i++)
        power *= 10u;
    return power;
}

void numberer_head(const struct cm_numberer *nb, uint8_t label, uint8_t out[static TWEAK_LEN]) {
    for (size_t i = 0; i < TWEAK_LEN; i++)
        out[i] = nb->head[i];
    out[0] = label;
}

static cm_err derive_mac(const struct cm_numberer *nb, const struct cm_key *root,
                         const char *purpose, struct cmac **out) {
    CM_KEY_SCOPED struct cm_key key = {{0}};
    TRY(kdf_derive(root, purpose, nb->pool.id, nb->head[TWEAK_LEN - 1], &key));
    return cmac_new(out, &key);
}

/* The reader of codes over ten digits, but without look-alikes: a letter in a card number is a
 * wrong number, not a badly written digit. */
static cm_err reader_init(struct normaliser *reader, size_t number_n) {
    struct cm_alphabet digits;
    TRY(cm_alphabet_init(&digits, slice_text("0123456789"), NULL));
    TRY(normaliser_init(reader, &digits, (uint8_t)number_n, NORMALISE_TABLE_VERSION, NULL));
    for (size_t c = 0; c < CM_ARRAY_N(reader->ascii); c++)
        if (reader->ascii[c] != NORMALISE_DELETE) reader->ascii[c] = digits.index[c];
    return CM_OK;
}

/* All faces share one key; their tweaks tell them apart. */
static cm_err face_init(struct cm_numberer *nb, enum cm_card_face which, const struct cm_key *key) {
    struct face_coder *face = &nb->face[which];
    face->shape = cm_card_shape(&nb->pool, which);
    if (face->shape.number_n == 0) return CM_OK;
    const uint8_t body_n = shape_body_n(&face->shape);
    face->half_a_n = body_n / 2u; /* SP 800-38G: u = floor(n / 2) */
    face->half_b_n = (uint8_t)(body_n - face->half_a_n);
    face->modulus_b = power10(face->half_b_n);
    face->gs1 = which == CM_FACE_EAN13 || which == CM_FACE_GSRN;
    face->times = which == CM_FACE_TAG ? nb->pool.faces.tag_n : 1u;
    TRY(reader_init(&face->reader, face->shape.number_n));
    uint8_t tweak[TWEAK_LEN];
    numberer_head(nb, face_labels[which], tweak);
    const struct ff1_params params = {.radix = CARD_RADIX,
                                      .n = body_n,
                                      .tweak = slice_of(tweak, sizeof tweak),
                                      .key = slice_of(key->b, sizeof key->b)};
    nb->many = nb->many || which != CM_FACE_NUMBER;
    return ff1_new(&face->ff1, &params);
}

static cm_err faces_init(struct cm_numberer *nb, const struct cm_key *root, uint8_t version) {
    CM_KEY_SCOPED struct cm_key key = {{0}};
    TRY(kdf_derive(root, KDF_CARD_ENC, nb->pool.id, version, &key));
    for (unsigned f = 0; f < CM_CARD_FACE_N; f++)
        TRY(face_init(nb, (enum cm_card_face)f, &key));
    return CM_OK;
}

static void pin_init(struct cm_numberer *nb) {
    const uint64_t modulus = power10(nb->pool.pin_n);
    nb->pin_modulus = barrett_make(modulus);
    uint64_t power = 1;
    for (size_t i = 0; i < CM_ARRAY_N(nb->pin_power); i++) {
        power = (power << 32) % modulus; /* modulus <= 10^8 < 2^32 */
        nb->pin_power[i] = power;
    }
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
    nb->capacity = cm_card_capacity(pool);
    nb->holds = rules_hold(pool->rules);
    pin_init(nb);
    TRY(faces_init(nb, root, key_version));
    TRY(derive_mac(nb, root, KDF_CARD_PIN, &nb->pin_mac));
    TRY(derive_mac(nb, root, KDF_CARD_HOLD, &nb->hold_mac));
    *out = take(&nb);
    return CM_OK;
}

void cm_numberer_free(struct cm_numberer *nb) {
    if (nb == NULL) return;
    for (size_t f = 0; f < CM_CARD_FACE_N; f++)
        ff1_free(nb->face[f].ff1);
    cmac_free(nb->pin_mac);
    cmac_free(nb->hold_mac);
    wipe(nb, sizeof *nb);
    free(nb);
}
