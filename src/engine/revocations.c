/* A map of tickets that were taken back: see revocations.h. */
#include "engine/revocations.h"

#include <stdlib.h>

#include "base/macros.h"

static struct map_key key_of(uint32_t brand, const uint8_t cti[SPEND_CTI_LEN]) {
    return (struct map_key){.hi = brand, .lo = get_u64be(cti)};
}

void revocations_wipe(struct revocations *r) { map_wipe(&r->map); }

cm_err revocations_reserve(struct revocations *r, size_t n) {
    if (r->map.value_len == 0) map_init(&r->map, sizeof(struct revocation));
    return map_reserve(&r->map, n);
}

void revocations_add(struct revocations *r, const struct revocation *one) {
    bool made = false;
    struct revocation *at = map_put(&r->map, key_of(one->brand, one->cti), &made);
    if (made) *at = *one;
}

const struct revocation *revocations_find(const struct revocations *r, uint32_t brand,
                                          const uint8_t cti[SPEND_CTI_LEN]) {
    return r->map.n == 0 ? NULL : map_get(&r->map, key_of(brand, cti));
}

static int by_number(const void *a, const void *b) { return memcmp(a, b, SPEND_CTI_LEN); }

static bool is_over(const struct revocation *one, uint64_t now_unix_s) {
    return one->end_s != 0 && now_unix_s >= REVOCATION_MARGIN_S &&
           one->end_s <= now_unix_s - REVOCATION_MARGIN_S;
}

cm_err revocations_list(const struct revocations *r, uint32_t brand, uint64_t now_unix_s,
                        struct revocations_list *out) {
    struct buffer *ctis = &out->ctis;
    const size_t before = ctis->len;
    size_t at = 0;
    struct map_key key;
    void *value = NULL;
    out->sequence = out->over_n = 0;
    while (r->map.n > 0 && map_next(&r->map, &at, &key, &value)) {
        const struct revocation *one = value;
        if (one->brand != brand) continue;
        if (one->id > out->sequence) out->sequence = one->id;
        if (is_over(one, now_unix_s))
            out->over_n++;
        else
            buffer_put(ctis, one->cti, sizeof one->cti);
    }
    TRY(buffer_err(ctis));
    if (ctis->len > before)
        qsort(ctis->p + before, (ctis->len - before) / SPEND_CTI_LEN, SPEND_CTI_LEN, by_number);
    return CM_OK;
}
