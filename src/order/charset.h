/* Characters as bytes of the encodings that bureaus ask for. Refuses what an encoding does not
 * have, and control characters everywhere: a record is one line of print.
 * References: RFC 3629 (UTF-8), ISO/IEC 8859-1, the mapping file CP1252.TXT of the Unicode
 * Consortium, ISO/IEC 646 (ASCII).
 */
#ifndef CM_ORDER_CHARSET_H
#define CM_ORDER_CHARSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum charset { CHARSET_UTF_8, CHARSET_ISO_8859_1, CHARSET_WINDOWS_1252, CHARSET_ASCII };
#define CHARSET_N        4u
#define CHARSET_CHAR_MAX 4u /* bytes of one character */

/* The words of templates, and what an XML declaration says (IANA's names). */
extern const char *const charset_words[CHARSET_N];
const char *charset_iana(enum charset charset);

/* Bytes of a character written to `out`; 0 when the encoding does not have it. */
size_t charset_put(enum charset charset, uint32_t code_point, uint8_t out[static CHARSET_CHAR_MAX]);

/* The capital or small letter of a character of ISO/IEC 8859-1; others stay, as do those whose
 * other form is not in it (sharp s, y with diaeresis, the micro sign). */
uint32_t charset_upper(uint32_t code_point);
uint32_t charset_lower(uint32_t code_point);

#endif
