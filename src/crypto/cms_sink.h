/* Where a sealed file goes: hashed, counted and written by a thread of its own, while the caller
 * enciphers the next piece. A few pieces wait at most; a failure is kept and shows in the next call
 * and at the end. For cms_stream*.c only. */
#ifndef CM_CRYPTO_CMS_SINK_H
#define CM_CRYPTO_CMS_SINK_H

#include "base/diag.h"
#include "crypto/cms_stream.h"

#define CMS_SINK_PIECE_CAP (65536u + 64u) /* bytes of one piece with its heads */

struct cms_sink;

/** @param[in]  fd   the caller's; must outlive the sink
 * @param[out] out  cms_sink_close it; untouched on error
 * @retval CM_E_NO_MEMORY  also: no thread      @retval CM_E_CRYPTO */
CM_MUST_CHECK cm_err cms_sink_open(int fd, struct cms_sink **out);
/* Room for one piece: CMS_SINK_PIECE_CAP bytes, the caller's until cms_sink_send. It waits while
 * the file is slower than the caller. */
uint8_t *cms_sink_room(struct cms_sink *sink);
/** Send `len` bytes that begin at `from` of the room.
 * @retval CM_E_IO, CM_E_NO_SPACE, CM_E_CRYPTO  something before could not be written */
CM_MUST_CHECK cm_err cms_sink_send(struct cms_sink *sink, size_t from, size_t len,
                                   struct cm_diag *diag);
/* The same for bytes that lie elsewhere: they are copied. */
CM_MUST_CHECK cm_err cms_sink_put(struct cms_sink *sink, struct cm_slice bytes,
                                  struct cm_diag *diag);
/** Wait until all is written.
 * @param[out] out  sha256 and len are set; untouched on error      @retval as cms_sink_send */
CM_MUST_CHECK cm_err cms_sink_end(struct cms_sink *sink, struct cms_sealed *out,
                                  struct cm_diag *diag);
/* Wait for the thread and release; NULL is fine. */
void cms_sink_close(struct cms_sink *sink);
void cms_sink_closep(struct cms_sink **sink);

#endif
