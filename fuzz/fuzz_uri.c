/* Fuzz target for line/uri: an address that is read has one way to write it, and that one is read
 * as the same; one that is refused leaves the output alone and says why. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "line/uri.h"

/* Whole objects: what is read is made of zeros first, also between its members. */
static bool same_bytes(const void *a, const void *b, size_t len) { return memcmp(a, b, len) == 0; }

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    struct printer_uri uri, again;
    struct cm_diag diag = DIAG_INIT;
    char text[PRINTER_TEXT_CAP], twice[PRINTER_TEXT_CAP];
    memset(&uri, 0xA5, sizeof uri);
    memset(&again, 0xA5, sizeof again);
    if (printer_uri_parse(slice_of(data, len), &uri, &diag) != CM_OK) {
        fuzz_require(diag.problem[0] != '\0' && diag.remedy[0] != '\0');
        fuzz_require(same_bytes(&uri, &again, sizeof uri));
        return 0;
    }
    const size_t n = printer_uri_text(&uri, text);
    fuzz_require(n == strlen(text));
    fuzz_require(printer_uri_parse(slice_of(text, n), &again, NULL) == CM_OK);
    fuzz_require(same_bytes(&uri, &again, sizeof uri) && printer_uri_same(&uri, &again));
    fuzz_require(printer_uri_text(&again, twice) == n && strcmp(text, twice) == 0);
    return 0;
}
