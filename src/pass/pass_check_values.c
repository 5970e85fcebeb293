/* Rules of single values. A value that is open in a template passes: every pass is judged again
 * when its row is known. */
#include "pass/pass_check_inside.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/date.h"
#include "base/macros.h"
#include "base/nearest.h"
#include "base/text.h"

#define NUMBER_CAP    64u
#define LOCATIONS_MAX 10u /* Apple: "up to 10 relevant locations" */
#define NFC_BYTES_MAX 64u /* Apple: "maximum of 64 bytes" */
#define STORE_IDS_MAX 64u
#define MEMBERS_MAX   64u
#define OBJECT_MAX    256u /* members that are looked at: others make passes, too */
#define MINUTES_AT    16u  /* "2026-11-22T10:00" */

bool pass_known_text(struct pass_report *r, struct json_value v, struct cm_slice *out) {
    *out = slice_of(NULL, 0);
    if (pass_is_open(r, v)) return false;
    const cm_err err = json_text(v, 0, PASS_TEXT_MAX, out);
    pass_took(r, err);
    return err == CM_OK;
}

static const struct pass_member *member_named(const struct pass_member *table, size_t n,
                                              const char *key) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(table[i].key, key) == 0) return &table[i];
    return NULL;
}

static void unknown_member(struct pass_report *r, struct json_value v, const char *key,
                           const struct pass_member *table, size_t n, const char *whose) {
    const char *words[MEMBERS_MAX];
    const size_t count = n < MEMBERS_MAX ? n : MEMBERS_MAX;
    for (size_t i = 0; i < count; i++)
        words[i] = table[i].key;
    const char *near = nearest_word(key, words, count);
    char remedy[DIAG_PART_CAP] = "it is passed over; leave it out";
    if (near != NULL) {
        remedy[0] = '\0';
        text_append(remedy, sizeof remedy, "did you mean %s?", near);
    }
    pass_warning(r, v, remedy, "a %s has no such member", whose);
}

bool pass_members(struct pass_report *r, struct json_value object, const struct pass_member *table,
                  size_t n, const char *whose) {
    if (json_kind_of(object) != JSON_KIND_OBJECT) {
        pass_error(r, object, "write { ... }", "a %s is an object", whose);
        return false;
    }
    for (size_t i = 0;; i++) {
        const char *key = NULL;
        const struct json_value v = json_member(object, i, &key);
        if (!json_present(v)) break;
        if (i == OBJECT_MAX) {
            pass_error(r, object, "leave out what Wallet does not know",
                       "a %s with more than %u members", whose, OBJECT_MAX);
            return false;
        }
        const struct pass_member *known = member_named(table, n, key);
        if (known == NULL)
            unknown_member(r, v, key, table, n, whose);
        else
            known->rule(r, v);
    }
    for (size_t i = 0; i < n; i++)
        if (table[i].required && !json_present(json_get(object, table[i].key)))
            pass_error(r, object, "add it", "%s is missing", table[i].key);
    return true;
}

void pass_any(struct pass_report *r, struct json_value v) { (void)r, (void)v; }

void pass_is_text(struct pass_report *r, struct json_value v) {
    struct cm_slice text;
    (void)pass_known_text(r, v, &text);
}

void pass_is_line(struct pass_report *r, struct json_value v) {
    struct cm_slice text;
    if (pass_known_text(r, v, &text) && text.len == 0)
        pass_error(r, v, "write what people shall read or hear there", "it is empty");
}

void pass_is_bool(struct pass_report *r, struct json_value v) {
    bool value = false;
    if (!pass_is_open(r, v)) pass_took(r, json_bool(v, &value));
}

void pass_is_object(struct pass_report *r, struct json_value v) {
    if (json_kind_of(v) != JSON_KIND_OBJECT)
        pass_error(r, v, "write { ... }", "it is not an object");
}

bool pass_number_within(struct json_value v, double min, double max) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    const enum json_kind kind = json_kind_of(v);
    if (kind != JSON_KIND_INTEGER && kind != JSON_KIND_REAL) return false;
    if (json_copy_value(v, &text) != CM_OK || text.len > NUMBER_CAP) return false;
    const char *digits = buffer_cstr(&text);
    if (digits == NULL) return false;
    const double value = strtod(digits, NULL);
    return value >= min && value <= max;
}

void pass_is_number(struct pass_report *r, struct json_value v) {
    if (!pass_is_open(r, v) && !pass_number_within(v, 0, 1e9))
        pass_error(r, v, "write a number without quotes", "it is not a number from 0");
}

/* Wallet also takes times without seconds, base/date.h does not. */
bool pass_time_valid(struct cm_slice text) {
    CM_CLEANUP(buffer_free) struct buffer whole = BUFFER_INIT;
    uint64_t ms = 0;
    if (text.len <= MINUTES_AT) return false;
    const bool seconds = text.p[MINUTES_AT] == ':';
    buffer_put(&whole, text.p, MINUTES_AT);
    if (!seconds) buffer_text(&whole, ":00");
    buffer_put(&whole, text.p + MINUTES_AT, text.len - MINUTES_AT);
    return buffer_err(&whole) == CM_OK && time_parse(buffer_slice(&whole), &ms) == CM_OK;
}

