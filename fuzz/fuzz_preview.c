/* Fuzz target for line/zpl_page and line/preview: any bytes are a page or refused; what a page says
 * of its texts lies within them; small pages are drawn, too. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "line/preview.h"
#include "line/zpl_page.h"

#define SMALL 400u /* dots: drawing is slow, and the same for larger ones */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    const struct cm_slice zpl = slice_of(data, len);
    struct zpl_page page;
    struct cm_diag diag = DIAG_INIT;
    const cm_err err = zpl_page_read(zpl, &page, &diag);
    if (err != CM_OK) {
        fuzz_require(err == CM_E_NO_MEMORY || diag.problem[0] != '\0');
        fuzz_require(page.texts.p == NULL && page.notes.p == NULL);
        return 0;
    }
    fuzz_require(page.n > 0 && page.n <= ZPL_MARKS_MAX);
    for (size_t i = 0; i < page.n; i++)
        fuzz_require(page.marks[i].at + page.marks[i].len <= page.texts.len);
    const bool small = page.width > 0 && page.width <= SMALL && page.height > 0 &&
                       page.height <= SMALL && page.n <= 8;
    zpl_page_wipe(&page);
    struct preview p = PREVIEW_INIT;
    if (small && preview_zpl(zpl, true, &p, NULL) == CM_OK) {
        fuzz_require(p.png.len > 8 && memcmp(p.png.p, "\x89PNG", 4) == 0);
        fuzz_require(p.terminal.len > 0);
    }
    preview_wipe(&p);
    return 0;
}
