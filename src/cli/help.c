/* Help from the tables: nothing here knows any one command. */
#include "cli/help.h"

#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/nearest.h"
#include "cli/output.h"

#define NAMES_MAX    128u
#define NAME_WORDS   3  /* longest name of a command */
#define SUMMARY_FROM 22 /* column of the summaries */
#define GROUP_CAP    64u

/* ---- Finding --------------------------------------------------------------------------------- */

/* Words of argv that a name takes, or 0 when they are others. */
static int words_of(const char *name, int argc, char **argv) {
    int words = 0;
    while (*name != '\0') {
        const size_t len = strcspn(name, " ");
        if (words == argc || strlen(argv[words]) != len || strncmp(argv[words], name, len) != 0)
            return 0;
        words++;
        name += len + (name[len] == ' ');
    }
    return words;
}

static bool in_group(const struct command *c, const char *group) {
    const size_t len = strlen(group);
    return strncmp(c->name, group, len) == 0 && c->name[len] == ' ';
}

/* The words before --help, or all of them: "cards", "cards pool". */
static bool group_of(int argc, char **argv, char *out, size_t cap) {
    size_t len = 0;
    out[0] = '\0';
    for (int i = 0; i < argc && strcmp(argv[i], "--help") != 0; i++) {
        const int n = snprintf(out + len, cap - len, "%s%s", i > 0 ? " " : "", argv[i]);
        if (n < 0 || (size_t)n >= cap - len) return false;
        len += (size_t)n;
    }
    for (size_t t = 0; len > 0 && command_tables[t] != NULL; t++)
        for (const struct command *c = command_tables[t]; c->name != NULL; c++)
            if (in_group(c, out)) return true;
    return false;
}

static cm_err unknown(const char *typed, const char *second, struct cm_diag *diag) {
    const char *names[NAMES_MAX];
    char remedy[DIAG_PART_CAP] = "countermark --help lists the commands", whole[DIAG_PART_CAP] = "";
    size_t n = 0;
    for (size_t t = 0; command_tables[t] != NULL; t++)
        for (const struct command *c = command_tables[t]; c->name != NULL; c++)
            if (n < NAMES_MAX) names[n++] = c->name;
    (void)snprintf(whole, sizeof whole, "%.60s%s%.60s", typed, second != NULL ? " " : "",
                   second != NULL ? second : "");
    const char *near = nearest_word(whole, names, n);
    if (near == NULL) near = nearest_word(typed, names, n);
    if (near != NULL) (void)snprintf(remedy, sizeof remedy, "did you mean '%s'?", near);
    return diag_fail(diag, CM_E_ARGUMENT, NULL, NULL, remedy, "there is no command '%s'", whole);
}

cm_err help_find(int argc, char **argv, const struct command **command, int *words,
                 struct cm_diag *diag) {
    *command = NULL;
    *words = 0;
    for (size_t t = 0; command_tables[t] != NULL; t++)
        for (const struct command *c = command_tables[t]; c->name != NULL; c++) {
            const int n = words_of(c->name, argc, argv);
            if (n <= *words) continue;
            *command = c;
            *words = n;
        }
    if (*command != NULL) return CM_OK;
    char group[GROUP_CAP];
    if (group_of(argc, argv, group, sizeof group)) return CM_OK;
    return unknown(argv[0], argc > 1 && argv[1][0] != '-' ? argv[1] : NULL, diag);
}

/* ---- Printing -------------------------------------------------------------------------------- */

static cm_err print(struct buffer *text, struct cm_diag *diag) {
    TRY(buffer_err(text));
    return output_bytes(buffer_slice(text), diag);
}

cm_err help_all(struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer b = BUFFER_INIT;
    buffer_text(&b, "usage: countermark COMMAND [OPTIONS]\n\n");
    for (size_t t = 0; command_tables[t] != NULL; t++)
        for (const struct command *c = command_tables[t]; c->name != NULL; c++)
            buffer_printf(&b, "  %-*s%s\n", SUMMARY_FROM, c->name, c->summary);
    buffer_text(&b, "\nEach takes --help. The workspace is --workspace DIR, else "
                    "$COUNTERMARK_WORKSPACE, else ./" WORKSPACE_DEFAULT ".\n"
                    "Exit codes: 0 done, 1 the answer is no, 2 wrong command line, "
                    "3 could not be done.\n");
    return print(&b, diag);
}

cm_err help_group(int argc, char **argv, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer b = BUFFER_INIT;
    char group[GROUP_CAP];
    if (!group_of(argc, argv, group, sizeof group)) return CM_E_ARGUMENT;
    buffer_printf(&b, "usage: countermark %s COMMAND [OPTIONS]\n\n", group);
    for (size_t t = 0; command_tables[t] != NULL; t++)
        for (const struct command *c = command_tables[t]; c->name != NULL; c++)
            if (in_group(c, group))
                buffer_printf(&b, "  %-*s%s\n", SUMMARY_FROM, c->name, c->summary);
    return print(&b, diag);
}

static void put_options(struct buffer *b, const struct option_spec *s) {
    for (; s != NULL && s->name != NULL; s++) {
        const size_t before = b->len;
        buffer_printf(b, "  --%s%s%s", s->name, s->value != NULL ? " " : "",
                      s->value != NULL ? s->value : "");
        const size_t used = b->len - before, room = SUMMARY_FROM + 6;
        buffer_printf(b, "%*s%s%s%s\n", used < room ? (int)(room - used) : 1, "", s->help,
                      s->required ? " (needed)" : "",
                      s->kind == OPTION_LIST ? " (may stand several times)" : "");
    }
}

cm_err help_command(const struct command *c, const struct option_spec *common,
                    struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer b = BUFFER_INIT;
    const size_t len = strlen(c->summary);
    buffer_printf(&b, "usage: countermark %s %s\n\n%s%s\n", c->name, c->arguments, c->summary,
                  len > 0 && c->summary[len - 1] == '?' ? "" : ".");
    if (c->options != NULL) {
        buffer_text(&b, "\noptions:\n");
        put_options(&b, c->options);
    }
    buffer_text(&b, "\ncommon options:\n");
    put_options(&b, common);
    if (c->examples != NULL) buffer_printf(&b, "\nexamples:\n%s", c->examples);
    return print(&b, diag);
}
