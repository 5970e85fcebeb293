/* Algorithm 7, step by step. See ff1_bignum.h. */
#define OPENSSL_SUPPRESS_DEPRECATED /* AES_encrypt: what the codes that are imitated call */
#include "ff1_bignum.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/aes.h>
#include <openssl/bn.h>
#include <openssl/evp.h>

#include "base/macros.h"

#define BLOCK      16u /* bytes */
#define ROUNDS     10u
#define N_MAX      64u               /* numerals that the bench uses at most */
#define PQ_MAX     (BLOCK + 3 * 32u) /* P, tweak, padding, round, NUM(B) */
#define AES256_LEN 32u

struct ff1_bignum {
    AES_KEY schedule;    /* customary */
    EVP_CIPHER_CTX *evp; /* the others */
    BN_CTX *bn;
    BIGNUM *modulus[2]; /* radix^u, radix^v */
    BIGNUM *y, *c, *base, *digit;
    enum ff1_bignum_manner manner;
    unsigned radix, n, u, v, b, d;
    size_t tweak_len;
    uint8_t tweak[BLOCK];
};

/* ---- What a code needs ----------------------------------------------------------------------- */

static void clear_numbers(struct ff1_bignum *f) {
    BIGNUM **const all[] = {&f->modulus[0], &f->modulus[1], &f->y, &f->c, &f->base, &f->digit};
    for (size_t i = 0; i < CM_ARRAY_N(all); i++) {
        BN_free(*all[i]);
        *all[i] = NULL;
    }
    BN_CTX_free(f->bn);
    f->bn = NULL;
}

static bool power(struct ff1_bignum *f, unsigned exponent, BIGNUM *out) {
    return BN_set_word(f->c, exponent) == 1 && BN_exp(out, f->base, f->c, f->bn) == 1;
}

static bool make_numbers(struct ff1_bignum *f) {
    BIGNUM **const all[] = {&f->modulus[0], &f->modulus[1], &f->y, &f->c, &f->base, &f->digit};
    for (size_t i = 0; i < CM_ARRAY_N(all); i++)
        if ((*all[i] = BN_new()) == NULL) return false;
    if ((f->bn = BN_CTX_new()) == NULL || BN_set_word(f->base, f->radix) != 1) return false;
    if (!power(f, f->u, f->modulus[0]) || !power(f, f->v, f->modulus[1])) return false;
    /* Steps 3 and 4: b = bytes of radix^v - 1, d = 4 * ceil(b / 4) + 4. */
    if (BN_copy(f->c, f->modulus[1]) == NULL || BN_sub_word(f->c, 1) != 1) return false;
    f->b = (unsigned)BN_num_bytes(f->c);
    f->d = 4 * ((f->b + 3) / 4) + 4;
    return f->d <= BLOCK; /* step 6 iii needs no further blocks then */
}

static bool set_key(struct ff1_bignum *f, const uint8_t *key) {
    if (AES_set_encrypt_key(key, 8 * (int)AES256_LEN, &f->schedule) != 0) return false;
    f->evp = EVP_CIPHER_CTX_new();
    return f->evp != NULL && EVP_EncryptInit_ex(f->evp, EVP_aes_256_ecb(), NULL, key, NULL) == 1 &&
           EVP_CIPHER_CTX_set_padding(f->evp, 0) == 1;
}

static bool encipher_block(const struct ff1_bignum *f, uint8_t *block) {
    int made = 0;
    if (f->manner != FF1_BIGNUM_CUSTOMARY)
        return EVP_EncryptUpdate(f->evp, block, &made, block, BLOCK) == 1;
    AES_encrypt(block, block, &f->schedule);
    return true;
}

void ff1_bignum_free(struct ff1_bignum *f) {
    if (f == NULL) return;
    clear_numbers(f);
    EVP_CIPHER_CTX_free(f->evp);
    free(f);
}

cm_err ff1_bignum_new(struct ff1_bignum **out, const struct ff1_params *p,
                      enum ff1_bignum_manner manner) {
    if (p->key.len != AES256_LEN || p->tweak.len > BLOCK || p->n > N_MAX) return CM_E_RANGE;
    struct ff1_bignum *f = calloc(1, sizeof *f);
    if (f == NULL) return CM_E_NO_MEMORY;
    f->manner = manner;
    f->radix = p->radix;
    f->n = p->n;
    f->u = p->n / 2u;
    f->v = p->n - f->u;
    f->tweak_len = p->tweak.len;
    memcpy(f->tweak, p->tweak.p, p->tweak.len);
    if (!set_key(f, p->key.p) || (manner == FF1_BIGNUM_CAREFUL && !make_numbers(f))) {
        ff1_bignum_free(f);
        return CM_E_CRYPTO;
    }
    *out = f;
    return CM_OK;
}

