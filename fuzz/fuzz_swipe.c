/* Fuzz target for cards/track and cards/swipe: the first line is a layout, the rest what a reader
 * sent. A layout that is taken gives its number back; a number that is read stands in the text and
 * is digits alone, and the same text without its line end reads the same. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "cards/track.h"

#define NUMBER_N 16u

static void require_number(const struct track tracks[static TRACKS], struct cm_slice text) {
    struct cm_slice number = slice_of(NULL, 0);
    const enum swipe is = swipe_read(tracks, text, &number);
    fuzz_require((is == SWIPE_NUMBER) == (number.len == NUMBER_N));
    if (is != SWIPE_NUMBER) return;
    fuzz_require(number.p >= text.p && number.p + number.len <= text.p + text.len);
    for (size_t i = 0; i < number.len; i++)
        fuzz_require(number.p[i] >= '0' && number.p[i] <= '9');
}

/* Layouts of their own for both tracks, so that texts of several tracks have somewhere to go. */
static void try_fixed(struct cm_slice text) {
    const struct track_words words = {.name = "GIFT/CARD"}, none = {.name = ""};
    struct track tracks[TRACKS] = {{.on = false}, {.on = false}};
    fuzz_require(track_init(&tracks[0], 1, slice_text("iso"), &words, NUMBER_N, NULL) == CM_OK);
    fuzz_require(track_init(&tracks[1], 2, slice_text("iso"), &none, NUMBER_N, NULL) == CM_OK);
    require_number(tracks, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    const uint8_t *end = len > 0 ? memchr(data, '\n', len) : NULL;
    const size_t layout_n = end != NULL ? (size_t)(end - data) : 0;
    const struct cm_slice layout = slice_of(data, layout_n);
    const struct cm_slice text =
        end != NULL ? slice_of(end + 1, len - layout_n - 1u) : slice_of(data, len);
    const struct track_words none = {.name = ""};
    try_fixed(text);
    for (uint8_t no = 1; no <= TRACKS; no++) {
        struct track tracks[TRACKS] = {{.on = false}, {.on = false}};
        struct cm_diag diag = DIAG_INIT;
        const cm_err err = track_init(&tracks[no - 1u], no, layout, &none, NUMBER_N, &diag);
        fuzz_require((err == CM_OK) == tracks[no - 1u].on);
        fuzz_require(err == CM_OK || (diag.problem[0] != '\0' && diag.remedy[0] != '\0'));
        if (err == CM_OK) require_number(tracks, text);
    }
    return 0;
}
