/* The words by which templates name values: record.h. */
#include "order/record.h"

const char *record_value_name(enum record_value value) {
    static const char *const names[RECORD_VALUE_N] = {
        "number",  "number_human", "ean13",     "gsrn",       "tag",   "member",
        "track1",  "track1_lrc",   "track2",    "track2_lrc", "pin",   "control",
        "code",    "code_human",   "url",       "image",      "match", "sequence",
        "in_file", "carton",       "in_carton", "bundle_end"};
    return (unsigned)value < RECORD_VALUE_N ? names[value] : "unknown_value";
}

const char *record_constant_name(enum record_constant constant) {
    static const char *const names[RECORD_CONSTANT_N] = {
        "order",  "set",    "brand",    "mode", "product", "gtin",    "date",
        "expiry", "amount", "currency", "made", "file",    "file_no", "file_sequence"};
    return (unsigned)constant < RECORD_CONSTANT_N ? names[constant] : "unknown_constant";
}
