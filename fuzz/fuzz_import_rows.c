/* Fuzz target for the rows of an import as the vault takes them: any bytes are rows or an error,
 * counts add up, offences are in the order of their lines, and nothing stands in the workspace. */
#include "fuzz/fuzz.h"

#include "support/cm.h"
#include "support/world.h"
#include "vault/import_job.h"

static struct world world;

static void end(void) { world_remove(&world); }

static struct world *world_of(void) {
    if (world.engine == NULL) {
        world_make(&world, 12, 100000);
        world_document(&world, DOCUMENT_BRAND, 1, slice_text("{\"name\":\"house\"}"));
        fuzz_require(atexit(end) == 0);
    }
    return &world;
}

static void check_counts(const struct import_job *j) {
    const struct import_counts *c = import_job_counts(j);
    const struct import_offence *o = NULL;
    const size_t n = import_job_offences(j, &o);
    uint64_t sum = 0;
    for (size_t k = 0; k < IMPORT_OFFENCE_N; k++)
        sum += c->by[k];
    fuzz_require(sum == import_job_offended(j));
    fuzz_require(n <= IMPORT_OFFENCES_MAX && n <= sum);
    fuzz_require(c->good + c->left_out <= c->rows);
    for (size_t i = 1; i < n; i++)
        fuzz_require(o[i - 1].line <= o[i].line);
}

static void one(enum legacy_kind kind, struct cm_slice rows) {
    struct world *w = world_of();
    const struct import_place place = {
        .engine = w->engine, .keystore = w->keystore, .workspace = w->dir};
    struct import_options options = {
        .kind = kind,
        .name = "fuzz",
        .brand_name = "house",
        .brand = 1,
        .test = true,
        .life = {.on = kind == LEGACY_CARDS, .currency = "EUR", .balance_max = 1000}};
    struct import_job *j = NULL;
    struct cm_diag diag = DIAG_INIT;
    legacy_rule_init(&options.rule);
    fuzz_require(import_job_new(&j, &place, &options, &diag) == CM_OK);
    const cm_err err = import_job_rows(j, rows, &diag);
    fuzz_require(err == CM_OK || err == CM_E_FORMAT);
    while (err == CM_OK && import_job_phase(j) != IMPORT_CHECKED)
        fuzz_require(import_job_check(j, &diag) == CM_OK);
    if (err == CM_OK) check_counts(j);
    import_job_free(j);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    if (len == 0) return 0;
    one((enum legacy_kind)(data[0] % 2), slice_of(data + 1, len - 1)); /* codes, cards */
    return 0;
}
