/* The three kinds of plan, as changes to the request for the advised one. */
#include "codes/plan_sheet.h"

#include <string.h>

#include "codes/odds.h"

/* Under 0.01 expected hits a month of flood with every planned code live: G >= 100 * 2.88e9. */
#define STRICTEST_ONE_IN ((uint64_t)ODDS_FLOOD_PER_HOUR * ODDS_HOURS_A_MONTH * 100u)

static const char *const kind_names[PLAN_KINDS_N] = {"shortest", "advised", "strictest"};

const char *plan_kind_name(enum plan_kind kind) {
    return kind < PLAN_KINDS_N ? kind_names[kind] : "unknown";
}

cm_err plan_kind_by_name(struct cm_slice name, enum plan_kind *kind) {
    for (unsigned k = 0; k < PLAN_KINDS_N; k++) {
        if (!slice_equal(name, slice_text(kind_names[k]))) continue;
        *kind = (enum plan_kind)k;
        return CM_OK;
    }
    return CM_E_NOT_FOUND;
}

static void place_all(struct plan_request *request, bool present_inline) {
    for (size_t i = 0; i < request->attribute_n; i++)
        request->attribute[i].radix.present_inline = present_inline;
    request->date.present_inline = present_inline && request->has_date;
}

static void column_make(struct plan_column *column) {
    memset(&column->plan, 0, sizeof column->plan);
    column->diag = (struct cm_diag)DIAG_INIT;
    column->err = plan_make(&column->request, &column->plan, &column->diag);
}

void plan_sheet_make(const struct plan_request *advised, struct plan_sheet *out) {
    for (size_t k = 0; k < PLAN_KINDS_N; k++)
        out->column[k].request = *advised;
    struct plan_request *shortest = &out->column[PLAN_SHORTEST].request;
    struct plan_request *strictest = &out->column[PLAN_STRICTEST].request;
    place_all(shortest, false);
    shortest->check = false;
    place_all(strictest, true);
    strictest->check = true;
    if (strictest->one_in < STRICTEST_ONE_IN) strictest->one_in = STRICTEST_ONE_IN;
    for (size_t k = 0; k < PLAN_KINDS_N; k++)
        column_make(&out->column[k]);
}
