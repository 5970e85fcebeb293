/* Where no kernel is built: the portable loops serve everything. See kernels.h. */
#include "codes/kernels.h"

const struct check_lanes *kernels_check(const struct check_table *table) {
    (void)table;
    return NULL;
}

tags_fn *kernels_tags(void) { return NULL; }

text_fn *kernels_text(size_t n) { return n == 0 ? text_portable : NULL; }

slots_fn *kernels_slots(const struct grouping_layout *layout) {
    (void)layout;
    return NULL;
}

read_fn *kernels_read(const struct normaliser *normaliser) {
    (void)normaliser;
    return NULL;
}

turn_fn *kernels_turn(size_t row_n) {
    (void)row_n;
    return NULL;
}
