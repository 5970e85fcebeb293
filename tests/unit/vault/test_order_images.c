/* Which kinds of symbols can say an order's codes is known before a unit is spent. What is drawn is
 * read back in tests/system/cli/orders_images.sh. */
#include "vault/order_images.h"

#include <string.h>

#include "support/cm.h"

static void a_kind_is_judged_by_a_text_as_the_codes_will_be(void **state) {
    (void)state;
    assert_ok(order_images_check("qr", "", slice_text("234679BCDFGH"), NULL));
    assert_ok(order_images_check("datamatrix", "https://x.example/{code}?a=1",
                                 slice_text("234679BCDFGH"), NULL));
}

static void kinds_that_cannot_say_it_are_refused(void **state) {
    (void)state;
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_FORMAT, order_images_check("ean13", "", slice_text("234679BCDFGH"), &diag));
    assert_err(CM_E_ARGUMENT, order_images_check("gs1-qr", "", slice_text("1"), NULL));
    assert_err(CM_E_ARGUMENT, order_images_check("qrr", "", slice_text("1"), NULL));
    assert_err(CM_E_ARGUMENT, order_images_check("", "", slice_text("1"), NULL));
    /* the code alone fits a Micro QR (35 digits: ISO/IEC 18004, table 7), its address does not */
    assert_ok(order_images_check("micro-qr", "", slice_text("123456789012"), NULL));
    assert_err(CM_E_LIMIT, order_images_check("micro-qr", "https://a-long-address.example/{code}",
                                              slice_text("123456789012"), NULL));
}

static void records_need_what_is_drawn_and_its_name(void **state) {
    (void)state;
    struct order o = ORDER_INIT;
    assert_int_equal(order_images_values(&o), 1u << RECORD_CODE | 1u << RECORD_IMAGE);
    (void)snprintf(o.options.url, sizeof o.options.url, "https://x.example/{code}");
    assert_int_equal(order_images_values(&o),
                     1u << RECORD_CODE | 1u << RECORD_IMAGE | 1u << RECORD_URL);
    order_wipe(&o);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kind_is_judged_by_a_text_as_the_codes_will_be),
        cmocka_unit_test(kinds_that_cannot_say_it_are_refused),
        cmocka_unit_test(records_need_what_is_drawn_and_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
