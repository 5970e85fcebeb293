/* The fields of a pass: what people read on its face and its back. */
#include "pass/pass_check_inside.h"

#include <string.h>

#include "base/macros.h"

#define FIELDS_MAX 128u /* of one pass; ours */

static const char *const lists[] = {"headerFields",    "primaryFields", "secondaryFields",
                                    "auxiliaryFields", "backFields",    "additionalInfoFields",
                                    "footerFields"};
/* What fits on the face; more is not shown. Apple, "Pass Design and Creation". */
static const size_t shown[] = {3, 1, 4, 4, SIZE_MAX, SIZE_MAX, SIZE_MAX};
#define PRIMARY_LIST 1u

struct keys {
    struct cm_slice seen[FIELDS_MAX];
    size_t n;
};

static void is_word(struct pass_report *r, struct json_value v, const char *const *words,
                    size_t n) {
    size_t which = 0;
    if (!pass_is_open(r, v)) pass_took(r, json_word(v, words, n, &which));
}

static void is_style_of_time(struct pass_report *r, struct json_value v) {
    static const char *const words[] = {"PKDateStyleNone", "PKDateStyleShort", "PKDateStyleMedium",
                                        "PKDateStyleLong", "PKDateStyleFull"};
    is_word(r, v, words, CM_ARRAY_N(words));
}

static void is_style_of_number(struct pass_report *r, struct json_value v) {
    static const char *const words[] = {"PKNumberStyleDecimal", "PKNumberStylePercent",
                                        "PKNumberStyleScientific", "PKNumberStyleSpellOut"};
    is_word(r, v, words, CM_ARRAY_N(words));
}

static void is_alignment(struct pass_report *r, struct json_value v) {
    static const char *const words[] = {"PKTextAlignmentLeft", "PKTextAlignmentCenter",
                                        "PKTextAlignmentRight", "PKTextAlignmentNatural"};
    is_word(r, v, words, CM_ARRAY_N(words));
}

static void are_detectors(struct pass_report *r, struct json_value v) {
    static const char *const words[] = {"PKDataDetectorTypePhoneNumber", "PKDataDetectorTypeLink",
                                        "PKDataDetectorTypeAddress",
                                        "PKDataDetectorTypeCalendarEvent"};
    size_t n = 0;
    const cm_err err = json_items(v, 0, CM_ARRAY_N(words), &n);
    pass_took(r, err);
    for (size_t i = 0; err == CM_OK && i < n; i++)
        is_word(r, json_at(v, i), words, CM_ARRAY_N(words));
}

static void is_change(struct pass_report *r, struct json_value v) {
    struct cm_slice text;
    if (pass_known_text(r, v, &text) && memmem(text.p, text.len, "%@", 2) == NULL)
        pass_warning(r, v, "let it hold %@, where the new value shall stand",
                     "it does not say the new value");
}

/* ISO 4217: three capitals. */
static void is_currency(struct pass_report *r, struct json_value v) {
    struct cm_slice text;
    if (!pass_known_text(r, v, &text)) return;
    bool good = text.len == 3;
    for (size_t i = 0; i < text.len; i++)
        good = good && text.p[i] >= 'A' && text.p[i] <= 'Z';
    if (!good) pass_error(r, v, "write it like EUR", "not a currency code");
}

static void is_row(struct pass_report *r, struct json_value v) {
    if (!pass_is_open(r, v) && !pass_number_within(v, 0, 1))
        pass_error(r, v, "write 0 or 1", "auxiliary fields have two rows, 0 and 1");
}

static const struct pass_member field_members[] = {
    {"attributedValue", pass_any, false},
    {"changeMessage", is_change, false},
    {"currencyCode", is_currency, false},
    {"dataDetectorTypes", are_detectors, false},
    {"dateStyle", is_style_of_time, false},
    {"ignoresTimeZone", pass_is_bool, false},
    {"isRelative", pass_is_bool, false},
    {"key", pass_is_line, true},
    {"label", pass_is_text, false},
    {"numberStyle", is_style_of_number, false},
    {"row", is_row, false},
    {"semantics", pass_is_object, false},
    {"textAlignment", is_alignment, false},
    {"timeStyle", is_style_of_time, false},
    {"value", pass_any, true},
};

