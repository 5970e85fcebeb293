/* Strict JSON reading. Places (line, column) were counted by hand in the texts below; what is and
 * is not JSON follows RFC 8259, duplicate keys RFC 7493 (I-JSON) section 2.3. */
#include "support/cm.h"

#include <jansson.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "doc/json.h"

static cm_err parse(struct json_doc **doc, const char *text, struct cm_diag *diag) {
    return json_doc_new(doc, slice_text(text), "t.json", &JSON_LIMITS_DEFAULT, diag);
}

static void a_document_is_read_by_typed_readers(void **state) {
    (void)state;
    static const char *const keys[] = {"name", "length", "test", "fields"};
    static const char *const words[] = {"inline", "registered"};
    struct cm_diag diag = DIAG_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    assert_ok(parse(&doc,
                    "{\"name\":\"cola\",\"length\":12,\"test\":true,"
                    "\"fields\":[\"inline\",\"registered\"]}",
                    &diag));
    const struct json_value root = json_root(doc);
    assert_ok(json_only(root, keys, CM_ARRAY_N(keys)));
    char name[8];
    uint64_t length = 0;
    bool test = false;
    size_t n = 0, word = 0;
    assert_ok(json_copy_text(json_get(root, "name"), 1, name, sizeof name));
    assert_ok(json_u64(json_get(root, "length"), 6, 64, &length));
    assert_ok(json_bool(json_get(root, "test"), &test));
    assert_ok(json_items(json_get(root, "fields"), 0, 8, &n));
    assert_ok(json_word(json_at(json_get(root, "fields"), 1), words, CM_ARRAY_N(words), &word));
    assert_string_equal(name, "cola");
    assert_int_equal(length, 12);
    assert_true(test);
    assert_int_equal(n, 2);
    assert_int_equal(word, 1);
}

static void an_error_names_line_column_path_and_remedy(void **state) {
    (void)state;
    struct cm_diag diag = DIAG_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    assert_ok(parse(&doc,
                    "{\n  \"fields\": [\n    {\"name\": \"sku\"},\n    {\"n\\u00e4me\": [], "
                    "\"name\": 7}\n  ]\n}",
                    &diag));
    char name[8] = "keep";
    const struct json_value field = json_at(json_get(json_root(doc), "fields"), 1);
    assert_err(CM_E_FORMAT, json_copy_text(json_get(field, "name"), 1, name, sizeof name));
    assert_string_equal(name, "keep");
    assert_string_equal(diag.input, "t.json");
    assert_string_equal(diag.place, "line 4, column 31, $.fields[1].name");
    assert_string_equal(diag.problem, "this is an integer, wanted is a text");
    assert_string_equal(diag.remedy, "change the value");
}

static void an_unknown_key_is_named_at_its_key(void **state) {
    (void)state;
    static const char *const keys[] = {"name", "length"};
    struct cm_diag diag = DIAG_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    assert_ok(parse(&doc, "{\"name\": \"a\",\n \"lenght\": 12}", &diag));
    assert_err(CM_E_FORMAT, json_only(json_root(doc), keys, CM_ARRAY_N(keys)));
    assert_string_equal(diag.place, "line 2, column 2, $.lenght");
    assert_string_equal(diag.problem, "unknown key; known are: name, length");
}

static void an_absent_member_is_reported_at_its_object(void **state) {
    (void)state;
    struct cm_diag diag = DIAG_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    assert_ok(parse(&doc, "[0, {\"a\": 1}]", &diag));
    uint64_t v = 0xA5;
    assert_err(CM_E_FORMAT, json_u64(json_get(json_at(json_root(doc), 1), "b"), 0, 9, &v));
    assert_int_equal(v, 0xA5);
    assert_string_equal(diag.place, "line 1, column 5, $[1].b");
    assert_string_equal(diag.problem, "missing: an integer is wanted here");
}

static void readers_of_a_way_that_does_not_exist_fail_softly(void **state) {
    (void)state;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    assert_ok(parse(&doc, "{\"a\": 5}", NULL));
    const struct json_value deep = json_at(json_get(json_get(json_root(doc), "a"), "b"), 3);
    uint64_t v = 0;
    assert_false(json_present(deep));
    assert_err(CM_E_FORMAT, json_u64(deep, 0, 9, &v));
}

