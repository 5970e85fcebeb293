/* What is asked of `symbol`, read from its options once: which symbol, what it says, how it looks,
 * what its file is called, and which columns go to the index. Then used by many threads at once.
 * It refuses patterns over columns that are not there, and options that contradict each other. */
#ifndef CM_CLI_SYMBOL_JOB_H
#define CM_CLI_SYMBOL_JOB_H

#include "cli/row_feed.h"
#include "cli/symbol_out.h"
#include "symbol/payload.h"
#include "symbol/picture.h"

struct symbol_job {
    struct symbol_out out;   /* read first */
    const char *kind_option; /* which option says the kind: "--type"; set it first */
    enum symbol_kind kind;
    char level;
    struct picture_look look;
    struct payload *content, *name;
    const char *const *columns; /* borrowed */
    size_t column_n;
    const char *name_pattern;           /* borrowed */
    size_t index[ROW_FEED_COLUMNS_MAX]; /* columns of the index */
    size_t index_n;
    const char *input;                     /* of rows, for errors: the file, or the batch */
    char elements[PAYLOAD_SUGGESTION_CAP]; /* of a batch whose --gs1 is not given; else "" */
};

/* Options that describe one symbol; part of the table of `symbol`. */
#define SYMBOL_LOOK_OPTIONS                                                                        \
    {"type", OPTION_TEXT, "KIND", "qr (default), datamatrix, gs1-datamatrix, code128, ean13 ...",  \
     NULL,   false},                                                                               \
        {"level", OPTION_TEXT, "L|M|Q|H", "error correction of QR (default M)", NULL, false},      \
        {"format", OPTION_TEXT, "FORMAT", "svg, png, pdf, eps or zpl (default svg)", NULL, false}, \
        {"module-mm", OPTION_TEXT, "MM", "size of a module, 0.05 to 100 mm", NULL, false},         \
        {"dots", OPTION_NUMBER, "N", "size of a module in dots of the printer", NULL, false},      \
        {"dpi", OPTION_TEXT, "DPI", "dots an inch of png and zpl", NULL, false},                   \
        {"bar-mm", OPTION_TEXT, "MM", "height of bars", NULL, false},                              \
        {"font", OPTION_TEXT, "NAME", "of the text below bars; '' for none", NULL, false}, {       \
        "text-mm", OPTION_TEXT, "MM", "height of its capitals", NULL, false                        \
    }

/** Kind, level and look of the options; the format from the ending of the path when none is given.
 * @retval CM_E_ARGUMENT, CM_E_RANGE */
CM_MUST_CHECK cm_err symbol_job_look(struct symbol_job *job, const struct options *o,
                                     const char *path, struct cm_diag *diag);
/** What it says, from --content, or --gs1 with or without --link.
 * @param[in] text  without any of them: the pattern      @retval as payload_new, CM_E_ARGUMENT */
CM_MUST_CHECK cm_err symbol_job_content(struct symbol_job *job, const struct options *o,
                                        const char *text, struct cm_diag *diag);
/** Names of files, from --name (default: the serial, else the row's number), and the index, from
 * --index (default: what the symbol does not say and is no secret by its name).
 * @retval as payload_new, CM_E_NOT_FOUND  no such column */
CM_MUST_CHECK cm_err symbol_job_names(struct symbol_job *job, const struct options *o,
                                      struct cm_diag *diag);
void symbol_job_wipe(struct symbol_job *job);

/** A row's symbol. @param[in,out] text  scratch      @retval as payload_fill and symbol_make */
CM_MUST_CHECK cm_err symbol_job_make(const struct symbol_job *job, const struct cm_slice *cells,
                                     struct buffer *text, struct symbol *out, struct cm_diag *diag);
/** A row's file name with extension, judged. @param[in,out] out  appended to, with a NUL
 * @retval CM_E_FORMAT, CM_E_LIMIT  diag names the column      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err symbol_job_name(const struct symbol_job *job, const struct cm_slice *cells,
                                     uint64_t row, struct buffer *out, struct cm_diag *diag);
/* Say of which row an error is, where nothing says a place yet. */
void symbol_job_blame(const struct symbol_job *job, uint64_t row, struct cm_diag *diag);

/** A length of the options in mm, or dpi: digits with at most one point; untouched when absent.
 * @retval CM_E_ARGUMENT  no such number, or out of range */
CM_MUST_CHECK cm_err option_decimal(const struct options *o, const char *name, double min,
                                    double max, double *out, struct cm_diag *diag);

#endif
