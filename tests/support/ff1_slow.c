/* FF1 as algorithms 7 and 8 of NIST SP 800-38G write it. See ff1_slow.h. */
#include "support/ff1_slow.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/macros.h"

static void aes_one(struct cm_slice key, const uint8_t in[16], uint8_t out[16]) {
    const EVP_CIPHER *cipher = key.len == 16   ? EVP_aes_128_ecb()
                               : key.len == 24 ? EVP_aes_192_ecb()
                                               : EVP_aes_256_ecb();
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int n = 0;
    if (ctx == NULL || EVP_EncryptInit_ex(ctx, cipher, NULL, key.p, NULL) != 1 ||
        EVP_CIPHER_CTX_set_padding(ctx, 0) != 1 || EVP_EncryptUpdate(ctx, out, &n, in, 16) != 1)
        abort();
    EVP_CIPHER_CTX_free(ctx);
}

static cm_u128 num(const uint8_t *x, unsigned len, unsigned radix) {
    cm_u128 value = 0;
    for (unsigned i = 0; i < len; i++)
        value = value * radix + x[i];
    return value;
}

static void str(cm_u128 value, uint8_t *x, unsigned len, unsigned radix) {
    for (unsigned i = len; i > 0; i--, value /= radix)
        x[i - 1] = (uint8_t)(value % radix);
}

static cm_u128 power(unsigned radix, unsigned exponent) {
    cm_u128 value = 1;
    while (exponent-- > 0)
        value *= radix;
    return value;
}

cm_u128 ff1_slow_y(const struct ff1_params *p, unsigned i, uint64_t b_value) {
    const unsigned n = p->n, u = n / 2, v = n - u, t = (unsigned)p->tweak.len;
    unsigned b = 0;
    while (b < 16 && (power(p->radix, v) - 1) >> (8 * b) != 0)
        b++;
    const unsigned d = 4 * ((b + 3) / 4) + 4;
    uint8_t pq[16 + 128] = {1,
                            2,
                            1,
                            0,
                            (uint8_t)(p->radix >> 8),
                            (uint8_t)p->radix,
                            10,
                            (uint8_t)u,
                            0,
                            0,
                            0,
                            (uint8_t)n,
                            0,
                            0,
                            0,
                            (uint8_t)t};
    unsigned len = 16;
    for (unsigned k = 0; k < t; k++)
        pq[len++] = p->tweak.p[k];
    while ((len + b + 1) % 16 != 0)
        pq[len++] = 0;
    pq[len++] = (uint8_t)i;
    for (unsigned k = b; k > 0; k--)
        pq[len++] = (uint8_t)(b_value >> (8 * (k - 1)));
    uint8_t r[16] = {0};
    for (unsigned at = 0; at < len; at += 16) {
        for (unsigned k = 0; k < 16; k++)
            pq[at + k] ^= r[k];
        aes_one(p->key, pq + at, r);
    }
    return num(r, d, 256); /* d <= 12 for the domains of this project */
}

void ff1_slow(const struct ff1_params *p, int decrypt, uint8_t *x) {
    const unsigned u = p->n / 2u, v = p->n - u;
    uint8_t a[128], b[128], c[128];
    memcpy(a, x, u);
    memcpy(b, x + u, v);
    for (unsigned k = 0; k < 10; k++) {
        const unsigned i = decrypt ? 9 - k : k, m = i % 2 == 0 ? u : v, other = u + v - m;
        const cm_u128 modulus = power(p->radix, m);
        if (decrypt) {
            const cm_u128 y = ff1_slow_y(p, i, (uint64_t)num(a, other, p->radix)) % modulus;
            str((num(b, m, p->radix) + modulus - y) % modulus, c, m, p->radix);
            memcpy(b, a, other);
            memcpy(a, c, m);
        } else {
            const cm_u128 y = ff1_slow_y(p, i, (uint64_t)num(b, other, p->radix)) % modulus;
            str((num(a, m, p->radix) + y) % modulus, c, m, p->radix);
            memcpy(a, b, other);
            memcpy(b, c, m);
        }
    }
    memcpy(x, a, u);
    memcpy(x + u, b, v);
}
