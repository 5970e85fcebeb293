/* The members at the top of pass.json, and what needs what. */
#include "pass/pass_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "pass/pass_check_inside.h"

#define TEAM_LEN       10u /* letters and digits of a team identifier */
#define TOKEN_LEN_MIN  16u /* characters of an authenticationToken: Apple, "Pass" */
#define SERIAL_LEN_LOW 16u /* below this some checkers of passes complain */
#define PASS_PREFIX    "pass."

static void is_version(struct pass_report *r, struct json_value v) {
    uint64_t version = 0;
    if (json_kind_of(v) != JSON_KIND_INTEGER || json_u64(v, 1, 1, &version) != CM_OK) {
        r->diag = (struct cm_diag)DIAG_INIT;
        pass_error(r, v, "write 1", "the version of the format is not 1");
    }
}

static void is_team(struct pass_report *r, struct json_value v) {
    struct cm_slice text;
    if (!pass_known_text(r, v, &text)) return;
    bool good = text.len == TEAM_LEN;
    for (size_t i = 0; i < text.len; i++)
        good = good &&
               ((text.p[i] >= 'A' && text.p[i] <= 'Z') || (text.p[i] >= '0' && text.p[i] <= '9'));
    if (!good)
        pass_error(r, v, "leave it out: it is taken from the certificate",
                   "a team identifier has 10 capitals and digits");
}

static void is_pass_type(struct pass_report *r, struct json_value v) {
    struct cm_slice text;
    const struct cm_slice prefix = slice_text(PASS_PREFIX);
    if (!pass_known_text(r, v, &text)) return;
    if (text.len <= prefix.len || !slice_equal(slice_of(text.p, prefix.len), prefix))
        pass_error(r, v, "leave it out: it is taken from the certificate",
                   "a pass type identifier begins with \"" PASS_PREFIX "\"");
}

static void is_serial(struct pass_report *r, struct json_value v) {
    struct cm_slice text;
    if (r->is_template && json_kind_of(v) == JSON_KIND_TEXT && !pass_is_open(r, v))
        pass_error(r, v, "let it hold a {column} that is different in every row",
                   "every pass would have the same serial number");
    else if (pass_known_text(r, v, &text) && text.len == 0)
        pass_error(r, v, "give every pass a serial number of its own", "it is empty");
    else if (!pass_is_open(r, v) && json_kind_of(v) == JSON_KIND_TEXT && text.len < SERIAL_LEN_LOW)
        pass_warning(r, v, "take a longer one if your web service tells passes apart by it alone",
                     "a serial number of less than 16 characters");
}

static void is_token(struct pass_report *r, struct json_value v) {
    struct cm_slice text;
    if (pass_known_text(r, v, &text) && text.len < TOKEN_LEN_MIN)
        pass_error(r, v, "use {token} and give --token-key: it makes 32 characters",
                   "an authentication token has at least 16 characters");
}

