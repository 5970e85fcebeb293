/* Columns by name or place. */
#include "cli/import_columns.h"

#include <stdio.h>
#include <string.h>

#include "base/nearest.h"

/* Our words for columns, as --columns and files may have them. */
static const struct {
    const char *word;
    uint8_t role;
} words[] = {{"code", IMPORT_TEXT},       {"number", IMPORT_TEXT},     {"card", IMPORT_TEXT},
             {"text", IMPORT_TEXT},       {"state", IMPORT_STATE},     {"status", IMPORT_STATE},
             {"balance", IMPORT_BALANCE}, {"expires", IMPORT_EXPIRES}, {"other", IMPORT_OTHER},
             {"alias", IMPORT_OTHER},     {"-", IMPORT_ROLE_IGNORE}};

static char lower(uint8_t c) { return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c); }

static bool same_word(struct cm_slice a, const char *b) {
    if (strlen(b) != a.len) return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.p[i]) != lower((uint8_t)b[i])) return false;
    return true;
}

static bool known_word(struct cm_slice word, uint8_t *role) {
    for (size_t i = 0; i < CM_ARRAY_N(words); i++)
        if (same_word(word, words[i].word)) {
            *role = words[i].role;
            return true;
        }
    return false;
}

static cm_err unknown(struct cm_slice word, struct cm_diag *diag) {
    const char *all[CM_ARRAY_N(words)];
    char typed[IMPORT_NAME_CAP] = "", remedy[64] = "use number, state, balance, expires, other, -";
    for (size_t i = 0; i < CM_ARRAY_N(words); i++)
        all[i] = words[i].word;
    memcpy(typed, word.p, word.len < sizeof typed ? word.len : sizeof typed - 1);
    const char *near = nearest_word(typed, all, CM_ARRAY_N(words));
    if (near != NULL) (void)snprintf(remedy, sizeof remedy, "did you mean %s?", near);
    return diag_fail(diag, CM_E_ARGUMENT, "--columns", NULL, remedy, "no column is called '%.60s'",
                     typed);
}

/* ---- The option ------------------------------------------------------------------------------ */

static cm_err add_wish(struct import_columns *c, struct cm_slice part, struct cm_diag *diag) {
    struct import_wish *w = &c->wishes[c->wish_n];
    const uint8_t *equals = part.len > 0 ? memchr(part.p, '=', part.len) : NULL;
    const size_t word_len = equals != NULL ? (size_t)(equals - part.p) : part.len;
    const struct cm_slice name =
        equals != NULL ? slice_of(equals + 1, part.len - word_len - 1) : slice_of(NULL, 0);
    if (c->wish_n == IMPORT_PLACES_MAX || name.len >= IMPORT_NAME_CAP)
        return diag_fail(diag, CM_E_ARGUMENT, "--columns", NULL, NULL,
                         "at most 64 columns, with names of 128 bytes");
    *w = (struct import_wish){.role = 0};
    if (!known_word(slice_of(part.p, word_len), &w->role))
        return unknown(slice_of(part.p, word_len), diag);
    if (name.len > 0) memcpy(w->name, name.p, name.len);
    if (c->wish_n > 0 && c->by_place != (equals == NULL))
        return diag_fail(diag, CM_E_ARGUMENT, "--columns", NULL, "write NAME=COLUMN for each",
                         "some columns are named by the file, some by their place");
    c->by_place = equals == NULL;
    c->wish_n++;
    return CM_OK;
}

static cm_err check_wishes(const struct import_columns *c, struct cm_diag *diag) {
    size_t count[IMPORT_OTHER + 1u] = {0};
    for (size_t i = 0; i < c->wish_n; i++)
        if (c->wishes[i].role <= IMPORT_OTHER) count[c->wishes[i].role]++;
    for (uint8_t role = IMPORT_TEXT; role < IMPORT_OTHER; role++)
        if (count[role] > 1)
            return diag_fail(diag, CM_E_ARGUMENT, "--columns", NULL, "call further texts 'other'",
                             "one column is given twice");
    if (count[IMPORT_OTHER] > IMPORT_ALIASES_MAX)
        return diag_fail(diag, CM_E_ARGUMENT, "--columns", NULL, NULL,
                         "a card has at most %u other texts", IMPORT_ALIASES_MAX);
    if (count[IMPORT_TEXT] == 1) return CM_OK;
    return diag_fail(diag, CM_E_ARGUMENT, "--columns", NULL, "say which column is 'number'",
                     "no column holds the codes or numbers");
}

cm_err import_columns_parse(struct import_columns *c, const char *spec, struct cm_diag *diag) {
    *c = (struct import_columns){.guessed = spec == NULL};
    if (spec == NULL) return CM_OK;
    struct cm_slice rest = slice_text(spec);
    for (;;) {
        const uint8_t *comma = rest.len > 0 ? memchr(rest.p, ',', rest.len) : NULL;
        const size_t len = comma != NULL ? (size_t)(comma - rest.p) : rest.len;
        TRY(add_wish(c, slice_of(rest.p, len), diag));
        if (comma == NULL) break;
        rest = slice_of(comma + 1, rest.len - len - 1);
    }
    return check_wishes(c, diag);
}

/* ---- The file -------------------------------------------------------------------------------- */

uint8_t import_columns_role(struct import_columns *c, struct cm_slice name) {
    uint8_t role = IMPORT_ROLE_IGNORE;
    if (c->guessed) {
        (void)known_word(name, &role);
        return role;
    }
    for (size_t i = 0; i < c->wish_n; i++)
        if (slice_equal(name, slice_text(c->wishes[i].name))) {
            c->wishes[i].found = true;
            return c->wishes[i].role;
        }
    return role;
}

static bool has_texts(const struct import_columns *c) {
    for (size_t i = 0; i < c->role_n; i++)
        if (c->roles[i] == IMPORT_TEXT) return true;
    return false;
}

/* Columns by place, or one column of nothing but texts. */
static void take_places(struct import_columns *c) {
    c->role_n = c->by_place ? c->wish_n : 1;
    for (size_t i = 0; i < c->role_n; i++)
        c->roles[i] = c->by_place ? c->wishes[i].role : (uint8_t)IMPORT_TEXT;
}

cm_err import_columns_head(struct import_columns *c, const struct cm_slice *fields, size_t n,
                           bool *names, const char *input, struct cm_diag *diag) {
    *names = false;
    if (c->by_place) {
        take_places(c);
        return CM_OK;
    }
    c->role_n = n < IMPORT_PLACES_MAX ? n : IMPORT_PLACES_MAX;
    for (size_t i = 0; i < c->role_n; i++)
        c->roles[i] = import_columns_role(c, fields[i]);
    for (size_t i = 0; i < c->wish_n; i++)
        if (!c->wishes[i].found)
            return diag_fail(diag, CM_E_FORMAT, input, "line 1", "give it the file's own names",
                             "the file has no column '%.60s'", c->wishes[i].name);
    *names = has_texts(c);
    if (*names) return CM_OK;
    if (n == 1) { /* a plain list */
        take_places(c);
        return CM_OK;
    }
    return diag_fail(diag, CM_E_FORMAT, input, "line 1",
                     "say which: --columns number=NAME,..., or number,-,... by place",
                     "none of the columns is known to hold the codes or numbers");
}
