/* EAN-13 and UPC-A numbers that are not trade items: numbers for use within one company (shop
 * cards, scales' labels, in-store coupons), coupons of one currency area, refund receipts. Euro
 * coupons are built and taken apart. Numbers have their check digit; a wrong one is refused.
 * Reference: GS1 General Specifications, sections 1.4 (prefixes), 2.2 and 2.6 (restricted
 * circulation, coupons); the euro coupon's layout as GS1 Ireland and GS1 Greece publish it. */
#ifndef CM_SYMBOL_GS1_EAN_H
#define CM_SYMBOL_GS1_EAN_H

#include "base/bytes.h"
#include "base/diag.h"

#define GS1_EAN_LEN 13u
#define GS1_EAN_CAP (GS1_EAN_LEN + 1u)

enum gs1_ean_kind {
    GS1_EAN_ITEM,        /* a trade item of some company */
    GS1_EAN_RESTRICTED,  /* 02, 04, 2: means something within one company or region only */
    GS1_EAN_REFUND,      /* 980 */
    GS1_EAN_EURO_COUPON, /* 981, 982 */
    GS1_EAN_COUPON,      /* 983, 984, 99, and 05 of North America */
    GS1_EAN_SERIAL,      /* 977: ISSN */
    GS1_EAN_BOOK         /* 978, 979: ISBN, ISMN */
};

/** @param[in] digits  12 (UPC-A) or 13 (EAN-13), with check digit
 * @retval CM_E_FORMAT  not digits, a wrong check digit    @retval CM_E_RANGE  another length */
CM_MUST_CHECK cm_err gs1_ean_judge(struct cm_slice digits, enum gs1_ean_kind *kind,
                                   struct cm_diag *diag);
/* What it is, for people. Static text. */
const char *gs1_ean_name(enum gs1_ean_kind kind);

struct gs1_euro_coupon {
    uint16_t issuer;    /* 0..9999, of the national GS1 body */
    uint8_t reference;  /* 0..99, the issuer's own */
    uint16_t euro_cent; /* 1..999, or 1000..9990 in tens; 0: goods for nothing */
};
/** @retval CM_E_RANGE  issuer, reference, or a value that three digits do not say */
CM_MUST_CHECK cm_err gs1_ean_from_coupon(const struct gs1_euro_coupon *coupon,
                                         char out[static GS1_EAN_CAP], struct cm_diag *diag);
/** @retval CM_E_FORMAT  not digits, a wrong check digit, or no euro coupon
 * @retval CM_E_RANGE   not 13 digits */
CM_MUST_CHECK cm_err gs1_ean_to_coupon(struct cm_slice digits, struct gs1_euro_coupon *out,
                                       struct cm_diag *diag);

#endif
