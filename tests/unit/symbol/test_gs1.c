/* GS1 messages. Rules: GS1 General Specifications 3 and 7.8, GS1 Barcode Syntax Dictionary; the
 * texts that are valid or not are those of cards.md's independent validator and of the dictionary's
 * published unit tests; thousands more are judged beside bwip-js in system.symbols.gs1.
 * The model number is the example of General Specifications 3.9.11 (GMN); account numbers are the
 * examples of SWIFT's IBAN registry for Great Britain and the Netherlands. */
#include "support/cm.h"

#include "symbol/gs1.h"
#include "symbol/gs1_any.h"
#include "symbol/gs1_check.h"

/* The first test is the example: read, judge, write what a symbol carries. */
static void an_element_string_becomes_what_a_symbol_carries(void **state) {
    (void)state;
    struct gs1 m;
    struct cm_diag diag = DIAG_INIT;
    struct buffer out = BUFFER_INIT;
    assert_ok(gs1_read(slice_text("(01)09506000134352(21)7NQ4K2(17)271231"), &m, &diag));
    assert_ok(gs1_judge(&m, &diag));
    gs1_write_carried(&m, &out);
    assert_string_equal(buffer_cstr(&out), "0109506000134352217NQ4K2\x1D"
                                           "17271231");
    gs1_wipe(&m);
    buffer_free(&out);
}

static cm_err judged(const char *text, struct cm_diag *diag) {
    struct gs1 m;
    const struct cm_diag none = DIAG_INIT;
    *diag = none;
    cm_err err = gs1_any_read(slice_text(text), &m, NULL, diag);
    if (err == CM_OK) err = gs1_judge(&m, diag);
    return err;
}

static void good_messages_are_taken(void **state) {
    (void)state;
    static const char *const good[] = {
        "(01)09506000134352(10)ABC123(21)X7K2Q9",
        "(255)9506000134352123456(3902)500(17)271231",
        "(255)9506000134352(3942)1500",
        "(255)9506000134352(8111)0250",
        "(8018)950600013000000019(8019)12",
        "(8112)001234561000010123456",
        "(8112)061234567890121234569123456789012345",
        "(8013)1987654Ad4X4bL5ttr2310c2K",
        "(01)09506000134352(11)260100",
        "(01)09506000134352(17)000229",
        "(01)09506000134352(235)SERIAL-OF-A-THIRD-PARTY-1234",
        "(02)09506000134352(37)12(00)095060001343523452",
        "(415)9506000134352(8020)REF-7",
        "(91)agreed!\"%&'*+,-./:;<=>?_",
        "(415)9506000134352(8020)REF-7(8007)GB82WEST12345698765432",
        "(415)9506000134352(8020)REF-7(8007)NL91ABNA0417164300",
        "(415)9506000134352(8020)REF-7(3912)97812345",
        "(8018)950600013000000019(7250)20000229",
        "(00)095060001343523452(4300)A%20B%2C",
        "(01)09506000134352(10)A(01)09506000134352",
        ("]d20109506000134352217NQ4K2\x1D"
         "17271231"),
        "]C10109506000134352217NQ4K2",
        ("]Q3\x1D"
         "0109506000134352"),
        "]E09506000134352",
        "9506000134352",
        "https://h/01/09506000134352/10/L/21/S?11=260101",
        "]Q1HTTPS://ID.EXAMPLE.COM/01/09506000134352/21/S",
    };
    for (size_t i = 0; i < CM_ARRAY_N(good); i++) {
        struct cm_diag diag;
        const cm_err err = judged(good[i], &diag);
        if (err != CM_OK) fail_msg("%s: %s %s", good[i], diag.place, diag.problem);
    }
}

