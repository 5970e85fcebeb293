/* Many files that appear together or not at all: a ZIP, or a folder. Both get an "index.csv" of
 * what they hold. Made under a temporary name beside the final one and renamed at the end; what was
 * stopped is gone, what was killed is cleared away by the next run of the same command.
 * Files and folders are for their owner alone: they show codes.
 * It refuses a folder that has something in it, and two runs into one folder at once. */
#ifndef CM_CLI_FILE_STORE_H
#define CM_CLI_FILE_STORE_H

#include "base/diag.h"
#include "crypto/hash.h"
#include "pack/zip.h"

#define FILE_STORE_INDEX "index.csv"

struct file_store;
enum file_store_kind { FILE_STORE_ZIP, FILE_STORE_FOLDER };

/** @param[out] out  file_store_close it; untouched on error
 * @retval CM_E_EXISTS  the folder is not empty, a link, or where a file system is mounted
 * @retval CM_E_ARGUMENT  "." or ".."      @retval CM_E_BUSY  another run fills the folder or file
 * @retval CM_E_DENIED, CM_E_NO_SPACE, CM_E_NOT_FOUND, CM_E_IO, CM_E_RANGE, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err file_store_open(enum file_store_kind kind, const char *path,
                                     struct file_store **out, struct cm_diag *diag);
/** Put a file. @param[in] part  as zip_pack made it; for a folder it must not be deflated
 * @retval as zip_put; CM_E_NO_SPACE, CM_E_IO ... */
CM_MUST_CHECK cm_err file_store_put(struct file_store *s, const char *name,
                                    const struct zip_part *part, struct cm_diag *diag);
/** Further lines of the index. @retval as file_store_put */
CM_MUST_CHECK cm_err file_store_index(struct file_store *s, struct cm_slice lines,
                                      struct cm_diag *diag);
/** Make it appear. @param[out] hash  SHA-256 of the ZIP, or of the folder's index */
CM_MUST_CHECK cm_err file_store_finish(struct file_store *s, struct hash256 *hash,
                                       struct cm_diag *diag);
/* What was not finished is removed. */
void file_store_close(struct file_store *s);
void file_store_closep(struct file_store **s);
uint64_t file_store_bytes(const struct file_store *s); /* so far */

/* ---- The two kinds ----------------------------------------------------------------------------
 */

struct file_store_way {
    cm_err (*put)(struct file_store *s, const char *name, const struct zip_part *part,
                  struct cm_diag *diag);
    cm_err (*index)(struct file_store *s, struct cm_slice lines, struct cm_diag *diag);
    cm_err (*finish)(struct file_store *s, struct hash256 *hash, struct cm_diag *diag);
    void (*close)(struct file_store *s); /* frees it */
};
struct file_store {
    const struct file_store_way *way;
    uint64_t bytes;
};
CM_MUST_CHECK cm_err file_store_zip(const char *path, struct file_store **out,
                                    struct cm_diag *diag);
CM_MUST_CHECK cm_err file_store_folder(const char *path, struct file_store **out,
                                       struct cm_diag *diag);

#endif
