/* The page from top to bottom: heading, what has its true size, and the order of the parts.
 * References as in proof_page.h. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/macros.h"
#include "base/text.h"
#include "symbol/proof_page_inside.h"

#define TOP        14.0 /* mm */
#define BOTTOM     11.0
#define HEAD       22.0 /* height of the page's heading */
#define GAP        6.0  /* between parts */
#define HEADING    6.5  /* of a part: its title and the line below it */
#define CODES_MAX  6u   /* of true size */
#define CODES_HIGH 42.0 /* mm; as many as stand in it */
#define LEADING    2.2  /* from a line of codes to the next, in heights of capitals */
#define RULER      50.0 /* mm */
#define RULER_HIGH 11.0
#define NOTES      8.5 /* mm below a symbol */
#define NOTES_WIDE 72.0

/* ---- The pen ----------------------------------------------------------------------------------
 */

void proof_say(struct proof_pen *pen, double x, double foot, struct proof_style style,
               const char *format, ...) {
    char text[TEXTCAP];
    va_list args;
    if (pen->err != CM_OK) return;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    const struct page_text t = {.x = x,
                                .foot = foot,
                                .capital = style.capital,
                                .width = style.width,
                                .align = style.align,
                                .font = style.font,
                                .grey = style.grey,
                                .text = slice_text(text)};
    pen->err = page_write(pen->pages, &t, pen->diag);
}

void proof_heading(struct proof_pen *pen, double x, double foot, double width, const char *text) {
    proof_say(pen, x, foot, STYLE_BOLD, "%s", text);
    page_line(pen->pages, x, foot + 1.4, x + width, foot + 1.4, HAIR);
}

void proof_percent(double share, char *out, size_t cap) {
    const double percent = share * 100;
    out[0] = '\0';
    if (share <= 0)
        text_append(out, cap, "0");
    else if (percent >= 9.995)
        text_append(out, cap, "%.1f %%", percent);
    else if (percent >= 0.095)
        text_append(out, cap, "%.2f %%", percent);
    else
        text_append(out, cap, "%.3f %%", percent);
}

/* ---- True size --------------------------------------------------------------------------------
 */

struct true_size {
    size_t codes;
    double code_wide, leading, symbol_wide, symbol_high;
    bool below; /* the symbol stands below the codes */
};

static struct page_text code_text(const struct proof *p, size_t i) {
    const double pitch = press_fault(p->wish.press, p->wish.font, p->wish.height_mm).pitch_um;
    const double drop = p->wish.press->drop_um;
    return (struct page_text){
        .capital = p->height_mm,
        .font = p->font,
        .drop = p->wish.press->dpi <= 0 && pitch > 0 ? drop / pitch : 0,
        .text = slice_of(p->codes.full + i * p->codes.full_len, p->codes.full_len)};
}

static void too_large(struct proof_pen *pen, const char *what, double has, double wide,
                      const char *remedy) {
    if (pen->err != CM_OK) return;
    pen->err = diag_fail(pen->diag, CM_E_LIMIT, what, NULL, remedy,
                         "it takes %.1f mm, the page has %.1f", wide, has);
}

static void measure_code(struct proof_pen *pen, struct true_size *t) {
    const struct proof *p = pen->proof;
    const struct page_text text = code_text(p, 0);
    char remedy[DIAG_PART_CAP] = "";
    pen->err = page_text_width(pen->pages, &text, &t->code_wide, pen->diag);
    t->leading = fmax(LEADING * p->height_mm, p->height_mm + 2.5);
    t->codes = (size_t)fmax(1, fmin(CODES_MAX, floor(CODES_HIGH / t->leading)));
    if (pen->err != CM_OK || t->code_wide <= INNER) return;
    text_append(remedy, sizeof remedy, "take capitals of %.1f mm or less, or a narrower font",
                floor(10 * p->height_mm * INNER / t->code_wide) / 10);
    too_large(pen, "width of a code", INNER, t->code_wide, remedy);
}

