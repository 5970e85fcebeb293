/* init: make a workspace. The recovery words are shown once and two of them asked back: without
 * them and without the usual way in, every printed code dies. A sandbox needs no questions: it is
 * TEST for life and its key lies beside it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "cli/unlock.h"
#include "crypto/random.h"
#include "doc/json_write.h"

#define FOLDER_MODE 0700
#define FILE_MODE   0600
#define WORD_ASKS   2u

const struct option_spec init_options[] = {
    {"sandbox", OPTION_FLAG, NULL, "a TEST workspace without questions", NULL, false},
    {"name", OPTION_TEXT, "NAME", "what people call it", NULL, false},
    {"brand", OPTION_TEXT, "NAME", "the first brand (default: house)", NULL, false},
    {"recovery-words-file", OPTION_TEXT, "OUT", "write the recovery words there, ask nothing back",
     NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

struct init {
    struct cli *cli;
    struct workspace workspace;
    struct workspace_paths paths;
    const char *brand, *words_file;
    struct keystore *keystore;
};

/* ---- Recovery words -------------------------------------------------------------------------- */

static void nth_word(const struct words_text *w, size_t n, const char **word, size_t *len) {
    const char *p = w->text;
    while (n-- > 0)
        p += strcspn(p, " ") + 1;
    *word = p;
    *len = strcspn(p, " ");
}

static cm_err ask_back(const struct words_text *words, struct cm_diag *diag) {
    for (size_t i = 0; i < WORD_ASKS; i++) {
        SECRET_SCOPED struct secret typed = SECRET_INIT;
        char prompt[64];
        const char *word = NULL;
        size_t len = 0;
        /* one of the first half, one of the second */
        const size_t n = i * (WORDS_N / WORD_ASKS) + random_below(WORDS_N / WORD_ASKS);
        (void)snprintf(prompt, sizeof prompt, "Type word number %zu: ", n + 1);
        TRY(terminal_secret(prompt, WORDS_TEXT_CAP, &typed, diag));
        nth_word(words, n, &word, &len);
        if (typed.len != len || !secret_equal(typed.p, word, len))
            return diag_fail(diag, CM_E_AUTH, "recovery words", NULL,
                             "nothing was made; start again and write them down",
                             "that is not word number %zu", n + 1);
    }
    return CM_OK;
}

static cm_err show_words(const struct words_text *words, struct cm_diag *diag) {
    TRY(terminal_show("\nRecovery words. Write them on paper, now; they are not shown again.\n"
                      "Without them, and without the passphrase or key file, nobody can open this\n"
                      "workspace again and every printed code dies.\n\n    "));
    TRY(terminal_show(words->text));
    TRY(terminal_show("\n\n"));
    return ask_back(words, diag);
}

static cm_err keep_words(const struct init *in, const struct words_text *words) {
    struct cm_diag *diag = in->cli->diag;
    char line[WORDS_TEXT_CAP + 1];
    if (in->words_file == NULL && in->workspace.sandbox) return CM_OK;
    if (in->words_file == NULL) return show_words(words, diag);
    const int n = snprintf(line, sizeof line, "%s\n", words->text);
    const cm_err err = file_replace(in->words_file, slice_of(line, (size_t)n), FILE_MODE, diag);
    wipe(line, sizeof line);
    return err;
}

/* ---- Making ---------------------------------------------------------------------------------- */

static cm_err check_before(const struct init *in) {
    struct cm_diag *diag = in->cli->diag;
    struct stat st;
    if (stat(in->paths.file, &st) == 0 || stat(in->paths.keystore, &st) == 0)
        return diag_fail(diag, CM_E_EXISTS, in->cli->workspace, NULL, "choose another --workspace",
                         "there is a workspace already");
    if (in->workspace.sandbox || in->words_file != NULL || terminal_there()) return CM_OK;
    return diag_fail(diag, CM_E_ARGUMENT, NULL, NULL,
                     "give --recovery-words-file OUT, or --sandbox for a trial",
                     "there is no terminal to show the recovery words on");
}

static cm_err make_folder(const struct init *in) {
    if (mkdir(in->cli->workspace, FOLDER_MODE) == 0 || errno == EEXIST) return CM_OK;
    return diag_fail(in->cli->diag, file_err_from_errno(errno), in->cli->workspace, NULL,
                     "check the path and the rights", "cannot create the folder: %s",
                     file_errno_text(errno));
}

