/* Rows of CSV files: dialects, blocks, and what is refused. Expected rows are those that are
 * written down here; RFC 4180 says how quotes work. Batches: tests/system/symbols/bulk.sh. */
#include "cli/row_feed.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "support/cm.h"
#include "support/scratch.h"

static struct scratch folder;

static struct scratch file_of(struct cm_slice text) {
    const struct scratch path = scratch_below(&folder, "rows.csv");
    assert_ok(file_replace(path.path, text, 0600, NULL));
    return path;
}

static struct row_feed *open_feed(struct cm_slice text) {
    struct row_feed *f = NULL;
    assert_ok(row_feed_file(file_of(text).path, &f, NULL));
    return f;
}

static void has_cell(const struct row_feed *f, const struct row_chunk *c, size_t row, size_t column,
                     const char *text) {
    size_t n = 0;
    (void)row_feed_columns(f, &n);
    const struct cm_slice got = c->cells[row * n + column];
    assert_int_equal(got.len, strlen(text));
    if (got.len > 0) assert_memory_equal(got.p, text, got.len);
}

static void a_file_gives_its_rows_under_the_names_of_its_header(void **state) {
    (void)state;
    CM_CLEANUP(row_feed_closep)
    struct row_feed *f = open_feed(slice_text("code,serial\nABC,1\n\"D,\"\"E\",2\n"));
    struct row_chunk chunk;
    size_t n = 0;
    const char *const *columns = row_feed_columns(f, &n);
    assert_int_equal(n, 2);
    assert_string_equal(columns[1], "serial");
    assert_ok(row_feed_next(f, &chunk, NULL));
    assert_int_equal(chunk.n, 2);
    assert_int_equal(chunk.first, 1);
    has_cell(f, &chunk, 0, 0, "ABC");
    has_cell(f, &chunk, 1, 0, "D,\"E");
    has_cell(f, &chunk, 1, 1, "2");
    assert_ok(row_feed_next(f, &chunk, NULL));
    assert_int_equal(chunk.n, 0);
    assert_ok(row_feed_done(f, "", NULL));
}

static void the_header_tells_the_dialect(void **state) {
    (void)state;
    static const char *const texts[] = {"a,b\nx,y", "a;b\r\nx;y\r\n", "a\tb\nx\ty\n", "a|b\nx|y\n",
                                        "\357\273\277a,b\n\nx,y\n"};
    for (size_t i = 0; i < CM_ARRAY_N(texts); i++) {
        CM_CLEANUP(row_feed_closep) struct row_feed *f = open_feed(slice_text(texts[i]));
        struct row_chunk chunk;
        assert_ok(row_feed_next(f, &chunk, NULL));
        assert_int_equal(chunk.n, 1);
        has_cell(f, &chunk, 0, 0, "x");
        has_cell(f, &chunk, 0, 1, "y");
    }
}

/* Rows of every length across the borders of blocks, some with line ends in quotes. */
static void rows_come_whole_from_files_larger_than_a_block(void **state) {
    (void)state;
    enum { ROWS = 20000 };
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    struct row_chunk chunk;
    char wanted[96];
    uint64_t seen = 0;
    buffer_text(&text, "n,what\n");
    for (unsigned i = 0; i < ROWS; i++)
        buffer_printf(&text, "%u,\"%.*s\n,\"\"%u\"\n", i, (int)(i % 41),
                      "........................................", i);
    assert_ok(buffer_err(&text));
    CM_CLEANUP(row_feed_closep) struct row_feed *f = open_feed(buffer_slice(&text));
    do {
        assert_ok(row_feed_next(f, &chunk, NULL));
        assert_int_equal(chunk.n == 0 ? seen + 1 : chunk.first, seen + 1);
        for (size_t i = 0; i < chunk.n; i++, seen++) {
            (void)snprintf(wanted, sizeof wanted, "%.*s\n,\"%u", (int)(seen % 41),
                           "........................................", (unsigned)seen);
            has_cell(f, &chunk, i, 1, wanted);
        }
    } while (chunk.n > 0);
    assert_int_equal(seen, ROWS);
}

static void a_store_keeps_its_rows_while_others_go_on(void **state) {
    (void)state;
    CM_CLEANUP(row_feed_closep) struct row_feed *f = open_feed(slice_text("a\n1\n2\n3\n"));
    CM_CLEANUP(row_store_wipe) struct row_store one = ROW_STORE_INIT, two = ROW_STORE_INIT;
    struct row_chunk first, second;
    assert_ok(row_feed_take(f, 2, &one, &first, NULL));
    assert_ok(row_feed_take(f, 2, &two, &second, NULL));
    assert_int_equal(first.n, 2);
    assert_int_equal(second.n, 1);
    assert_int_equal(second.first, 3);
    has_cell(f, &first, 1, 0, "2");
    has_cell(f, &second, 0, 0, "3");
}

