/* Packing the inline fields into P and back, and the sizes S, C and T of a scheme.
 *
 * P is mixed radix, most significant first: inline attributes in order, date if inline, batch,
 * serial. Divisions by cardinalities use reciprocals made once. It refuses nothing but sizes
 * outside the construction; whether a batch exists is for the ledger.
 * Source: docs/design/construction.md, sections 5 and 6. */
#ifndef CM_CODES_PACK_H
#define CM_CODES_PACK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macros.h"
#include "countermark/scheme.h"
#include "crypto/divide.h"

#define PACK_SPACE_MIN    1000000u                 /* S at least: the floor of FF1 */
#define PACK_SPACE_BITS   120u                     /* S below 2^120 */
#define PACK_PAYLOAD_BITS 88u                      /* C at most 2^88: P in 11 bytes of M */
#define PACK_TAG_BITS     64u                      /* T at most 2^64 */
#define PACK_FIELDS_MAX   (CM_ATTRIBUTES_MAX + 3u) /* with date, batch and serial */

/** S = r^L. @retval CM_E_RANGE  S below 10^6 or not below 2^120; *space untouched */
CM_MUST_CHECK cm_err pack_space(uint8_t radix, uint8_t length, cm_u128 *space);
/** C = product of the inline cardinalities.
 * @retval CM_E_RANGE  a cardinality is 0 or C is above 2^88; *payloads untouched */
CM_MUST_CHECK cm_err pack_payloads(const struct cm_scheme_numbers *numbers, cm_u128 *payloads);
/** T = min(floor(S / C), 2^64); 0 when S < C. */
cm_u128 pack_tag_modulus(cm_u128 space, cm_u128 payloads);
/** T of checked numbers. */
static inline cm_u128 pack_t(const struct cm_scheme_numbers *numbers) {
    return (cm_u128)numbers->t_minus_1 + 1;
}

/* The inline fields of a scheme, most significant first. Plain data, read-only after init. */
struct packer {
    uint8_t n;
    bool narrow; /* C is at most 2^63: one word and one reciprocal a division */
    struct {
        uint64_t cardinality;
        struct barrett by;   /* narrow */
        struct divisor wide; /* else */
        uint8_t slot;        /* attribute index, or one of PACK_SLOT_* */
    } field[PACK_FIELDS_MAX];
};

/* The numbers have passed cm_scheme_numbers_check. */
void packer_init(struct packer *packer, const struct cm_scheme_numbers *numbers);
/* True if every inline field lies below its cardinality. */
bool packer_fits(const struct packer *packer, const struct cm_unit_fields *fields);
/* P of fields that fit. */
cm_u128 packer_pack(const struct packer *packer, const struct cm_unit_fields *fields);
/* The fields of P < C; registered ones are zero. No branch rests on P. */
void packer_unpack(const struct packer *packer, cm_u128 p, struct cm_unit_fields *fields);
/* The same for n of them, if the packer is narrow: p is used up; the first fields stand at
 * `fields`, the next ones `stride` bytes on, and those that are not inline are left as they are. */
void packer_unpack_rows(const struct packer *packer, uint64_t *p, size_t n,
                        struct cm_unit_fields *fields, size_t stride);

#endif
