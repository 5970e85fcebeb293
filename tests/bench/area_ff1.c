/* FF1 over numeral strings, in arrays: beside the same cipher with BIGNUMs, and beside the AES that
 * any FF1 over this tweak must do: ten ECB blocks a code, in the same array size, and nothing else.
 * Before a format is measured all ways must agree on its first code. */
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "areas.h"
#include "ff1_bignum.h"
#include "meter.h"
#include "support/ff1_slow.h"
#include "support/splitmix.h"

#define KEY_LEN    32u
#define N_MAX      16u
#define ROUNDS     10u
#define BLOCK      16u /* bytes */
#define PEER_BATCH 64u /* codes of the slow peer between two looks at the clock */

struct bound {
    EVP_CIPHER_CTX *aes;
    uint8_t blocks[FF1_LANES * BLOCK];
};

struct ff1_bench {
    struct ff1 *ours;
    struct ff1_bignum *customary, *careful;
    struct bound *bound;
    uint8_t n;
    uint8_t rows[FF1_LANES * N_MAX], plain[FF1_LANES * N_MAX];
};

static cm_err run_ours(void *ctx, double seconds, struct leg *leg) {
    struct ff1_bench *f = ctx;
    const struct meter m = meter_begin();
    do {
        TRY(ff1_numerals_encrypt(f->ours, f->rows, FF1_LANES, f->n));
        leg->items += FF1_LANES;
    } while (meter_seconds(&m) < seconds);
    meter_end(&m, leg);
    return CM_OK;
}

static cm_err run_bignum(struct ff1_bench *f, struct ff1_bignum *way, double seconds,
                         struct leg *leg) {
    const struct meter m = meter_begin();
    do {
        for (size_t i = 0; i < PEER_BATCH; i++)
            TRY(ff1_bignum_encrypt(way, f->plain + i * f->n));
        leg->items += PEER_BATCH;
    } while (meter_seconds(&m) < seconds);
    meter_end(&m, leg);
    return CM_OK;
}

static cm_err run_customary(void *ctx, double seconds, struct leg *leg) {
    struct ff1_bench *f = ctx;
    return run_bignum(f, f->customary, seconds, leg);
}

static cm_err run_careful(void *ctx, double seconds, struct leg *leg) {
    struct ff1_bench *f = ctx;
    return run_bignum(f, f->careful, seconds, leg);
}

static cm_err run_bound(void *ctx, double seconds, struct leg *leg) {
    struct bound *b = ((struct ff1_bench *)ctx)->bound;
    const struct meter m = meter_begin();
    do {
        for (unsigned i = 0; i < ROUNDS; i++) {
            int n = 0;
            if (EVP_EncryptUpdate(b->aes, b->blocks, &n, b->blocks, sizeof b->blocks) != 1)
                return CM_E_CRYPTO;
        }
        leg->items += FF1_LANES;
    } while (meter_seconds(&m) < seconds);
    meter_end(&m, leg);
    return CM_OK;
}

static cm_err bound_new(struct bound **out, const uint8_t key[static KEY_LEN]) {
    struct bound *b = calloc(1, sizeof *b);
    if (b == NULL) return CM_E_NO_MEMORY;
    *out = b;
    b->aes = EVP_CIPHER_CTX_new();
    if (b->aes == NULL || EVP_EncryptInit_ex(b->aes, EVP_aes_256_ecb(), NULL, key, NULL) != 1 ||
        EVP_CIPHER_CTX_set_padding(b->aes, 0) != 1)
        return CM_E_CRYPTO;
    return CM_OK;
}

static void ff1_bench_freep(struct ff1_bench **p) {
    struct ff1_bench *f = *p;
    if (f == NULL) return;
    ff1_free(f->ours);
    ff1_bignum_free(f->customary);
    ff1_bignum_free(f->careful);
    if (f->bound != NULL) EVP_CIPHER_CTX_free(f->bound->aes);
    free(f->bound);
    free(f);
}

