/* Rows to the vault, and the steps after them. */
#include "cli/import_send.h"

#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/interrupt.h"
#include "doc/json.h"
#include "doc/json_write.h"

#define PORTION_LEN  (256u << 10) /* bytes of rows sent at once: some 10 ms of the vault's time */
#define ROOM_KEEP    (1u << 20)
#define DECIMALS_MAX 6u
_Static_assert(PORTION_LEN + (1u << 16) < IMPORT_ROWS_LEN, "a portion and its last row fit");

/* ---- Acts ------------------------------------------------------------------------------------ */

static cm_err run(struct import_send *s, const char *act, struct json_doc **doc) {
    static const struct json_limits limits = {.text_max = 1u << 20, .depth_max = JSON_DEPTH_MAX};
    buffer_recycle(&s->result, ROOM_KEEP);
    TRY(buffer_err(&s->args));
    TRY(session_act(&s->cli->session, act, buffer_slice(&s->args), &s->result, s->cli->diag));
    return json_doc_new(doc, buffer_slice(&s->result), act, &limits, s->cli->diag);
}

static struct json_writer begin_args(struct import_send *s) {
    buffer_recycle(&s->args, ROOM_KEEP);
    struct json_writer w = json_writer_into(&s->args, false);
    json_object_begin(&w, NULL);
    json_put_u64(&w, "job", s->job);
    return w;
}

static void show(struct import_send *s, const char *what, uint64_t done, uint64_t of) {
    const unsigned percent = of > 0 ? (unsigned)(done * 100 / of) : 100;
    if (!s->bar || percent == s->percent) return;
    s->percent = percent;
    char bar[26];
    for (unsigned i = 0; i < sizeof bar - 1; i++)
        bar[i] = i * 100 < percent * (unsigned)(sizeof bar - 1) ? '#' : '.';
    bar[sizeof bar - 1] = '\0';
    (void)fprintf(stderr, "\r%-8s [%s] %3u %%%s", what, bar, percent, percent == 100 ? "\n" : "");
}

static cm_err still_wanted(const struct import_send *s) {
    if (!interrupt_came()) return CM_OK;
    return diag_fail(s->cli->diag, CM_E_CANCELLED, s->name, NULL, "run the same command again",
                     "stopped; nothing was changed");
}

void import_send_end(struct import_send *s) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct cm_diag *told = s->cli->diag;
    struct cm_diag ignored = DIAG_INIT;
    if (s->job != 0) {
        struct json_writer w = begin_args(s);
        json_object_end(&w);
        s->cli->diag = &ignored;
        cm_ignore(run(s, "import.cancel", &doc)); /* it makes room by itself after a minute */
        s->cli->diag = told;
    }
    buffer_wipe(&s->rows);
    buffer_wipe(&s->args);
    buffer_wipe(&s->result);
}

/* ---- Rows ------------------------------------------------------------------------------------ */

cm_err import_send_states(struct import_send *s, const char *spec) {
    struct cm_slice rest = slice_text(spec);
    while (rest.len > 0) {
        struct import_state_word *w = &s->words[s->word_n];
        const uint8_t *comma = memchr(rest.p, ',', rest.len);
        const size_t len = comma != NULL ? (size_t)(comma - rest.p) : rest.len;
        const uint8_t *equals = memchr(rest.p, '=', len);
        const size_t theirs = equals != NULL ? (size_t)(equals - rest.p) : len;
        if (equals == NULL || s->word_n == IMPORT_STATE_WORDS_MAX || theirs >= sizeof w->theirs ||
            len - theirs - 1 >= sizeof w->ours)
            return diag_fail(s->cli->diag, CM_E_ARGUMENT, "--states", NULL,
                             "write it as A=active,S=blocked",
                             "not at most %u pairs of their word and ours", IMPORT_STATE_WORDS_MAX);
        memcpy(w->theirs, rest.p, theirs);
        memcpy(w->ours, equals + 1, len - theirs - 1);
        s->word_n++;
        rest = comma != NULL ? slice_of(comma + 1, rest.len - len - 1) : slice_of(NULL, 0);
    }
    return CM_OK;
}

/* Tabs and line ends part fields and rows: in a text they are no symbols anyway. */
static void put_clean(struct buffer *b, struct cm_slice text) {
    uint8_t *to = buffer_reserve(b, text.len);
    if (to == NULL) return;
    for (size_t i = 0; i < text.len; i++)
        to[i] = text.p[i] == '\t' || text.p[i] == '\n' ? '\r' : text.p[i];
    b->len += text.len;
}

