/* Pictures for foreign programs to judge: a line of words on standard input,
 *   NAME FORMAT KIND LEVEL MODULE_MM DOTS DPI FONT HEX
 * becomes FOLDER/NAME.FORMAT, and a line "NAME WIDTH_MM HEIGHT_MM MODULE_MM DOTS"; a refused one
 * "NAME - PROBLEM". "-" stands for what is not said; in FONT a '_' is a space, "none" no text.
 * Usage: picture_maker FOLDER */
#include <stdio.h>
#include <stdlib.h>

#include "base/macros.h"
#include "base/text.h"
#include "symbol/picture.h"

#define LINE_CAP (2u * SYMBOL_PAYLOAD_MAX + 512u)
#define WORDS    9u

enum word { NAME, FORMAT, KIND, LEVEL, MODULE_MM, DOTS, DPI, FONT, HEX };

static double number_of(const char *word) { return word[0] == '-' ? 0 : strtod(word, NULL); }

static cm_err look_of(char *const *words, struct picture_look *out, struct cm_diag *diag) {
    *out = (struct picture_look){.module_mm = number_of(words[MODULE_MM]),
                                 .dots = (uint16_t)number_of(words[DOTS]),
                                 .dpi = number_of(words[DPI])};
    if (words[FONT][0] != '-') {
        for (char *p = words[FONT]; *p != '\0'; p++)
            if (*p == '_') *p = ' ';
        out->font = strcmp(words[FONT], "none") == 0 ? "" : words[FONT];
    }
    return picture_format_parse(words[FORMAT], &out->format, diag);
}

static cm_err symbol_of(char *const *words, struct symbol *out, struct cm_diag *diag) {
    static uint8_t payload[SYMBOL_PAYLOAD_MAX];
    const size_t len = strlen(words[HEX]) / 2;
    struct symbol_wish wish = {.level = words[LEVEL][0] == '-' ? '\0' : words[LEVEL][0]};
    if (len > sizeof payload) return CM_E_LIMIT;
    TRY(hex_parse(slice_text(words[HEX]), payload, len));
    TRY(symbol_kind_parse(words[KIND], &wish.kind, diag));
    wish.payload = slice_of(payload, len);
    return symbol_make(&wish, out, diag);
}

static cm_err save(const char *path, const struct buffer *bytes) {
    FILE *const f = fopen(path, "wb");
    if (f == NULL) return CM_E_IO;
    const size_t n = fwrite(bytes->p, 1, bytes->len, f);
    return fclose(f) == 0 && n == bytes->len ? CM_OK : CM_E_IO;
}

static cm_err draw(const char *folder, char *const *words, struct cm_diag *diag) {
    char path[512];
    struct picture_look look;
    struct picture_size size;
    struct symbol s = {.modules = NULL};
    CM_CLEANUP(picture_maker_freep) struct picture_maker *maker = NULL;
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    TRY(look_of(words, &look, diag));
    TRY(picture_maker_new(&look, &maker, diag));
    TRY(symbol_of(words, &s, diag));
    cm_err err = picture_make(maker, &s, &out, diag);
    if (err == CM_OK) err = picture_measure(maker, &s, &size, diag);
    symbol_free(&s);
    TRY(err);
    (void)snprintf(path, sizeof path, "%s/%s.%s", folder, words[NAME], words[FORMAT]);
    (void)printf("%s %.4f %.4f %.5f %u\n", words[NAME], size.width_mm, size.height_mm,
                 size.module_mm, (unsigned)size.dots);
    return save(path, &out);
}

int main(int argc, char **argv) {
    static char line[LINE_CAP];
    if (argc != 2) return 2;
    while (fgets(line, sizeof line, stdin) != NULL) {
        char *words[WORDS], *rest = NULL;
        size_t n = 0;
        for (char *p = strtok_r(line, " \n", &rest); p != NULL && n < WORDS;
             p = strtok_r(NULL, " \n", &rest))
            words[n++] = p;
        if (n != WORDS) return 2;
        struct cm_diag diag = DIAG_INIT;
        const cm_err err = draw(argv[1], words, &diag);
        if (err != CM_OK)
            (void)printf("%s - %s: %s; %s\n", words[NAME], cm_err_name(err), diag.problem,
                         diag.remedy);
    }
    return 0;
}
