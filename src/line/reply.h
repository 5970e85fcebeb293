/* Small tools for reading printers' answers: parts between separators, words, numbers. All of them
 * take any bytes; what is not there is empty, what is no number is the value that was asked for. */
#ifndef CM_LINE_REPLY_H
#define CM_LINE_REPLY_H

#include "base/bytes.h"

/* The i-th part between separators, from 0. */
struct cm_slice reply_part(struct cm_slice text, uint8_t separator, size_t i);
size_t reply_count(struct cm_slice text, uint8_t byte);
/* Decimal digits, blanks around them allowed. */
uint64_t reply_u64(struct cm_slice text, uint64_t otherwise);
/* As reply_u64, and whether there was a number at all. */
bool reply_is_u64(struct cm_slice text, uint64_t *value);
/* Up to 16 hex digits; 0 when it is something else. */
uint64_t reply_hex(struct cm_slice text);
/* What follows the first `key`; empty when it does not occur. */
struct cm_slice reply_behind(struct cm_slice text, const char *key);
/* The next run of bytes above the blank; *rest moves behind it. */
struct cm_slice reply_word(struct cm_slice *rest);
bool reply_begins(struct cm_slice text, const char *key);

#endif
