/* Records as text. Expected texts are written by hand, as a reader would want them. */
#include "cli/render.h"

#include <string.h>

#include "support/cm.h"

static void shows(const char *record, const char *text) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    assert_ok(render_record(slice_text(record), &out));
    assert_string_equal(buffer_cstr(&out), text);
}

static void members_are_lines_with_their_values_aligned(void **state) {
    (void)state;
    shows("{\"id\":7,\"next_serial\":12,\"test\":true,\"made_ms\":1795289947123,\"none\":null}",
          "id:          7\n"
          "next serial: 12\n"
          "test:        yes\n"
          "made:        2026-11-21T19:39:07.123Z\n"
          "none:        -\n");
}

static void fractions_are_shown_as_they_are(void **state) {
    (void)state;
    shows("{\"module_mm\":0.330,\"width_mm\":36.5}", "module mm: 0.33\nwidth mm:  36.5\n");
}

static void an_array_of_objects_is_a_table_with_numbers_to_the_right(void **state) {
    (void)state;
    shows("{\"batches\":[{\"name\":\"a\",\"quantity\":5},{\"name\":\"long\",\"quantity\":1200}]}",
          "batches:\n"
          "  name  quantity\n"
          "  a            5\n"
          "  long      1200\n");
}

/* Decimals of ISO 4217; the nearest currency counts, and without one an amount is a number. */
static void amounts_have_the_decimals_of_their_currency(void **state) {
    (void)state;
    shows("{\"currency\":\"EUR\",\"balance\":1705,\"made\":7,"
          "\"lines\":[{\"amount\":5,\"of\":3},{\"amount\":1200,\"of\":4,\"currency\":\"JPY\"}]}",
          "currency: EUR\n"
          "balance:  17.05\n"
          "made:     7\n"
          "lines:\n"
          "  amount  of\n"
          "    0.05   3\n"
          "    1200   4\n");
    shows("{\"balance\":1705}", "balance: 1705\n");
    shows("{\"currency\":7,\"balance\":-5}", "currency: 7\nbalance:  -5\n");
}

static void notes_and_texts_stand_as_they_are(void **state) {
    (void)state;
    shows("{\"notes\":[\"Next: mint.\",\"Then open.\"],\"text\":\"a\\nb\\n\"}",
          "Next: mint.\nThen open.\na\nb\n");
}

/* ESC, CSI and a direction mark out of a printer's mouth. */
static void what_could_steer_a_terminal_is_made_harmless(void **state) {
    (void)state;
    shows("{\"words\":\"a\\u001b[2Jb\\u009b\\u202e\",\"notes\":[\"\\u0007x\"],"
          "\"rows\":[{\"x\":\"\\r\\n\"}]}",
          "words: a?[2Jb??\n?x\nrows:\n  x\n  ??\n");
}

static void rows_may_lack_members_and_widths_count_characters(void **state) {
    (void)state;
    shows("{\"a\":[{\"x\":\"\xC3\xA4\xC3\xB6\",\"y\":\"1\"},{\"x\":\"abc\"}],\"b\":[],\"c\":[1,2]}",
          "a:\n"
          "  x    y\n"
          "  \xC3\xA4\xC3\xB6   1\n"
          "  abc  -\n"
          "b: none\n"
          "c: 1, 2\n");
}

/* A row that has a table of its own is a block: dots would hide what was asked for. */
static void tables_in_tables_are_blocks(void **state) {
    (void)state;
    shows("{\"issuers\":[{\"issuer\":\"A\",\"keys\":[{\"v\":1,\"kid\":\"ab\"},"
          "{\"v\":12,\"kid\":\"c\"}]},{\"issuer\":\"B\",\"keys\":[]}],\"plain\":[{\"x\":[1,2]}]}",
          "issuers:\n"
          "  issuer: A\n"
          "  keys:\n"
          "     v  kid\n"
          "     1  ab\n"
          "    12  c\n"
          "  issuer: B\n"
          "  keys: none\n"
          "plain:\n"
          "  x\n"
          "  1, 2\n");
}

static void nested_objects_are_indented(void **state) {
    (void)state;
    shows("{\"verdicts\":{\"accepted\":2,\"void\":1}}", "verdicts:\n"
                                                        "  accepted: 2\n"
                                                        "  void:     1\n");
}

static void what_is_no_object_is_refused(void **state) {
    (void)state;
    static const char *const wrong[] = {"", "[]", "7", "{", "{\"a\":1,\"a\":2}"};
    for (size_t i = 0; i < CM_ARRAY_N(wrong); i++) {
        CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
        assert_err(CM_E_FORMAT, render_record(slice_text(wrong[i]), &out));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_lines_with_their_values_aligned),
        cmocka_unit_test(fractions_are_shown_as_they_are),
        cmocka_unit_test(an_array_of_objects_is_a_table_with_numbers_to_the_right),
        cmocka_unit_test(amounts_have_the_decimals_of_their_currency),
        cmocka_unit_test(notes_and_texts_stand_as_they_are),
        cmocka_unit_test(what_could_steer_a_terminal_is_made_harmless),
        cmocka_unit_test(rows_may_lack_members_and_widths_count_characters),
        cmocka_unit_test(tables_in_tables_are_blocks),
        cmocka_unit_test(nested_objects_are_indented),
        cmocka_unit_test(what_is_no_object_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
