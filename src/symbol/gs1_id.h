/* The table of GS1 application identifiers: what each one's value is made of, what it needs beside
 * it and what it bars, and what it may be in a Digital Link. Facts, in our own words and notation.
 * It knows no values and judges nothing: gs1.h and gs1_check.h do.
 * Reference: GS1 General Specifications, section 3; GS1 Barcode Syntax Dictionary (2025). */
#ifndef CM_SYMBOL_GS1_ID_H
#define CM_SYMBOL_GS1_ID_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/diag.h"

#define GS1_AI_CAP   5u /* digits of an identifier, 2 to 4, and NUL */
#define GS1_PARTS    5u
#define GS1_PATHS    2u
#define GS1_PATH_LEN 3u

/* Character sets: digits, CSET 82, CSET 39, CSET 64 (base64url) of the General Specifications. */
enum gs1_set { GS1_NO_PART, GS1_DIGITS, GS1_SET82, GS1_SET39, GS1_SET64 };

/* What a part's characters must mean, besides their set. */
enum gs1_meaning {
    GS1_ANYTHING,
    GS1_CHECK_DIGIT,   /* the last digit is mod 10 over the part */
    GS1_CHECK_PAIR,    /* the last two characters are mod 1021 over the part */
    GS1_CHECK_PAIR_ID, /* and not all are digits */
    GS1_PREFIXED,      /* begins with a company prefix: two digits at least */
    GS1_DATE0,         /* YYMMDD, DD may be 00 */
    GS1_DATE,
    GS1_LONG_DATE, /* YYYYMMDD */
    GS1_HOUR,
    GS1_HOUR_MINUTE,
    GS1_MINUTE,
    GS1_SECOND,
    GS1_COUNTRY, /* ISO 3166-1 numeric */
    GS1_COUNTRY_OR_999,
    GS1_COUNTRY_LETTERS, /* ISO 3166-1 alpha-2 */
    GS1_CURRENCY,        /* ISO 4217 numeric */
    GS1_PERCENT_TEXT,    /* "%" begins two hexadecimal digits */
    GS1_IBAN,
    GS1_YES_NO,
    GS1_ZERO,
    GS1_NOT_ZERO,
    GS1_NO_LEADING_ZERO,
    GS1_WINDING,  /* 0, 1 or 9 */
    GS1_PIECE_OF, /* two halves: piece and total */
    GS1_PLACE_OF, /* "2/3" */
    GS1_MINUS,
    GS1_LATITUDE,
    GS1_LONGITUDE,
    GS1_MEDIA, /* kind of the medium that carries a GSRN */
    GS1_SEX,   /* ISO/IEC 5218 */
    GS1_IMPORTER,
    GS1_COUPON,      /* 8110, North America */
    GS1_COUPON_OFFER /* 8112, positive offer file */
};

/* A part of fixed length has min = max. */
struct gs1_part {
    uint8_t set, min, max, meaning;
    bool optional; /* nothing of it, and nothing after it, may be there */
};

struct gs1_id {
    uint16_t from, to; /* identifiers, filled up to four digits: 21 is 2100, 310n 3100..3105 */
    const char *title; /* for people */
    struct gs1_part part[GS1_PARTS];
    const char *needs;            /* "01,02 37": one of 01 and 02, and 37; "01+21": both; or NULL */
    const char *bars;             /* "01,310n", n any digit; or NULL */
    uint8_t link;                 /* of the flags below */
    const char *paths[GS1_PATHS]; /* of a key: qualifiers in order, "22,10,21"; unused: NULL */
};
#define GS1_LINK_KEY       1u /* begins a Digital Link */
#define GS1_LINK_ATTRIBUTE 2u /* may stand in a Digital Link's query */

/** Find an identifier.
 * @param[in] ai   its digits       @param[out] ids  in the table
 * @retval CM_E_NOT_FOUND  not two to four digits, or none that this table has */
CM_MUST_CHECK cm_err gs1_id_find(struct cm_slice ai, const struct gs1_id **id);
/* How many digits an identifier that begins with these has; 0: none begins so. */
size_t gs1_id_len(struct cm_slice text);
/* Length of value and identifier, for elements that need no separator; else 0. */
size_t gs1_id_predefined(struct cm_slice text);
/* Does a pattern ("310n", "31nn", "21") match an identifier? */
bool gs1_id_matches(struct cm_slice pattern, const char *ai);
/* Characters that a value may have, least and most. */
size_t gs1_id_least(const struct gs1_id *id);
size_t gs1_id_most(const struct gs1_id *id);
/* The table, for listings; n rows. */
const struct gs1_id *gs1_id_table(size_t *n);

#endif
