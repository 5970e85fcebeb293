/* decode: what a code says, with the key alone: no ledger is opened, nothing is asked or written.
 * Schemes come from files (WORKSPACE/schemes, or --scheme). It tells what is printed in the code,
 * not whether it was issued or used: for that there is check. Fields that are registered stand in
 * the batch's record and are named as such. Exit code 1 when no scheme reads the code. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/unlock.h"
#include "codes/coder.h"
#include "codes/mask.h"
#include "codes/normalise.h"
#include "codes/scheme_json.h"
#include "doc/json_write.h"

#define PATH_CAP     2048u
#define KEY_TEXT_MAX 4096u

const struct option_spec decode_options[] = {
    {"scheme", OPTION_LIST, "FILE", "scheme file (default: those of the workspace)", NULL, false},
    {"test-key-from-file", OPTION_TEXT, "FILE",
     "TEST schemes: the key as 64 hex digits, in place of the keystore", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

struct decoding {
    struct cli *cli;
    struct keystore *keystore; /* NULL with a test key */
    struct cm_key test_key;
    struct json_writer *out;
    size_t found;
    bool typo; /* some scheme saw a typing error, none a code */
    size_t schemes;
};

/* ---- One scheme ------------------------------------------------------------------------------ */

static void put_fields(struct decoding *d, const struct scheme *s, uint8_t version,
                       const struct cm_unit_fields *f) {
    struct json_writer *w = d->out;
    const struct cm_scheme_numbers *n = &s->numbers;
    json_put_cstr(w, "scheme", s->name);
    json_put_cstr(w, "mode", n->test ? "TEST" : "LIVE");
    json_put_u64(w, "key_version", version);
    for (uint8_t i = 0; i < n->attribute_n; i++) {
        const struct cm_slice value = values_at(&s->values[i], (uint32_t)f->attribute[i]);
        if (!n->attribute[i].present_inline)
            json_put_cstr(w, s->attribute_name[i], "(in the batch's record)");
        else if (value.len > 0)
            json_put_text(w, s->attribute_name[i], value);
        else
            json_put_u64(w, s->attribute_name[i], f->attribute[i]);
    }
    if (s->has_date && n->date.present_inline) {
        char date[DATE_TEXT_CAP];
        date_format(n->epoch_day + (int32_t)f->day, date);
        json_put_cstr(w, "date", date);
    } else if (s->has_date) {
        json_put_cstr(w, "date", "(in the batch's record)");
    }
    json_put_u64(w, "batch", f->batch);
    json_put_u64(w, "serial", f->serial);
}

static void coder_scoped(struct cm_coder **c) { cm_coder_free(*c); }

static cm_err open_under(struct decoding *d, const struct scheme *s, const struct cm_key *root,
                         uint8_t version, const uint8_t *row) {
    CM_CLEANUP(coder_scoped) struct cm_coder *coder = NULL;
    struct cm_opened opened;
    TRY(cm_coder_new(&coder, &s->numbers, root, version));
    TRY(cm_coder_open(coder, row, 1, &opened));
    if (opened.result == CM_OPEN_TYPO) d->typo = true;
    if (opened.result != CM_OPEN_OK) return CM_OK;
    if (d->found++ == 0) put_fields(d, s, version, &opened.fields);
    return CM_OK;
}

static cm_err try_versions(struct decoding *d, const struct scheme *s, const uint8_t *row) {
    struct key_info infos[UINT8_MAX + 1];
    size_t n = 0;
    if (d->keystore == NULL) {
        if (s->numbers.test)
            return open_under(d, s, &d->test_key, s->numbers.key_version_first, row);
        return diag_fail(d->cli->diag, CM_E_DENIED, s->name, "mode", NULL,
                         "a key from a file is for TEST schemes only");
    }
    keystore_versions(d->keystore, KEY_SCHEME, s->numbers.id, infos, CM_ARRAY_N(infos), &n);
    for (size_t i = 0; i < n; i++) {
        const struct cm_key *root = NULL;
        if (infos[i].state == KEY_DESTROYED) continue;
        TRY(keystore_find(d->keystore, KEY_SCHEME, s->numbers.id, infos[i].version, &root));
        TRY(open_under(d, s, root, infos[i].version, row));
    }
    return CM_OK;
}