static void integers_are_held_to_their_range(void **state) {
    (void)state;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    assert_ok(parse(&doc, "[-1, 0, 10, 11, 9223372036854775807, 1.0, 1e3, \"5\", null]", NULL));
    const struct json_value root = json_root(doc);
    uint64_t v = 0;
    assert_err(CM_E_RANGE, json_u64(json_at(root, 0), 0, UINT64_MAX, &v));
    assert_ok(json_u64(json_at(root, 2), 0, 10, &v));
    assert_err(CM_E_RANGE, json_u64(json_at(root, 3), 0, 10, &v));
    assert_ok(json_u64(json_at(root, 4), 0, INT64_MAX, &v));
    assert_true(v == (uint64_t)INT64_MAX);
    for (size_t i = 5; i <= 8; i++)
        assert_err(CM_E_FORMAT, json_u64(json_at(root, i), 0, 9, &v));
    int64_t s = 0;
    assert_ok(json_i64(json_at(root, 0), -1, 1, &s));
    assert_int_equal(s, -1);
    assert_err(CM_E_RANGE, json_i64(json_at(root, 0), 0, 1, &s));
}

static void texts_outside_the_grammar_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *text;
        cm_err err;
        const char *place, *problem;
    } bad[] = {
        {"", CM_E_FORMAT, "line 1, column 1", "the text ends too early"},
        {"{\"a\":1,\n\"a\":2}", CM_E_FORMAT, NULL, "a key stands twice in one object"},
        {"[1,]", CM_E_FORMAT, NULL, "this is not JSON"},
        {"{'a':1}", CM_E_FORMAT, NULL, "this is not JSON"},
        {"[1] 2", CM_E_FORMAT, NULL, "more text follows the value"},
        {"[1", CM_E_FORMAT, NULL, "the text ends too early"},
        {"[9223372036854775808]", CM_E_RANGE, NULL, "a number is too big"},
        {"[1e999]", CM_E_RANGE, NULL, "a number is too big"},
        {"[\"\\u0000\"]", CM_E_FORMAT, NULL, "a text holds the character U+0000"},
        {"{\"\\u0000\":1}", CM_E_FORMAT, NULL, "a text holds the character U+0000"},
        {"[\"\xFF\"]", CM_E_FORMAT, NULL, "the text is not UTF-8"},
        {"[\"\xED\xA0\x80\"]", CM_E_FORMAT, NULL, "the text is not UTF-8"},
        {"[NaN]", CM_E_FORMAT, NULL, "this is not JSON"},
        {"[01]", CM_E_FORMAT, NULL, "this is not JSON"},
        {"\xEF\xBB\xBF[]", CM_E_FORMAT, "line 1, column 1",
         "the text begins with a byte-order mark"},
    };
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        struct cm_diag diag = DIAG_INIT;
        struct json_doc *doc = NULL;
        assert_err(bad[i].err, parse(&doc, bad[i].text, &diag));
        assert_null(doc);
        assert_string_equal(diag.problem, bad[i].problem);
        if (bad[i].place != NULL) assert_string_equal(diag.place, bad[i].place);
        assert_non_null(strstr(diag.place, "line "));
    }
}

static void a_raw_nul_is_refused_though_jansson_takes_it(void **state) {
    (void)state;
    struct json_doc *doc = NULL;
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_FORMAT,
               json_doc_new(&doc, slice_of("[4\0 ]", 6), "t", &JSON_LIMITS_DEFAULT, &diag));
    assert_string_equal(diag.place, "line 1, column 3");
    assert_string_equal(diag.problem, "a raw control character, 0x00");
}

static void an_error_never_quotes_the_text(void **state) {
    (void)state;
    struct cm_diag diag = DIAG_INIT;
    struct json_doc *doc = NULL;
    char line[1200];
    assert_err(CM_E_FORMAT, parse(&doc, "{\"code\": \"K7XM2QRW9CDF\", oops}", &diag));
    assert_true(diag_text(&diag, CM_E_FORMAT, line, sizeof line) > 0);
    assert_null(strstr(line, "K7XM"));
}

static void nesting_and_size_have_limits(void **state) {
    (void)state;
    char deep[2 * 100 + 1];
    for (size_t depth = 31; depth <= 100; depth++) {
        memset(deep, '[', depth);
        memset(deep + depth, ']', depth);
        deep[2 * depth] = '\0';
        struct json_doc *doc = NULL;
        assert_err(depth <= JSON_DEPTH_MAX ? CM_OK : CM_E_LIMIT, parse(&doc, deep, NULL));
        json_doc_free(doc);
    }
    struct json_doc *doc = NULL;
    const struct json_limits tight = {.text_max = 5, .depth_max = 1};
    assert_err(CM_E_LIMIT, json_doc_new(&doc, slice_text("[1,234]"), "t", &tight, NULL));
    assert_err(CM_E_LIMIT, json_doc_new(&doc, slice_text("[[]]"), "t", &tight, NULL));
    assert_ok(json_doc_new(&doc, slice_text("[\"[\"]"), "t", &tight, NULL));
    json_doc_free(doc);
}

static void ten_thousand_unclosed_brackets_are_refused_without_recursion(void **state) {
    (void)state;
    char *text = malloc(1u << 19);
    assert_non_null(text);
    memset(text, '[', 1u << 19);
    struct json_doc *doc = NULL;
    assert_err(CM_E_LIMIT,
               json_doc_new(&doc, slice_of(text, 1u << 19), "t", &JSON_LIMITS_DEFAULT, NULL));
    free(text);
}

