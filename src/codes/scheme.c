/* Checks of a scheme and growth of its lists. Nothing here changes a number once it is frozen. */
#include "codes/scheme.h"

#include <string.h>

#include "base/macros.h"
#include "codes/group.h"
#include "codes/odds.h"
#include "codes/pack.h"
#include "codes/wide.h"

void scheme_init(struct scheme *scheme) { memset(scheme, 0, sizeof *scheme); }

void scheme_wipe(struct scheme *scheme) {
    for (size_t i = 0; i < CM_ATTRIBUTES_MAX; i++)
        values_free(&scheme->values[i]);
    memset(scheme, 0, sizeof *scheme);
}

static bool is_lower(uint8_t c) { return c >= 'a' && c <= 'z'; }

static bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

bool scheme_name_valid(struct cm_slice name) {
    if (name.len == 0 || name.len >= SCHEME_NAME_CAP) return false;
    for (size_t i = 0; i < name.len; i++) {
        const uint8_t c = name.p[i];
        const bool inner = i > 0 && (c == '.' || c == '_' || c == '-');
        if (!is_lower(c) && !is_digit(c) && !(c >= 'A' && c <= 'Z') && !inner) return false;
    }
    return true;
}

bool scheme_attribute_name_valid(struct cm_slice name) {
    static const char *const taken[] = {"date", "batch", "serial"};
    if (name.len == 0 || name.len >= SCHEME_WORD_CAP || !is_lower(name.p[0])) return false;
    for (size_t i = 0; i < CM_ARRAY_N(taken); i++)
        if (slice_equal(name, slice_text(taken[i]))) return false;
    for (size_t i = 1; i < name.len; i++) {
        const uint8_t c = name.p[i];
        if (!is_lower(c) && !is_digit(c) && c != '_' && c != '-') return false;
    }
    return true;
}

static cm_err names_check(const struct scheme *s, struct cm_diag *diag) {
    static const char *const remedy = "use letters, digits, '.', '_' and '-', a letter first";
    if (!scheme_name_valid(slice_text(s->name)))
        return diag_fail(diag, CM_E_FORMAT, NULL, "name", remedy, "'%s' is no name", s->name);
    if (s->brand[0] != '\0' && !scheme_name_valid(slice_text(s->brand)))
        return diag_fail(diag, CM_E_FORMAT, NULL, "brand", remedy, "'%s' is no name", s->brand);
    for (uint8_t i = 0; i < s->numbers.attribute_n; i++) {
        const char *name = s->attribute_name[i];
        if (!scheme_attribute_name_valid(slice_text(name)))
            return diag_fail(diag, CM_E_FORMAT, NULL, "attributes",
                             "use a-z, 0-9, '_', '-', a letter first; date, batch and serial are "
                             "taken",
                             "'%s' is no attribute name", name);
        if (scheme_attribute_find(s, slice_text(name)) != i)
            return diag_fail(diag, CM_E_FORMAT, NULL, "attributes", "rename one",
                             "two attributes are called '%s'", name);
    }
    return CM_OK;
}

static cm_err lists_check(const struct scheme *s, struct cm_diag *diag) {
    for (uint8_t i = 0; i < s->numbers.attribute_n; i++)
        if (s->values[i].n > s->numbers.attribute[i].cardinality)
            return diag_fail(diag, CM_E_LIMIT, NULL, s->attribute_name[i],
                             "reserve more room in a new scheme", "%u values in a room for %llu",
                             s->values[i].n,
                             (unsigned long long)s->numbers.attribute[i].cardinality);
    return CM_OK;
}

static cm_err promise_check(const struct scheme *s, struct cm_diag *diag) {
    cm_u128 space = 0;
    TRY(pack_space(s->numbers.alphabet.n, s->numbers.length, &space));
    if (s->volume < 1 || s->one_in < 1)
        return diag_fail(diag, CM_E_RANGE, NULL, "volume, odds", "state both, at least 1",
                         "a scheme promises odds for a volume");
    const cm_u128 need = (cm_u128)s->volume * s->one_in;
    if (space >= need) return CM_OK;
    char most[WIDE_TEXT_CAP];
    wide_format(odds_one_in(space, s->volume), most);
    return diag_fail(diag, CM_E_LIMIT, NULL, "odds", "make the code longer, or promise less",
                     "%llu live codes of %u characters give one in %s, promised is one in %llu",
                     (unsigned long long)s->volume, s->numbers.length, most,
                     (unsigned long long)s->one_in);
}

cm_err scheme_check(const struct scheme *scheme, struct cm_diag *diag) {
    TRY(names_check(scheme, diag));
    TRY(cm_scheme_numbers_check(&scheme->numbers, diag));
    const struct grouping grouping = grouping_of(&scheme->numbers);
    TRY(grouping_check(&grouping, cm_scheme_code_len(&scheme->numbers), diag));
    TRY(lists_check(scheme, diag));
    return promise_check(scheme, diag);
}

uint8_t scheme_attribute_find(const struct scheme *scheme, struct cm_slice name) {
    for (uint8_t i = 0; i < scheme->numbers.attribute_n; i++)
        if (slice_equal(slice_text(scheme->attribute_name[i]), name)) return i;
    return SCHEME_NO_FIELD;
}

cm_err scheme_append_value(struct scheme *scheme, uint8_t attribute, struct cm_slice value,
                           uint32_t *index, struct cm_diag *diag) {
    if (attribute >= scheme->numbers.attribute_n) return CM_E_NOT_FOUND;
    struct values *values = &scheme->values[attribute];
    const char *name = scheme->attribute_name[attribute];
    const uint64_t room = scheme->numbers.attribute[attribute].cardinality;
    const uint32_t there = values_find(values, value);
    if (there != VALUES_NONE)
        return diag_fail(diag, CM_E_EXISTS, NULL, name, "use that one",
                         "the value is in the list already, as number %u", there);
    if (values->n >= room)
        return diag_fail(diag, CM_E_LIMIT, NULL, name, "make a new scheme with more room",
                         "the room reserved for %llu values is full", (unsigned long long)room);
    const cm_err err = values_append(values, value, index);
    if (err == CM_E_FORMAT || err == CM_E_RANGE)
        return diag_fail(diag, err, NULL, name, "use 1 to 96 bytes of UTF-8, no control characters",
                         "this cannot be a value");
    return err;
}

cm_err scheme_most_live(const struct scheme *scheme, uint64_t *most) {
    cm_u128 space = 0;
    TRY(pack_space(scheme->numbers.alphabet.n, scheme->numbers.length, &space));
    if (scheme->one_in < 1) return CM_E_RANGE;
    const cm_u128 live = odds_most_live(space, scheme->one_in);
    *most = live > UINT64_MAX ? UINT64_MAX : (uint64_t)live;
    return CM_OK;
}
