/* Readable bytes. References as in escape.h. */
#include "support/printers/escape.h"

#include <string.h>

#include "base/text.h"

#define HEX_LEN 2u /* digits behind \x */

static const char letters[] = "rnt\\";
static const char meanings[] = "\r\n\t\\";

void escape_put(struct buffer *to, struct cm_slice bytes, const char *also) {
    for (size_t i = 0; i < bytes.len; i++) {
        const uint8_t c = bytes.p[i];
        const char *letter = c == 0 ? NULL : strchr(meanings, c);
        const bool plain = c >= 0x20u && c < 0x7Fu && strchr(also, c) == NULL;
        if (letter != NULL) {
            buffer_u8(to, '\\');
            buffer_u8(to, (uint8_t)letters[letter - meanings]);
        } else if (plain) {
            buffer_u8(to, c);
        } else {
            char hex[HEX_LEN + 1];
            hex_format(&c, 1, hex);
            buffer_text(to, "\\x");
            buffer_text(to, hex);
        }
    }
}

/* One escape behind its backslash; advances the text. */
static cm_err parse_one(struct cm_slice *text, struct buffer *to) {
    if (text->len == 0) return CM_E_FORMAT;
    const char c = (char)text->p[0];
    const char *letter = c == '\0' ? NULL : strchr(letters, c);
    size_t len = 1;
    uint8_t value = 0;
    if (letter != NULL) {
        value = (uint8_t)meanings[letter - letters];
    } else if (c == 'x' && text->len > HEX_LEN) {
        const cm_err err = hex_parse(slice_of(text->p + 1, HEX_LEN), &value, 1);
        if (err != CM_OK) return err;
        len += HEX_LEN;
    } else {
        return CM_E_FORMAT;
    }
    buffer_u8(to, value);
    *text = slice_of(text->p + len, text->len - len);
    return CM_OK;
}

cm_err escape_parse(struct cm_slice text, struct buffer *to) {
    while (text.len > 0) {
        const uint8_t c = text.p[0];
        text = slice_of(text.p + 1, text.len - 1);
        if (c != '\\') {
            buffer_u8(to, c);
            continue;
        }
        const cm_err err = parse_one(&text, to);
        if (err != CM_OK) return err;
    }
    return buffer_err(to);
}
