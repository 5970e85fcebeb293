/* A small ZIP read whole into memory, by its directory: files of others, so everything is bounded.
 * Refused: names that would leave a folder, the same name twice, links and other things that are no
 * files, passwords, checksums that do not hold, more or larger files than the caller allows (also
 * when a few bytes unpack to many), names beyond ASCII (passes have none, and the C locale cannot
 * say them). Folders are passed over. Through libarchive 3.6 or later. */
#ifndef CM_PACK_UNZIP_H
#define CM_PACK_UNZIP_H

#include "base/buffer.h"
#include "base/diag.h"

#define UNZIP_NAME_MAX 255u /* bytes */

struct unzip_limits {
    size_t files_max, file_max, total_max; /* files; bytes of one, of all, unpacked */
};
struct unzip_file {
    char name[UNZIP_NAME_MAX + 1];
    struct buffer bytes;
};
struct unzip {
    struct unzip_file *files; /* in the order of the directory */
    size_t n, cap;
};

/** @param[out] out  unzip_free it; untouched on error
 * @retval CM_E_FORMAT   not a ZIP, or one with names or things that are refused
 * @retval CM_E_CORRUPT  a file in it is damaged     @retval CM_E_LIMIT  more than the limits
 * @retval CM_E_EXISTS   a name stands in it twice   @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err unzip_read(struct cm_slice zip, const struct unzip_limits *limits,
                                struct unzip **out, struct cm_diag *diag);
void unzip_free(struct unzip *z);
void unzip_freep(struct unzip **z);
/* The file of that name, or NULL. */
const struct unzip_file *unzip_file(const struct unzip *z, const char *name);

#endif