static cm_err try_scheme(struct decoding *d, const char *path) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    CM_CLEANUP(scheme_wipe) struct scheme s;
    struct normaliser normaliser;
    uint8_t row[CM_LENGTH_MAX + 1];
    scheme_init(&s);
    TRY(file_read(path, SCHEME_JSON_MAX, &text, d->cli->diag));
    TRY(scheme_json_read(&s, buffer_slice(&text), path, SCHEME_JSON_DRAFT, d->cli->diag));
    TRY(normaliser_init(&normaliser, &s.numbers.alphabet, cm_scheme_code_len(&s.numbers),
                        s.numbers.table_version, d->cli->diag));
    d->schemes++;
    if (normalise(&normaliser, slice_text(position(d->cli, 0)), row) != NORMALISED_OK) {
        d->typo = true;
        return CM_OK;
    }
    return try_versions(d, &s, row);
}

/* ---- All schemes ----------------------------------------------------------------------------- */

static void close_folder(DIR **folder) {
    if (*folder != NULL) (void)closedir(*folder);
}

static cm_err try_folder(struct decoding *d) {
    char path[PATH_CAP];
    (void)snprintf(path, sizeof path, "%s/schemes", d->cli->workspace);
    CM_CLEANUP(close_folder) DIR *folder = opendir(path);
    if (folder == NULL) return CM_OK;
    for (const struct dirent *e = readdir(folder); e != NULL; e = readdir(folder)) {
        const size_t len = strlen(e->d_name);
        if (len < 6 || strcmp(e->d_name + len - 5, ".json") != 0) continue;
        const int n = snprintf(path, sizeof path, "%s/schemes/%s", d->cli->workspace, e->d_name);
        if (n > 0 && (size_t)n < sizeof path) TRY(try_scheme(d, path));
    }
    return CM_OK;
}

static cm_err try_all(struct decoding *d) {
    if (!option_given(&d->cli->options, "scheme")) {
        TRY(try_folder(d));
    } else {
        const char *path = NULL;
        for (size_t i = 0; (path = option_item(&d->cli->options, "scheme", i)) != NULL; i++)
            TRY(try_scheme(d, path));
    }
    if (d->schemes > 0) return CM_OK;
    return diag_fail(d->cli->diag, CM_E_NOT_FOUND, d->cli->workspace, "schemes",
                     "give --scheme FILE", "there is no scheme file to read the code with");
}

static cm_err open_keys(struct decoding *d) {
    struct cli *cli = d->cli;
    const char *path = option_text(&cli->options, "test-key-from-file");
    struct workspace_paths paths;
    if (path == NULL) {
        UNLOCK_SCOPED struct unlock unlock = UNLOCK_INIT;
        TRY(workspace_paths(cli->workspace, &paths, cli->diag));
        TRY(unlock_existing(&cli->options, cli->workspace, &unlock, cli->diag));
        return keystore_open(paths.keystore, &unlock.way, &d->keystore, cli->diag);
    }
    CM_CLEANUP(buffer_wipe) struct buffer text = BUFFER_INIT;
    TRY(file_read(path, KEY_TEXT_MAX, &text, cli->diag));
    size_t len = text.len;
    while (len > 0 && (text.p[len - 1] == '\n' || text.p[len - 1] == '\r'))
        len--;
    if (hex_parse(slice_of(text.p, len), d->test_key.b, CM_KEY_LEN) == CM_OK) return CM_OK;
    return diag_fail(cli->diag, CM_E_FORMAT, path, NULL, NULL, "not 64 hex digits");
}

static void decoding_wipe(struct decoding *d) {
    keystore_close(d->keystore);
    key_wipe(&d->test_key);
}

cm_err cmd_decode(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    CM_CLEANUP(decoding_wipe) struct decoding d = {.cli = cli};
    struct json_writer w = json_writer_into(&out, false);
    char masked[MASK_CAP];
    d.out = &w;
    TRY(crypto_init());
    TRY(secret_process_harden(cli->diag));
    TRY(open_keys(&d));
    code_mask(slice_text(position(cli, 0)), masked);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "code", masked);
    TRY(try_all(&d));
    if (d.found == 0) {
        cli->exit_code = EXIT_NEGATIVE;
        json_put_cstr(&w, "verdict", d.typo ? "typing_error" : "not_a_code");
    }
    json_object_end(&w);
    TRY(buffer_err(&out));
    return output_record(buffer_slice(&out), cli->json, cli->diag);
}
