/* Whom a mistake is blamed on: an act complains of a place in its JSON arguments, which a person
 * who typed options never saw; here that place becomes the option or argument. It names them and
 * never repeats what was typed: that may be a code. Reference: base/diag.h, vault/acts.h. */
#ifndef CM_CLI_BLAME_H
#define CM_CLI_BLAME_H

struct cli;

/* Keys that are called otherwise on the command line; ends with NULL. */
struct blame_name {
    const char *key, *typed;
};

/** Where cli->diag complains of `input` at "$.KEY": name the option of that key, or its argument in
 * capitals as the usage does. Complaints of other inputs, or of keys that nothing has, stay.
 * @param[in] names  before the command's own options and arguments; may be NULL */
void blame_option(const struct cli *cli, const char *input, const struct blame_name *names);

#endif
