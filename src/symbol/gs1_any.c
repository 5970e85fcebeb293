/* Telling the forms apart by how they begin. References as in gs1_any.h. */
#include "symbol/gs1_any.h"

#include "base/macros.h"
#include "cards/gs1.h"
#include "symbol/gs1_link.h"

#define GTIN_LEN 14u
#define MARK_LEN 3u /* "]d2" */

static bool begins(struct cm_slice text, const char *with) {
    const size_t len = strlen(with);
    return text.len >= len && memcmp(text.p, with, len) == 0;
}

static bool begins_link(struct cm_slice text) {
    static const char http[] = "http";
    for (size_t i = 0; i < sizeof http - 1; i++)
        if (i >= text.len || (text.p[i] | 0x20) != http[i]) return false;
    return true;
}

static bool is_gtin(struct cm_slice text) {
    if (text.len != 8 && text.len != 12 && text.len != 13 && text.len != GTIN_LEN) return false;
    for (size_t i = 0; i < text.len; i++)
        if (text.p[i] < '0' || text.p[i] > '9') return false;
    return text.p[text.len - 1] == '0' + gs1_digit((const char *)text.p, text.len - 1);
}

static cm_err read_gtin(struct cm_slice text, struct gs1 *m, struct cm_diag *diag) {
    uint8_t digits[GTIN_LEN];
    gs1_init(m);
    if (text.len > sizeof digits)
        return diag_fail(diag, CM_E_FORMAT, NULL, NULL, "scan it again",
                         "a GTIN has 8, 12, 13 or 14 digits");
    memset(digits, '0', sizeof digits);
    memcpy(digits + sizeof digits - text.len, text.p, text.len);
    return gs1_add(m, slice_text("01"), slice_of(digits, sizeof digits), diag);
}

static cm_err read_scan(struct cm_slice text, struct gs1 *m, struct cm_diag *diag) {
    static const char *const elements[] = {"]d2", "]Q3", "]C1", "]e0", "]J1"};
    static const char *const numbers[] = {"]E0", "]E4", "]I1"};
    const struct cm_slice rest = slice_of(text.p + MARK_LEN, text.len - MARK_LEN);
    for (size_t i = 0; i < CM_ARRAY_N(elements); i++)
        if (begins(text, elements[i])) return gs1_read_carried(rest, m, diag);
    for (size_t i = 0; i < CM_ARRAY_N(numbers); i++)
        if (begins(text, numbers[i]) && is_gtin(rest)) return read_gtin(rest, m, diag);
    if (begins_link(rest)) return gs1_link_read(rest, m, diag);
    return diag_fail(diag, CM_E_FORMAT, NULL, NULL,
                     "GS1 data begins with ]d2, ]Q3, ]C1, ]e0, ]J1, or is a link or a GTIN",
                     "that symbol carries no GS1 data");
}

cm_err gs1_any_read(struct cm_slice text, struct gs1 *m, enum gs1_form *form,
                    struct cm_diag *diag) {
    enum gs1_form is = GS1_FORM_CARRIED;
    gs1_init(m);
    if (begins(text, "("))
        is = GS1_FORM_BRACKETS;
    else if (begins(text, "]") && text.len > MARK_LEN)
        is = GS1_FORM_SCAN;
    else if (begins_link(text))
        is = GS1_FORM_LINK;
    else if (is_gtin(text))
        is = GS1_FORM_GTIN;
    if (form != NULL) *form = is;
    switch (is) {
    case GS1_FORM_BRACKETS: return gs1_read(text, m, diag);
    case GS1_FORM_LINK: return gs1_link_read(text, m, diag);
    case GS1_FORM_SCAN: return read_scan(text, m, diag);
    case GS1_FORM_GTIN: return read_gtin(text, m, diag);
    case GS1_FORM_CARRIED:
    default: return gs1_read_carried(text, m, diag);
    }
}

const char *gs1_any_form_name(enum gs1_form form) {
    static const char *const names[] = {
        "element string", "Digital Link", "scan data", "data as a symbol carries it", "bare number",
    };
    return names[form];
}
