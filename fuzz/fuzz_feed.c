/* Fuzz target for cli/feed: however a camera's stream is cut, the same reads come out; no read's
 * code holds a control byte or is no text; and what a terminal would show of the stream is tame. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "base/text.h"
#include "cli/feed.h"
#include "cli/plain.h"

static cm_err note(void *ctx, const struct feed_read *read) {
    struct buffer *out = ctx;
    fuzz_require(read->kind != FEED_NOTHING && read->code.len <= FEED_LINE_MAX);
    fuzz_require(utf8_valid(read->code));
    for (size_t i = 0; i < read->code.len; i++)
        fuzz_require(read->code.p[i] >= ' ');
    buffer_printf(out, "%d %zu ", (int)read->kind, read->code.len);
    buffer_put(out, read->code.p, read->code.len);
    return CM_OK;
}

static void cut(struct cm_slice stream, size_t piece, struct buffer *out) {
    struct feed f = FEED_INIT;
    cm_err err = CM_OK;
    for (size_t at = 0; at < stream.len && err == CM_OK; at += piece)
        err =
            feed_put(&f, slice_of(stream.p + at, stream.len - at < piece ? stream.len - at : piece),
                     note, out);
    if (err == CM_OK) err = feed_end(&f, note, out);
    fuzz_require(err == CM_OK);
    feed_wipe(&f);
}

static void show(struct cm_slice text) {
    struct buffer out = BUFFER_INIT;
    plain_fit(&out, text, 40, false);
    fuzz_require(plain_width(buffer_slice(&out)) == 40 && utf8_valid(buffer_slice(&out)));
    for (size_t i = 0; i < out.len; i++)
        fuzz_require(out.p[i] >= ' ' && out.p[i] != 0x7f);
    buffer_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    struct buffer whole = BUFFER_INIT, pieces = BUFFER_INIT;
    const struct cm_slice stream = slice_of(data, len);
    cut(stream, len + 1, &whole);
    cut(stream, 1 + len % 7, &pieces);
    fuzz_require(slice_equal(buffer_slice(&whole), buffer_slice(&pieces)));
    show(stream);
    buffer_free(&whole);
    buffer_free(&pieces);
    return 0;
}
