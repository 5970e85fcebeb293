/* Fuzz target for base/date: a text that date_parse takes prints back as the same text, and no
 * text makes time_parse yield a time that cannot be printed and read again. */
#include "fuzz/fuzz.h"

#include "base/date.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    const struct cm_slice text = slice_of(data, len);
    int32_t day = 0;
    if (date_parse(text, &day) == CM_OK) {
        char out[DATE_TEXT_CAP];
        date_format(day, out);
        fuzz_require(slice_equal(slice_text(out), text));
    }
    uint64_t ms = 0;
    if (time_parse(text, &ms) == CM_OK) {
        char out[TIME_TEXT_CAP];
        uint64_t again = 0;
        time_format(ms, out);
        fuzz_require(time_parse(slice_text(out), &again) == CM_OK && again == ms);
    }
    return 0;
}
