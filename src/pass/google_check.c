/* Rules of Google's objects and classes, as far as a link stands or falls with them: what else may
 * be in them is Google's affair and changes often. */
#include "pass/google.h"

#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "pass/pass_check_inside.h"

#define OBJECTS_MAX    16u
#define ISSUER_LEN_MAX 20u /* digits of a 64-bit number */

static const struct google_kind {
    const char *objects, *classes, *object_needs, *class_needs;
} kinds[] = {
    {"giftCardObjects", "giftCardClasses", "cardNumber", "issuerName"},
    {"loyaltyObjects", "loyaltyClasses", NULL, "programName"},
    {"offerObjects", "offerClasses", NULL, "title"},
    {"eventTicketObjects", "eventTicketClasses", NULL, "eventName"},
    {"genericObjects", "genericClasses", "cardTitle", NULL},
};

struct checking {
    struct pass_report *r;
    char issuer[ISSUER_LEN_MAX + 1]; /* of the first id */
    size_t objects;
};

/* "3388000000012345678.name": digits, a dot, letters, digits, dots, hyphens, underscores. */
static size_t issuer_of(struct cm_slice id) {
    size_t digits = 0;
    while (digits < id.len && id.p[digits] >= '0' && id.p[digits] <= '9')
        digits++;
    if (digits == 0 || digits > ISSUER_LEN_MAX || digits + 1 >= id.len || id.p[digits] != '.')
        return 0;
    for (size_t i = digits + 1; i < id.len; i++) {
        const uint8_t c = id.p[i];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && c != '.' && c != '-' && c != '_') return 0;
    }
    return digits;
}

static void check_id(struct checking *c, struct json_value v, bool each) {
    struct cm_slice id;
    if (each && c->r->is_template && json_present(v) && !pass_is_open(c->r, v)) {
        pass_error(c->r, v, "let it hold a {column} that is different in every row",
                   "every link would save the same object");
        return;
    }
    if (!pass_known_text(c->r, v, &id)) return;
    const size_t digits = issuer_of(id);
    if (digits == 0) {
        pass_error(c->r, v, "write ISSUER.NAME: digits, a dot, then letters, digits, '.', '-', '_'",
                   "not an id of Google Wallet");
        return;
    }
    if (c->issuer[0] == '\0') memcpy(c->issuer, id.p, digits);
    if (!slice_equal(slice_text(c->issuer), slice_of(id.p, digits)))
        pass_error(c->r, v, "use the ids of one issuer account", "two issuers in one link");
}

static void check_barcode(struct pass_report *r, struct json_value v) {
    static const char *const types[] = {"QR_CODE", "PDF_417",     "AZTEC",     "CODE_128",
                                        "CODE_39", "DATA_MATRIX", "EAN_13",    "EAN_8",
                                        "ITF_14",  "UPC_A",       "TEXT_ONLY", "CODABAR"};
    size_t which = 0;
    struct cm_slice value;
    const struct json_value type = json_get(v, "type");
    if (!pass_is_open(r, type)) pass_took(r, json_word(type, types, CM_ARRAY_N(types), &which));
    if (pass_known_text(r, json_get(v, "value"), &value) && value.len == 0)
        pass_error(r, json_get(v, "value"), "let it hold the code", "it is empty");
}

/* A number, or digits as a text: JSON's way of 64 bits. */
static void check_money(struct pass_report *r, struct json_value v) {
    const struct json_value micros = json_get(v, "micros"), currency = json_get(v, "currencyCode");
    struct cm_slice text;
    uint64_t value = 0;
    const bool digits = json_kind_of(micros) == JSON_KIND_TEXT && !pass_is_open(r, micros) &&
                        pass_known_text(r, micros, &text) &&
                        text_u64(text, INT64_MAX, &value) == CM_OK;
    if (!digits && !pass_is_open(r, micros) && json_kind_of(micros) != JSON_KIND_INTEGER)
        pass_error(r, v, "write millionths: 12500000 for 12.50",
                   "micros are missing, or no number");
    if (pass_known_text(r, currency, &text) && text.len != 3)
        pass_error(r, currency, "write it like EUR", "not a currency code");
}

static void check_interval(struct pass_report *r, struct json_value v) {
    static const char *const ends[] = {"start", "end"};
    for (size_t i = 0; i < CM_ARRAY_N(ends); i++) {
        const struct json_value date = json_get(json_get(v, ends[i]), "date");
        if (json_present(date)) pass_is_date(r, date);
    }
}

