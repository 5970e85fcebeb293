/* GS1 texts for foreign linters to judge as well: a line "FORM HEX" on standard input, FORM B
 * (brackets), C (carried), L (link), or A (told by its beginning), becomes a line
 * "ok CARRIED-HEX LINK" (LINK "-" where there is none) or "no STATUS PROBLEM". "T" lists the table:
 * a line "FROM TO PARTS NEEDS" each, PARTS as SET:MIN:MAX:MEANING:OPTIONAL with commas between,
 * NEEDS as in the table, spaces as "&", or "-". */
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "symbol/gs1_any.h"
#include "symbol/gs1_link.h"

#define LINE_CAP (2u * GS1_TEXT_MAX + 64u)

static void list_table(void) {
    size_t n = 0;
    const struct gs1_id *table = gs1_id_table(&n);
    for (size_t i = 0; i < n; i++) {
        (void)printf("%04u %04u ", table[i].from, table[i].to);
        for (size_t k = 0; k < GS1_PARTS && table[i].part[k].set != GS1_NO_PART; k++) {
            const struct gs1_part *p = &table[i].part[k];
            (void)printf("%s%u:%u:%u:%u:%u", k > 0 ? "," : "", p->set, p->min, p->max, p->meaning,
                         p->optional ? 1u : 0u);
        }
        (void)fputc(' ', stdout);
        for (const char *c = table[i].needs == NULL ? "-" : table[i].needs; *c != '\0'; c++)
            (void)fputc(*c == ' ' ? '&' : *c, stdout);
        (void)fputc('\n', stdout);
    }
    (void)printf("end\n");
}

static cm_err read_form(char form, struct cm_slice text, struct gs1 *m, struct cm_diag *diag) {
    switch (form) {
    case 'B': return gs1_read(text, m, diag);
    case 'C': return gs1_read_carried(text, m, diag);
    case 'L': return gs1_link_read(text, m, diag);
    default: return gs1_any_read(text, m, NULL, diag);
    }
}

static void judge(char form, struct cm_slice text) {
    struct gs1 m;
    struct cm_diag diag = DIAG_INIT;
    struct buffer carried = BUFFER_INIT, link = BUFFER_INIT;
    cm_err err = read_form(form, text, &m, &diag);
    if (err == CM_OK) err = gs1_judge(&m, &diag);
    if (err != CM_OK) {
        (void)printf("no %s %s: %s\n", cm_err_name(err), diag.place, diag.problem);
        return;
    }
    gs1_write_carried(&m, &carried);
    char *hex = malloc(2 * carried.len + 1);
    if (hex == NULL) return;
    hex_format(carried.p, carried.len, hex);
    const bool linked = gs1_link_write(&m, "https://id.example.com", false, &link, NULL) == CM_OK;
    (void)printf("ok %s %s\n", hex, linked ? buffer_cstr(&link) : "-");
    free(hex);
    buffer_free(&carried);
    buffer_free(&link);
}

int main(void) {
    static char line[LINE_CAP];
    static uint8_t text[GS1_TEXT_MAX];
    while (fgets(line, sizeof line, stdin) != NULL) {
        const size_t len = strcspn(line, "\n");
        if (line[0] == 'T')
            list_table();
        else if (len < 2 || (len - 2) % 2 != 0 || (len - 2) / 2 > sizeof text ||
                 hex_parse(slice_of(line + 2, len - 2), text, (len - 2) / 2) != CM_OK)
            return 2;
        else
            judge(line[0], slice_of(text, (len - 2) / 2));
        (void)fflush(stdout);
    }
    return 0;
}
