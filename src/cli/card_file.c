/* Two passes over a CSV in memory: the first finds mistakes, the second asks, a call for every
 * CM_REQUESTS_MAX lines. References as in card_file.h. */
#include "cli/card_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "cards/receipt.h"
#include "cli/interrupt.h"
#include "cli/outfile.h"
#include "crypto/hash.h"
#include "doc/csv.h"

#define VERDICT_MODE 0600
#define NO_COLUMN    SIZE_MAX

enum column { NUMBER, PIN, AMOUNT, TRANSACTION, NEW_NUMBER, COLUMN_N };
static const char *const column_names[COLUMN_N] = {"number", "pin", "amount", "transaction",
                                                   "new_number"};

struct card_lines {
    struct csv_reader csv;
    size_t at[COLUMN_N]; /* NO_COLUMN: the file has none */
};
static void lines_end(struct card_lines *l) { csv_reader_free(&l->csv); }

/* ---- Columns --------------------------------------------------------------------------------- */

static unsigned column_needs(enum column c) {
    static const unsigned takes[COLUMN_N] = {[AMOUNT] = CARD_TAKES_AMOUNT,
                                             [TRANSACTION] = CARD_TAKES_TRANSACTION,
                                             [NEW_NUMBER] = CARD_TAKES_NEW};
    return c < COLUMN_N ? takes[c] : 0;
}

/* A column that the verb does not take was meant for something else: refused, not passed over. */
static cm_err check_columns(const struct card_file *f, const struct card_lines *l) {
    for (unsigned c = 0; c < COLUMN_N; c++) {
        const unsigned needs = column_needs((enum column)c);
        if (l->at[c] != NO_COLUMN && needs != 0 && (f->verb->takes & needs) == 0)
            return csv_fail(&l->csv, l->at[c], column_names[c], CM_E_FORMAT, "leave it out",
                            "'card %s' takes no %s", f->verb->name, column_names[c]);
    }
    const bool amounts = l->at[AMOUNT] != NO_COLUMN || f->usual.amount > 0;
    if ((f->verb->takes & CARD_NEEDS_AMOUNT) && !amounts)
        return csv_fail(&l->csv, 0, NULL, CM_E_FORMAT, "add a column 'amount', or --amount",
                        "'card %s' needs an amount", f->verb->name);
    if ((f->verb->takes & CARD_TAKES_NEW) && l->at[NEW_NUMBER] == NO_COLUMN)
        return csv_fail(&l->csv, 0, NULL, CM_E_FORMAT, "add a column 'new_number'",
                        "it is not said which card takes its place");
    return CM_OK;
}

static enum column column_of(struct cm_slice name) {
    if (slice_equal(name, slice_text("code"))) return NUMBER;
    for (unsigned c = 0; c < COLUMN_N; c++)
        if (slice_equal(name, slice_text(column_names[c]))) return (enum column)c;
    return COLUMN_N;
}

static cm_err lines_begin(struct card_lines *l, const struct card_file *f, struct cm_slice text,
                          struct cm_diag *diag) {
    bool more = false;
    csv_reader_init(&l->csv, text, 0, f->in, &CSV_LIMITS_DEFAULT, diag);
    for (unsigned c = 0; c < COLUMN_N; c++)
        l->at[c] = NO_COLUMN;
    TRY(csv_next(&l->csv, &more));
    for (size_t i = 0; more && i < l->csv.n; i++) {
        const enum column c = column_of(csv_field(&l->csv, i));
        if (c < COLUMN_N) l->at[c] = i;
    }
    if (l->at[NUMBER] == NO_COLUMN)
        return diag_fail(diag, CM_E_FORMAT, f->in, "line 1", "name it 'number' in the first line",
                         "no column holds the cards' numbers");
    return check_columns(f, l);
}

static bool has(const struct card_lines *l, enum column c) {
    return l->at[c] != NO_COLUMN && csv_field(&l->csv, l->at[c]).len > 0;
}

