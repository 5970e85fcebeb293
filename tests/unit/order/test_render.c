/* Writing files through record formats: fields, dialects, counts, and what cannot be written. */
#include "formats.h"

#include <string.h>

#include "order/render.h"
#include "order/sample.h"

/* ---- Usage ------------------------------------------------------------------------------------
 */

static void a_file_is_written_through_a_format(void **state) {
    (void)state;
    static const char json[] = "{\"format\":1,\"name\":\"two\",\"kind\":\"csv\",\"fields\":["
                               "{\"name\":\"no\",\"value\":\"{sequence}\"},"
                               "{\"name\":\"number\",\"value\":\"{number}\"}]}";
    static const char rows[] = "95281234"
                               "95285678";
    CM_CLEANUP(template_freep) struct template *t = NULL;
    CM_CLEANUP(buffer_wipe) struct buffer out = BUFFER_INIT;
    const struct record_constants constants = {0};
    const struct render_plan plan = {.constants = &constants, .records = 2, .units = 2};
    struct record_set set = {.n = 2, .first = 1};
    struct render r;
    set.column[RECORD_NUMBER] = (struct record_column){.rows = rows, .stride = 8, .width = 8};

    assert_ok(template_read(slice_text(json), "two.json", &t, NULL));
    assert_int_equal(template_values(t), 1u << RECORD_SEQUENCE | 1u << RECORD_NUMBER);
    assert_ok(render_begin(&r, t, &plan, &out, NULL));
    assert_ok(render_records(&r, &set, &out, NULL));
    assert_ok(render_end(&r, &out, NULL));
    assert_string_equal(buffer_cstr(&out), "no,number\r\n1,95281234\r\n2,95285678\r\n");
}

/* ---- Fields -----------------------------------------------------------------------------------
 */

static void fields_are_filled_up_on_either_side(void **state) {
    (void)state;
    says(TEXT_FORMAT("{\"name\":\"a\",\"value\":\"{sequence}\",\"width\":4,\"align\":\"right\","
                     "\"pad\":\"0\"}",
                     "{a}"),
         "0001\n0002\n0003\n");
    says(
        TEXT_FORMAT("{\"name\":\"b\",\"value\":\"{control}\",\"width\":11,\"pad\":\".\"}", "[{b}]"),
        "[A00000001..]\n[A00000001..]\n[A00000002..]\n");
    says(TEXT_FORMAT("{\"name\":\"b\",\"value\":\"{control}\",\"width\":9}", "{b}"),
         "A00000001\nA00000001\nA00000002\n");
}

static void characters_are_changed_and_left_out(void **state) {
    (void)state;
    says(TEXT_FORMAT("{\"name\":\"a\",\"value\":\"{control}-{member}\",\"case\":\"lower\","
                     "\"remove\":\"0\"}",
                     "{{{a}}}"),
         "{a1-1}\n{a1-2}\n{a2-1}\n");
    says(TEXT_FORMAT("{\"name\":\"a\",\"value\":\"{number_human}\",\"remove\":\" \","
                     "\"only\":\"0123456789\"}",
                     "{a}"),
         "9528718304659217483\n9528718304659217483\n9528600172345890364\n");
}

/* {q} says nothing: it is there because a record must have something of its own. */
#define ENCODED(encoding, more)                                                                    \
    "{\"format\":1,\"name\":\"x\",\"kind\":\"text\",\"eol\":\"lf\",\"encoding\":\"" encoding       \
    "\",\"fields\":[{\"name\":\"p\",\"value\":\"{product}\"" more                                  \
    "},{\"name\":\"q\",\"value\":\"{member}\",\"remove\":\"12\",\"optional\":true}],\"record\":["  \
    "\"{q}{p}\"]}"
#define THREE(line) line line line