static struct true_size measure(struct proof_pen *pen) {
    const struct proof *p = pen->proof;
    struct true_size t = {.codes = 0};
    if (pen->err == CM_OK) measure_code(pen, &t);
    if (pen->err != CM_OK || p->wish.content == NULL) return t;
    pen->err =
        page_symbol_size(pen->pages, &p->symbol, p->module.mm, 0, &t.symbol_wide, &t.symbol_high);
    t.below = t.code_wide + fmax(t.symbol_wide, NOTES_WIDE) + GAP > INNER;
    if (t.symbol_wide > INNER)
        too_large(pen, "width of the symbol", INNER, t.symbol_wide,
                  "take smaller modules or less content");
    return t;
}

static double high_of(const struct true_size *t) {
    const double codes = t->leading * (double)t->codes;
    const double symbol = t->symbol_wide > 0 ? t->symbol_high + NOTES : 0;
    return HEADING + (t->below ? codes + symbol + 2 : fmax(codes, symbol)) + RULER_HIGH;
}

double proof_true_size_height(struct proof_pen *pen) {
    const struct true_size t = measure(pen);
    return high_of(&t);
}

static void draw_codes(struct proof_pen *pen, const struct true_size *t, double top) {
    for (size_t i = 0; i < t->codes && pen->err == CM_OK; i++) {
        struct page_text text = code_text(pen->proof, i);
        text.x = SIDE;
        text.foot = top + t->leading * (double)i + pen->proof->height_mm;
        pen->err = page_write(pen->pages, &text, pen->diag);
    }
}

/* A machine of drops: as dots, for drops are no squares. */
static void draw_drops(struct proof_pen *pen, double x, double y) {
    const struct proof *p = pen->proof;
    CM_CLEANUP(dots_free) struct dots d = DOTS_INIT;
    const struct press_symbol_wish wish = {.press = p->wish.press, .module = p->module};
    if (pen->err == CM_OK) pen->err = press_symbol(&wish, &p->symbol, &d);
    if (pen->err != CM_OK) return;
    const size_t pitch = press_symbol_pitch(&wish);
    const struct page_dots dots = {d.grey, d.width, d.height};
    const double mm = p->module.mm / (double)pitch, edge = PRESS_SYMBOL_EDGE * p->module.mm;
    pen->err = page_image(pen->pages, &dots, x - edge, y - edge, mm * (double)d.width,
                          mm * (double)d.height);
}

static void draw_symbol(struct proof_pen *pen, const struct true_size *t, double x, double y) {
    const struct proof *p = pen->proof;
    const struct press_module *m = &p->module;
    char dots[TEXTCAP] = "one drop each";
    if (pen->err != CM_OK) return;
    if (p->wish.press->drop_um > 0)
        draw_drops(pen, x, y);
    else
        page_symbol(pen->pages, &p->symbol, x, y, m->mm, 0);
    if (m->dots > 0) (void)snprintf(dots, sizeof dots, "%u dots each", m->dots);
    proof_say(pen, x, y + t->symbol_high + 2.8, STYLE_SMALL, "%s, %s",
              symbol_kind_name(p->wish.kind), p->symbol.size);
    proof_say(pen, x, y + t->symbol_high + 5.6, STYLE_SMALL,
              "modules of %.3f mm, %s; this machine's least: %.3f mm", m->mm, dots, m->least_mm);
    proof_say(pen, x, y + t->symbol_high + 8.4, STYLE_SMALL,
              "%.1f x %.1f mm with its quiet zone, which stays empty", t->symbol_wide,
              t->symbol_high);
}

static void draw_ruler(struct proof_pen *pen, double foot) {
    page_line(pen->pages, SIDE, foot, SIDE + RULER, foot, 0.15);
    for (int mm = 0; mm <= (int)RULER; mm++) {
        const double high = mm % 10 == 0 ? 3.0 : mm % 5 == 0 ? 2.2 : 1.3;
        page_line(pen->pages, SIDE + mm, foot, SIDE + mm, foot - high, mm % 10 == 0 ? 0.15 : HAIR);
    }
    proof_say(pen, SIDE + RULER + 3, foot, STYLE_SMALL,
              "50 mm exactly. If a ruler says otherwise, the page was scaled: print it at 100 %%.");
}

