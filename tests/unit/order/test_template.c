/* Record formats that are read or refused: each mistake with its line, column and remedy. */
#include "formats.h"

static void a_format_says_what_it_needs(void **state) {
    (void)state;
    CM_CLEANUP(template_freep)
    struct template *t = made(
        "{\"format\":1,\"name\":\"mine\",\"kind\":\"csv\",\"hash_total\":\"control\",\"fields\":["
        "{\"name\":\"a\",\"value\":\"{number} {brand}\"},"
        "{\"name\":\"b\",\"value\":\"{ean13}\",\"optional\":true}]}");
    assert_string_equal(template_name(t), "mine");
    assert_string_equal(template_kind(t), "csv");
    assert_string_equal(template_extension(t), ".csv");
    assert_int_equal(template_needs(t), 1u << RECORD_NUMBER | 1u << RECORD_CONTROL);
    assert_int_equal(template_values(t),
                     1u << RECORD_NUMBER | 1u << RECORD_CONTROL | 1u << RECORD_EAN13);
    assert_int_equal(template_constants(t), 1u << RECORD_BRAND);
    assert_false(template_wants_pin(t));
    assert_null(template_suspect(t));
}

static void a_word_without_braces_is_suspect(void **state) {
    (void)state;
    CM_CLEANUP(template_freep)
    struct template *t =
        made("{\"format\":1,\"name\":\"x\",\"kind\":\"csv\",\"fields\":["
             "{\"name\":\"a\",\"value\":\"{number}\"},{\"name\":\"b\",\"value\":\"ean13\"}]}");
    assert_string_equal(template_suspect(t), "ean13");
}

/* ---- Formats that are refused -----------------------------------------------------------------
 */

#define FIELD(field)                                                                               \
    "{\"format\":1,\n\"name\":\"x\",\n\"kind\":\"csv\",\n\"fields\":[\n{\"name\":\"a\"," field "}" \
    "]"                                                                                            \
    "}"

static void mistakes_are_named_with_line_column_and_remedy(void **state) {
    (void)state;
    refuses(FIELD("\"value\":\"{nubmer}\""), "line 5, column 21", "no value {nubmer}",
            "did you mean {number}?");
    refuses(FIELD("\"value\":\"{number\""), "line 5, column 21", "byte 1 of the text", "{{ or }}");
    refuses(FIELD("\"value\":\"a}\""), "line 5", "byte 2 of the text", "{{ or }}");
    refuses(FIELD("\"value\":\"{number}\",\"widht\":9"), "line 5, column 32", "unknown key",
            "did you mean \"width\"?");
    refuses(FIELD("\"value\":\"{number}\",\"width\":0"), "line 5", "0", "");
    refuses(FIELD("\"value\":\"{number}\",\"pad\":\"0\""), "line 5, column 38",
            "padding without a width", "\"width\"");
    refuses(FIELD("\"value\":\"{number}\",\"width\":9,\"pad\":\",\""), "line 5",
            "may not hold its own padding", "may stand");
    refuses(FIELD("\"value\":\"{number}\",\"width\":9,\"max\":9"), "line 5", "both", "keep one");
    refuses(FIELD("\"value\":\"{number}\",\"number\":true"), "line 5", "JSON lines alone", "");
    refuses(FIELD("\"value\":\"{number}\",\"as\":\"attribute\""), "line 5", "XML alone", "");
    refuses(FIELD("\"value\":\"{records}\""), "line 5", "does not belong here", "header");
    refuses(FIELD("\"value\":\"{pin}\""), "line 5", "writes the PIN", "\"holds\": \"pin\"");
    refuses(FIELD("\"value\":\"{number}\",\"forbid\":\"\xC3\xA9\""), "line 5", "not ASCII",
            "ASCII");
    refuses(FIELD("\"value\":\"{number}\",\"optional\":true"), "line 5", "the only column",
            "\"optional\"");
}

#define ROOT(more, kind)                                                                           \
    "{\"format\":1,\n\"name\":\"x\",\n\"kind\":\"" kind "\"," more                                 \
    "\n\"fields\":[{\"name\":\"a\",\"value\":\"{number}\"}]}"

