/* Columns have a least width; what is left over goes to the state, then to the names. In a narrow
 * window the less important columns go. */
#include "cli/run_table.h"

#include <inttypes.h>
#include <string.h>

#include "base/date.h"
#include "base/macros.h"
#include "base/text.h"
#include "cli/plain.h"

#define RUNS_MAX     (1u << 26) /* bytes of the list */
#define GAP          1u
#define NAME_WIDTH   40u /* of a run, when there is room */
#define STATE_WIDTH  16u /* holds every state's name but the longest */
#define STATES_WIDTH 32u
#define CELL_CAP     24u

/* ---- Reading a run --------------------------------------------------------------------------- */

struct cm_slice run_record_text(struct json_value run, const char *key) {
    struct cm_slice text = slice_text("");
    const struct json_value v = json_get(run, key);
    if (json_kind_of(v) == JSON_KIND_TEXT) cm_ignore(json_text(v, 0, SIZE_MAX, &text)); /* is one */
    return text;
}

uint64_t run_record_count(struct json_value run, const char *key) {
    uint64_t n = 0;
    const struct json_value v = json_get(run, key);
    if (json_kind_of(v) == JSON_KIND_INTEGER)
        cm_ignore(json_u64(v, 0, UINT64_MAX, &n)); /* a negative one counts as none */
    return n;
}

static bool is_true(struct json_value run, const char *key) {
    bool truth = false;
    const struct json_value v = json_get(run, key);
    if (json_kind_of(v) == JSON_KIND_BOOL) cm_ignore(json_bool(v, &truth)); /* it is one */
    return truth;
}

static bool says(struct json_value run, const char *key, const char *text) {
    return slice_equal(run_record_text(run, key), slice_text(text));
}

bool run_record_over(struct json_value run) {
    return says(run, "state", "done") || says(run, "state", "closed");
}

/* ---- Columns --------------------------------------------------------------------------------- */

enum column { RUN, LINE, STATE, RATE, FLIGHT, PRINTED, GOOD, UNKNOWN, COLUMN_N };
/* Last in, first out where the window is narrow. */
static const uint8_t importance[COLUMN_N] = {RUN,  STATE,  PRINTED, UNKNOWN,
                                             GOOD, FLIGHT, RATE,    LINE};
static const struct {
    const char *title;
    uint8_t least;
    bool right;
} columns[COLUMN_N] = {{"run", 12, false}, {"line", 4, false},  {"state", 10, false},
                       {"a min", 6, true}, {"flying", 7, true}, {"printed", 8, true},
                       {"good", 8, true},  {"unknown", 7, true}};

struct layout {
    size_t width[COLUMN_N]; /* 0: not shown */
};

static void grow(struct layout *l, enum column c, size_t most, size_t *spare) {
    while (*spare > 0 && l->width[c] < most) {
        l->width[c]++;
        (*spare)--;
    }
}

static struct layout lay_out(size_t room, size_t longest_name, size_t longest_state) {
    struct layout l = {.width = {0}};
    size_t used = columns[RUN].least + GAP + columns[STATE].least;
    l.width[STATE] = columns[STATE].least;
    if (used > room) {
        l.width[RUN] = room - GAP - columns[STATE].least;
        return l;
    }
    l.width[RUN] = columns[RUN].least;
    for (size_t i = 2; i < COLUMN_N; i++) {
        const enum column c = (enum column)importance[i];
        if (used + GAP + columns[c].least > room) break;
        l.width[c] = columns[c].least;
        used += GAP + columns[c].least;
    }
    size_t spare = room - used;
    grow(&l, STATE, STATE_WIDTH, &spare);
    grow(&l, RUN, longest_name < NAME_WIDTH ? longest_name : NAME_WIDTH, &spare);
    grow(&l, STATE, longest_state < STATES_WIDTH ? longest_state : STATES_WIDTH, &spare);
    return l;
}

