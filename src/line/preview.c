/* Marks of a ZPL page onto a canvas; a unit's fields in a frame. Shares of the built-in font 0 and
 * the lowering of QR codes were measured on the pictures of another author's renderer
 * (system.printers.content). References as in preview.h. */
#include "line/preview.h"

#include "base/macros.h"
#include "line/zpl_page.h"
#include "symbol/sketch.h"

#define CAPITAL_SHARE 0.75 /* of a font 0 letter's height */
#define ADVANCE_SHARE 0.49 /* of its width: a digit's advance */
#define MARGIN        20u  /* dots beside the marks when the label's size is not said */
#define BAR_TEXT      18u  /* dots: the text of a bar code, per module of its width */
#define FIELD_WIDTH   640u
#define FIELD_LINE    40u
#define FIELD_CAPITAL 20.0
#define FIELD_ADVANCE 16.0
#define NAME_WIDTH    140.0

void preview_wipe(struct preview *p) {
    buffer_wipe(&p->png);
    buffer_wipe(&p->terminal);
    buffer_wipe(&p->notes);
    p->width = p->height = 0;
}

static void note(struct preview *p, const char *text) {
    buffer_text(&p->notes, text);
    buffer_text(&p->notes, "\n");
}

static cm_err draw_text(struct canvas *c, const struct zpl_mark *m, struct cm_slice text) {
    const double rise = m->height * CAPITAL_SHARE;
    return canvas_write(
        c, &(struct canvas_text){.x = m->x,
                                 .foot = m->typeset ? m->y : m->y + rise,
                                 .height = rise,
                                 .advance = (m->width == 0 ? m->height : m->width) * ADVANCE_SHARE,
                                 .text = text});
}

static void draw_box(struct canvas *c, const struct zpl_mark *m) {
    const double thick = m->thick, width = m->width > m->thick ? m->width : m->thick;
    const double height = m->height > m->thick ? m->height : m->thick;
    const double y = m->typeset ? m->y - height : m->y;
    canvas_box(c, m->x, y, width, thick, !m->white);
    canvas_box(c, m->x, y + height - thick, width, thick, !m->white);
    canvas_box(c, m->x, y, thick, height, !m->white);
    canvas_box(c, m->x + width - thick, y, thick, height, !m->white);
}

static enum symbol_kind symbol_kind_of(const struct zpl_mark *m) {
    if (m->kind == ZPL_QR) return SYMBOL_QR;
    if (m->kind == ZPL_CODE128) return SYMBOL_CODE128_B;
    if (m->kind == ZPL_CODE128_C) return SYMBOL_CODE128;
    return m->fnc1 ? SYMBOL_GS1_DATAMATRIX : SYMBOL_DATAMATRIX;
}

/* A printer takes M where the label says no level that there is. */
static char level_of(const struct zpl_mark *m) {
    return m->level != 0 && strchr("LMQH", m->level) != NULL ? m->level : 0;
}

/* The text of bars stands in their middle, under or over them. */
static cm_err draw_bar_text(struct canvas *c, const struct zpl_mark *m, struct cm_slice text,
                            double width, double y) {
    const double letter = BAR_TEXT * m->module * CAPITAL_SHARE / 2.0;
    const double advance = letter * 0.8;
    const double foot = m->above ? y - 2.0 : y + m->height + letter + 2.0;
    return canvas_write(
        c, &(struct canvas_text){.x = m->x + (width - advance * (double)text.len) / 2.0,
                                 .foot = foot,
                                 .height = letter,
                                 .advance = advance,
                                 .text = text});
}

static cm_err draw_symbol(struct canvas *c, const struct zpl_mark *m, struct cm_slice text,
                          struct preview *out) {
    struct symbol x = {.modules = NULL};
    const struct symbol_wish wish = {
        .kind = symbol_kind_of(m), .payload = text, .level = level_of(m)};
    const cm_err err = symbol_make(&wish, &x, NULL);
    if (err == CM_E_NO_MEMORY) return err;
    if (err != CM_OK) {
        note(out, "a symbol is not drawn: it cannot hold its text");
        return CM_OK;
    }
    const double row = m->kind == ZPL_CODE128 || m->kind == ZPL_CODE128_C ? m->height : m->module;
    const double height = row * (double)x.rows;
    const double y = m->typeset ? m->y - height : m->y + m->lowered;
    const double width = (double)(x.width * m->module);
    canvas_symbol(c, &x, m->x, y, m->module, row);
    symbol_free(&x);
    return m->printed ? draw_bar_text(c, m, text, width, y) : CM_OK;
}

static cm_err draw_mark(struct canvas *c, const struct zpl_page *page, const struct zpl_mark *m,
                        struct preview *out) {
    const struct cm_slice text = zpl_page_text(page, m);
    switch (m->kind) {
    case ZPL_TEXT: return draw_text(c, m, text);
    case ZPL_BOX: draw_box(c, m); return CM_OK;
    case ZPL_DATAMATRIX:
    case ZPL_QR:
    case ZPL_CODE128:
    case ZPL_CODE128_C: return draw_symbol(c, m, text, out);
    case ZPL_NOTHING:
    default: return CM_OK;
    }
}

