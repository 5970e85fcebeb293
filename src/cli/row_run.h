/* A run of lines that differ in code and serial alone and all have one width: everything else is
 * laid out once as an image of the line, and a line is a few copies of fixed length. The serial
 * counts in its decimal digits and is never converted.
 * It refuses to quote: codes must be letters and digits, which every format writes as they are.
 * Reference: docs/design/performance.md, "mint (file)". */
#ifndef CM_CLI_ROW_RUN_H
#define CM_CLI_ROW_RUN_H

#include "base/buffer.h"
#include "codes/group.h"

#define ROW_RUN_STEPS_MAX 288u
#define ROW_RUN_SLACK     16u /* bytes that a copy may touch beyond its end */

enum row_step_kind { STEP_IMAGE, STEP_CODE, STEP_SERIAL };

/* Bytes [to, to + len) of a line, in ascending order, and the constant byte behind a code or
 * serial, which nearly always stands there: a separator, a quote, the end of the line. */
struct row_step {
    uint8_t kind; /* enum row_step_kind */
    char next;
    bool has_next;
    uint16_t from, to, len; /* from: of the code (STEP_CODE) or of the image */
};

struct row_run {
    struct row_step steps[ROW_RUN_STEPS_MAX];
    size_t step_n;
    struct buffer image; /* one line, and slack */
    size_t line_len;
    uint64_t first, n; /* serials whose lines have this width and these leading digits */
    bool full;         /* there were more steps, or bytes, than fit */
};

#define ROW_RUN_INIT                                                                               \
    { .n = 0 }

/* Begin the layout of the lines from serial `first` on. Then the parts, in order. */
void row_run_begin(struct row_run *r, uint64_t first);
void row_run_constant(struct row_run *r, struct cm_slice text);
void row_run_code(struct row_run *r, const struct grouping *grouping, uint8_t code_len);
void row_run_serial(struct row_run *r);
/** The layout is whole.
 * @retval CM_E_LIMIT  the line has too many parts or bytes      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err row_run_end(struct row_run *r);
void row_run_wipe(struct row_run *r);

/** Write lines.
 * @param[in]  codes   n codes of code_len bytes, back to back; ROW_RUN_SLACK bytes behind them may
 *                     be read
 * @param[in]  skip    n bytes: not 0 = no line
 * @param[in]  serial  of the first code; the run holds all n
 * @param[out] out     room for n lines and ROW_RUN_SLACK bytes
 * @return bytes of the lines */
size_t row_run_put(const struct row_run *r, const char *codes, uint8_t code_len,
                   const uint8_t *skip, uint64_t serial, size_t n, uint8_t *out);

#endif
