/* Many symbols in one process, for foreign readers to judge: a line "NAME KIND LEVEL HEX" on
 * standard input becomes FOLDER/NAME.png with quiet zone and text, and a line "NAME WIDTH ROWS
 * SIZE"; a refused one "NAME - PROBLEM". LEVEL is L, M, Q, H or "-". Usage: symbol_maker FOLDER
 * DOTS_A_MODULE (0: no pictures) */
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "symbol/picture.h"

#define LINE_CAP (2u * SYMBOL_PAYLOAD_MAX + 256u)
#define NAME_CAP 64u

static int write_file(const char *path, const struct buffer *bytes) {
    FILE *f = fopen(path, "wb");
    if (f == NULL) return 1;
    const size_t n = fwrite(bytes->p, 1, bytes->len, f);
    return fclose(f) == 0 && n == bytes->len ? 0 : 1;
}

static int draw(struct picture_maker *maker, const struct symbol *s, const char *path) {
    struct buffer png = BUFFER_INIT;
    struct cm_diag diag = DIAG_INIT;
    int failed = picture_make(maker, s, &png, &diag) == CM_OK ? write_file(path, &png) : 1;
    if (failed != 0) (void)fprintf(stderr, "%s: %s\n", path, diag.problem);
    buffer_free(&png);
    return failed;
}

/* maker: NULL to print sizes only. */
static int make(const char *folder, struct picture_maker *maker, char *line) {
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
    (void)snprintf(path, sizeof path, "%s/%s.png", folder, name);
    const int failed = maker == NULL ? 0 : draw(maker, &s, path);
    (void)printf("%s %zu %zu %s\n", name, s.width, s.rows, s.size);
    symbol_free(&s);
    return failed;
}

int main(int argc, char **argv) {
    static char line[LINE_CAP];
    if (argc != 3) return 2;
    struct picture_maker *maker = NULL;
    const struct picture_look look = {.format = PICTURE_PNG,
                                      .dots = (uint16_t)strtoul(argv[2], NULL, 10)};
    if (look.dots != 0 && picture_maker_new(&look, &maker, NULL) != CM_OK) return 3;
    int failed = 0;
    while (failed == 0 && fgets(line, sizeof line, stdin) != NULL)
        failed = make(argv[1], maker, line);
    picture_maker_free(maker);
    return failed;
}