/* Where nothing is said: around all that has a place. */
static uint32_t side(uint32_t said, uint32_t most) {
    const uint32_t wanted = said != 0 ? said : most + MARGIN;
    return wanted < PREVIEW_SIDE ? wanted : PREVIEW_SIDE;
}

static cm_err new_canvas(const struct zpl_page *page, struct preview *out, struct canvas **c) {
    uint32_t right = 0, low = 0;
    for (size_t i = 0; i < page->n; i++) {
        const struct zpl_mark *m = &page->marks[i];
        const uint32_t reach = m->module * 60u; /* a symbol of a code is hardly wider */
        if (m->x + m->width + reach > right) right = m->x + m->width + reach;
        if (m->y + m->height + reach > low) low = m->y + m->height + reach;
    }
    if (page->width == 0 || page->height == 0)
        note(out, "the label does not say its size (^PW, ^LL): drawn as large as it needs");
    out->width = side(page->width, right);
    out->height = side(page->height, low);
    return canvas_new(out->width, out->height, c);
}

static size_t texts_of(const struct zpl_page *page, struct sketch_text *texts) {
    size_t n = 0;
    for (size_t i = 0; i < page->n; i++) {
        const struct zpl_mark *m = &page->marks[i];
        if (m->kind != ZPL_TEXT) continue;
        const double middle = m->height * CAPITAL_SHARE / 2.0;
        texts[n++] = (struct sketch_text){.x = m->x,
                                          .y = m->typeset ? m->y - middle : m->y + middle,
                                          .text = zpl_page_text(page, m)};
    }
    return n;
}

/* The sketch types its texts itself: they come onto the canvas behind it. */
static cm_err draw_page(const struct zpl_page *page, bool ascii, struct preview *out) {
    CM_CLEANUP(canvas_freep) struct canvas *c = NULL;
    struct sketch_text texts[ZPL_MARKS_MAX];
    TRY(new_canvas(page, out, &c));
    buffer_put(&out->notes, page->notes.p, page->notes.len);
    for (size_t i = 0; i < page->n; i++)
        if (page->marks[i].kind != ZPL_TEXT) TRY(draw_mark(c, page, &page->marks[i], out));
    TRY(sketch_draw(c, PREVIEW_COLUMNS, ascii, texts, texts_of(page, texts), &out->terminal));
    for (size_t i = 0; i < page->n; i++)
        if (page->marks[i].kind == ZPL_TEXT) TRY(draw_mark(c, page, &page->marks[i], out));
    TRY(canvas_png(c, &out->png));
    return buffer_err(&out->notes);
}

cm_err preview_zpl(struct cm_slice zpl, bool ascii, struct preview *out, struct cm_diag *diag) {
    struct zpl_page page;
    struct preview p = PREVIEW_INIT;
    TRY(zpl_page_read(zpl, &page, diag));
    cm_err err = page.width > PREVIEW_SIDE || page.height > PREVIEW_SIDE
                     ? diag_fail(diag, CM_E_LIMIT, "label", NULL, "see ^PW and ^LL",
                                 "a side of more than %u dots", PREVIEW_SIDE)
                     : draw_page(&page, ascii, &p);
    zpl_page_wipe(&page);
    if (err != CM_OK) preview_wipe(&p);
    if (err == CM_OK) *out = p;
    return err;
}

/* Name and text of each field, as many lines. */
static cm_err draw_fields(const char *const *names, size_t n, const struct unit *unit, bool ascii,
                          struct preview *out) {
    CM_CLEANUP(canvas_freep) struct canvas *c = NULL;
    struct sketch_text texts[2 * DRIVER_FIELDS];
    TRY(canvas_new(out->width, out->height, &c));
    for (size_t i = 0; i < n; i++) {
        const double y = (double)(i + 1) * FIELD_LINE;
        texts[2 * i] = (struct sketch_text){MARGIN, y, slice_text(names[i])};
        texts[2 * i + 1] = (struct sketch_text){MARGIN + NAME_WIDTH, y, unit->texts[i]};
    }
    TRY(sketch_draw(c, PREVIEW_COLUMNS, ascii, texts, 2 * n, &out->terminal));
    for (size_t i = 0; i < 2 * n; i++)
        TRY(canvas_write(c, &(struct canvas_text){.x = texts[i].x,
                                                  .foot = texts[i].y + FIELD_CAPITAL / 2,
                                                  .height = FIELD_CAPITAL,
                                                  .advance = FIELD_ADVANCE,
                                                  .text = texts[i].text}));
    TRY(canvas_png(c, &out->png));
    return buffer_err(&out->notes);
}

cm_err preview_fields(const char *const *names, const struct unit *unit, bool ascii,
                      struct preview *out, struct cm_diag *diag) {
    size_t n = 0;
    while (n < DRIVER_FIELDS && names[n] != NULL)
        n++;
    if (n == 0)
        return diag_fail(diag, CM_E_FORMAT, "fields", NULL, "name one", "a unit has no texts");
    struct preview p = PREVIEW_INIT;
    p.width = FIELD_WIDTH;
    p.height = (n + 1) * FIELD_LINE;
    note(&p, "the label lies in the printer: these are the texts that it is given");
    const cm_err err = draw_fields(names, n, unit, ascii, &p);
    if (err != CM_OK) preview_wipe(&p);
    if (err == CM_OK) *out = p;
    return err;
}
