/* Fuzz target for line/protocol: a file is read or refused with a place; an answer of a file that
 * was read matches only what it consumes, and a cut of it never matches longer. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "line/protocol.h"

static void match(const struct line_protocol *p, const struct phrase *answer,
                  struct cm_slice bytes) {
    size_t len = 0, cut_len = 0;
    struct cm_slice value = {.p = NULL};
    if (protocol_match(p, answer, bytes, &len, &value) != MATCH_WHOLE) return;
    fuzz_require(len > 0 && len <= bytes.len);
    if (value.p != NULL) fuzz_require(value.p >= bytes.p && value.p + value.len <= bytes.p + len);
    fuzz_require(protocol_match(p, answer, slice_of(bytes.p, len), &cut_len, &value) ==
                     MATCH_WHOLE &&
                 cut_len == len);
    fuzz_require(protocol_match(p, answer, slice_of(bytes.p, len - 1), &cut_len, &value) !=
                 MATCH_WHOLE);
}

/* The input is a file, a NUL, and what a printer says. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    static const char *const fields[] = {"code", NULL};
    struct line_protocol p;
    const uint8_t *zero = len == 0 ? NULL : memchr(data, 0, len);
    const size_t n = zero == NULL ? len : (size_t)(zero - data);
    const struct cm_slice said = zero == NULL ? slice_text("+") : slice_of(zero + 1, len - n - 1);
    struct cm_diag diag = DIAG_INIT;
    const cm_err err = protocol_read(&p, slice_of(data, n), "fuzz", fields, &diag);
    if (err != CM_OK) {
        fuzz_require(err == CM_E_NO_MEMORY || (diag.problem[0] != '\0' && diag.place[0] != '\0'));
        return 0;
    }
    match(&p, &p.acks[0], said);
    match(&p, &p.printed, said);
    match(&p, &p.status_answer, said);
    match(&p, &p.count_answer, said);
    protocol_wipe(&p);
    return 0;
}
