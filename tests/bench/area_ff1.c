/* FF1 over numeral strings, in arrays: beside the same cipher with BIGNUMs, beside that of npm
 * @noble/ciphers, and beside the AES that any FF1 over this tweak must do: ten ECB blocks a code,
 * in the same array size, and nothing else. Before a format is measured all ways must agree on its
 * first code. One format is measured on two cores, too. */
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "areas.h"
#include "base/text.h"
#include "duet.h"
#include "ff1_bignum.h"
#include "meter.h"
#include "peer.h"
#include "support/ff1_slow.h"
#include "support/splitmix.h"

#define KEY_LEN    32u
#define TWEAK_LEN  6u
#define N_MAX      16u
#define ROUNDS     10u
#define BLOCK      16u /* bytes */
#define PEER_BATCH 64u /* codes of the slow peer between two looks at the clock */
#define TASK_CAP   400u
#define MANNERS    3u

static const uint8_t key[KEY_LEN] = "a key that everybody may know 1", tweak[TWEAK_LEN] = "CMbnch";

/* Ours: a context and an array of its own, enciphered over and over. */
struct lane {
    struct ff1 *ff1;
    uint8_t n;
    uint8_t rows[FF1_LANES * N_MAX];
};

struct bignum {
    struct ff1_bignum *way;
    uint8_t n;
    uint8_t rows[PEER_BATCH * N_MAX];
};

struct bound {
    EVP_CIPHER_CTX *aes;
    uint8_t blocks[FF1_LANES * BLOCK];
};

struct field {
    struct lane lane[2]; /* the second one for the other core */
    struct bignum bignum[MANNERS];
    struct bound bound;
    char noble[TASK_CAP];
};

/* ---- The contestants ------------------------------------------------------------------------- */

static cm_err run_lane(void *ctx, double seconds, struct leg *leg) {
    struct lane *l = ctx;
    const struct meter m = meter_begin();
    do {
        TRY(ff1_numerals_encrypt(l->ff1, l->rows, FF1_LANES, l->n));
        leg->items += FF1_LANES;
    } while (meter_seconds(&m) < seconds);
    meter_end(&m, leg);
    return CM_OK;
}

static cm_err run_bignum(void *ctx, double seconds, struct leg *leg) {
    struct bignum *b = ctx;
    const struct meter m = meter_begin();
    do {
        for (size_t i = 0; i < PEER_BATCH; i++)
            TRY(ff1_bignum_encrypt(b->way, b->rows + i * b->n));
        leg->items += PEER_BATCH;
    } while (meter_seconds(&m) < seconds);
    meter_end(&m, leg);
    return CM_OK;
}