/* U+00E9 and U+20AC as ISO/IEC 8859-1, CP1252.TXT and RFC 3629 have them. */
static void each_encoding_has_its_bytes(void **state) {
    (void)state;
    says(ENCODED("utf-8", ""), THREE("Gift card \"Caf\xC3\xA9\", 25 \xE2\x82\xAC\n"));
    says(ENCODED("windows-1252", ""), THREE("Gift card \"Caf\xE9\", 25 \x80\n"));
    says(ENCODED("windows-1252", ",\"case\":\"upper\""), THREE("GIFT CARD \"CAF\xC9\", 25 \x80\n"));
    cannot_say(ENCODED("iso-8859-1", ""), CM_E_FORMAT, "record 1", "field 'p' holds a character");
    cannot_say(ENCODED("ascii", ""), CM_E_FORMAT, "record 1", "encoding does not have");
}

static void a_width_counts_characters_not_bytes(void **state) {
    (void)state;
    says(ENCODED("utf-8", ",\"width\":25,\"align\":\"right\",\"pad\":\"*\""),
         THREE("***Gift card \"Caf\xC3\xA9\", 25 \xE2\x82\xAC\n"));
}

/* ---- Dialects ---------------------------------------------------------------------------------
 */

#define CSV_FORMAT(more, field)                                                                    \
    "{\"format\":1,\"name\":\"x\",\"kind\":\"csv\",\"eol\":\"lf\"" more                            \
    ",\"fields\":[{\"name\":\"a,b\",\"value\":\"" field                                            \
    "\"},{\"name\":\"c\",\"value\":\"{member}\"}]}"

static void csv_is_quoted_as_rfc_4180_has_it(void **state) {
    (void)state;
    says(CSV_FORMAT("", "{product}"),
         "\"a,b\",c\n\"Gift card \"\"Caf\xC3\xA9\"\", 25 \xE2\x82\xAC\",1\n"
         "\"Gift card \"\"Caf\xC3\xA9\"\", 25 \xE2\x82\xAC\",2\n"
         "\"Gift card \"\"Caf\xC3\xA9\"\", 25 \xE2\x82\xAC\",1\n");
    says(CSV_FORMAT(",\"quote\":\"always\",\"names\":false", ""),
         "\"\",\"1\"\n\"\",\"2\"\n\"\",\"1\"\n");
    says(CSV_FORMAT(",\"separator\":\";\",\"names\":false", "{control},"),
         "A00000001,;1\nA00000001,;2\nA00000002,;1\n");
    cannot_say(CSV_FORMAT(",\"quote\":\"never\",\"names\":false", "{product}"), CM_E_FORMAT,
               "record 1", "field 'a,b' holds a character that the format forbids");
    /* Names of columns are text, too. */
    cannot_say(CSV_FORMAT(",\"quote\":\"never\"", "{control}"), CM_E_FORMAT, "outside of records",
               "field 'a,b'");
}

static void json_and_xml_escape_what_is_theirs(void **state) {
    (void)state;
    says("{\"format\":1,\"name\":\"x\",\"kind\":\"jsonl\",\"fields\":[{\"name\":\"a\\\"b\","
         "\"value\":\"{product}\\\\\"},{\"name\":\"n\",\"value\":\"{sequence}\",\"number\":true}]}",
         "{\"a\\\"b\":\"Gift card \\\"Caf\xC3\xA9\\\", 25 \xE2\x82\xAC\\\\\",\"n\":1}\n"
         "{\"a\\\"b\":\"Gift card \\\"Caf\xC3\xA9\\\", 25 \xE2\x82\xAC\\\\\",\"n\":2}\n"
         "{\"a\\\"b\":\"Gift card \\\"Caf\xC3\xA9\\\", 25 \xE2\x82\xAC\\\\\",\"n\":3}\n");
    says("{\"format\":1,\"name\":\"x\",\"kind\":\"xml\",\"root\":\"r\",\"element\":\"e\","
         "\"encoding\":\"iso-8859-1\",\"fields\":[{\"name\":\"a\",\"as\":\"attribute\","
         "\"value\":\"<{brand}>'\"},{\"name\":\"n\",\"as\":\"attribute\",\"value\":\"{member}\"}]}",
         "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<r>\n"
         "<e a=\"&lt;Brio &amp; Sons&gt;&apos;\" n=\"1\"/>\n"
         "<e a=\"&lt;Brio &amp; Sons&gt;&apos;\" n=\"2\"/>\n"
         "<e a=\"&lt;Brio &amp; Sons&gt;&apos;\" n=\"1\"/>\n</r>\n");
}