/* What the present row asks, without the texts. */
static cm_err read_row(const struct card_lines *l, const struct card_file *f,
                       struct cm_card_ask *ask) {
    const struct csv_reader *r = &l->csv;
    *ask = f->usual;
    if (has(l, AMOUNT) &&
        card_amount_read(csv_field(r, l->at[AMOUNT]), ask->currency, &ask->amount) != CM_OK)
        return csv_fail(r, l->at[AMOUNT], "amount", CM_E_FORMAT,
                        "write 12.50 with --currency EUR, or 1250, which is minor units",
                        "not an amount");
    if (has(l, TRANSACTION) &&
        card_transaction_read(csv_field(r, l->at[TRANSACTION]), &ask->reference) != CM_OK)
        return csv_fail(r, l->at[TRANSACTION], "transaction", CM_E_FORMAT, NULL,
                        "not a transaction's number");
    return CM_OK;
}

static cm_err check_rows(const struct card_file *f, struct cm_slice text, struct cm_diag *diag) {
    CM_CLEANUP(lines_end) struct card_lines l;
    struct cm_card_ask ask;
    TRY(lines_begin(&l, f, text, diag));
    for (bool more = true;;) {
        TRY(csv_next(&l.csv, &more));
        if (!more) return CM_OK;
        TRY(read_row(&l, f, &ask));
    }
}

/* ---- One call's worth ------------------------------------------------------------------------ */

struct span {
    size_t from, len;
};
struct chunk {
    struct buffer texts; /* numbers, PINs: wiped */
    struct span *numbers, *pins, *others;
    uint64_t *lines;
    size_t n, index;
};

static void chunk_wipe(struct chunk *c) {
    buffer_wipe(&c->texts);
    free(c->numbers);
    free(c->pins);
    free(c->others);
    free(c->lines);
}

static cm_err chunk_init(struct chunk *c) {
    c->numbers = calloc(CM_REQUESTS_MAX, sizeof *c->numbers);
    c->pins = calloc(CM_REQUESTS_MAX, sizeof *c->pins);
    c->others = calloc(CM_REQUESTS_MAX, sizeof *c->others);
    c->lines = calloc(CM_REQUESTS_MAX, sizeof *c->lines);
    const bool all = c->numbers != NULL && c->pins != NULL && c->others != NULL;
    return all && c->lines != NULL ? CM_OK : CM_E_NO_MEMORY;
}

static struct span keep(struct chunk *c, const struct card_lines *l, enum column column) {
    const struct cm_slice field =
        l->at[column] != NO_COLUMN ? csv_field(&l->csv, l->at[column]) : slice_of(NULL, 0);
    const struct span s = {c->texts.len, field.len};
    buffer_put(&c->texts, field.p, field.len);
    return s;
}

/* Texts move while they are gathered; they are pointed at when all of them are there. */
static void point(const struct chunk *c, struct asker *a) {
    for (size_t i = 0; i < c->n; i++) {
        const uint8_t *p = c->texts.p;
        a->requests[i] =
            (struct cm_request){.code = slice_of(p + c->numbers[i].from, c->numbers[i].len),
                                .pin = slice_of(p + c->pins[i].from, c->pins[i].len)};
        if (c->others[i].len > 0)
            a->asks[i].other = slice_of(p + c->others[i].from, c->others[i].len);
    }
}

static cm_err fill(struct chunk *c, struct card_lines *l, const struct card_file *f,
                   struct asker *a) {
    buffer_recycle(&c->texts, SIZE_MAX);
    for (c->n = 0; c->n < CM_REQUESTS_MAX; c->n++) {
        bool more = false;
        TRY(csv_next(&l->csv, &more));
        if (!more) break;
        TRY(read_row(l, f, &a->asks[c->n]));
        c->numbers[c->n] = keep(c, l, NUMBER);
        c->pins[c->n] = keep(c, l, PIN);
        c->others[c->n] = keep(c, l, NEW_NUMBER);
        c->lines[c->n] = l->csv.row_line;
    }
    TRY(buffer_err(&c->texts));
    point(c, a);
    return CM_OK;
}

/* ---- Verdicts -------------------------------------------------------------------------------- */

