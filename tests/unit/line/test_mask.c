/* What a printer says of a unit tells nobody the unit's code. */
#include "support/cm.h"

#include <stdio.h>
#include <string.h>

#include "line/mask.h"

static void cut(const char *words, size_t code_len, const char *wanted) {
    char text[80];
    (void)snprintf(text, sizeof text, "%s", words);
    mask_codes(text, code_len);
    assert_string_equal(text, wanted);
}

static void a_quoted_code_is_cut_to_two_symbols(void **state) {
    (void)state;
    cut("bad data: HW34K9PXTT3Q", 12, "bad data: HW..");
    cut("\"HW34-K9PX-TT3Q\" too long", 12, "\"HW..\" too long");
    cut("HW34K9PXTT3Q,PPKRX7G2FKHK", 12, "HW..,PP..");
    cut("field code=HW34K9PXTT3Q.", 12, "field code=HW...");
}

static void other_words_stay(void **state) {
    (void)state;
    cut("Printhead Disconnected (5308)", 13, "Printhead Disconnected (5308)");
    cut("paper out; head-open", 12, "paper out; head-open");
    cut("HW34K9PXTT3Q", 0, "HW34K9PXTT3Q");
    cut("HW34K9PXTT3QX", 12, "HW34K9PXTT3QX");
    cut("", 12, "");
    cut("- . --", 2, "- . --");
    cut("ABCD", 4, "ABCD"); /* nothing would be hidden */
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_quoted_code_is_cut_to_two_symbols),
                                       cmocka_unit_test(other_words_stay)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
