/* Mixed radix of the inline fields, and the sizes that follow from them. See pack.h. */
#include "codes/pack.h"

#include <string.h>

/* Fields are reached by number: slot k is word k of struct cm_unit_fields. */
#define PACK_SLOT_DAY    CM_ATTRIBUTES_MAX
#define PACK_SLOT_BATCH  (CM_ATTRIBUTES_MAX + 1u)
#define PACK_SLOT_SERIAL (CM_ATTRIBUTES_MAX + 2u)
#define SLOT_LEN         sizeof(uint64_t)
#define NARROW_MAX       ((cm_u128)1 << 63) /* barrett_divide needs 2 m <= 2^64 */
_Static_assert(offsetof(struct cm_unit_fields, attribute) == 0 &&
                   offsetof(struct cm_unit_fields, day) == PACK_SLOT_DAY * SLOT_LEN &&
                   offsetof(struct cm_unit_fields, batch) == PACK_SLOT_BATCH * SLOT_LEN &&
                   offsetof(struct cm_unit_fields, serial) == PACK_SLOT_SERIAL * SLOT_LEN,
               "eleven words in this order");

cm_err pack_space(uint8_t radix, uint8_t length, cm_u128 *space) {
    cm_u128 s = 1;
    for (unsigned i = 0; i < length; i++) {
        s *= radix; /* below 2^120 * 2^8 before the test */
        if (s >> PACK_SPACE_BITS != 0) return CM_E_RANGE;
    }
    if (s < PACK_SPACE_MIN) return CM_E_RANGE;
    *space = s;
    return CM_OK;
}

/* c *= cardinality; false if the cardinality is 0 or the product passes 2^88. */
static bool multiply(cm_u128 *c, uint64_t cardinality) {
    const cm_u128 most = (cm_u128)1 << PACK_PAYLOAD_BITS;
    if (cardinality == 0 || *c > most / cardinality) return false;
    *c *= cardinality;
    return true;
}

cm_err pack_payloads(const struct cm_scheme_numbers *numbers, cm_u128 *payloads) {
    cm_u128 c = 1;
    for (unsigned i = 0; i < numbers->attribute_n; i++) {
        const struct cm_radix_field *field = &numbers->attribute[i];
        if (field->present_inline && !multiply(&c, field->cardinality)) return CM_E_RANGE;
    }
    if (numbers->date.present_inline && !multiply(&c, numbers->date.cardinality)) return CM_E_RANGE;
    if (!multiply(&c, numbers->batches) || !multiply(&c, numbers->serials)) return CM_E_RANGE;
    *payloads = c;
    return CM_OK;
}

cm_u128 pack_tag_modulus(cm_u128 space, cm_u128 payloads) {
    const cm_u128 most = (cm_u128)1 << PACK_TAG_BITS, t = space / payloads;
    return t < most ? t : most;
}

static void add_field(struct packer *packer, unsigned slot, uint64_t cardinality) {
    packer->field[packer->n].slot = (uint8_t)slot;
    packer->field[packer->n].cardinality = cardinality;
    packer->field[packer->n].by = barrett_make(cardinality);
    packer->field[packer->n].wide = divisor_make(cardinality);
    packer->n++;
}

void packer_init(struct packer *packer, const struct cm_scheme_numbers *numbers) {
    *packer = (struct packer){.n = 0};
    for (unsigned i = 0; i < numbers->attribute_n; i++) {
        if (numbers->attribute[i].present_inline)
            add_field(packer, i, numbers->attribute[i].cardinality);
    }
    if (numbers->date.present_inline) add_field(packer, PACK_SLOT_DAY, numbers->date.cardinality);
    add_field(packer, PACK_SLOT_BATCH, numbers->batches);
    add_field(packer, PACK_SLOT_SERIAL, numbers->serials);
    cm_u128 payloads = 0;
    packer->narrow = pack_payloads(numbers, &payloads) == CM_OK && payloads <= NARROW_MAX;
}

/* The value in a slot. A negative day turns into a huge number, which fits no cardinality that a
 * day can have (2^63 days or fewer, see scheme_numbers.c). */
static inline uint64_t get(const struct cm_unit_fields *fields, unsigned slot) {
    uint64_t value = 0;
    memcpy(&value, (const uint8_t *)fields + slot * SLOT_LEN, SLOT_LEN);
    return value;
}

static inline void set(struct cm_unit_fields *fields, unsigned slot, uint64_t value) {
    memcpy((uint8_t *)fields + slot * SLOT_LEN, &value, SLOT_LEN);
}

bool packer_fits(const struct packer *packer, const struct cm_unit_fields *fields) {
    for (unsigned i = 0; i < packer->n; i++) {
        if (get(fields, packer->field[i].slot) >= packer->field[i].cardinality) return false;
    }
    return true;
}

cm_u128 packer_pack(const struct packer *packer, const struct cm_unit_fields *fields) {
    cm_u128 p = 0;
    for (unsigned i = 0; i < packer->n; i++) {
        p = p * packer->field[i].cardinality + get(fields, packer->field[i].slot);
    }
    return p;
}

/* What is left of P < C after all others is the most significant field itself. */
void packer_unpack_rows(const struct packer *packer, uint64_t *p, size_t n,
                        struct cm_unit_fields *fields, size_t stride) {
    uint8_t *const rows = (uint8_t *)fields;
    for (unsigned f = packer->n - 1u; f > 0; f--) {
        const struct barrett by = packer->field[f].by;
        uint8_t *const column = rows + packer->field[f].slot * SLOT_LEN;
        for (size_t i = 0; i < n; i++) {
            uint64_t value = 0;
            p[i] = barrett_divide(&by, p[i], &value);
            memcpy(column + i * stride, &value, SLOT_LEN);
        }
    }
    uint8_t *const column = rows + packer->field[0].slot * SLOT_LEN;
    for (size_t i = 0; i < n; i++)
        memcpy(column + i * stride, &p[i], SLOT_LEN);
}

void packer_unpack(const struct packer *packer, cm_u128 p, struct cm_unit_fields *fields) {
    *fields = (struct cm_unit_fields){.day = 0};
    for (unsigned f = packer->n - 1u; f > 0; f--) {
        uint64_t value = 0;
        p = divisor_wide(&packer->field[f].wide, p, &value);
        set(fields, packer->field[f].slot, value);
    }
    set(fields, packer->field[0].slot, (uint64_t)p);
}
