/* Grouping for print, and the short form for logs. Expected texts are written by hand. */
#include "support/cm.h"

#include <string.h>

#include "base/bytes.h"
#include "codes/group.h"
#include "codes/mask.h"
#include "codes/normalise.h"

static void codes_are_printed_in_groups(void **state) {
    (void)state;
    const struct grouping g = grouping_default(12);
    char out[28];
    assert_ok(grouping_check(&g, 12, NULL));
    assert_int_equal(grouping_text_len(&g, 12), 14);
    grouping_apply(&g, 12, "PVKQPFKFT7WB234679BCDFGH", 2, out);
    assert_memory_equal(out, "PVKQ-PFKF-T7WB2346-79BC-DFGH", sizeof out);
}

static void the_advised_groups_hold_three_to_five_symbols(void **state) {
    (void)state;
    for (unsigned n = 1; n <= 120; n++) {
        const struct grouping g = grouping_default((uint8_t)n);
        assert_ok(grouping_check(&g, (uint8_t)n, NULL));
        assert_int_equal(g.size[0] == 0, n <= 5 || n > 40);
        for (size_t i = 0; i < CM_GROUPS_MAX && g.size[i] != 0; i++)
            assert_in_range(g.size[i], 3, 5);
    }
}

static void the_reader_undoes_every_grouping(void **state) {
    (void)state;
    struct cm_alphabet a;
    struct normaliser reader;
    assert_ok(cm_alphabet_by_name(&a, slice_text("default"), NULL));
    assert_ok(normaliser_init(&reader, &a, 10, 1, NULL));
    for (const char *s = "-. "; *s != '\0'; s++) {
        const struct grouping g = {.size = {3, 6, 1}, .separator = *s};
        char out[12];
        uint8_t numerals[10], plain[10];
        assert_ok(grouping_check(&g, 10, NULL));
        grouping_apply(&g, 10, "PVKQPFKFT7", 1, out);
        assert_int_equal(out[3], *s);
        assert_int_equal(normalise(&reader, slice_of(out, 12), numerals), NORMALISED_OK);
        assert_int_equal(normalise(&reader, slice_text("PVKQPFKFT7"), plain), NORMALISED_OK);
        assert_memory_equal(numerals, plain, sizeof plain);
    }
}

static void slots_of_lines_are_filled_and_nothing_else(void **state) {
    (void)state;
    const struct grouping g = {.size = {3, 2}, .separator = '-'};
    char lines[] = "[......;\n[......;\n[......;\n";
    grouping_slots(&g, 5, "ABCDEFGHJKLMNPQ", 3, lines + 1, 9);
    assert_string_equal(lines, "[ABC-DE;\n[FGH-JK;\n[LMN-PQ;\n");
}

static void no_groups_means_one_piece(void **state) {
    (void)state;
    const struct grouping g = {.separator = '\0'};
    char out[10];
    assert_ok(grouping_check(&g, 5, NULL));
    assert_int_equal(grouping_text_len(&g, 5), 5);
    grouping_apply(&g, 5, "ABCDEFGHJK", 2, out);
    assert_memory_equal(out, "ABCDEFGHJK", sizeof out);
}

static void groups_that_do_not_fit_are_refused(void **state) {
    (void)state;
    struct cm_diag diag = DIAG_INIT;
    const struct grouping small = {.size = {4, 4}, .separator = '-'};
    assert_err(CM_E_RANGE, grouping_check(&small, 12, &diag));
    assert_string_equal(diag.problem, "the groups hold 8 characters, the code has 12");
    const struct grouping hole = {.size = {4, 0, 4}, .separator = '-'};
    assert_err(CM_E_RANGE, grouping_check(&hole, 4, NULL));
    static const char bad[] = {'\0', '_', '/', 'A', '\n', '\xB7'};
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        const struct grouping g = {.size = {4, 4}, .separator = bad[i]};
        assert_err(CM_E_FORMAT, grouping_check(&g, 8, NULL));
    }
}

static void logs_show_two_characters_of_each_end_at_most(void **state) {
    (void)state;
    char mask[MASK_CAP];
    code_mask(slice_text("HW6N66WW00W6"), mask);
    assert_string_equal(mask, "HW..W6");
    code_mask(slice_text("HW6N66W"), mask); /* four of seven would be too many */
    assert_string_equal(mask, "......");
    code_mask(slice_of(NULL, 0), mask);
    assert_string_equal(mask, "......");
    code_mask(slice_of("\x1b[31m\xC3\xA9\0z", 9), mask);
    assert_string_equal(mask, "?[..?z");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_printed_in_groups),
        cmocka_unit_test(the_advised_groups_hold_three_to_five_symbols),
        cmocka_unit_test(the_reader_undoes_every_grouping),
        cmocka_unit_test(slots_of_lines_are_filled_and_nothing_else),
        cmocka_unit_test(no_groups_means_one_piece),
        cmocka_unit_test(groups_that_do_not_fit_are_refused),
        cmocka_unit_test(logs_show_two_characters_of_each_end_at_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
