/* The reading test: sample lines of an alphabet are printed as a machine prints them, with its
 * typical faults, read by the judge (reader.h), and counted: how often each symbol is misread, and
 * as what. The same wish gives the same numbers. Design: docs/design/fonts.md, "The reading test".
 * It refuses what press_glyphs refuses. */
#ifndef CM_SYMBOL_READING_H
#define CM_SYMBOL_READING_H

#include "symbol/press.h"
#include "symbol/reader.h"

#define READING_LINE_MAX 32u

struct reading_wish {
    const struct press *press;
    const char *font;        /* as press_glyphs */
    double height_mm;        /* as press_glyphs */
    struct cm_slice symbols; /* the alphabet */
    size_t length;           /* symbols a line, 1..READING_LINE_MAX */
    size_t lines;            /* each symbol stands about lines * length / n times */
    double strength;         /* of the faults: 0 none, 1 typical, 2 twice */
    uint64_t seed;
    /* Called after each line, may be NULL; false ends the test early (what was counted stands). */
    bool (*tick)(void *ctx, size_t done);
    void *ctx;
};

struct reading {
    size_t n, lines, lines_wrong; /* symbols of the alphabet; lines read; with an error */
    char symbols[GLYPHSET_N_MAX + 1];
    uint32_t shown[GLYPHSET_N_MAX], wrong[GLYPHSET_N_MAX];
    double margin[GLYPHSET_N_MAX];                    /* mean margin where it was read rightly */
    uint32_t read_as[GLYPHSET_N_MAX][GLYPHSET_N_MAX]; /* [shown][read] */
};

/** @param[out] out  untouched on error; large: on the heap
 * @retval CM_E_RANGE  length, strength, lines of 0     @retval as press_glyphs, CM_E_NO_MEMORY
 * Any thread. Example: tests/unit/symbol/test_reading.c */
CM_MUST_CHECK cm_err reading_run(const struct reading_wish *wish, struct reading *out,
                                 struct cm_diag *diag);
/** One line as the test prints it, and what the judge makes of it: proofs show an example.
 * @param[in]  text   1 to READING_LINE_MAX symbols of the alphabet, without spaces
 * @param[out] out    dots_free it; untouched on error
 * @param[out] marks  one a symbol, or NULL      @retval as reading_run */
CM_MUST_CHECK cm_err reading_example(const struct reading_wish *wish, struct cm_slice text,
                                     struct dots *out, struct reader_mark *marks,
                                     struct cm_diag *diag);

struct reading_mix {
    char shown, read;
    uint32_t times;
};
/* The confusions, most frequent first, the first cap of them; returns how many kinds there are. */
size_t reading_mixes(const struct reading *r, struct reading_mix *out, size_t cap);

#endif