static void bad_messages_are_refused_with_identifier_and_place(void **state) {
    (void)state;
    static const struct {
        const char *text;
        cm_err want;
        const char *place, *problem;
    } bad[] = {
        {"(01)09506000134353", CM_E_FORMAT, "(01), character 14",
         "trade item (GTIN): the check digit is 3, and should be 2"},
        {"(01)950600013435", CM_E_FORMAT, "(01)", "trade item (GTIN) is too short: 12 characters"},
        {"(11)260101", CM_E_CONFLICT, "(11)", "without the element that it belongs to"},
        {"(21)7NQ4K2", CM_E_CONFLICT, "(21)", "without the element that it belongs to"},
        {"(255)9506000134352(01)09506000134352", CM_E_CONFLICT, "(255)", "must not stand together"},
        {"(01)09506000134352(21)A(235)B", CM_E_CONFLICT, "(21)", "must not stand together"},
        {"(01)09506000134352(21)A(21)B", CM_E_CONFLICT, "(21)", "twice with two values"},
        {"(01)09506000134352(21)A B", CM_E_FORMAT, "(21), character 2", "character set 82"},
        {"(01)09506000134352(17)271331", CM_E_FORMAT, "(17), character 3", "no such month"},
        {"(01)09506000134352(17)270230", CM_E_FORMAT, "(17), character 5", "no such day"},
        {"(01)09506000134352(7006)270200", CM_E_FORMAT, "(7006), character 5", "no such day"},
        {"(8112)0012345610000101234567", CM_E_FORMAT, "(8112), character 22", "left over"},
        {"(8110)106141416543213150", CM_E_FORMAT, "(8110), character 19",
         "ends before its first purchase"},
        {"(415)9506000134352(8020)R(8007)GB82WEST12345698765433", CM_E_FORMAT,
         "(8007), character 3", "check digits are wrong"},
        {"(415)9506000134352(8020)R(3912)00012345", CM_E_FORMAT, "(3912), character 1",
         "no currency of that number"},
        {"(8018)950600013000000019(7250)19000229", CM_E_FORMAT, "(7250), character 7",
         "no such day"},
        {"(00)095060001343523452(4300)A%2", CM_E_FORMAT, "(4300), character 2", "hexadecimal"},
        {"(8013)1987654Ad4X4bL5ttr2310c2L", CM_E_FORMAT, "(8013), character 24",
         "check characters should be 2K"},
        {"(05)1", CM_E_NOT_FOUND, "", "there is no GS1 identifier (05)"},
        {"(01)", CM_E_FORMAT, "(01)", "empty"},
        {"01", CM_E_TRUNCATED, "character 1", "cut short"},
        {"010950600013435", CM_E_TRUNCATED, "character 1", "cut short"},
        {"]C0ABC", CM_E_FORMAT, "", "no GS1 data"},
        {"", CM_E_NOT_FOUND, "character 1", "no GS1 identifier begins here"},
        {"(01)09506000134352)(21", CM_E_FORMAT, "character 20", "identifier in brackets"},
    };
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        struct cm_diag diag;
        assert_err(bad[i].want, judged(bad[i].text, &diag));
        if (strcmp(diag.place, bad[i].place) != 0 || strstr(diag.problem, bad[i].problem) == NULL)
            fail_msg("%s: '%s' '%s'", bad[i].text, diag.place, diag.problem);
    }
}

/* GS1 General Specifications 3.2 to 3.9 say of each what it may hold; ISO 3166-1 has no country 000
 * and none of the letters JK. */
static void values_that_cannot_be_are_refused_in_words_of_their_own(void **state) {
    (void)state;
    static const struct {
        const char *text, *place, *problem;
    } bad[] = {
        {"(426)000", "(426)", "no country of that number"},
        {"(4307)JK", "(4307)", "no country of these letters"},
        {"(4321)2", "(4321)", "one of 01"},
        {"(7040)1AB!", "(7040)", "a letter, a digit, - or _"},
        {"(7241)11", "(7241)", "no such kind of medium"},
        {"(7258)3/2", "(7258)", "no such place among so many"},
        {"(7258)1-2", "(7258)", "write it as 2/3"},
        {"(8001)00000000100111", "(8001)", "must not be zero"},
        {"(8008)26010124", "(8008)", "no such hour"},
        {"(8008)2601012360", "(8008)", "no such minute"},
        {"(8011)01", "(8011)", "must not begin with a zero"},
        {"(8030)AAA=A", "(8030)", "wrong padding"},
    };
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        struct cm_diag diag;
        assert_err(CM_E_FORMAT, judged(bad[i].text, &diag));
        if (strstr(diag.place, bad[i].place) == NULL ||
            strstr(diag.problem, bad[i].problem) == NULL)
            fail_msg("%s: '%s' '%s'", bad[i].text, diag.place, diag.problem);
    }
}

