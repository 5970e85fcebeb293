/* What an image suffers: flipped bits, another format, a full map, a writer killed in mid-fold,
 * reads beside a fold. The damage is done to the file itself, past the program. */
#include "ledger/image_kit.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/crc32c.h"
#include "ledger/state_page.h"
#include "ledger/state_record.h"
#include "ledger/state_table.h"
#include "support/cm.h"

static struct state_fold *begin(struct state *s) {
    struct state_fold *f = NULL;
    assert_ok(state_fold_begin(s, &f));
    return f;
}

static struct scratch data_file(const struct image_kit *kit) {
    return scratch_below(&kit->image, "data.mdb");
}

static void a_flipped_bit_is_told_with_table_and_key(void **state) {
    struct state *s = image_kit_open(*state);
    uint8_t page[STATE_PAGE_LEN];
    memset(page, 0xC3, sizeof page);
    memcpy(page + 2000, "here I am", 9);
    struct state_fold *f = begin(s);
    assert_ok(fold_page(f, 0x0102, 0x0304, page));
    assert_ok(fold_commit(f, 1));
    state_close(s);
    const struct scratch data = data_file(*state);
    assert_int_equal(image_kit_patch(data.path, "here I am", "here I an", 9), 1);

    s = image_kit_open(*state);
    bool found = true;
    uint8_t got[STATE_PAGE_LEN];
    memset(got, 0xA5, sizeof got);
    assert_err(CM_E_CORRUPT, state_page(s, 0x0102, 0x0304, got, &found));
    assert_int_equal(got[0], 0xA5); /* outputs stay untouched */
    assert_int_equal(got[2000], 0xA5);
    struct cm_diag diag;
    state_fault(s, &diag);
    assert_string_equal(diag.place, "pages");
    assert_string_equal(diag.problem, "wrong checksum of key 000001020000000000000304");
    state_close(s);
}

static void a_page_under_another_key_is_corrupt(void **state) {
    struct state *s = image_kit_open(*state);
    static const uint8_t page[STATE_PAGE_LEN] = {1};
    struct state_fold *f = begin(s);
    assert_ok(fold_page(f, 0x11223344, 5, page));
    assert_ok(fold_commit(f, 1));
    state_close(s);
    const struct scratch data = data_file(*state);
    /* The value stays as it was; only the key in the tree says another set. */
    assert_int_equal(image_kit_patch(data.path, "\x11\x22\x33\x44", "\x11\x22\x33\x45", 4), 1);
    s = image_kit_open(*state);
    bool found = false;
    uint8_t got[STATE_PAGE_LEN];
    assert_err(CM_E_CORRUPT, state_page(s, 0x11223345, 5, got, &found));
    state_close(s);
}

/* Replace the image's meta record; its checksum is made right again when `sum` is set. */
static void rewrite_meta(const struct image_kit *kit, uint16_t format, bool sum) {
    struct image_meta m = {.format = STATE_FORMAT};
    memcpy(m.workspace_id, "workspace-number1", sizeof m.workspace_id);
    uint8_t old[RECORD_META_LEN], new[RECORD_META_LEN + sizeof(uint32_t)];
    record_put_meta(old, &m);
    m.format = format;
    record_put_meta(new, &m);
    static const uint8_t table_meta = 0;
    uint32_t crc = crc32c(0, slice_of(&table_meta, 1));
    crc = crc32c(crc, slice_text("image"));
    put_u32be(new + RECORD_META_LEN, crc32c(crc, slice_of(new, RECORD_META_LEN)));
    const struct scratch data = data_file(kit);
    const size_t len = sum ? sizeof new : RECORD_META_LEN;
    uint8_t whole[sizeof new];
    memcpy(whole, old, sizeof old);
    crc = crc32c(crc32c(0, slice_of(&table_meta, 1)), slice_text("image"));
    put_u32be(whole + RECORD_META_LEN, crc32c(crc, slice_of(old, RECORD_META_LEN)));
    assert_int_equal(image_kit_patch(data.path, whole, new, len), 1);
}

