/* Filling and printing of struct cm_diag. It refuses to overwrite an earlier, inner cause. */
#include "base/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void part_copy(char *part, const char *text) {
    if (text == NULL || part[0] != '\0') return;
    const size_t len = strnlen(text, DIAG_PART_CAP - 1);
    memcpy(part, text, len);
    part[len] = '\0';
}

void diag_set(struct cm_diag *diag, const char *input, const char *place, const char *remedy,
              const char *problem_format, ...) {
    if (diag == NULL || diag->problem[0] != '\0') return;
    va_list args;
    va_start(args, problem_format);
    (void)vsnprintf(diag->problem, sizeof diag->problem, problem_format, args);
    va_end(args);
    part_copy(diag->input, input);
    part_copy(diag->place, place);
    part_copy(diag->remedy, remedy);
}

void diag_locate(struct cm_diag *diag, const char *input, const char *place) {
    if (diag == NULL) return;
    part_copy(diag->input, input);
    part_copy(diag->place, place);
}

int diag_text(const struct cm_diag *diag, cm_err err, char *out, unsigned cap) {
    const char *problem = diag->problem[0] != '\0' ? diag->problem : cm_err_name(err);
    return snprintf(out, cap, "%s%s%s%s%s%s%s", diag->input, diag->input[0] != '\0' ? ": " : "",
                    diag->place, diag->place[0] != '\0' ? ": " : "", problem,
                    diag->remedy[0] != '\0' ? "; " : "", diag->remedy);
}
