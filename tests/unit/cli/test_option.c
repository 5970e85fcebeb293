/* The option parser: usage first, then every refusal with its words. */
#include "cli/option.h"

#include "base/nearest.h"

#include <string.h>

#include "support/cm.h"

static const struct option_spec own[] = {{"count", OPTION_NUMBER, "N", "how many", NULL, false},
                                         {"tag", OPTION_LIST, "TEXT", "a word", NULL, false},
                                         {"door", OPTION_TEXT, "NAME", "which door", NULL, true},
                                         {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};
static const struct option_spec common[] = {{"json", OPTION_FLAG, NULL, "in JSON", NULL, false},
                                            {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

struct parse {
    struct options o;
    struct cm_diag diag;
    cm_err err;
};

static void parse_wipe(struct parse *p) { options_free(&p->o); }
#define PARSE_SCOPED CM_CLEANUP(parse_wipe)

#define WORDS_MAX 8
static struct parse parse(const char *const *words) {
    struct parse p = {.o = {.tables = {own, common}}, .diag = DIAG_INIT};
    char *argv[WORDS_MAX];
    int argc = 0;
    for (; words[argc] != NULL; argc++)
        argv[argc] = (char *)(uintptr_t)words[argc];
    p.err = options_parse(&p.o, argc, argv, &p.diag);
    if (p.err == CM_OK) p.err = options_complete(&p.o, &p.diag);
    return p;
}

static void a_command_line_becomes_values_and_positions(void **state) {
    (void)state;
    const char *const words[] = {"monday", "--count=7", "--door", "web",
                                 "--json", "--",        "--x",    NULL};
    PARSE_SCOPED struct parse p = parse(words);
    uint64_t count = 0;
    assert_ok(p.err);
    assert_ok(option_u64(&p.o, "count", 1, 10, &count, &p.diag));
    assert_int_equal(count, 7);
    assert_string_equal(option_text(&p.o, "door"), "web");
    assert_true(option_given(&p.o, "json"));
    assert_int_equal(p.o.position_n, 2);
    assert_string_equal(p.o.positions[1], "--x");
}

static void a_list_keeps_every_value_in_order(void **state) {
    (void)state;
    const char *const words[] = {"--tag", "a", "--tag=b", "--door=", NULL};
    PARSE_SCOPED struct parse p = parse(words);
    assert_ok(p.err);
    assert_string_equal(option_item(&p.o, "tag", 1), "b");
    assert_null(option_item(&p.o, "tag", 2));
    assert_string_equal(option_text(&p.o, "door"), "");
}

static void refusals_name_the_option_and_what_to_write(void **state) {
    (void)state;
    static const struct {
        const char *words[4];
        const char *problem, *remedy;
    } cases[] = {
        {{"--dor", "x"}, "unknown option --dor", "did you mean --door?"},
        {{"--zzzzzzzz", "x"}, "unknown option --zzzzzzzz", "--help lists what it takes"},
        {{"-x"}, "unknown option -x", "options are words: --help lists them"},
        {{"--door"}, "--door needs a value (NAME)", ""},
        {{"--json=1", "--door=a"}, "--json takes no value", "leave the value out"},
        {{"--door=a", "--door=b"}, "--door stands twice", "say it once"},
        {{"--json"}, "--door is needed", "which door"},
        {{"--", "--door=a"}, "--door is needed", "which door"},
    };
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        PARSE_SCOPED struct parse p = parse(cases[i].words);
        assert_int_equal(p.err, CM_E_ARGUMENT);
        assert_string_equal(p.diag.problem, cases[i].problem);
        assert_string_equal(p.diag.remedy, cases[i].remedy);
    }
}

static void a_count_is_digits_within_its_range(void **state) {
    (void)state;
    static const char *const wrong[] = {"",     "+1", "-1", "1.5",
                                        "0x10", "11", "0",  "99999999999999999999999"};
    for (size_t i = 0; i < CM_ARRAY_N(wrong); i++) {
        const char *const words[] = {"--door=a", "--count", wrong[i], NULL};
        PARSE_SCOPED struct parse p = parse(words);
        uint64_t count = 5;
        assert_ok(p.err);
        assert_err(CM_E_ARGUMENT, option_u64(&p.o, "count", 1, 10, &count, &p.diag));
        assert_int_equal(count, 5);
    }
}

static void the_nearest_word_is_near_or_none(void **state) {
    (void)state;
    static const char *const words[] = {"batch list", "batch add", "init"};
    assert_string_equal(nearest_word("bacth list", words, 3), "batch list");
    assert_string_equal(nearest_word("inti", words, 3), "init");
    assert_null(nearest_word("redeem", words, 3));
    /* one edit for three characters: a short word is not any other short word */
    static const char *const names[] = {"web", "till-2", "cij5x7"};
    assert_string_equal(nearest_word("wbe", names, 3), "web");
    assert_string_equal(nearest_word("wb", names, 3), "web");
    assert_null(nearest_word("bar", names, 3));
    assert_null(nearest_word("wxy", names, 3));
    assert_null(nearest_word("x", names, 3));
    assert_string_equal(nearest_word("tlil2", names, 3), "till-2");
    assert_null(nearest_word("tall3x", names, 3));
    assert_null(nearest_word("", words, 3));
    assert_null(nearest_word("a word that is longer than any name that there will ever be, by far",
                             words, 3));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_line_becomes_values_and_positions),
        cmocka_unit_test(a_list_keeps_every_value_in_order),
        cmocka_unit_test(refusals_name_the_option_and_what_to_write),
        cmocka_unit_test(a_count_is_digits_within_its_range),
        cmocka_unit_test(the_nearest_word_is_near_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
