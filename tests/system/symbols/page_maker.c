/* Three pages for foreign programs to judge, as a PDF and the first also as dots: letters of two
 * fonts, our own dots, symbols at three sizes, boxes of every grey, a logo.
 * Usage: page_maker OUT.pdf OUT.png LOGO.png DPI */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/macros.h"
#include "symbol/page.h"

#define LOGO_MAX (1u << 20) /* bytes */

static cm_err to_file(void *ctx, struct cm_slice bytes) {
    return fwrite(bytes.p, 1, bytes.len, ctx) == bytes.len ? CM_OK : CM_E_IO;
}

static cm_err write_line(struct pages *p, const char *font, double foot, enum page_align align,
                         const char *text) {
    const struct page_text t = {.x = align == PAGE_LEFT    ? 10
                                     : align == PAGE_RIGHT ? 95
                                                           : 52.5,
                                .foot = foot,
                                .capital = 3.5,
                                .align = align,
                                .font = font,
                                .text = slice_text(text)};
    return page_write(p, &t, NULL);
}

static cm_err put_symbol(struct pages *p, enum symbol_kind kind, const char *text, double x,
                         double y, double module_mm) {
    struct symbol s;
    const struct symbol_wish wish = {.kind = kind, .payload = slice_text(text)};
    TRY(symbol_make(&wish, &s, NULL));
    page_symbol(p, &s, x, y, module_mm, 12);
    symbol_free(&s);
    return CM_OK;
}

static cm_err first_page(struct pages *p, struct cm_slice logo) {
    TRY(page_begin(p, 105, 148, "A-1", "Code 1 to 3"));
    TRY(write_line(p, "DejaVu Sans", 15, PAGE_LEFT, "Voucher 25 EUR"));
    TRY(write_line(p, "DejaVu Sans Mono:bold", 22, PAGE_RIGHT, "7K2Q-9MXP-RT44"));
    TRY(write_line(p, "DejaVu Serif", 29, PAGE_CENTRE, "Caf\xc3\xa9 Z\xc3\xbcrich \xe2\x82\xac"));
    TRY(write_line(p, "5x7", 36, PAGE_LEFT, "7K2Q9M"));
    TRY(put_symbol(p, SYMBOL_QR, "https://x.nl/7K2Q9MXPRT44", 10, 45, 0.5));
    TRY(put_symbol(p, SYMBOL_DATAMATRIX, "7K2Q9MXPRT44", 50, 45, 0.4));
    TRY(put_symbol(p, SYMBOL_EAN13, "5901234123457", 10, 75, 0.33));
    for (unsigned i = 0; i <= 4; i++)
        page_box(p, 10 + 8.0 * i, 110, 8, 8, i / 4.0);
    page_frame(p, 60, 105, 30, 30, 0.5);
    page_line(p, 60, 105, 90, 135, 0.25);
    return page_png(p, logo, 65, 75, 20, 20, NULL);
}

static cm_err draw_pdf(const char *path, struct cm_slice logo) {
    FILE *const f = fopen(path, "wb");
    if (f == NULL) return CM_E_IO;
    const struct page_sink sink = {to_file, f};
    const struct page_about about = {.title = "Three pages \xc3\xa9",
                                     .author = "countermark",
                                     .subject = "codes 1 to 9",
                                     .keywords = "test, pages",
                                     .made = "2026-11-22T10:00:00Z"};
    struct pages *p = NULL;
    cm_err err = pages_pdf(&sink, &about, &p);
    if (err == CM_OK) err = first_page(p, logo);
    if (err == CM_OK) err = page_begin(p, 80, 50, "A-2", "Code 4 to 6");
    if (err == CM_OK) err = put_symbol(p, SYMBOL_CODE128, "SECOND", 5, 5, 0.3);
    if (err == CM_OK) err = page_begin(p, 210, 297, "A-3", "Code 7 to 9");
    if (err == CM_OK) err = put_symbol(p, SYMBOL_AZTEC, "THIRD", 5, 5, 0.5);
    if (err == CM_OK) err = pages_finish(p);
    pages_free(p);
    return fclose(f) == 0 ? err : CM_E_IO;
}

static cm_err draw_dots(const char *path, double dpi, struct cm_slice logo) {
    CM_CLEANUP(pages_freep) struct pages *p = NULL;
    CM_CLEANUP(buffer_free) struct buffer png = BUFFER_INIT;
    TRY(pages_raster(dpi, &p));
    TRY(first_page(p, logo));
    TRY(page_dots_png(p, &png));
    return file_replace(path, buffer_slice(&png), 0600, NULL);
}

int main(int argc, char **argv) {
    CM_CLEANUP(buffer_free) struct buffer logo = BUFFER_INIT;
    if (argc != 5) return 2;
    cm_err err = file_read(argv[3], LOGO_MAX, &logo, NULL);
    if (err == CM_OK) err = draw_pdf(argv[1], buffer_slice(&logo));
    if (err == CM_OK) err = draw_dots(argv[2], strtod(argv[4], NULL), buffer_slice(&logo));
    if (err != CM_OK) (void)fprintf(stderr, "page_maker: %s\n", cm_err_name(err));
    return err == CM_OK ? 0 : 1;
}
