/* Prefixes of EAN numbers, and the euro coupon: 981 or 982, issuer (4), reference (2), value (3),
 * check digit; 981 counts tenths of a euro, 982 cents. References as in gs1_ean.h. */
#include "symbol/gs1_ean.h"

#include <stdio.h>

#include "base/macros.h"
#include "cards/gs1.h"

#define TENTHS        981u
#define CENTS         982u
#define VALUE_MAX     999u /* three digits */
#define ISSUER_MAX    9999u
#define REFERENCE_MAX 99u

struct prefix {
    uint16_t from, to; /* first three of thirteen digits */
    enum gs1_ean_kind kind;
};
static const struct prefix prefixes[] = {
    {20, 29, GS1_EAN_RESTRICTED}, {40, 49, GS1_EAN_RESTRICTED},
    {50, 59, GS1_EAN_COUPON},     {200, 299, GS1_EAN_RESTRICTED},
    {977, 977, GS1_EAN_SERIAL},   {978, 979, GS1_EAN_BOOK},
    {980, 980, GS1_EAN_REFUND},   {TENTHS, CENTS, GS1_EAN_EURO_COUPON},
    {983, 984, GS1_EAN_COUPON},   {990, 999, GS1_EAN_COUPON},
};

static unsigned number(const char *digits, size_t n) {
    unsigned value = 0;
    for (size_t i = 0; i < n; i++)
        value = value * 10u + (unsigned)(digits[i] - '0');
    return value;
}

/* Thirteen digits with a right check digit. Errors do not show them: they may be a card's. */
static cm_err read_ean(struct cm_slice digits, char out[static GS1_EAN_CAP], struct cm_diag *diag) {
    if (digits.len != GS1_EAN_LEN && digits.len != GS1_EAN_LEN - 1)
        return diag_fail(diag, CM_E_RANGE, NULL, NULL, "EAN-13 has 13 digits, UPC-A 12",
                         "%zu characters", digits.len);
    for (size_t i = 0; i < digits.len; i++)
        if (digits.p[i] < '0' || digits.p[i] > '9')
            return diag_fail(diag, CM_E_FORMAT, NULL, NULL, "EAN-13 has 13 digits, UPC-A 12",
                             "character %zu is no digit", i + 1);
    const unsigned want = gs1_digit((const char *)digits.p, digits.len - 1);
    const char is = (char)digits.p[digits.len - 1];
    if (is != (char)('0' + want))
        return diag_fail(diag, CM_E_FORMAT, NULL, NULL, "check the number for a typing error",
                         "the check digit is %c, and should be %u", is, want);
    out[0] = '0';
    memcpy(out + (GS1_EAN_LEN - digits.len), digits.p, digits.len);
    out[GS1_EAN_LEN] = '\0';
    return CM_OK;
}

cm_err gs1_ean_judge(struct cm_slice digits, enum gs1_ean_kind *kind, struct cm_diag *diag) {
    char ean[GS1_EAN_CAP];
    TRY(read_ean(digits, ean, diag));
    const unsigned first = number(ean, 3);
    *kind = GS1_EAN_ITEM;
    for (size_t i = 0; i < CM_ARRAY_N(prefixes); i++)
        if (first >= prefixes[i].from && first <= prefixes[i].to) *kind = prefixes[i].kind;
    return CM_OK;
}

const char *gs1_ean_name(enum gs1_ean_kind kind) {
    static const char *const names[] = {
        [GS1_EAN_ITEM] = "trade item",
        [GS1_EAN_RESTRICTED] = "number within one company or region",
        [GS1_EAN_REFUND] = "refund receipt",
        [GS1_EAN_EURO_COUPON] = "euro coupon",
        [GS1_EAN_COUPON] = "coupon",
        [GS1_EAN_SERIAL] = "periodical (ISSN)",
        [GS1_EAN_BOOK] = "book or sheet music (ISBN, ISMN)",
    };
    return names[kind];
}

cm_err gs1_ean_from_coupon(const struct gs1_euro_coupon *coupon, char out[static GS1_EAN_CAP],
                           struct cm_diag *diag) {
    const bool cents = coupon->euro_cent > 0 && coupon->euro_cent <= VALUE_MAX;
    const unsigned value = cents ? coupon->euro_cent : coupon->euro_cent / 10u;
    if (coupon->issuer > ISSUER_MAX || coupon->reference > REFERENCE_MAX)
        return diag_fail(diag, CM_E_RANGE, NULL, NULL, "issuer 0 to 9999, reference 0 to 99",
                         "an issuer or a reference that a euro coupon cannot say");
    if (value > VALUE_MAX || (!cents && coupon->euro_cent % 10u != 0))
        return diag_fail(diag, CM_E_RANGE, NULL, NULL,
                         "up to 9.99 euro in cents, up to 99.90 in tens of cents",
                         "%u cents are no value of a euro coupon", coupon->euro_cent);
    char digits[GS1_EAN_CAP + 16];
    (void)snprintf(digits, sizeof digits, "%u%04u%02u%03u", cents ? CENTS : TENTHS, coupon->issuer,
                   coupon->reference, value);
    digits[GS1_EAN_LEN - 1] = (char)('0' + gs1_digit(digits, GS1_EAN_LEN - 1));
    memcpy(out, digits, GS1_EAN_LEN);
    out[GS1_EAN_LEN] = '\0';
    return CM_OK;
}

cm_err gs1_ean_to_coupon(struct cm_slice digits, struct gs1_euro_coupon *out,
                         struct cm_diag *diag) {
    char ean[GS1_EAN_CAP];
    TRY(read_ean(digits, ean, diag));
    const unsigned prefix = number(ean, 3);
    if (prefix != TENTHS && prefix != CENTS)
        return diag_fail(diag, CM_E_FORMAT, NULL, NULL, "euro coupons begin with 981 or 982",
                         "that is no euro coupon");
    *out = (struct gs1_euro_coupon){
        .issuer = (uint16_t)number(ean + 3, 4),
        .reference = (uint8_t)number(ean + 7, 2),
        .euro_cent = (uint16_t)(number(ean + 9, 3) * (prefix == TENTHS ? 10u : 1u))};
    return CM_OK;
}
