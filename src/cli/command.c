/* A command that is one act: its table row says how options and arguments become JSON. Keys that
 * begin with '@' take the content of the file that is named. */
#include "cli/command.h"

#include <string.h>

#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "cli/blame.h"
#include "cli/output.h"
#include "doc/json_write.h"
#include "vault/acts.h"

static cm_err put_file(struct cli *cli, struct json_writer *w, const char *key, const char *path) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    TRY(file_read(path, ACT_ARGS_MAX / 2, &text, cli->diag));
    json_put_text(w, key, buffer_slice(&text));
    return CM_OK;
}

static cm_err put_option(struct cli *cli, struct json_writer *w, const struct option_spec *s) {
    uint64_t number = 0;
    switch (s->kind) {
    case OPTION_FLAG: json_put_bool(w, s->key, true); return CM_OK;
    case OPTION_NUMBER:
        TRY(option_u64(&cli->options, s->name, 0, INT64_MAX, &number, cli->diag));
        json_put_u64(w, s->key, number);
        return CM_OK;
    case OPTION_FILE: return put_file(cli, w, s->key, option_text(&cli->options, s->name));
    case OPTION_LIST:
        json_array_begin(w, s->key);
        for (size_t i = 0; option_item(&cli->options, s->name, i) != NULL; i++)
            json_put_cstr(w, NULL, option_item(&cli->options, s->name, i));
        json_array_end(w);
        return CM_OK;
    case OPTION_TEXT:
    default: json_put_cstr(w, s->key, option_text(&cli->options, s->name)); return CM_OK;
    }
}

static cm_err put_position(struct cli *cli, struct json_writer *w, const char *key, size_t i) {
    if (key[0] != '@') {
        json_put_cstr(w, key, position(cli, i));
        return CM_OK;
    }
    return put_file(cli, w, key + 1, position(cli, i));
}

/* "values..." takes every argument that is left. */
static void put_rest(struct cli *cli, struct json_writer *w, const char *key, size_t from) {
    char name[64];
    const size_t len = strlen(key) - strlen("...");
    if (len >= sizeof name) return;
    memcpy(name, key, len);
    name[len] = '\0';
    json_array_begin(w, name);
    for (size_t i = from; i < cli->options.position_n; i++)
        json_put_cstr(w, NULL, cli->options.positions[i]);
    json_array_end(w);
}

static bool takes_rest(const char *key) {
    const size_t n = strlen(key);
    return n > 3 && strcmp(key + n - 3, "...") == 0;
}

cm_err command_arguments(struct cli *cli, struct buffer *out) {
    const struct command *c = cli->command;
    struct json_writer w = json_writer_into(out, false);
    json_object_begin(&w, NULL);
    for (size_t i = 0; c->positions != NULL && c->positions[i] != NULL; i++) {
        if (takes_rest(c->positions[i]))
            put_rest(cli, &w, c->positions[i], i);
        else if (i < cli->options.position_n)
            TRY(put_position(cli, &w, c->positions[i], i));
    }
    for (const struct option_spec *s = c->options; s != NULL && s->name != NULL; s++)
        if (s->key != NULL && option_given(&cli->options, s->name)) TRY(put_option(cli, &w, s));
    json_object_end(&w);
    return buffer_err(out);
}

#define KEY_TEXT_MAX 4096u /* bytes of a key file in hexadecimal */

cm_err command_put_test_key(struct cli *cli, struct json_writer *w) {
    CM_CLEANUP(buffer_wipe) struct buffer text = BUFFER_INIT;
    const char *path = option_text(&cli->options, "test-key-from-file");
    if (path == NULL) return CM_OK;
    TRY(file_read(path, KEY_TEXT_MAX, &text, cli->diag));
    size_t len = text.len;
    while (len > 0 && (text.p[len - 1] == '\n' || text.p[len - 1] == '\r'))
        len--;
    json_put_text(w, "test_key", slice_of(text.p, len));
    return CM_OK;
}

cm_err command_open(struct cli *cli) {
    return session_open(&cli->session, cli->workspace, &cli->options, cli->diag);
}

cm_err command_act(struct cli *cli) {
    CM_CLEANUP(buffer_wipe) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    TRY(command_arguments(cli, &args));
    const cm_err err =
        session_act(&cli->session, cli->command->act, buffer_slice(&args), &result, cli->diag);
    if (err != CM_OK) blame_option(cli, cli->command->act, NULL);
    TRY(err);
    return output_record(buffer_slice(&result), cli->json, cli->diag);
}
