/* What proof_page*.c share: a pen that remembers its first failure, sizes, and the parts. */
#ifndef CM_SYMBOL_PROOF_PAGE_INSIDE_H
#define CM_SYMBOL_PROOF_PAGE_INSIDE_H

#include "symbol/proof_page.h"

#define SIDE    15.0 /* mm of paper at each side */
#define RIGHT   (PROOF_PAGE_WIDTH - SIDE)
#define INNER   (PROOF_PAGE_WIDTH - 2 * SIDE)
#define SANS    "sans-serif"
#define BOLD    "sans-serif:bold"
#define BODY    1.75 /* mm, heights of capitals */
#define SMALL   1.45
#define TITLE   4.2
#define LINE    3.4 /* mm from a line of body text to the next */
#define HAIR    0.1
#define FAINT   0.45 /* grey of what is less important */
#define TEXTCAP 256u

struct proof_pen {
    const struct proof *proof;
    struct pages *pages;
    struct cm_diag *diag;
    cm_err err; /* the first failure; then nothing is drawn any more */
};

struct proof_style {
    double capital, grey, width;
    const char *font;
    enum page_align align;
};
#define STYLE_BODY  ((struct proof_style){BODY, 0, 0, SANS, PAGE_LEFT})
#define STYLE_BOLD  ((struct proof_style){BODY, 0, 0, BOLD, PAGE_LEFT})
#define STYLE_SMALL ((struct proof_style){SMALL, FAINT, 0, SANS, PAGE_LEFT})

void proof_say(struct proof_pen *pen, double x, double foot, struct proof_style style,
               const char *format, ...) __attribute__((format(printf, 5, 6)));
void proof_heading(struct proof_pen *pen, double x, double foot, double width, const char *text);
/* "0.29 %", "none in 4,800", with enough digits. */
void proof_percent(double share, char *out, size_t cap);

/* The parts; each begins at top and answers where it ends, so heights are known before drawing. */
double proof_true_size_height(struct proof_pen *pen);
void proof_true_size(struct proof_pen *pen, double top);
double proof_enlarged(struct proof_pen *pen, double top);
double proof_plan_height(struct proof_pen *pen); /* lack of memory goes to the pen */
void proof_plan(struct proof_pen *pen, double x, double top, double width);
double proof_pairs_height(const struct proof *p);
void proof_pairs(struct proof_pen *pen, double x, double top, double width);
double proof_reading_height(const struct proof *p);
void proof_reading(struct proof_pen *pen, double top);
double proof_assumed_height(const struct proof *p);
void proof_assumed(struct proof_pen *pen, double top);

#endif