static void an_image_of_another_format_is_refused(void **state) {
    state_close(image_kit_open(*state));
    rewrite_meta(*state, STATE_FORMAT + 1, true);
    const struct state_options o = image_kit_options(*state);
    struct state *s = NULL;
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_VERSION, state_open(&s, &o, &diag));
    assert_null(s);
    assert_string_equal(diag.problem, "the image has format 3, this program knows 2");
}

static void a_damaged_meta_record_is_corrupt_not_another_format(void **state) {
    state_close(image_kit_open(*state));
    rewrite_meta(*state, STATE_FORMAT + 1, false);
    const struct state_options o = image_kit_options(*state);
    struct state *s = NULL;
    assert_err(CM_E_CORRUPT, state_open(&s, &o, NULL));
    assert_null(s);
}

static void a_file_that_is_no_image_is_corrupt(void **state) {
    state_close(image_kit_open(*state));
    const struct scratch data = data_file(*state);
    FILE *file = fopen(data.path, "r+");
    assert_non_null(file);
    for (int i = 0; i < 8192; i++)
        (void)fputc(i & 0xFF, file);
    assert_int_equal(fclose(file), 0);
    const struct state_options o = image_kit_options(*state);
    struct state *s = NULL;
    assert_err(CM_E_CORRUPT, state_open(&s, &o, NULL));
    assert_null(s);
}

static void a_cut_file_is_corrupt_at_every_page(void **state) {
    struct state *s = image_kit_open(*state);
    static const uint8_t page[STATE_PAGE_LEN] = {9};
    struct state_fold *f = begin(s);
    for (uint64_t i = 0; i < 20; i++)
        assert_ok(fold_page(f, 1, i, page));
    assert_ok(fold_commit(f, 1));
    state_close(s);
    const struct scratch data = data_file(*state);
    const struct state_options o = image_kit_options(*state);
    struct stat st;
    assert_int_equal(stat(data.path, &st), 0);
    for (off_t len = st.st_size - 4096; len > 0; len -= 4096) {
        assert_int_equal(truncate(data.path, len), 0);
        assert_err(CM_E_CORRUPT, state_open(&s, &o, NULL));
    }
}

/* LMDB's node before a key: two halves of the value's length, flags, the key's length. */
enum { NODE_HALF_BITS = 16, NODE_BIG = 1, NODE_LEN = 8, UNIT_KEY_LEN = 12 };

static void node_put(uint8_t to[static NODE_LEN], size_t value_len, uint16_t flags) {
    const uint16_t fields[] = {(uint16_t)value_len, (uint16_t)(value_len >> NODE_HALF_BITS), flags,
                               UNIT_KEY_LEN};
    memcpy(to, fields, sizeof fields);
}

/* Let the value of the unit's key be told as 256 MiB longer than it is: inside the map, and beyond
 * the file. */
static void stretch(const struct image_kit *kit, size_t value_len, uint16_t flags,
                    const uint8_t key[static UNIT_KEY_LEN]) {
    uint8_t old[NODE_LEN + UNIT_KEY_LEN], new[NODE_LEN + UNIT_KEY_LEN];
    node_put(old, value_len, flags);
    memcpy(old + NODE_LEN, key, UNIT_KEY_LEN);
    node_put(new, value_len + (1u << 28), flags);
    memcpy(new + NODE_LEN, key, UNIT_KEY_LEN);
    const struct scratch data = data_file(kit);
    assert_int_equal(image_kit_patch(data.path, old, new, sizeof old), 1);
}

static void a_length_that_reaches_beyond_the_file_is_corrupt(void **state) {
    static const uint8_t page[STATE_PAGE_LEN] = {3};
    static const uint8_t page_key[UNIT_KEY_LEN] = {0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 3, 4};
    static const uint8_t extra_key[UNIT_KEY_LEN] = {0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 5, 6};
    const struct unit_extra extra = {.flags = UNIT_VOID};
    struct state *s = image_kit_open(*state);
    struct state_fold *f = begin(s);
    assert_ok(fold_page(f, 0x0102, 0x0304, page));
    assert_ok(fold_extra(f, 0x0102, 0x0506, &extra));
    assert_ok(fold_commit(f, 1));
    state_close(s);
    stretch(*state, STATE_PAGE_LEN + TABLE_SUM_LEN, NODE_BIG, page_key);
    stretch(*state, RECORD_EXTRA_LEN + TABLE_SUM_LEN, 0, extra_key);

    s = image_kit_open(*state);
    uint8_t got[STATE_PAGE_LEN];
    struct unit_extra unit;
    bool found = false;
    assert_err(CM_E_CORRUPT, state_page(s, 0x0102, 0x0304, got, &found));
    assert_err(CM_E_CORRUPT, state_extra(s, 0x0102, 0x0506, &unit, &found));
    assert_err(CM_E_CORRUPT, state_check(s, NULL));
    assert_false(found);
    f = begin(s); /* nor does a fold believe it */
    assert_err(CM_E_CORRUPT, fold_page_get(f, 0x0102, 0x0304, got));
    fold_abort(f);
    state_close(s);
}

