/* Options by table. Nothing is converted before it is asked for, so that errors name the option. */
#include "cli/option.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/nearest.h"
#include "base/text.h"

#define WORDS_MAX 128u /* words offered to the comparison */
#define NAME_CAP  64u

/* ---- Parsing --------------------------------------------------------------------------------- */

static const struct option_spec *find(const struct options *o, const char *name) {
    for (size_t t = 0; t < OPTION_TABLES_MAX; t++)
        for (const struct option_spec *s = o->tables[t]; s != NULL && s->name != NULL; s++)
            if (strcmp(s->name, name) == 0) return s;
    return NULL;
}

static cm_err unknown(const struct options *o, const char *name, struct cm_diag *diag) {
    const char *words[WORDS_MAX];
    char remedy[DIAG_PART_CAP] = "--help lists what it takes";
    size_t n = 0;
    for (size_t t = 0; t < OPTION_TABLES_MAX; t++)
        for (const struct option_spec *s = o->tables[t]; s != NULL && s->name != NULL; s++)
            if (n < WORDS_MAX) words[n++] = s->name;
    const char *near = nearest_word(name, words, n);
    if (near != NULL) (void)snprintf(remedy, sizeof remedy, "did you mean --%s?", near);
    return diag_fail(diag, CM_E_ARGUMENT, NULL, NULL, remedy, "unknown option --%.60s", name);
}

/* One option at argv[*at]; advances past a value that stands apart. */
static cm_err parse_one(struct options *o, int argc, char **argv, int *at, struct cm_diag *diag) {
    char name[NAME_CAP];
    const char *word = argv[*at] + 2, *equals = strchr(word, '=');
    const size_t len = equals != NULL ? (size_t)(equals - word) : strlen(word);
    (void)snprintf(name, sizeof name, "%.*s", (int)(len < NAME_CAP ? len : NAME_CAP - 1), word);
    const struct option_spec *s = find(o, name);
    if (s == NULL) return unknown(o, name, diag);
    const char *text = equals != NULL ? equals + 1 : NULL;
    if (s->kind == OPTION_FLAG && text != NULL)
        return diag_fail(diag, CM_E_ARGUMENT, NULL, NULL, "leave the value out",
                         "--%s takes no value", s->name);
    if (s->kind != OPTION_FLAG && text == NULL) {
        if (*at + 1 >= argc)
            return diag_fail(diag, CM_E_ARGUMENT, NULL, NULL, NULL, "--%s needs a value (%s)",
                             s->name, s->value);
        text = argv[++*at];
    }
    if (s->kind != OPTION_LIST && option_given(o, s->name))
        return diag_fail(diag, CM_E_ARGUMENT, NULL, NULL, "say it once", "--%s stands twice",
                         s->name);
    o->given[o->given_n++] = (struct option_given){.spec = s, .text = text};
    return CM_OK;
}

cm_err options_parse(struct options *out, int argc, char **argv, struct cm_diag *diag) {
    bool ended = false;
    out->given = calloc((size_t)argc + 1, sizeof *out->given);
    out->positions = calloc((size_t)argc + 1, sizeof(const char *));
    out->given_n = out->position_n = 0;
    if (out->given == NULL || out->positions == NULL) return CM_E_NO_MEMORY;
    for (int i = 0; i < argc; i++) {
        const char *word = argv[i];
        if (ended || word[0] != '-' || word[1] == '\0')
            out->positions[out->position_n++] = word;
        else if (strcmp(word, "--") == 0)
            ended = true;
        else if (word[1] != '-')
            return diag_fail(diag, CM_E_ARGUMENT, NULL, NULL,
                             "options are words: --help lists them", "unknown option %.60s", word);
        else
            TRY(parse_one(out, argc, argv, &i, diag));
    }
    return CM_OK;
}

cm_err options_complete(const struct options *o, struct cm_diag *diag) {
    for (size_t t = 0; t < OPTION_TABLES_MAX; t++)
        for (const struct option_spec *s = o->tables[t]; s != NULL && s->name != NULL; s++)
            if (s->required && !option_given(o, s->name))
                return diag_fail(diag, CM_E_ARGUMENT, NULL, NULL, s->help, "--%s is needed",
                                 s->name);
    return CM_OK;
}

void options_free(struct options *o) {
    free(o->given);
    free(o->positions);
    o->given = NULL;
    o->positions = NULL;
}

/* ---- Asking ---------------------------------------------------------------------------------- */

static const struct option_given *nth(const struct options *o, const char *name, size_t i) {
    for (size_t g = 0; g < o->given_n; g++)
        if (strcmp(o->given[g].spec->name, name) == 0 && i-- == 0) return &o->given[g];
    return NULL;
}

bool option_given(const struct options *o, const char *name) { return nth(o, name, 0) != NULL; }

const char *option_item(const struct options *o, const char *name, size_t i) {
    const struct option_given *g = nth(o, name, i);
    return g != NULL ? g->text : NULL;
}

const char *option_text(const struct options *o, const char *name) {
    return option_item(o, name, 0);
}

cm_err option_u64(const struct options *o, const char *name, uint64_t min, uint64_t max,
                  uint64_t *out, struct cm_diag *diag) {
    const char *text = option_text(o, name);
    uint64_t value = 0;
    if (text == NULL) return CM_OK;
    if (text_u64(slice_text(text), max, &value) != CM_OK || value < min)
        return diag_fail(diag, CM_E_ARGUMENT, NULL, NULL, "digits only, no separators",
                         "--%s is a count from %llu to %llu", name, (unsigned long long)min,
                         (unsigned long long)max);
    *out = value;
    return CM_OK;
}
