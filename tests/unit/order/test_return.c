/* Return files: what lines say, and what is wrong with them. */
#include "order/return.h"

#include <string.h>

#include "base/macros.h"
#include "support/cm.h"

struct seen {
    enum return_problem problems[16];
    enum book_state states[16];
    uint64_t lines[16];
    size_t n;
};

static cm_err see(void *ctx, struct return_line *l) {
    struct seen *s = ctx;
    s->problems[s->n] = l->problem;
    s->states[s->n] = l->state;
    s->lines[s->n++] = l->line;
    return CM_OK;
}

static cm_err read_file(const char *head, const char *rows, struct seen *s, struct cm_diag *diag) {
    struct return_head h;
    uint64_t lines = 0;
    s->n = 0;
    TRY(return_head_read(slice_text(head), &h, diag));
    TRY(return_read(&h, slice_text(rows), 2, see, s, &lines, diag));
    assert_int_equal(lines, s->n);
    return CM_OK;
}

static void columns_stand_in_any_order_and_any_dialect(void **state) {
    (void)state;
    struct seen s = {.n = 0};
    assert_ok(read_file("\xEF\xBB\xBFState;Carton;CONTROL\r\n",
                        "shipped;1;00000100000001\r\n\r\n\"spoiled\";2;00000100000002\r\n", &s,
                        NULL));
    assert_int_equal(s.n, 2);
    assert_int_equal(s.states[0], BOOK_SHIPPED);
    assert_int_equal(s.states[1], BOOK_SPOILED);
    assert_int_equal(s.lines[1], 4);
}

static void a_line_that_does_not_hold_says_why(void **state) {
    (void)state;
    struct seen s = {.n = 0};
    assert_ok(
        read_file("record,state,uid\n",
                  "1,shipped,04A1B2C3\n2,lost,\n3,held\n4,produced,04A1B2C3XX\n5,,04a1b2c3d4e5f6\n"
                  "6,,\n7,Remade,\n",
                  &s, NULL));
    static const enum return_problem want[] = {RETURN_SOUND,   RETURN_BAD_STATE, RETURN_FIELDS,
                                               RETURN_BAD_UID, RETURN_SOUND,     RETURN_BAD_STATE,
                                               RETURN_SOUND};
    assert_int_equal(s.n, CM_ARRAY_N(want));
    for (size_t i = 0; i < s.n; i++)
        assert_int_equal(s.problems[i], want[i]);
    assert_int_equal(s.states[4], BOOK_ORDERED); /* a UID alone */
}

static void first_lines_that_name_too_little_or_too_much_are_refused(void **state) {
    (void)state;
    static const char *const bad[] = {"",
                                      "\n",
                                      "state\n",
                                      "record\n",
                                      "record,control,state\n",
                                      "record,state,state\n",
                                      "record,state,colour\n",
                                      "record,state,\"uid\n"};
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        struct return_head h;
        struct cm_diag diag = DIAG_INIT;
        memset(&h, 0xA5, sizeof h);
        assert_int_equal(return_head_read(slice_text(bad[i]), &h, &diag), CM_E_FORMAT);
        assert_true(diag.problem[0] != '\0');
        assert_int_equal(h.fields, 0xA5); /* outputs on error stay as they were */
    }
}

static void what_is_no_csv_is_told_by_its_place_and_not_quoted(void **state) {
    (void)state;
    struct seen s = {.n = 0};
    struct cm_diag diag = DIAG_INIT;
    assert_int_equal(read_file("record,state\n", "1,shipped\n2,\"9528768607195831404\n", &s, &diag),
                     CM_E_FORMAT);
    assert_null(strstr(diag.problem, "9528"));
    assert_null(strstr(diag.place, "9528"));
}

static void every_problem_has_words_of_its_own(void **state) {
    (void)state;
    for (unsigned i = 0; i < RETURN_PROBLEM_N; i++)
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(return_problem_text((enum return_problem)i),
                                    return_problem_text((enum return_problem)k));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_stand_in_any_order_and_any_dialect),
        cmocka_unit_test(a_line_that_does_not_hold_says_why),
        cmocka_unit_test(first_lines_that_name_too_little_or_too_much_are_refused),
        cmocka_unit_test(what_is_no_csv_is_told_by_its_place_and_not_quoted),
        cmocka_unit_test(every_problem_has_words_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
