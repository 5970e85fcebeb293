/* What became of a lend's units, on the line computer: which were taken by the line, and how they
 * ended. The book is one file in the agent's folder, and the very report that the vault gets: a
 * JSON text under the lend's own key (lend.h). It is written before a text is handed out, so that
 * no later life hands it out again; a book that does not fit its key is refused, never begun anew.
 *
 *     {"format":"countermark line report 1","number":7,"sequence":3,"at_ms":...,
 *      "spans":[[set,first,count,"stage","cause"],...],"duplicates":0,"state":"running",
 *      "words":"","down":{...},"done":false}
 *
 * Source: docs/design/runs.md, "Lends". One thread. */
#ifndef CM_LINE_LEND_BOOK_H
#define CM_LINE_LEND_BOOK_H

#include "base/spans.h"
#include "doc/json.h"
#include "doc/json_write.h"
#include "line/lend.h"

#define LEND_REPORT_FORMAT "countermark line report 1"
#define LEND_REPORT_MAX    (size_t)4194304 /* bytes: a hundred thousand spans */
#define LEND_BOOK_PATH_CAP 1024u
#define LEND_WORDS_CAP     256u

struct lend_book {
    const struct lend *lend; /* borrowed */
    char path[LEND_BOOK_PATH_CAP];
    struct spans spans; /* of every serial that was taken */
    uint64_t sequence;  /* of the last report written */
    uint64_t duplicates;
    char state[LEND_WORDS_CAP], words[LEND_WORDS_CAP];
    struct buffer down;   /* JSON object: milliseconds by cause */
    struct buffer report; /* as last written: {"report":TEXT,"mac":HEX} */
    bool done;
    bool locked; /* lock_fd is ours: nobody else works on this book */
    int lock_fd;
};

void lend_book_wipe(struct lend_book *b);
/** Where the book of a lend lies in a folder. @retval CM_E_RANGE  the path is too long */
CM_MUST_CHECK cm_err lend_book_path(const struct lend *lend, const char *folder,
                                    char out[static LEND_BOOK_PATH_CAP], struct cm_diag *diag);
/** Open the book of a lend in a folder, or begin it. Nobody else has it until it is wiped.
 * @retval CM_E_BUSY    another process works on it
 * @param[out] out  lend_book_wipe it; empty on error
 * @retval CM_E_AUTH    a book of another lend, or changed    @retval CM_E_FORMAT, CM_E_CONFLICT
 * @retval CM_E_RANGE   the folder's path is too long         @retval as file_read, file_replace */
CM_MUST_CHECK cm_err lend_book_open(struct lend_book *out, const struct lend *lend,
                                    const char *folder, uint64_t now_ms, struct cm_diag *diag);
/** Take serials that nobody took, at most `units` of one chunk: durable when CM_OK.
 * @param[out] chunk  where their texts are; NULL when all were taken
 * @retval as file_replace: nothing was taken */
CM_MUST_CHECK cm_err lend_book_take(struct lend_book *b, uint64_t units, uint64_t now_ms,
                                    const struct lend_chunk **chunk, uint64_t *first,
                                    uint64_t *count, struct cm_diag *diag);
/** Take in the run's object of line.report, and write.
 * @retval CM_E_CONFLICT   a move that no unit may make, or of serials that were not taken
 * @retval CM_E_FORMAT, CM_E_RANGE, CM_E_NO_MEMORY: nothing changed; or as file_replace */
CM_MUST_CHECK cm_err lend_book_report(struct lend_book *b, struct json_value run, uint64_t now_ms,
                                      struct cm_diag *diag);
/* Units in a stage: serials without a text are none. */
uint64_t lend_book_count(const struct lend_book *b, enum cm_stage stage);

/** Read [[set, first, count, stage, cause], ...] into spans, each laid over what is there.
 * @param[in] judge  only serials that are there already, and only moves that cm_stage_may allows
 * @retval CM_E_FORMAT, CM_E_RANGE  malformed     @retval CM_E_CONFLICT  with judge
 * @retval CM_E_NO_MEMORY; spans may have changed on error */
CM_MUST_CHECK cm_err spans_read(struct json_value list, bool judge, struct spans *spans);
void spans_write(struct json_writer *w, const char *key, const struct spans *spans);

#endif
