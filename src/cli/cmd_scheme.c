/* scheme add: a scheme file, and for TEST schemes a key from a file, so that anyone can reproduce
 * the codes of the published construction. */
#include <string.h>

#include "base/file.h"
#include "base/macros.h"
#include "cli/command.h"
#include "cli/output.h"
#include "codes/scheme_json.h"
#include "doc/json_write.h"

const struct option_spec scheme_add_options[] = {
    {"door", OPTION_TEXT, "NAME", "behind this door (default: the one named 'default' or 'test')",
     NULL, false},
    {"brand", OPTION_TEXT, "NAME", "whose scheme it is, where the file does not say", NULL, false},
    {"test-key-from-file", OPTION_TEXT, "FILE", "TEST schemes: the key as 64 hex digits", NULL,
     false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

static void put_given(struct cli *cli, struct json_writer *w, const char *name) {
    const char *text = option_text(&cli->options, name);
    if (text != NULL) json_put_cstr(w, name, text);
}

cm_err cmd_scheme_add(struct cli *cli) {
    CM_CLEANUP(buffer_wipe) struct buffer text = BUFFER_INIT, args = BUFFER_INIT;
    CM_CLEANUP(buffer_wipe) struct buffer result = BUFFER_INIT;
    struct json_writer w = json_writer_into(&args, false);
    TRY(file_read(position(cli, 0), SCHEME_JSON_MAX, &text, cli->diag));
    json_object_begin(&w, NULL);
    json_put_text(&w, "document", buffer_slice(&text));
    json_put_text(&w, "input", file_short_name(position(cli, 0), SCHEME_NAME_CAP - 1));
    put_given(cli, &w, "door");
    put_given(cli, &w, "brand");
    TRY(command_put_test_key(cli, &w));
    json_object_end(&w);
    TRY(buffer_err(&args));
    TRY(session_act(&cli->session, "scheme.add", buffer_slice(&args), &result, cli->diag));
    return output_record(buffer_slice(&result), cli->json, cli->diag);
}
