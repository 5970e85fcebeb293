/* Fuzz target for codes/scheme_json: what is read as a scheme passes its own check, is written, and
 * is read again to the same bytes; what is refused names a problem. */
#include "fuzz/fuzz.h"

#include "codes/scheme_json.h"

static void write_and_read_again(const struct scheme *scheme) {
    struct buffer first = BUFFER_INIT, second = BUFFER_INIT;
    struct scheme again;
    scheme_init(&again);
    fuzz_require(scheme_check(scheme, NULL) == CM_OK);
    fuzz_require(scheme_json_write(scheme, &first) == CM_OK);
    fuzz_require(
        scheme_json_read(&again, buffer_slice(&first), "again", SCHEME_JSON_FROZEN, NULL) == CM_OK);
    fuzz_require(scheme_json_write(&again, &second) == CM_OK);
    fuzz_require(slice_equal(buffer_slice(&first), buffer_slice(&second)));
    scheme_wipe(&again);
    buffer_free(&first);
    buffer_free(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    struct scheme scheme;
    struct cm_diag diag = DIAG_INIT;
    scheme_init(&scheme);
    const cm_err err =
        scheme_json_read(&scheme, slice_of(data, len), "fuzz", SCHEME_JSON_DRAFT, &diag);
    if (err == CM_OK)
        write_and_read_again(&scheme);
    else
        fuzz_require(err == CM_E_NO_MEMORY || diag.problem[0] != '\0');
    scheme_wipe(&scheme);
    return 0;
}
