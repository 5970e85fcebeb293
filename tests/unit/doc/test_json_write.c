/* JSON writing: escapes after RFC 8259 section 7; what is written is read back by our strict
 * reader, which rests on jansson and not on the writer. */
#include "support/cm.h"

#include <string.h>

#include "doc/json.h"
#include "doc/json_write.h"

static void a_record_is_written_in_the_order_it_was_put(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct json_writer w = json_writer_into(&out, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "name", "cola");
    json_array_begin(&w, "lengths");
    json_put_u64(&w, NULL, UINT64_MAX);
    json_put_i64(&w, NULL, INT64_MIN);
    json_array_end(&w);
    json_object_begin(&w, "empty");
    json_object_end(&w);
    json_put_bool(&w, "test", true);
    json_put_null(&w, "end");
    json_object_end(&w);
    assert_string_equal(buffer_cstr(&out),
                        "{\"name\":\"cola\",\"lengths\":[18446744073709551615,"
                        "-9223372036854775808],\"empty\":{},\"test\":true,\"end\":null}");
}

static void pretty_text_has_two_spaces_a_level(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct json_writer w = json_writer_into(&out, true);
    json_object_begin(&w, NULL);
    json_array_begin(&w, "a");
    json_put_u64(&w, NULL, 1);
    json_put_u64(&w, NULL, 2);
    json_array_end(&w);
    json_array_begin(&w, "b");
    json_array_end(&w);
    json_object_end(&w);
    assert_string_equal(buffer_cstr(&out), "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": []\n}\n");
}

static void every_text_survives_the_way_out_and_in(void **state) {
    (void)state;
    char text[0x80 + 8];
    size_t n = 0;
    for (char c = 1; c < 0x7F; c++)
        text[n++] = c;
    text[n++] = 0x7F;
    memcpy(text + n, "\xC3\xA4\xE2\x82\xAC", 6); /* a umlaut, euro sign */
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct json_writer w = json_writer_into(&out, false);
    json_put_cstr(&w, NULL, text);
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    assert_ok(json_doc_new(&doc, buffer_slice(&out), "t", &JSON_LIMITS_DEFAULT, NULL));
    struct cm_slice back;
    assert_ok(json_text(json_root(doc), 0, 1000, &back));
    assert_true(slice_equal(back, slice_text(text)));
}

static void bytes_that_are_not_utf8_become_the_replacement_character(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct json_writer w = json_writer_into(&out, false);
    json_put_text(&w, NULL, slice_of("a\xFF\xC3", 3));
    assert_string_equal(buffer_cstr(&out), "\"a\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_is_written_in_the_order_it_was_put),
        cmocka_unit_test(pretty_text_has_two_spaces_a_level),
        cmocka_unit_test(every_text_survives_the_way_out_and_in),
        cmocka_unit_test(bytes_that_are_not_utf8_become_the_replacement_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
