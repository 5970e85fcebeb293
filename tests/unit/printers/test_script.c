/* Texts that steer the emulators: fault scripts, line protocols, escapes; and their refusals. */
#include "support/cm.h"

#include <string.h>

#include "support/printers/escape.h"
#include "support/printers/fault.h"
#include "support/printers/protocol.h"

static void a_script_reads_line_by_line(void **state) {
    (void)state;
    static const char text[] = "# a bad night\n"
                               "at item 5 no-reply\n"
                               "\n"
                               "one-in reply 50 late 1500\n"
                               "at reply 3 unsolicited PRC\\r\n"
                               "at print 9 power keep for 500\n"
                               "at print 10 skip counted";
    struct fault_script s;
    assert_ok(fault_parse(slice_text(text), "night.faults", &s, NULL));
    assert_int_equal(s.n, 5);
    assert_int_equal(s.faults[0].moment, FAULT_AT_ITEM);
    assert_int_equal(s.faults[0].n, 5);
    assert_int_equal(s.faults[1].what, FAULT_LATE);
    assert_true(s.faults[1].random);
    assert_int_equal(s.faults[1].ms, 1500);
    assert_memory_equal(s.faults[2].text.p, "PRC\r", 4);
    assert_true(s.faults[3].kept);
    assert_int_equal(s.faults[3].ms, 500);
    assert_true(s.faults[4].counted);
    fault_script_free(&s);
}

static void each_mistake_in_a_script_is_refused_with_its_line(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "reprint",
        "at print reprint",
        "at print 0 reprint",
        "at print -1 reprint",
        "at print 99999999999999999999 reprint",
        "at lunch 1 reprint",
        "at print 1",
        "at print 1 explode",
        "at print 1 reprint twice",
        "at reply 1 late",
        "at reply 1 late 0",
        "at reply 1 late 99999999999",
        "at print 1 power",
        "at print 1 power maybe",
        "at print 1 paper-out since 5",
        "at print 1 paper-out for",
        "at reply 1 unsolicited \\q",
        "at reply 1 unsolicited \\x1",
        "at print 1 skip uncounted",
    };
    for (size_t i = 0; i < CM_ARRAY_N(wrong); i++) {
        char text[128];
        struct cm_diag diag = DIAG_INIT;
        struct fault_script s;
        memset(&s, 0xA5, sizeof s);
        (void)snprintf(text, sizeof text, "at print 1 reprint\n%s\n", wrong[i]);
        assert_err(CM_E_FORMAT, fault_parse(slice_text(text), "night.faults", &s, &diag));
        assert_string_equal(diag.place, "line 2");
        assert_string_equal(diag.input, "night.faults");
        assert_int_equal(((const uint8_t *)&s)[0], 0xA5); /* untouched */
    }
}

static void bytes_survive_their_escape(void **state) {
    (void)state;
    uint8_t all[256];
    struct buffer text = BUFFER_INIT, back = BUFFER_INIT;
    for (unsigned i = 0; i < sizeof all; i++)
        all[i] = (uint8_t)i;
    escape_put(&text, slice_of(all, sizeof all), "|=");
    assert_ok(escape_parse(buffer_slice(&text), &back));
    assert_int_equal(back.len, sizeof all);
    assert_memory_equal(back.p, all, sizeof all);
    for (size_t i = 0; i < text.len; i++)
        assert_in_range(text.p[i], 0x20, 0x7E);
    assert_null(memchr(text.p, '|', text.len));
    buffer_free(&text);
    buffer_free(&back);
    static const char *const wrong[] = {"\\", "\\q", "\\x", "\\x1", "\\xgg", "a\\"};
    for (size_t i = 0; i < CM_ARRAY_N(wrong); i++) {
        assert_err(CM_E_FORMAT, escape_parse(slice_text(wrong[i]), &back));
        buffer_free(&back);
    }
}

/* ---- Line protocols ------------------------------------------------------------------------- */

static bool matches(const char *pattern, const char *body, size_t *n, struct rule_catch *c) {
    return protocol_matches(slice_text(pattern), slice_text(body), c, n);
}

static void a_pattern_catches_up_to_what_follows(void **state) {
    (void)state;
    struct rule_catch c[PROTOCOL_CATCHES];
    size_t n = 0;
    assert_true(matches("JU0||0|<field>|<value>|", "JU0||0|code|A=1|", &n, c));
    assert_int_equal(n, 2);
    assert_true(slice_equal(c[0].text, slice_text("code")));
    assert_true(slice_equal(c[1].text, slice_text("A=1")));
    assert_true(matches("S001<text>", "S001", &n, c));
    assert_int_equal(c[0].text.len, 0);
    assert_false(matches("S001<text>", "S002x", &n, c));
    assert_false(matches("A?", "A?x", &n, c));
    assert_false(matches("A?", "A", &n, c));
    assert_false(matches("<a>|", "no bar", &n, c));
    assert_false(matches("<unclosed", "x", &n, c));
    assert_false(matches("<1>.<2>.<3>.<4>.<5>.<6>.<7>.<8>.<9>", "........", &n, c));
}

static void each_mistake_in_a_protocol_is_refused_with_its_line(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "colour red",
        "model stack",
        "state asleep 1",
        "checksum crc",
        "depth many",
        "end \\q",
        "end",
        "end \\n",
        "  ack",
        "printed \\x1c if x",
        "on a\n  jump",
        "on a\n  say",
        "on a\n  take x",
        "on a\n  ack please",
        "on a\n  set x",
    };
    for (size_t i = 0; i < CM_ARRAY_N(wrong); i++) {
        char text[128], place[16];
        struct cm_diag diag = DIAG_INIT;
        struct protocol *r = NULL;
        (void)snprintf(text, sizeof text, "end \\r\n%s\n", wrong[i]);
        (void)snprintf(place, sizeof place, "line %d", strchr(wrong[i], '\n') == NULL ? 2 : 3);
        assert_err(CM_E_FORMAT, protocol_parse(slice_text(text), "own.rules", &r, &diag));
        assert_string_equal(diag.place, place);
        assert_null(r);
    }
    struct protocol *r = NULL;
    assert_err(CM_E_FORMAT, protocol_parse(slice_text("name nothing\n"), "own.rules", &r, NULL));
}

static void too_many_rules_or_actions_are_refused(void **state) {
    (void)state;
    struct buffer text = BUFFER_INIT;
    struct protocol *r = NULL;
    buffer_text(&text, "end \\r\n");
    for (unsigned i = 0; i <= PROTOCOL_RULES; i++)
        buffer_printf(&text, "on %u\n", i);
    assert_err(CM_E_LIMIT, protocol_parse(buffer_slice(&text), "own.rules", &r, NULL));
    buffer_clear(&text);
    buffer_text(&text, "end \\r\non a\n");
    for (unsigned i = 0; i <= PROTOCOL_ACTIONS; i++)
        buffer_text(&text, "  ack\n");
    assert_err(CM_E_LIMIT, protocol_parse(buffer_slice(&text), "own.rules", &r, NULL));
    buffer_free(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_script_reads_line_by_line),
        cmocka_unit_test(each_mistake_in_a_script_is_refused_with_its_line),
        cmocka_unit_test(bytes_survive_their_escape),
        cmocka_unit_test(a_pattern_catches_up_to_what_follows),
        cmocka_unit_test(each_mistake_in_a_protocol_is_refused_with_its_line),
        cmocka_unit_test(too_many_rules_or_actions_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
