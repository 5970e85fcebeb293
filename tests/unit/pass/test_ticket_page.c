/* Tickets on paper. That a camera reads the printed code as the very ticket is shown with
 * pdftoppm and ZXingReader in tests/system/cli/tickets_sync.sh. */
#include "support/cm.h"

#include <string.h>

#include "crypto/secret.h"
#include "pass/ticket_page.h"

static const struct cm_key seed = {{0x21}};

static struct buffer ticket_for(const char *seat) {
    struct ticket_claims c = {.iss = "ACME",
                              .exp_unix_s = 4000000000,
                              .iat_unix_s = 1790000000,
                              .cti = {1, 2, 3, 4, 5, 6, 7, 8},
                              .flags = TICKET_SINGLE,
                              .event = "Gala 2027",
                              .title = "Gala",
                              .currency = "EUR",
                              .value = 2500};
    struct buffer text = BUFFER_INIT;
    memcpy(c.seat, seat, strlen(seat) + 1);
    assert_ok(ticket_make(&seed, &c, &text));
    return text;
}

static cm_err draw(const struct ticket_look *look, struct cm_slice text, double *ink,
                   struct cm_diag *diag) {
    CM_CLEANUP(pages_freep) struct pages *pages = NULL;
    TRY(pages_raster(100, &pages));
    TRY(ticket_page_draw(pages, look, text, "1", diag));
    const struct page_dots dots = page_dots_of(pages);
    size_t dark = 0;
    for (size_t i = 0; i < dots.width * dots.height; i++)
        dark += dots.grey[i] < 128;
    *ink = (double)dark / (double)(dots.width * dots.height);
    return CM_OK;
}

static void a_ticket_is_drawn_on_every_page_that_is_known(void **state) {
    (void)state;
    static const char *const pages[] = {"a4", "a5", "a6", "80mm", "58mm", "100x150"};
    struct buffer text = ticket_for("A 1");
    for (size_t i = 0; i < CM_ARRAY_N(pages); i++) {
        struct ticket_look look = {.level = 'M', .small = "No refunds."};
        struct cm_diag diag = DIAG_INIT;
        double ink = 0;
        assert_ok(ticket_look_page(pages[i], &look, &diag));
        const cm_err err = draw(&look, buffer_slice(&text), &ink, &diag);
        if (err != CM_OK) fail_msg("%s: %s: %s", pages[i], cm_err_name(err), diag.problem);
        assert_true(ink > 0.02 && ink < 0.5); /* half of the code's modules are dark */
    }
    buffer_free(&text);
}

static void a_page_too_small_for_the_code_says_what_would_do(void **state) {
    (void)state;
    struct buffer text = ticket_for("A 1");
    struct ticket_look look = {.level = 'Q'};
    struct cm_diag diag = DIAG_INIT;
    double ink = 0;
    assert_ok(ticket_look_page("60x60", &look, NULL));
    assert_err(CM_E_LIMIT, draw(&look, buffer_slice(&text), &ink, &diag));
    assert_non_null(strstr(diag.problem, "at least 0.35 mm"));
    assert_non_null(strstr(diag.remedy, "--level M"));
    buffer_free(&text);
}

static void other_texts_and_pages_are_refused(void **state) {
    (void)state;
    static const char *const pages[] = {"", "a7", "80", "10x10", "100x", "100x100x", "1e9x100"};
    struct ticket_look look = {.level = 'M'};
    struct cm_diag diag = DIAG_INIT;
    double ink = 0;
    for (size_t i = 0; i < CM_ARRAY_N(pages); i++)
        assert_err(CM_E_ARGUMENT, ticket_look_page(pages[i], &look, NULL));
    assert_ok(ticket_look_page("a6", &look, NULL));
    assert_err(CM_E_FORMAT, draw(&look, slice_text("CM1:SECRET"), &ink, &diag));
    assert_null(strstr(diag.problem, "SECRET")); /* a ticket's text is in no error */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ticket_is_drawn_on_every_page_that_is_known),
        cmocka_unit_test(a_page_too_small_for_the_code_says_what_would_do),
        cmocka_unit_test(other_texts_and_pages_are_refused),
    };
    if (crypto_init() != CM_OK) return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