static void a_number_of_json_has_no_leading_zero(void **state) {
    (void)state;
    cannot_say("{\"format\":1,\"name\":\"x\",\"kind\":\"jsonl\",\"holds\":\"pin\",\"fields\":["
               "{\"name\":\"pin\",\"value\":\"{pin}\",\"number\":true}]}",
               CM_E_FORMAT, "record 1", "field 'pin' begins with 0");
    cannot_say("{\"format\":1,\"name\":\"x\",\"kind\":\"jsonl\",\"fields\":["
               "{\"name\":\"c\",\"value\":\"{control}\",\"number\":true}]}",
               CM_E_FORMAT, "record 1", "field 'c' holds a character");
}

/* ---- What is counted --------------------------------------------------------------------------
 */

#define COUNTS                                                                                     \
    "{\"format\":1,\"name\":\"x\",\"kind\":\"text\",\"eol\":\"lf\",\"hash_total\":\"number\","     \
    "\"header\":[\"{records} {units}\"],\"record\":[\"{sequence} {in_file} {carton} {in_carton} "  \
    "{bundle_end}\"],\"trailer\":[\"{records} {units} {hash_total}\"]}"

/* Seven records of one 19-digit number each: what stands where, counted by hand. */
static void counted(uint64_t first, size_t chunk, struct buffer *out) {
    static const char row[] = "9999999999999999999";
    CM_CLEANUP(template_freep) struct template *t = made(COUNTS);
    const struct record_constants constants = {0};
    const struct render_plan plan = {
        .constants = &constants, .records = 7, .units = 7, .per_carton = 5, .per_bundle = 3};
    struct record_set set = {.n = 1, .first = first};
    struct render r;
    set.column[RECORD_NUMBER] = (struct record_column){.rows = row, .stride = 0, .width = 19};
    assert_ok(render_begin(&r, t, &plan, out, NULL));
    for (size_t done = 0; done < 7; done += set.n) {
        set.first = first + done;
        set.n = chunk < 7 - done ? chunk : 7 - done;
        assert_ok(render_records(&r, &set, out, NULL));
    }
    assert_ok(render_end(&r, out, NULL));
}

static void places_cartons_and_bundles_are_counted(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT, other = BUFFER_INIT;
    counted(4, 7, &out);
    /* 10^19 - 1 is 10^15 - 1 modulo 10^15: seven of them are 7 less than 7 x 10^15, so 10^15 - 7.
     */
    assert_string_equal(buffer_cstr(&out), "7 7\n4 1 1 4 0\n5 2 1 5 0\n6 3 2 1 1\n7 4 2 2 0\n"
                                           "8 5 2 3 0\n9 6 2 4 1\n10 7 2 5 1\n"
                                           "7 7 999999999999993\n");
    counted(4, 2, &other);
    assert_true(slice_equal(buffer_slice(&out), buffer_slice(&other)));
}

/* Against printf: 1,200 records from just below a power of ten on, the same however they are cut.
 */