static void put_verdict(const struct asker *a, size_t i, uint64_t line, struct buffer *out) {
    const struct cm_answer *answer = &a->answers[i];
    const struct cm_card_told *t = &a->told[i];
    char masked[CARD_MASK_CAP];
    card_mask(a->requests[i].code, masked);
    buffer_printf(out, "%" PRIu64 ",%s,%s,%s,", line, cm_verdict_name(answer->verdict), masked,
                  asker_set_name(a, answer->set));
    if (answer->set != 0) buffer_printf(out, "%" PRIu64, answer->serial);
    buffer_printf(out, ",%s,%s", t->card ? cm_card_state_name(t->state) : "", t->currency);
    if (t->card)
        buffer_printf(out, ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n", t->amount,
                      t->balance, t->balance - t->held, t->transaction);
    else
        buffer_text(out, ",,,,\n");
}

static void put_verdicts(const struct asker *a, const struct chunk *c, struct buffer *out,
                         struct ask_report *report) {
    for (size_t i = 0; i < c->n; i++) {
        put_verdict(a, i, c->lines[i], out);
        report->lines++;
        report->accepted += a->answers[i].verdict == CM_V_ACCEPTED;
        report->verdicts[a->answers[i].verdict]++;
    }
}

/* Chunks are of one size for ever: the key counts them. */
static void key_of(const struct asker *a, const struct card_file *f, const struct hash256 *hash,
                   size_t chunk, char key[static ASK_KEY_CAP]) {
    char hex[2 * HASH_LEN + 1];
    hex_format(hash->b, HASH_LEN, hex);
    (void)snprintf(key, ASK_KEY_CAP, "card:%s:%d:%u:%s:%" PRIu64 "%s:%d:%zu", hex,
                   (int)a->operation, a->door, f->round, f->usual.amount, f->usual.currency,
                   (int)f->usual.reason, chunk);
}

static cm_err ask_chunks(struct asker *a, const struct card_file *f, struct cm_slice text,
                         struct outfile *file, struct ask_report *report, struct cm_diag *diag) {
    CM_CLEANUP(lines_end) struct card_lines l;
    CM_CLEANUP(chunk_wipe) struct chunk chunk = {.n = 0};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct hash256 hash;
    char key[ASK_KEY_CAP];
    hash_sha256(text, &hash);
    TRY(lines_begin(&l, f, text, diag));
    TRY(chunk_init(&chunk));
    buffer_text(&out, "line,verdict,card,pool,index,state,currency,amount,balance,available,"
                      "transaction\n");
    for (;; chunk.index++) {
        if (interrupt_came())
            return diag_fail(diag, CM_E_CANCELLED, NULL, NULL,
                             "run the same command again: what was done is known",
                             "stopped; no verdicts were written");
        TRY(fill(&chunk, &l, f, a));
        key_of(a, f, &hash, chunk.index, key);
        TRY(asker_run(a, chunk.n, key, diag));
        put_verdicts(a, &chunk, &out, report);
        TRY(buffer_err(&out));
        TRY(outfile_write(file, buffer_slice(&out), diag));
        buffer_clear(&out);
        if (chunk.n < CM_REQUESTS_MAX) return CM_OK;
    }
}

cm_err card_file_ask(struct asker *a, const struct card_file *f, struct ask_report *report,
                     struct cm_diag *diag) {
    CM_CLEANUP(buffer_wipe) struct buffer text = BUFFER_INIT;
    CM_CLEANUP(outfile_close) struct outfile file = OUTFILE_INIT;
    struct ask_report local = {.lines = 0};
    struct hash256 hash;
    TRY(file_read(f->in, ASK_FILE_MAX, &text, diag));
    TRY(check_rows(f, buffer_slice(&text), diag));
    TRY(outfile_open(&file, f->out, VERDICT_MODE, diag));
    TRY(ask_chunks(a, f, buffer_slice(&text), &file, &local, diag));
    TRY(outfile_commit(&file, &hash, diag));
    *report = local;
    return CM_OK;
}
