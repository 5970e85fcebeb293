/* Draws each line of standard input as a barcode by zint: FOLDER/000000.png, 000001.png ... For
 * readers of other authors. Usage: column_painter ean13|code128 FOLDER */
#include <stdio.h>
#include <string.h>

#include <zint.h>

#define LINE_CAP 256

static int paint(int symbology, const char *folder, unsigned i, char *text) {
    struct zint_symbol *s = ZBarcode_Create();
    if (s == NULL) return -1;
    s->symbology = symbology;
    s->output_options |= BARCODE_QUIET_ZONES;
    s->scale = 2.0f;
    (void)snprintf(s->outfile, sizeof s->outfile, "%s/%06u.png", folder, i);
    const int err = ZBarcode_Encode_and_Print(s, (unsigned char *)text, (int)strlen(text), 0);
    if (err != 0) (void)fprintf(stderr, "%u: %s\n", i, s->errtxt);
    ZBarcode_Delete(s);
    return err;
}

int main(int argc, char **argv) {
    char line[LINE_CAP];
    if (argc != 3) {
        (void)fprintf(stderr, "usage: column_painter ean13|code128 FOLDER\n");
        return 2;
    }
    const int symbology = strcmp(argv[1], "ean13") == 0 ? BARCODE_EANX : BARCODE_CODE128;
    for (unsigned i = 0; fgets(line, sizeof line, stdin) != NULL; i++) {
        line[strcspn(line, "\r\n")] = '\0';
        if (paint(symbology, argv[2], i, line) != 0) return 1;
    }
    return 0;
}
