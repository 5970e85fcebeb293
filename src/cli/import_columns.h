/* Which column of a file is what: from --columns, or from the names in its first row. It refuses
 * what is named twice and what the list cannot do without; it guesses nothing from content.
 *
 *     number=CARDNO,balance=SALDO,other=EAN     by the names in the file (XML: of its fields)
 *     number,-,balance                          by place; the file has no row of names
 */
#ifndef CM_CLI_IMPORT_COLUMNS_H
#define CM_CLI_IMPORT_COLUMNS_H

#include "base/buffer.h"
#include "base/diag.h"
#include "vault/import_job.h"

#define IMPORT_NAME_CAP    129u /* bytes of a column's name with its NUL */
#define IMPORT_PLACES_MAX  64u  /* columns of a file */
#define IMPORT_ROLE_IGNORE UINT8_MAX
#define IMPORT_ROLES_MAX   (IMPORT_OTHER + IMPORT_ALIASES_MAX)

/* A wish: this column of the file is that of ours. */
struct import_wish {
    uint8_t role; /* enum import_column, IMPORT_OTHER for other texts, IMPORT_ROLE_IGNORE */
    char name[IMPORT_NAME_CAP];
    bool found;
};
struct import_columns {
    struct import_wish wishes[IMPORT_PLACES_MAX];
    size_t wish_n;
    bool by_place;                    /* wishes[i] is the file's column i */
    bool guessed;                     /* no --columns: known names are taken */
    uint8_t roles[IMPORT_PLACES_MAX]; /* of the file's columns, once they are known */
    size_t role_n;
};

/** @param[in] spec  of --columns, or NULL @retval CM_E_ARGUMENT  see above */
CM_MUST_CHECK cm_err import_columns_parse(struct import_columns *c, const char *spec,
                                          struct cm_diag *diag);
/* What a column of this name is; IMPORT_ROLE_IGNORE: nothing. Marks the wish as found. */
uint8_t import_columns_role(struct import_columns *c, struct cm_slice name);
/** The first row of a table: names, or, where no name is known and none was wished for, data.
 * @param[out] names  false: the row is data
 * @retval CM_E_FORMAT  a wished name is missing, or no column holds the texts */
CM_MUST_CHECK cm_err import_columns_head(struct import_columns *c, const struct cm_slice *fields,
                                         size_t n, bool *names, const char *input,
                                         struct cm_diag *diag);

#endif
