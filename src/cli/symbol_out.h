/* Where many pictures go: a path, or one of the words zip, dir and pdf-sheets, which take the name
 * of what is drawn. It refuses a word for one picture, and names that no file can have. */
#ifndef CM_CLI_SYMBOL_OUT_H
#define CM_CLI_SYMBOL_OUT_H

#include <stddef.h>

#include "cli/option.h"

#define SYMBOL_OUT_CAP 272u /* a name, an ending */

struct symbol_out {
    const char *path;  /* NULL: nothing is written; borrowed, or `named` */
    const char *sheet; /* the grid of labels; NULL: none */
    char named[SYMBOL_OUT_CAP];
};

/** Read --out and --sheet. `out` must stay where it is while its path is used.
 * @param[in] single  one picture: its path is what was given
 * @retval CM_E_ARGUMENT  a word for many pictures with one, or with a name that is too long */
CM_MUST_CHECK cm_err symbol_out_read(const struct options *o, bool single, struct symbol_out *out,
                                     struct cm_diag *diag);

#endif
