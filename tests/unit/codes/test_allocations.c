/* Minting, writing, reading and opening allocate nothing per code: the same count for 1,000 codes
 * as for 100,000, and that count is none. */
#include "support/allocations.h"
#include "support/cm.h"
#include "support/scheme.h"

#include <stdlib.h>

#include "codes/coder.h"
#include "codes/normalise.h"
#include "crypto/cmac.h"

#define LENGTH  12u
#define CODE_N  (LENGTH + 1u)
#define CHUNK   1000u /* no multiple of the lanes, so short arrays come up too */
#define FEW     1000u
#define MANY    100000u
#define SERIALS (1u << 20)

/* Room for one chunk, made before counting. */
struct desk {
    struct cm_coder *coder;
    struct normaliser normaliser;
    uint8_t rows[CHUNK * CODE_N], skip[CHUNK], verdicts[CHUNK];
    char texts[CHUNK * CODE_N];
    struct cm_slice typed[CHUNK];
    struct cm_opened opened[CHUNK];
};

static void desk_freep(struct desk **desk) {
    if (*desk != NULL) cm_coder_free((*desk)->coder);
    free(*desk);
}

static struct desk *desk_new(void) {
    struct desk *const desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    struct cm_scheme_numbers numbers = scheme_of(SYMBOLS_23, LENGTH, 1024, SERIALS);
    const struct cm_key root = counting_key(0);
    numbers.check = CM_CHECK_PRIME;
    numbers.filter_version = 1;
    numbers.rotation_filter = true;
    assert_ok(cm_scheme_numbers_freeze(&numbers, NULL));
    assert_ok(cm_coder_new(&desk->coder, &numbers, &root, 1));
    assert_ok(normaliser_init(&desk->normaliser, &numbers.alphabet, CODE_N, 1, NULL));
    for (size_t i = 0; i < CHUNK; i++)
        desk->typed[i] = slice_of(desk->texts + i * CODE_N, CODE_N);
    return desk;
}

static void make_and_read(struct desk *desk, size_t codes) {
    const struct cm_unit_fields batch = {.batch = 7};
    for (size_t first = 0; first < codes; first += CHUNK) {
        assert_ok(cm_coder_mint_range(desk->coder, &batch, first, CHUNK, desk->rows, desk->skip));
        cm_coder_text(desk->coder, desk->rows, CHUNK, desk->texts);
        normalise_rows(&desk->normaliser, desk->typed, CHUNK, desk->rows, CODE_N, desk->verdicts);
        assert_ok(cm_coder_open(desk->coder, desk->rows, CHUNK, desk->opened));
    }
}

static void codes_cost_no_allocation(void **state) {
    (void)state;
    CM_CLEANUP(desk_freep) struct desk *desk = desk_new();
    const uint64_t before = allocations_made();
    make_and_read(desk, FEW);
    const uint64_t after_few = allocations_made();
    make_and_read(desk, MANY);
    const uint64_t after_many = allocations_made();
    assert_int_equal(after_few - before, 0);
    assert_int_equal(after_many - after_few, 0);
    assert_int_equal(desk->opened[0].fields.serial,
                     desk->opened[0].result == CM_OPEN_OK ? MANY - CHUNK : 0);
}

/* Control: a cmac is one calloc of ours; what it takes beyond that is the crypto library's. */
static void allocations_of_shared_libraries_count_too(void **state) {
    (void)state;
    const struct cm_key key = counting_key(0);
    const uint64_t before = allocations_made();
    CM_CLEANUP(cmac_freep) struct cmac *cmac = NULL;
    assert_ok(cmac_new(&cmac, &key));
    assert_true(allocations_made() - before > 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_cost_no_allocation),
        cmocka_unit_test(allocations_of_shared_libraries_count_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
