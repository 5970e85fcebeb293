/* What texts of a pool look like, and whether such faces can be. Computes no number.
 * References: see cards/shape.h; GS1 General Specifications for prefixes of restricted
 * circulation (02, 04, 20..29) and for the GSRN; ISO/IEC 7812-1 for the greatest length. */
#include "cards/shape.h"

#include "base/diag.h"
#include "base/macros.h"

#define EAN_PREFIX_MIN  2u /* digits */
#define GSRN_PREFIX_MIN 4u /* digits of the shortest GS1 company prefix */

static struct cm_card_shape number_shape(const struct cm_pool_numbers *pool) {
    struct cm_card_shape shape = {.number_n = (uint8_t)cm_card_number_n(pool),
                                  .prefix_n = pool->prefix_n};
    for (size_t i = 0; i < pool->prefix_n; i++)
        shape.prefix[i] = pool->prefix[i];
    return shape;
}

struct cm_card_shape cm_card_shape(const struct cm_pool_numbers *pool, enum cm_card_face face) {
    switch (face) {
    case CM_FACE_NUMBER: return number_shape(pool);
    case CM_FACE_EAN13: return pool->faces.ean13;
    case CM_FACE_GSRN: return pool->faces.gsrn;
    case CM_FACE_TAG: return pool->faces.tag;
    default: return (struct cm_card_shape){.number_n = 0};
    }
}

uint64_t cm_card_capacity(const struct cm_pool_numbers *pool) {
    uint64_t least = UINT64_MAX;
    for (unsigned f = 0; f < CM_CARD_FACE_N; f++) {
        const struct cm_card_shape shape = cm_card_shape(pool, (enum cm_card_face)f);
        if (shape.number_n == 0) continue;
        uint64_t power = 1;
        for (unsigned i = 0; i < shape_body_n(&shape); i++)
            power *= 10u;
        if (f == CM_FACE_TAG) power /= pool->faces.tag_n;
        if (power < least) least = power;
    }
    return least;
}

size_t shapes_of(const struct cm_pool_numbers *pool, struct cm_card_shape out[CARD_SHAPES_MAX]) {
    size_t n = 0;
    for (unsigned f = 0; f < CM_CARD_FACE_N; f++) {
        const struct cm_card_shape shape = cm_card_shape(pool, (enum cm_card_face)f);
        if (shape.number_n != 0) out[n++] = shape;
    }
    const struct cm_card_shape *ean = &pool->faces.ean13;
    if (ean->number_n == 0 || ean->prefix[0] != '0') return n;
    struct cm_card_shape upc = {.number_n = (uint8_t)(CM_CARD_EAN13_N - 1u),
                                .prefix_n = (uint8_t)((unsigned)ean->prefix_n - 1u)};
    for (size_t i = 0; i < upc.prefix_n; i++)
        upc.prefix[i] = ean->prefix[i + 1u];
    out[n++] = upc;
    return n;
}

bool shapes_overlap(const struct cm_card_shape *a, const struct cm_card_shape *b) {
    if (a->number_n == 0 || a->number_n != b->number_n) return false;
    const size_t common = a->prefix_n < b->prefix_n ? a->prefix_n : b->prefix_n;
    for (size_t i = 0; i < common; i++)
        if (a->prefix[i] != b->prefix[i]) return false;
    return true;
}

/* ---- Can they be? ---------------------------------------------------------------------------- */

static cm_err check_digits(const struct cm_card_shape *shape, const char *name, uint8_t least,
                           struct cm_diag *diag) {
    const unsigned most = (unsigned)shape->number_n - CM_CARD_BODY_MIN - 1u;
    if (shape->number_n < CM_CARD_NUMBER_MIN || shape->number_n > CM_CARD_NUMBER_MAX)
        return diag_fail(diag, CM_E_RANGE, NULL, name, "use 8 to 19 digits", "%u digits",
                         (unsigned)shape->number_n);
    if (shape->prefix_n < least || shape->prefix_n > most || most > CM_CARD_PREFIX_MAX)
        return diag_fail(diag, CM_E_RANGE, NULL, name,
                         "take another prefix: at least 6 digits must be left to be enciphered",
                         "a prefix of %u digits in %u; it takes %u to %u",
                         (unsigned)shape->prefix_n, (unsigned)shape->number_n, (unsigned)least,
                         most > CM_CARD_PREFIX_MAX ? CM_CARD_PREFIX_MAX : most);
    for (size_t i = 0; i < shape->prefix_n; i++)
        if (shape->prefix[i] < '0' || shape->prefix[i] > '9')
            return diag_fail(diag, CM_E_FORMAT, NULL, name, "use the digits 0 to 9 only",
                             "character %zu of the prefix is no digit", i + 1);
    return CM_OK;
}

static cm_err check_ean(const struct cm_card_shape *ean, struct cm_diag *diag) {
    if (ean->number_n == 0) return CM_OK;
    if (ean->number_n != CM_CARD_EAN13_N) return CM_E_RANGE;
    TRY(check_digits(ean, "ean13", EAN_PREFIX_MIN, diag));
    const char *p = ean->prefix;
    if (p[0] == '2' || (p[0] == '0' && (p[1] == '2' || p[1] == '4'))) return CM_OK;
    return diag_fail(diag, CM_E_FORMAT, NULL, "ean13", "begin it with 20 to 29, 02 or 04",
                     "the prefix is not for restricted circulation: it may be another's product");
}

static cm_err check_tag(const struct cm_card_faces *faces, struct cm_diag *diag) {
    if (faces->tag_n > CM_CARD_TAGS_MAX)
        return diag_fail(diag, CM_E_RANGE, NULL, "tags", "use 1 to 16", "a set of %u key tags",
                         (unsigned)faces->tag_n);
    if (faces->tag.number_n == 0) return CM_OK;
    if (faces->tag_n == 0)
        return diag_fail(diag, CM_E_RANGE, NULL, "tags", "use 1 to 16", "a set of no key tags");
    return check_digits(&faces->tag, "tags", CM_CARD_PREFIX_MIN, diag);
}

cm_err shapes_check(const struct cm_pool_numbers *pool, struct cm_diag *diag) {
    struct cm_card_shape shapes[CARD_SHAPES_MAX];
    TRY(check_ean(&pool->faces.ean13, diag));
    if (pool->faces.gsrn.number_n != 0) {
        if (pool->faces.gsrn.number_n != CM_CARD_GSRN_N) return CM_E_RANGE;
        TRY(check_digits(&pool->faces.gsrn, "gsrn", GSRN_PREFIX_MIN, diag));
    }
    TRY(check_tag(&pool->faces, diag));
    const size_t n = shapes_of(pool, shapes);
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++)
            if (shapes_overlap(&shapes[i], &shapes[k]))
                return diag_fail(diag, CM_E_CONFLICT, NULL, "identifiers",
                                 "give one of them another prefix or length",
                                 "a text of %u digits could be two identifiers of this pool",
                                 (unsigned)shapes[i].number_n);
    return CM_OK;
}
