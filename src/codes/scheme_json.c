/* Reading a scheme file, part by part in the order in which it is written. Writing stands in
 * scheme_json_write.c. */
#include "codes/scheme_json.h"

#include <string.h>

#include "base/date.h"
#include "base/macros.h"
#include "codes/pack.h"
#include "codes/wide.h"
#include "doc/json.h"

#define FORMAT_NAME "countermark-scheme-1"

static cm_err head_read(struct scheme *s, struct json_value root) {
    static const char *const formats[] = {FORMAT_NAME}, *const modes[] = {"LIVE", "TEST"};
    size_t word = 0;
    uint64_t id = 0, version = 0;
    TRY(json_word(json_get(root, "format"), formats, CM_ARRAY_N(formats), &word));
    TRY(json_u64(json_get(root, "id"), 0, UINT32_MAX, &id));
    TRY(json_copy_text(json_get(root, "name"), 1, s->name, sizeof s->name));
    if (json_present(json_get(root, "brand")))
        TRY(json_copy_text(json_get(root, "brand"), 0, s->brand, sizeof s->brand));
    TRY(json_word(json_get(root, "mode"), modes, CM_ARRAY_N(modes), &word));
    TRY(json_u64(json_get(root, "key_version"), 1, UINT8_MAX, &version));
    if (json_present(json_get(root, "technology")))
        TRY(json_copy_text(json_get(root, "technology"), 0, s->technology, sizeof s->technology));
    s->numbers.id = (uint32_t)id;
    s->numbers.test = word == 1;
    s->numbers.key_version_first = (uint8_t)version;
    return CM_OK;
}

/* {"preset": name} or {"symbols": text} or both: then they must agree. */
static cm_err alphabet_read(struct scheme *s, struct json_value v) {
    static const char *const keys[] = {"preset", "symbols"};
    struct cm_diag why = DIAG_INIT;
    struct cm_alphabet *alphabet = &s->numbers.alphabet;
    struct cm_slice symbols = slice_of(NULL, 0);
    TRY(json_only(v, keys, CM_ARRAY_N(keys)));
    const struct json_value preset = json_get(v, "preset"), given = json_get(v, "symbols");
    if (json_present(preset)) {
        TRY(json_copy_text(preset, 1, s->alphabet_name, sizeof s->alphabet_name));
        const cm_err err = cm_alphabet_by_name(alphabet, slice_text(s->alphabet_name), &why);
        if (err != CM_OK) return json_fail(preset, err, why.remedy, "%s", why.problem);
    }
    if (!json_present(given) && json_present(preset)) return CM_OK;
    TRY(json_text(given, CM_ALPHABET_MIN, CM_ALPHABET_MAX, &symbols));
    if (json_present(preset) && !slice_equal(symbols, slice_text(alphabet->symbols)))
        return json_fail(given, CM_E_CORRUPT, "remove the preset's name, or correct the symbols",
                         "these are not the symbols of the preset");
    const cm_err err = cm_alphabet_init(alphabet, symbols, &why);
    return err == CM_OK ? CM_OK : json_fail(given, err, why.remedy, "%s", why.problem);
}

static cm_err grouping_read(struct cm_scheme_numbers *n, struct json_value v) {
    static const char *const keys[] = {"sizes", "separator"};
    size_t count = 0;
    char separator[2];
    TRY(json_only(v, keys, CM_ARRAY_N(keys)));
    TRY(json_items(json_get(v, "sizes"), 1, CM_GROUPS_MAX, &count));
    TRY(json_copy_text(json_get(v, "separator"), 1, separator, sizeof separator));
    for (size_t i = 0; i < count; i++) {
        uint64_t size = 0;
        TRY(json_u64(json_at(json_get(v, "sizes"), i), 1, CM_LENGTH_MAX + 1, &size));
        n->group[i] = (uint8_t)size;
    }
    n->group_separator = separator[0];
    return CM_OK;
}

