/* The parts that need no true size: the enlarged line, the planner's table, the closest glyphs, the
 * reading test, and what was assumed. References as in proof_page.h. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "symbol/proof_page_inside.h"

#define INCH_MM      25.4
#define HEADING      6.5
#define ENLARGE_MOST 4.0
#define ENLARGE_HIGH 20.0 /* mm */
#define PLAN_ROW     3.05
#define PAIR_ROW     6.6
#define PAIR_GLYPH   4.6 /* height of a pair's pictures */
#define GRID_N       16u
#define GRID_HIGH    9.6
#define FACT_ROW     3.5

/* ---- Enlarged ---------------------------------------------------------------------------------
 */

static void draw_dots(struct proof_pen *pen, const struct dots *d, double x, double top,
                      double mm) {
    const struct page_dots dots = {d->grey, d->width, d->height};
    if (pen->err != CM_OK) return;
    pen->err = page_image(pen->pages, &dots, x, top, mm * (double)d->width, mm * (double)d->height);
}

/* A negative top measures only. */
double proof_enlarged(struct proof_pen *pen, double top) {
    const struct proof *p = pen->proof;
    const double dot = INCH_MM / p->wish.press->look_dpi, half = (INNER - 6) / 2;
    const double wide =
        dot * (double)(p->clean.width > p->spoilt.width ? p->clean.width : p->spoilt.width);
    const double high =
        dot * (double)(p->clean.height > p->spoilt.height ? p->clean.height : p->spoilt.height);
    const double times = fmin(ENLARGE_MOST, fmin(half / wide, ENLARGE_HIGH / high));
    const double all = HEADING + times * high;
    char heading[TEXTCAP] = "";
    if (top < 0) return all;
    text_append(heading, sizeof heading, "As the machine prints it, %.1f times as large", times);
    proof_heading(pen, SIDE, top + BODY, half, heading);
    proof_heading(pen, SIDE + half + 6, top + BODY, half, "With its typical faults");
    draw_dots(pen, &p->clean, SIDE, top + HEADING - 2, dot * times);
    draw_dots(pen, &p->spoilt, SIDE + half + 6, top + HEADING - 2, dot * times);
    return all;
}

/* ---- The planner's table ----------------------------------------------------------------------
 */

struct plan_text {
    struct buffer text;
    size_t rows;
};

static void plan_text_free(struct plan_text *t) { buffer_free(&t->text); }

static cm_err plan_text_of(const struct proof *p, struct plan_text *out) {
    const struct plan_sheet sheet = {.column[PLAN_SHORTEST] = *p->wish.plan};
    TRY(plan_table_text(&sheet, PLAN_SHORTEST, PLAN_SHORTEST, &out->text));
    buffer_u8(&out->text, 0);
    for (size_t i = 0; i < out->text.len; i++)
        out->rows += out->text.p[i] == '\n';
    return buffer_err(&out->text);
}

/* The table's own two columns lie at least two spaces apart. */
static void plan_row(struct proof_pen *pen, double x, double foot, double width, char *line) {
    struct proof_style value = STYLE_BODY;
    struct proof_style label = STYLE_BODY;
    const size_t indent = strspn(line, " ");
    char *const gap = strstr(line + indent, "  ");
    value.align = PAGE_RIGHT;
    label.grey = FAINT;
    label.capital = value.capital = 1.55;
    value.width = width * 0.5;
    label.width = width * (gap != NULL ? 0.5 : 1.0);
    if (gap != NULL) {
        *gap = '\0';
        proof_say(pen, x + width, foot, value, "%s", gap + 1 + strspn(gap + 1, " "));
    }
    proof_say(pen, x + (double)indent, foot, label, "%s", line + indent);
}

double proof_plan_height(struct proof_pen *pen) {
    CM_CLEANUP(plan_text_free) struct plan_text t = {.text = BUFFER_INIT};
    if (pen->err != CM_OK || pen->proof->wish.plan == NULL) return 0;
    pen->err = plan_text_of(pen->proof, &t);
    if (pen->err != CM_OK) return 0;
    return HEADING + PLAN_ROW * (double)(t.rows - 2);
}

void proof_plan(struct proof_pen *pen, double x, double top, double width) {
    CM_CLEANUP(plan_text_free) struct plan_text t = {.text = BUFFER_INIT};
    double foot = top + HEADING + 1;
    size_t row = 0;
    if (pen->err != CM_OK || pen->proof->wish.plan == NULL) return;
    pen->err = plan_text_of(pen->proof, &t);
    if (pen->err != CM_OK) return;
    proof_heading(pen, x, top + BODY, width, "What the planner says");
    for (char *line = (char *)t.text.p, *end = NULL; (end = strchr(line, '\n')) != NULL;
         line = end + 1, row++) {
        *end = '\0';
        if (row < 3 || *line == '\0') continue; /* the technology, and the column's name */
        plan_row(pen, x, foot, width, line);
        foot += PLAN_ROW;
    }
}

