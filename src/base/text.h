/* Text from outside: strict UTF-8, strict decimal numbers, hexadecimal. */
#ifndef CM_BASE_TEXT_H
#define CM_BASE_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/** Decode one code point (RFC 3629: no surrogates, no overlong forms, at most U+10FFFF).
 * @param[in,out] rest  advanced past the code point; untouched on error
 * @retval CM_E_FORMAT  not UTF-8      @retval CM_E_TRUNCATED  rest is empty or cut */
CM_MUST_CHECK cm_err utf8_next(struct cm_slice *rest, uint32_t *code_point);
/** True if the whole slice is UTF-8 without NUL. */
bool utf8_valid(struct cm_slice text);
/** True if it is UTF-8 without control characters: fit for a line that people read. */
bool text_prints(struct cm_slice text);

/* Bytes of a byte-order mark that begins a file's text, as Windows' editors write it: 3, or 0. */
size_t text_mark_len(struct cm_slice text);

/** Decimal digits only: no sign, no space, no leading '+', at most `max`.
 * @retval CM_E_FORMAT  empty or a byte is not a digit      @retval CM_E_RANGE  above max */
CM_MUST_CHECK cm_err text_u64(struct cm_slice text, uint64_t max, uint64_t *value);

/* The shortest decimal digits of a value, without a NUL; how many. */
#define DECIMAL_CAP 20u
size_t decimal_format(uint64_t value, char out[static DECIMAL_CAP]);
/** Lower-case hex of len bytes; out gets 2 * len characters and a NUL. */
void hex_format(const uint8_t *p, size_t len, char *out);
/** @retval CM_E_FORMAT  not exactly 2 * len hex digits; out untouched */
CM_MUST_CHECK cm_err hex_parse(struct cm_slice text, uint8_t *out, size_t len);

/** Append to the NUL-terminated text in out[cap]; what does not fit is cut, never overrun. For
 * lines to people of fixed room; anything that must be whole goes through base/buffer.h. */
void text_append(char *out, size_t cap, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/** Write a NUL-terminated text that is of use whole alone: a path, a name.
 * @return whether all of it fits into out[cap]; what does not is cut. */
CM_MUST_CHECK bool text_whole(char *out, size_t cap, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
