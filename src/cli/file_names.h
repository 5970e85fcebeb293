/* Names of many files in one folder: fit for every system that the files may go to, and each once,
 * also where capitals do not count. Nothing is replaced in silence: what does not fit is refused,
 * with the row it came from; of the name itself nothing is said, it may be a code.
 * A million names take 64 MB: of each only a keyed hash is kept. Reference for names that Windows
 * takes: "Naming Files, Paths, and Namespaces" of its documentation. */
#ifndef CM_CLI_FILE_NAMES_H
#define CM_CLI_FILE_NAMES_H

#include "base/bytes.h"
#include "base/diag.h"
#include "base/map.h"
#include "crypto/siphash.h"

#define FILE_NAME_MAX 200u /* bytes, with extension: all file systems and ZIP readers take that */

/** Judge one name without extension.
 * @param[out] bad  the character that does not fit (CM_E_FORMAT), 0 when it is the whole
 * @param[out] why  static text: what is wrong
 * @retval CM_E_FORMAT  not fit      @retval CM_E_LIMIT  longer than FILE_NAME_MAX less 5 */
CM_MUST_CHECK cm_err file_name_check(struct cm_slice name, char *bad, const char **why);

struct file_names {
    struct map seen;
    uint8_t key[2 * SIPHASH_KEY_LEN];
};
/* crypto_init has been called. */
void file_names_init(struct file_names *n);
void file_names_wipe(struct file_names *n);
/** Take a name for a row.
 * @param[out] before  CM_E_EXISTS: the row that has it already
 * @retval CM_E_EXISTS      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err file_names_take(struct file_names *n, struct cm_slice name, uint64_t row,
                                     uint64_t *before);

#endif
