/* Names of cards and their hashes. References as in alias.h. */
#include "engine/alias.h"

#include <string.h>

#include "base/macros.h"
#include "crypto/secret.h"

_Static_assert(CMAC_LEN == EVENT_HASH_LEN, "a name is kept as one tag");

const char *alias_kind_name(enum alias_kind kind) {
    static const char *const names[ALIAS_KIND_N] = {"none", "id", "uid", "token", "tag", "other"};
    return (unsigned)kind < ALIAS_KIND_N ? names[kind] : "unknown";
}

cm_err alias_hash(struct cmac *cmac, uint32_t brand, struct cm_slice text,
                  uint8_t out[static EVENT_HASH_LEN]) {
    uint8_t message[sizeof brand + ALIAS_TEXT_MAX];
    if (text.len == 0 || text.len > ALIAS_TEXT_MAX) return CM_E_RANGE;
    put_u32be(message, brand);
    memcpy(message + sizeof brand, text.p, text.len);
    const cm_err err = cmac_message(cmac, slice_of(message, sizeof brand + text.len), out);
    wipe(message, sizeof message);
    return err;
}
