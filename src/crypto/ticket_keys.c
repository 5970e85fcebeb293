/* Derivation by HKDF, ids by FF1: see ticket_keys.h. */
#include "crypto/ticket_keys.h"

#include <stdlib.h>

#include "base/checked.h"
#include "crypto/ff1.h"

#define TWEAK_TICKET 0x49u /* 'I'; no other tweak of the house begins with it */
#define TWEAK_LEN    6u    /* tag, brand (4), version */
#define RADIX        16u
#define NUMERALS     16u /* of 4 bits: 64 bits, as the id has */
#define NUMERAL_BITS 4u
#define NUMERAL_MASK 0xFu
_Static_assert(TICKET_SET_BITS + TICKET_SERIAL_BITS == NUMERALS * NUMERAL_BITS, "one id, one unit");
_Static_assert(NUMERALS *NUMERAL_BITS == TICKET_ID_LEN * 8u, "an id is the numerals, packed");

struct ticket_ids {
    struct ff1 *ff1;
};

cm_err ticket_sign_seed(const struct cm_key *root, uint32_t brand, uint8_t version,
                        struct cm_key *seed) {
    return kdf_derive(root, KDF_TICKET_SIGN, brand, version, seed);
}

cm_err ticket_ids_new(struct ticket_ids **out, const struct cm_key *root, uint32_t brand,
                      uint8_t version) {
    CM_KEY_SCOPED struct cm_key key = {{0}};
    TRY(kdf_derive(root, KDF_TICKET_ID, brand, version, &key));
    const uint8_t tweak[TWEAK_LEN] = {TWEAK_TICKET,           (uint8_t)(brand >> 24),
                                      (uint8_t)(brand >> 16), (uint8_t)(brand >> 8),
                                      (uint8_t)brand,         version};
    CM_CLEANUP(ticket_ids_freep) struct ticket_ids *ids = calloc(1, sizeof *ids);
    if (ids == NULL) return CM_E_NO_MEMORY;
    TRY(ff1_new(&ids->ff1, &(struct ff1_params){.radix = RADIX,
                                                .n = NUMERALS,
                                                .tweak = slice_of(tweak, sizeof tweak),
                                                .key = slice_of(key.b, sizeof key.b)}));
    *out = take(&ids);
    return CM_OK;
}

void ticket_ids_free(struct ticket_ids *ids) {
    if (ids == NULL) return;
    ff1_free(ids->ff1);
    free(ids);
}

void ticket_ids_freep(struct ticket_ids **ids) { ticket_ids_free(take(ids)); }

static void unpack(uint64_t value, uint8_t numerals[static NUMERALS]) {
    for (unsigned i = NUMERALS; i > 0; i--, value >>= NUMERAL_BITS)
        numerals[i - 1] = (uint8_t)(value & NUMERAL_MASK);
}

static uint64_t pack(const uint8_t numerals[static NUMERALS]) {
    uint64_t value = 0;
    for (unsigned i = 0; i < NUMERALS; i++)
        value = value << NUMERAL_BITS | numerals[i];
    return value;
}

cm_err ticket_id_make(struct ticket_ids *ids, uint32_t set, uint64_t serial,
                      uint8_t id[static TICKET_ID_LEN]) {
    uint8_t numerals[NUMERALS];
    if (set >> TICKET_SET_BITS != 0 || serial >> TICKET_SERIAL_BITS != 0) return CM_E_RANGE;
    unpack((uint64_t)set << TICKET_SERIAL_BITS | serial, numerals);
    TRY(ff1_numerals_encrypt(ids->ff1, numerals, 1, NUMERALS));
    uint64_t value = pack(numerals);
    for (unsigned i = TICKET_ID_LEN; i > 0; i--, value >>= 8)
        id[i - 1] = (uint8_t)value;
    return CM_OK;
}

cm_err ticket_id_open(struct ticket_ids *ids, const uint8_t id[static TICKET_ID_LEN], uint32_t *set,
                      uint64_t *serial) {
    uint8_t numerals[NUMERALS];
    uint64_t value = 0;
    for (unsigned i = 0; i < TICKET_ID_LEN; i++)
        value = value << 8 | id[i];
    unpack(value, numerals);
    TRY(ff1_numerals_decrypt(ids->ff1, numerals, 1, NUMERALS));
    value = pack(numerals);
    *set = (uint32_t)(value >> TICKET_SERIAL_BITS);
    *serial = value & ((UINT64_C(1) << TICKET_SERIAL_BITS) - 1);
    return CM_OK;
}
