/* One line a code, in the format asked for: what is the same for the whole batch is written once
 * into a template, and only code and serial are filled in. Formats: text (the code alone), jsonl,
 * and the CSV dialects of doc/csv_write.h ("csv" is "plain"). Codes of letters and digits go
 * through row_run.h; others are quoted one by one, as row_put does. */
#ifndef CM_CLI_MINT_ROW_H
#define CM_CLI_MINT_ROW_H

#include "cli/row_run.h"
#include "codes/group.h"
#include "doc/csv_write.h"
#include "doc/json.h"

#define ROW_COLUMNS_MAX 16u

enum row_format { ROW_TEXT, ROW_JSONL, ROW_CSV };
enum row_part_kind { PART_CONSTANT, PART_CODE, PART_SERIAL };

struct row_part {
    enum row_part_kind kind;
    size_t from, len; /* PART_CONSTANT: in constants */
};

struct row_writer {
    enum row_format format;
    struct csv_dialect dialect;
    struct grouping grouping;
    bool grouped;
    uint8_t code_len;
    struct row_part parts[2 * ROW_COLUMNS_MAX + 2];
    size_t part_n;
    struct buffer constants, header;
};

/* Codes with ascending serials. */
struct row_codes {
    const char *texts;   /* n codes of the writer's length, back to back */
    const uint8_t *skip; /* n bytes: not 0 = no line */
    uint64_t first;      /* serial of code 0 */
    size_t n;
};

/** Compile a template.
 * @param[in] format   its name          @param[in] columns  names with commas between, or NULL
 * @param[in] plan     the answer of the act mint.plan
 * @param[in] grouped  codes as they are printed, else in one piece
 * @retval CM_E_ARGUMENT  unknown format or column, diag lists them     @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err row_writer_init(struct row_writer *w, const char *format, const char *columns,
                                     struct json_value plan, bool grouped, struct cm_diag *diag);
void row_writer_wipe(struct row_writer *w);
/* Append one line. Errors stick in the buffer. */
void row_put(const struct row_writer *w, const char *code, uint64_t serial, struct buffer *out);
/** Append the lines of many codes: the same bytes as row_put would. Allocates nothing once `out` is
 * large enough.
 * @param[in,out] run  layout of the lines that were written last with this writer; each thread has
 *                     its own      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err row_put_codes(const struct row_writer *w, struct row_run *run,
                                   const struct row_codes *codes, struct buffer *out);

#endif
