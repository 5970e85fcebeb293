/* Reading PLAN.csv. GTINs below carry check digits computed by hand with weights 3 and 1; 952 is
 * GS1's prefix for demonstrations. */
#include "support/cm.h"

#include <stdlib.h>
#include <string.h>

#include "codes/filter.h"
#include "codes/plan_csv.h"

#define HEADER "gtin,sku,product,flavour,line,date,quantity\n"
#define ROW_1  "9521234000105,A1,Cola can,cola,L1,2026-11-23,120000\n"

static const struct plan_csv_options any = {.flavours = NULL};

static cm_err read(struct production *p, const char *text, struct cm_diag *diag) {
    production_init(p);
    return plan_csv_read(p, slice_text(text), "plan.csv", &any, diag);
}

static void a_plan_is_read_and_its_fields_inferred(void **state) {
    (void)state;
    CM_CLEANUP(production_wipe) struct production p;
    assert_ok(
        read(&p, HEADER ROW_1 "9521234000174,B2,Lime can,lime,L1,2026-12-01,50\n" ROW_1, NULL));
    assert_int_equal(p.row_n, 3);
    assert_int_equal(p.total, 240050);
    assert_int_equal(p.attribute_n, 3);
    assert_string_equal(p.attribute_name[0], "sku");
    assert_int_equal(p.values[0].n, 2);
    assert_int_equal(p.rows[1].value[0], 1);
    assert_string_equal(p.items[1].gtin, "9521234000174");
    assert_string_equal(p.items[0].product, "Cola can");

    struct plan_request request = PLAN_REQUEST_DEFAULTS;
    const struct production_room room = PRODUCTION_ROOM_DEFAULTS;
    assert_ok(production_infer(&p, &room, &request, NULL));
    assert_int_equal(request.volume, 960200);  /* 4 * 240050 */
    assert_int_equal(request.serials, 524288); /* 2 * 120000 * 1.125 + 64 = 270064 */
    assert_int_equal(request.batches, 1024);   /* the least */
    assert_int_equal(request.attribute[0].radix.cardinality, 16);
    assert_int_equal(request.epoch_day, 20454); /* 2026-01-01 */
    assert_int_equal(request.date.cardinality, 3653);
}

static void columns_may_stand_in_any_order_and_extras_become_attributes(void **state) {
    (void)state;
    CM_CLEANUP(production_wipe) struct production p;
    assert_ok(read(&p, "\xEF\xBB\xBFQuantity;Cap Colour;GTIN\r\n 10 ;red;9521234000105\r\n", NULL));
    assert_int_equal(p.attribute_n, 2);
    assert_string_equal(p.attribute_name[0], "sku");
    assert_string_equal(p.attribute_name[1], "cap_colour");
    assert_true(slice_equal(values_at(&p.values[0], 0), slice_text("9521234000105")));
    assert_false(p.has_date);
    assert_int_equal(p.flavour_column, PRODUCTION_NO_COLUMN);
}

