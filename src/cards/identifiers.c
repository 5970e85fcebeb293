/* The list of identifiers, read and written. See identifiers.h.
 * References: docs/design/faces.md; GS1 General Specifications; ISO/IEC 7813. */
#include "cards/identifiers.h"

#include <string.h>

#include "base/macros.h"
#include "base/text.h"

enum kind { KIND_EAN13, KIND_GSRN, KIND_TAGS, KIND_TRACK1, KIND_TRACK2, KIND_CONTROL };
#define KIND_N 6u
static const char *const kinds[KIND_N] = {"ean13", "gsrn", "tags", "track1", "track2", "control"};
static const char *const numberings[] = {"same", "own"};

/* What the reading of one list knows. */
struct reading {
    struct cm_pool_numbers *numbers;
    struct identifiers *out;
};

static cm_err read_shape(struct json_value v, uint8_t number_n, struct cm_card_shape *out) {
    struct cm_slice prefix;
    TRY(json_text(v, 1, CM_CARD_PREFIX_MAX, &prefix));
    struct cm_card_shape shape = {.number_n = number_n, .prefix_n = (uint8_t)prefix.len};
    for (size_t i = 0; i < prefix.len; i++) {
        if (prefix.p[i] < '0' || prefix.p[i] > '9')
            return json_fail(v, CM_E_FORMAT, "use the digits 0 to 9 only",
                             "the prefix holds something else than digits");
        shape.prefix[i] = (char)prefix.p[i];
    }
    *out = shape;
    return CM_OK;
}

static cm_err read_ean13(const struct reading *r, struct json_value v) {
    static const char *const keys[] = {"kind", "prefix"};
    TRY(json_only(v, keys, CM_ARRAY_N(keys)));
    return read_shape(json_get(v, "prefix"), CM_CARD_EAN13_N, &r->numbers->faces.ean13);
}

static cm_err read_gsrn(const struct reading *r, struct json_value v) {
    static const char *const keys[] = {"kind", "prefix"};
    TRY(json_only(v, keys, CM_ARRAY_N(keys)));
    return read_shape(json_get(v, "prefix"), CM_CARD_GSRN_N, &r->numbers->faces.gsrn);
}

/* Own numbers have a prefix of their own: under the card's, two units could own one text. */
static cm_err read_tags(const struct reading *r, struct json_value v) {
    static const char *const same_keys[] = {"kind", "items", "numbers"};
    static const char *const own_keys[] = {"kind", "items", "numbers", "prefix", "digits"};
    size_t own = 0;
    uint64_t items = 0, digits = 0;
    TRY(json_word(json_get(v, "numbers"), numberings, CM_ARRAY_N(numberings), &own));
    TRY(own != 0 ? json_only(v, own_keys, CM_ARRAY_N(own_keys))
                 : json_only(v, same_keys, CM_ARRAY_N(same_keys)));
    TRY(json_u64(json_get(v, "items"), 1, CM_CARD_TAGS_MAX, &items));
    r->numbers->faces.tag_n = (uint8_t)items;
    if (own == 0) return CM_OK;
    TRY(json_u64(json_get(v, "digits"), CM_CARD_NUMBER_MIN, CM_CARD_NUMBER_MAX, &digits));
    return read_shape(json_get(v, "prefix"), (uint8_t)digits, &r->numbers->faces.tag);
}

static cm_err copy_word(struct json_value object, const char *key, char *out, size_t cap) {
    const struct json_value v = json_get(object, key);
    return json_present(v) ? json_copy_text(v, 0, out, cap) : CM_OK;
}

static cm_err read_track(const struct reading *r, struct json_value v, uint8_t no) {
    static const char *const keys[] = {"kind", "layout", "name", "expiry", "service", "data"};
    struct track_words words = {.name = ""};
    struct cm_slice layout = slice_text("iso");
    struct cm_diag found = DIAG_INIT;
    TRY(json_only(v, keys, CM_ARRAY_N(keys)));
    if (json_present(json_get(v, "layout")))
        TRY(json_text(json_get(v, "layout"), 1, TRACK_LAYOUT_CAP - 1u, &layout));
    TRY(copy_word(v, "name", words.name, sizeof words.name));
    TRY(copy_word(v, "expiry", words.expiry, sizeof words.expiry));
    TRY(copy_word(v, "service", words.service, sizeof words.service));
    TRY(copy_word(v, "data", words.data, sizeof words.data));
    const cm_err err = track_init(&r->out->track[no - 1u], no, layout, &words,
                                  cm_card_number_n(r->numbers), &found);
    if (err == CM_OK || found.problem[0] == '\0') return err;
    const struct json_value at = json_get(v, found.place);
    return json_fail(json_present(at) ? at : v, err, found.remedy, "%s", found.problem);
}

static bool control_sign(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '-';
}

static cm_err read_control(const struct reading *r, struct json_value v) {
    static const char *const keys[] = {"kind", "prefix", "digits"};
    struct control control = {.digits = 0};
    uint64_t digits = 0;
    TRY(json_only(v, keys, CM_ARRAY_N(keys)));
    TRY(copy_word(v, "prefix", control.prefix, sizeof control.prefix));
    for (const char *c = control.prefix; *c != '\0'; c++)
        if (!control_sign(*c))
            return json_fail(json_get(v, "prefix"), CM_E_FORMAT, "use A to Z, 0 to 9 and -",
                             "the prefix of the control number holds another character");
    TRY(json_u64(json_get(v, "digits"), 1, CONTROL_DIGITS_MAX, &digits));
    control.digits = (uint8_t)digits;
    r->out->control = control;
    return CM_OK;
}