static cm_err make_keystore(struct init *in) {
    UNLOCK_SCOPED struct unlock unlock = UNLOCK_INIT;
    WORDS_SCOPED struct words_text words;
    struct cli *cli = in->cli;
    const uint64_t now = clock_now_ms(clock_wall()) / 1000;
    memset(&words, 0, sizeof words);
    TRY(unlock_new(&cli->options, cli->workspace, in->workspace.sandbox, &unlock, cli->diag));
    TRY(keystore_create(in->paths.keystore, &unlock.way, &words, &in->keystore, cli->diag));
    TRY(keystore_generate(in->keystore, KEY_IDEM, 0, 1, now));
    TRY(keystore_generate(in->keystore, KEY_AUDIT, 0, 1, now));
    TRY(keystore_save(in->keystore, cli->diag));
    const cm_err err = keep_words(in, &words);
    if (err != CM_OK) (void)remove(in->paths.keystore); /* its only way back was not kept */
    return err;
}

static cm_err act(struct session *s, const char *name, const char *key, const char *value,
                  const char *mode, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    struct json_writer w = json_writer_into(&args, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, key, value);
    if (mode != NULL) json_put_cstr(&w, "mode", mode);
    json_object_end(&w);
    TRY(buffer_err(&args));
    return session_act(s, name, buffer_slice(&args), &result, diag);
}

/* The first brand, and a door of each mode that the workspace can have. */
static cm_err furnish(struct init *in) {
    struct cm_diag *diag = in->cli->diag;
    struct session s = {.workspace = in->cli->workspace, .keystore = in->keystore};
    const struct engine_options eo = {
        .workspace = in->cli->workspace, .keystore = in->keystore, .clock = clock_wall()};
    const bool sandbox = in->workspace.sandbox;
    TRY(engine_open(&s.engine, &eo, diag));
    cm_err err = act(&s, "brand.add", "name", in->brand, NULL, diag);
    if (err == CM_OK) err = act(&s, "door.add", "name", "default", sandbox ? "TEST" : "LIVE", diag);
    if (err == CM_OK && !sandbox) err = act(&s, "door.add", "name", "test", "TEST", diag);
    cm_engine_close(s.engine);
    return err;
}

static cm_err report(const struct init *in) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct json_writer w = json_writer_into(&out, false);
    char id[2 * WORKSPACE_ID_LEN + 1];
    hex_format(in->workspace.id, WORKSPACE_ID_LEN, id);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "workspace", in->cli->workspace);
    json_put_cstr(&w, "id", id);
    json_put_cstr(&w, "mode", in->workspace.sandbox ? "TEST" : "LIVE and TEST");
    json_put_cstr(&w, "brand", in->brand);
    json_array_begin(&w, "notes");
    if (in->workspace.sandbox)
        json_put_cstr(&w, NULL,
                      "This is a sandbox: its key lies beside it. Never use it for LIVE codes.");
    json_put_cstr(&w, NULL, "Next: countermark plan PLAN.csv --out scheme.json");
    json_array_end(&w);
    json_object_end(&w);
    TRY(buffer_err(&out));
    return output_record(buffer_slice(&out), in->cli->json, in->cli->diag);
}

static cm_err make(struct init *in) {
    struct cli *cli = in->cli;
    TRY(make_folder(in));
    TRY(make_keystore(in));
    TRY(engine_create(cli->workspace, in->workspace.id, cli->diag));
    TRY(workspace_write(cli->workspace, &in->workspace, cli->diag));
    TRY(furnish(in));
    return report(in);
}

cm_err cmd_init(struct cli *cli) {
    struct init in = {.cli = cli, .workspace = {.epoch = 1}};
    const char *name = option_text(&cli->options, "name");
    in.brand = option_text(&cli->options, "brand");
    in.words_file = option_text(&cli->options, "recovery-words-file");
    in.workspace.sandbox = option_given(&cli->options, "sandbox");
    if (in.brand == NULL) in.brand = "house";
    const int n = snprintf(in.workspace.name, sizeof in.workspace.name, "%s",
                           name != NULL ? name : "countermark");
    if (n < 0 || (size_t)n >= sizeof in.workspace.name)
        return diag_fail(cli->diag, CM_E_ARGUMENT, "--name", NULL, NULL, "at most 64 bytes");
    TRY(crypto_init());
    TRY(secret_process_harden(cli->diag));
    TRY(workspace_paths(cli->workspace, &in.paths, cli->diag));
    TRY(check_before(&in));
    random_fill(in.workspace.id, sizeof in.workspace.id);
    const cm_err err = make(&in);
    keystore_close(in.keystore);
    return err;
}
