/* Byte by byte: what stands behind the line belongs to whoever reads next. */
#include "cli/typed.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/macros.h"
#include "cli/interrupt.h"

#define INPUT "standard input"

/* 1 for a byte, 0 at the end. */
static cm_err next_byte(uint8_t *c, ssize_t *got, struct cm_diag *diag) {
    TRY(interrupt_wait(STDIN_FILENO, INPUT, diag));
    *got = read(STDIN_FILENO, c, 1);
    if (*got >= 0 || errno == EINTR) return CM_OK;
    return diag_fail(diag, CM_E_IO, INPUT, NULL, "is it open for reading?", "cannot read: %s",
                     file_errno_text(errno));
}

cm_err typed_line(const char *prompt, size_t max, struct buffer *out, struct cm_diag *diag) {
    if (isatty(STDIN_FILENO) == 1) (void)fputs(prompt, stderr);
    for (;;) {
        uint8_t c = 0;
        ssize_t got = 0;
        TRY(next_byte(&c, &got, diag));
        if (got < 0) continue;
        if (got == 0 || c == '\n' || c == '\r') break;
        if (out->len == max)
            return diag_fail(diag, CM_E_LIMIT, INPUT, NULL, "give one code and its line end",
                             "a line longer than %zu bytes", max);
        buffer_u8(out, c);
    }
    TRY(buffer_err(out));
    if (out->len == 0)
        return diag_fail(diag, CM_E_FORMAT, INPUT, NULL, "scan or type it, and Enter",
                         "no code was given");
    return CM_OK;
}
