/* Records of an order: one for each item that is printed, as columns of texts side by side.
 *
 * Who makes units fills the columns (rows of numbers, PINs, codes ...); who writes files reads them
 * through a template (template.h) and knows nothing of keys. Columns are borrowed: a record set
 * lives until its maker's next chunk. Sources: docs/design/orders.md.
 */
#ifndef CM_ORDER_RECORD_H
#define CM_ORDER_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* What differs from record to record. The word is what stands in a template: {number}. */
enum record_value {
    RECORD_NUMBER,       /* card number, digits alone */
    RECORD_NUMBER_HUMAN, /* the same, grouped for people */
    RECORD_EAN13,        /* in-store EAN-13, 13 digits */
    RECORD_GSRN,         /* GS1 service relation number, 18 digits */
    RECORD_TAG,          /* number of this key tag of the set; the card's own where they share it */
    RECORD_MEMBER,       /* which item of a set this is: 1 .. k; 1 without sets */
    RECORD_TRACK1,       /* with sentinels, without LRC: the encoder adds it */
    RECORD_TRACK1_LRC,   /* with sentinels and LRC */
    RECORD_TRACK2,
    RECORD_TRACK2_LRC,
    RECORD_PIN,     /* only in a PIN file */
    RECORD_CONTROL, /* control number: no secret; joins number file, PIN file and return file */
    RECORD_CODE,    /* code of a batch's unit, as printed without grouping */
    RECORD_CODE_HUMAN,
    RECORD_URL,      /* the code's or card's web address */
    RECORD_IMAGE,    /* file name of its picture, for image columns */
    RECORD_MATCH,    /* match key: what a camera or stripe reader sends back to compare */
    RECORD_SEQUENCE, /* place in the order, from 1 */
    RECORD_IN_FILE,  /* place in its file, from 1 */
    RECORD_CARTON,   /* number of its carton, from 1 */
    RECORD_IN_CARTON,
    RECORD_BUNDLE_END /* "1" on the last record of a bundle, else "0" */
};
#define RECORD_VALUE_N 22u

/* What is the same in all records of an order. */
enum record_constant {
    RECORD_ORDER, /* name of the order */
    RECORD_SET,   /* name of the pool or batch */
    RECORD_BRAND,
    RECORD_MODE, /* TEST or LIVE */
    RECORD_PRODUCT,
    RECORD_GTIN,
    RECORD_DATE,   /* of production, YYYY-MM-DD */
    RECORD_EXPIRY, /* YYMM, or empty */
    RECORD_AMOUNT, /* face value in minor units, or empty */
    RECORD_CURRENCY,
    RECORD_MADE,         /* when the file was made, YYYY-MM-DD */
    RECORD_FILE,         /* name of the file */
    RECORD_FILE_NO,      /* file of the order, from 1 */
    RECORD_FILE_SEQUENCE /* the recipient's sequence number */
};
#define RECORD_CONSTANT_N 14u

/* n texts of one value: fixed rows where width > 0, else text i is len[i] bytes at start[i]. */
struct record_column {
    const char *rows;   /* n rows of `stride` bytes, or NULL: the value is not there */
    size_t stride;      /* bytes from row to row */
    uint8_t width;      /* bytes of each text; 0: they differ, see len */
    const uint8_t *len; /* with width 0: bytes used of each row, at most stride */
};

struct record_set {
    size_t n;
    uint64_t first; /* place of the first record in the order, from 1 */
    struct record_column
        column[RECORD_VALUE_N]; /* numbers that count are made by the writer: NULL */
};

struct record_constants {
    struct cm_slice text[RECORD_CONSTANT_N]; /* empty where it does not apply */
};

/* The words of templates: "number", "ean13", "track1" ... Static text. */
const char *record_value_name(enum record_value value);
const char *record_constant_name(enum record_constant constant);

/* Text of a value in record i; empty where the value is not there. i < set->n. */
static inline struct cm_slice record_text(const struct record_set *set, enum record_value value,
                                          size_t i) {
    const struct record_column *c = &set->column[value];
    if (c->rows == NULL) return slice_of(NULL, 0);
    return slice_of(c->rows + i * c->stride, c->width > 0 ? c->width : c->len[i]);
}

#endif
