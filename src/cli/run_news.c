/* A run as a line in a log, when there is something to say. */
#include <inttypes.h>
#include <string.h>

#include "base/date.h"
#include "base/macros.h"
#include "cli/plain.h"
#include "cli/run_table.h"

/* What a line tells, in its order; those that only grow while all is well come last and are no
 * reason for a line. */
static const char *const reasons[] = {"state", "words", "wish", "last_error", NULL};
static const char *const worries[] = {"unknown", "rejected", "void", "duplicates", NULL};

static cm_err mark_of(struct json_value run, char out[static RUN_NEWS_CAP]) {
    CM_CLEANUP(buffer_free) struct buffer mark = BUFFER_INIT;
    for (size_t i = 0; reasons[i] != NULL; i++) {
        const struct cm_slice text = run_record_text(run, reasons[i]);
        buffer_printf(&mark, "%zu:", text.len);
        buffer_put(&mark, text.p, text.len);
    }
    for (size_t i = 0; worries[i] != NULL; i++)
        buffer_printf(&mark, " %" PRIu64, run_record_count(run, worries[i]));
    TRY(buffer_err(&mark));
    /* the end tells sums; a text that is cut to its end still differs when they do */
    const size_t skip = mark.len < RUN_NEWS_CAP ? 0 : mark.len - RUN_NEWS_CAP + 1;
    out[0] = '\0';
    memcpy(out, mark.p + skip, mark.len - skip);
    out[mark.len - skip] = '\0';
    return CM_OK;
}

static void put_text(struct json_value run, uint64_t now_ms, struct buffer *out) {
    char time[TIME_TEXT_CAP];
    time_format(now_ms, time);
    buffer_printf(out, "%s ", time);
    plain_put(out, run_record_text(run, "run"));
    buffer_text(out, ": ");
    plain_put(out, run_record_text(run, "state"));
    for (size_t i = 1; reasons[i] != NULL; i++) {
        const struct cm_slice text = run_record_text(run, reasons[i]);
        if (text.len == 0 || strcmp(reasons[i], "wish") == 0) continue;
        if (slice_equal(text, run_record_text(run, reasons[i - 1]))) continue;
        buffer_text(out, "; ");
        plain_put(out, text);
    }
    buffer_printf(out, "; sent %" PRIu64 ", printed %" PRIu64 ", good %" PRIu64,
                  run_record_count(run, "sent_total"), run_record_count(run, "printed"),
                  run_record_count(run, "good"));
    for (size_t i = 0; worries[i] != NULL; i++)
        if (run_record_count(run, worries[i]) > 0)
            buffer_printf(out, ", %s %" PRIu64, worries[i], run_record_count(run, worries[i]));
    buffer_text(out, "\n");
}

cm_err run_news_line(struct json_value run, struct run_news *news, bool json, uint64_t now_ms,
                     struct buffer *out) {
    char mark[RUN_NEWS_CAP];
    TRY(mark_of(run, mark));
    if (strcmp(mark, news->mark) == 0) return CM_OK;
    memcpy(news->mark, mark, sizeof mark);
    if (json) {
        TRY(json_copy_value(run, out));
        buffer_text(out, "\n");
    } else
        put_text(run, now_ms, out);
    return buffer_err(out);
}
