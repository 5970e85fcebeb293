/* One pass, word by word. Reference: mask.h. */
#include "line/mask.h"

#include <stdbool.h>
#include <string.h>

#define SHOWN 2u /* symbols of a code that may be seen */

static bool is_symbol(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           ((unsigned char)c & 0x80u) != 0;
}

static bool joins(char c) { return c == '-' || c == '.'; }

void mask_codes(char *words, size_t code_len) {
    char *to = words;
    for (const char *at = words; *at != '\0';) {
        const char *end = at;
        size_t symbols = 0;
        while (is_symbol(*end) || (symbols > 0 && joins(*end) && is_symbol(end[1])))
            symbols += is_symbol(*end++) ? 1 : 0;
        if (end == at) {
            *to++ = *at++;
            continue;
        }
        /* Shorter than what it replaces: a code has more symbols than are shown. */
        const bool cut = symbols == code_len && symbols > SHOWN + 2;
        const size_t len = cut ? SHOWN : (size_t)(end - at);
        memmove(to, at, len);
        to += len;
        if (cut) {
            *to++ = '.';
            *to++ = '.';
        }
        at = end;
    }
    *to = '\0';
}
