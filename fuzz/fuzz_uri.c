/* Fuzz target for line/uri: an address that is read has one way to write it, and that one is read
 * as the same; one that is refused leaves the output alone and says why. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "line/uri.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    struct printer_uri uri, again;
    struct cm_diag diag = DIAG_INIT;
    char text[PRINTER_TEXT_CAP], twice[PRINTER_TEXT_CAP];
    memset(&uri, 0xA5, sizeof uri);
    again = uri;
    if (printer_uri_parse(slice_of(data, len), &uri, &diag) != CM_OK) {
        fuzz_require(diag.problem[0] != '\0' && diag.remedy[0] != '\0');
        fuzz_require(memcmp(&uri, &again, sizeof uri) == 0);
        return 0;
    }
    const size_t n = printer_uri_text(&uri, text);
    fuzz_require(n == strlen(text));
    fuzz_require(printer_uri_parse(slice_of(text, n), &again, NULL) == CM_OK);
    fuzz_require(memcmp(&uri, &again, sizeof uri) == 0 && printer_uri_same(&uri, &again));
    (void)printer_uri_text(&again, twice);
    fuzz_require(strcmp(text, twice) == 0);
    return 0;
}
