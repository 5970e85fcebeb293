/* References as in proof_eyes.h. */
#include "cli/proof_eyes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "cli/child.h"
#include "cli/interrupt.h"

#define FOLDER       "countermark-proof-XXXXXX"
#define PATH_CAP     512u
#define FILE_MODE    0600
#define SCAN_MS      10000u
#define OCR_MS       30000u
#define WHITELIST    "tessedit_char_whitelist="
#define BYTES_BEFORE "Bytes:"
#define LETTERS_MAX  4096u /* looked at, of either side */

struct desk {
    char folder[PATH_CAP], sheet[PATH_CAP + 16];
};

static void desk_close(struct desk *d) {
    if (d->sheet[0] != '\0') (void)unlink(d->sheet);
    if (d->folder[0] != '\0') (void)rmdir(d->folder);
}

static cm_err desk_open(struct desk *d, struct cm_diag *diag) {
    const char *const base = getenv("TMPDIR");
    char folder[PATH_CAP];
    const int len =
        snprintf(folder, sizeof folder, "%s/" FOLDER, base != NULL && *base == '/' ? base : "/tmp");
    if (len < 0 || (size_t)len >= sizeof folder || mkdtemp(folder) == NULL)
        return diag_fail(diag, CM_E_IO, "readers", NULL, "let TMPDIR name a folder to write in",
                         "no folder for sheets can be made");
    memcpy(d->folder, folder, sizeof folder);
    (void)snprintf(d->sheet, sizeof d->sheet, "%s/sheet.pgm", d->folder);
    return CM_OK;
}

/* ---- Symbols ----------------------------------------------------------------------------------
 */

/* The line "Bytes: 48 45 4C" of what ZXingReader says; empty: it read nothing. */
static void bytes_said(struct buffer *said, struct buffer *out) {
    buffer_u8(said, 0);
    if (buffer_err(said) != CM_OK) return;
    const char *at = strstr((const char *)said->p, BYTES_BEFORE);
    if (at == NULL) return;
    for (at += strlen(BYTES_BEFORE); *at != '\0' && *at != '\n';) {
        uint8_t byte = 0;
        const size_t skip = strspn(at, " ");
        at += skip;
        if (skip == 0 || hex_parse(slice_of(at, strcspn(at, " \n")), &byte, 1) != CM_OK) return;
        buffer_u8(out, byte);
        at += 2;
    }
}

static cm_err scan_at(struct proof *p, const struct desk *d, size_t i, size_t away,
                      struct buffer *read, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer sheet = BUFFER_INIT, said = BUFFER_INIT;
    const char *const argv[] = {p->scanner.name, "-noscale", d->sheet, NULL};
    int status = 0;
    buffer_clear(read);
    TRY(proof_symbol_pgm(p, i, away, &sheet, diag));
    TRY(file_replace(d->sheet, buffer_slice(&sheet), FILE_MODE, diag));
    TRY(child_run(argv, SCAN_MS, &said, &status));
    bytes_said(&said, read);
    return buffer_err(read);
}

/* As people hold a telephone: from near, then from further away, until something is read. */
static cm_err scan_one(struct proof *p, const struct desk *d, size_t i, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer read = BUFFER_INIT, wanted = BUFFER_INIT;
    TRY(proof_content(p, i, &wanted, diag));
    for (size_t away = 1; away <= PROOF_AWAY_MAX && read.len == 0; away++)
        TRY(scan_at(p, d, i, away, &read, diag));
    p->scanner.shown++;
    if (slice_equal(buffer_slice(&read), buffer_slice(&wanted)))
        p->scanner.good++;
    else if (read.len > 0)
        p->scanner.wrong++;
    return CM_OK;
}

/* ---- Letters ----------------------------------------------------------------------------------
 */

/* White space says nothing about what was read. */
static struct cm_slice letters_of(struct buffer *b) {
    size_t n = 0;
    for (size_t i = 0; i < b->len; i++)
        if (b->p[i] > ' ') b->p[n++] = b->p[i];
    return slice_of(b->p, n < LETTERS_MAX ? n : LETTERS_MAX);
}

/* Letters of `wanted` that stand in `got` in their order, as many as can: what was read, when some
 * were left out or put in between. The longest common subsequence, two rows of the usual table. */
static cm_err in_common(struct cm_slice wanted, struct cm_slice got, size_t *out) {
    size_t *const rows = calloc(2 * (got.len + 1), sizeof *rows);
    if (rows == NULL) return CM_E_NO_MEMORY;
    for (size_t i = 0; i < wanted.len; i++) {
        size_t *const row = rows + (i % 2) * (got.len + 1);
        const size_t *const above = rows + ((i + 1) % 2) * (got.len + 1);
        for (size_t k = 0; k < got.len; k++) {
            const size_t longer = row[k] > above[k + 1] ? row[k] : above[k + 1];
            row[k + 1] = wanted.p[i] == got.p[k] ? above[k] + 1 : longer;
        }
    }
    *out = wanted.len > 0 ? rows[((wanted.len - 1) % 2) * (got.len + 1) + got.len] : 0;
    free(rows);
    return CM_OK;
}

static cm_err look_at_letters(struct proof *p, const struct desk *d, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer sheet = BUFFER_INIT, said = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer wanted = BUFFER_INIT;
    char allowed[sizeof WHITELIST + CM_ALPHABET_MAX];
    const char *const argv[] = {p->ocr.name, d->sheet, "-", "--psm", "6", "-c", allowed, NULL};
    int status = 0;
    (void)snprintf(allowed, sizeof allowed, WHITELIST "%s", p->wish.numbers->alphabet.symbols);
    TRY(proof_lines_pgm(p, &sheet, &wanted, diag));
    TRY(file_replace(d->sheet, buffer_slice(&sheet), FILE_MODE, diag));
    TRY(child_run(argv, OCR_MS, &said, &status));
    p->ocr.here = status == 0;
    if (!p->ocr.here) return CM_OK;
    const struct cm_slice shown = letters_of(&wanted);
    p->ocr.shown = shown.len;
    TRY(in_common(shown, letters_of(&said), &p->ocr.good));
    p->ocr.wrong = p->ocr.shown - p->ocr.good;
    return CM_OK;
}

cm_err proof_eyes(struct proof *p, struct count_line *line, struct cm_diag *diag) {
    CM_CLEANUP(desk_close) struct desk d = {.folder = ""};
    p->ocr = (struct proof_reader){.name = "tesseract", .asked = true};
    p->scanner = (struct proof_reader){.name = "ZXingReader", .asked = p->wish.content != NULL};
    TRY(desk_open(&d, diag));
    if (child_is_here(p->ocr.name)) TRY(look_at_letters(p, &d, diag));
    if (!p->scanner.asked || !child_is_here(p->scanner.name)) return CM_OK;
    p->scanner.here = true;
    for (size_t i = 0; i < p->wish.symbols; i++) {
        if (interrupt_came())
            return diag_fail(diag, CM_E_CANCELLED, NULL, NULL, NULL, "stopped; no proof was made");
        TRY(scan_one(p, &d, i, diag));
        count_line_show(line, p->wish.codes + i + 1);
    }
    return CM_OK;
}
