/* Writing a scheme file: keys in one order, numbers that JavaScript would round as texts. */
#include "codes/scheme_json.h"

#include "base/date.h"
#include "base/macros.h"
#include "codes/pack.h"
#include "codes/wide.h"
#include "doc/json_write.h"

static const char *place_name(bool present_inline) {
    return present_inline ? "inline" : "registered";
}

static void head_write(const struct scheme *s, struct json_writer *w) {
    json_put_cstr(w, "format", "countermark-scheme-1");
    json_put_u64(w, "id", s->numbers.id);
    json_put_cstr(w, "name", s->name);
    if (s->brand[0] != '\0') json_put_cstr(w, "brand", s->brand);
    json_put_cstr(w, "mode", s->numbers.test ? "TEST" : "LIVE");
    json_put_u64(w, "key_version", s->numbers.key_version_first);
    if (s->technology[0] != '\0') json_put_cstr(w, "technology", s->technology);
}

static void layout_write(const struct scheme *s, struct json_writer *w) {
    json_object_begin(w, "alphabet");
    if (s->alphabet_name[0] != '\0') json_put_cstr(w, "preset", s->alphabet_name);
    json_put_cstr(w, "symbols", s->numbers.alphabet.symbols);
    json_object_end(w);
    json_put_u64(w, "length", s->numbers.length);
    json_put_cstr(w, "check", cm_check_name(s->numbers.check));
    if (s->numbers.group[0] == 0) return;
    const char separator[2] = {s->numbers.group_separator, '\0'};
    json_object_begin(w, "grouping");
    json_array_begin(w, "sizes");
    for (size_t i = 0; i < CM_GROUPS_MAX && s->numbers.group[i] != 0; i++)
        json_put_u64(w, NULL, s->numbers.group[i]);
    json_array_end(w);
    json_put_cstr(w, "separator", separator);
    json_object_end(w);
}

static void attributes_write(const struct scheme *s, struct json_writer *w) {
    json_array_begin(w, "attributes");
    for (uint8_t i = 0; i < s->numbers.attribute_n; i++) {
        json_object_begin(w, NULL);
        json_put_cstr(w, "name", s->attribute_name[i]);
        json_put_cstr(w, "place", place_name(s->numbers.attribute[i].present_inline));
        json_put_u64(w, "room", s->numbers.attribute[i].cardinality);
        json_array_begin(w, "values");
        for (uint32_t v = 0; v < s->values[i].n; v++)
            json_put_text(w, NULL, values_at(&s->values[i], v));
        json_array_end(w);
        json_object_end(w);
    }
    json_array_end(w);
}

static void date_write(const struct scheme *s, struct json_writer *w) {
    if (!s->has_date) return;
    char epoch[DATE_TEXT_CAP];
    date_format(s->numbers.epoch_day, epoch);
    json_object_begin(w, "date");
    json_put_cstr(w, "place", place_name(s->numbers.date.present_inline));
    json_put_cstr(w, "epoch", epoch);
    json_put_u64(w, "days", s->numbers.date.cardinality);
    json_object_end(w);
}

static void wide_put(struct json_writer *w, const char *key, cm_u128 value) {
    char text[WIDE_TEXT_CAP];
    wide_format(value, text);
    json_put_cstr(w, key, text);
}

cm_err scheme_json_write(const struct scheme *scheme, struct buffer *out) {
    cm_u128 space = 0, payloads = 0;
    TRY(pack_space(scheme->numbers.alphabet.n, scheme->numbers.length, &space));
    TRY(pack_payloads(&scheme->numbers, &payloads));
    struct json_writer w = json_writer_into(out, true);
    json_object_begin(&w, NULL);
    head_write(scheme, &w);
    layout_write(scheme, &w);
    attributes_write(scheme, &w);
    date_write(scheme, &w);
    json_put_u64(&w, "batches", scheme->numbers.batches);
    json_put_u64(&w, "serials", scheme->numbers.serials);
    json_object_begin(&w, "filter");
    json_put_u64(&w, "words", scheme->numbers.filter_version);
    json_put_bool(&w, "rotation", scheme->numbers.rotation_filter);
    json_object_end(&w);
    json_put_u64(&w, "tables", scheme->numbers.table_version);
    json_put_u64(&w, "volume", scheme->volume);
    json_put_u64(&w, "odds", scheme->one_in);
    json_object_begin(&w, "frozen");
    wide_put(&w, "S", space);
    wide_put(&w, "C", payloads);
    wide_put(&w, "T", pack_t(&scheme->numbers));
    json_object_end(&w);
    json_object_end(&w);
    return buffer_err(out);
}
