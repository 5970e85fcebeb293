/* Three plans side by side, from the example of the documentation. S, C, T, odds, costs and hits in
 * the expected texts were computed apart with node's BigInt from the two conditions of the planner;
 * the table printed in docs/design/plan.md and the file docs/examples/scheme.json are compared too,
 * so that they cannot rot. */
#include "support/cm.h"

#include <string.h>

#include "codes/plan_csv.h"
#include "codes/plan_sheet.h"
#include "codes/scheme_json.h"
#include "doc/json.h"

static struct production production;
static struct plan_sheet sheet;

static void file_read(const char *path, struct buffer *out) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) fail_msg("cannot open %s", path);
    uint8_t *to = buffer_reserve(out, 1u << 16);
    assert_non_null(to);
    out->len = fread(to, 1, 1u << 16, file);
    (void)fclose(file);
}

static int sheet_setup(void **state) {
    (void)state;
    static const struct plan_csv_options any = {.flavours = NULL};
    static const struct production_room room = PRODUCTION_ROOM_DEFAULTS;
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    struct plan_request request = PLAN_REQUEST_DEFAULTS;
    file_read(CM_SOURCE_DIR "/docs/examples/plan.csv", &text);
    production_init(&production);
    assert_ok(plan_csv_read(&production, buffer_slice(&text), "plan.csv", &any, NULL));
    assert_ok(plan_use_technology(&request, technology_at(0), NULL));
    assert_ok(production_infer(&production, &room, &request, NULL));
    plan_sheet_make(&request, &sheet);
    return 0;
}

static int sheet_teardown(void **state) {
    (void)state;
    production_wipe(&production);
    return 0;
}

static void the_table_shows_three_plans_and_stands_in_the_documentation(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer manual = BUFFER_INIT;
    assert_ok(plan_table_text(&sheet, PLAN_SHORTEST, PLAN_STRICTEST, &out));
    const char *text = buffer_cstr(&out);
    assert_non_null(strstr(text, "6,132,610,415,680,998,648,961")); /* 23n ** 16n */
    assert_non_null(strstr(text, "64,264,255,620,251,648"));        /* C of strictest */
    assert_non_null(strstr(text, " 95,428\n"));                     /* T of strictest */
    assert_non_null(strstr(text, "one in 5,478,656,108 "));
    file_read(CM_SOURCE_DIR "/docs/design/plan.md", &manual);
    assert_non_null(strstr(buffer_cstr(&manual), text));
}

static uint64_t number_at(struct json_value plan, const char *key) {
    uint64_t v = 0;
    assert_ok(json_u64(json_get(plan, key), 0, INT64_MAX, &v));
    return v;
}

static void text_at(struct json_value object, const char *key, const char *expected) {
    struct cm_slice text;
    assert_ok(json_text(json_get(object, key), 0, 100, &text));
    assert_true(slice_equal(text, slice_text(expected)));
}

static void the_record_for_programs_says_the_same(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    assert_ok(plan_table_json(&sheet, PLAN_SHORTEST, PLAN_STRICTEST, &out));
    assert_ok(json_doc_new(&doc, buffer_slice(&out), "record", &JSON_LIMITS_DEFAULT, NULL));
    const struct json_value advised = json_get(json_root(doc), "advised");
    const struct json_value strictest = json_get(json_root(doc), "strictest");
    assert_int_equal(number_at(json_get(json_root(doc), "shortest"), "printed"), 12);
    assert_int_equal(number_at(advised, "printed"), 13);
    text_at(advised, "S", "21914624432020321");
    text_at(advised, "T", "40819168");
    text_at(json_at(json_get(advised, "attacks"), 1), "hits_in_30_days", "0.0013141908997499946");
    assert_int_equal(number_at(strictest, "length"), 16);
    text_at(strictest, "C", "64264255620251648");
    text_at(strictest, "most_live", "21293786165");
    assert_int_equal(number_at(json_at(json_get(strictest, "fields"), 3), "characters_inline"), 2);
    text_at(json_at(json_get(strictest, "fields"), 3), "place", "inline");
}

static void a_plan_that_cannot_be_leaves_the_others_standing(void **state) {
    (void)state;
    struct plan_request request = sheet.column[PLAN_ADVISED].request;
    static struct plan_sheet tight;
    request.length_max = 13;
    plan_sheet_make(&request, &tight);
    assert_int_equal(tight.column[PLAN_ADVISED].err, CM_OK);
    assert_int_equal(tight.column[PLAN_STRICTEST].err, CM_E_LIMIT);
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer record = BUFFER_INIT;
    assert_ok(plan_table_text(&tight, PLAN_SHORTEST, PLAN_STRICTEST, &out));
    assert_non_null(strstr(buffer_cstr(&out), "strictest does not fit: needs L=17 with its check "
                                              "character; inkjet takes 13; register sku"));
    assert_ok(plan_table_json(&tight, PLAN_STRICTEST, PLAN_STRICTEST, &record));
    assert_non_null(strstr(buffer_cstr(&record), "\"fits\": false"));
}

static void the_chosen_plan_becomes_the_scheme_file_of_the_examples(void **state) {
    (void)state;
    const struct plan_column *column = &sheet.column[PLAN_ADVISED];
    CM_CLEANUP(scheme_wipe) struct scheme scheme;
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer file = BUFFER_INIT;
    scheme_init(&scheme);
    assert_ok(plan_scheme(&column->request, &column->plan, "drinks-2026", "demo-drinks", true,
                          &scheme, NULL));
    assert_ok(production_fill(&production, &scheme, NULL));
    assert_ok(production_fill(&production, &scheme, NULL)); /* what is there stays as it is */
    assert_int_equal(scheme.values[0].n, 13);
    assert_ok(scheme_json_write(&scheme, &out));
    file_read(CM_SOURCE_DIR "/docs/examples/scheme.json", &file);
    assert_string_equal(buffer_cstr(&out), buffer_cstr(&file));
    CM_CLEANUP(scheme_wipe) struct scheme again;
    scheme_init(&again);
    assert_ok(
        scheme_json_read(&again, buffer_slice(&file), "scheme.json", SCHEME_JSON_FROZEN, NULL));
}

static void a_plan_has_one_of_three_names(void **state) {
    (void)state;
    enum plan_kind kind = PLAN_KINDS_N;
    assert_ok(plan_kind_by_name(slice_text("strictest"), &kind));
    assert_int_equal(kind, PLAN_STRICTEST);
    assert_err(CM_E_NOT_FOUND, plan_kind_by_name(slice_text("best"), &kind));
    assert_string_equal(plan_kind_name(PLAN_ADVISED), "advised");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_shows_three_plans_and_stands_in_the_documentation),
        cmocka_unit_test(the_record_for_programs_says_the_same),
        cmocka_unit_test(a_plan_that_cannot_be_leaves_the_others_standing),
        cmocka_unit_test(the_chosen_plan_becomes_the_scheme_file_of_the_examples),
        cmocka_unit_test(a_plan_has_one_of_three_names),
    };
    return cmocka_run_group_tests(tests, sheet_setup, sheet_teardown);
}
