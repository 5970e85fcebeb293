/* From a place in JSON to what was typed. References as in blame.h. */
#include "cli/blame.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"

/* Options are spelt with hyphens, keys with underscores. */
static bool spelt_as(const char *option, const char *key) {
    while (*option != '\0' && (*option == *key || (*option == '-' && *key == '_'))) {
        option++;
        key++;
    }
    return *option == '\0' && *key == '\0';
}

static bool is_key(const struct option_spec *s, const char *key) {
    return s->key != NULL ? strcmp(s->key, key) == 0 : spelt_as(s->name, key);
}

static bool name_typed(const struct command *c, const char *key, const struct blame_name *names,
                       char out[static DIAG_PART_CAP]) {
    for (; names != NULL && names->key != NULL; names++)
        if (strcmp(names->key, key) == 0)
            return snprintf(out, DIAG_PART_CAP, "%s", names->typed) > 0;
    for (const struct option_spec *s = c->options; s != NULL && s->name != NULL; s++)
        if (is_key(s, key)) return snprintf(out, DIAG_PART_CAP, "--%s", s->name) > 0;
    for (size_t i = 0; c->positions != NULL && c->positions[i] != NULL; i++)
        if (strcmp(c->positions[i], key) == 0) return snprintf(out, DIAG_PART_CAP, "%s", key) > 0;
    return false;
}

void blame_option(const struct cli *cli, const char *input, const struct blame_name *names) {
    struct cm_diag *d = cli->diag;
    const char *path = d != NULL && strcmp(d->input, input) == 0 ? strchr(d->place, '$') : NULL;
    char typed[DIAG_PART_CAP] = "";
    if (path == NULL) return;
    const char *dot = strrchr(path, '.');
    if (dot != NULL && !name_typed(cli->command, dot + 1, names, typed)) return;
    if (typed[0] != '-')
        for (size_t i = 0; typed[i] != '\0'; i++)
            typed[i] = (char)toupper((unsigned char)typed[i]);
    (void)snprintf(d->input, sizeof d->input, "%s", typed);
    d->place[0] = '\0'; /* the column of a text that nobody typed */
}
