/* Reading texts of imported lists as people type them. Luhn and GS1 check digits are the examples
 * that the standards print (ISO/IEC 7812-1: 79927398713; GS1 General Specifications 7.9: EAN-13
 * 6291041500213, GTIN-8 12345670); exhaustively, one digit in ten is right. */
#include "support/cm.h"

#include <stdio.h>
#include <string.h>

#include "engine/legacy_text.h"

static struct legacy_rule rule_of(enum legacy_check check) {
    struct legacy_rule rule;
    legacy_rule_init(&rule);
    rule.fold_case = true;
    rule.check = check;
    return rule;
}

static void expect(const struct legacy_rule *rule, const char *typed, enum legacy_reading wanted,
                   const char *text) {
    struct legacy_text t;
    assert_int_equal(legacy_text_read(rule, slice_text(typed), &t), wanted);
    assert_int_equal(t.n, strlen(text));
    assert_memory_equal(t.text, text, t.n);
}

static void a_typed_text_becomes_the_lists_own(void **state) {
    (void)state;
    struct legacy_rule rule = rule_of(LEGACY_CHECK_NONE);
    expect(&rule, "ab-cd 12.34", LEGACY_READ, "ABCD1234");
    expect(&rule,
           "\xEF\xBC\xA1\xEF\xBC\xA2\xC2\xA0"
           "CD",
           LEGACY_READ, "ABCD"); /* full width */
    expect(&rule,
           "\xD0\x90\xD0\x92\xE2\x80\x93"
           "12",
           LEGACY_READ, "AB12"); /* Cyrillic, dash */
    rule.fold_case = false;
    expect(&rule, "ab-CD", LEGACY_READ, "abCD");
    rule.keep_separators = true;
    expect(&rule, "ab-C.D e", LEGACY_READ, "ab-C.De");
}

static void what_no_text_of_the_list_is_is_a_typing_error(void **state) {
    (void)state;
    struct legacy_rule rule = rule_of(LEGACY_CHECK_NONE);
    expect(&rule, "abc", LEGACY_SHORT, "");
    expect(&rule, "", LEGACY_SHORT, "");
    expect(&rule, "- - -", LEGACY_SHORT, "");
    expect(&rule, "abc\xC3\xA9", LEGACY_SYMBOL, "");
    expect(&rule, "abc\xFF\xFE", LEGACY_SYMBOL, "");
    expect(&rule, "abc\tdef", LEGACY_SYMBOL, "");
    expect(&rule, "12345678901234567890123456789012345678901234567890123456789012345", LEGACY_LONG,
           "");
    rule.symbol['A'] = false;
    expect(&rule, "BBBa", LEGACY_SYMBOL, "");
    rule.min_n = 6;
    rule.max_n = 7;
    expect(&rule, "BBBBB", LEGACY_SHORT, "");
    expect(&rule, "BBBBBBBB", LEGACY_LONG, "");
}

static void check_digits_are_those_of_the_standards(void **state) {
    (void)state;
    const struct legacy_rule luhn = rule_of(LEGACY_CHECK_LUHN), ean = rule_of(LEGACY_CHECK_EAN);
    expect(&luhn, "7992-7398-713", LEGACY_READ, "79927398713");
    expect(&luhn, "79927398710", LEGACY_CHECK, "");
    expect(&luhn, "7992739871A", LEGACY_CHECK, "");
    expect(&ean, "6291041500213", LEGACY_READ, "6291041500213");
    expect(&ean, "12345670", LEGACY_READ, "12345670");
    expect(&ean, "12345671", LEGACY_CHECK, "");
    for (unsigned body = 0; body < 100000; body++)
        for (unsigned kind = 0; kind < 2; kind++) {
            unsigned right = 0;
            for (unsigned digit = 0; digit < 10; digit++) {
                char text[16];
                struct legacy_text t;
                (void)snprintf(text, sizeof text, "%05u%u", body, digit);
                right +=
                    legacy_text_read(kind == 0 ? &luhn : &ean, slice_text(text), &t) == LEGACY_READ;
            }
            assert_int_equal(right, 1);
        }
}

static void a_rule_survives_its_document(void **state) {
    (void)state;
    struct buffer text = BUFFER_INIT;
    struct json_doc *doc = NULL;
    struct json_writer w = json_writer_into(&text, false);
    struct legacy_rule rule = rule_of(LEGACY_CHECK_LUHN), again;
    memset(rule.symbol, 0, sizeof rule.symbol);
    rule.symbol['"'] = rule.symbol['\\'] = rule.symbol['7'] = true;
    rule.min_n = 5;
    rule.max_n = 9;
    json_object_begin(&w, NULL);
    legacy_rule_write(&w, &rule);
    json_object_end(&w);
    assert_ok(json_doc_new(&doc, buffer_slice(&text), "rule", &JSON_LIMITS_DEFAULT, NULL));
    assert_ok(legacy_rule_json(json_get(json_root(doc), "normalise"), &again));
    assert_memory_equal(&rule, &again, sizeof rule);
    json_doc_free(doc);
    buffer_free(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_typed_text_becomes_the_lists_own),
        cmocka_unit_test(what_no_text_of_the_list_is_is_a_typing_error),
        cmocka_unit_test(check_digits_are_those_of_the_standards),
        cmocka_unit_test(a_rule_survives_its_document),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
