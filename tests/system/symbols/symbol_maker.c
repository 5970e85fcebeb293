/* Many symbols in one process, for foreign readers to judge: a line "NAME KIND LEVEL HEX" on
 * standard input becomes FOLDER/NAME.pgm with its quiet zone, and a line "NAME WIDTH ROWS SIZE";
 * a refused one "NAME - PROBLEM". LEVEL is L, M, Q, H or "-".
 * Usage: symbol_maker FOLDER DOTS_A_MODULE */
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "symbol/symbol.h"

#define LINE_CAP (2u * SYMBOL_PAYLOAD_MAX + 256u)
#define NAME_CAP 64u
#define ABOVE    2u /* light rows above and below bars, which want none */

static size_t height_of(const struct symbol *s, size_t row) {
    return s->row_modules[row] == 0 ? s->bar_modules : s->row_modules[row];
}

static void write_dots(FILE *f, const struct symbol *s, size_t row, size_t dots) {
    for (size_t x = 0; x < s->quiet_left * dots; x++)
        (void)fputc(255, f);
    for (size_t x = 0; x < s->width * dots; x++)
        (void)fputc(symbol_is_dark(s, x / dots, row) ? 0 : 255, f);
    for (size_t x = 0; x < s->quiet_right * dots; x++)
        (void)fputc(255, f);
}

static void write_light(FILE *f, size_t n) {
    for (size_t i = 0; i < n; i++)
        (void)fputc(255, f);
}

static int draw(const struct symbol *s, const char *path, size_t dots) {
    FILE *f = fopen(path, "wb");
    const size_t width = (s->width + s->quiet_left + s->quiet_right) * dots;
    const size_t above = (s->linear ? ABOVE : s->quiet_top) * dots;
    size_t height = 2 * above;
    if (f == NULL) return 1;
    for (size_t row = 0; row < s->rows; row++)
        height += height_of(s, row) * dots;
    (void)fprintf(f, "P5 %zu %zu 255\n", width, height);
    write_light(f, width * above);
    for (size_t row = 0; row < s->rows; row++)
        for (size_t y = 0; y < height_of(s, row) * dots; y++)
            write_dots(f, s, row, dots);
    write_light(f, width * above);
    return fclose(f) == 0 ? 0 : 1;
}

static int make(const char *folder, size_t dots, char *line) {
    static uint8_t payload[SYMBOL_PAYLOAD_MAX];
    char path[512], *rest = NULL;
    const char *name = strtok_r(line, " \n", &rest), *kind = strtok_r(NULL, " \n", &rest);
    const char *level = strtok_r(NULL, " \n", &rest), *hex = strtok_r(NULL, " \n", &rest);
    struct symbol_wish wish = {.kind = SYMBOL_QR};
    struct symbol s;
    struct cm_diag diag = DIAG_INIT;
    if (hex == NULL || strlen(hex) / 2 > sizeof payload ||
        hex_parse(slice_text(hex), payload, strlen(hex) / 2) != CM_OK ||
        symbol_kind_parse(kind, &wish.kind, NULL) != CM_OK)
        return 2;
    wish.payload = slice_of(payload, strlen(hex) / 2);
    wish.level = level[0] == '-' ? '\0' : level[0];
    if (symbol_make(&wish, &s, &diag) != CM_OK) {
        (void)printf("%s - %s; %s\n", name, diag.problem, diag.remedy);
        return 0;
    }
    (void)snprintf(path, sizeof path, "%s/%s.pgm", folder, name);
    const int failed = dots == 0 ? 0 : draw(&s, path, dots);
    (void)printf("%s %zu %zu %s\n", name, s.width, s.rows, s.size);
    symbol_free(&s);
    return failed;
}

int main(int argc, char **argv) {
    static char line[LINE_CAP];
    if (argc != 3) return 2;
    const size_t dots = (size_t)strtoul(argv[2], NULL, 10);
    while (fgets(line, sizeof line, stdin) != NULL) {
        const int failed = make(argv[1], dots, line);
        if (failed != 0) return failed;
    }
    return 0;
}