/* ---- Algorithm 7 ----------------------------------------------------------------------------- */

static bool num(const struct ff1_bignum *f, const uint8_t *x, unsigned len, BIGNUM *out) {
    BN_zero(out);
    for (unsigned i = 0; i < len; i++) {
        const bool good = f->manner == FF1_BIGNUM_CAREFUL ? BN_mul_word(out, f->radix) == 1
                                                          : BN_mul(out, out, f->base, f->bn) == 1;
        if (!good || BN_add_word(out, x[i]) != 1) return false;
    }
    return true;
}

static bool str(const struct ff1_bignum *f, BIGNUM *value, unsigned len, uint8_t *x) {
    for (unsigned i = len; i > 0; i--) {
        if (f->manner == FF1_BIGNUM_CAREFUL)
            x[i - 1] = (uint8_t)BN_div_word(value, f->radix);
        else if (BN_div(value, f->digit, value, f->base, f->bn) == 1)
            x[i - 1] = (uint8_t)BN_get_word(f->digit);
        else
            return false;
    }
    return true;
}

/* Step 5: P. */
static size_t put_p(const struct ff1_bignum *f, uint8_t *pq) {
    const uint8_t p[BLOCK] = {1,
                              2,
                              1,
                              0,
                              (uint8_t)(f->radix >> 8),
                              (uint8_t)f->radix,
                              ROUNDS,
                              (uint8_t)f->u,
                              0,
                              0,
                              0,
                              (uint8_t)f->n,
                              0,
                              0,
                              0,
                              (uint8_t)f->tweak_len};
    memcpy(pq, p, BLOCK);
    return BLOCK;
}

/* Steps 6 i to iv for NUM(B) in f->c: y into f->y. */
static bool round_value(struct ff1_bignum *f, unsigned i) {
    uint8_t pq[PQ_MAX] = {0}, r[BLOCK] = {0};
    size_t len = put_p(f, pq);
    memcpy(pq + len, f->tweak, f->tweak_len);
    len += f->tweak_len;
    len += (BLOCK - (len + f->b + 1) % BLOCK) % BLOCK;
    pq[len++] = (uint8_t)i;
    if (BN_bn2binpad(f->c, pq + len, (int)f->b) < 0) return false;
    len += f->b;
    for (size_t at = 0; at < len; at += BLOCK) {
        for (unsigned k = 0; k < BLOCK; k++)
            r[k] ^= pq[at + k];
        if (!encipher_block(f, r)) return false;
    }
    return BN_bin2bn(r, (int)f->d, f->y) != NULL;
}

static bool rounds(struct ff1_bignum *f, uint8_t *x) {
    uint8_t a[N_MAX], b[N_MAX], c[N_MAX];
    memcpy(a, x, f->u);
    memcpy(b, x + f->u, f->v);
    for (unsigned i = 0; i < ROUNDS; i++) {
        const unsigned m = i % 2 == 0 ? f->u : f->v, other = f->n - m;
        if (!num(f, b, other, f->c) || !round_value(f, i)) return false;
        /* Steps v to vii: c = (NUM(A) + y) mod radix^m. */
        if (!num(f, a, m, f->c) || BN_mod_add(f->c, f->c, f->y, f->modulus[i % 2], f->bn) != 1 ||
            !str(f, f->c, m, c))
            return false;
        memcpy(a, b, other);
        memcpy(b, c, m);
    }
    memcpy(x, a, f->u);
    memcpy(x + f->u, b, f->v);
    return true;
}

cm_err ff1_bignum_encrypt(struct ff1_bignum *f, uint8_t *numerals) {
    if (f->manner == FF1_BIGNUM_CAREFUL) return rounds(f, numerals) ? CM_OK : CM_E_CRYPTO;
    const bool good = make_numbers(f) && rounds(f, numerals);
    clear_numbers(f);
    return good ? CM_OK : CM_E_CRYPTO;
}
