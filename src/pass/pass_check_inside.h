/* What the files of the rules share. For pass_check*.c and google_check*.c only. */
#ifndef CM_PASS_PASS_CHECK_INSIDE_H
#define CM_PASS_PASS_CHECK_INSIDE_H

#include "pass/pass_check.h"

#define PASS_TEXT_MAX (1u << 16) /* bytes of one text; ours, Apple names no limit */

typedef void pass_rule(struct pass_report *r, struct json_value v);
struct pass_member {
    const char *key;
    pass_rule *rule;
    bool required;
};

/* Judge the members of an object by a table; warn of those that are not in it. False: no object. */
bool pass_members(struct pass_report *r, struct json_value object, const struct pass_member *table,
                  size_t n, const char *whose);
/* The text of a value that is known by now; false when it is open, or no text (then noted). */
bool pass_known_text(struct pass_report *r, struct json_value v, struct cm_slice *out);

/* Rules of single values; open ones of a template pass. */
pass_rule pass_any, pass_is_text, pass_is_line, pass_is_bool, pass_is_number, pass_is_date,
    pass_is_colour, pass_is_link, pass_is_https, pass_is_object, pass_is_barcode, pass_are_barcodes,
    pass_are_locations, pass_are_beacons, pass_is_nfc, pass_are_store_ids;
/* True when the text is a number of JSON's between the two. */
bool pass_number_within(struct json_value v, double min, double max);
/* A time as Wallet reads it: with a zone, seconds may be missing. */
bool pass_time_valid(struct cm_slice text);
void pass_check_style(struct pass_report *r, struct json_value style_object, enum pass_style style);

#endif
