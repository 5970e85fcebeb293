/* line/link into files: whole writes, a full disk, torn lines, other writers. */
#include "wire.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/file.h"
#include "support/scratch.h"

#define QUICK                                                                                      \
    { .seed = 1, .first_ms = 4, .most_ms = 16 }

struct place {
    struct scratch folder;
    struct scratch file;
};

static void place_make(struct place *p) {
    assert_true(scratch_make(&p->folder));
    p->file = scratch_below(&p->folder, "labels.txt");
}

static void holds(const struct place *p, const char *text) {
    struct buffer got = BUFFER_INIT;
    assert_ok(file_read(p->file.path, 1u << 20u, &got, NULL));
    buffer_u8(&got, 0);
    assert_string_equal((const char *)got.p, text);
    buffer_free(&got);
}

static void put_text(const struct place *p, const char *text) {
    assert_ok(file_replace(p->file.path, slice_text(text), 0600, NULL));
}

static void example_of_use(void **state) {
    (void)state;
    struct wire w = {.ups = 0};
    struct place p;
    struct stat st;
    place_make(&p);
    const struct link_options o = {.folder = p.folder.path};
    wire_open(&w, "file:labels.txt", &o);
    wire_until(&w, w.ups == 1);
    assert_int_equal(link_write(w.lk, slice_text("one\n")), 4);
    assert_int_equal(link_write(w.lk, slice_text("two\n")), 4);
    holds(&p, "one\ntwo\n");
    assert_int_equal(stat(p.file.path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    wire_close(&w);
    scratch_remove(p.folder.path);
}

static void lines_go_behind_what_is_there_and_a_torn_one_is_ended(void **state) {
    (void)state;
    static const char *const before[] = {"a\n", "a\nto"}, *const after[] = {"a\nx\n", "a\nto\nx\n"};
    struct place p;
    place_make(&p);
    for (unsigned i = 0; i < 2; i++) {
        struct wire w = {.ups = 0};
        const struct link_options o = {.folder = p.folder.path};
        put_text(&p, before[i]);
        wire_open(&w, "file:labels.txt", &o);
        wire_until(&w, w.ups == 1);
        assert_int_equal(link_write(w.lk, slice_text("x\n")), 2);
        holds(&p, after[i]);
        wire_close(&w);
    }
    scratch_remove(p.folder.path);
}

/* The size limit of a process stands for a disk: the kernel takes a part, then nothing. */
static void limit_files(rlim_t bytes) {
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes == 0 ? limit.rlim_max : bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void a_full_disk_takes_whole_writes_or_nothing_and_goes_on(void **state) {
    (void)state;
    struct wire w = {.ups = 0};
    struct place p;
    place_make(&p);
    const struct link_options o = {.folder = p.folder.path, .first_ms = 4, .most_ms = 16};
    wire_open(&w, "file:labels.txt", &o);
    wire_until(&w, w.ups == 1);
    assert_int_equal(link_write(w.lk, slice_text("0123456\n")), 8);
    (void)signal(SIGXFSZ, SIG_IGN);
    limit_files(12);
    assert_int_equal(link_write(w.lk, slice_text("0123456\n")), 0); /* 4 would fit */
    assert_int_equal(link_write(w.lk, slice_text("a\n")), 0);       /* it is told first */
    assert_int_equal(w.downs, 0);
    wire_until(&w, w.downs == 3); /* it tries, and stays down */
    assert_string_equal(w.words, "the disk is full: make room, it goes on by itself");
    assert_int_equal(w.ups, 1);
    holds(&p, "0123456\n");
    limit_files(0);
    wire_until(&w, w.ups == 2);
    assert_int_equal(link_write(w.lk, slice_text("b\n")), 2);
    holds(&p, "0123456\nb\n");
    wire_close(&w);
    scratch_remove(p.folder.path);
}

static void two_links_do_not_share_a_file(void **state) {
    (void)state;
    struct wire w = {.ups = 0}, other = {.ups = 0};
    struct place p;
    place_make(&p);
    struct link_options o = QUICK;
    o.folder = p.folder.path;
    wire_open(&w, "file:labels.txt", &o);
    wire_until(&w, w.ups == 1);
    wire_open(&other, "file:labels.txt", &o);
    wire_until(&other, other.downs == 1);
    assert_string_equal(other.words, "another program writes to this file");
    link_free(w.lk);
    w.lk = NULL;
    wire_until(&other, other.ups == 1);
    wire_close(&w);
    wire_close(&other);
    scratch_remove(p.folder.path);
}

static void what_cannot_be_written_is_told(void **state) {
    (void)state;
    static const char *const names[][2] = {
        {"file:none/labels.txt", "no such folder: make it, it goes on by itself"},
        {"file:folder", "it is a folder: name a file"},
        {"file:pipe", "it is no regular file: name one"},
        {"file:/dev/null", "it is no regular file: name one"},
    };
    struct place p;
    place_make(&p);
    const struct scratch folder = scratch_below(&p.folder, "folder"),
                         fifo = scratch_below(&p.folder, "pipe");
    assert_int_equal(mkdir(folder.path, 0700), 0);
    assert_int_equal(mkfifo(fifo.path, 0600), 0);
    for (unsigned i = 0; i < CM_ARRAY_N(names); i++) {
        struct wire w = {.ups = 0};
        struct link_options o = QUICK;
        o.folder = p.folder.path;
        wire_open(&w, names[i][0], &o);
        wire_until(&w, w.downs == 1);
        assert_string_equal(w.words, names[i][1]);
        wire_close(&w);
    }
    scratch_remove(p.folder.path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(example_of_use),
        cmocka_unit_test(lines_go_behind_what_is_there_and_a_torn_one_is_ended),
        cmocka_unit_test(a_full_disk_takes_whole_writes_or_nothing_and_goes_on),
        cmocka_unit_test(two_links_do_not_share_a_file),
        cmocka_unit_test(what_cannot_be_written_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
