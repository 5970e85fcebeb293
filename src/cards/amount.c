/* Decimals by currency. References as in amount.h. */
#include "cards/amount.h"

#include <string.h>

#include "base/macros.h"
#include "base/text.h"

#define DECIMALS_USUAL 2u
#define DECIMALS_MAX   4u

unsigned currency_decimals(const char *currency) {
    static const char none[] =
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
    static const char three[] = "BHD IQD JOD KWD LYD OMR TND";
    static const char four[] = "CLF UYW";
    if (strlen(currency) != 3 || strstr(none, currency) != NULL) return 0;
    if (strstr(three, currency) != NULL) return 3;
    return strstr(four, currency) != NULL ? DECIMALS_MAX : DECIMALS_USUAL;
}

void amount_format(uint64_t minor, const char *currency, char out[static AMOUNT_TEXT_CAP]) {
    const size_t decimals = currency_decimals(currency);
    char digits[DECIMAL_CAP + DECIMALS_MAX + 1u];
    size_t at = 0, n = decimal_format(minor, digits);
    for (; n <= decimals; n++) { /* at least one digit before the point */
        memmove(digits + 1, digits, n);
        digits[0] = '0';
    }
    for (size_t i = 0; i < n; i++) {
        if (decimals > 0 && i == n - decimals) out[at++] = '.';
        out[at++] = digits[i];
    }
    out[at] = '\0';
}

cm_err amount_read(struct cm_slice text, const char *currency, uint64_t *minor) {
    const size_t decimals = currency_decimals(currency);
    const size_t point = decimals > 0 ? decimals + 1 : 0;
    char digits[AMOUNT_TEXT_CAP];
    if (text.len <= point || text.len > sizeof digits) return CM_E_FORMAT;
    const size_t whole = text.len - point;
    memcpy(digits, text.p, whole);
    if (decimals > 0) {
        if (text.p[whole] != '.') return CM_E_FORMAT;
        memcpy(digits + whole, text.p + whole + 1, decimals);
    }
    return text_u64(slice_of(digits, whole + decimals), CM_AMOUNT_MAX, minor);
}
