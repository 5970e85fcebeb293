/* Memory of payloads: each failing allocation is told and leaves nothing behind, and filling a row
 * allocates nothing once the buffer is large enough. Counted by wrapping malloc, calloc, realloc.
 */
#include "support/cm.h"

#include "support/starve.h"
#include "symbol/payload.h"

static const char *const columns[] = {"code", "gtin", "date"};

static cm_err make_and_fill(struct buffer *out, struct payload **p) {
    const struct cm_slice cells[] = {slice_text("7NQ4K2"), slice_text("9506000134352"),
                                     slice_text("2027-12-31")};
    if (*p == NULL)
        TRY(payload_new(PAYLOAD_LINK, "(01){gtin}(21){code}(17){date}", "https://id.example.com",
                        columns, 3, p, NULL));
    return payload_fill(*p, cells, out, NULL);
}

static void each_failing_allocation_is_told(void **state) {
    (void)state;
    unsigned failed = 0;
    for (unsigned n = 1;; n++) {
        struct buffer out = BUFFER_INIT;
        struct payload *p = NULL;
        starve_at(n);
        const cm_err err = make_and_fill(&out, &p);
        const unsigned made = starve_calls();
        starve_at(0);
        payload_free(p);
        buffer_free(&out);
        if (made < n) {
            assert_ok(err);
            break;
        }
        failed++;
        assert_err(CM_E_NO_MEMORY, err);
    }
    assert_true(failed >= 2); /* the payload, and the buffer */
}

static void a_row_allocates_nothing_once_there_is_room(void **state) {
    (void)state;
    struct buffer out = BUFFER_INIT;
    struct payload *p = NULL;
    assert_ok(make_and_fill(&out, &p));
    starve_at(0);
    for (unsigned i = 0; i < 1000; i++) {
        buffer_clear(&out);
        assert_ok(make_and_fill(&out, &p));
    }
    assert_int_equal(starve_calls(), 0);
    payload_free(p);
    buffer_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_failing_allocation_is_told),
        cmocka_unit_test(a_row_allocates_nothing_once_there_is_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