/* ---- Close pairs ------------------------------------------------------------------------------
 */

static void draw_glyph(struct proof_pen *pen, char symbol, double x, double foot) {
    const struct glyphset *set = &pen->proof->dots;
    const size_t i = glyphset_find(set, symbol);
    uint8_t grey[64 * 64];
    if (i >= set->n || set->width * set->height > sizeof grey) {
        proof_say(pen, x, foot, (struct proof_style){3.2, 0, 0, pen->proof->font, PAGE_LEFT}, "%c",
                  symbol);
        return;
    }
    const uint8_t *const ink = glyphset_bitmap(set, i);
    for (size_t k = 0; k < set->width * set->height; k++)
        grey[k] = (uint8_t)(DOTS_WHITE - ink[k]);
    const struct page_dots dots = {grey, set->width, set->height};
    const double mm = PAIR_GLYPH / fmax((double)set->height, (double)set->width);
    if (pen->err == CM_OK)
        pen->err = page_image(pen->pages, &dots, x, foot - mm * set->foot, mm * (double)set->width,
                              mm * (double)set->height);
}

double proof_pairs_height(const struct proof *p) {
    return HEADING + 4 + PAIR_ROW * (double)p->pair_n;
}

static void pair_row(struct proof_pen *pen, const struct glyphset_pair *pair, double x, double foot,
                     double width) {
    const bool close = glyphset_too_close(pair);
    struct proof_style right = close ? STYLE_BOLD : STYLE_BODY;
    right.align = PAGE_RIGHT;
    draw_glyph(pen, pair->a, x, foot);
    draw_glyph(pen, pair->b, x + 7, foot);
    proof_say(pen, x + 15, foot, close ? STYLE_BOLD : STYLE_BODY, "%c and %c", pair->a, pair->b);
    proof_say(pen, x + 31, foot, STYLE_SMALL, "%u of %u dots", pair->distance, pair->ink);
    proof_say(pen, x + width, foot, right, "%.0f %%%s",
              100.0 * (double)pair->distance / fmax(1, (double)pair->ink),
              close ? ", too close" : "");
}

void proof_pairs(struct proof_pen *pen, double x, double top, double width) {
    const struct proof *p = pen->proof;
    const char *rule = "too close: under 15 % of the ink of the lighter";
    char heading[TEXTCAP] = "Closest glyphs; ";
    if (p->too_close == 0) text_append(heading, sizeof heading, "none too close");
    if (p->too_close > 0)
        text_append(heading, sizeof heading, "%zu pair%s too close", p->too_close,
                    p->too_close == 1 ? "" : "s");
    proof_heading(pen, x, top + BODY, width, heading);
    for (size_t i = 0; i < p->pair_n; i++)
        pair_row(pen, &p->pair[i], x, top + HEADING + 3 + PAIR_ROW * (double)i, width);
    proof_say(pen, x, top + HEADING + PAIR_ROW * (double)p->pair_n + 2, STYLE_SMALL,
              "distance of their dots over the best shift; %s", rule);
}

/* ---- Reading ----------------------------------------------------------------------------------
 */

static size_t facts_of(const struct proof *p) {
    return 3u + (p->ocr.asked ? 1u : 0u) + (p->scanner.asked ? 1u : 0u);
}

double proof_reading_height(const struct proof *p) {
    const size_t rows = (p->reading.n + GRID_N - 1) / GRID_N;
    return HEADING + FACT_ROW * (double)facts_of(p) + 2 + GRID_HIGH * (double)rows;
}

static void share_fact(struct proof_pen *pen, double foot, const char *what,
                       const struct share *s) {
    char rate[32], low[32], high[32];
    proof_percent(s->rate, rate, sizeof rate);
    proof_percent(s->low, low, sizeof low);
    proof_percent(s->high, high, sizeof high);
    proof_say(pen, SIDE, foot, STYLE_BODY, "%s", what);
    proof_say(pen, SIDE + 48, foot, STYLE_BOLD, "%s", rate);
    proof_say(pen, SIDE + 66, foot, STYLE_BODY, "%zu of %zu; 95 times in 100 between %s and %s",
              s->hits, s->of, low, high);
}

static void reader_fact(struct proof_pen *pen, double foot, const char *what,
                        const struct proof_reader *r) {
    if (!r->asked) return;
    if (r->here) {
        const struct share s = share_of(r->shown - r->good, r->shown);
        share_fact(pen, foot, what, &s);
        return;
    }
    proof_say(pen, SIDE, foot, STYLE_BODY, "%s", what);
    proof_say(pen, SIDE + 48, foot, STYLE_BODY, "%s is not installed here: not tested", r->name);
}

