/* Label templates, line protocols and record formats that come with the program: by name, wherever
 * it is installed. A path always means the file: names hold neither dot nor slash. */
#ifndef CM_CLI_SHIPPED_H
#define CM_CLI_SHIPPED_H

#include "base/buffer.h"
#include "base/diag.h"
#include "base/shipped_file.h"

/* Made at build from templates/. */
extern const struct shipped_file shipped_labels[], shipped_protocols[], shipped_formats[],
    shipped_passes[], shipped_icons[];

#define SHIPPED_MAX (1u << 18) /* bytes of a template or protocol */

/** The text of a file: a shipped one of that name, else the file at that path.
 * @param[in] option  names it in errors: "--template"
 * @retval CM_E_NOT_FOUND  neither; the diag lists the shipped names    @retval as file_read */
CM_MUST_CHECK cm_err shipped_read(const struct shipped_file *table, const char *option,
                                  const char *name, struct buffer *out, struct cm_diag *diag);

#endif
