/* Tickets on paper: see ticket_page.h. All measures in millimetres, from the top left. */
#include "pass/ticket_page.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/macros.h"
#include "base/text.h"
#include "cards/amount.h"

#define LINE_CAP   160u
#define FIELDS_MAX 6u
#define MODULE_BEST                                                                                \
    0.8 /* a code that is read at arm's length; on large pages half as large again */
#define HEIGHT_ROLL 400.0
#define DATE_LEN    10u /* bytes of "2026-12-25T00:00:00+01:00" */
#define TIME_LEN    9u
#define OFFSET_AT   19u
#define GREY_LABEL  0.45
#define STROKE      0.2

struct field {
    const char *name;
    char text[LINE_CAP];
};

struct drawing {
    struct pages *pages;
    const struct ticket_look *look;
    struct ticket_claims claims;
    struct field fields[FIELDS_MAX];
    size_t field_n;
    struct symbol qr;
    double margin, inner, height, module;
    struct cm_diag *diag;
};

/* ---- Pages -------------------------------------------------------------------------------------
 */

cm_err ticket_look_page(const char *text, struct ticket_look *look, struct cm_diag *diag) {
    static const struct {
        const char *name;
        double width, height;
    } known[] = {
        {"a4", 210, 297}, {"a5", 148, 210}, {"a6", 105, 148}, {"80mm", 80, 0}, {"58mm", 58, 0}};
    for (size_t i = 0; i < CM_ARRAY_N(known); i++) {
        if (strcmp(text, known[i].name) != 0) continue;
        look->width_mm = known[i].width;
        look->height_mm = known[i].height;
        return CM_OK;
    }
    char *end = NULL;
    const double width = strtod(text, &end), height = *end == 'x' ? strtod(end + 1, &end) : 0;
    if (*end == '\0' && width >= 40 && width <= 1000 && height >= 40 && height <= 1000) {
        look->width_mm = width;
        look->height_mm = height;
        return CM_OK;
    }
    return diag_fail(diag, CM_E_ARGUMENT, "--page", NULL,
                     "a4, a5, a6, 80mm, 58mm, or WIDTHxHEIGHT in mm, from 40x40 on",
                     "no such page");
}

/* ---- What it says ------------------------------------------------------------------------------
 */

static void add_field(struct drawing *d, const char *name, const char *text) {
    if (text[0] == '\0' || d->field_n == FIELDS_MAX) return;
    struct field *f = &d->fields[d->field_n++];
    f->name = name;
    (void)snprintf(f->text, sizeof f->text, "%s", text);
}

/* The last moment of a day is told as of that day: who reads "until the 25th, 00:00" takes it for
 * the 25th. */
static void add_time(struct drawing *d, const char *name, uint64_t unix_s, bool end) {
    char text[ZONE_TIME_CAP], day[ZONE_TIME_CAP], line[LINE_CAP];
    const struct zone *z = d->look->zone;
    if (unix_s == 0) return;
    zone_time_format(z, unix_s, text);
    zone_time_format(z, unix_s - (end ? 1 : 0), day);
    const bool midnight = end && strncmp(text + DATE_LEN, "T00:00:00", TIME_LEN) == 0;
    (void)snprintf(line, sizeof line, "%.10s  %.5s  %s%s%s", midnight ? day : text,
                   midnight ? "24:00" : text + DATE_LEN + 1, z != NULL ? text + OFFSET_AT : "",
                   z != NULL ? " " : "", z != NULL ? d->look->zone_name : "UTC");
    add_field(d, name, line);
}

static void read_fields(struct drawing *d) {
    const struct ticket_claims *c = &d->claims;
    char amount[AMOUNT_TEXT_CAP], line[LINE_CAP], hex[2 * TICKET_CTI_LEN + 1];
    add_field(d, "Event", c->event);
    add_field(d, "Seat", c->seat);
    if (c->currency[0] != '\0') {
        amount_format(c->value, c->currency, amount);
        (void)snprintf(line, sizeof line, "%s %s", amount, c->currency);
        add_field(d, "Value", line);
    }
    add_time(d, "Valid from", c->nbf_unix_s, false);
    add_time(d, "Valid until", c->exp_unix_s, true);
    hex_format(c->cti, sizeof c->cti, hex); /* for people at a desk: by it alone nobody enters */
    add_field(d, "Number", hex);
}

/* ---- Drawing -----------------------------------------------------------------------------------
 */

struct line {
    double x, foot, capital, width, grey;
    enum page_align align;
    const char *text;
};

static cm_err put_line(const struct drawing *d, const struct line *l) {
    const struct page_text t = {.x = l->x,
                                .foot = l->foot,
                                .capital = l->capital,
                                .width = l->width,
                                .align = l->align,
                                .font = d->look->font != NULL ? d->look->font : "sans-serif",
                                .grey = l->grey,
                                .text = slice_text(l->text)};
    return page_write(d->pages, &t, d->diag);
}

static double qr_modules(const struct drawing *d) {
    return (double)(d->qr.width + d->qr.quiet_left + d->qr.quiet_right);
}

static double capital_of(const struct drawing *d) {
    return d->look->width_mm >= 140 ? 4.2 : d->look->width_mm >= 100 ? 3.0 : 2.4;
}

/* Title, fields, code, small print: how much of the height all but the code takes. */
static double texts_height(const struct drawing *d) {
    const double capital = capital_of(d);
    return 7 * capital + (double)d->field_n * 2.6 * capital + 5 * capital;
}

