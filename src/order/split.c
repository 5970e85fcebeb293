/* Sizes of files: see split.h. */
#include "order/split.h"

#include <stddef.h>

#include "base/macros.h"

static uint64_t ceil_div(uint64_t a, uint64_t b) { return a / b + (a % b != 0); }

/* What is never cut: a carton, which holds whole sets, or a set. */
static uint64_t piece(const struct split_ask *a) {
    return a->per_carton > 0 ? a->per_carton : a->items;
}

static cm_err check(const struct split_ask *a, struct cm_diag *diag) {
    if (a->records == 0 || a->items == 0) return CM_E_ARGUMENT;
    if (a->per_file > 0 && a->shards > 0)
        return diag_fail(diag, CM_E_ARGUMENT, "--shards", NULL, "leave one out",
                         "--per-file and --shards both say where files end");
    if (a->per_carton % a->items != 0)
        return diag_fail(diag, CM_E_ARGUMENT, "--carton", NULL, "take a multiple of the set",
                         "%u records cut a set of %u", a->per_carton, a->items);
    if (a->per_file % piece(a) != 0)
        return diag_fail(diag, CM_E_ARGUMENT, "--per-file", NULL, "take a multiple of it",
                         "%llu records cut a carton or set of %llu",
                         (unsigned long long)a->per_file, (unsigned long long)piece(a));
    return CM_OK;
}

cm_err split_make(const struct split_ask *a, struct split *out, struct cm_diag *diag) {
    TRY(check(a, diag));
    uint64_t per_file = a->per_file > 0 ? a->per_file : a->records;
    if (a->shards > 0) per_file = ceil_div(ceil_div(a->records, piece(a)), a->shards) * piece(a);
    if (per_file > a->records) per_file = a->records;
    const uint64_t files = ceil_div(a->records, per_file);
    if (a->shards > 0 && files != a->shards)
        return diag_fail(diag, CM_E_ARGUMENT, "--shards", NULL, "ask for fewer",
                         "%llu records do not fill %u files", (unsigned long long)a->records,
                         a->shards);
    if (files > SPLIT_FILES_MAX)
        return diag_fail(diag, CM_E_LIMIT, "--per-file", NULL, "put more records in each",
                         "%llu files, at most %u", (unsigned long long)files, SPLIT_FILES_MAX);
    *out = (struct split){.records = a->records, .per_file = per_file, .files = (uint32_t)files};
    return CM_OK;
}

struct split_file split_at(const struct split *s, uint32_t i) {
    const uint64_t before = i * s->per_file, left = s->records - before;
    return (struct split_file){.first = before + 1,
                               .records = left < s->per_file ? left : s->per_file};
}
