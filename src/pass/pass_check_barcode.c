/* Barcodes of a pass: Wallet draws them itself, from text and the name of an encoding. A message
 * that cannot be written in its encoding is left out without a word there; here it is an error. */
#include "pass/pass_check_inside.h"

#include <string.h>

#include "base/macros.h"
#include "base/text.h"

#define BARCODES_MAX 16u
#define LATIN1_MAX   0xFFu
#define ASCII_MAX    0x7Fu

/* What a symbol holds: QR 40-M (ISO/IEC 18004 table 7; Wallet chooses the level), PDF417 (ISO/IEC
 * 15438: 1108 bytes), Aztec of 32 layers (ISO/IEC 24778: 1914 bytes), Code 128 on a telephone: ours
 */
static const struct barcode_kind {
    const char *name;
    size_t bytes_max;
    uint32_t code_point_max;
    bool young; /* older telephones show nothing */
} kinds[] = {
    {"PKBarcodeFormatQR", 2331, UINT32_MAX, false},
    {"PKBarcodeFormatPDF417", 1108, UINT32_MAX, false},
    {"PKBarcodeFormatAztec", 1914, UINT32_MAX, false},
    {"PKBarcodeFormatCode128", 48, ASCII_MAX, false},
    {"PKBarcodeFormatCode39", 32, ASCII_MAX, true},
    {"PKBarcodeFormatCodabar", 32, ASCII_MAX, true},
    {"PKBarcodeFormatEAN13", 13, ASCII_MAX, true},
    {"PKBarcodeFormatI2of5", 32, ASCII_MAX, true},
};

static const struct barcode_kind *kind_of(struct pass_report *r, struct json_value v) {
    const char *names[CM_ARRAY_N(kinds)];
    size_t which = 0;
    if (pass_is_open(r, v) || !json_present(v)) return NULL;
    for (size_t i = 0; i < CM_ARRAY_N(kinds); i++)
        names[i] = kinds[i].name;
    const cm_err err = json_word(v, names, CM_ARRAY_N(kinds), &which);
    pass_took(r, err);
    return err == CM_OK ? &kinds[which] : NULL;
}

/* The largest code point of a text, and how many bytes it has in a one-byte encoding. */
static uint32_t highest(struct cm_slice text, size_t *n) {
    uint32_t max = 0, c = 0;
    for (*n = 0; text.len > 0 && utf8_next(&text, &c) == CM_OK; ++*n)
        if (c > max) max = c;
    return max;
}

static void check_encoding(struct pass_report *r, struct json_value encoding, uint32_t max,
                           bool *single) {
    static const char *const names[] = {"iso-8859-1", "utf-8", "us-ascii",
                                        "ISO-8859-1", "UTF-8", "US-ASCII"};
    size_t which = 0;
    const cm_err err = json_word(encoding, names, CM_ARRAY_N(names), &which);
    pass_took(r, err);
    which %= 3;
    *single = err != CM_OK || which != 1;
    const uint32_t limit = which == 0 ? LATIN1_MAX : which == 1 ? UINT32_MAX : ASCII_MAX;
    if (err == CM_OK && max > limit)
        pass_error(r, encoding, "write \"utf-8\"",
                   "the message holds characters that this encoding does not have");
}

static void check_message(struct pass_report *r, struct json_value barcode,
                          const struct barcode_kind *kind) {
    const struct json_value message = json_get(barcode, "message"),
                            encoding = json_get(barcode, "messageEncoding");
    struct cm_slice text = {NULL, 0};
    size_t characters = 0;
    bool single = true;
    const bool known = json_present(message) && pass_known_text(r, message, &text);
    const uint32_t max = known ? highest(text, &characters) : 0;
    if (json_present(encoding) && !pass_is_open(r, encoding))
        check_encoding(r, encoding, max, &single);
    if (!known) return;
    const size_t bytes = single ? characters : text.len;
    if (bytes == 0) pass_error(r, message, "let it hold the code", "it is empty");
    if (kind == NULL) return;
    if (bytes > kind->bytes_max)
        pass_error(r, message, "shorten it, or take PKBarcodeFormatQR",
                   "%zu bytes; %s holds at most %zu", bytes, kind->name, kind->bytes_max);
    if (max > kind->code_point_max)
        pass_error(r, message, "take PKBarcodeFormatQR", "%s holds ASCII characters only",
                   kind->name);
}

void pass_is_barcode(struct pass_report *r, struct json_value v) {
    static const struct pass_member table[] = {{"format", pass_any, true},
                                               {"message", pass_any, true},
                                               {"messageEncoding", pass_any, true},
                                               {"altText", pass_is_text, false}};
    if (!pass_members(r, v, table, CM_ARRAY_N(table), "barcode")) return;
    const struct barcode_kind *kind = kind_of(r, json_get(v, "format"));
    if (kind != NULL && kind->young)
        pass_warning(r, json_get(v, "format"), "put a second barcode of another format behind it",
                     "only new telephones show this format");
    check_message(r, v, kind);
}

void pass_are_barcodes(struct pass_report *r, struct json_value v) {
    size_t n = 0;
    const cm_err err = json_items(v, 1, BARCODES_MAX, &n);
    pass_took(r, err);
    for (size_t i = 0; err == CM_OK && i < n; i++)
        pass_is_barcode(r, json_at(v, i));
}
