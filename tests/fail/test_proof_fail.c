/* The n-th failure of every allocation of ours under a print proof: measured with a symbol, sheets
 * for readers of others, the page. Each is told as lack of memory, nothing is left behind, no leak
 * (the sanitizer build looks). Allocations inside cairo, FreeType, OpenSSL and libzint are not
 * reached. */
#include "support/cm.h"

#include "base/macros.h"
#include "support/starve.h"
#include "symbol/proof_page.h"

#define LEAST 5u /* allocations of one way */
#define MOST  4000u
#define EACH  40u /* at the beginning and at the end all fail in turn; between them are the same */
#define STEP  61u /* lines again and again: every 61st, a prime, so that no place is passed over */

struct made {
    struct plan_column column;
    struct proof_wish wish;
    struct payload *content;
};

static void made_init(struct made *m, const char *press, enum symbol_kind kind) {
    *m = (struct made){.column.request = PLAN_REQUEST_DEFAULTS};
    assert_ok(cm_alphabet_by_name(&m->column.request.alphabet, slice_text("default"), NULL));
    assert_ok(plan_make(&m->column.request, &m->column.plan, NULL));
    assert_ok(payload_new(PAYLOAD_PLAIN, "{code}", NULL, proof_columns, PROOF_COLUMNS_N,
                          &m->content, NULL));
    m->wish = (struct proof_wish){.name = "cola",
                                  .numbers = &m->column.plan.numbers,
                                  .plan = &m->column,
                                  .codes = 1,
                                  .seed = 1,
                                  .strength = 1,
                                  .content = m->content,
                                  .kind = kind,
                                  .symbols = 1,
                                  .font = "5x7"};
    assert_ok(press_by_name(press, &m->wish.press, NULL));
}

static cm_err measure(const struct made *m, const struct proof *unused) {
    (void)unused;
    CM_CLEANUP(proof_freep) struct proof *p = NULL;
    const cm_err err = proof_measure(&m->wish, &p, NULL);
    if (err != CM_OK) assert_null(p);
    return err;
}

static cm_err sheets(const struct made *m, const struct proof *p) {
    (void)m;
    CM_CLEANUP(buffer_free)
    struct buffer symbol = BUFFER_INIT, lines = BUFFER_INIT, texts = BUFFER_INIT;
    TRY(proof_symbol_pgm(p, 0, 2, &symbol, NULL));
    return proof_lines_pgm(p, &lines, &texts, NULL);
}

static cm_err draw(const struct made *m, const struct proof *p) {
    (void)m;
    CM_CLEANUP(pages_freep) struct pages *pages = NULL;
    CM_CLEANUP(buffer_free) struct buffer png = BUFFER_INIT;
    TRY(pages_raster(30, &pages));
    TRY(proof_page(p, pages, NULL));
    return page_dots_png(pages, &png);
}

typedef cm_err way_fn(const struct made *m, const struct proof *p);

static unsigned after(unsigned n, unsigned all) {
    return n < EACH || n + EACH >= all ? n + 1 : n + STEP;
}

static void every_failure_is_told(way_fn *way, const struct made *m, const struct proof *p) {
    starve_at(0);
    assert_ok(way(m, p));
    const unsigned all = starve_calls();
    assert_in_range(all, LEAST, MOST);
    for (unsigned n = 1; n <= all; n = after(n, all)) {
        starve_at(n);
        const cm_err err = way(m, p);
        starve_at(0);
        if (err != CM_E_NO_MEMORY) fail_msg("allocation %u of %u: %s", n, all, cm_err_name(err));
    }
}

static void a_measurement_without_memory_is_told(void **state) {
    (void)state;
    struct made m;
    made_init(&m, "cij16x10", SYMBOL_DATAMATRIX);
    every_failure_is_told(measure, &m, NULL);
    payload_free(m.content);
}

static void sheets_and_pages_without_memory_are_told(void **state) {
    (void)state;
    struct made m;
    struct proof *p = NULL;
    made_init(&m, "cij5x7", SYMBOL_CODE128);
    assert_ok(proof_measure(&m.wish, &p, NULL));
    every_failure_is_told(sheets, &m, p);
    every_failure_is_told(draw, &m, p);
    proof_free(p);
    payload_free(m.content);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_measurement_without_memory_is_told),
        cmocka_unit_test(sheets_and_pages_without_memory_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
