/* Where the parts of a symbol stand, in modules from the top left of its quiet zone: rows or bars,
 * guard bars, the bearer bar, the line of text. One truth for every format, picture or page.
 * It knows what the standards advise: the usual X dimension, the height of bars.
 * References: GS1 General Specifications 5.2, 5.3, 5.12; ISO/IEC 15420, 16390, 15417, 24724. */
#ifndef CM_SYMBOL_LAYOUT_H
#define CM_SYMBOL_LAYOUT_H

#include "symbol/lettering.h"
#include "symbol/symbol.h"

struct layout_wish {
    double module_mm; /* > 0 */
    double bar_mm;    /* 0: as advised */
    double text_mm;   /* height of capitals; 0: fits the symbol */
    double
        text_spread; /* widest text, in heights of its capitals a module it may take; 0: no text */
    uint16_t dots;   /* a module: everything ends on a whole dot; 0: no dots */
};

struct layout {
    double width, height;                  /* modules, with the quiet zone and the text */
    double left, top;                      /* the corner of the first module */
    double bar;                            /* height of a row that has none of its own */
    double guard;                          /* how far guard bars reach below the others */
    double bearer;                         /* thickness of the strokes of its frame; 0: none */
    double frame, frame_right, frame_foot; /* the frame: left and top edge, right and lower edge */
    double capital, foot;                  /* of the text, foot from the top; capital 0: no text */
};

/* The X dimension that the symbol's standard or use suggests, in mm. */
double layout_module_mm(enum symbol_kind kind);
struct layout layout_of(const struct symbol *s, const struct layout_wish *wish);

/** What text_spread is in that lettering; 0 without text or lettering. @retval as lettering_width
 */
CM_MUST_CHECK cm_err layout_text_spread(const struct symbol *s, struct lettering *lettering,
                                        double *out, struct cm_diag *diag);
/** Where piece i of the text begins, so that it stands in the middle of its columns: in modules.
 * @retval as lettering_width */
CM_MUST_CHECK cm_err layout_text_place(const struct symbol *s, size_t i, const struct layout *l,
                                       struct lettering *lettering, struct lettering_place *out,
                                       struct cm_diag *diag);

/* A row, or of a row with guard bars first those that are none, then the guard bars. */
struct layout_strip {
    const uint8_t *modules, *guard; /* guard: NULL, or only bars whose guard is `want` */
    uint8_t want;
    size_t width;
    double y, height;
};
struct layout_walk {
    const struct symbol *s;
    const struct layout *layout;
    size_t row;
    double y;
    bool guards; /* the guard bars of this row are next */
};
static inline struct layout_walk layout_walk_over(const struct symbol *s, const struct layout *l) {
    return (struct layout_walk){.s = s, .layout = l, .y = l->top};
}
/* The next strip, from the top; false: that was all. */
bool layout_strip(struct layout_walk *w, struct layout_strip *out);

/* The next run of dark modules from *at on, which is moved behind it; 0: no more. */
static inline size_t layout_run(const struct layout_strip *s, size_t *at, size_t *from) {
    size_t x = *at;
#define LAYOUT_DARK(i) (s->modules[i] != 0 && (s->guard == NULL || s->guard[i] == s->want))
    while (x < s->width && !LAYOUT_DARK(x))
        x++;
    *from = x;
    while (x < s->width && LAYOUT_DARK(x))
        x++;
#undef LAYOUT_DARK
    *at = x;
    return x - *from;
}

#endif
