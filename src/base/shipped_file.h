/* A file that is built into the program: a row of a table made by cm_embed (src/cmake). */
#ifndef CM_BASE_SHIPPED_FILE_H
#define CM_BASE_SHIPPED_FILE_H

#include <stddef.h>

struct shipped_file {
    const char *name; /* NULL ends a table */
    const unsigned char *p;
    size_t len;
};

#endif