static void mixes_fact(struct proof_pen *pen, double foot) {
    const struct proof *p = pen->proof;
    char text[TEXTCAP] = "";
    for (size_t i = 0; i < p->mix_n; i++)
        text_append(text, sizeof text, "%s%c as %c (%u)", i > 0 ? ", " : "", p->mix[i].shown,
                    p->mix[i].read, p->mix[i].times);
    proof_say(pen, SIDE, foot, STYLE_BODY, "most often taken for another");
    proof_say(pen, SIDE + 48, foot, STYLE_BODY, "%s;  mean margin to the next best %.2f",
              p->mix_n > 0 ? text : "none", p->margin);
}

static void draw_grid(struct proof_pen *pen, double top) {
    const struct reading *r = &pen->proof->reading;
    const double cell = INNER / GRID_N;
    for (size_t i = 0; i < r->n; i++) {
        const size_t column = i % GRID_N, row = i / GRID_N;
        const double x = SIDE + cell * (double)column + cell / 2;
        const double foot = top + GRID_HIGH * (double)row + 4;
        const bool bad = r->wrong[i] > 0;
        char rate[32] = "0";
        if (bad) proof_percent((double)r->wrong[i] / r->shown[i], rate, sizeof rate);
        const struct proof_style big = {2.4, 0, 0, BOLD, PAGE_CENTRE};
        const struct proof_style below = {1.35, bad ? 0 : FAINT, cell - 1, bad ? BOLD : SANS,
                                          PAGE_CENTRE};
        proof_say(pen, x, foot, big, "%c", r->symbols[i]);
        proof_say(pen, x, foot + 2.5, below, "%s", rate);
        proof_say(pen, x, foot + 4.5, (struct proof_style){1.1, FAINT, cell - 1, SANS, PAGE_CENTRE},
                  "%u/%u", r->wrong[i], r->shown[i]);
    }
}

void proof_reading(struct proof_pen *pen, double top) {
    const struct proof *p = pen->proof;
    double foot = top + HEADING + 1;
    proof_heading(pen, SIDE, top + BODY, INNER, "Reading test: what is read wrongly");
    share_fact(pen, foot, "characters, by the judge", &p->wrong_characters);
    share_fact(pen, foot + FACT_ROW, "whole codes, by the judge", &p->wrong_codes);
    mixes_fact(pen, foot + 2 * FACT_ROW);
    foot += 3 * FACT_ROW;
    reader_fact(pen, foot, "characters, by Tesseract", &p->ocr);
    if (p->ocr.asked) foot += FACT_ROW;
    reader_fact(pen, foot, "barcodes, by ZXingReader", &p->scanner);
    if (p->scanner.asked) foot += FACT_ROW;
    draw_grid(pen, foot - 1);
}

/* ---- Assumed ----------------------------------------------------------------------------------
 */

static void faults_text(const struct proof *p, char *out, size_t cap) {
    const struct fault typical = press_fault(p->wish.press, p->wish.font, p->wish.height_mm);
    const struct fault f = fault_scaled(&typical, p->wish.strength);
    out[0] = '\0';
    if (f.lost_row > 0)
        text_append(out, cap, "a lost row in %.3g %% of prints, ", f.lost_row * 100);
    if (f.lost_column > 0) text_append(out, cap, "a lost column in %.3g %%, ", f.lost_column * 100);
    if (f.gain_um > 0) text_append(out, cap, "edges out by %.3g um, ", f.gain_um);
    text_append(out, cap,
                "dots %.3g um beside their place, turned by up to %.3g deg, blur %.3g um, "
                "contrast %.3g, noise %.3g %%",
                f.jitter_um, f.skew_deg, f.blur_um, f.contrast, f.noise * 100);
}

double proof_assumed_height(const struct proof *p) {
    (void)p;
    return 10;
}

void proof_assumed(struct proof_pen *pen, double top) {
    const struct proof *p = pen->proof;
    struct proof_style small = STYLE_SMALL;
    char faults[TEXTCAP];
    small.width = INNER;
    faults_text(p, faults, sizeof faults);
    page_line(pen->pages, SIDE, top, RIGHT, top, HAIR);
    proof_say(pen, SIDE, top + 3.2, small, "Assumed faults, seen at %.4g dots an inch: %s.",
              p->wish.press->look_dpi, faults);
    proof_say(pen, SIDE, top + 6.2, small,
              "These are typical figures, not measured on your line: the rates compare alphabets, "
              "fonts, sizes and machines with each other and foretell none.");
    proof_say(pen, SIDE, top + 9.2, small,
              "The judge knows the font and never tires: its rates are a lower bound for people. "
              "Errors come in bursts, so trust the bounds of whole codes more.");
}
