/* Reads fault scripts. References as in fault.h. */
#include "support/printers/fault.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/macros.h"
#include "base/text.h"
#include "support/printers/escape.h"

#define MS_MAX    86400000u /* a day */
#define N_MAX     1000000000000u
#define PLACE_CAP 32u

enum argument { NOTHING, WAIT, TEXT, COUNTED, STOP, POWER };

static const struct word {
    const char *name;
    enum argument argument;
} words[FAULT_WHAT_N] = {
    [FAULT_NO_REPLY] = {"no-reply", NOTHING},
    [FAULT_LATE] = {"late", WAIT},
    [FAULT_SPLIT] = {"split", NOTHING},
    [FAULT_JOIN] = {"join", NOTHING},
    [FAULT_UNSOLICITED] = {"unsolicited", TEXT},
    [FAULT_RESET] = {"reset", NOTHING},
    [FAULT_SKIP] = {"skip", COUNTED},
    [FAULT_REPRINT] = {"reprint", NOTHING},
    [FAULT_PAPER_OUT] = {"paper-out", STOP},
    [FAULT_RIBBON_OUT] = {"ribbon-out", STOP},
    [FAULT_HEAD_OPEN] = {"head-open", STOP},
    [FAULT_MENU] = {"menu", STOP},
    [FAULT_POWER] = {"power", POWER},
    [FAULT_REPEAT_LAST] = {"repeat-last", NOTHING},
    [FAULT_STOP_EMPTY] = {"stop-empty", NOTHING},
};
static const char *const moments[FAULT_MOMENT_N] = {"item", "print", "reply", "connect"};

const char *fault_name(enum fault_what what) { return words[what].name; }

void fault_script_free(struct fault_script *s) {
    for (size_t i = 0; i < s->n; i++)
        buffer_free(&s->faults[i].text);
    free(s->faults);
    *s = (struct fault_script){0};
}

/* ---- One line ------------------------------------------------------------------------------- */

static struct cm_slice next_word(struct cm_slice *line) {
    size_t from = 0;
    while (from < line->len && line->p[from] == ' ')
        from++;
    size_t to = from;
    while (to < line->len && line->p[to] != ' ')
        to++;
    const struct cm_slice word = slice_of(line->p + from, to - from);
    *line = slice_of(line->p + to, line->len - to);
    return word;
}

static bool word_is(struct cm_slice word, const char *text) {
    return slice_equal(word, slice_text(text));
}

static cm_err take_number(struct cm_slice *line, uint64_t max, uint64_t *out) {
    uint64_t value = 0;
    TRY(text_u64(next_word(line), max, &value));
    if (value == 0) return CM_E_RANGE;
    *out = value;
    return CM_OK;
}

static cm_err take_for(struct cm_slice *line, struct fault *f) {
    const struct cm_slice word = next_word(line);
    if (word.len == 0) return CM_OK;
    return word_is(word, "for") ? take_number(line, MS_MAX, &f->ms) : CM_E_FORMAT;
}

static cm_err take_power(struct cm_slice *line, struct fault *f) {
    const struct cm_slice word = next_word(line);
    f->kept = word_is(word, "keep");
    if (!f->kept && !word_is(word, "lose")) return CM_E_FORMAT;
    return take_for(line, f);
}

static cm_err take_text(struct cm_slice *line, struct fault *f) {
    if (line->len < 2) return CM_OK; /* the printer's own words then */
    const struct cm_slice text = slice_of(line->p + 1, line->len - 1);
    *line = slice_of(line->p + line->len, 0);
    return escape_parse(text, &f->text);
}

static cm_err take_counted(struct cm_slice *line, struct fault *f) {
    const struct cm_slice word = next_word(line);
    f->counted = word_is(word, "counted");
    return f->counted || word.len == 0 ? CM_OK : CM_E_FORMAT;
}

static cm_err take_arguments(struct cm_slice *line, struct fault *f) {
    switch (words[f->what].argument) {
    case WAIT: return take_number(line, MS_MAX, &f->ms);
    case TEXT: return take_text(line, f);
    case COUNTED: return take_counted(line, f);
    case STOP: return take_for(line, f);
    case POWER: return take_power(line, f);
    case NOTHING:
    default: return CM_OK;
    }
}

static cm_err take_what(struct cm_slice *line, struct fault *f) {
    const struct cm_slice word = next_word(line);
    for (size_t i = 0; i < FAULT_WHAT_N; i++) {
        if (!word_is(word, words[i].name)) continue;
        f->what = (enum fault_what)i;
        TRY(take_arguments(line, f));
        return next_word(line).len == 0 ? CM_OK : CM_E_FORMAT;
    }
    return CM_E_FORMAT;
}

static cm_err parse_line(struct cm_slice line, struct fault *f, const char **wrong) {
    const struct cm_slice when = next_word(&line);
    *wrong = "a line begins with 'at' or 'one-in'";
    f->random = word_is(when, "one-in");
    if (!f->random && !word_is(when, "at")) return CM_E_FORMAT;
    const struct cm_slice moment = next_word(&line);
    size_t m = 0;
    while (m < FAULT_MOMENT_N && !word_is(moment, moments[m]))
        m++;
    *wrong = "the moment is item, print, reply or connect";
    if (m == FAULT_MOMENT_N) return CM_E_FORMAT;
    f->moment = (enum fault_moment)m;
    *wrong = "the moment's number is 1 or more";
    TRY(take_number(&line, N_MAX, &f->n));
    *wrong = "no such fault, or not with these words";
    return take_what(&line, f);
}

/* ---- The script ----------------------------------------------------------------------------- */

static cm_err add_line(struct cm_slice line, struct fault_script *s, const char **wrong) {
    struct fault f = {.text = BUFFER_INIT};
    const cm_err err = parse_line(line, &f, wrong);
    struct fault *more = err == CM_OK ? realloc(s->faults, (s->n + 1) * sizeof f) : NULL;
    if (more == NULL) {
        buffer_free(&f.text);
        return err == CM_OK ? CM_E_NO_MEMORY : err;
    }
    s->faults = more;
    s->faults[s->n++] = f;
    return CM_OK;
}

cm_err fault_parse(struct cm_slice text, const char *name, struct fault_script *out,
                   struct cm_diag *diag) {
    CM_CLEANUP(fault_script_free) struct fault_script script = {0};
    for (unsigned number = 1; text.len > 0; number++) {
        size_t len = 0;
        while (len < text.len && text.p[len] != '\n')
            len++;
        const struct cm_slice line = slice_of(text.p, len);
        const size_t eaten = len < text.len ? len + 1 : len;
        text = slice_of(text.p + eaten, text.len - eaten);
        if (line.len == 0 || line.p[0] == '#') continue;
        const char *wrong = NULL;
        const cm_err err = add_line(line, &script, &wrong);
        char place[PLACE_CAP];
        (void)snprintf(place, sizeof place, "line %u", number);
        if (err == CM_E_NO_MEMORY) return err;
        if (err != CM_OK)
            return diag_fail(diag, CM_E_FORMAT, name, place, "see tests/support/printers/fault.h",
                             "%s", wrong);
    }
    *out = script;
    script = (struct fault_script){0};
    return CM_OK;
}
