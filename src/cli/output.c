/* Printing. Standard output is written without stdio, so that a full disk or a closed pipe is seen
 * at the write that hit it. */
#include "cli/output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/macros.h"
#include "cli/render.h"

#define LINE_CAP 1200u /* an error line: four parts of a diag and what joins them */

cm_err output_bytes(struct cm_slice bytes, struct cm_diag *diag) {
    while (bytes.len > 0) {
        const ssize_t put = write(STDOUT_FILENO, bytes.p, bytes.len);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0)
            return diag_fail(diag, file_err_from_errno(errno), "standard output", NULL,
                             errno == EPIPE ? "its reader has gone" : NULL, "cannot write: %s",
                             file_errno_text(errno));
        bytes.p += put;
        bytes.len -= (size_t)put;
    }
    return CM_OK;
}

cm_err output_text(const char *text, struct cm_diag *diag) {
    return output_bytes(slice_text(text), diag);
}

cm_err output_record(struct cm_slice record, bool json, struct cm_diag *diag) {
    CM_CLEANUP(buffer_wipe) struct buffer text = BUFFER_INIT;
    if (json) {
        TRY(output_bytes(record, diag));
        return output_text("\n", diag);
    }
    TRY(render_record(record, &text));
    return output_bytes(buffer_slice(&text), diag);
}

void output_note(const char *format, ...) {
    va_list args;
    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    (void)fputc('\n', stderr);
}

void output_error(const struct cm_diag *diag, cm_err err) {
    char line[LINE_CAP];
    (void)diag_text(diag, err, line, sizeof line);
    (void)fprintf(stderr, "countermark: %s\n", line);
}
