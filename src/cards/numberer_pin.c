/* PINs: computed, compared in constant time, never stored.
 *
 * Tags come from CMAC over whole arrays; the reduction modulo 10^d multiplies by powers made once.
 * It refuses nothing about who may ask, and counts no wrong tries.
 * References: docs/design/construction.md section 11; NIST SP 800-38B. */
#include "cards/numberer_inside.h"

#include "base/bytes.h"
#include "base/macros.h"
#include "crypto/secret.h"

#define LABEL_PIN   0x50u
#define ISSUE_FIRST 1u

_Static_assert(TWEAK_LEN + 2u + 8u == CMAC_LEN, "a PIN message is one block");

static void write_digits(char *out, size_t n, uint32_t value) {
    while (n > 0) {
        out[--n] = (char)('0' + value % 10u);
        value /= 10u;
    }
}

/* A 128-bit tag modulo 10^d: its 32-bit limbs times 2^96, 2^64, 2^32 and 1, the powers reduced to
 * below 10^d < 2^27, so the sum stays below 2^61. */
static uint32_t tag_modulo(const struct cm_numberer *nb, const uint8_t *tag) {
    const uint64_t sum = get_u32be(tag) * nb->pin_power[2] + get_u32be(tag + 4) * nb->pin_power[1] +
                         get_u32be(tag + 8) * nb->pin_power[0] + get_u32be(tag + 12);
    return (uint32_t)barrett_mod(&nb->pin_modulus, sum);
}

/* PINs of up to FF1_LANES cards; the caller wipes nb->blocks, where the tags have been. */
static cm_err pin_lanes(struct cm_numberer *nb, const struct cm_card_pin *asked, size_t n,
                        char *pins) {
    uint8_t head[8] = {0};
    numberer_head(nb, LABEL_PIN, head);
    const uint64_t high = get_u64be(head); /* the last two bytes are the issue number's */
    for (size_t i = 0; i < n; i++) {
        put_u64be(nb->blocks + i * CARD_BLOCK, high | asked[i].issue);
        put_u64be(nb->blocks + i * CARD_BLOCK + 8, asked[i].index);
    }
    TRY(cmac_blocks(nb->pin_mac, nb->blocks, n));
    for (size_t i = 0; i < n; i++)
        write_digits(pins + i * nb->pool.pin_n, nb->pool.pin_n,
                     tag_modulo(nb, nb->blocks + i * CARD_BLOCK));
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
