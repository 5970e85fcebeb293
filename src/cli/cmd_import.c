/* import: an old card base, another maker's live codes, or other names of a pool's cards, from CSV
 * or XML. Without --commit nothing is changed: the report says what would be. Exit 1: something in
 * the file is wrong. */
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/macros.h"
#include "cli/import_send.h"
#include "cli/output.h"
#include "doc/json.h"
#include "doc/json_write.h"

#define DECIMALS_MAX 6u
#define BALANCE_MAX  CM_AMOUNT_MAX

const struct option_spec import_options[] = {
    {"name", OPTION_TEXT, "NAME", "name of the list (default: the file's)", NULL, false},
    {"columns", OPTION_TEXT, "LIST",
     "number=COLUMN,balance=COLUMN,... or number,-,... by place: number, state, balance, expires "
     "(YYYY-MM-DD), other",
     NULL, false},
    {"format", OPTION_TEXT, "FORMAT", "csv or xml (default: by the file's name)", NULL, false},
    {"record", OPTION_TEXT, "NAME", "XML: the elements that are records", NULL, false},
    {"commit", OPTION_FLAG, NULL, "import; without it the file is only checked", NULL, false},
    {"dry-run", OPTION_FLAG, NULL, "only check, which is what happens without --commit", NULL,
     false},
    {"leave-out", OPTION_FLAG, NULL, "import the good rows although others are wrong", NULL, false},
    {"mode", OPTION_TEXT, "MODE", "LIVE or TEST (default LIVE; in a sandbox TEST)", NULL, false},
    {"brand", OPTION_TEXT, "NAME", "whose they are", "brand", false},
    {"pool", OPTION_TEXT, "POOL", "aliases: the pool whose cards they name", "of", false},
    {"check", OPTION_TEXT, "KIND", "check digit: luhn, ean or none (default none)", "check", false},
    {"keep-case", OPTION_FLAG, NULL, "small and capital letters differ", NULL, false},
    {"keep-separators", OPTION_FLAG, NULL, "hyphens and dots are part of the texts", NULL, false},
    {"states", OPTION_TEXT, "LIST", "their words for states: A=active,S=blocked", NULL, false},
    {"currency", OPTION_TEXT, "CODE", "cards: the currency of their balances", NULL, false},
    {"balance-max", OPTION_NUMBER, "N", "cards: minor units at most", NULL, false},
    {"decimals", OPTION_NUMBER, "N", "amounts have so many decimals (default: minor units)", NULL,
     false},
    {"activation", OPTION_TEXT, "HOW", "cards: none (default) or till", NULL, false},
    {"product", OPTION_TEXT, "TEXT", "what the codes are on", "product", false},
    {"gtin", OPTION_TEXT, "GTIN", "its trade item number", "gtin", false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

/* ---- What is asked for ----------------------------------------------------------------------- */

static cm_err put_life(struct cli *cli, struct json_writer *w) {
    const struct options *o = &cli->options;
    const char *activation = option_text(o, "activation"), *currency = option_text(o, "currency");
    uint64_t most = 0;
    TRY(option_u64(o, "balance-max", 1, BALANCE_MAX, &most, cli->diag));
    json_object_begin(w, "life");
    json_put_cstr(w, "activation", activation != NULL ? activation : "none");
    if (currency != NULL) json_put_cstr(w, "currency", currency);
    if (most > 0) json_put_u64(w, "balance_max", most);
    json_object_end(w);
    return CM_OK;
}

static void put_texts(const struct options *o, struct json_writer *w) {
    for (const struct option_spec *spec = import_options; spec->name != NULL; spec++)
        if (spec->key != NULL && option_text(o, spec->name) != NULL)
            json_put_cstr(w, spec->key, option_text(o, spec->name));
}

/* "import cards": the last word says what. */
static const char *kind_of(const struct cli *cli) { return strchr(cli->command->name, ' ') + 1; }

static cm_err check_options(struct cli *cli) {
    const struct options *o = &cli->options;
    const bool aliases = strcmp(kind_of(cli), "aliases") == 0;
    const bool cards = strcmp(kind_of(cli), "cards") == 0;
    static const char *const of_cards[] = {"currency", "balance-max", "decimals", "activation"};
    if (option_given(o, "pool") != aliases)
        return diag_fail(cli->diag, CM_E_ARGUMENT, "--pool", NULL,
                         aliases ? "say whose cards they name" : "leave it out",
                         "aliases, and only aliases, belong to a pool");
    if (option_given(o, "dry-run") && option_given(o, "commit"))
        return diag_fail(cli->diag, CM_E_ARGUMENT, "--dry-run", NULL, "leave one out",
                         "--dry-run and --commit contradict each other");
    for (size_t i = 0; i < CM_ARRAY_N(of_cards); i++)
        if (option_given(o, of_cards[i]) && !cards)
            return diag_fail(cli->diag, CM_E_ARGUMENT, of_cards[i], NULL, "leave it out",
                             "only cards have a balance and a life");
    return CM_OK;
}

static cm_err put_begin(struct cli *cli, const char *name, struct buffer *out) {
    const struct options *o = &cli->options;
    const char *mode = option_text(o, "mode");
    struct json_writer w = json_writer_into(out, false);
    TRY(check_options(cli));
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "kind", kind_of(cli));
    json_put_cstr(&w, "name", name);
    if (!option_given(o, "pool"))
        json_put_cstr(&w, "mode",
                      mode != NULL                ? mode
                      : cli->session.info.sandbox ? "TEST"
                                                  : "LIVE");
    json_put_bool(&w, "fold_case", !option_given(o, "keep-case"));
    json_put_bool(&w, "keep_separators", option_given(o, "keep-separators"));
    put_texts(o, &w);
    if (strcmp(kind_of(cli), "cards") == 0) TRY(put_life(cli, &w));
    json_object_end(&w);
    return buffer_err(out);
}

/* The file's name without folder and ending. */
static void name_of(const struct cli *cli, char out[static REGISTRY_NAME_CAP]) {
    const char *given = option_text(&cli->options, "name");
    struct cm_slice name = file_short_name(position(cli, 0), REGISTRY_NAME_CAP - 1);
    const uint8_t *dot = memrchr(name.p, '.', name.len);
    if (dot != NULL && dot > name.p) name.len = (size_t)(dot - name.p);
    if (given != NULL) name = slice_text(given);
    if (name.len >= REGISTRY_NAME_CAP) name.len = REGISTRY_NAME_CAP - 1;
    memcpy(out, name.p, name.len);
    out[name.len] = '\0';
}

/* ---- Doing it -------------------------------------------------------------------------------- */

static cm_err finish(struct import_send *s, struct buffer *report) {
    const struct options *o = &s->cli->options;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    uint64_t wrong = 0, number = 0, imported = 0;
    const bool leave_out = option_given(o, "leave-out");
    TRY(import_send_check(s, report));
    TRY(json_doc_new(&doc, buffer_slice(report), "report", &JSON_LIMITS_DEFAULT, s->cli->diag));
    TRY(json_u64(json_get(json_root(doc), "wrong"), 0, INT64_MAX, &wrong));
    if (wrong > 0) s->cli->exit_code = EXIT_NEGATIVE;
    const bool commit = option_given(o, "commit") && (wrong == 0 || leave_out);
    if (commit) TRY(import_send_commit(s, leave_out, &number, &imported));
    report->len--; /* the closing brace */
    buffer_printf(report, ",\"committed\":%s", commit ? "true" : "false");
    if (commit)
        buffer_printf(report, ",\"number\":%llu,\"imported\":%llu", (unsigned long long)number,
                      (unsigned long long)imported);
    buffer_text(report, "}");
    TRY(buffer_err(report));
    TRY(output_record(buffer_slice(report), s->cli->json, s->cli->diag));
    if (commit && wrong == 0) s->cli->exit_code = EXIT_DONE;
    if (!commit)
        output_note(option_given(o, "commit") ? "nothing was imported: correct the file, or add "
                                                "--leave-out to import the good rows"
                                              : "nothing was changed; --commit imports");
    return CM_OK;
}

cm_err cmd_import(struct cli *cli) {
    const struct options *o = &cli->options;
    struct import_columns columns;
    char name[REGISTRY_NAME_CAP];
    CM_CLEANUP(import_send_end)
    struct import_send send = {.cli = cli, .name = name, .bar = isatty(STDERR_FILENO) == 1};
    CM_CLEANUP(import_file_closep) struct import_file *file = NULL;
    CM_CLEANUP(buffer_free) struct buffer begin = BUFFER_INIT, report = BUFFER_INIT;
    uint64_t decimals = 0;
    const struct import_file_options file_options = {.path = position(cli, 0),
                                                     .format = option_text(o, "format"),
                                                     .record = option_text(o, "record"),
                                                     .columns = &columns};
    name_of(cli, name);
    TRY(option_u64(o, "decimals", 0, DECIMALS_MAX, &decimals, cli->diag));
    send.decimals = (unsigned)decimals;
    TRY(import_columns_parse(&columns, option_text(o, "columns"), cli->diag));
    if (option_given(o, "states")) TRY(import_send_states(&send, option_text(o, "states")));
    TRY(put_begin(cli, name, &begin));
    TRY(import_file_open(&file, &file_options, cli->diag));
    TRY(import_send_file(&send, buffer_slice(&begin), file));
    return finish(&send, &report);
}
