/* Many files in one ZIP, written as they come in constant memory (but for the directory at its
 * end). Every entry says its lengths and CRC before its bytes, so that all readers take it, those
 * of streams too; the same entries give the same bytes: times are the caller's. Threads pack files
 * beside each other (zip_pack), one puts them (zip_put).
 * It refuses names that would leave the folder they are unpacked in, and the same name twice.
 * Reference: PKWARE APPNOTE 6.3.10, with Zip64 where sizes ask for it; deflate by zlib. */
#ifndef CM_PACK_ZIP_H
#define CM_PACK_ZIP_H

#include <stdbool.h>

#include "base/buffer.h"
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

/* ---- Packing beside the writer ----------------------------------------------------------------
 */

/* One file as it will lie in the ZIP. Its buffer is kept from file to file; buffer_wipe it. */
struct zip_part {
    struct buffer bytes;
    uint64_t len; /* before packing */
    uint32_t crc;
    bool deflated;
};
#define ZIP_PART_INIT                                                                              \
    { .bytes = BUFFER_INIT }

/* What compresses for one thread. */
struct zip_packer;
/** @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err zip_packer_new(struct zip_packer **out);
void zip_packer_free(struct zip_packer *p);
void zip_packer_freep(struct zip_packer **p);
/** Pack a file; one that does not become smaller is stored. @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err zip_pack(struct zip_packer *p, struct cm_slice bytes, bool deflate,
                              struct zip_part *out);
/** The same, deflated, of a file that comes in pieces: begin, more ..., end, into one part.
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err zip_pack_begin(struct zip_packer *p, struct zip_part *out);
CM_MUST_CHECK cm_err zip_pack_more(struct zip_packer *p, struct cm_slice bytes,
                                   struct zip_part *out);
CM_MUST_CHECK cm_err zip_pack_end(struct zip_packer *p, struct zip_part *out);
/** Put a packed file. @retval as zip_add */
CM_MUST_CHECK cm_err zip_put(struct zip_writer *z, const char *name, const struct zip_part *part,
                             struct cm_diag *diag);

#endif
