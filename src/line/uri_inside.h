/* Between uri.c and uri_options.c: the cursor over an address and the words for its mistakes. */
#ifndef CM_LINE_URI_INSIDE_H
#define CM_LINE_URI_INSIDE_H

#include "line/uri.h"

struct uri_reader {
    struct cm_slice text;
    size_t at;
    struct printer_uri uri;
    struct cm_diag *diag;
};

/* Say what is wrong at a byte of the address, counted from 0. */
cm_err uri_wrong(struct uri_reader *r, cm_err err, size_t at, const char *problem,
                 const char *remedy);
CM_MUST_CHECK cm_err uri_copy(struct uri_reader *r, struct cm_slice text, size_t at, char *out,
                              size_t cap);
/* From the question mark to the end, and what must be there. */
CM_MUST_CHECK cm_err uri_options_read(struct uri_reader *r);

#endif
