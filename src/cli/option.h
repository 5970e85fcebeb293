/* The one option parser: long options by table, `--name VALUE` or `--name=VALUE`, `--` ends them.
 * It refuses unknown options (and names the nearest known one), repeated ones that are no list,
 * missing values and missing required options; it knows nothing of what they mean.
 * Example: the first test of tests/unit/cli/test_option.c. */
#ifndef CM_CLI_OPTION_H
#define CM_CLI_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

enum option_kind {
    OPTION_FLAG,
    OPTION_TEXT,
    OPTION_NUMBER, /* a decimal count */
    OPTION_LIST,   /* may stand several times */
    OPTION_FILE    /* a path whose content is meant */
};

struct option_spec {
    const char *name; /* without dashes; NULL ends a table */
    enum option_kind kind;
    const char *value; /* what help calls the value: "FILE"; NULL for flags */
    const char *help;
    const char *key; /* its name in an act's arguments; NULL: the command reads it itself */
    bool required;
};

struct option_given {
    const struct option_spec *spec;
    const char *text; /* NULL for flags */
};

#define OPTION_TABLES_MAX 2u /* the command's own, and those of every command */

/* Borrows argv. */
struct options {
    const struct option_spec *tables[OPTION_TABLES_MAX];
    struct option_given *given;
    size_t given_n;
    const char **positions; /* what is no option, in order */
    size_t position_n;
};

/** Parse. @param[out] out  its tables are set by the caller; options_free it in every case
 * @retval CM_E_ARGUMENT  see above, diag says what and what instead     @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err options_parse(struct options *out, int argc, char **argv,
                                   struct cm_diag *diag);
/** Whether everything required is there. @retval CM_E_ARGUMENT */
CM_MUST_CHECK cm_err options_complete(const struct options *o, struct cm_diag *diag);
void options_free(struct options *o);

bool option_given(const struct options *o, const char *name);
/* The value, or NULL when the option was not given; of a list the i-th. */
const char *option_text(const struct options *o, const char *name);
const char *option_item(const struct options *o, const char *name, size_t i);
/** A count min..max; untouched when not given.
 * @retval CM_E_ARGUMENT  not a count, or out of range */
CM_MUST_CHECK cm_err option_u64(const struct options *o, const char *name, uint64_t min,
                                uint64_t max, uint64_t *out, struct cm_diag *diag);

#endif