static cm_err run_bound(void *ctx, double seconds, struct leg *leg) {
    struct bound *b = ctx;
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

/* ---- Preparation ----------------------------------------------------------------------------- */

static void fill(uint8_t *rows, size_t len, const struct ff1_params *p) {
    uint64_t seed = 1;
    for (size_t i = 0; i < len; i++)
        rows[i] = (uint8_t)(splitmix_next(&seed) % p->radix);
}

static cm_err lane_init(struct lane *l, const struct ff1_params *p) {
    l->n = p->n;
    fill(l->rows, sizeof l->rows, p);
    return ff1_new(&l->ff1, p);
}

static cm_err bignum_init(struct bignum *b, const struct ff1_params *p,
                          enum ff1_bignum_manner manner) {
    b->n = p->n;
    fill(b->rows, sizeof b->rows, p);
    return ff1_bignum_new(&b->way, p, manner);
}

static cm_err bound_init(struct bound *b) {
    b->aes = EVP_CIPHER_CTX_new();
    if (b->aes == NULL || EVP_EncryptInit_ex(b->aes, EVP_aes_256_ecb(), NULL, key, NULL) != 1 ||
        EVP_CIPHER_CTX_set_padding(b->aes, 0) != 1)
        return CM_E_CRYPTO;
    return CM_OK;
}

static cm_err field_new(struct field **out, const struct ff1_params *p) {
    struct field *f = *out = calloc(1, sizeof *f);
    if (f == NULL) return CM_E_NO_MEMORY;
    for (size_t i = 0; i < CM_ARRAY_N(f->lane); i++)
        TRY(lane_init(&f->lane[i], p));
    TRY(bignum_init(&f->bignum[0], p, FF1_BIGNUM_CUSTOMARY));
    TRY(bignum_init(&f->bignum[1], p, FF1_BIGNUM_EVP));
    TRY(bignum_init(&f->bignum[2], p, FF1_BIGNUM_CAREFUL));
    return bound_init(&f->bound);
}

static void field_freep(struct field **p) {
    struct field *f = *p;
    if (f == NULL) return;
    for (size_t i = 0; i < CM_ARRAY_N(f->lane); i++)
        ff1_free(f->lane[i].ff1);
    for (size_t i = 0; i < MANNERS; i++)
        ff1_bignum_free(f->bignum[i].way);
    EVP_CIPHER_CTX_free(f->bound.aes);
    free(f);
}

/* ---- A peer that computes something else is no peer ------------------------------------------ */

static void put_numerals(FILE *to, const uint8_t *row, size_t n) {
    for (size_t i = 0; i < n; i++)
        (void)fprintf(to, i == 0 ? " %u" : ",%u", row[i]);
}

static void put_secrets(FILE *to) {
    char hex_key[2 * KEY_LEN + 1], hex_tweak[2 * TWEAK_LEN + 1];
    hex_format(key, sizeof key, hex_key);
    hex_format(tweak, sizeof tweak, hex_tweak);
    (void)fprintf(to, " %s %s", hex_key, hex_tweak);
}

/* Ask node for one code of its own, and leave the line of its legs in f->noble. */
static cm_err agree_noble(struct field *f, const struct ff1_params *p, const uint8_t *plain,
                          const uint8_t *cipher, struct peer *peer, struct cm_diag *diag) {
    char ask[TASK_CAP];
    FILE *to = fmemopen(ask, sizeof ask, "w");
    if (to == NULL) return CM_E_NO_MEMORY;
    (void)fprintf(to, "ff1.agree %u", p->radix);
    put_secrets(to);
    put_numerals(to, plain, p->n);
    put_numerals(to, cipher, p->n);
    (void)fclose(to);
    if ((to = fmemopen(f->noble, sizeof f->noble, "w")) == NULL) return CM_E_NO_MEMORY;
    (void)fprintf(to, "ff1.encrypt %u %u", p->radix, p->n);
    put_secrets(to);
    (void)fclose(to);
    struct peer_task task = {peer, ask, diag};
    struct leg leg = {.items = 0};
    return peer_run(&task, 0, &leg);
}

static cm_err agree(struct field *f, const struct ff1_params *p, struct peer *peer,
                    struct cm_diag *diag) {
    uint8_t plain[N_MAX], slow[N_MAX], row[N_MAX];
    memcpy(plain, f->lane[0].rows, p->n);
    memcpy(slow, plain, p->n);
    memcpy(row, plain, p->n);
    ff1_slow(p, 0, slow);
    TRY(ff1_numerals_encrypt(f->lane[0].ff1, row, 1, p->n));
    bool same = memcmp(row, slow, p->n) == 0;
    for (size_t i = 0; i < MANNERS; i++) {
        memcpy(row, plain, p->n);
        TRY(ff1_bignum_encrypt(f->bignum[i].way, row));
        same = same && memcmp(row, slow, p->n) == 0;
    }
    if (same) return agree_noble(f, p, plain, slow, peer, diag);
    return diag_fail(diag, CM_E_CORRUPT, "ff1", NULL, NULL, "radix %u, n %u: they do not agree",
                     p->radix, p->n);
}

/* ---- The rows -------------------------------------------------------------------------------- */

static cm_err beside_others(struct bench *b, struct field *f, struct peer *peer, const char *row,
                            double of_bound) {
    struct peer_task noble = {peer, f->noble, &b->diag};
    const struct bench_case c = {
        .area = "ff1",
        .unit = "codes/s",
        .contestants = {{"ff1 in arrays", run_lane, &f->lane[0]},
                        {"BIGNUM, customary", run_bignum, &f->bignum[0]},
                        {"npm @noble/ciphers", peer_run, &noble},
                        {"10 AES-256 ECB blocks, EVP", run_bound, &f->bound}},
        .contestant_n = 4,
        .goals = {{row, 0, 1, METRIC_RATE, SENSE_AT_LEAST, 250},
                  {row, 0, 2, METRIC_RATE, SENSE_AT_LEAST, 500},
                  {row, 0, 3, METRIC_RATE, SENSE_AT_LEAST, of_bound}},
        .goal_n = 3};
    return bench_case_run(b, &c);
}

/* What else the first format is good for: better manners of BIGNUM, and a second core. */
static cm_err beside_itself(struct bench *b, struct field *f) {
    struct duet duet = {run_lane, {&f->lane[0], &f->lane[1]}};
    const struct bench_case c = {
        .area = "ff1",
        .unit = "codes/s",
        .contestants = {{"ff1 on two cores", duet_run, &duet},
                        {"ff1 on one core", run_lane, &f->lane[0]},
                        {"BIGNUM, customary but for EVP", run_bignum, &f->bignum[1]},
                        {"BIGNUM, careful", run_bignum, &f->bignum[2]}},
        .contestant_n = 4,
        .goals = {{"two cores", 0, 1, METRIC_RATE, SENSE_AT_LEAST, 1.8},
                  {"better BIGNUM", 1, 2, METRIC_RATE, SENSE_NONE, 0},
                  {"better BIGNUM", 1, 3, METRIC_RATE, SENSE_NONE, 0}},
        .goal_n = 3};
    return bench_case_run(b, &c);
}

cm_err area_ff1(struct bench *b) {
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
    CM_CLEANUP(peer_stop) struct peer peer = PEER_INIT;
    TRY(peer_start(&peer, b->peers, &b->diag));
    for (size_t i = 0; i < CM_ARRAY_N(formats); i++) {
        const struct ff1_params p = {.radix = formats[i].radix,
                                     .n = formats[i].n,
                                     .tweak = slice_of(tweak, sizeof tweak),
                                     .key = slice_of(key, sizeof key)};
        CM_CLEANUP(field_freep) struct field *f = NULL;
        TRY(field_new(&f, &p));
        TRY(agree(f, &p, &peer, &b->diag));
        TRY(beside_others(b, f, &peer, formats[i].row, formats[i].of_bound));
        if (i == 0) TRY(beside_itself(b, f));
    }
    return CM_OK;
}
