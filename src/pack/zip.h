/* Many files in one ZIP, written as they come in constant memory (but for the directory at its
 * end). The same entries give the same bytes: times are the caller's. It refuses names that would
 * leave the folder they are unpacked in, and the same name twice. Reference: PKWARE APPNOTE 6.3.x,
 * with Zip64 where sizes ask for it. */
#ifndef CM_PACK_ZIP_H
#define CM_PACK_ZIP_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/diag.h"

#define ZIP_NAME_MAX 255u /* bytes */

struct zip_sink {
    cm_err (*write)(void *ctx, struct cm_slice bytes); /* in order, never sought */
    void *ctx;
};
struct zip_writer;

/** @param[in] time_s  Unix time of all entries       @param[out] out  zip_free it
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err zip_new(const struct zip_sink *sink, uint64_t time_s, struct zip_writer **out);
/** Add one file. @param[in] deflate  compress (text), or store as it is (PNG)
 * @retval CM_E_FORMAT  a name that is absolute, empty, not UTF-8, has "..", a backslash or control
 *                      characters      @retval CM_E_EXISTS  the name is there already
 * @retval CM_E_LIMIT   a name longer than ZIP_NAME_MAX      @retval CM_E_NO_MEMORY, as the sink */
CM_MUST_CHECK cm_err zip_add(struct zip_writer *z, const char *name, struct cm_slice bytes,
                             bool deflate, struct cm_diag *diag);
/** Write the directory. What was not finished is no ZIP. @retval as the sink */
CM_MUST_CHECK cm_err zip_finish(struct zip_writer *z);
void zip_free(struct zip_writer *z);
void zip_freep(struct zip_writer **z);

#endif
