/* One line from where it was said to be. */
#include "cli/ticket_text.h"

#include <string.h>

#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"

#define FILE_MAX 65536u /* bytes */

cm_err ticket_text_read(struct cli *cli, struct buffer *out) {
    CM_CLEANUP(buffer_wipe) struct buffer text = BUFFER_INIT;
    const char *path = option_text(&cli->options, "file"), *given = position(cli, 0);
    if ((path != NULL) == (given != NULL))
        return diag_fail(cli->diag, CM_E_ARGUMENT, NULL, NULL,
                         "give the ticket's text, or --file FILE ('-' is standard input)",
                         given == NULL ? "there is no ticket" : "two tickets at once");
    if (given != NULL && strcmp(given, "-") != 0) {
        buffer_text(out, given);
        return buffer_err(out);
    }
    if (path == NULL || strcmp(path, "-") == 0) path = "/dev/stdin";
    TRY(file_read(path, FILE_MAX, &text, cli->diag));
    const size_t mark = text_mark_len(buffer_slice(&text));
    const struct cm_slice rest = slice_of(text.p + mark, text.len - mark);
    const uint8_t *end = rest.len > 0 ? memchr(rest.p, '\n', rest.len) : NULL;
    buffer_put(out, rest.p, end != NULL ? (size_t)(end - rest.p) : rest.len);
    return buffer_err(out);
}

cm_err zone_option(struct cli *cli, struct zone **zone) {
    const char *name = option_text(&cli->options, "zone");
    if (name == NULL) return CM_OK;
    return zone_load(ZONE_FOLDER, slice_text(name), zone, cli->diag);
}
