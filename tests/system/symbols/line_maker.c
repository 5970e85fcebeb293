/* One line as a machine prints it, with or without faults, as a PGM; what the judge reads in it on
 * standard output. For foreign readers to judge as well.
 * Usage: line_maker PRESS FONT|- MM STRENGTH SEED ALPHABET TEXT OUT.pgm */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "countermark/alphabet.h"
#include "symbol/reading.h"

static int fail(cm_err err, const struct cm_diag *diag) {
    char text[1024];
    (void)diag_text(diag, err, text, sizeof text);
    (void)fprintf(stderr, "line_maker: %s\n", text);
    return 3;
}

static int write_pgm(const struct dots *d, const char *path) {
    FILE *const f = fopen(path, "wb");
    if (f == NULL) return 3;
    (void)fprintf(f, "P5\n%zu %zu\n255\n", d->width, d->height);
    const bool whole = fwrite(d->grey, d->width, d->height, f) == d->height;
    return fclose(f) == 0 && whole ? 0 : 3;
}

int main(int argc, char **argv) {
    struct cm_diag diag = DIAG_INIT;
    struct cm_alphabet alphabet;
    struct dots line = DOTS_INIT;
    struct reader_mark marks[READING_LINE_MAX];
    struct reading_wish wish = {.length = 1, .lines = 1};
    if (argc != 9) return 2;
    cm_err err = press_by_name(argv[1], &wish.press, &diag);
    if (err == CM_OK) err = cm_alphabet_by_name(&alphabet, slice_text(argv[6]), &diag);
    if (err != CM_OK) return fail(err, &diag);
    wish.font = strcmp(argv[2], "-") == 0 ? NULL : argv[2];
    wish.height_mm = strtod(argv[3], NULL);
    wish.strength = strtod(argv[4], NULL);
    wish.seed = strtoull(argv[5], NULL, 10);
    wish.symbols = slice_text(alphabet.symbols);
    err = reading_example(&wish, slice_text(argv[7]), &line, marks, &diag);
    if (err != CM_OK) return fail(err, &diag);
    for (size_t k = 0; argv[7][k] != '\0'; k++)
        (void)putchar(marks[k].symbol);
    (void)putchar('\n');
    const int status = write_pgm(&line, argv[8]);
    dots_free(&line);
    return status;
}