static struct cm_slice our_state(const struct import_send *s, struct cm_slice theirs) {
    for (size_t i = 0; i < s->word_n; i++)
        if (slice_equal(theirs, slice_text(s->words[i].theirs)))
            return slice_text(s->words[i].ours);
    return theirs;
}

/* 12.5 with two decimals is 1250 minor units. What is no amount goes as it is: the vault says so by
 * its line. */
static void put_amount(const struct import_send *s, struct buffer *b, struct cm_slice text) {
    size_t point = 0;
    while (point < text.len && text.p[point] != '.' && text.p[point] != ',')
        point++;
    const size_t after = point < text.len ? text.len - point - 1 : 0;
    if (text.len == 0 || s->decimals == 0 || after > s->decimals || point == 0) {
        put_clean(b, text);
        return;
    }
    put_clean(b, slice_of(text.p, point));
    if (after > 0) put_clean(b, slice_of(text.p + point + 1, after));
    for (size_t i = after; i < s->decimals; i++)
        buffer_u8(b, '0');
}

static void put_row(struct import_send *s, const struct import_file_row *row) {
    struct buffer *b = &s->rows;
    char line[DECIMAL_CAP];
    buffer_put(b, line, decimal_format(row->line, line));
    for (size_t i = IMPORT_TEXT; i < row->n; i++) {
        buffer_u8(b, '\t');
        if (i == IMPORT_STATE)
            put_clean(b, our_state(s, row->fields[i]));
        else if (i == IMPORT_BALANCE)
            put_amount(s, b, row->fields[i]);
        else
            put_clean(b, row->fields[i]);
    }
    buffer_u8(b, '\n');
}

static cm_err send_rows(struct import_send *s) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(buffer_err(&s->rows));
    if (s->rows.len == 0) return CM_OK;
    struct json_writer w = begin_args(s);
    json_put_text(&w, "rows", buffer_slice(&s->rows));
    json_object_end(&w);
    TRY(run(s, "import.rows", &doc));
    buffer_recycle(&s->rows, ROOM_KEEP);
    return CM_OK;
}

static cm_err begin(struct import_send *s, struct cm_slice args) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    buffer_clear(&s->args);
    buffer_put(&s->args, args.p, args.len);
    TRY(run(s, "import.begin", &doc));
    return json_u64(json_get(json_root(doc), "job"), 1, UINT32_MAX, &s->job);
}

cm_err import_send_file(struct import_send *s, struct cm_slice begin_args,
                        struct import_file *file) {
    struct import_file_row row;
    bool more = true;
    TRY(begin(s, begin_args));
    for (;;) {
        TRY(import_file_next(file, &row, &more));
        if (!more) break;
        put_row(s, &row);
        if (s->rows.len < PORTION_LEN) continue;
        uint64_t done = 0, of = 0;
        TRY(still_wanted(s));
        TRY(send_rows(s));
        import_file_progress(file, &done, &of);
        show(s, "reading", done, of);
    }
    show(s, "reading", 1, 1);
    return send_rows(s);
}

/* ---- Steps ----------------------------------------------------------------------------------- */

static cm_err step(struct import_send *s, const char *act, bool leave_out, const char *what,
                   struct json_doc **doc, bool *done) {
    uint64_t at = 0, of = 0;
    TRY(still_wanted(s));
    struct json_writer w = begin_args(s);
    if (leave_out) json_put_bool(&w, "leave_out", true);
    json_object_end(&w);
    TRY(run(s, act, doc));
    const struct json_value root = json_root(*doc);
    TRY(json_u64(json_get(root, "progress"), 0, INT64_MAX, &at));
    TRY(json_u64(json_get(root, "of"), 0, INT64_MAX, &of));
    TRY(json_bool(json_get(root, "done"), done));
    show(s, what, *done ? 1 : at, *done ? 1 : of);
    return CM_OK;
}

cm_err import_send_check(struct import_send *s, struct buffer *report) {
    for (bool done = false; !done;) {
        CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
        TRY(step(s, "import.check", false, "checking", &doc, &done));
        if (done) TRY(json_copy_value(json_get(json_root(doc), "report"), report));
    }
    return CM_OK;
}

cm_err import_send_commit(struct import_send *s, bool leave_out, uint64_t *number,
                          uint64_t *imported) {
    for (bool done = false; !done;) {
        CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
        TRY(step(s, "import.commit", leave_out, "writing", &doc, &done));
        if (!done) continue;
        s->job = 0;
        TRY(json_u64(json_get(json_root(doc), "number"), 1, UINT32_MAX, number));
        TRY(json_u64(json_get(json_root(doc), "imported"), 0, INT64_MAX, imported));
    }
    return CM_OK;
}