/* A count in so many columns: thousands, millions ... when it is too long. */
static void count_text(uint64_t n, size_t width, char out[static CELL_CAP]) {
    static const char marks[] = " kMGTPE";
    char digits[DECIMAL_CAP + 1];
    size_t len = decimal_format(n, digits), mark = 0;
    for (; len + (mark > 0) > width && mark + 1 < sizeof marks - 1; mark++)
        len = decimal_format(n /= 1000u, digits);
    digits[len] = '\0';
    out[0] = '\0';
    text_append(out, CELL_CAP, "%s", digits);
    if (mark > 0) text_append(out, CELL_CAP, "%c", marks[mark]);
}

static void flight_text(struct json_value run, char out[static CELL_CAP]) {
    const uint64_t window = run_record_count(run, "window"),
                   flying = run_record_count(run, "in_flight");
    out[0] = '\0';
    if (window == 0)
        text_append(out, CELL_CAP, "%" PRIu64, flying);
    else
        text_append(out, CELL_CAP, "%" PRIu64 "/%" PRIu64, flying, window);
}

static struct cm_slice cell(struct json_value run, enum column c, size_t width,
                            char room[static CELL_CAP]) {
    switch (c) {
    case RUN: return run_record_text(run, "run");
    case LINE: return run_record_text(run, "line");
    case STATE: return run_record_text(run, "state");
    case RATE: count_text(run_record_count(run, "rate"), width, room); break;
    case FLIGHT: flight_text(run, room); break;
    case PRINTED: count_text(run_record_count(run, "printed"), width, room); break;
    case GOOD: count_text(run_record_count(run, "good"), width, room); break;
    case UNKNOWN: count_text(run_record_count(run, "unknown"), width, room); break;
    case COLUMN_N:
    default: room[0] = '\0'; break;
    }
    return slice_text(room);
}

/* Without blanks at the end. */
static void end_line(struct buffer *out) {
    while (out->len > 0 && out->p[out->len - 1] == ' ')
        out->len--;
    buffer_text(out, "\n");
}

static void put_line(struct buffer *out, const struct layout *l, struct json_value run, bool head) {
    for (enum column c = RUN; c < COLUMN_N; c++) {
        char room[CELL_CAP];
        if (l->width[c] == 0) continue;
        if (c != RUN) buffer_text(out, " ");
        const struct cm_slice text =
            head ? slice_text(columns[c].title) : cell(run, c, l->width[c], room);
        plain_fit(out, text, l->width[c], columns[c].right);
    }
    end_line(out);
}

/* ---- Words ----------------------------------------------------------------------------------- */

static void add_words(struct buffer *out, struct cm_slice words) {
    if (words.len == 0) return;
    if (out->len > 0) buffer_text(out, "; ");
    buffer_put(out, words.p, words.len);
}

/* What a person should know beside the state: may stay empty. */
static void put_words(struct json_value run, struct buffer *out) {
    const struct cm_slice words = run_record_text(run, "words"),
                          error = run_record_text(run, "last_error");
    if (!slice_equal(words, run_record_text(run, "state"))) add_words(out, words);
    if (!slice_equal(error, words)) add_words(out, error);
    if (!says(run, "wish", "run") && !says(run, "wish", "closed"))
        add_words(out, run_record_text(run, "why"));
    if (run_record_count(run, "duplicates") > 0) {
        char text[64] = "";
        text_append(text, sizeof text, "%" PRIu64 " duplicates on the line",
                    run_record_count(run, "duplicates"));
        add_words(out, slice_text(text));
    }
}

static cm_err put_below(struct buffer *out, struct json_value run, size_t width) {
    CM_CLEANUP(buffer_free) struct buffer words = BUFFER_INIT;
    put_words(run, &words);
    TRY(buffer_err(&words));
    const bool attention = is_true(run, "attention");
    if (words.len == 0 && !attention) return CM_OK;
    if (words.len == 0) buffer_text(&words, "needs an operator");
    buffer_text(out, attention ? "  ! " : "  - ");
    plain_cut(out, buffer_slice(&words), width - 4);
    end_line(out);
    return buffer_err(&words);
}

/* ---- The table ------------------------------------------------------------------------------- */

static bool is_wanted(struct json_value run, const struct run_window *view) {
    return !view->open_only || !says(run, "state", "closed");
}

static size_t count_wanted(struct json_value runs, size_t n, const struct run_window *view) {
    size_t wanted = 0;
    for (size_t i = 0; i < n; i++)
        wanted += is_wanted(json_at(runs, i), view);
    return wanted;
}