static cm_err layout_read(struct scheme *s, struct json_value root) {
    uint64_t length = 0;
    struct cm_slice check;
    TRY(alphabet_read(s, json_get(root, "alphabet")));
    TRY(json_u64(json_get(root, "length"), 1, CM_LENGTH_MAX, &length));
    TRY(json_text(json_get(root, "check"), 1, SCHEME_WORD_CAP - 1, &check));
    if (cm_check_by_name(check, &s->numbers.check) != CM_OK)
        return json_fail(json_get(root, "check"), CM_E_FORMAT,
                         "use none, prime, gf16, gf32 or damm", "unknown kind of check character");
    s->numbers.length = (uint8_t)length;
    if (!json_present(json_get(root, "grouping"))) return CM_OK;
    return grouping_read(&s->numbers, json_get(root, "grouping"));
}

static cm_err place_read(struct json_value v, bool *present_inline) {
    static const char *const places[] = {"registered", "inline"};
    size_t word = 0;
    TRY(json_word(v, places, CM_ARRAY_N(places), &word));
    *present_inline = word == 1;
    return CM_OK;
}

static cm_err values_read(struct values *values, struct json_value list) {
    size_t n = 0;
    TRY(json_items(list, 0, VALUES_MAX, &n));
    for (size_t i = 0; i < n; i++) {
        struct cm_slice text;
        uint32_t index = 0;
        const struct json_value item = json_at(list, i);
        TRY(json_text(item, 1, VALUE_MAX, &text));
        const cm_err err = values_append(values, text, &index);
        if (err == CM_E_EXISTS)
            return json_fail(item, CM_E_FORMAT, "remove or rename one of them",
                             "this value stands in the list already, as item %u", index);
        if (err != CM_OK)
            return json_fail(item, err, "use UTF-8 without control characters",
                             "this cannot be a value");
    }
    return CM_OK;
}

static cm_err attributes_read(struct scheme *s, struct json_value list) {
    static const char *const keys[] = {"name", "place", "room", "values"};
    size_t n = 0;
    if (!json_present(list)) return CM_OK;
    TRY(json_items(list, 0, CM_ATTRIBUTES_MAX, &n));
    for (size_t i = 0; i < n; i++) {
        const struct json_value v = json_at(list, i);
        struct cm_radix_field *field = &s->numbers.attribute[i];
        TRY(json_only(v, keys, CM_ARRAY_N(keys)));
        TRY(json_copy_text(json_get(v, "name"), 1, s->attribute_name[i], SCHEME_WORD_CAP));
        TRY(place_read(json_get(v, "place"), &field->present_inline));
        TRY(json_u64(json_get(v, "room"), 1, SCHEME_COUNT_MAX, &field->cardinality));
        if (json_present(json_get(v, "values")))
            TRY(values_read(&s->values[i], json_get(v, "values")));
        if (s->values[i].n > field->cardinality)
            return json_fail(json_get(v, "room"), CM_E_LIMIT, "reserve more room",
                             "%u values do not fit", s->values[i].n);
        s->numbers.attribute_n++;
    }
    return CM_OK;
}

static cm_err date_read(struct scheme *s, struct json_value v) {
    static const char *const keys[] = {"place", "epoch", "days"};
    s->numbers.date.cardinality = 1; /* member by member: the padding stays zero, so that documents
                                         compare as bytes */
    s->has_date = json_present(v);
    if (!s->has_date) return CM_OK;
    struct cm_slice epoch;
    TRY(json_only(v, keys, CM_ARRAY_N(keys)));
    TRY(place_read(json_get(v, "place"), &s->numbers.date.present_inline));
    TRY(json_text(json_get(v, "epoch"), 1, DATE_TEXT_CAP, &epoch));
    if (date_parse(epoch, &s->numbers.epoch_day) != CM_OK)
        return json_fail(json_get(v, "epoch"), CM_E_FORMAT, "write it as 2026-01-31",
                         "this is not a date");
    return json_u64(json_get(v, "days"), 1, UINT32_MAX, &s->numbers.date.cardinality);
}

static cm_err filter_read(struct cm_scheme_numbers *n, struct json_value root) {
    static const char *const keys[] = {"words", "rotation"};
    const struct json_value v = json_get(root, "filter");
    uint64_t words = 0, tables = 0;
    TRY(json_only(v, keys, CM_ARRAY_N(keys)));
    TRY(json_u64(json_get(v, "words"), 0, UINT8_MAX, &words));
    TRY(json_bool(json_get(v, "rotation"), &n->rotation_filter));
    TRY(json_u64(json_get(root, "tables"), 1, UINT8_MAX, &tables));
    n->filter_version = (uint8_t)words;
    n->table_version = (uint8_t)tables;
    return CM_OK;
}

