/* Files of codes, in chunks of one call each. The whole file is read as text before the first code
 * is asked about, so that a mistake in its last line changes nothing. */
#include "cli/ask_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "cli/interrupt.h"
#include "cli/outfile.h"
#include "crypto/hash.h"
#include "doc/csv.h"

#define VERDICT_MODE 0600
#define NO_COLUMN    SIZE_MAX

/* Where the codes of a file lie, line by line. CSV fields may be unquoted into `bytes`. */
struct code_lines {
    struct buffer file, bytes;
    struct span {
        size_t from, len, redeemer_from, redeemer_len, pin_from, pin_len;
        uint64_t line;
    } * spans;
    size_t n, cap;
    bool csv; /* spans point into bytes, else into file */
};

static void lines_wipe(struct code_lines *l) {
    buffer_wipe(&l->file);
    buffer_wipe(&l->bytes);
    free(l->spans);
}

static cm_err add_span(struct code_lines *l, struct span s) {
    if (l->n == l->cap) {
        const size_t cap = l->cap == 0 ? 1024 : 2 * l->cap;
        struct span *grown = realloc(l->spans, cap * sizeof *grown);
        if (grown == NULL) return CM_E_NO_MEMORY;
        l->spans = grown;
        l->cap = cap;
    }
    l->spans[l->n++] = s;
    return CM_OK;
}

/* ---- Plain lines ----------------------------------------------------------------------------- */

static cm_err read_plain(struct code_lines *l) {
    const struct buffer *f = &l->file;
    uint64_t line = 1;
    for (size_t at = text_mark_len(buffer_slice(f)); at < f->len; line++) {
        const uint8_t *end = memchr(f->p + at, '\n', f->len - at);
        const size_t len = (end != NULL ? (size_t)(end - f->p) : f->len) - at;
        const size_t cut = len > 0 && f->p[at + len - 1] == '\r' ? len - 1 : len;
        if (cut > 0) TRY(add_span(l, (struct span){.from = at, .len = cut, .line = line}));
        at += len + 1;
    }
    return CM_OK;
}

/* ---- CSV ------------------------------------------------------------------------------------- */

static size_t column_of(const struct csv_reader *r, const char *name) {
    for (size_t i = 0; i < r->n; i++)
        if (slice_equal(csv_field(r, i), slice_text(name))) return i;
    return NO_COLUMN;
}

/* Codes stand under "code", card numbers under "number". */
static size_t code_column(const struct csv_reader *r) {
    const size_t code = column_of(r, "code");
    return code != NO_COLUMN ? code : column_of(r, "number");
}

static void put_field(struct code_lines *l, struct cm_slice field, size_t *from, size_t *len) {
    *from = l->bytes.len;
    *len = field.len;
    buffer_put(&l->bytes, field.p, field.len);
}

static cm_err read_rows(struct code_lines *l, struct csv_reader *r) {
    const size_t code = code_column(r), redeemer = column_of(r, "redeemer");
    const size_t pin = column_of(r, "pin");
    for (bool more = true;;) {
        TRY(csv_next(r, &more));
        if (!more) return buffer_err(&l->bytes);
        struct span s = {.line = r->row_line};
        put_field(l, csv_field(r, code), &s.from, &s.len);
        if (redeemer != NO_COLUMN)
            put_field(l, csv_field(r, redeemer), &s.redeemer_from, &s.redeemer_len);
        if (pin != NO_COLUMN) put_field(l, csv_field(r, pin), &s.pin_from, &s.pin_len);
        TRY(add_span(l, s));
    }
}

/* A header with a column "code" makes it a CSV; *csv tells. */
static cm_err read_csv(struct code_lines *l, const char *input, bool *csv, struct cm_diag *diag) {
    CM_CLEANUP(csv_reader_free) struct csv_reader r;
    struct cm_diag unused = DIAG_INIT;
    bool more = false;
    csv_reader_init(&r, buffer_slice(&l->file), 0, input, &CSV_LIMITS_DEFAULT, &unused);
    *csv = csv_next(&r, &more) == CM_OK && more && code_column(&r) != NO_COLUMN;
    if (!*csv) return CM_OK;
    r.diag = diag;
    l->csv = true;
    return read_rows(l, &r);
}

