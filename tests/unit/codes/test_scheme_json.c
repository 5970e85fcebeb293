/* The scheme file. S, C and T of the example were computed with node's BigInt:
 * 23n ** 12n, 64n * 1024n * 1048576n, S / C. */
#include "support/cm.h"

#include <string.h>

#include "codes/scheme_json.h"

static const char example[] =
    "{\n"
    "  \"format\": \"countermark-scheme-1\",\n"
    "  \"id\": 7,\n"
    "  \"name\": \"cola-2026\",\n"
    "  \"brand\": \"cola\",\n"
    "  \"mode\": \"TEST\",\n"
    "  \"key_version\": 1,\n"
    "  \"technology\": \"inkjet\",\n"
    "  \"alphabet\": {\n"
    "    \"preset\": \"default\",\n"
    "    \"symbols\": \"234679BCDFGHJKMPQRTVWXY\"\n"
    "  },\n"
    "  \"length\": 12,\n"
    "  \"check\": \"prime\",\n"
    "  \"grouping\": {\n"
    "    \"sizes\": [\n      4,\n      4,\n      5\n    ],\n"
    "    \"separator\": \"-\"\n"
    "  },\n"
    "  \"attributes\": [\n"
    "    {\n"
    "      \"name\": \"sku\",\n"
    "      \"place\": \"inline\",\n"
    "      \"room\": 64,\n"
    "      \"values\": [\n        \"COLA-330\",\n        \"COLA-500\"\n      ]\n"
    "    },\n"
    "    {\n"
    "      \"name\": \"flavour\",\n"
    "      \"place\": \"registered\",\n"
    "      \"room\": 16,\n"
    "      \"values\": []\n"
    "    }\n"
    "  ],\n"
    "  \"date\": {\n"
    "    \"place\": \"registered\",\n"
    "    \"epoch\": \"2026-01-01\",\n"
    "    \"days\": 3653\n"
    "  },\n"
    "  \"batches\": 1024,\n"
    "  \"serials\": 1048576,\n"
    "  \"filter\": {\n"
    "    \"words\": 1,\n"
    "    \"rotation\": false\n"
    "  },\n"
    "  \"tables\": 1,\n"
    "  \"volume\": 4000000,\n"
    "  \"odds\": 1000000000,\n"
    "  \"frozen\": {\n"
    "    \"S\": \"21914624432020321\",\n"
    "    \"C\": \"68719476736\",\n"
    "    \"T\": \"318899\"\n"
    "  }\n"
    "}\n";

static cm_err read(struct scheme *scheme, const char *text, enum scheme_json_mode mode,
                   struct cm_diag *diag) {
    scheme_init(scheme);
    return scheme_json_read(scheme, slice_text(text), "s.json", mode, diag);
}

/* The example with the first `from` replaced by `to`. */
static const char *edited(char *out, size_t cap, const char *from, const char *to) {
    const char *at = strstr(example, from);
    assert_non_null(at);
    const int len =
        snprintf(out, cap, "%.*s%s%s", (int)(at - example), example, to, at + strlen(from));
    assert_true(len > 0 && (size_t)len < cap);
    return out;
}

static void a_scheme_file_is_read_and_written_byte_for_byte(void **state) {
    (void)state;
    CM_CLEANUP(scheme_wipe) struct scheme s;
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    assert_ok(read(&s, example, SCHEME_JSON_FROZEN, NULL));
    assert_string_equal(s.name, "cola-2026");
    assert_int_equal(s.numbers.id, 7);
    assert_int_equal(s.numbers.t_minus_1, 318898);
    assert_int_equal(s.numbers.epoch_day, 20454); /* 2026-01-01; date -d @$((20454*86400)) */
    assert_true(s.numbers.test && s.numbers.attribute[0].present_inline);
    assert_int_equal(values_find(&s.values[0], slice_text("COLA-500")), 1);
    assert_ok(scheme_json_write(&s, &out));
    assert_string_equal(buffer_cstr(&out), example);
}

static void a_list_grows_at_its_end_and_nowhere_else(void **state) {
    (void)state;
    CM_CLEANUP(scheme_wipe) struct scheme s;
    struct cm_diag diag = DIAG_INIT;
    assert_ok(read(&s, example, SCHEME_JSON_FROZEN, NULL));
    uint32_t index = 0;
    assert_ok(scheme_append_value(&s, 0, slice_text("COLA-1000"), &index, &diag));
    assert_int_equal(index, 2);
    assert_err(CM_E_EXISTS, scheme_append_value(&s, 0, slice_text("COLA-330"), &index, &diag));
    assert_string_equal(diag.problem, "the value is in the list already, as number 0");
    assert_int_equal(index, 2);
    for (int i = 0; i < 16; i++) {
        char text[8];
        (void)snprintf(text, sizeof text, "f%d", i);
        assert_ok(scheme_append_value(&s, 1, slice_text(text), &index, NULL));
    }
    diag = (struct cm_diag)DIAG_INIT;
    assert_err(CM_E_LIMIT, scheme_append_value(&s, 1, slice_text("f16"), &index, &diag));
    assert_string_equal(diag.problem, "the room reserved for 16 values is full");
    assert_err(CM_E_NOT_FOUND, scheme_append_value(&s, 2, slice_text("x"), &index, NULL));
    assert_int_equal(scheme_attribute_find(&s, slice_text("flavour")), 1);
    assert_int_equal(scheme_attribute_find(&s, slice_text("line")), SCHEME_NO_FIELD);
}

