/* fsck: the journal's chain, the image against the journal, and the image rebuilt when asked. The
 * report is printed as far as the check came, then the error. */
#include "base/macros.h"
#include "cli/command.h"
#include "cli/output.h"
#include "crypto/secret.h"
#include "doc/json_write.h"
#include "engine/fsck.h"

const struct option_spec fsck_options[] = {{"rebuild", OPTION_FLAG, NULL,
                                            "replace the image by the rebuilt one when all is well",
                                            NULL, false},
                                           {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

cm_err cmd_fsck(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct json_writer w = json_writer_into(&out, false);
    struct fsck_report r = {.groups = 0};
    const struct fsck_options options = {.workspace = cli->workspace,
                                         .rebuild = option_given(&cli->options, "rebuild")};
    TRY(crypto_init());
    const cm_err err = engine_fsck(&options, &r, cli->diag);
    if (err == CM_E_BUSY || err == CM_E_NOT_FOUND) return err;
    json_object_begin(&w, NULL);
    json_put_u64(&w, "first_sequence", r.first_sequence);
    json_put_u64(&w, "next_sequence", r.next_sequence);
    json_put_u64(&w, "groups", r.groups);
    json_put_u64(&w, "events", r.events);
    json_put_u64(&w, "torn_bytes", r.torn_len);
    json_put_bool(&w, "image_opened", r.image_opened);
    json_put_u64(&w, "image_position", r.image_position);
    json_put_bool(&w, "history_whole", r.history_whole);
    json_put_bool(&w, "image_agrees", r.image_agrees);
    json_put_u64(&w, "units_compared", r.units_compared);
    json_put_bool(&w, "rebuilt", r.rebuilt);
    json_put_u64(&w, "lists", r.lists);
    json_put_u64(&w, "lists_damaged", r.lists_damaged);
    json_object_end(&w);
    TRY(buffer_err(&out));
    TRY(output_record(buffer_slice(&out), cli->json, cli->diag));
    return err;
}