static cm_err read_lines(struct code_lines *l, const char *path, struct cm_diag *diag) {
    bool csv = false;
    TRY(file_read(path, ASK_FILE_MAX, &l->file, diag));
    TRY(read_csv(l, path, &csv, diag));
    return csv ? CM_OK : read_plain(l);
}

/* ---- Asking ---------------------------------------------------------------------------------- */

static void fill(const struct code_lines *l, size_t first, size_t n, struct cm_request *requests) {
    const uint8_t *bytes = l->csv ? l->bytes.p : l->file.p;
    for (size_t i = 0; i < n; i++) {
        const struct span *s = &l->spans[first + i];
        requests[i].code = slice_of(bytes + s->from, s->len);
        requests[i].redeemer = slice_of(bytes + s->redeemer_from, s->redeemer_len);
        requests[i].pin = slice_of(bytes + s->pin_from, s->pin_len);
    }
}

static void put_time(struct buffer *out, uint64_t ms) {
    char time[TIME_TEXT_CAP] = "";
    if (ms > 0) time_format(ms, time);
    buffer_printf(out, ",%s", time);
}

static void put_answers(const struct asker *a, const struct code_lines *l, size_t first, size_t n,
                        struct buffer *out, struct ask_report *report) {
    for (size_t i = 0; i < n; i++) {
        const struct cm_answer *answer = &a->answers[i];
        buffer_printf(out, "%" PRIu64 ",%s", l->spans[first + i].line,
                      cm_verdict_name(answer->verdict));
        put_time(out, answer->time_ms);
        put_time(out, answer->until_ms);
        buffer_printf(out, ",%s,", asker_set_name(a, answer->set));
        if (answer->set != 0) buffer_printf(out, "%" PRIu64, answer->serial);
        buffer_u8(out, ',');
        if (answer->prize != 0) buffer_printf(out, "%u", answer->prize);
        buffer_text(out, "\n");
        report->lines++;
        report->accepted += answer->verdict == CM_V_ACCEPTED;
        report->verdicts[answer->verdict]++;
    }
}

/* Chunks are of one size for ever: the key counts them. */
static cm_err ask_chunks(struct asker *a, const struct code_lines *l, struct outfile *file,
                         struct ask_report *report, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    struct hash256 hash;
    char hex[2 * HASH_LEN + 1], key[ASK_KEY_CAP];
    hash_sha256(buffer_slice(&l->file), &hash);
    hex_format(hash.b, HASH_LEN, hex);
    buffer_text(&text, "line,verdict,time,until,batch,serial,prize\n");
    for (size_t at = 0, chunk = 0; at < l->n; chunk++) {
        const size_t n = l->n - at < CM_REQUESTS_MAX ? l->n - at : CM_REQUESTS_MAX;
        if (interrupt_came())
            return diag_fail(diag, CM_E_CANCELLED, NULL, NULL,
                             "run the same command again: what was done is known",
                             "stopped; no verdicts were written");
        (void)snprintf(key, sizeof key, "file:%s:%d:%u:%zu", hex, (int)a->operation, a->door,
                       chunk);
        fill(l, at, n, a->requests);
        TRY(asker_run(a, n, key, diag));
        put_answers(a, l, at, n, &text, report);
        TRY(buffer_err(&text));
        TRY(outfile_write(file, buffer_slice(&text), diag));
        buffer_clear(&text);
        at += n;
    }
    TRY(buffer_err(&text));
    return outfile_write(file, buffer_slice(&text), diag);
}

cm_err ask_file(struct asker *a, const char *in, const char *out, struct ask_report *report,
                struct cm_diag *diag) {
    CM_CLEANUP(lines_wipe) struct code_lines lines = {.n = 0};
    CM_CLEANUP(outfile_close) struct outfile file = OUTFILE_INIT;
    struct ask_report local = {.lines = 0};
    struct hash256 hash;
    TRY(read_lines(&lines, in, diag));
    TRY(outfile_open(&file, out, VERDICT_MODE, diag));
    TRY(ask_chunks(a, &lines, &file, &local, diag));
    TRY(outfile_commit(&file, &hash, diag));
    *report = local;
    return CM_OK;
}