static void counters_go_on_over_every_border_of_digits(void **state) {
    (void)state;
    static const uint64_t from[] = {1, 95, 9990, 99999900, 999999999999ull};
    CM_CLEANUP(template_freep)
    struct template *t =
        made("{\"format\":1,\"name\":\"x\",\"kind\":\"text\",\"eol\":\"lf\","
             "\"record\":[\"{sequence} {in_file} {sequence} {carton} {in_carton}\"]}");
    const struct record_constants constants = {0};
    for (size_t k = 0; k < CM_ARRAY_N(from); k++) {
        CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT, want = BUFFER_INIT;
        const struct render_plan plan = {
            .constants = &constants, .records = 1200, .units = 1200, .per_carton = 7};
        struct record_set set = {.n = 1};
        struct render r;
        assert_ok(render_begin(&r, t, &plan, &out, NULL));
        for (size_t done = 0; done < 1200; done += set.n) {
            set.first = from[k] + done;
            set.n = done % 5 * 11 + 1 < 1200 - done ? done % 5 * 11 + 1 : 1200 - done;
            assert_ok(render_records(&r, &set, &out, NULL));
        }
        for (unsigned long long i = 0; i < 1200; i++) {
            const unsigned long long place = from[k] + i;
            buffer_printf(&want, "%llu %llu %llu %llu %llu\n", place, i + 1, place,
                          (place - 1) / 7 + 1, (place - 1) % 7 + 1);
        }
        assert_ok(buffer_err(&want));
        assert_true(slice_equal(buffer_slice(&out), buffer_slice(&want)));
    }
}

static void a_hash_total_sums_digits_and_leaves_out_the_rest(void **state) {
    (void)state;
    /* A00000001 twice and A00000002: 4. */
    says("{\"format\":1,\"name\":\"x\",\"kind\":\"text\",\"eol\":\"lf\",\"hash_total\":\"control\","
         "\"record\":[\"{member}\"],\"trailer\":[\"{hash_total}\"]}",
         "1\n2\n1\n4\n");
}

static void a_file_that_ends_early_says_so(void **state) {
    (void)state;
    CM_CLEANUP(template_freep) struct template *t = made(COUNTS);
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    const struct record_constants constants = {0};
    const struct render_plan plan = {.constants = &constants, .records = 7, .units = 7};
    struct cm_diag diag = DIAG_INIT;
    struct render r;
    assert_ok(render_begin(&r, t, &plan, &out, NULL));
    assert_err(CM_E_STATE, render_end(&r, &out, &diag));
    assert_string_equal(diag.problem, "0 records of 0 units were written, 7 of 7 announced");
}

/* ---- Faults -----------------------------------------------------------------------------------
 */

static void a_missing_value_is_named_before_anything_is_written(void **state) {
    (void)state;
    CM_CLEANUP(template_freep)
    struct template *t =
        made("{\"format\":1,\"name\":\"x\",\"kind\":\"text\",\"record\":[\"{ean13}\"]}");
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    const struct record_constants constants = {0};
    const struct render_plan plan = {.constants = &constants, .records = 1, .units = 1};
    const struct record_set set = {.n = 1, .first = 1};
    struct cm_diag diag = DIAG_INIT;
    struct render r;
    assert_ok(render_begin(&r, t, &plan, &out, NULL));
    assert_err(CM_E_NOT_FOUND, render_records(&r, &set, &out, &diag));
    assert_string_equal(diag.problem, "the format writes {ean13}, which these records do not have");
}

static void a_fault_leaves_nothing_behind_and_quotes_nothing(void **state) {
    (void)state;
    static const char rows[] = "12345678"
                               "1234\n678";
    CM_CLEANUP(template_freep) struct template *t = made(COUNTS);
    CM_CLEANUP(template_freep)
    struct template *u =
        made("{\"format\":1,\"name\":\"x\",\"kind\":\"text\",\"record\":[\"{number}\"]}");
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    const struct record_constants constants = {0};
    const struct render_plan plan = {.constants = &constants, .records = 2, .units = 2};
    struct record_set set = {.n = 2, .first = 31};
    struct cm_diag diag = DIAG_INIT;
    struct render r;
    set.column[RECORD_NUMBER] = (struct record_column){.rows = rows, .stride = 8, .width = 8};
    buffer_text(&out, "before");
    assert_ok(render_begin(&r, u, &plan, &out, NULL));
    assert_err(CM_E_FORMAT, render_records(&r, &set, &out, &diag));
    assert_string_equal(buffer_cstr(&out), "before");
    assert_int_equal(r.records, 0);
    assert_string_equal(diag.place, "record 32");
    assert_null(strstr(diag.problem, "1234"));
    assert_null(memmem(out.p, out.cap, "1234", 4));
    assert_ok(render_begin(&r, t, &plan, &out, NULL)); /* what is not written may be anything */
}

