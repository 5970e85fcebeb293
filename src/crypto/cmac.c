/* AES-256-CMAC. Step numbers are those of NIST SP 800-38B, sections 6.1 and 6.2. See cmac.h. */
#include "crypto/cmac.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/macros.h"
#include "crypto/aes.h"

#define CMAC_RB 0x87u /* R_128 of section 5.3 */

struct cmac {
    struct aes aes;
    uint8_t k1[CMAC_LEN], k2[CMAC_LEN];
};

/* Doubling in GF(2^128), without a branch on the secret top bit (6.1, steps 2 and 3). */
static void double_block(const uint8_t in[static CMAC_LEN], uint8_t out[static CMAC_LEN]) {
    const uint8_t top = (uint8_t)(in[0] >> 7);
    for (size_t i = 0; i + 1 < CMAC_LEN; i++) {
        out[i] = (uint8_t)((unsigned)in[i] << 1 | (unsigned)in[i + 1] >> 7);
    }
    out[CMAC_LEN - 1] = (uint8_t)((unsigned)in[CMAC_LEN - 1] << 1 ^ (unsigned)top * CMAC_RB);
}

static void xor_block(uint8_t *restrict into, const uint8_t *restrict with) {
    for (size_t i = 0; i < CMAC_LEN; i++)
        into[i] ^= with[i];
}

cm_err cmac_new(struct cmac **out, const struct cm_key *key) {
    CM_CLEANUP(cmac_freep) struct cmac *cmac = calloc(1, sizeof *cmac);
    if (cmac == NULL) return CM_E_NO_MEMORY;
    TRY(aes_init(&cmac->aes, slice_of(key->b, sizeof key->b)));
    uint8_t l[CMAC_LEN] = {0};
    TRY(aes_blocks(&cmac->aes, l, 1));
    double_block(l, cmac->k1);
    double_block(cmac->k1, cmac->k2);
    wipe(l, sizeof l);
    *out = take(&cmac);
    return CM_OK;
}

void cmac_free(struct cmac *cmac) {
    if (cmac == NULL) return;
    aes_wipe(&cmac->aes);
    wipe(cmac, sizeof *cmac);
    free(cmac);
}

void cmac_freep(struct cmac **cmac) { cmac_free(*cmac); }

cm_err cmac_blocks(struct cmac *cmac, uint8_t *blocks, size_t n) {
    for (size_t i = 0; i < n; i++)
        xor_block(blocks + i * CMAC_LEN, cmac->k1);
    for (size_t done = 0; done < n;) {
        const size_t part = n - done < AES_BLOCKS_MAX ? n - done : AES_BLOCKS_MAX;
        const cm_err err = aes_blocks(&cmac->aes, blocks + done * CMAC_LEN, part);
        if (err != CM_OK) {
            wipe(blocks, n * CMAC_LEN);
            return err;
        }
        done += part;
    }
    return CM_OK;
}

cm_err cmac_message(struct cmac *cmac, struct cm_slice message, uint8_t tag[static CMAC_LEN]) {
    uint8_t state[CMAC_LEN] = {0};
    const uint8_t *p = message.p;
    size_t left = message.len;
    for (; left > CMAC_LEN; left -= CMAC_LEN, p += CMAC_LEN) {
        xor_block(state, p);
        TRY(aes_blocks(&cmac->aes, state, 1));
    }
    uint8_t last[CMAC_LEN] = {0}; /* 6.2, step 4: K1 for a whole block, else 10* padding and K2 */
    if (left > 0) memcpy(last, p, left);
    if (left < CMAC_LEN) last[left] = 0x80;
    xor_block(state, last);
    xor_block(state, left == CMAC_LEN ? cmac->k1 : cmac->k2);
    TRY(aes_blocks(&cmac->aes, state, 1));
    memcpy(tag, state, CMAC_LEN);
    return CM_OK;
}