static cm_err wide_read(struct json_value v, cm_u128 *out) {
    struct cm_slice text;
    TRY(json_text(v, 1, WIDE_TEXT_CAP - 1, &text));
    const cm_err err = wide_parse(text, out);
    return err == CM_OK ? CM_OK
                        : json_fail(v, err, "write digits only", "this is not a whole number");
}

static cm_err frozen_equal(struct json_value v, cm_u128 computed, cm_u128 *stored) {
    char text[WIDE_TEXT_CAP];
    TRY(wide_read(v, stored));
    if (*stored == computed) return CM_OK;
    wide_format(computed, text);
    return json_fail(v, CM_E_CORRUPT,
                     "restore the file as it was made; printed codes depend on this number",
                     "alphabet, length and fields give %s", text);
}

static cm_err frozen_read(struct scheme *s, struct json_value root, enum scheme_json_mode mode,
                          struct cm_diag *diag) {
    static const char *const keys[] = {"S", "C", "T"};
    const struct json_value v = json_get(root, "frozen");
    struct cm_scheme_numbers computed = s->numbers;
    struct cm_diag why = DIAG_INIT;
    const cm_err err = cm_scheme_numbers_freeze(&computed, &why);
    if (err != CM_OK) /* the file is the input that people know */
        return diag_fail(diag, err, NULL, why.place, why.remedy, "%s", why.problem);
    if (!json_present(v) && mode == SCHEME_JSON_DRAFT) {
        s->numbers = computed;
        return CM_OK;
    }
    cm_u128 space = 0, payloads = 0, stored = 0;
    TRY(json_only(v, keys, CM_ARRAY_N(keys)));
    TRY(pack_space(s->numbers.alphabet.n, s->numbers.length, &space));
    TRY(pack_payloads(&s->numbers, &payloads));
    TRY(frozen_equal(json_get(v, "S"), space, &stored));
    TRY(frozen_equal(json_get(v, "C"), payloads, &stored));
    TRY(frozen_equal(json_get(v, "T"), pack_t(&computed), &stored));
    s->numbers.t_minus_1 = (uint64_t)(stored - 1);
    return CM_OK;
}

static cm_err body_read(struct scheme *s, struct json_value root, enum scheme_json_mode mode,
                        struct cm_diag *diag) {
    static const char *const keys[] = {
        "format",  "id",    "name",   "brand",  "mode",        "technology", "alphabet",
        "length",  "check", "tables", "date",   "grouping",    "attributes", "batches",
        "serials", "odds",  "volume", "filter", "key_version", "frozen"};
    TRY(json_only(root, keys, CM_ARRAY_N(keys)));
    TRY(head_read(s, root));
    TRY(layout_read(s, root));
    TRY(attributes_read(s, json_get(root, "attributes")));
    TRY(date_read(s, json_get(root, "date")));
    TRY(json_u64(json_get(root, "batches"), 1, SCHEME_COUNT_MAX, &s->numbers.batches));
    TRY(json_u64(json_get(root, "serials"), 1, SCHEME_COUNT_MAX, &s->numbers.serials));
    TRY(filter_read(&s->numbers, root));
    TRY(json_u64(json_get(root, "volume"), 1, SCHEME_COUNT_MAX, &s->volume));
    TRY(json_u64(json_get(root, "odds"), 1, SCHEME_COUNT_MAX, &s->one_in));
    TRY(frozen_read(s, root, mode, diag));
    return scheme_check(s, diag);
}

cm_err scheme_json_read(struct scheme *out, struct cm_slice text, const char *input,
                        enum scheme_json_mode mode, struct cm_diag *diag) {
    static const struct json_limits limits = {.text_max = SCHEME_JSON_MAX, .depth_max = 8};
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(json_doc_new(&doc, text, input, &limits, diag));
    CM_CLEANUP(scheme_wipe) struct scheme local;
    scheme_init(&local);
    const cm_err err = body_read(&local, json_root(doc), mode, diag);
    diag_locate(diag, input, NULL);
    if (err != CM_OK) return err;
    *out = local;
    scheme_init(&local); /* the lists belong to *out now */
    return CM_OK;
}