static void texts_that_do_not_fit_are_refused(void **state) {
    (void)state;
    cannot_say(TEXT_FORMAT("{\"name\":\"a\",\"value\":\"{number}\",\"max\":18}", "{a}"),
               CM_E_FORMAT, "record 1", "field 'a' is too long");
    cannot_say(TEXT_FORMAT("{\"name\":\"a\",\"value\":\"{number}\",\"width\":18}", "{a}"),
               CM_E_FORMAT, "record 1", "field 'a' is too long");
    cannot_say(
        TEXT_FORMAT("{\"name\":\"a\",\"value\":\"{number_human}\",\"only\":\"0123456789\"}", "{a}"),
        CM_E_FORMAT, "record 1", "field 'a' holds a character");
    cannot_say(TEXT_FORMAT("{\"name\":\"a\",\"value\":\"{track2}\",\"forbid\":\"=\"}", "{a}"),
               CM_E_FORMAT, "record 1", "field 'a' holds a character");
}

static void a_companion_is_a_file_beside_the_records(void **state) {
    (void)state;
    CM_CLEANUP(template_freep)
    struct template *t = made(
        "{\"format\":1,\"name\":\"x\",\"kind\":\"text\",\"eol\":\"lf\",\"record\":[\"{number}\"],"
        "\"companions\":[{\"file\":\"{order}.svg\",\"escape\":\"xml\",\"lines\":"
        "[\"<t>{brand}</t>\"]},{\"file\":\"{brand}\",\"lines\":[\"\"]}]}");
    CM_CLEANUP(buffer_free) struct buffer name = BUFFER_INIT, out = BUFFER_INIT;
    struct sample sample;
    struct cm_diag diag = DIAG_INIT;
    sample_fill(&sample);
    assert_int_equal(template_companion_n(t), 2);
    assert_ok(render_companion(t, &sample.constants, 0, &name, &out, NULL));
    assert_string_equal(buffer_cstr(&name), "ORDER-000007.svg");
    assert_string_equal(buffer_cstr(&out), "<t>Brio &amp; Sons</t>\n");
    assert_err(CM_E_FORMAT, render_companion(t, &sample.constants, 1, &name, &out, &diag));
    assert_string_equal(buffer_cstr(&name), "ORDER-000007.svg");
    assert_err(CM_E_ARGUMENT, render_companion(t, &sample.constants, 2, &name, &out, &diag));
}

static void match_is_the_value_that_the_format_chooses(void **state) {
    (void)state;
    says("{\"format\":1,\"name\":\"x\",\"kind\":\"text\",\"eol\":\"lf\",\"match\":\"ean13\","
         "\"record\":[\"{match}\"]}",
         "2904718365209\n2904718365209\n2915600273847\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_written_through_a_format),
        cmocka_unit_test(fields_are_filled_up_on_either_side),
        cmocka_unit_test(characters_are_changed_and_left_out),
        cmocka_unit_test(each_encoding_has_its_bytes),
        cmocka_unit_test(a_width_counts_characters_not_bytes),
        cmocka_unit_test(csv_is_quoted_as_rfc_4180_has_it),
        cmocka_unit_test(json_and_xml_escape_what_is_theirs),
        cmocka_unit_test(a_number_of_json_has_no_leading_zero),
        cmocka_unit_test(places_cartons_and_bundles_are_counted),
        cmocka_unit_test(counters_go_on_over_every_border_of_digits),
        cmocka_unit_test(a_hash_total_sums_digits_and_leaves_out_the_rest),
        cmocka_unit_test(a_file_that_ends_early_says_so),
        cmocka_unit_test(a_missing_value_is_named_before_anything_is_written),
        cmocka_unit_test(a_fault_leaves_nothing_behind_and_quotes_nothing),
        cmocka_unit_test(texts_that_do_not_fit_are_refused),
        cmocka_unit_test(a_companion_is_a_file_beside_the_records),
        cmocka_unit_test(match_is_the_value_that_the_format_chooses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
