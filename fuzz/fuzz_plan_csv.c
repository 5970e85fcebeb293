/* Fuzz target for codes/plan_csv and production: a plan that is read adds up, its plans fit their
 * promises, and what is refused names a problem. */
#include "fuzz/fuzz.h"

#include "codes/odds.h"
#include "codes/plan_csv.h"
#include "codes/plan_sheet.h"

static void plan_from(const struct production *p) {
    static struct plan_sheet sheet; /* large; one thread */
    static const struct production_room room = PRODUCTION_ROOM_DEFAULTS;
    struct plan_request request = PLAN_REQUEST_DEFAULTS;
    fuzz_require(plan_use_technology(&request, technology_at(0), NULL) == CM_OK);
    struct cm_diag diag = DIAG_INIT;
    if (production_infer(p, &room, &request, &diag) != CM_OK) {
        fuzz_require(diag.problem[0] != '\0');
        return;
    }
    plan_sheet_make(&request, &sheet);
    for (size_t k = 0; k < PLAN_KINDS_N; k++) {
        const struct plan_column *c = &sheet.column[k];
        if (c->err != CM_OK) {
            fuzz_require(c->diag.problem[0] != '\0' && c->diag.remedy[0] != '\0');
            continue;
        }
        fuzz_require(c->plan.space >= (cm_u128)c->plan.volume * c->plan.one_in);
        fuzz_require(c->plan.tag_modulus >= ODDS_TAG_LEAST);
        fuzz_require(c->plan.printed <= c->request.length_max);
    }
    struct buffer out = BUFFER_INIT;
    fuzz_require(plan_table_text(&sheet, PLAN_SHORTEST, PLAN_STRICTEST, &out) == CM_OK);
    buffer_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    static const struct plan_csv_options any = {.flavours = NULL};
    struct production p;
    struct cm_diag diag = DIAG_INIT;
    production_init(&p);
    const cm_err err = plan_csv_read(&p, slice_of(data, len), "fuzz", &any, &diag);
    if (err != CM_OK) {
        fuzz_require(err == CM_E_NO_MEMORY || diag.problem[0] != '\0');
        return 0;
    }
    uint64_t total = 0;
    for (uint32_t i = 0; i < p.row_n; i++) {
        total += p.rows[i].quantity;
        for (uint8_t a = 0; a < p.attribute_n; a++)
            fuzz_require(p.rows[i].value[a] < p.values[a].n);
    }
    fuzz_require(total == p.total && p.row_n > 0);
    plan_from(&p);
    production_wipe(&p);
    return 0;
}