static struct layout layout_of(struct json_value runs, size_t n, size_t width) {
    size_t name = 0, state = 0;
    for (size_t i = 0; i < n; i++) {
        const size_t a = plain_width(run_record_text(json_at(runs, i), "run"));
        const size_t b = plain_width(run_record_text(json_at(runs, i), "state"));
        if (a > name) name = a;
        if (b > state) state = b;
    }
    return lay_out(width, name, state);
}

static void put_title(struct buffer *out, struct json_value runs, size_t n, size_t wanted,
                      const struct run_window *view) {
    char title[64] = "", time[TIME_TEXT_CAP];
    size_t worried = 0;
    for (size_t i = 0; i < n; i++)
        worried += is_true(json_at(runs, i), "attention");
    time_format(view->time_ms, time);
    text_append(title, sizeof title, "%.10s %.8s  %zu run%s", time, time + sizeof "2026-11-22",
                wanted, wanted == 1 ? "" : "s");
    if (worried > 0)
        text_append(title, sizeof title, ", %zu need%s an operator", worried,
                    worried == 1 ? "s" : "");
    plain_cut(out, slice_text(title), view->columns);
    end_line(out);
}

static size_t lines_in(const struct buffer *out) {
    size_t n = 0;
    for (size_t i = 0; i < out->len; i++)
        n += out->p[i] == '\n';
    return n;
}

/* Runs with attention, then the others, when there is not room for all; else as they come. */
struct shown {
    struct json_value runs;
    size_t n, wanted, count;
    const struct layout *layout;
    const struct run_window *view;
};

static cm_err put_runs(struct shown *s, struct buffer *out, bool all, bool worried) {
    for (size_t i = 0; i < s->n; i++) {
        const struct json_value run = json_at(s->runs, i);
        const size_t before = out->len;
        if (!is_wanted(run, s->view) || (!all && is_true(run, "attention") != worried)) continue;
        put_line(out, s->layout, run, false);
        TRY(put_below(out, run, s->view->columns));
        if (s->view->rows > 0 && lines_in(out) + (s->count + 1 < s->wanted) > s->view->rows) {
            out->len = before;
            return CM_E_NO_SPACE;
        }
        s->count++;
    }
    return CM_OK;
}

static cm_err put_all(struct shown *s, struct buffer *out) {
    const size_t before = out->len;
    cm_err err = put_runs(s, out, true, false);
    if (err != CM_E_NO_SPACE) return err;
    out->len = before;
    s->count = 0;
    err = put_runs(s, out, false, true);
    if (err == CM_OK) err = put_runs(s, out, false, false);
    if (err != CM_E_NO_SPACE) return err;
    char more[96] = "";
    text_append(more, sizeof more, "... and %zu more: a larger window shows them",
                s->wanted - s->count);
    plain_cut(out, slice_text(more), s->view->columns);
    end_line(out);
    return CM_OK;
}

cm_err run_table(struct cm_slice runs, const struct run_window *view, struct buffer *out,
                 struct cm_diag *diag) {
    static const struct json_limits limits = {.text_max = RUNS_MAX, .depth_max = JSON_DEPTH_MAX};
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct run_window v = *view;
    struct shown s = {.view = &v};
    if (v.columns < RUN_TABLE_COLUMNS_MIN) v.columns = RUN_TABLE_COLUMNS_MIN;
    TRY(json_doc_new(&doc, runs, "run.list", &limits, diag));
    s.runs = json_get(json_root(doc), "runs");
    TRY(json_items(s.runs, 0, SIZE_MAX, &s.n));
    s.wanted = count_wanted(s.runs, s.n, &v);
    if (v.time_ms > 0) put_title(out, s.runs, s.n, s.wanted, &v);
    if (s.wanted == 0) {
        plain_cut(out, slice_text("no runs: countermark run start begins one"), v.columns);
        end_line(out);
        return buffer_err(out);
    }
    const struct layout layout = layout_of(s.runs, s.n, v.columns);
    s.layout = &layout;
    put_line(out, &layout, json_root(doc), true);
    TRY(put_all(&s, out));
    return buffer_err(out);
}