static cm_err read_item(const struct reading *r, struct json_value v, enum kind kind) {
    switch (kind) {
    case KIND_EAN13: return read_ean13(r, v);
    case KIND_GSRN: return read_gsrn(r, v);
    case KIND_TAGS: return read_tags(r, v);
    case KIND_TRACK1: return read_track(r, v, 1);
    case KIND_TRACK2: return read_track(r, v, 2);
    case KIND_CONTROL: return read_control(r, v);
    default: return CM_E_FORMAT;
    }
}

/* Every index needs a control number of its own. */
static cm_err check_control(struct json_value list, const struct cm_pool_numbers *numbers,
                            const struct control *control) {
    uint64_t capacity = 1;
    if (control->digits == 0) return CM_OK;
    for (unsigned i = 0; i < control->digits; i++)
        capacity *= 10u;
    if (capacity >= cm_card_capacity(numbers)) return CM_OK;
    return json_fail(list, CM_E_RANGE, "give it as many digits as the body of the number",
                     "%u digits do not number all cards of this pool", (unsigned)control->digits);
}

cm_err identifiers_read(struct json_value list, struct cm_pool_numbers *numbers,
                        struct identifiers *out) {
    struct identifiers ids = {.control = {.digits = 0}};
    const struct reading r = {.numbers = numbers, .out = &ids};
    bool seen[KIND_N] = {false};
    size_t n = 0, kind = 0;
    if (!json_present(list)) {
        *out = ids;
        return CM_OK;
    }
    TRY(json_items(list, 1, KIND_N, &n));
    for (size_t i = 0; i < n; i++) {
        const struct json_value v = json_at(list, i);
        TRY(json_word(json_get(v, "kind"), kinds, KIND_N, &kind));
        if (seen[kind])
            return json_fail(v, CM_E_EXISTS, "state each kind once", "a card has one %s",
                             kinds[kind]);
        seen[kind] = true;
        TRY(read_item(&r, v, (enum kind)kind));
    }
    struct cm_diag found = DIAG_INIT;
    const cm_err err = cm_pool_numbers_check(numbers, &found);
    if (err != CM_OK) return json_fail(list, err, found.remedy, "%s", found.problem);
    TRY(check_control(list, numbers, &ids.control));
    *out = ids;
    return CM_OK;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static void begin(struct json_writer *w, enum kind kind) {
    json_object_begin(w, NULL);
    json_put_cstr(w, "kind", kinds[kind]);
}

static void write_shape(struct json_writer *w, enum kind kind, const struct cm_card_shape *shape) {
    if (shape->number_n == 0) return;
    begin(w, kind);
    json_put_text(w, "prefix", slice_of(shape->prefix, shape->prefix_n));
    json_object_end(w);
}

static void write_tags(struct json_writer *w, const struct cm_card_faces *faces) {
    if (faces->tag_n == 0) return;
    const bool own = faces->tag.number_n != 0;
    begin(w, KIND_TAGS);
    json_put_u64(w, "items", faces->tag_n);
    json_put_cstr(w, "numbers", numberings[own ? 1 : 0]);
    if (own) {
        json_put_text(w, "prefix", slice_of(faces->tag.prefix, faces->tag.prefix_n));
        json_put_u64(w, "digits", faces->tag.number_n);
    }
    json_object_end(w);
}

static void put_word(struct json_writer *w, const char *key, const char *word) {
    if (word[0] != '\0') json_put_cstr(w, key, word);
}

static void write_track(struct json_writer *w, enum kind kind, const struct track *track) {
    if (!track->on) return;
    begin(w, kind);
    json_put_cstr(w, "layout", track->iso ? "iso" : track->layout);
    put_word(w, "name", track->words.name);
    put_word(w, "expiry", track->words.expiry);
    put_word(w, "service", track->words.service);
    put_word(w, "data", track->words.data);
    json_object_end(w);
}

static void write_control(struct json_writer *w, const struct control *control) {
    if (control->digits == 0) return;
    begin(w, KIND_CONTROL);
    put_word(w, "prefix", control->prefix);
    json_put_u64(w, "digits", control->digits);
    json_object_end(w);
}

void identifiers_write(struct json_writer *w, const struct cm_pool_numbers *numbers,
                       const struct identifiers *ids) {
    const struct cm_card_faces *faces = &numbers->faces;
    if (faces->ean13.number_n == 0 && faces->gsrn.number_n == 0 && faces->tag_n == 0 &&
        !ids->track[0].on && !ids->track[1].on && ids->control.digits == 0)
        return;
    json_array_begin(w, "identifiers");
    write_shape(w, KIND_EAN13, &faces->ean13);
    write_shape(w, KIND_GSRN, &faces->gsrn);
    write_tags(w, faces);
    write_track(w, KIND_TRACK1, &ids->track[0]);
    write_track(w, KIND_TRACK2, &ids->track[1]);
    write_control(w, &ids->control);
    json_array_end(w);
}