static cm_err choose_module(struct drawing *d) {
    const bool roll = d->look->height_mm <= 0;
    const double room = roll ? HEIGHT_ROLL : d->look->height_mm;
    const double high = room - 2 * d->margin - texts_height(d);
    const double most = fmin(d->inner, high) / qr_modules(d);
    d->module = fmin(d->look->width_mm >= 140 ? 1.5 * MODULE_BEST : MODULE_BEST, most);
    d->height = roll ? texts_height(d) + 2 * d->margin + d->module * qr_modules(d) : room;
    if (d->module >= TICKET_MODULE_MIN_MM) return CM_OK;
    return diag_fail(d->diag, CM_E_LIMIT, "--page", NULL,
                     d->look->level == 'Q' ? "--level M needs less, or take a6" : "take a6",
                     "too small for the code: %.2f mm a module, at least %.2f mm are read",
                     most > 0 ? most : 0.0, TICKET_MODULE_MIN_MM);
}

static cm_err draw_head(const struct drawing *d, double *y) {
    const double capital = capital_of(d);
    const struct ticket_look *look = d->look;
    const char *heading = look->heading != NULL ? look->heading : d->claims.iss;
    const bool logo = look->logo.len > 0;
    if (logo)
        TRY(page_png(d->pages, look->logo, look->width_mm - d->margin - 5 * capital, *y,
                     5 * capital, 2.5 * capital, d->diag));
    const double width = d->inner - (logo ? 6 * capital : 0);
    TRY(put_line(d, &(struct line){d->margin, *y + capital, 0.8 * capital, width, GREY_LABEL,
                                   PAGE_LEFT, heading}));
    *y += 3.6 * capital;
    const char *title = d->claims.title[0] != '\0' ? d->claims.title : d->claims.event;
    TRY(put_line(d, &(struct line){d->margin, *y + capital, 1.6 * capital, d->inner, 0, PAGE_LEFT,
                                   title[0] != '\0' ? title : heading}));
    *y += 2.2 * capital;
    page_line(d->pages, d->margin, *y, d->margin + d->inner, *y, STROKE);
    *y += 1.2 * capital;
    return CM_OK;
}

static cm_err draw_fields(const struct drawing *d, double *y) {
    const double capital = capital_of(d), column = 0.3 * d->inner;
    for (size_t i = 0; i < d->field_n; i++) {
        *y += 2.6 * capital;
        const double foot = *y - 0.8 * capital;
        TRY(put_line(d, &(struct line){d->margin, foot, 0.7 * capital, column - 1, GREY_LABEL,
                                       PAGE_LEFT, d->fields[i].name}));
        TRY(put_line(d, &(struct line){d->margin + column, foot, capital, d->inner - column, 0,
                                       PAGE_LEFT, d->fields[i].text}));
    }
    return CM_OK;
}

static cm_err draw_foot(const struct drawing *d, double y) {
    const double capital = capital_of(d), middle = d->look->width_mm / 2;
    const bool test = (d->claims.flags & TICKET_TEST) != 0;
    if (test)
        TRY(put_line(d, &(struct line){middle, y + 2.4 * capital, 2 * capital, d->inner, GREY_LABEL,
                                       PAGE_CENTRE, "TEST - NOT VALID"}));
    else if ((d->claims.flags & TICKET_SINGLE) != 0)
        TRY(put_line(d,
                     &(struct line){middle, y + 1.6 * capital, 0.7 * capital, d->inner, GREY_LABEL,
                                    PAGE_CENTRE, "Admits once. Keep this code to yourself."}));
    if (d->look->small == NULL) return CM_OK;
    return put_line(d, &(struct line){middle, d->height - d->margin, 0.6 * capital, d->inner,
                                      GREY_LABEL, PAGE_CENTRE, d->look->small});
}

static cm_err draw(struct drawing *d, const char *label) {
    const double side = d->module * qr_modules(d);
    double y = d->margin;
    TRY(page_begin(d->pages, d->look->width_mm, d->height, label,
                   d->claims.seat[0] != '\0' ? d->claims.seat : label));
    TRY(draw_head(d, &y));
    TRY(draw_fields(d, &y));
    page_symbol(d->pages, &d->qr, (d->look->width_mm - side) / 2, y, d->module, 0);
    return draw_foot(d, y + side);
}

cm_err ticket_page_draw(struct pages *pages, const struct ticket_look *look, struct cm_slice text,
                        const char *label, struct cm_diag *diag) {
    struct ticket_message message;
    struct drawing d = {.pages = pages, .look = look, .diag = diag};
    if (ticket_open(text, &message) != CM_OK ||
        ticket_claims_read(message.cose.payload, &d.claims) != CM_OK)
        return diag_fail(diag, CM_E_FORMAT, "ticket", NULL,
                         "give the file that 'countermark ticket issue' wrote",
                         "not a ticket, cut or changed");
    d.margin = fmax(4, 0.06 * look->width_mm);
    d.inner = look->width_mm - 2 * d.margin;
    read_fields(&d);
    const struct symbol_wish wish = {.kind = SYMBOL_QR, .payload = text, .level = look->level};
    TRY(symbol_make(&wish, &d.qr, diag));
    cm_err err = choose_module(&d);
    if (err == CM_OK) err = draw(&d, label);
    symbol_free(&d.qr);
    return err;
}