/* A commit makes the file longer than it was when the image was opened. */
static void a_file_that_grew_is_read_to_its_new_end(void **state) {
    static const uint8_t page[STATE_PAGE_LEN] = {3};
    struct state *s = image_kit_open(*state);
    struct state *reader = NULL;
    struct state_options o = image_kit_options(*state);
    o.create = false;
    o.read_only = true;
    uint8_t got[STATE_PAGE_LEN];
    bool found = false;
    assert_ok(state_page(s, 1, 0, got, &found));
    assert_false(found);
    struct state_fold *f = begin(s);
    for (uint64_t i = 0; i < 200; i++)
        assert_ok(fold_page(f, 1, i, page));
    assert_ok(fold_commit(f, 1));
    for (uint64_t i = 0; i < 200; i++) {
        assert_ok(state_page(s, 1, i, got, &found));
        assert_true(found);
    }
    state_close(s);
    assert_ok(state_open(&reader, &o, NULL));
    assert_ok(state_check(reader, NULL));
    state_close(reader);
}

static void a_full_map_refuses_the_fold_and_keeps_the_image(void **state) {
    struct state_options o = image_kit_options(*state);
    o.map_len = 1u << 20;
    struct state *s = NULL;
    assert_ok(state_open(&s, &o, NULL));
    static const uint8_t page[STATE_PAGE_LEN] = {7};
    struct state_fold *f = begin(s);
    assert_ok(fold_page(f, 1, 0, page));
    assert_ok(fold_commit(f, 3));
    f = begin(s);
    cm_err err = CM_OK;
    for (uint64_t i = 0; i < 1000 && err == CM_OK; i++)
        err = fold_page(f, 2, i, page);
    assert_int_equal(err, CM_E_NO_SPACE);
    assert_err(CM_E_NO_SPACE, fold_commit(f, 4));

    bool found = false;
    uint8_t got[STATE_PAGE_LEN];
    assert_int_equal(state_position(s), 3);
    assert_ok(state_page(s, 1, 0, got, &found));
    assert_true(found);
    assert_ok(state_page(s, 2, 0, got, &found));
    assert_false(found);
    state_close(s);

    o.map_len = 1u << 24; /* with room it goes on */
    assert_ok(state_open(&s, &o, NULL));
    f = begin(s);
    for (uint64_t i = 0; i < 1000; i++)
        assert_ok(fold_page(f, 2, i, page));
    assert_ok(fold_commit(f, 4));
    state_close(s);
}

enum { KILLS = 8, KILL_PAGES = 40, CHANGES_SEEN = 20 };

/* Fold for ever: every page of a fold carries the fold's number, and so does the position. */
static void fold_until_killed(const struct image_kit *kit, int ready) {
    struct state *s = image_kit_open(kit);
    for (uint64_t n = state_position(s) + 1;; n++) {
        uint8_t page[STATE_PAGE_LEN];
        memset(page, (int)(n & 0xFF), sizeof page);
        struct state_fold *f = begin(s);
        for (uint64_t p = 0; p < KILL_PAGES; p++)
            if (fold_page(f, 1, p, page) != CM_OK) _exit(1);
        if (fold_commit(f, n) != CM_OK) _exit(1);
        if (write(ready, "", 1) != 1) _exit(1);
    }
}