void pass_is_date(struct pass_report *r, struct json_value v) {
    struct cm_slice text;
    if (pass_known_text(r, v, &text) && !pass_time_valid(text))
        pass_error(r, v, "write it like 2026-12-31T23:59:59+01:00, with the zone",
                   "not a time that Wallet reads");
}

/* "rgb(34, 94, 168)" */
static bool is_rgb(const char *text) {
    const struct cm_slice head = slice_text("rgb(");
    if (strlen(text) < head.len || !slice_equal(slice_of(text, head.len), head)) return false;
    const char *at = text + head.len;
    for (unsigned i = 0; i < 3; i++) {
        char *end = NULL;
        at += strspn(at, " ");
        if (*at < '0' || *at > '9') return false;
        if (strtoul(at, &end, 10) > UINT8_MAX) return false;
        at = end + strspn(end, " ");
        if (*at++ != (i < 2 ? ',' : ')')) return false;
    }
    return *at == '\0';
}

void pass_is_colour(struct pass_report *r, struct json_value v) {
    char text[NUMBER_CAP], remedy[DIAG_PART_CAP] = "write it like rgb(34, 94, 168)";
    uint8_t rgb[3];
    struct cm_slice slice;
    if (!pass_known_text(r, v, &slice)) return;
    const size_t len = slice.len < sizeof text ? slice.len : sizeof text - 1;
    memcpy(text, slice.p, len);
    text[len] = '\0';
    if (len == slice.len && is_rgb(text)) return;
    if (text[0] == '#' && hex_parse(slice_of(text + 1, len - 1), rgb, sizeof rgb) == CM_OK) {
        remedy[0] = '\0';
        text_append(remedy, sizeof remedy, "write rgb(%u, %u, %u)", rgb[0], rgb[1], rgb[2]);
    }
    pass_error(r, v, remedy, "not a colour that Wallet reads");
}

static bool begins(struct cm_slice text, const char *head) {
    const struct cm_slice h = slice_text(head);
    return text.len > h.len && slice_equal(slice_of(text.p, h.len), h);
}

void pass_is_link(struct pass_report *r, struct json_value v) {
    struct cm_slice text;
    if (!pass_known_text(r, v, &text)) return;
    const uint8_t *colon = text.len > 0 ? memchr(text.p, ':', text.len) : NULL;
    if (colon == NULL || colon == text.p || memchr(text.p, ' ', text.len) != NULL)
        pass_error(r, v, "write the whole address, https://...", "not an address");
}

void pass_is_https(struct pass_report *r, struct json_value v) {
    struct cm_slice text;
    if (pass_known_text(r, v, &text) && !begins(text, "https://"))
        pass_error(r, v, "begin it with https://",
                   "telephones speak to web services of passes over https only");
}

static void is_latitude(struct pass_report *r, struct json_value v) {
    if (!pass_is_open(r, v) && !pass_number_within(v, -90, 90))
        pass_error(r, v, "write degrees as a number", "a latitude is a number from -90 to 90");
}

static void is_longitude(struct pass_report *r, struct json_value v) {
    if (!pass_is_open(r, v) && !pass_number_within(v, -180, 180))
        pass_error(r, v, "write degrees as a number", "a longitude is a number from -180 to 180");
}

static void judge_items(struct pass_report *r, struct json_value v, size_t max,
                        const struct pass_member *table, size_t n, const char *whose) {
    size_t items = 0;
    const cm_err err = json_items(v, 0, max, &items);
    pass_took(r, err);
    for (size_t i = 0; err == CM_OK && i < items; i++)
        (void)pass_members(r, json_at(v, i), table, n, whose);
}

void pass_are_locations(struct pass_report *r, struct json_value v) {
    static const struct pass_member table[] = {{"latitude", is_latitude, true},
                                               {"longitude", is_longitude, true},
                                               {"altitude", pass_any, false},
                                               {"relevantText", pass_is_text, false}};
    judge_items(r, v, LOCATIONS_MAX, table, CM_ARRAY_N(table), "location");
}

void pass_are_beacons(struct pass_report *r, struct json_value v) {
    static const struct pass_member table[] = {{"proximityUUID", pass_is_line, true},
                                               {"major", pass_is_number, false},
                                               {"minor", pass_is_number, false},
                                               {"relevantText", pass_is_text, false}};
    judge_items(r, v, LOCATIONS_MAX, table, CM_ARRAY_N(table), "beacon");
}

static void is_nfc_message(struct pass_report *r, struct json_value v) {
    struct cm_slice text;
    if (pass_known_text(r, v, &text) && (text.len == 0 || text.len > NFC_BYTES_MAX))
        pass_error(r, v, "shorten it", "%zu bytes; an NFC message has 1 to 64", text.len);
}

void pass_is_nfc(struct pass_report *r, struct json_value v) {
    static const struct pass_member table[] = {{"message", is_nfc_message, true},
                                               {"encryptionPublicKey", pass_is_line, true},
                                               {"requiresAuthentication", pass_is_bool, false}};
    (void)pass_members(r, v, table, CM_ARRAY_N(table), "nfc dictionary");
}

void pass_are_store_ids(struct pass_report *r, struct json_value v) {
    size_t items = 0;
    uint64_t id = 0;
    const cm_err err = json_items(v, 1, STORE_IDS_MAX, &items);
    pass_took(r, err);
    for (size_t i = 0; err == CM_OK && i < items; i++)
        pass_took(r, json_u64(json_at(v, i), 1, INT64_MAX, &id));
}
