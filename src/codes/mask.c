/* The short form of a code for logs. It refuses to show short texts and control bytes. */
#include "codes/mask.h"

#include <string.h>

#define MASK_SHOW_MIN_LEN 8u /* below, four characters would be half of the secret */
#define MASK_ENDS_LEN     2u

static char shown(uint8_t byte) { return byte > ' ' && byte < 0x7Fu ? (char)byte : '?'; }

void code_mask(struct cm_slice text, char out[MASK_CAP]) {
    char mask[MASK_CAP] = "......";
    if (text.len >= MASK_SHOW_MIN_LEN) {
        const uint8_t *const tail = text.p + text.len - MASK_ENDS_LEN;
        mask[0] = shown(text.p[0]);
        mask[1] = shown(text.p[1]);
        mask[4] = shown(tail[0]);
        mask[5] = shown(tail[1]);
    }
    memcpy(out, mask, MASK_CAP);
}