static void a_place_at_the_deepest_level_is_found(void **state) {
    (void)state;
    char text[200];
    memset(text, '[', 32);
    memcpy(text + 32, "true", 4);
    memset(text + 36, ']', 32);
    struct cm_diag diag = DIAG_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    assert_ok(json_doc_new(&doc, slice_of(text, 68), "t", &JSON_LIMITS_DEFAULT, &diag));
    struct json_value v = json_root(doc);
    for (size_t i = 0; i < 32; i++)
        v = json_at(v, 0);
    uint64_t n = 0;
    assert_err(CM_E_FORMAT, json_u64(v, 0, 1, &n));
    assert_non_null(strstr(diag.place, "line 1, column 33, $[0][0]"));
}

static void a_hostile_key_cannot_write_lines_into_a_log(void **state) {
    (void)state;
    struct cm_diag diag = DIAG_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    assert_ok(parse(&doc, "{\"a\\n2026 error\\u001b[2J\": 1}", &diag));
    static const char *const keys[] = {"a"};
    assert_err(CM_E_FORMAT, json_only(json_root(doc), keys, 1));
    for (const char *c = diag.place; *c != '\0'; c++)
        assert_true((unsigned char)*c >= 0x20);
}

static void a_word_outside_the_list_is_answered_with_the_list(void **state) {
    (void)state;
    static const char *const words[] = {"TEST", "LIVE"};
    struct cm_diag diag = DIAG_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    assert_ok(parse(&doc, "\"live\"", &diag));
    size_t at = 9;
    assert_err(CM_E_FORMAT, json_word(json_root(doc), words, 2, &at));
    assert_int_equal(at, 9);
    assert_string_equal(diag.place, "line 1, column 1, $");
    assert_string_equal(diag.problem, "unknown word; known are: TEST, LIVE");
}

static void a_value_is_copied_with_its_members_in_order(void **state) {
    (void)state;
    static const char text[] = "{\"b\": {\"z\": [1, null, \"\\u00e9\"], \"a\": true}, \"n\": -5}";
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    assert_ok(json_doc_new(&doc, slice_text(text), "test", &JSON_LIMITS_DEFAULT, NULL));
    assert_ok(json_copy_value(json_get(json_root(doc), "b"), &out));
    assert_string_equal(buffer_cstr(&out), "{\"z\":[1,null,\"\u00e9\"],\"a\":true}");
    assert_int_equal(json_copy_value(json_get(json_root(doc), "c"), &out), CM_E_FORMAT);
}

/* A free() that looks at what it is given. */
static const char code[] = "7KQM4TXHPW2C";
static size_t left_over;
static void look_and_free(void *p) {
    if (p != NULL && memmem(p, malloc_usable_size(p), code, sizeof code - 1) != NULL) left_over++;
    free(p);
}

/* Answers to a line and reads of a camera are documents full of codes. */
static void texts_are_wiped_before_their_memory_is_given_back(void **state) {
    (void)state;
    struct json_doc *doc = NULL;
    json_set_alloc_funcs(malloc, look_and_free);
    assert_ok(parse(&doc,
                    "{\"codes\":[\"7KQM4TXHPW2C\",{\"deep\":[\"7KQM4TXHPW2C\"]},null],"
                    "\"a longer text behind them\":1}",
                    NULL));
    json_doc_free(doc);
    json_set_alloc_funcs(malloc, free);
    assert_int_equal(left_over, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_is_read_by_typed_readers),
        cmocka_unit_test(texts_are_wiped_before_their_memory_is_given_back),
        cmocka_unit_test(an_error_names_line_column_path_and_remedy),
        cmocka_unit_test(an_unknown_key_is_named_at_its_key),
        cmocka_unit_test(an_absent_member_is_reported_at_its_object),
        cmocka_unit_test(readers_of_a_way_that_does_not_exist_fail_softly),
        cmocka_unit_test(integers_are_held_to_their_range),
        cmocka_unit_test(texts_outside_the_grammar_are_refused),
        cmocka_unit_test(a_raw_nul_is_refused_though_jansson_takes_it),
        cmocka_unit_test(an_error_never_quotes_the_text),
        cmocka_unit_test(nesting_and_size_have_limits),
        cmocka_unit_test(ten_thousand_unclosed_brackets_are_refused_without_recursion),
        cmocka_unit_test(a_place_at_the_deepest_level_is_found),
        cmocka_unit_test(a_hostile_key_cannot_write_lines_into_a_log),
        cmocka_unit_test(a_value_is_copied_with_its_members_in_order),
        cmocka_unit_test(a_word_outside_the_list_is_answered_with_the_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
