/* cards: pools of card numbers, and numbers made into files, the PINs apart from them. A file
 * appears whole or not at all; indices whose file was lost stay spent: cards are made anew. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/outfile.h"
#include "cli/output.h"
#include "doc/csv_write.h"
#include "doc/json.h"
#include "doc/json_write.h"
#include "engine/registry.h"

#define FILE_MODE    0600
#define DOCUMENT_MAX (4u << 20) /* bytes of a pool file */

const struct option_spec cards_make_options[] = {
    {"count", OPTION_NUMBER, "N", "how many cards", NULL, true},
    {"out", OPTION_TEXT, "FILE", "where the numbers go", NULL, true},
    {"pins", OPTION_TEXT, "FILE", "where the PINs go; needed when the pool has PINs", NULL, false},
    {"format", OPTION_TEXT, "DIALECT", "csv dialect, such as spreadsheet (default plain)", NULL,
     false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

const struct option_spec pool_add_options[] = {
    {"test-key-from-file", OPTION_TEXT, "FILE", "TEST pools: the key as 64 hex digits", NULL,
     false},
    {"dry-run", OPTION_FLAG, NULL, "judge it, and add nothing", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

/* ---- Adding ---------------------------------------------------------------------------------- */

cm_err cmd_pool_add(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT, args = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer result = BUFFER_INIT;
    const char *path = position(cli, 0);
    struct json_writer w = json_writer_into(&args, false);
    TRY(file_read(path, DOCUMENT_MAX, &text, cli->diag));
    json_object_begin(&w, NULL);
    json_put_text(&w, "document", buffer_slice(&text));
    json_put_text(&w, "input", file_short_name(path, REGISTRY_NAME_CAP - 1));
    TRY(command_put_test_key(cli, &w));
    if (option_given(&cli->options, "dry-run")) json_put_bool(&w, "dry_run", true);
    json_object_end(&w);
    TRY(buffer_err(&args));
    TRY(session_act(&cli->session, "pool.add", buffer_slice(&args), &result, cli->diag));
    return output_record(buffer_slice(&result), cli->json, cli->diag);
}

/* ---- Making ---------------------------------------------------------------------------------- */

struct making {
    struct cli *cli;
    const char *pool;
    uint64_t wanted, made;
    struct csv_dialect dialect;
    struct outfile numbers, pins; /* pins.fd is -1 without --pins */
    struct buffer args, result, lines;
};

static void making_wipe(struct making *m) {
    outfile_close(&m->numbers);
    outfile_close(&m->pins);
    buffer_free(&m->args);
    buffer_wipe(&m->result);
    buffer_wipe(&m->lines);
}

/* index,number or index,pin: the index joins what travels apart. */
static cm_err write_column(struct making *m, struct outfile *file, struct json_value values,
                           struct json_value indices) {
    struct csv_writer csv = {.out = &m->lines, .dialect = m->dialect};
    size_t n = 0;
    buffer_clear(&m->lines);
    TRY(json_items(values, 0, SIZE_MAX, &n));
    for (size_t i = 0; i < n; i++) {
        char index[24];
        struct cm_slice text;
        uint64_t number = 0;
        TRY(json_u64(json_at(indices, i), 0, INT64_MAX, &number));
        TRY(json_text(json_at(values, i), 1, CM_CARD_NUMBER_MAX, &text));
        (void)snprintf(index, sizeof index, "%" PRIu64, number);
        csv_put_cstr(&csv, index);
        csv_put(&csv, text);
        csv_end_row(&csv);
    }
    TRY(buffer_err(&m->lines));
    return outfile_write(file, buffer_slice(&m->lines), m->cli->diag);
}

static cm_err write_head(struct making *m, struct outfile *file, const char *name) {
    struct csv_writer csv;
    buffer_clear(&m->lines);
    csv_writer_init(&csv, &m->lines, &m->dialect);
    csv_put_cstr(&csv, "index");
    csv_put_cstr(&csv, name);
    csv_end_row(&csv);
    TRY(buffer_err(&m->lines));
    return outfile_write(file, buffer_slice(&m->lines), m->cli->diag);
}

static cm_err next_chunk(struct making *m, struct json_doc **doc) {
    static const struct json_limits limits = {.text_max = 1u << 26, .depth_max = JSON_DEPTH_MAX};
    buffer_clear(&m->args);
    buffer_clear(&m->result);
    struct json_writer w = json_writer_into(&m->args, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "pool", m->pool);
    json_put_u64(&w, "most", m->wanted - m->made);
    json_object_end(&w);
    TRY(buffer_err(&m->args));
    TRY(session_act(&m->cli->session, "cards.make", buffer_slice(&m->args), &m->result,
                    m->cli->diag));
    return json_doc_new(doc, buffer_slice(&m->result), "cards.make", &limits, m->cli->diag);
}

static cm_err write_chunk(struct making *m, bool *ended) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    uint64_t cards = 0;
    TRY(next_chunk(m, &doc));
    const struct json_value root = json_root(doc), pins = json_get(root, "pins");
    TRY(json_bool(json_get(root, "ended"), ended));
    TRY(json_u64(json_get(root, "cards"), 0, INT64_MAX, &cards));
    if (*ended) return CM_OK;
    TRY(write_column(m, &m->numbers, json_get(root, "numbers"), json_get(root, "indices")));
    if (m->pins.fd >= 0) TRY(write_column(m, &m->pins, pins, json_get(root, "indices")));
    m->made += cards;
    return CM_OK;
}

static cm_err pool_has_pins(struct making *m, bool *pins) {
    CM_CLEANUP(buffer_free) struct buffer list = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    size_t n = 0;
    TRY(session_act(&m->cli->session, "pool.list", slice_text("{}"), &list, m->cli->diag));
    TRY(json_doc_new(&doc, buffer_slice(&list), "pool.list", &JSON_LIMITS_DEFAULT, m->cli->diag));
    const struct json_value pools = json_get(json_root(doc), "pools");
    TRY(json_items(pools, 0, SIZE_MAX, &n));
    for (size_t i = 0; i < n; i++) {
        struct cm_slice name;
        uint64_t digits = 0;
        TRY(json_text(json_get(json_at(pools, i), "name"), 1, SIZE_MAX, &name));
        if (!slice_equal(name, slice_text(m->pool))) continue;
        TRY(json_u64(json_get(json_at(pools, i), "pin_digits"), 0, CM_CARD_PIN_MAX, &digits));
        *pins = digits > 0;
        return CM_OK;
    }
    return diag_fail(m->cli->diag, CM_E_NOT_FOUND, NULL, NULL, "'countermark cards pool list'",
                     "no pool is named '%.60s'", m->pool);
}

/* Cards are made once: a file of others holds what nothing writes again, so it stays. */
static cm_err check_new(const struct making *m, const char *path) {
    struct stat st;
    if (path == NULL || stat(path, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size == 0)
        return CM_OK;
    return diag_fail(m->cli->diag, CM_E_EXISTS, path, NULL, "name another file, or remove this one",
                     "there is such a file, perhaps of cards made before");
}

static cm_err open_files(struct making *m) {
    const struct options *o = &m->cli->options;
    const char *pins = option_text(o, "pins"), *format = option_text(o, "format");
    const struct csv_dialect *dialect =
        csv_dialect_named(slice_text(format != NULL ? format : "plain"));
    bool has_pins = false;
    if (dialect == NULL)
        return diag_fail(m->cli->diag, CM_E_ARGUMENT, "--format", NULL, NULL, "no such dialect");
    m->dialect = *dialect;
    TRY(pool_has_pins(m, &has_pins));
    if (has_pins != (pins != NULL))
        return diag_fail(m->cli->diag, CM_E_ARGUMENT, "--pins", NULL,
                         has_pins ? "say where the PINs go" : "leave it out", "pool '%.60s' has %s",
                         m->pool, has_pins ? "PINs" : "no PINs");
    if (has_pins && strcmp(pins, option_text(o, "out")) == 0)
        return diag_fail(m->cli->diag, CM_E_ARGUMENT, "--pins", NULL, "name another file",
                         "numbers and PINs never travel in one file");
    TRY(check_new(m, option_text(o, "out")));
    TRY(check_new(m, pins));
    TRY(outfile_open(&m->numbers, option_text(o, "out"), FILE_MODE, m->cli->diag));
    TRY(write_head(m, &m->numbers, "number"));
    if (!has_pins) return CM_OK;
    TRY(outfile_open(&m->pins, pins, FILE_MODE, m->cli->diag));
    return write_head(m, &m->pins, "pin");
}

static cm_err make_all(struct making *m) {
    bool ended = false;
    while (m->made < m->wanted && !ended) {
        if (interrupt_came())
            return diag_fail(m->cli->diag, CM_E_CANCELLED, m->pool, NULL,
                             "make them again: the spent indices stay unused",
                             "stopped; no file was left");
        TRY(write_chunk(m, &ended));
    }
    if (m->made < m->wanted)
        return diag_fail(m->cli->diag, CM_E_LIMIT, m->pool, NULL, "add a further pool",
                         "the pool's volume allows %" PRIu64 " more cards only", m->made);
    return CM_OK;
}

cm_err cmd_cards_make(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    CM_CLEANUP(making_wipe)
    struct making m = {
        .cli = cli, .pool = position(cli, 0), .numbers = OUTFILE_INIT, .pins = OUTFILE_INIT};
    struct hash256 hash;
    struct json_writer w = json_writer_into(&out, false);
    TRY(option_u64(&cli->options, "count", 1, DENSITY_VOLUME_MAX, &m.wanted, cli->diag));
    TRY(open_files(&m));
    TRY(make_all(&m));
    if (m.pins.fd >= 0) TRY(outfile_commit(&m.pins, &hash, cli->diag));
    TRY(outfile_commit(&m.numbers, &hash, cli->diag));
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "pool", m.pool);
    json_put_u64(&w, "cards", m.made);
    json_put_cstr(&w, "file", option_text(&cli->options, "out"));
    if (option_given(&cli->options, "pins"))
        json_put_cstr(&w, "pins", option_text(&cli->options, "pins"));
    json_object_end(&w);
    TRY(buffer_err(&out));
    return output_record(buffer_slice(&out), cli->json, cli->diag);
}
