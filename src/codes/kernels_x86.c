/* The kernels of x86-64, chosen by what the processor and the system say. See kernels.h. */
#include "codes/kernels.h"

#include <stdbool.h>

#include "base/macros.h"

/* The flags that the files of either name are compiled with (CMakeLists.txt). */
static bool has_avx512(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2") &&
           __builtin_cpu_supports("avx512ifma");
}

static bool has_avx2(void) { return __builtin_cpu_supports("avx2"); }

const struct check_lanes *kernels_check(const struct check_table *table) {
    const bool takes = table->length < CHECK_LANES_ROW_MAX && has_avx2();
    return takes ? &check_avx2 : NULL;
}

tags_fn *kernels_tags(void) { return has_avx512() ? tags_avx512 : NULL; }

text_fn *kernels_text(size_t n) {
    static text_fn *const all[] = {text_avx512, text_avx2, text_portable};
    const size_t at = n + (has_avx512() ? 0 : has_avx2() ? 1 : 2);
    return at < CM_ARRAY_N(all) ? all[at] : NULL;
}

slots_fn *kernels_slots(const struct grouping_layout *layout) {
    return layout->len <= TEXT_LANES_MAX && has_avx512() ? slots_avx512 : NULL;
}

read_fn *kernels_read(const struct normaliser *normaliser) {
    return normaliser->code_n <= TEXT_LANES_MAX && has_avx512() ? read_avx512 : NULL;
}

turn_fn *kernels_turn(size_t row_n) {
    return row_n <= TEXT_LANES_MAX && has_avx512() ? turn_avx512 : NULL;
}