/* Styles are judged apart; here they are only known. */
static const struct pass_member members[] = {
    {"accessibilityURL", pass_is_link, false},
    {"addOnURL", pass_is_link, false},
    {"appLaunchURL", pass_is_link, false},
    {"associatedStoreIdentifiers", pass_are_store_ids, false},
    {"authenticationToken", is_token, false},
    {"auxiliaryStoreIdentifiers", pass_are_store_ids, false},
    {"backgroundColor", pass_is_colour, false},
    {"bagPolicyURL", pass_is_link, false},
    {"barcode", pass_is_barcode, false},
    {"barcodes", pass_are_barcodes, false},
    {"beacons", pass_are_beacons, false},
    {"boardingPass", pass_any, false},
    {"changeSeatURL", pass_is_link, false},
    {"contactVenueEmail", pass_is_text, false},
    {"contactVenuePhoneNumber", pass_is_text, false},
    {"contactVenueWebsite", pass_is_link, false},
    {"coupon", pass_any, false},
    {"description", pass_is_line, true},
    {"directionsInformationURL", pass_is_link, false},
    {"entertainmentURL", pass_is_link, false},
    {"eventLogoText", pass_is_text, false},
    {"eventTicket", pass_any, false},
    {"expirationDate", pass_is_date, false},
    {"featuredActions", pass_any, false},
    {"footerBackgroundColor", pass_is_colour, false},
    {"foregroundColor", pass_is_colour, false},
    {"formatVersion", is_version, true},
    {"generic", pass_any, false},
    {"groupingIdentifier", pass_is_text, false},
    {"labelColor", pass_is_colour, false},
    {"locations", pass_are_locations, false},
    {"logoText", pass_is_text, false},
    {"managementURL", pass_is_link, false},
    {"maxDistance", pass_is_number, false},
    {"merchandiseURL", pass_is_link, false},
    {"nfc", pass_is_nfc, false},
    {"orderFoodURL", pass_is_link, false},
    {"organizationName", pass_is_line, true},
    {"parkingInformationURL", pass_is_link, false},
    {"passTypeIdentifier", is_pass_type, false},
    {"preferredStyleSchemes", pass_any, false},
    {"posterGeneric", pass_any, false},
    {"purchaseAdditionalBaggageURL", pass_is_link, false},
    {"purchaseLoungeAccessURL", pass_is_link, false},
    {"purchaseParkingURL", pass_is_link, false},
    {"purchaseWifiURL", pass_is_link, false},
    {"registerServiceAnimalURL", pass_is_link, false},
    {"relevantDate", pass_is_date, false},
    {"relevantDates", pass_any, false},
    {"reportLostBagURL", pass_is_link, false},
    {"requestWheelchairURL", pass_is_link, false},
    {"sellURL", pass_is_link, false},
    {"semantics", pass_is_object, false},
    {"serialNumber", is_serial, true},
    {"sharingProhibited", pass_is_bool, false},
    {"storeCard", pass_any, false},
    {"stripColor", pass_is_colour, false},
    {"suppressHeaderDarkening", pass_is_bool, false},
    {"suppressStripShine", pass_is_bool, false},
    {"teamIdentifier", is_team, false},
    {"transferURL", pass_is_link, false},
    {"transitInformationURL", pass_is_link, false},
    {"transitProviderEmail", pass_is_text, false},
    {"transitProviderPhoneNumber", pass_is_text, false},
    {"transitProviderWebsiteURL", pass_is_link, false},
    {"upcomingPassInformation", pass_any, false},
    {"upgradeURL", pass_is_link, false},
    {"useAutomaticColors", pass_is_bool, false},
    {"userInfo", pass_is_object, false},
    {"voided", pass_is_bool, false},
    {"webServiceURL", pass_is_https, false},
};

static void check_style(struct pass_report *r, struct json_value root, enum pass_style *style) {
    size_t found = 0;
    *style = PASS_STYLE_N;
    for (size_t i = 0; i < PASS_STYLE_N; i++) {
        if (!json_present(json_get(root, pass_style_names[i]))) continue;
        *style = (enum pass_style)i;
        found++;
    }
    if (found == 1) {
        pass_check_style(r, json_get(root, pass_style_names[*style]), *style);
        return;
    }
    *style = PASS_STYLE_N;
    pass_error(r, root, "let it have one: coupon, eventTicket, generic, storeCard or boardingPass",
               found == 0 ? "the pass has no style" : "the pass has more than one style");
}

/* Members that are good alone, but not without another. */
static void check_pairs(struct pass_report *r, struct json_value root, enum pass_style style) {
    const struct json_value service = json_get(root, "webServiceURL"),
                            token = json_get(root, "authenticationToken"),
                            launch = json_get(root, "appLaunchURL"),
                            group = json_get(root, "groupingIdentifier");
    if (json_present(service) && !json_present(token))
        pass_error(r, service, "add \"authenticationToken\": \"{token}\" and give --token-key",
                   "a web service needs an authenticationToken");
    if (json_present(token) && !json_present(service))
        pass_error(r, token, "add the webServiceURL, or leave the token out",
                   "an authenticationToken without a webServiceURL");
    if (json_present(launch) && !json_present(json_get(root, "associatedStoreIdentifiers")))
        pass_error(r, launch, "add associatedStoreIdentifiers with the app's number",
                   "an appLaunchURL needs associatedStoreIdentifiers");
    if (json_present(group) && style != PASS_EVENT && style != PASS_BOARDING &&
        style != PASS_STYLE_N)
        pass_warning(r, group, "leave it out",
                     "only event tickets and boarding passes are grouped");
    if (!json_present(json_get(root, "barcodes")) && !json_present(json_get(root, "barcode")))
        pass_warning(r, root, "add \"barcodes\" if tills shall read it", "the pass has no barcode");
}

