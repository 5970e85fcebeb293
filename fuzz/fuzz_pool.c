/* Fuzz target for cards/pool_json: what is refused says why; what is taken is written as a
 * document that reads as the same pool and is written as the same bytes. */
#include "fuzz/fuzz.h"

#include "base/macros.h"
#include "cards/pool.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    struct cm_diag diag = DIAG_INIT;
    CM_CLEANUP(pool_clear) struct pool pool = POOL_INIT;
    const cm_err err = pool_read(slice_of(data, len), "pool", &pool, &diag);
    if (err != CM_OK) {
        fuzz_require(err == CM_E_NO_MEMORY || diag.problem[0] != '\0');
        return 0;
    }
    CM_CLEANUP(buffer_free) struct buffer first = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer second = BUFFER_INIT;
    CM_CLEANUP(pool_clear) struct pool again = POOL_INIT;
    pool_write(&pool, &first);
    fuzz_require(pool_read(buffer_slice(&first), "written", &again, NULL) == CM_OK);
    pool_write(&again, &second);
    fuzz_require(slice_equal(buffer_slice(&first), buffer_slice(&second)));
    return 0;
}