static cm_err one_fold_only(void *ctx, uint32_t set, uint64_t page, const uint8_t *bytes) {
    const uint64_t *position = ctx;
    assert_int_equal(set, 1);
    assert_in_range(page, 0, KILL_PAGES - 1);
    for (size_t i = 0; i < STATE_PAGE_LEN; i++)
        assert_int_equal(bytes[i], *position & 0xFF);
    return CM_OK;
}

static void a_killed_writer_leaves_whole_folds_only(void **state) {
    uint64_t reached = 0;
    for (int kill_no = 0; kill_no < KILLS; kill_no++) {
        int pipe_fds[2];
        assert_int_equal(pipe(pipe_fds), 0);
        const pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) fold_until_killed(*state, pipe_fds[1]);
        uint64_t acknowledged = 0;
        char byte;
        for (; acknowledged < 2 + (uint64_t)kill_no * 3; acknowledged++)
            assert_int_equal(read(pipe_fds[0], &byte, 1), 1);
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, NULL, 0), child);
        assert_int_equal(close(pipe_fds[0]), 0);
        assert_int_equal(close(pipe_fds[1]), 0);
        struct state *s = image_kit_open(*state);
        uint64_t position = state_position(s);
        assert_true(position >= reached + acknowledged);
        assert_ok(state_pages(s, one_fold_only, &position));
        reached = position;
        state_close(s);
    }
}

struct shared {
    struct state *state;
    atomic_bool stop;
};

/* Two pages that every fold changes together: a reader must never see them apart. */
static void *fold_pairs(void *ctx) {
    struct shared *shared = ctx;
    for (unsigned n = 1; !atomic_load(&shared->stop); n++) {
        uint8_t page[STATE_PAGE_LEN];
        memset(page, (int)(n & 0xFFu), sizeof page);
        struct state_fold *f = NULL;
        if (state_fold_begin(shared->state, &f) != CM_OK) break;
        if (fold_page(f, 1, 0, page) != CM_OK || fold_page(f, 1, 1, page) != CM_OK) break;
        if (fold_commit(f, state_position(shared->state) + 1) != CM_OK) break;
    }
    return NULL;
}

struct pair {
    uint8_t seen[2];
    size_t n;
};

static cm_err note_page(void *ctx, uint32_t set, uint64_t page, const uint8_t *bytes) {
    struct pair *pair = ctx;
    (void)set;
    pair->seen[page & 1] = bytes[0];
    pair->n++;
    return bytes[0] == bytes[STATE_PAGE_LEN - 1] ? CM_OK : CM_E_CORRUPT;
}

static void reads_beside_a_fold_see_one_commit(void **state) {
    struct shared shared = {.state = image_kit_open(*state)};
    pthread_t folder;
    assert_int_equal(pthread_create(&folder, NULL, fold_pairs, &shared), 0);
    uint8_t last = 0;
    unsigned changes = 0;
    while (changes < CHANGES_SEEN) {
        struct pair pair = {.n = 0};
        assert_ok(state_pages(shared.state, note_page, &pair));
        if (pair.n != 0) assert_int_equal(pair.n, 2);
        assert_int_equal(pair.seen[0], pair.seen[1]);
        changes += pair.seen[0] != last ? 1u : 0u;
        last = pair.seen[0];
    }
    atomic_store(&shared.stop, true);
    assert_int_equal(pthread_join(folder, NULL), 0);
    state_close(shared.state);
}

#define IN_KIT(test) cmocka_unit_test_setup_teardown(test, image_kit_setup, image_kit_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_KIT(a_flipped_bit_is_told_with_table_and_key),
        IN_KIT(a_page_under_another_key_is_corrupt),
        IN_KIT(an_image_of_another_format_is_refused),
        IN_KIT(a_damaged_meta_record_is_corrupt_not_another_format),
        IN_KIT(a_file_that_is_no_image_is_corrupt),
        IN_KIT(a_cut_file_is_corrupt_at_every_page),
        IN_KIT(a_length_that_reaches_beyond_the_file_is_corrupt),
        IN_KIT(a_file_that_grew_is_read_to_its_new_end),
        IN_KIT(a_full_map_refuses_the_fold_and_keeps_the_image),
        IN_KIT(a_killed_writer_leaves_whole_folds_only),
        IN_KIT(reads_beside_a_fold_see_one_commit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