static void the_frozen_numbers_must_be_what_the_file_computes_to(void **state) {
    (void)state;
    static const struct {
        const char *from, *to, *place;
    } cases[] = {
        {"\"21914624432020321\"", "\"21914624432020322\"", "$.frozen.S"},
        {"\"68719476736\"", "\"68719476735\"", "$.frozen.C"},
        {"\"318899\"", "\"318898\"", "$.frozen.T"},
        {"\"room\": 64", "\"room\": 128", "$.frozen.C"},
    };
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        char text[2048];
        struct scheme s;
        struct cm_diag diag = DIAG_INIT;
        edited(text, sizeof text, cases[i].from, cases[i].to);
        assert_err(CM_E_CORRUPT, read(&s, text, SCHEME_JSON_FROZEN, &diag));
        assert_non_null(strstr(diag.place, cases[i].place));
        assert_string_equal(diag.input, "s.json");
    }
}

static void a_draft_may_leave_the_frozen_numbers_to_us(void **state) {
    (void)state;
    char text[2048];
    edited(text, sizeof text, "\"odds\": 1000000000,\n  \"frozen\"", "\"odds\": 1000000000}\n\n\n");
    *strchr(strstr(text, "}\n\n\n"), '\n') = '\0';
    CM_CLEANUP(scheme_wipe) struct scheme s;
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_FORMAT, read(&s, text, SCHEME_JSON_FROZEN, &diag));
    assert_non_null(strstr(diag.place, "$.frozen"));
    assert_ok(read(&s, text, SCHEME_JSON_DRAFT, NULL));
    assert_int_equal(s.numbers.t_minus_1, 318898);
}

static void what_is_wrong_in_a_file_is_named_with_place_and_remedy(void **state) {
    (void)state;
    static const struct {
        const char *from, *to;
        cm_err err;
        const char *place, *problem;
    } bad[] = {
        {"\"length\"", "\"lenght\"", CM_E_FORMAT, "line 13, column 3, $.lenght", "unknown key"},
        {"\"COLA-500\"", "\"COLA-330\"", CM_E_FORMAT,
         "line 30, column 9, $.attributes[0].values[1]", "already, as item 0"},
        {"234679BCDFGHJKMPQRTVWXY", "234679BCDFGHJKMPQRTVWXX", CM_E_CORRUPT, "$.alphabet.symbols",
         "not the symbols of the preset"},
        {"\"preset\": \"default\",\n    \"symbols\": \"234679BCDFGHJKMPQRTVWXY\"",
         "\"symbols\": \"234679BCDFGHJKMPQRTVWXX\"", CM_E_FORMAT, "$.alphabet.symbols", "X"},
        {"\"preset\": \"default\"", "\"preset\": \"nice\"", CM_E_NOT_FOUND, "$.alphabet.preset",
         ""},
        {"\"TEST\"", "\"test\"", CM_E_FORMAT, "$.mode", "LIVE, TEST"},
        {"\"prime\"", "\"luhn\"", CM_E_FORMAT, "$.check", "unknown kind"},
        {"2026-01-01", "2026-02-30", CM_E_FORMAT, "$.date.epoch", "not a date"},
        {"\"id\": 7", "\"id\": -1", CM_E_RANGE, "$.id", "-1 is outside"},
        {"\"length\": 12", "\"length\": 13", CM_E_RANGE, "", "13"},
        {"\"tables\": 1", "\"tables\": 9", CM_E_VERSION, "table version", "version 9"},
        {"\"id\": 7", "\"id\": 7.0", CM_E_FORMAT, "$.id", "fraction"},
        {"\"id\": 7", "\"id\": 7, \"id\": 8", CM_E_FORMAT, "line 3", "twice"},
        {"\"batches\": 1024", "\"batches\": 0", CM_E_RANGE, "$.batches", "0 is outside"},
        {"\"sku\"", "\"date\"", CM_E_FORMAT, "attributes", "'date' is no attribute name"},
        {"\"flavour\"", "\"sku\"", CM_E_FORMAT, "attributes", "two attributes are called 'sku'"},
        {"\"odds\": 1000000000", "\"odds\": 10000000000", CM_E_LIMIT, "odds",
         "one in 5478656108, promised is one in 10000000000"},
        {"\"room\": 16", "\"room\": 0", CM_E_RANGE, "$.attributes[1].room", "0 is outside"},
        {"countermark-scheme-1", "countermark-scheme-2", CM_E_FORMAT, "$.format", "unknown word"},
    };
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        char text[2048];
        struct cm_diag diag = DIAG_INIT;
        struct scheme s, untouched;
        memset(&s, 0xA5, sizeof s);
        memcpy(&untouched, &s, sizeof s);
        edited(text, sizeof text, bad[i].from, bad[i].to);
        assert_err(bad[i].err,
                   scheme_json_read(&s, slice_text(text), "s.json", SCHEME_JSON_FROZEN, &diag));
        assert_memory_equal(&s, &untouched, sizeof s);
        if (strstr(diag.place, bad[i].place) == NULL) fail_msg("%zu: place %s", i, diag.place);
        if (strstr(diag.problem, bad[i].problem) == NULL) fail_msg("%zu: %s", i, diag.problem);
        assert_string_not_equal(diag.remedy, "");
        assert_string_equal(diag.input, "s.json");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scheme_file_is_read_and_written_byte_for_byte),
        cmocka_unit_test(a_list_grows_at_its_end_and_nowhere_else),
        cmocka_unit_test(the_frozen_numbers_must_be_what_the_file_computes_to),
        cmocka_unit_test(a_draft_may_leave_the_frozen_numbers_to_us),
        cmocka_unit_test(what_is_wrong_in_a_file_is_named_with_place_and_remedy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
