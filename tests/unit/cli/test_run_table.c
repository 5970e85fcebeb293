/* Runs on a terminal. Expected tables are written by hand, as an operator would want them; widths
 * of characters are those of UAX 11 (a CJK character is two columns). */
#include "cli/run_table.h"

#include <string.h>

#include "cli/plain.h"
#include "support/cm.h"

#define RUN_A                                                                                      \
    "{\"run\":\"monday-run-1\",\"number\":1,\"line\":\"3\",\"wish\":\"run\",\"state\":"            \
    "\"running\","                                                                                 \
    "\"words\":\"running\",\"rate\":240,\"window\":100,\"in_flight\":97,\"printed\":123456,"       \
    "\"good\":0,\"unknown\":0,\"sent_total\":123553,\"attention\":false,\"last_error\":\"\"}"
#define RUN_B                                                                                      \
    "{\"run\":\"tuesday-run-2\",\"number\":2,\"line\":\"4\",\"wish\":\"run\","                     \
    "\"state\":\"paper out\",\"words\":\"paper out: roll 2\",\"rate\":0,\"window\":5,"             \
    "\"in_flight\":5,\"printed\":1200345678,\"good\":99,\"unknown\":3,\"duplicates\":2,"           \
    "\"attention\":true,\"last_error\":\"\"}"

static struct buffer table(const char *runs, size_t columns, size_t rows) {
    struct buffer out = BUFFER_INIT;
    struct cm_diag diag = DIAG_INIT;
    const struct run_window view = {.columns = columns, .rows = rows};
    assert_ok(run_table(slice_text(runs), &view, &out, &diag));
    return out;
}

/* No line wider than the window, no byte that steers a terminal. */
static void assert_tame(const struct buffer *out, size_t columns) {
    for (size_t at = 0; at < out->len;) {
        const uint8_t *end = memchr(out->p + at, '\n', out->len - at);
        assert_non_null(end);
        const size_t len = (size_t)(end - (out->p + at));
        assert_true(plain_width(slice_of(out->p + at, len)) <= columns);
        for (size_t i = 0; i < len; i++)
            assert_true(out->p[at + i] >= ' ' && out->p[at + i] != 0x7f);
        at += len + 1;
    }
}

static void two_runs_fit_eighty_columns(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer out = table("{\"runs\":[" RUN_A "," RUN_B "]}", 80, 0);
    assert_string_equal(
        buffer_cstr(&out),
        "run           line state             a min  flying  printed     good unknown\n"
        "monday-run-1  3    running             240  97/100   123456        0       0\n"
        "tuesday-run-2 4    paper out             0     5/5 1200345k       99       3\n"
        "  ! paper out: roll 2; 2 duplicates on the line\n");
    assert_tame(&out, 80);
}

static void a_narrow_window_keeps_what_matters_most(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer out = table("{\"runs\":[" RUN_A "," RUN_B "]}", 40, 0);
    assert_string_equal(buffer_cstr(&out), "run          state       printed unknown\n"
                                           "monday-run-1 running      123456       0\n"
                                           "tuesday-run~ paper out  1200345k       3\n"
                                           "  ! paper out: roll 2; 2 duplicates on ~\n");
    for (size_t columns = 1; columns < 200; columns++) {
        CM_CLEANUP(buffer_free)
        struct buffer any = table("{\"runs\":[" RUN_A "," RUN_B "]}", columns, 0);
        assert_tame(&any, columns < RUN_TABLE_COLUMNS_MIN ? RUN_TABLE_COLUMNS_MIN : columns);
    }
}

/* Whatever a printer says, the terminal obeys us alone. */
static void words_of_printers_cannot_steer_a_terminal(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free)
    struct buffer out = table(
        "{\"runs\":[{\"run\":\"a\\u001b[2Jb\",\"state\":\"x\\u0007\\u009b31m\","
        "\"words\":\"\\u001b]0;owned\\u0007 \\u202egnp.exe\\r\\n\\t\\u200b\",\"attention\":true}]}",
        80, 0);
    assert_tame(&out, 80);
    assert_null(memchr(out.p, 0x1b, out.len));
    assert_non_null(strstr(buffer_cstr(&out), "  ! ?]0;owned? ?gnp.exe????\n"));
    assert_non_null(strstr(buffer_cstr(&out), "a?[2Jb"));
}

static void wide_characters_take_two_columns(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free)
    struct buffer out =
        table("{\"runs\":[{\"run\":\"\xe7\x93\xb6\xe7\x9b\x96\xe7\x94\x9f\xe4\xba\xa7\xe7\xba\xbf"
              "\xe4\xb8\x80\xe5\x8f\xb7\",\"state\":\"running\",\"printed\":1}]}",
              40, 0);
    /* seven characters are 14 columns: five of them and a mark fit 12 */
    assert_non_null(strstr(buffer_cstr(&out),
                           "\n\xe7\x93\xb6\xe7\x9b\x96\xe7\x94\x9f\xe4\xba\xa7\xe7\xba\xbf~  run"));
    assert_tame(&out, 40);
}

static void put_many(struct buffer *runs, size_t n, size_t worried) {
    buffer_text(runs, "{\"runs\":[");
    for (size_t i = 0; i < n; i++)
        buffer_printf(runs, "%s{\"run\":\"run-%zu\",\"state\":\"%s\",\"attention\":%s}",
                      i == 0 ? "" : ",", i, i == worried ? "held" : "running",
                      i == worried ? "true" : "false");
    buffer_text(runs, "]}");
}

