/* The GS1 check digit, modulo 10 with weights 3 and 1. */
#include "codes/gtin.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"

static bool all_digits(struct cm_slice text) {
    for (size_t i = 0; i < text.len; i++)
        if (text.p[i] < '0' || text.p[i] > '9') return false;
    return true;
}

static bool known_length(size_t n) { return n == 8 || (n >= 12 && n <= 14); }

cm_err gtin_check_digit(struct cm_slice digits, char *check) {
    if (!known_length(digits.len + 1)) return CM_E_RANGE;
    if (!all_digits(digits)) return CM_E_FORMAT;
    unsigned sum = 0;
    for (size_t i = 0; i < digits.len; i++) {
        const unsigned weight = (digits.len - i) % 2 == 1 ? 3u : 1u;
        sum += weight * (unsigned)(digits.p[i] - '0');
    }
    *check = (char)('0' + (int)((10u - sum % 10u) % 10u));
    return CM_OK;
}

cm_err gtin_parse(struct cm_slice text, char out[static GTIN_CAP], struct cm_diag *diag) {
    if (!all_digits(text) || text.len == 0)
        return diag_fail(diag, CM_E_FORMAT, NULL, NULL, "write the digits only",
                         "a GTIN has digits and nothing else");
    if (!known_length(text.len))
        return diag_fail(diag, CM_E_RANGE, NULL, NULL,
                         "write 8, 12, 13 or 14 digits (a spreadsheet may have lost zeros)",
                         "a GTIN of %zu digits does not exist", text.len);
    char right = 0;
    TRY(gtin_check_digit(slice_of(text.p, text.len - 1), &right));
    const char got = (char)text.p[text.len - 1];
    if (got != right) {
        char remedy[DIAG_PART_CAP];
        (void)snprintf(remedy, sizeof remedy, "if the other digits are right, write %.*s%c",
                       (int)text.len - 1, (const char *)text.p, right);
        return diag_fail(diag, CM_E_FORMAT, NULL, NULL, remedy,
                         "the check digit of %.*s is %c, should be %c", (int)text.len,
                         (const char *)text.p, got, right);
    }
    memcpy(out, text.p, text.len);
    out[text.len] = '\0';
    return CM_OK;
}
