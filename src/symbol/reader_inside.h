/* What the parts of the reader share. A strip is the part of a sheet where a line is expected, set
 * upright, at the reader's own resolution, its ink between 0 (paper) and 1. A form is a glyph at
 * the same resolution, in one of several states of ink: as it is, spread, thinned, blurred. */
#ifndef CM_SYMBOL_READER_INSIDE_H
#define CM_SYMBOL_READER_INSIDE_H

#include "symbol/reader.h"

#define READER_STATES 8u /* of ink */
#define READER_TOPS   4u /* places of a line's rows that are tried */
#define READER_LANE   8u /* rows of forms are padded to whole lanes of this many columns */

struct form {
    size_t width, stride;         /* columns of its cell (the advance); padded */
    float *ink;                   /* READER_STATES times height rows of stride */
    double energy[READER_STATES]; /* sum of squares */
};

struct reader {
    size_t n, height;
    char symbols[GLYPHSET_N_MAX + 1];
    double scale;                /* dots of the sheet in one of ours */
    double foot, capital, space; /* in ours */
    double advance;              /* of the widest glyph */
    bool fixed;                  /* all are as wide */
    struct form forms[GLYPHSET_N_MAX];
    double *profile; /* ink of each row over all glyphs, less its mean: where rows are */
};

static inline const float *form_ink(const struct reader *r, const struct form *f, size_t state) {
    return f->ink + state * r->height * f->stride;
}

struct strip {
    size_t width, height, stride;
    float *ink;      /* rows of stride, at least READER_LANE * 16 columns of paper behind each */
    double *squares; /* sums of ink squared above and left of each corner: (height + 1) rows */
    size_t x;        /* column of the expected left edge */
    size_t slack;    /* columns and rows that it may be off */
    size_t top;      /* row where the forms' top lies */
    size_t tops[READER_TOPS], top_n; /* where it may lie, the likeliest first */
};

/** Cut out, set upright, find the rows. strip_free it.
 * @retval CM_E_RANGE  outside the sheet    @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err strip_cut(const struct reader *r, const struct dots *sheet,
                               const struct reader_line *line, struct strip *out);
void strip_free(struct strip *s);
/* Ink becomes (ink - shift) / scale. */
void strip_adjust(struct strip *s, double shift, double scale);
/* Sum of ink squared in the columns from..to of the forms' rows. */
double strip_energy(const struct strip *s, const struct reader *r, size_t from, size_t to);

/* Where a line's symbols were found. */
struct path {
    double cost; /* sum of squares of what the symbols do not explain */
    size_t glyph[READER_SYMBOLS_MAX], x[READER_SYMBOLS_MAX];
};
struct path_wish {
    const struct reader *reader;
    const struct strip *strip;
    const struct reader_line *line;
    size_t state;
    size_t rows; /* that a symbol may stand higher or lower: 0 or 1 */
};
/** The most likely line of n symbols. @retval CM_E_RANGE  none fits    @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err path_find(const struct path_wish *wish, struct path *out);
/* A form's distance from the strip at column x: sum of squares, the best of the rows. */
double path_distance(const struct path_wish *wish, size_t glyph, size_t x);

#endif
