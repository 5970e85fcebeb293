/* By the members that only one of the two knows. */
#include "pass/pass_seems.h"

#include "base/macros.h"
#include "doc/json.h"

/* Google first: an Apple pass has none of these. */
static const char *const of_google[] = {
    "payload",      "classId",        "giftCardObjects",    "loyaltyObjects",
    "offerObjects", "genericObjects", "eventTicketObjects", "giftCardClasses",
    "offerClasses", "loyaltyClasses", "genericClasses",     "eventTicketClasses",
    "aud",          "origins"};
static const char *const of_apple[] = {"formatVersion", "passTypeIdentifier", "teamIdentifier",
                                       "serialNumber",  "organizationName",   "boardingPass",
                                       "coupon",        "eventTicket",        "generic",
                                       "storeCard"};

static bool has_one(struct json_value root, const char *const *names, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (json_present(json_get(root, names[i]))) return true;
    return false;
}

/* What was meant as JSON begins with its brace, behind spaces and perhaps a byte order mark. */
static bool begins_like_json(struct cm_slice file) {
    const struct cm_slice mark = slice_text("\xEF\xBB\xBF");
    size_t i = file.len >= mark.len && slice_equal(slice_of(file.p, mark.len), mark) ? mark.len : 0;
    while (i < file.len &&
           (file.p[i] == ' ' || file.p[i] == '\t' || file.p[i] == '\n' || file.p[i] == '\r'))
        i++;
    return i < file.len && (file.p[i] == '{' || file.p[i] == '[');
}

cm_err pass_seems(struct cm_slice file, enum pass_seems *out) {
    static const uint8_t zip[] = {'P', 'K', 3, 4};
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct cm_diag unsaid = DIAG_INIT; /* whoever judges the file says it again */
    const cm_err err = json_doc_new(&doc, file, "template", &JSON_LIMITS_DEFAULT, &unsaid);
    if (err == CM_E_NO_MEMORY) return err;
    if (err == CM_OK && has_one(json_root(doc), of_google, CM_ARRAY_N(of_google)))
        *out = PASS_SEEMS_GOOGLE;
    else if (err == CM_OK && has_one(json_root(doc), of_apple, CM_ARRAY_N(of_apple)))
        *out = PASS_SEEMS_APPLE;
    else if (err == CM_OK)
        *out = PASS_SEEMS_JSON;
    else if (file.len >= sizeof zip &&
             slice_equal(slice_of(file.p, sizeof zip), slice_of(zip, sizeof zip)))
        *out = PASS_SEEMS_PACKED;
    else
        *out = begins_like_json(file) ? PASS_SEEMS_BROKEN : PASS_SEEMS_ELSE;
    return CM_OK;
}
