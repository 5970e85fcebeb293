/* One table for Windows-1252, arithmetic for the others; see charset.h for what is refused. */
#include "order/charset.h"

#include "base/macros.h"

const char *const charset_words[CHARSET_N] = {"utf-8", "iso-8859-1", "windows-1252", "ascii"};

const char *charset_iana(enum charset charset) {
    static const char *const names[CHARSET_N] = {"UTF-8", "ISO-8859-1", "windows-1252", "US-ASCII"};
    return names[charset];
}

#define ASCII_END    0x7Fu /* DEL, and all above, are outside */
#define C1_FIRST     0x80u
#define LATIN_FIRST  0xA0u
#define LATIN_LAST   0xFFu
#define UNICODE_LAST 0x10FFFFu

/* What Windows-1252 has at 0x80 + i; 0: nothing (CP1252.TXT, 2.01). */
static const uint16_t windows_1252[] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};
_Static_assert(CM_ARRAY_N(windows_1252) == 32, "one for each byte 0x80 to 0x9F");

static size_t put_windows(uint32_t code_point, uint8_t *out) {
    for (size_t i = 0; i < CM_ARRAY_N(windows_1252); i++) {
        if (windows_1252[i] != code_point) continue;
        out[0] = (uint8_t)(C1_FIRST + i);
        return 1;
    }
    return 0;
}

/* RFC 3629 section 3; what decodes strictly encodes again. The two last code points of a plane are
 * no characters. */
static size_t put_utf_8(uint32_t c, uint8_t *out) {
    if (c > UNICODE_LAST || (c & 0xFFFEu) == 0xFFFEu) return 0;
    if (c < 0x800u) {
        out[0] = (uint8_t)(0xC0u | c >> 6);
        out[1] = (uint8_t)(0x80u | (c & 0x3Fu));
        return 2;
    }
    if (c < 0x10000u) {
        out[0] = (uint8_t)(0xE0u | c >> 12);
        out[1] = (uint8_t)(0x80u | (c >> 6 & 0x3Fu));
        out[2] = (uint8_t)(0x80u | (c & 0x3Fu));
        return 3;
    }
    out[0] = (uint8_t)(0xF0u | c >> 18);
    out[1] = (uint8_t)(0x80u | (c >> 12 & 0x3Fu));
    out[2] = (uint8_t)(0x80u | (c >> 6 & 0x3Fu));
    out[3] = (uint8_t)(0x80u | (c & 0x3Fu));
    return 4;
}

size_t charset_put(enum charset charset, uint32_t code_point,
                   uint8_t out[static CHARSET_CHAR_MAX]) {
    const bool control = code_point < ' ' || (code_point >= ASCII_END && code_point < LATIN_FIRST);
    if (control) return 0;
    if (code_point < ASCII_END || (code_point <= LATIN_LAST && (charset == CHARSET_ISO_8859_1 ||
                                                                charset == CHARSET_WINDOWS_1252))) {
        out[0] = (uint8_t)code_point;
        return 1;
    }
    if (charset == CHARSET_UTF_8) return put_utf_8(code_point, out);
    return charset == CHARSET_WINDOWS_1252 ? put_windows(code_point, out) : 0;
}

#define CASE_BIT       0x20u
#define SMALL_A_GRAVE  0xE0u
#define SMALL_THORN    0xFEu
#define DIVISION_SIGN  0xF7u
#define MULTIPLICATION 0xD7u

uint32_t charset_upper(uint32_t c) {
    const bool small =
        (c >= 'a' && c <= 'z') || (c >= SMALL_A_GRAVE && c <= SMALL_THORN && c != DIVISION_SIGN);
    return small ? c - CASE_BIT : c;
}

uint32_t charset_lower(uint32_t c) {
    const bool capital =
        (c >= 'A' && c <= 'Z') ||
        (c >= SMALL_A_GRAVE - CASE_BIT && c <= SMALL_THORN - CASE_BIT && c != MULTIPLICATION);
    return capital ? c + CASE_BIT : c;
}