static bool is_number_to_be(struct json_value v) {
    struct cm_slice text;
    const enum json_kind kind = json_kind_of(v);
    if (kind == JSON_KIND_INTEGER || kind == JSON_KIND_REAL) return true;
    return kind == JSON_KIND_TEXT && json_text(v, 0, PASS_TEXT_MAX, &text) == CM_OK &&
           text.len > 3 && text.p[0] == '{' && text.p[1] == '#';
}

/* The value, and what its styles ask of it. */
static void check_value(struct pass_report *r, struct json_value field) {
    const struct json_value v = json_get(field, "value");
    const bool numeric = json_present(json_get(field, "currencyCode")) ||
                         json_present(json_get(field, "numberStyle"));
    const bool time =
        json_present(json_get(field, "dateStyle")) || json_present(json_get(field, "timeStyle"));
    if (!json_present(v)) return; /* said already */
    const enum json_kind kind = json_kind_of(v);
    if (kind != JSON_KIND_TEXT && kind != JSON_KIND_INTEGER && kind != JSON_KIND_REAL)
        pass_error(r, v, "write a text or a number", "neither a text nor a number");
    else if (numeric && time)
        pass_error(r, field, "let it be one of the two", "a field is a number or a time, not both");
    else if (numeric && !is_number_to_be(v))
        pass_error(r, v, "write a number, or \"{#column}\" for one",
                   "a field with a currency or a style of numbers has a number as its value");
    else if (time)
        pass_is_date(r, v);
    r->diag = (struct cm_diag)DIAG_INIT; /* of readers that were only asked */
}

static void check_key(struct pass_report *r, struct json_value v, struct keys *keys) {
    struct cm_slice text;
    if (!json_present(v) || pass_is_open(r, v) || json_kind_of(v) != JSON_KIND_TEXT) return;
    cm_ignore(json_text(v, 0, PASS_TEXT_MAX, &text)); /* it is a text */
    for (size_t i = 0; i < keys->n; i++) {
        if (!slice_equal(keys->seen[i], text)) continue;
        pass_error(r, v, "give every field a key of its own", "another field has the same key");
        return;
    }
    if (keys->n < FIELDS_MAX) keys->seen[keys->n++] = text;
}

static void check_list(struct pass_report *r, struct json_value list, struct keys *keys,
                       size_t shown_n) {
    size_t n = 0;
    const cm_err err = json_items(list, 0, FIELDS_MAX, &n);
    pass_took(r, err);
    if (err != CM_OK) return;
    for (size_t i = 0; i < n; i++) {
        const struct json_value field = json_at(list, i);
        if (!pass_members(r, field, field_members, CM_ARRAY_N(field_members), "field")) continue;
        check_value(r, field);
        check_key(r, json_get(field, "key"), keys);
    }
    if (n > shown_n)
        pass_warning(r, list, "move the others to backFields", "%zu fields; %zu are shown", n,
                     shown_n);
}

void pass_check_style(struct pass_report *r, struct json_value object, enum pass_style style) {
    static const struct pass_member members[] = {
        {"headerFields", pass_any, false},    {"primaryFields", pass_any, false},
        {"secondaryFields", pass_any, false}, {"auxiliaryFields", pass_any, false},
        {"backFields", pass_any, false},      {"additionalInfoFields", pass_any, false},
        {"footerFields", pass_any, false},    {"transitType", pass_is_line, false},
    };
    struct keys keys = {.n = 0};
    if (!pass_members(r, object, members, CM_ARRAY_N(members), pass_style_names[style])) return;
    for (size_t i = 0; i < CM_ARRAY_N(lists); i++) {
        const struct json_value list = json_get(object, lists[i]);
        const bool two = i == PRIMARY_LIST && style == PASS_BOARDING;
        if (json_present(list)) check_list(r, list, &keys, two ? 2 : shown[i]);
    }
    if (style == PASS_BOARDING && !json_present(json_get(object, "transitType")))
        pass_error(r, object, "add it", "transitType is missing");
}