void proof_true_size(struct proof_pen *pen, double top) {
    const struct true_size t = measure(pen);
    const double codes = t.leading * (double)t.codes;
    char heading[TEXTCAP];
    (void)snprintf(heading, sizeof heading, "True size: capitals of %.4g mm in %s",
                   pen->proof->height_mm, pen->proof->font);
    proof_heading(pen, SIDE, top + BODY, INNER, heading);
    draw_codes(pen, &t, top + HEADING);
    if (t.symbol_wide > 0 && t.below)
        draw_symbol(pen, &t, SIDE, top + HEADING + codes + 2);
    else if (t.symbol_wide > 0)
        draw_symbol(pen, &t, RIGHT - fmax(t.symbol_wide, NOTES_WIDE), top + HEADING);
    draw_ruler(pen, top + high_of(&t) - 4.5);
}

/* ---- The page ---------------------------------------------------------------------------------
 */

static void draw_head(struct proof_pen *pen) {
    const struct proof *p = pen->proof;
    const struct proof_style title = {TITLE, 0, INNER * 0.62, BOLD, PAGE_LEFT};
    const struct proof_style sample = {2.6, 0, 0, BOLD, PAGE_RIGHT};
    struct proof_style right = STYLE_SMALL;
    right.align = PAGE_RIGHT;
    proof_say(pen, SIDE, TOP + 2, STYLE_SMALL, "PRINT PROOF");
    proof_say(pen, SIDE, TOP + 9.5, title, "%s", p->wish.name);
    proof_say(pen, SIDE, TOP + 14, STYLE_BODY, "%s: %s", p->wish.press->name,
              p->wish.press->remark);
    proof_say(pen, RIGHT, TOP + 2.6, sample, "SAMPLE");
    proof_say(pen, RIGHT, TOP + 6.4, right,
              p->codes.typo ? "Nothing here is a code: every check character is wrong on purpose."
                            : "Made under a public key: a real code only by chance, as any guess.");
    proof_say(pen, RIGHT, TOP + 9.4, right, "seed %llu; the same wish makes the same page",
              (unsigned long long)p->wish.seed);
}

static double reserve(struct proof_pen *pen, double *tables) {
    const struct proof *p = pen->proof;
    *tables = fmax(proof_plan_height(pen), proof_pairs_height(p));
    return TOP + HEAD + proof_true_size_height(pen) + GAP + proof_enlarged(pen, -1) + GAP +
           *tables + GAP + proof_reading_height(p) + GAP + proof_assumed_height(p) + BOTTOM;
}

static void draw_all(struct proof_pen *pen, double tables) {
    const double half = (INNER - GAP) / 2;
    double top = TOP + HEAD;
    draw_head(pen);
    proof_true_size(pen, top);
    top += proof_true_size_height(pen) + GAP;
    top += proof_enlarged(pen, top) + GAP;
    proof_plan(pen, SIDE, top, half);
    proof_pairs(pen, SIDE + half + GAP, top, half);
    top += tables + GAP;
    proof_reading(pen, top);
    proof_assumed(pen, PROOF_PAGE_HEIGHT - BOTTOM - proof_assumed_height(pen->proof));
}

cm_err proof_page(const struct proof *p, struct pages *pages, struct cm_diag *diag) {
    struct proof_pen pen = {.proof = p, .pages = pages, .diag = diag};
    double tables = 0;
    TRY(page_begin(pages, PROOF_PAGE_WIDTH, PROOF_PAGE_HEIGHT, NULL, NULL));
    const double high = reserve(&pen, &tables);
    TRY(pen.err);
    if (high > PROOF_PAGE_HEIGHT)
        too_large(&pen, "height of the proof", PROOF_PAGE_HEIGHT, high,
                  p->wish.content != NULL ? "take smaller modules, less content or lower capitals"
                                          : "take lower capitals");
    if (pen.err == CM_OK) draw_all(&pen, tables);
    return pen.err;
}