static void check_object(struct checking *c, struct json_value v, const struct google_kind *kind) {
    static const char *const states[] = {"ACTIVE", "COMPLETED", "EXPIRED", "INACTIVE"};
    size_t which = 0;
    c->objects++;
    check_id(c, json_get(v, "id"), true);
    check_id(c, json_get(v, "classId"), false);
    const struct json_value state = json_get(v, "state");
    if (!pass_is_open(c->r, state))
        pass_took(c->r, json_word(state, states, CM_ARRAY_N(states), &which));
    if (kind->object_needs != NULL && !json_present(json_get(v, kind->object_needs)))
        pass_error(c->r, v, "add it", "%s is missing", kind->object_needs);
    if (json_present(json_get(v, "barcode"))) check_barcode(c->r, json_get(v, "barcode"));
    if (json_present(json_get(v, "balance"))) check_money(c->r, json_get(v, "balance"));
    if (json_present(json_get(v, "validTimeInterval")))
        check_interval(c->r, json_get(v, "validTimeInterval"));
}

static void check_class(struct checking *c, struct json_value v, const struct google_kind *kind) {
    check_id(c, json_get(v, "id"), false);
    if (kind->class_needs != NULL && !json_present(json_get(v, kind->class_needs)))
        pass_error(c->r, v, "add it", "%s is missing", kind->class_needs);
    pass_warning(c->r, v, "make the class once through the REST interface, and name its id",
                 "a class in every link makes all of them long");
}

typedef void check_fn(struct checking *c, struct json_value v, const struct google_kind *kind);

static void check_items(struct checking *c, struct json_value list, check_fn *check,
                        const struct google_kind *kind) {
    size_t n = 0;
    const cm_err err = json_items(list, 1, OBJECTS_MAX, &n);
    pass_took(c->r, err);
    for (size_t i = 0; err == CM_OK && i < n; i++)
        check(c, json_at(list, i), kind);
}

static void check_payload(struct checking *c, struct json_value payload) {
    struct pass_member table[2 * CM_ARRAY_N(kinds)];
    for (size_t i = 0; i < CM_ARRAY_N(kinds); i++) {
        table[2 * i] = (struct pass_member){kinds[i].objects, pass_any, false};
        table[2 * i + 1] = (struct pass_member){kinds[i].classes, pass_any, false};
    }
    if (!pass_members(c->r, payload, table, CM_ARRAY_N(table), "payload")) return;
    for (size_t i = 0; i < CM_ARRAY_N(kinds); i++) {
        const struct json_value objects = json_get(payload, kinds[i].objects),
                                classes = json_get(payload, kinds[i].classes);
        if (json_present(classes)) check_items(c, classes, check_class, &kinds[i]);
        if (json_present(objects)) check_items(c, objects, check_object, &kinds[i]);
    }
    if (c->objects == 0)
        pass_error(c->r, payload,
                   "add giftCardObjects, loyaltyObjects, offerObjects or "
                   "eventTicketObjects",
                   "there is no object to save");
}

static void are_origins(struct pass_report *r, struct json_value v) {
    size_t n = 0;
    const cm_err err = json_items(v, 0, OBJECTS_MAX, &n);
    pass_took(r, err);
    for (size_t i = 0; err == CM_OK && i < n; i++)
        pass_is_https(r, json_at(v, i));
}

static void is_ours(struct pass_report *r, struct json_value v) {
    if (r->is_template) pass_error(r, v, "leave it out", "it is made for every link");
}

/* What people copy from Google's examples: the object, or the list, without what goes around it. */
static bool is_unwrapped(struct pass_report *r, struct json_value root) {
    if (json_present(json_get(root, "payload"))) return false;
    bool list = false;
    for (size_t i = 0; i < CM_ARRAY_N(kinds); i++)
        list = list || json_present(json_get(root, kinds[i].objects)) ||
               json_present(json_get(root, kinds[i].classes));
    const bool object = json_present(json_get(root, "classId"));
    if (!list && !object) return false;
    pass_error(r, root,
               list ? "write {\"payload\": ... } around it"
                    : "write {\"payload\": {\"giftCardObjects\": [ ... ]}} around it, with the "
                      "word for its kind",
               list ? "a payload without its name" : "an object without its payload");
    return true;
}

void google_check(struct pass_report *r, struct json_value root) {
    static const struct pass_member table[] = {
        {"iss", is_ours, false},         {"aud", is_ours, false},
        {"typ", is_ours, false},         {"iat", is_ours, false},
        {"origins", are_origins, false}, {"payload", pass_is_object, true}};
    struct checking c = {.r = r};
    if (is_unwrapped(r, root)) return;
    if (!pass_members(r, root, table, CM_ARRAY_N(table), "template")) return;
    if (json_kind_of(json_get(root, "payload")) == JSON_KIND_OBJECT)
        check_payload(&c, json_get(root, "payload"));
}

cm_err google_lint(struct cm_slice text, const char *input, struct pass_report **out) {
    CM_CLEANUP(pass_report_freep) struct pass_report *r = NULL;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(pass_report_new(true, &r));
    const cm_err err = json_doc_new(&doc, text, input, &JSON_LIMITS_DEFAULT, &r->diag);
    if (err == CM_E_NO_MEMORY) return err;
    pass_took(r, err);
    if (err == CM_OK) google_check(r, json_root(doc));
    *out = take(&r);
    return CM_OK;
}