static void fails_with(cm_err wanted, struct cm_slice text, const char *place) {
    struct row_feed *f = NULL;
    struct row_chunk chunk = {.n = 1};
    struct cm_diag diag = DIAG_INIT;
    cm_err err = row_feed_file(file_of(text).path, &f, &diag);
    while (err == CM_OK && chunk.n > 0)
        err = row_feed_next(f, &chunk, &diag);
    row_feed_close(f);
    assert_err(wanted, err);
    assert_string_equal(diag.place, place);
    assert_true(diag.problem[0] != '\0');
}

static void what_is_no_table_is_refused_with_its_line(void **state) {
    (void)state;
    static const char nul[] = "a,b\n1,2\n3,\0\n";
    fails_with(CM_E_FORMAT, slice_text(""), "");
    fails_with(CM_E_FORMAT, slice_text("\n\n"), "");
    fails_with(CM_E_FORMAT, slice_text("a,,b\n"), "line 1, column 2");
    fails_with(CM_E_FORMAT, slice_text("a,b,a\n"), "line 1, column 3");
    fails_with(CM_E_FORMAT, slice_text("a,b\n1,2\n3\n"), "line 3, column 2");
    fails_with(CM_E_FORMAT, slice_text("a,b\n1,2\n3,4,5\n"), "line 3, column 3");
    fails_with(CM_E_FORMAT, slice_text("a,b\n1,\xC3\n"), "line 2, column 2");
    fails_with(CM_E_FORMAT, slice_of(nul, sizeof nul - 1), "line 3, column 2");
    fails_with(CM_E_FORMAT, slice_text("a,b\n1,x\"y\n"), "line 2, column 2");
}

static void rows_without_end_are_refused_before_memory_is(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    for (int quoted = 0; quoted < 2; quoted++) {
        buffer_clear(&text);
        buffer_text(&text, quoted != 0 ? "a\n\"" : "a\n");
        for (unsigned i = 0; i < 200000; i++)
            buffer_text(&text, quoted != 0 ? "\"\"\n" : "xyz");
        fails_with(CM_E_LIMIT, buffer_slice(&text), "line 2, column 1");
    }
}

static void files_that_are_not_there_are_named(void **state) {
    (void)state;
    struct row_feed *f = NULL;
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_NOT_FOUND, row_feed_file("/nowhere/rows.csv", &f, &diag));
    assert_string_equal(diag.input, "/nowhere/rows.csv");
    assert_null(f);
    assert_err(CM_E_IO, row_feed_file(folder.path, &f, &diag)); /* a folder */
}

/* Commands that write files hold Ctrl-C back: a read that waited for a silent pipe never ended. */
static void waiting_for_a_silent_pipe_ends_with_a_held_signal(void **state) {
    (void)state;
    const struct timespec at_once = {0};
    struct row_feed *f = NULL;
    struct cm_diag diag = DIAG_INIT;
    char path[32];
    int ends[2];
    sigset_t held, before;
    assert_int_equal(sigemptyset(&held) + sigaddset(&held, SIGINT), 0);
    assert_int_equal(pthread_sigmask(SIG_BLOCK, &held, &before), 0);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "code\n", 5), 5); /* and no more, and no end */
    (void)snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    assert_int_equal(raise(SIGINT), 0);
    assert_err(CM_E_CANCELLED, row_feed_file(path, &f, &diag));
    assert_null(f);
    assert_non_null(strstr(diag.problem, "stopped"));
    assert_int_equal(sigtimedwait(&held, NULL, &at_once), SIGINT);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, &before, NULL), 0);
    (void)close(ends[1]);
    (void)close(ends[0]);
}

static int make_folder(void **state) {
    (void)state;
    return scratch_make(&folder) ? 0 : -1;
}
static int remove_folder(void **state) {
    (void)state;
    scratch_remove(folder.path);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_gives_its_rows_under_the_names_of_its_header),
        cmocka_unit_test(the_header_tells_the_dialect),
        cmocka_unit_test(rows_come_whole_from_files_larger_than_a_block),
        cmocka_unit_test(a_store_keeps_its_rows_while_others_go_on),
        cmocka_unit_test(what_is_no_table_is_refused_with_its_line),
        cmocka_unit_test(rows_without_end_are_refused_before_memory_is),
        cmocka_unit_test(files_that_are_not_there_are_named),
        cmocka_unit_test(waiting_for_a_silent_pipe_ends_with_a_held_signal),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