static void what_is_wrong_in_a_row_is_named_with_line_column_and_remedy(void **state) {
    (void)state;
    static const struct {
        const char *text;
        cm_err err;
        const char *place, *problem, *remedy;
    } bad[] = {
        {HEADER "9521234000104,A1,P,f,L,2026-11-23,1\n", CM_E_FORMAT, "line 2, column gtin",
         "the check digit of 9521234000104 is 4, should be 5", "write 9521234000105"},
        {HEADER "952123400010,A1,P,f,L,2026-11-23,1\n", CM_E_FORMAT, "line 2, column gtin",
         "check digit", "write"},
        {HEADER "95212340001,A1,P,f,L,2026-11-23,1\n", CM_E_RANGE, "line 2, column gtin",
         "11 digits", "lost zeros"},
        {HEADER ROW_1 "9521234000105,A1,Cola can,lime,L1,2026-11-23,1\n", CM_E_CONFLICT,
         "line 3, column flavour", "says 'cola'", "one flavour"},
        {HEADER ROW_1 "9521234000105,A1,Lime can,cola,L1,2026-11-23,1\n", CM_E_CONFLICT,
         "line 3, column product", "says 'Cola can'", "one name"},
        {HEADER ROW_1 "9521234000174,A1,Cola can,cola,L1,2026-11-23,1\n", CM_E_CONFLICT,
         "line 3, column gtin", "has 9521234000105", "one GTIN"},
        {HEADER ROW_1 "9521234000105,B2,Cola can,cola,L1,2026-11-23,1\n", CM_E_CONFLICT,
         "line 3, column gtin", "another SKU", "own GTIN"},
        {HEADER "9521234000105,A1,P,f,L,23.11.2026,1\n", CM_E_FORMAT, "line 2, column date",
         "not a date", "2026-01-31"},
        {HEADER "9521234000105,A1,P,f,L,2026-11-23,0\n", CM_E_RANGE, "line 2, column quantity", "",
         "digits only"},
        {HEADER "9521234000105,A1,P,f,L,2026-11-23,1.000\n", CM_E_FORMAT, "line 2, column quantity",
         "not a whole number", "digits only"},
        {HEADER "9521234000105,A1,P,f,L,2026-11-23,99999999999999\n", CM_E_RANGE,
         "line 2, column quantity", "", ""},
        {HEADER "9521234000105,A1,P,,L,2026-11-23,1\n", CM_E_FORMAT, "line 2, column flavour",
         "empty", "every row"},
        {HEADER "9521234000105,A1,P,f,2026-11-23,1\n", CM_E_FORMAT, "line 2, column 6",
         "6 fields, the header has 7", "columns"},
        {HEADER, CM_E_FORMAT, "line", "no rows", "add a row"},
        {"", CM_E_FORMAT, "line", "empty", "column names"},
        {"sku,quantity,sku\n", CM_E_FORMAT, "line 1, column sku", "twice", "remove"},
        {"sku,quantity,col,col\n", CM_E_FORMAT, "line 1, column col", "twice", "remove"},
        {"sku,quantity,\n", CM_E_FORMAT, "line 1, column 3", "no fit name", "name every"},
        {"sku,quantity,batch\n", CM_E_FORMAT, "line 1, column 3", "'batch'", "rename"},
        {"sku,quantity,a,b,c,d,e,f,g,h\n", CM_E_LIMIT, "line 1", "at most 8", "leave"},
        {"sku,flavour\n", CM_E_FORMAT, "line 1", "quantity is missing", "add a column"},
        {"flavour,quantity\n", CM_E_FORMAT, "line 1", "tells the products apart", "sku or gtin"},
    };
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        struct production p;
        struct cm_diag diag = DIAG_INIT;
        const cm_err err = read(&p, bad[i].text, &diag);
        if (err != bad[i].err) fail_msg("%zu: %s, %s", i, cm_err_name(err), diag.problem);
        assert_int_equal(p.row_n, 0);
        assert_string_equal(diag.input, "plan.csv");
        if (strstr(diag.place, bad[i].place) == NULL) fail_msg("%zu: %s", i, diag.place);
        if (strstr(diag.problem, bad[i].problem) == NULL) fail_msg("%zu: %s", i, diag.problem);
        if (strstr(diag.remedy, bad[i].remedy) == NULL) fail_msg("%zu: %s", i, diag.remedy);
    }
}

static void a_flavour_outside_the_given_list_is_refused(void **state) {
    (void)state;
    CM_CLEANUP(values_free) struct values flavours = VALUES_INIT;
    uint32_t index = 0;
    assert_ok(values_append(&flavours, slice_text("lime"), &index));
    const struct plan_csv_options options = {.flavours = &flavours};
    struct cm_diag diag = DIAG_INIT;
    struct production p;
    production_init(&p);
    assert_err(CM_E_NOT_FOUND,
               plan_csv_read(&p, slice_text(HEADER ROW_1), "plan.csv", &options, &diag));
    assert_string_equal(diag.place, "line 2, column flavour");
    assert_string_equal(diag.problem, "unknown flavour 'cola'");
}