static void what_is_missing_is_named(void **state) {
    (void)state;
    struct cm_diag diag;
    assert_err(CM_E_CONFLICT, judged("(21)7NQ4K2", &diag));
    assert_string_equal(diag.remedy, "add (01) or (03) or (8006)");
    assert_err(CM_E_CONFLICT, judged("(8030)c2lnbmVk(01)09506000134352", &diag));
    assert_non_null(strstr(diag.remedy, "(01) with (21)"));
}

static void no_error_shows_a_value(void **state) {
    (void)state;
    static const char *const texts[] = {
        "(01)09506000134352(21)7NQ4K27NQ4K27NQ4K27NQ4K2",
        "(01)09506000134352(21)7NQ4K2 7",
        "(01)09506000134352(21)7NQ4K2(235)7NQ4K2",
        "(21)7NQ4K2",
        "(01)09506000134352(21)7NQ4K2(21)7NQ4K27",
        "(01)09506000134352(99)7NQ4K2#",
        "7NQ4K2",
        "(7NQ4K2)",
        ("217NQ4K2\x1D"
         "7NQ4K2"),
        "https://h/01/09506000134352/21/7NQ4K2%7N",
        "https://h/7NQ4K2/x",
    };
    for (size_t i = 0; i < CM_ARRAY_N(texts); i++) {
        struct cm_diag diag;
        char text[4 * DIAG_PART_CAP];
        assert_true(judged(texts[i], &diag) != CM_OK);
        (void)diag_text(&diag, CM_E_FORMAT, text, sizeof text);
        assert_null(strstr(text, "7NQ"));
    }
}

static void brackets_in_values_are_marked_and_come_back(void **state) {
    (void)state;
    struct gs1 m, again;
    struct buffer out = BUFFER_INIT, people = BUFFER_INIT;
    assert_ok(gs1_read(slice_text("(01)09506000134352(21)A\\(21)B"), &m, NULL));
    assert_int_equal(m.n, 2);
    assert_true(slice_equal(m.element[1].text, slice_text("A(21)B")));
    assert_ok(gs1_judge(&m, NULL));
    gs1_write(&m, false, &out);
    assert_string_equal(buffer_cstr(&out), "(01)09506000134352(21)A\\(21)B");
    gs1_write(&m, true, &people);
    assert_string_equal(buffer_cstr(&people), "(01)09506000134352(21)A(21)B");
    assert_ok(gs1_read(buffer_slice(&out), &again, NULL));
    assert_true(slice_equal(again.element[1].text, m.element[1].text));
    buffer_free(&out);
    buffer_free(&people);
}

static void a_separator_may_follow_a_fixed_element_too(void **state) {
    (void)state;
    struct gs1 m;
    assert_ok(gs1_read_carried(slice_text("\x1D"
                                          "0109506000134352\x1D"
                                          "17271231\x1D"
                                          "10L7\x1D"),
                               &m, NULL));
    assert_int_equal(m.n, 3);
    assert_true(slice_equal(gs1_find(&m, "10")->text, slice_text("L7")));
    assert_null(gs1_find(&m, "21"));
}

/* The table is in order, no row is empty, every company that it names exists. */
static void the_table_holds_together(void **state) {
    (void)state;
    size_t n = 0;
    const struct gs1_id *table = gs1_id_table(&n);
    assert_true(n > 200);
    for (size_t i = 0; i < n; i++) {
        assert_true(table[i].from <= table[i].to);
        if (i > 0) assert_true(table[i].from > table[i - 1].to);
        assert_true(table[i].part[0].set != GS1_NO_PART && gs1_id_most(&table[i]) <= 90);
        assert_true(gs1_id_least(&table[i]) > 0 && table[i].title[0] != '\0');
        for (size_t k = 0; k < GS1_PATHS && table[i].paths[k] != NULL; k++)
            assert_true((table[i].link & GS1_LINK_KEY) != 0);
    }
}

