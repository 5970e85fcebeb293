/* Base45 (RFC 9285): two bytes as three characters of the alphabet that a QR code packs into 5.5
 * bits each. It refuses anything but the one encoding of some bytes: other characters (no lower
 * case), a length that no bytes have, groups beyond 65535 or 255. */
#ifndef CM_WIRE_BASE45_H
#define CM_WIRE_BASE45_H

#include "base/buffer.h"

/* Characters of n bytes: RFC 9285 section 4. */
#define BASE45_LEN(n) ((n) / 2 * 3 + (n) % 2 * 2)

/* Append the text of some bytes. */
void base45_put(struct buffer *out, struct cm_slice bytes);
/** The bytes of a text.
 * @param[out] out  room for cap bytes; untouched or wiped on error
 * @param[out] len  bytes written
 * @retval CM_E_FORMAT  not such a text      @retval CM_E_LIMIT  more than cap bytes */
CM_MUST_CHECK cm_err base45_read(struct cm_slice text, uint8_t *out, size_t cap, size_t *len);

#endif