/* A peer that computes something else is no peer. */
static cm_err agree(struct ff1_bench *f, const struct ff1_params *p, struct cm_diag *diag) {
    uint8_t ours[N_MAX], customary[N_MAX], careful[N_MAX], slow[N_MAX];
    memcpy(ours, f->plain, p->n);
    memcpy(customary, f->plain, p->n);
    memcpy(careful, f->plain, p->n);
    memcpy(slow, f->plain, p->n);
    TRY(ff1_numerals_encrypt(f->ours, ours, 1, p->n));
    TRY(ff1_bignum_encrypt(f->customary, customary));
    TRY(ff1_bignum_encrypt(f->careful, careful));
    ff1_slow(p, 0, slow);
    if (memcmp(ours, slow, p->n) == 0 && memcmp(customary, slow, p->n) == 0 &&
        memcmp(careful, slow, p->n) == 0)
        return CM_OK;
    return diag_fail(diag, CM_E_CORRUPT, "ff1", NULL, NULL, "radix %u, n %u: they do not agree",
                     p->radix, p->n);
}

static cm_err prepare(struct ff1_bench *f, const struct ff1_params *p, struct cm_diag *diag) {
    uint64_t seed = 1;
    f->n = p->n;
    for (size_t i = 0; i < (size_t)FF1_LANES * p->n; i++)
        f->plain[i] = (uint8_t)(splitmix_next(&seed) % p->radix);
    memcpy(f->rows, f->plain, sizeof f->rows);
    TRY(ff1_new(&f->ours, p));
    TRY(ff1_bignum_new(&f->customary, p, false));
    TRY(ff1_bignum_new(&f->careful, p, true));
    TRY(bound_new(&f->bound, p->key.p));
    return agree(f, p, diag);
}

static cm_err measure(struct bench *b, const struct ff1_params *p, const char *row,
                      double of_bound) {
    CM_CLEANUP(ff1_bench_freep) struct ff1_bench *f = calloc(1, sizeof *f);
    if (f == NULL) return CM_E_NO_MEMORY;
    TRY(prepare(f, p, &b->diag));
    const struct bench_case c = {.area = "ff1",
                                 .unit = "codes/s",
                                 .contestants = {{"ff1 in arrays", run_ours, f},
                                                 {"BIGNUM, customary", run_customary, f},
                                                 {"BIGNUM, careful", run_careful, f},
                                                 {"10 AES-256 ECB blocks, EVP", run_bound, f}},
                                 .contestant_n = 4,
                                 .goals = {{row, 0, 1, METRIC_RATE, SENSE_AT_LEAST, 250},
                                           {row, 0, 2, METRIC_RATE, SENSE_NONE, 0},
                                           {row, 0, 3, METRIC_RATE, SENSE_AT_LEAST, of_bound}},
                                 .goal_n = 3};
    return bench_case_run(b, &c);
}

cm_err area_ff1(struct bench *b) {
    static const uint8_t key[KEY_LEN] = "a key that everybody may know 1", tweak[6] = "CMbnch";
    /* Of the bound: 55 % where y has d = 8 bytes, 42 % where it has 12 (radix^v over 32 bits). */
    static const struct {
        uint16_t radix;
        uint8_t n;
        double of_bound;
        const char *row;
    } formats[] = {{10, 16, 0.55, "batch encrypt radix 10 n 16"},
                   {32, 12, 0.55, "batch encrypt radix 32 n 12"},
                   {23, 12, 0.55, "batch encrypt radix 23 n 12"},
                   {23, 16, 0.42, "batch encrypt radix 23 n 16"}};
    for (size_t i = 0; i < CM_ARRAY_N(formats); i++) {
        const struct ff1_params p = {.radix = formats[i].radix,
                                     .n = formats[i].n,
                                     .tweak = {tweak, sizeof tweak},
                                     .key = {key, sizeof key}};
        TRY(measure(b, &p, formats[i].row, formats[i].of_bound));
    }
    return CM_OK;
}
