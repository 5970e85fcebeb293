/* PDF: one page of just the picture's size. */
#include "base/macros.h"
#include "symbol/page_inside.h"
#include "symbol/picture_inside.h"

static cm_err take_bytes(void *ctx, struct cm_slice bytes) {
    struct buffer *const out = ctx;
    buffer_put(out, bytes.p, bytes.len);
    return buffer_err(out);
}

cm_err picture_pdf(const struct picture_job *job, struct buffer *out) {
    const struct page_sink sink = {take_bytes, out};
    const double width = job->layout.width * job->module_mm;
    const double height = job->layout.height * job->module_mm;
    CM_CLEANUP(pages_freep) struct pages *p = NULL;
    TRY(pages_pdf(&sink, NULL, &p));
    const cm_err err = page_begin(p, width, height, NULL, NULL);
    if (err == CM_E_RANGE)
        return diag_fail(job->diag, CM_E_LIMIT, "picture", NULL, "choose larger modules, or SVG",
                         "it would be %.2f x %.2f mm; a PDF's page has 1 to 5000 mm a side", width,
                         height);
    TRY(err);
    TRY(page_put_symbol(p, job->symbol, &job->layout, job->maker->lettering, 0, 0, job->module_mm));
    return pages_finish(p);
}
