/* What cameras write. The GS1 strings follow the GS1 General Specifications, section 3 (AI 01, 21;
 * FNC1 transmitted as GS, 0x1D) and the symbology identifiers of ISO/IEC 15424 (]d2, ]Q3). */
#include "cli/feed.h"

#include <string.h>

#include "base/text.h"
#include "support/cm.h"

#define READS_MAX 64u
struct reads {
    char text[READS_MAX][80]; /* "code ABC", "bad ABC", "no-read" */
    size_t n;
    cm_err answer;
};

static cm_err take_read(void *ctx, const struct feed_read *read) {
    struct reads *r = ctx;
    static const char *const kinds[] = {"nothing", "code ", "bad ", "no-read"};
    assert_true(r->n < READS_MAX);
    r->text[r->n][0] = '\0';
    text_append(r->text[r->n++], sizeof r->text[0], "%s%.*s", kinds[read->kind],
                (int)read->code.len, (const char *)read->code.p);
    return r->answer;
}

/* The stream in pieces of so many bytes. */
static void feed_pieces(const char *stream, size_t len, size_t piece, struct reads *r) {
    CM_CLEANUP(feed_wipe) struct feed f = FEED_INIT;
    *r = (struct reads){.n = 0};
    for (size_t at = 0; at < len; at += piece)
        assert_ok(
            feed_put(&f, slice_of(stream + at, len - at < piece ? len - at : piece), take_read, r));
    assert_ok(feed_end(&f, take_read, r));
}

static void lines_become_reads_however_the_stream_is_cut(void **state) {
    (void)state;
    static const char stream[] = "code,result\r\nHWQ72K9PXM4T6\r\nNOREAD\r\n\r\n"
                                 "HWQ7-2K9P-XM4T6,good\rHWQ72K9PXM4T7;BAD\n no read \n?\nlast";
    static const char *const expected[] = {"code HWQ72K9PXM4T6", "no-read", "code HWQ7-2K9P-XM4T6",
                                           "bad HWQ72K9PXM4T7",  "no-read", "no-read",
                                           "code last"};
    for (size_t piece = 1; piece <= sizeof stream; piece++) {
        struct reads r;
        feed_pieces(stream, sizeof stream - 1, piece, &r);
        assert_int_equal(r.n, CM_ARRAY_N(expected));
        for (size_t i = 0; i < r.n; i++)
            assert_string_equal(r.text[i], expected[i]);
    }
}

static void a_code_is_found_in_what_the_symbol_holds(void **state) {
    (void)state;
    static const struct {
        const char *text, *code;
    } cases[] = {{"HWQ72K9PXM4T6", "HWQ72K9PXM4T6"},
                 {"  HWQ7 2K9P\t", "HWQ7 2K9P"},
                 {"]d20109521234543213"
                  "21HWQ72K9PXM4T6",
                  "HWQ72K9PXM4T6"},
                 {"]d2\x1d"
                  "010952123454321321HWQ7\x1d"
                  "10LOT",
                  "HWQ7"},
                 {"(01)09521234543213(21)HWQ7", "HWQ7"},
                 {"010952123454321321", ""},
                 {"0109521234543213", "0109521234543213"}, /* digits alone are a code */
                 {"01095212345432132", "01095212345432132"},
                 {"https://cola.example/c/HWQ7", "HWQ7"},
                 {"https://cola.example/win?lang=de&c=HWQ7#top", "HWQ7"},
                 {"https://cola.example/HWQ7/", "HWQ7"},
                 {"]Q3https://id.cola.example/01/09521234543213/21/HWQ7", "HWQ7"},
                 {"]E0", "]E0"},
                 {"", ""}};
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        const struct cm_slice code = feed_code(slice_text(cases[i].text));
        assert_int_equal(code.len, strlen(cases[i].code));
        assert_memory_equal(code.p, cases[i].code, code.len);
    }
}

/* Noise is a read of a wrong code, once a line, and none of it gets through. */
static void hostile_lines_are_wrong_codes_and_pass_nothing_on(void **state) {
    (void)state;
    static const char noise[] = "\x00\x01\xff\n\xc3\x28\nA\x1b[2J\nHWQ7\n";
    static char flood[3 * FEED_LINE_MAX + 16];
    struct reads r;
    feed_pieces(noise, sizeof noise - 1, 3, &r);
    assert_int_equal(r.n, 4);
    assert_string_equal(r.text[0], "code ");
    assert_string_equal(r.text[1], "code ");
    assert_string_equal(r.text[2], "code ");
    assert_string_equal(r.text[3], "code HWQ7");
    memset(flood, 'A', sizeof flood);
    memcpy(flood + sizeof flood - 6, "\nHWQ7\n", 6);
    for (size_t piece = 1; piece < sizeof flood; piece += 97) {
        feed_pieces(flood, sizeof flood, piece, &r);
        assert_int_equal(r.n, 2);
        assert_string_equal(r.text[0], "code ");
        assert_string_equal(r.text[1], "code HWQ7");
    }
}

static void a_line_of_the_greatest_length_is_still_read(void **state) {
    (void)state;
    static char line[FEED_LINE_MAX + 1];
    struct reads r;
    memset(line, ' ', sizeof line);
    memcpy(line, "HWQ7", 4);
    line[FEED_LINE_MAX] = '\n';
    feed_pieces(line, sizeof line, 100, &r);
    assert_int_equal(r.n, 1);
    assert_string_equal(r.text[0], "code HWQ7");
}

static void the_takers_error_ends_the_feed(void **state) {
    (void)state;
    CM_CLEANUP(feed_wipe) struct feed f = FEED_INIT;
    struct reads r = {.answer = CM_E_IO};
    assert_err(CM_E_IO, feed_put(&f, slice_text("A\nB\n"), take_read, &r));
    assert_int_equal(r.n, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_become_reads_however_the_stream_is_cut),
        cmocka_unit_test(a_code_is_found_in_what_the_symbol_holds),
        cmocka_unit_test(hostile_lines_are_wrong_codes_and_pass_nothing_on),
        cmocka_unit_test(a_line_of_the_greatest_length_is_still_read),
        cmocka_unit_test(the_takers_error_ends_the_feed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