static void formats_that_mislead_are_refused(void **state) {
    (void)state;
    refuses(ROOT("\"separator\":\";\",", "jsonl"), "line 3", "kind \"jsonl\" has no \"separator\"",
            "leave it out");
    refuses(ROOT("\"separator\":\"x y\",", "csv"), "line 3", "", "");
    refuses(ROOT("\"separator\":\"\\\"\",", "csv"), "line 3", "cannot separate", "tab");
    refuses(ROOT("\"bom\":true,\"encoding\":\"ascii\",", "csv"), "line 3", "byte-order mark", "");
    refuses(ROOT("\"encoding\":\"utf8\",", "csv"), "line 3", "unknown word",
            "did you mean \"utf-8\"?");
    refuses(ROOT("\"encoding\":\"utf16\",", "csv"), "line 3", "unknown word", "use one of");
    refuses(ROOT("", "fixed"), "line 1", "UTF-8", "\"ascii\"");
    refuses(ROOT("\"encoding\":\"ascii\",", "fixed"), "line 4", "without a width", "\"width\"");
    refuses(ROOT("\"encoding\":\"ascii\",", "jsonl"), "line 3", "UTF-8", "leave it out");
    refuses(ROOT("\"holds\":\"pin\",", "csv"), "line 3", "has none", "{pin}");
    refuses(ROOT("\"hash_total\":\"pin\",", "csv"), "line 3", "sum of PINs", "control");
    refuses(ROOT("\"header\":[[{\"value\":\"{number}\"}]],", "csv"), "line 3", "belong",
            "each record has its own");
    refuses(ROOT("\"hash_total\":\"number\",\"header\":[[{\"value\":\"{hash_total}\"}]],", "csv"),
            "line 3", "belong", "trailer");
    refuses(ROOT("\"trailer\":[[{\"value\":\"{hash_total}\"}]],", "csv"), "line 3", "of what",
            "\"hash_total\"");
    refuses(ROOT("\"extension\":\"../x\",", "csv"), "line 3", "extension", ".dat");
    refuses(ROOT("\"forbid\":\"a b\",", "csv"), "line 3", "ASCII", "");
    refuses(ROOT("\"element\":\"1a\",", "xml"), "line 3", "cannot name an XML element", "letter");
    refuses(ROOT("\"namespace\":\"a\\\"b\",", "xml"), "line 3", "no URI", "URI");
    refuses("{\"format\":1,\"name\":\"x\",\"kind\":\"jsonl\",\"fields\":[{\"name\":\"a\",\"value\":"
            "\"{number}\"},\n{\"name\":\"a\",\"value\":\"{control}\"}]}",
            "line 2, column 9", "'a' names two fields", "its own");
    refuses("{\"format\":1,\"name\":\"x\",\"kind\":\"text\",\"record\":[\"number\"]}", "line 1",
            "no record says anything of its own", "{number}");
    refuses("{\"format\":2,\"name\":\"x\",\"kind\":\"csv\"}", "line 1, column 11",
            "another version", "\"format\": 1");
    refuses(TEXT_FORMAT("{\"name\":\"number\",\"value\":\"{pin}\"}", "{number}"), "line 1",
            "means something already", "name of your own");
    refuses("{\"format\":1,\"name\":\"x\",\"kind\":\"xml\",\"fields\":[{\"name\":\"a\",\"value\":"
            "\"{number}\"},{\"name\":\"b\",\"value\":\"\",\"as\":\"attribute\"}]}",
            "line 1", "behind an element", "before elements");
    refuses("{\"format\":1,\"name\":\"x\",\"kind\":\"text\",\"record\":[\"{number}\"],\n"
            "\"companions\":[{\"file\":\"a.svg\",\"lines\":[\"{number}\"]}]}",
            "line 2", "does not belong here", "each record has its own");
    /* Literal text of the format itself is judged when it is read. */
    refuses("{\"format\":1,\"name\":\"x\",\"kind\":\"text\",\"encoding\":\"iso-8859-1\",\n"
            "  \"record\":[\"25 \xE2\x82\xAC {number}\"]}",
            "line 2, column 13", "U+20AC is not in iso-8859-1", "another \"encoding\"");
    refuses("{\"format\":1,\"name\":\"x\",\"kind\":\"text\",\"match\":\"pin\","
            "\"record\":[\"{match}\"]}",
            "line 1", "writes the PIN", "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_format_says_what_it_needs),
        cmocka_unit_test(a_word_without_braces_is_suspect),
        cmocka_unit_test(mistakes_are_named_with_line_column_and_remedy),
        cmocka_unit_test(formats_that_mislead_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
