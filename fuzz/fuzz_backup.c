/* Fuzz target for the backup's framing: any bytes end in an error or in a proved end, every chunk
 * lies inside its limit, and the reader never takes more than there is. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "ledger/backup_stream.h"

static cm_err feed(void *ctx, uint8_t *out, size_t cap, size_t *n) {
    struct cm_slice *rest = ctx;
    fuzz_require(cap > 0);
    *n = rest->len < cap ? rest->len : cap;
    if (*n > 0) memcpy(out, rest->p, *n);
    *rest = slice_of(rest->p + *n, rest->len - *n);
    return CM_OK;
}

static cm_err walk(struct backup_in *in) {
    struct backup_report report;
    cm_err err = in_head(in, &report);
    for (bool more = true; err == CM_OK && more;) {
        enum backup_part kind = BACKUP_WORKSPACE;
        uint64_t number = 0, end = 0;
        struct cm_slice bytes = {.len = 1};
        err = in_part(in, &kind, &number, &end, &more);
        while (err == CM_OK && more && bytes.len > 0) {
            err = in_chunk(in, &bytes);
            fuzz_require(err != CM_OK || bytes.len <= BACKUP_CHUNK_MAX);
        }
    }
    return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    struct cm_slice rest = slice_of(data, len);
    const struct backup_feed from = {.read = feed, .ctx = &rest};
    struct backup_in in = {.feed = &from, .chunk = malloc(BACKUP_CHUNK_MAX)};
    if (in.chunk == NULL) return 0;
    const cm_err err = walk(&in);
    fuzz_require(in.len + rest.len <= len);
    fuzz_require(err != CM_OK || (rest.len == 0 && in.len == len));
    free(in.chunk);
    return 0;
}