void pass_check(struct pass_report *r, struct json_value root, enum pass_style *style) {
    *style = PASS_STYLE_N;
    if (!pass_members(r, root, members, CM_ARRAY_N(members), "pass")) return;
    check_style(r, root, style);
    check_pairs(r, root, *style);
}

static void check_image(struct pass_report *r, const struct pass_file *file,
                        enum pass_style style) {
    if (file->image.kind == NULL || file->image.width == 0 || style == PASS_STYLE_N) return;
    const char *doubt = pass_image_doubt(&file->image, style);
    if (doubt != NULL)
        pass_file_finding(r, true, file->name, "look at it on a telephone", "%ux%u pixels: %s",
                          file->image.width, file->image.height, doubt);
}

void pass_check_images(struct pass_report *r, const struct pass_folder *folder,
                       enum pass_style style) {
    if (pass_folder_file(folder, "icon.png") == NULL)
        pass_file_finding(r, false, "icon.png", "add one of 29x29 pixels; icon@2x.png of 58x58",
                          "a pass without an icon is not shown at all, and there is none");
    else if (pass_folder_file(folder, "icon@2x.png") == NULL &&
             pass_folder_file(folder, "icon@3x.png") == NULL)
        pass_file_finding(r, true, "icon.png", "add icon@2x.png and icon@3x.png",
                          "there is no larger icon for today's screens");
    for (size_t i = 0; i < folder->n; i++)
        check_image(r, &folder->files[i], style);
    if (style == PASS_EVENT && pass_folder_file(folder, "strip.png") != NULL &&
        (pass_folder_file(folder, "background.png") != NULL ||
         pass_folder_file(folder, "thumbnail.png") != NULL))
        pass_file_finding(r, true, "strip.png", "leave out strip, or background and thumbnail",
                          "with a strip Wallet shows neither background nor thumbnail");
}

static cm_err lint(const struct pass_folder *folder, struct pass_report *r) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    enum pass_style style = PASS_STYLE_N;
    const cm_err err =
        json_doc_new(&doc, buffer_slice(&folder->json), PASS_JSON, &JSON_LIMITS_DEFAULT, &r->diag);
    if (err == CM_E_NO_MEMORY) return err;
    pass_took(r, err);
    if (err == CM_OK) pass_check(r, json_root(doc), &style);
    pass_check_images(r, folder, style);
    return CM_OK;
}

cm_err pass_lint(const struct pass_folder *folder, struct pass_report **out) {
    CM_CLEANUP(pass_report_freep) struct pass_report *r = NULL;
    TRY(pass_report_new(true, &r));
    TRY(lint(folder, r));
    *out = take(&r);
    return CM_OK;
}

/* A folder gives its files in no order. */
static int by_file(const void *a, const void *b) {
    const struct pass_finding *x = a, *y = b;
    return strcmp(x->what.input, y->what.input);
}

cm_err pass_lint_folder(const char *path, struct pass_folder **folder, struct pass_report **out,
                        struct cm_diag *diag) {
    CM_CLEANUP(pass_report_freep) struct pass_report *r = NULL;
    CM_CLEANUP(pass_folder_freep) struct pass_folder *read = NULL;
    TRY(pass_report_new(true, &r));
    const cm_err err = pass_folder_look(path, r, &read);
    if (err == CM_E_NO_MEMORY || err == CM_E_IO)
        return diag_fail(diag, err, r->diag.input, NULL, r->diag.remedy, "%s", r->diag.problem);
    pass_took(r, err);
    if (r->n > 1) qsort(r->findings, r->n, sizeof *r->findings, by_file);
    if (err == CM_OK) TRY(lint(read, r));
    *folder = take(&read);
    *out = take(&r);
    return CM_OK;
}
