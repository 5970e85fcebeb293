/* A picture that a row names, read from below the folder of the template and from nowhere else:
 * each step of its path is opened by itself, and none of them may be a link. Refused: absolute
 * paths, "..", empty steps, what is no file, more than PASS_FILE_MAX. Errors do not quote the path:
 * cells of a row may hold codes. docs/design/passes.md, "Pictures of rows" */
#ifndef CM_PASS_PASS_BENEATH_H
#define CM_PASS_PASS_BENEATH_H

#include "base/buffer.h"
#include "base/diag.h"

#define PASS_PATH_MAX 255u /* bytes */

/** @param[in]     folder  descriptor of the folder
 * @param[in]     path    "images/gold.png", relative to it
 * @param[in,out] out     the file is appended
 * @retval CM_E_DENIED     the path leads outside, over a link or where nobody may read
 * @retval CM_E_NOT_FOUND  no such file     @retval CM_E_FORMAT  not a path, not a file
 * @retval CM_E_LIMIT      path or file too long     @retval CM_E_IO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err pass_beneath_read(int folder, struct cm_slice path, struct buffer *out,
                                       struct cm_diag *diag);

#endif
