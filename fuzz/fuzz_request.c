/* Bodies of HTTP requests. The first byte chooses the route; the rest is tried as a body and as an
 * Idempotency-Key header. What the scanner takes, the parser must take with the same result. */
#include <string.h>

#include "base/bytes.h"
#include "base/macros.h"
#include "edge/request_scan.h"
#include "fuzz/fuzz.h"

#define HEADER_CAP 512u

static void try_header(const uint8_t *data, size_t len) {
    char header[HEADER_CAP], key[CM_KEY_TEXT_MAX];
    size_t key_len = 0;
    if (len >= sizeof header) return;
    if (len > 0) memcpy(header, data, len);
    header[len] = '\0';
    const cm_err err = idempotency_key_read(header, key, &key_len);
    fuzz_require((err == CM_OK) == (key_len > 0) && key_len <= sizeof key);
}

static void try_both_readers(enum route route, struct cm_slice body) {
    CM_CLEANUP(request_wipe) struct request fast = REQUEST_INIT, full = REQUEST_INIT;
    if (!request_scan(route, body, &fast)) return;
    fuzz_require(request_parse(route, body, &full, NULL) == CM_OK);
    fuzz_require(fast.n == full.n && fast.single == full.single &&
                 slice_equal(fast.door, full.door));
    for (size_t i = 0; i < fast.n; i++) {
        const struct cm_request *a = &fast.items[i], *b = &full.items[i];
        fuzz_require(a->operation == b->operation && a->hold_ms == b->hold_ms);
        fuzz_require(slice_equal(a->code, b->code) && slice_equal(a->pin, b->pin) &&
                     slice_equal(a->redeemer, b->redeemer));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    if (len == 0) return 0;
    const enum route route = (enum route)(data[0] % (ROUTE_ISSUE + 1));
    CM_CLEANUP(request_wipe) struct request r = REQUEST_INIT;
    try_header(data + 1, len - 1);
    try_both_readers(route, slice_of(data + 1, len - 1));
    if (request_read(route, (struct cm_slice){data + 1, len - 1}, &r, NULL) != CM_OK) return 0;
    fuzz_require(route == ROUTE_ISSUE ? r.count >= 1 && r.batch.len > 0
                                      : r.n >= 1 && r.n <= CM_REQUESTS_MAX);
    for (size_t i = 0; i < r.n; i++)
        fuzz_require(r.items[i].redeemer.len <= CM_REDEEMER_MAX);
    for (size_t i = 0; r.asked && i < r.n; i++)
        fuzz_require(r.asks[i].amount <= CM_AMOUNT_MAX && r.asks[i].currency[3] == '\0' &&
                     (unsigned)r.asks[i].reason < CM_REASON_N);
    return 0;
}