static void of_hundreds_of_runs_those_with_trouble_come_first(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer runs = BUFFER_INIT, out = BUFFER_INIT;
    const struct run_window view = {.columns = 80, .rows = 24, .time_ms = 1795331107123u};
    put_many(&runs, 300, 250);
    assert_ok(run_table(buffer_slice(&runs), &view, &out, NULL));
    const char *text = buffer_cstr(&out);
    size_t lines = 0;
    for (size_t i = 0; i < out.len; i++)
        lines += out.p[i] == '\n';
    assert_int_equal(lines, 24);
    /* date -u -d @1795331107 */
    assert_non_null(strstr(text, "2026-11-22 07:05:07  300 runs, 1 needs an operator\n"));
    assert_non_null(strstr(text, "\nrun-250           "));
    assert_non_null(strstr(text, "needs an operator\nrun-0 "));
    assert_non_null(strstr(text, "\n... and 280 more: a larger window shows them\n"));
}

static void all_are_shown_in_order_where_there_is_room(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer runs = BUFFER_INIT, out = BUFFER_INIT;
    const struct run_window view = {.columns = 80, .rows = 5};
    put_many(&runs, 3, 2); /* a head, three runs, one with a line below: five lines */
    assert_ok(run_table(buffer_slice(&runs), &view, &out, NULL));
    assert_null(strstr(buffer_cstr(&out), "more"));
    assert_non_null(strstr(buffer_cstr(&out), "\nrun-0 "));
}

static void a_watch_leaves_closed_runs_out(void **state) {
    (void)state;
    static const char runs[] = "{\"runs\":[{\"run\":\"old\",\"state\":\"closed\"},"
                               "{\"run\":\"new\",\"state\":\"running\"}]}";
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    const struct run_window view = {
        .columns = 80, .rows = 3, .time_ms = 1795331107123u, .open_only = true};
    assert_ok(run_table(slice_text(runs), &view, &out, NULL));
    assert_non_null(strstr(buffer_cstr(&out), "  1 run\n"));
    assert_non_null(strstr(buffer_cstr(&out), "\nnew "));
    assert_null(strstr(buffer_cstr(&out), "old"));
}

static void a_line_of_news_comes_when_something_changed(void **state) {
    (void)state;
    static const struct {
        const char *run;
        const char *line; /* NULL: none */
    } steps[] = {
        {"{\"run\":\"r\",\"state\":\"running\",\"words\":\"running\",\"sent_total\":5,\"printed\":"
         "4}",
         "2026-11-22T07:05:07.123Z r: running; sent 5, printed 4, good 0\n"},
        {"{\"run\":\"r\",\"state\":\"running\",\"words\":\"running\",\"sent_total\":9,\"printed\":"
         "9}",
         NULL},
        {"{\"run\":\"r\",\"state\":\"paper out\",\"words\":\"\\u001b[2J\",\"sent_total\":9}",
         "2026-11-22T07:05:07.123Z r: paper out; ?[2J; sent 9, printed 0, good 0\n"},
        {"{\"run\":\"r\",\"state\":\"paper out\",\"words\":\"\\u001b[2J\",\"sent_total\":9,"
         "\"unknown\":2}",
         "2026-11-22T07:05:07.123Z r: paper out; ?[2J; sent 9, printed 0, good 0, unknown 2\n"}};
    struct run_news news = {.number = 1};
    for (size_t i = 0; i < CM_ARRAY_N(steps); i++) {
        CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
        CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
        assert_ok(json_doc_new(&doc, slice_text(steps[i].run), "run", &JSON_LIMITS_DEFAULT, NULL));
        assert_ok(run_news_line(json_root(doc), &news, false, 1795331107123u, &out));
        assert_string_equal(buffer_cstr(&out), steps[i].line != NULL ? steps[i].line : "");
    }
}

static void what_is_no_list_of_runs_is_refused(void **state) {
    (void)state;
    static const char *const wrong[] = {"", "{}", "[]", "{\"runs\":{}}", "{\"runs\":[}"};
    const struct run_window view = {.columns = 80};
    for (size_t i = 0; i < CM_ARRAY_N(wrong); i++) {
        CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
        assert_err(CM_E_FORMAT, run_table(slice_text(wrong[i]), &view, &out, NULL));
    }
    CM_CLEANUP(buffer_free)
    struct buffer odd = table(
        "{\"runs\":[{\"run\":7,\"state\":null,\"rate\":-4,\"printed\":\"x\"},3,null]}", 80, 0);
    assert_tame(&odd, 80);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_runs_fit_eighty_columns),
        cmocka_unit_test(a_narrow_window_keeps_what_matters_most),
        cmocka_unit_test(words_of_printers_cannot_steer_a_terminal),
        cmocka_unit_test(wide_characters_take_two_columns),
        cmocka_unit_test(of_hundreds_of_runs_those_with_trouble_come_first),
        cmocka_unit_test(all_are_shown_in_order_where_there_is_room),
        cmocka_unit_test(a_watch_leaves_closed_runs_out),
        cmocka_unit_test(a_line_of_news_comes_when_something_changed),
        cmocka_unit_test(what_is_no_list_of_runs_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
