/* The folder of an Apple pass template: pass.json, pictures, folders xx.lproj with translations.
 * Everything in it is read once and goes into every pass. Refused: symbolic links and anything that
 * is no file ("outside of the pass folder"), files that a pass does not have, a manifest or
 * signature that was left there. Hidden files are passed over, and
 * the folder `images`, of which rows choose (row_images.h). docs/design/passes.md, "Folders" */
#ifndef CM_PASS_PASS_FOLDER_H
#define CM_PASS_PASS_FOLDER_H

#include "base/buffer.h"
#include "pass/pass_images.h"
#include "pass/pass_report.h"

#define PASS_FILES_MAX 128u
#define PASS_NAME_MAX  80u         /* bytes: "zh-Hant.lproj/background@3x.png" */
#define PASS_BYTES_MAX (16u << 20) /* of all files */
#define PASS_JSON      "pass.json"
#define PASS_OF_ROWS   "images" /* a folder in it, of which nothing goes into a pass by itself */

struct pass_file {
    char name[PASS_NAME_MAX + 1];
    struct buffer bytes;
    struct pass_image image; /* kind NULL: no picture */
};

struct pass_folder {
    char path[512];          /* for messages */
    struct pass_file *files; /* by name, without pass.json */
    size_t n;
    struct buffer json; /* pass.json */
};

/** @param[out] out  pass_folder_free it; untouched on error
 * @retval CM_E_NOT_FOUND  no such folder, no pass.json in it, or a file that no pass has
 * @retval CM_E_DENIED     a link: its picture would come from outside
 * @retval CM_E_FORMAT     a damaged picture      @retval CM_E_LIMIT  too many or too large
 * @retval CM_E_IO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err pass_folder_read(const char *path, struct pass_folder **out,
                                      struct cm_diag *diag);
/** The same for judging: a file that is no file of a pass, or a damaged one, becomes an error of
 * the report, and the others are read on. On failure of the whole, report->diag tells why.
 * @retval CM_E_NOT_FOUND, CM_E_DENIED (the folder, pass.json), CM_E_LIMIT, CM_E_IO, CM_E_NO_MEMORY
 */
CM_MUST_CHECK cm_err pass_folder_look(const char *path, struct pass_report *report,
                                      struct pass_folder **out);
void pass_folder_free(struct pass_folder *f);
void pass_folder_freep(struct pass_folder **f);
/* The file of that name, or NULL. */
const struct pass_file *pass_folder_file(const struct pass_folder *f, const char *name);

#endif