/* Mod 10 over all 10^4 numbers of a short reference: exactly one of ten digits is right. */
static void exactly_one_check_digit_is_right(void **state) {
    (void)state;
    const struct gs1_id *id = NULL;
    assert_ok(gs1_id_find(slice_text("414"), &id));
    for (unsigned n = 0; n < 10000; n++) {
        unsigned right = 0;
        for (unsigned digit = 0; digit < 10; digit++) {
            char gln[32];
            (void)snprintf(gln, sizeof gln, "95060001%04u%u", n, digit);
            if (gs1_check_value(id, "414", slice_text(gln), NULL) == CM_OK) right++;
        }
        assert_int_equal(right, 1);
    }
}

static void limits_are_kept(void **state) {
    (void)state;
    struct gs1 m;
    char many[GS1_ELEMENTS_MAX * 8 + 16] = "";
    for (size_t i = 0; i <= GS1_ELEMENTS_MAX; i++)
        memcpy(many + i * 6, "(90)A1", 7);
    assert_err(CM_E_LIMIT, gs1_read(slice_text(many), &m, NULL));
    assert_int_equal(m.n, 0);
    static char wide[GS1_TEXT_MAX + 8];
    memset(wide, '1', sizeof wide - 1);
    memcpy(wide, "(99)", 4);
    assert_err(CM_E_LIMIT, gs1_read(slice_text(wide), &m, NULL));
    assert_int_equal(m.used, 0);
}

/* libzint 2.11 leaves out the FNC1 behind 23x: zxing-wasm read "2351MNe0185933844821641". */
static void a_third_party_serial_goes_last_because_the_encoder_does_not_end_it(void **state) {
    (void)state;
    struct buffer out = BUFFER_INIT;
    assert_ok(gs1_bracket(slice_text("2351MNe\x1D"
                                     "0185933844821641"
                                     "2351MNe\x1D"
                                     "10L7"),
                          &out));
    assert_string_equal(buffer_cstr(&out), "[01]85933844821641[10]L7[23]51MNe");
    buffer_free(&out);
}

static void elements_are_bracketed_for_the_encoder(void **state) {
    (void)state;
    struct buffer out = BUFFER_INIT;
    assert_ok(gs1_bracket(slice_text("0109501101530003217NQ4K2\x1D"
                                     "10L7"),
                          &out));
    assert_string_equal(buffer_cstr(&out), "[01]09501101530003[21]7NQ4K2[10]L7");
    buffer_free(&out);
    static const char *const bad[] = {"",
                                      "2",
                                      "21",
                                      "A1B",
                                      "010950",
                                      "21[AB]",
                                      ("235A\x1D"
                                       "235B")};
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++)
        assert_err(CM_E_FORMAT, gs1_bracket(slice_text(bad[i]), &out));
    buffer_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_element_string_becomes_what_a_symbol_carries),
        cmocka_unit_test(good_messages_are_taken),
        cmocka_unit_test(bad_messages_are_refused_with_identifier_and_place),
        cmocka_unit_test(values_that_cannot_be_are_refused_in_words_of_their_own),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(no_error_shows_a_value),
        cmocka_unit_test(brackets_in_values_are_marked_and_come_back),
        cmocka_unit_test(a_separator_may_follow_a_fixed_element_too),
        cmocka_unit_test(the_table_holds_together),
        cmocka_unit_test(exactly_one_check_digit_is_right),
        cmocka_unit_test(limits_are_kept),
        cmocka_unit_test(a_third_party_serial_goes_last_because_the_encoder_does_not_end_it),
        cmocka_unit_test(elements_are_bracketed_for_the_encoder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
