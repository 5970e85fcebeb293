/* The rows of a file that is to be imported, CSV or XML, one by one in bounded memory: however
 * large the file, a window of it is held. Wipes what it held. It judges no text; malformed files
 * are refused with line and column. */
#ifndef CM_CLI_IMPORT_FILE_H
#define CM_CLI_IMPORT_FILE_H

#include "cli/import_columns.h"

/* A row: the file's text for each of our columns; slices are borrowed until the next row. */
struct import_file_row {
    uint64_t line;
    struct cm_slice fields[IMPORT_ROLES_MAX]; /* by enum import_column; others from IMPORT_OTHER */
    size_t n;                                 /* how many: at least IMPORT_OTHER */
};

struct import_file;
struct import_file_options {
    const char *path;
    const char *format;             /* "csv", "xml", or NULL: by the name's end */
    const char *record;             /* XML: name of the elements that are records, or NULL */
    char separator;                 /* CSV; 0 = found in the first line */
    struct import_columns *columns; /* borrowed */
};
/** @retval CM_E_NOT_FOUND, CM_E_IO, CM_E_ARGUMENT (format), CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err import_file_open(struct import_file **out,
                                      const struct import_file_options *options,
                                      struct cm_diag *diag);
void import_file_close(struct import_file *f);
void import_file_closep(struct import_file **f);
/** @param[out] more  false at the end
 * @retval CM_E_FORMAT, CM_E_LIMIT  malformed, with its place     @retval CM_E_IO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err import_file_next(struct import_file *f, struct import_file_row *row,
                                      bool *more);
/* Bytes read and bytes there are. */
void import_file_progress(const struct import_file *f, uint64_t *done, uint64_t *of);

#endif
