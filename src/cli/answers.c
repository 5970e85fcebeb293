/* Answers as one record. References as in answers.h. */
#include "cli/answers.h"

#include "base/macros.h"
#include "cli/output.h"

cm_err answers_show(struct cli *cli, const struct asker *a, size_t n,
                    void (*put)(const struct asker *a, size_t i, struct json_writer *w)) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct json_writer w = json_writer_into(&out, false);
    json_object_begin(&w, NULL);
    json_array_begin(&w, "answers");
    for (size_t i = 0; i < n; i++) {
        put(a, i, &w);
        if (a->answers[i].verdict != CM_V_ACCEPTED) cli->exit_code = EXIT_NEGATIVE;
    }
    json_array_end(&w);
    json_object_end(&w);
    TRY(buffer_err(&out));
    return output_record(buffer_slice(&out), cli->json, cli->diag);
}
