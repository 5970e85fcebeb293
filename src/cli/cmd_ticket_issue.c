/* ticket issue: units of a batch as tickets, into a file that appears whole or not at all. The
 * units are spent before their tickets are shown, chunk by chunk, so that any number takes the same
 * memory; every row of --from is judged before its chunk is spent. Columns of --from with the names
 * of claims become claims, and all of them go on into the file. Reference: docs/design/tickets.md
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/nearest.h"
#include "base/text.h"
#include "cli/blame.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/outfile.h"
#include "cli/output.h"
#include "cli/row_feed.h"
#include "cli/ticket_text.h"
#include "doc/csv_write.h"
#include "doc/json.h"
#include "doc/json_write.h"

#define ACT         "ticket.issue"
#define ROWS        "$.rows["
#define FILE_MODE   0600  /* whoever reads it can enter */
#define CHUNK       1000u /* at most ROW_CHUNK_MAX */
#define TICKETS_MAX 1000000000u
#define MS_PER_S    1000u
#define SERIAL_CAP  24u
#define KEEP        (1u << 20) /* bytes of a buffer that stay for the next chunk */

const struct option_spec ticket_issue_options[] = {
    {"out", OPTION_TEXT, "FILE.csv|-", "where the tickets go", NULL, false},
    {"count", OPTION_NUMBER, "N", "how many (else: one for each row of --from)", NULL, false},
    {"from", OPTION_TEXT, "FILE.csv", "one ticket a row; columns seat, title, value, exp ...", NULL,
     false},
    {"seat-from", OPTION_TEXT, "COLUMN", "the column of --from that is the seat", NULL, false},
    {"title-from", OPTION_TEXT, "COLUMN", "the column of --from that is the title", NULL, false},
    {"event", OPTION_TEXT, "TEXT", "what it is for (default: the batch's name)", NULL, false},
    {"title", OPTION_TEXT, "TEXT", "a line for whoever holds it", NULL, false},
    {"value", OPTION_TEXT, "25.00", "what it is worth (with --currency)", NULL, false},
    {"currency", OPTION_TEXT, "EUR", "of --value and of the column value", NULL, false},
    {"exp", OPTION_TEXT, "DATE|TIME", "valid through that day, or before that time", NULL, false},
    {"nbf", OPTION_TEXT, "DATE|TIME", "not valid before", NULL, false},
    {"zone", OPTION_TEXT, "ZONE", "whose days those are, as Europe/Amsterdam (default: UTC)", NULL,
     false},
    {"again", OPTION_NUMBER, "SERIAL", "of units that were spent before, from this serial on", NULL,
     false},
    {"code", OPTION_FLAG, NULL, "the unit's code beside its ticket", NULL, false},
    {"dry-run", OPTION_FLAG, NULL, "check everything, and spend nothing", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

static const char *const claim_names[] = {"event",    "seat", "title", "value",
                                          "currency", "gtin", "exp",   "nbf"};
#define CLAIMS_N CM_ARRAY_N(claim_names)
static const char *const own_names[] = {"serial", "ticket", "code"}; /* the last with --code */

struct issuing {
    struct cli *cli;
    struct row_feed *feed; /* NULL: --count alone */
    struct row_store store;
    const char *const *columns;
    size_t column_n;
    int claim_of[ROW_FEED_COLUMNS_MAX]; /* which claim a column is; -1 = none */
    struct outfile file;
    struct buffer args, result, lines;
    uint64_t wanted, written, left;
    bool again;
    uint64_t first, next; /* serials: of the first ticket, and where --again goes on */
    bool dry, code, progress;
    char issuer[16];
    bool test;
    uint64_t expires_ms;
    struct zone *zone; /* NULL: UTC */
};

static void issuing_wipe(struct issuing *i) {
    outfile_close(&i->file);
    row_feed_close(i->feed);
    zone_free(i->zone);
    row_store_wipe(&i->store);
    buffer_wipe(&i->args);
    buffer_wipe(&i->result);
    buffer_wipe(&i->lines);
}

/* ---- Columns --------------------------------------------------------------------------------- */

static int claim_named(const struct issuing *i, const char *column) {
    static const char *const options[CLAIMS_N] = {[1] = "seat-from", [2] = "title-from"};
    for (size_t c = 0; c < CLAIMS_N; c++) {
        const char *from = options[c] != NULL ? option_text(&i->cli->options, options[c]) : NULL;
        if (strcmp(column, from != NULL ? from : claim_names[c]) == 0) return (int)c;
    }
    return -1;
}

static cm_err check_column(const struct issuing *i, const char *option) {
    const char *wanted = option_text(&i->cli->options, option);
    char remedy[DIAG_PART_CAP] = "name one of its first line";
    if (wanted == NULL) return CM_OK;
    for (size_t c = 0; c < i->column_n; c++)
        if (strcmp(i->columns[c], wanted) == 0) return CM_OK;
    const char *near = nearest_word(wanted, i->columns, i->column_n);
    if (near != NULL) (void)snprintf(remedy, sizeof remedy, "did you mean '%.64s'?", near);
    return diag_fail(i->cli->diag, CM_E_ARGUMENT, option_text(&i->cli->options, "from"), NULL,
                     remedy, "there is no column '%.64s'", wanted);
}

static cm_err open_feed(struct issuing *i) {
    const char *path = option_text(&i->cli->options, "from");
    if (path == NULL) return CM_OK;
    TRY(row_feed_file(path, &i->feed, i->cli->diag));
    i->columns = row_feed_columns(i->feed, &i->column_n);
    TRY(row_feed_without(i->feed, path, own_names, i->code ? 3 : 2, i->cli->diag));
    TRY(check_column(i, "seat-from"));
    TRY(check_column(i, "title-from"));
    for (size_t c = 0; c < i->column_n; c++)
        i->claim_of[c] = claim_named(i, i->columns[c]);
    return CM_OK;
}

/* ---- One chunk ------------------------------------------------------------------------------- */

static void put_claims(const struct issuing *i, struct json_writer *w) {
    json_object_begin(w, "claims");
    for (size_t c = 0; c < CLAIMS_N; c++) {
        const bool option = strcmp(claim_names[c], "seat") != 0 &&
                            strcmp(claim_names[c], "gtin") != 0; /* these are never for all */
        const char *text = option ? option_text(&i->cli->options, claim_names[c]) : NULL;
        if (text != NULL) json_put_cstr(w, claim_names[c], text);
    }
    json_object_end(w);
}

static void put_row(const struct issuing *i, struct json_writer *w, const struct cm_slice *cells) {
    json_object_begin(w, NULL);
    for (size_t c = 0; c < i->column_n; c++)
        if (i->claim_of[c] >= 0 && cells[c].len > 0)
            json_put_text(w, claim_names[i->claim_of[c]], cells[c]);
    json_object_end(w);
}

/* Where in the file, or which option: not where in the JSON that nobody typed. */
static void blame(const struct issuing *i, const struct row_chunk *chunk) {
    struct cm_diag *d = i->cli->diag;
    const char *row = d != NULL && strcmp(d->input, ACT) == 0 ? strstr(d->place, ROWS) : NULL;
    char place[DIAG_PART_CAP];
    uint64_t n = 0;
    if (row == NULL) {
        blame_option(i->cli, ACT, NULL);
        return;
    }
    row += sizeof ROWS - 1;
    const size_t digits = strspn(row, "0123456789");
    if (text_u64(slice_of(row, digits), CHUNK, &n) != CM_OK) return;
    const char *claim = strchr(row, '.');
    (void)snprintf(place, sizeof place, "row %llu%s%.40s", (unsigned long long)(chunk->first + n),
                   claim != NULL ? ", " : "", claim != NULL ? claim + 1 : "");
    (void)snprintf(d->input, sizeof d->input, "%s", option_text(&i->cli->options, "from"));
    (void)snprintf(d->place, sizeof d->place, "%s", place);
}

static cm_err ask(struct issuing *i, const struct row_chunk *chunk, uint64_t n) {
    buffer_recycle(&i->args, KEEP);
    buffer_recycle(&i->result, KEEP);
    struct json_writer w = json_writer_into(&i->args, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "batch", position(i->cli, 0));
    json_put_u64(&w, "count", n);
    json_put_bool(&w, "dry_run", i->dry);
    if (i->again) json_put_u64(&w, "again", i->next);
    if (i->zone != NULL) json_put_cstr(&w, "zone", option_text(&i->cli->options, "zone"));
    put_claims(i, &w);
    if (i->feed != NULL) {
        json_array_begin(&w, "rows");
        for (size_t r = 0; r < chunk->n; r++)
            put_row(i, &w, chunk->cells + r * i->column_n);
        json_array_end(&w);
    }
    json_object_end(&w);
    TRY(buffer_err(&i->args));
    const cm_err err =
        session_act(&i->cli->session, ACT, buffer_slice(&i->args), &i->result, i->cli->diag);
    if (err != CM_OK) blame(i, chunk);
    return err;
}

static cm_err write_ticket(struct issuing *i, struct csv_writer *csv, struct json_value unit,
                           const struct cm_slice *cells) {
    struct cm_slice ticket, code;
    uint64_t serial = 0;
    char digits[SERIAL_CAP];
    TRY(json_u64(json_get(unit, "serial"), 0, INT64_MAX, &serial));
    TRY(json_text(json_get(unit, "ticket"), 1, SIZE_MAX, &ticket));
    TRY(json_text(json_get(unit, "code"), 1, SIZE_MAX, &code));
    (void)snprintf(digits, sizeof digits, "%llu", (unsigned long long)serial);
    csv_put_cstr(csv, digits);
    csv_put(csv, ticket);
    if (i->code) csv_put(csv, code);
    for (size_t c = 0; cells != NULL && c < i->column_n; c++)
        csv_put(csv, cells[c]);
    csv_end_row(csv);
    return buffer_err(&i->lines);
}

static cm_err take_tickets(struct issuing *i, const struct row_chunk *chunk, uint64_t n) {
    static const struct json_limits limits = {.text_max = 1u << 26, .depth_max = JSON_DEPTH_MAX};
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    size_t given = 0;
    TRY(json_doc_new(&doc, buffer_slice(&i->result), ACT, &limits, i->cli->diag));
    const struct json_value root = json_root(doc), tickets = json_get(root, "tickets");
    TRY(json_copy_text(json_get(root, "issuer"), 1, i->issuer, sizeof i->issuer));
    TRY(json_bool(json_get(root, "test"), &i->test));
    TRY(json_u64(json_get(root, "expires_ms"), 0, INT64_MAX, &i->expires_ms));
    TRY(json_u64(json_get(root, "left"), 0, INT64_MAX, &i->left));
    TRY(json_items(tickets, 0, CHUNK, &given));
    if (given != (i->dry ? 0 : n)) return CM_E_CORRUPT;
    if (!i->dry) TRY(json_u64(json_get(root, "next"), 1, INT64_MAX, &i->next));
    if (given > 0 && i->written == 0)
        TRY(json_u64(json_get(json_at(tickets, 0), "serial"), 0, INT64_MAX, &i->first));
    struct csv_writer csv = {.out = &i->lines, .dialect = *csv_dialect_named(slice_text("plain"))};
    buffer_recycle(&i->lines, KEEP);
    for (size_t r = 0; r < given; r++)
        TRY(write_ticket(i, &csv, json_at(tickets, r),
                         i->feed != NULL ? chunk->cells + r * i->column_n : NULL));
    i->written += n;
    return i->dry ? CM_OK : outfile_write(&i->file, buffer_slice(&i->lines), i->cli->diag);
}

/* ---- The whole ------------------------------------------------------------------------------- */

static void show_progress(const struct issuing *i, bool end) {
    if (i->progress && !i->dry)
        (void)fprintf(stderr, "\r%s: %llu tickets%s", position(i->cli, 0),
                      (unsigned long long)i->written, end ? "\n" : "");
}

static cm_err stopped(const struct issuing *i) {
    if (i->dry || i->written == 0)
        return diag_fail(i->cli->diag, CM_E_CANCELLED, position(i->cli, 0), NULL,
                         "run the command again", "stopped; nothing was spent");
    return diag_fail(i->cli->diag, CM_E_CANCELLED, position(i->cli, 0), NULL,
                     "run it with --again and this serial: the same units are signed again",
                     "stopped; no file was left; %llu units from serial %llu on are spent",
                     (unsigned long long)i->written, (unsigned long long)i->first);
}

static cm_err next_rows(struct issuing *i, struct row_chunk *chunk, uint64_t *n) {
    const uint64_t left = i->wanted - i->written;
    *n = left < CHUNK ? left : CHUNK;
    if (i->feed == NULL) return CM_OK;
    TRY(row_feed_take(i->feed, (size_t)*n > 0 ? (size_t)*n : 1, &i->store, chunk, i->cli->diag));
    if (option_given(&i->cli->options, "count") && (left == 0) != (chunk->n == 0))
        return diag_fail(i->cli->diag, CM_E_ARGUMENT, option_text(&i->cli->options, "from"), NULL,
                         "leave --count away, or make them agree",
                         left == 0 ? "has more rows than --count" : "has fewer rows than --count");
    *n = chunk->n;
    return CM_OK;
}

static cm_err issue_all(struct issuing *i) {
    for (;;) {
        struct row_chunk chunk = {.n = 0};
        uint64_t n = 0;
        TRY(next_rows(i, &chunk, &n));
        if (n == 0) return CM_OK;
        if (interrupt_came()) return stopped(i);
        TRY(ask(i, &chunk, n));
        TRY(take_tickets(i, &chunk, n));
        show_progress(i, false);
    }
}

/* Everything is judged before the first unit is spent: all rows, and whether there are so many
 * units. Standard input comes once, so its rows are judged chunk by chunk. */
static cm_err rehearse(struct issuing *i) {
    struct row_chunk none = {.n = 0};
    const char *path = option_text(&i->cli->options, "from");
    const bool dry = i->dry;
    if (path != NULL && strcmp(path, "-") == 0 && !dry) return CM_OK;
    i->dry = true;
    if (i->feed != NULL) {
        TRY(issue_all(i));
    } else {
        const uint64_t n = i->wanted < CHUNK ? i->wanted : CHUNK;
        TRY(ask(i, &none, n));
        TRY(take_tickets(i, &none, n));
        i->written = i->wanted;
    }
    if (i->written == 0)
        return diag_fail(i->cli->diag, CM_E_FORMAT, path, NULL, "give it a row for each ticket",
                         "there are no rows");
    if (i->written > i->left && !i->again)
        return diag_fail(i->cli->diag, CM_E_LIMIT, position(i->cli, 0), NULL,
                         "ask for fewer, or make a further batch",
                         "%llu of the ordered units are left", (unsigned long long)i->left);
    if (dry) return CM_OK;
    i->dry = false;
    i->written = 0;
    row_feed_close(take(&i->feed));
    return open_feed(i);
}

static cm_err begin(struct issuing *i) {
    struct csv_writer csv = {.out = &i->lines, .dialect = *csv_dialect_named(slice_text("plain"))};
    if (i->dry) return CM_OK;
    TRY(outfile_open(&i->file, option_text(&i->cli->options, "out"), FILE_MODE, i->cli->diag));
    for (size_t c = 0; c < (i->code ? 3u : 2u); c++)
        csv_put_cstr(&csv, own_names[c]);
    for (size_t c = 0; c < i->column_n; c++)
        csv_put_cstr(&csv, i->columns[c]);
    csv_end_row(&csv);
    TRY(buffer_err(&i->lines));
    return outfile_write(&i->file, buffer_slice(&i->lines), i->cli->diag);
}

static cm_err tell(struct issuing *i, const char *sha256) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    const char *path = option_text(&i->cli->options, "out");
    struct json_writer w = json_writer_into(&out, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "batch", position(i->cli, 0));
    json_put_cstr(&w, "issuer", i->issuer);
    json_put_bool(&w, "test", i->test);
    json_put_u64(&w, "tickets", i->written);
    json_put_u64(&w, "expires_ms", i->expires_ms);
    if (i->zone != NULL) {
        char local[ZONE_TIME_CAP];
        zone_time_format(i->zone, i->expires_ms / MS_PER_S, local);
        json_put_cstr(&w, "expires_local", local);
    }
    if (!i->dry) json_put_cstr(&w, "file", path);
    if (!i->dry) json_put_cstr(&w, "sha256", sha256);
    json_put_bool(&w, "dry_run", i->dry);
    json_object_end(&w);
    TRY(buffer_err(&out));
    if (i->dry || strcmp(path, "-") != 0)
        return output_record(buffer_slice(&out), i->cli->json, i->cli->diag);
    output_note("%.*s", (int)out.len, (const char *)out.p); /* standard output is taken */
    return CM_OK;
}

static cm_err check_options(struct issuing *i) {
    const struct options *o = &i->cli->options;
    const bool count = option_given(o, "count"), from = option_given(o, "from");
    i->wanted = TICKETS_MAX;
    if (!count && !from)
        return diag_fail(i->cli->diag, CM_E_ARGUMENT, NULL, NULL, NULL,
                         "say how many: --count N, or --from FILE with a row for each");
    if (!from && (option_given(o, "seat-from") || option_given(o, "title-from")))
        return diag_fail(i->cli->diag, CM_E_ARGUMENT, "--seat-from", NULL, "add --from FILE.csv",
                         "columns are those of --from");
    i->dry = option_given(o, "dry-run");
    if (!i->dry && !option_given(o, "out"))
        return diag_fail(i->cli->diag, CM_E_ARGUMENT, "--out", NULL, "--out FILE.csv",
                         "say where the tickets go");
    i->code = option_given(o, "code");
    i->again = option_given(o, "again");
    TRY(option_u64(o, "again", 0, INT64_MAX, &i->next, i->cli->diag));
    i->progress = isatty(STDERR_FILENO) == 1;
    return option_u64(o, "count", 1, TICKETS_MAX, &i->wanted, i->cli->diag);
}

/* A file of tickets that were sold is not written over; --again is told which units it renews. */
static cm_err check_out(const struct issuing *i) {
    const char *path = option_text(&i->cli->options, "out");
    struct stat st;
    if (i->dry || i->again || stat(path, &st) != 0 || !S_ISREG(st.st_mode)) return CM_OK;
    return diag_fail(i->cli->diag, CM_E_EXISTS, path, NULL, "name another file",
                     "it is there already, and may hold tickets that count");
}

cm_err cmd_ticket_issue(struct cli *cli) {
    CM_CLEANUP(issuing_wipe)
    struct issuing i = {.cli = cli, .file = OUTFILE_INIT, .store = ROW_STORE_INIT};
    struct hash256 hash = {.b = {0}};
    char hex[2 * HASH_LEN + 1];
    TRY(check_options(&i));
    TRY(check_out(&i));
    TRY(zone_option(cli, &i.zone));
    TRY(open_feed(&i));
    TRY(rehearse(&i));
    TRY(begin(&i));
    const cm_err err = i.dry ? CM_OK : issue_all(&i);
    show_progress(&i, true);
    TRY(err);
    if (!i.dry) TRY(outfile_commit(&i.file, &hash, cli->diag));
    hex_format(hash.b, HASH_LEN, hex);
    return tell(&i, hex);
}