static void dates_and_quantities_must_fit_the_scheme(void **state) {
    (void)state;
    CM_CLEANUP(production_wipe) struct production p;
    assert_ok(read(&p, HEADER ROW_1 "9521234000105,A1,Cola can,cola,L1,2036-12-31,7\n", NULL));
    struct plan_request request = PLAN_REQUEST_DEFAULTS;
    struct production_room room = PRODUCTION_ROOM_DEFAULTS;
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_RANGE, production_infer(&p, &room, &request, &diag));
    assert_string_equal(diag.place, "line 3, column date");
    assert_string_equal(diag.problem, /* 3,653 days from 2026-01-01, three of them leap days */
                        "2036-12-31 lies outside the scheme's dates, 2026-01-01 to 2036-01-01");
    room.days = 4100;
    room.serials = 100000;
    diag = (struct cm_diag)DIAG_INIT;
    assert_err(CM_E_RANGE, production_infer(&p, &room, &request, &diag));
    assert_string_equal(diag.place, "line 2, column quantity");
    assert_string_equal(diag.problem, "120000 units and room for skipped ones need 135064 serials, "
                                      "a batch has 100000");
    assert_int_equal(request.volume, 1000000); /* untouched */
}

static void the_example_of_the_documentation_is_a_million_units(void **state) {
    (void)state;
    static char text[8192];
    FILE *file = fopen(CM_SOURCE_DIR "/docs/examples/plan.csv", "rb");
    assert_non_null(file);
    const size_t len = fread(text, 1, sizeof text, file);
    (void)fclose(file);
    CM_CLEANUP(production_wipe) struct production p;
    production_init(&p);
    assert_ok(plan_csv_read(&p, slice_of(text, len), "plan.csv", &any, NULL));
    assert_int_equal(p.total, 1000000);
    assert_true(p.values[0].n >= 12);
    for (uint32_t i = 0; i < p.values[0].n; i++)
        assert_memory_equal(p.items[i].gtin, "952", 3);
}

/* The serial room keeps 12.5 % for codes that the filter skips: enough up to a share of 1/9. */
static void the_serial_room_holds_what_the_filter_of_any_technology_skips(void **state) {
    (void)state;
    for (size_t t = 0; technology_at(t) != NULL; t++) {
        const struct technology *technology = technology_at(t);
        CM_CLEANUP(filter_freep) struct filter *filter = NULL;
        struct cm_alphabet alphabet;
        assert_ok(cm_alphabet_by_name(&alphabet, slice_text(technology->alphabet), NULL));
        const struct filter_options options = {.code_n = technology->length_max,
                                               .version = FILTER_VERSION,
                                               .rotation = technology->rotates};
        assert_ok(filter_new(&filter, &alphabet, &options, NULL));
        if (filter_share(filter) >= 1.0 / 9.0)
            fail_msg("%s: share %f", technology->name, filter_share(filter));
    }
}

static void many_products_are_read_whole(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    buffer_text(&text, "gtin,sku,quantity\n");
    for (unsigned i = 0; i < 2000; i++) {
        char digits[13], check = 0;
        (void)snprintf(digits, sizeof digits, "952%09u", i);
        assert_ok(gtin_check_digit(slice_text(digits), &check));
        buffer_printf(&text, "%s%c,S%u,%u\n", digits, check, i, i + 1);
    }
    CM_CLEANUP(production_wipe) struct production p;
    production_init(&p);
    assert_ok(plan_csv_read(&p, buffer_slice(&text), "plan.csv", &any, NULL));
    assert_int_equal(p.values[0].n, 2000);
    assert_int_equal(p.total, 2001000);
    assert_memory_equal(p.items[1999].gtin, "952000001999", 12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_is_read_and_its_fields_inferred),
        cmocka_unit_test(columns_may_stand_in_any_order_and_extras_become_attributes),
        cmocka_unit_test(what_is_wrong_in_a_row_is_named_with_line_column_and_remedy),
        cmocka_unit_test(a_flavour_outside_the_given_list_is_refused),
        cmocka_unit_test(dates_and_quantities_must_fit_the_scheme),
        cmocka_unit_test(the_example_of_the_documentation_is_a_million_units),
        cmocka_unit_test(the_serial_room_holds_what_the_filter_of_any_technology_skips),
        cmocka_unit_test(many_products_are_read_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
