/* Base64 of RFC 4648 section 4, with padding, in one line. Reading is strict: exact padding, no
 * line breaks, no stray bits, so that there is one text for each sequence of bytes. */
#ifndef CM_BASE_BASE64_H
#define CM_BASE_BASE64_H

#include "base/buffer.h"

/* Append the text of the bytes. */
void base64_put(struct buffer *to, struct cm_slice bytes);
/* Append the text of the bytes in the URL's alphabet, without padding (section 5; JWS, JWK). */
void base64url_put(struct buffer *to, struct cm_slice bytes);
/** Read exactly `len` bytes.
 * @retval CM_E_FORMAT  not base64, not canonical, or of another length; out untouched */
CM_MUST_CHECK cm_err base64_read(struct cm_slice text, uint8_t *out, size_t len);
/** Read a text of any length; the bytes are appended.
 * @retval CM_E_FORMAT  as above, nothing was appended      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err base64_get(struct cm_slice text, struct buffer *out);

#endif
