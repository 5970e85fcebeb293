/* The files of imported lists: written from a sort in bounded memory, read by hash, refused when a
 * byte of them is another. Expected serials come from the list that the test made itself. */
#include "support/cm.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "crypto/secret.h"
#include "engine/legacy_row.h"
#include "engine/legacy_sort.h"
#include "support/scratch.h"
#include "support/splitmix.h"

#define SET  5u
#define MANY (3u * LEGACY_RUN_ROWS / 2u) /* more than one run */
#define FEW  1000u

static struct scratch folder;

static int make_folder(void **state) {
    (void)state;
    assert_ok(crypto_init());
    return scratch_make(&folder) ? 0 : -1;
}
static int remove_folder(void **state) {
    (void)state;
    scratch_remove(folder.path);
    return 0;
}

/* The hash of row i: uniform, as keyed hashes are. */
static void hash_of(uint64_t i, uint8_t out[static LEGACY_HASH_LEN]) {
    uint64_t seed = i;
    put_u64be(out, splitmix_next(&seed));
    put_u16be(out + 8, (uint16_t)splitmix_next(&seed));
}

static struct legacy_wanted wanted_of(uint64_t rows, const struct hash256 *hash) {
    struct legacy_wanted w = {.folder = folder.path, .set = SET, .rows = rows, .units = rows};
    memset(w.workspace_id, 7, sizeof w.workspace_id);
    memcpy(w.index_hash, hash->b, sizeof w.index_hash);
    return w;
}

/* Rows 0 .. n - 1 through the sort into SET's index, announced as `most`. */
static struct hash256 write_index(uint64_t n, uint64_t most) {
    char path[LEGACY_PATH_CAP], temporary[LEGACY_PATH_CAP];
    struct legacy_sort *sort = NULL;
    CM_CLEANUP(legacy_writer_freep) struct legacy_writer *w = NULL;
    struct hash256 hash;
    struct legacy_head head = {.kind = LEGACY_INDEX, .rows = most};
    memset(head.workspace_id, 7, sizeof head.workspace_id);
    assert_ok(legacy_path(folder.path, 0, LEGACY_INDEX, temporary));
    assert_ok(legacy_path(folder.path, SET, LEGACY_INDEX, path));
    assert_ok(legacy_sort_new(&sort, folder.path, NULL));
    for (uint64_t i = 0; i < n; i++) {
        uint8_t h[LEGACY_HASH_LEN];
        hash_of(i, h);
        assert_ok(legacy_sort_put(sort, h, i, (uint32_t)i + 1, 0, NULL));
    }
    assert_ok(legacy_sort_begin(sort, NULL));
    assert_ok(legacy_writer_new(&w, temporary, &head, NULL));
    for (bool more = true;;) {
        struct legacy_sort_row row;
        uint8_t bytes[LEGACY_ROW_LEN];
        assert_ok(legacy_sort_next(sort, &row, &more, NULL));
        if (!more) break;
        assert_int_equal(row.line, legacy_sort_serial(&row) + 1);
        legacy_sort_put_row(bytes, &row);
        assert_ok(legacy_writer_put(w, bytes, NULL));
    }
    legacy_sort_free(sort);
    assert_ok(legacy_writer_finish(w, SET, n, path, &hash, NULL));
    return hash;
}

static void expect_all(const struct legacy *l, uint64_t n, uint64_t step) {
    for (uint64_t i = 0; i < n + 1000; i += i < n ? step : 1) {
        uint8_t h[LEGACY_HASH_LEN];
        uint64_t serial = 0;
        hash_of(i, h);
        assert_ok(legacy_find(l, h, sizeof h, 1, &serial));
        assert_int_equal(serial, i < n ? i : LEGACY_NONE);
    }
}

static void every_row_is_found_and_no_other(void **state) {
    (void)state;
    static const uint64_t sizes[] = {1, 2, 127, 128, 129, 255, 256, 257, FEW, 100000, MANY};
    for (size_t s = 0; s < CM_ARRAY_N(sizes); s++) {
        CM_CLEANUP(legacy_closep) struct legacy *l = NULL;
        struct cm_diag diag = DIAG_INIT;
        const struct hash256 hash = write_index(sizes[s], sizes[s]);
        const struct legacy_wanted w = wanted_of(sizes[s], &hash);
        assert_ok(legacy_open(&l, &w, &diag));
        expect_all(l, sizes[s], sizes[s] > FEW ? 37 : 1);
        assert_ok(legacy_prove(l, &diag));
    }
}

/* Duplicates are known only at the merge: fewer rows come than the directory was made for. */
static void fewer_rows_than_announced_fold_the_directory(void **state) {
    (void)state;
    for (uint64_t most = FEW; most <= FEW * 1000; most *= 10) {
        CM_CLEANUP(legacy_closep) struct legacy *l = NULL;
        const struct hash256 hash = write_index(FEW, most);
        const struct legacy_wanted w = wanted_of(FEW, &hash);
        assert_ok(legacy_open(&l, &w, NULL));
        expect_all(l, FEW, 1);
    }
}

static void a_sort_can_be_merged_twice(void **state) {
    (void)state;
    struct legacy_sort *sort = NULL;
    assert_ok(legacy_sort_new(&sort, folder.path, NULL));
    for (uint64_t i = 0; i < FEW; i++) {
        uint8_t h[LEGACY_HASH_LEN];
        hash_of(i % (FEW / 2), h); /* each twice */
        assert_ok(legacy_sort_put(sort, h, i, 0, 0, NULL));
    }
    for (int pass = 0; pass < 2; pass++) {
        struct legacy_sort_row row, last = {.high = 0};
        bool more = true;
        uint64_t n = 0, same = 0;
        assert_ok(legacy_sort_begin(sort, NULL));
        for (;; n++, last = row) {
            assert_ok(legacy_sort_next(sort, &row, &more, NULL));
            if (!more) break;
            assert_true(row.high > last.high || (n > 0 && legacy_sort_same(&row, &last)));
            if (n == 0 || !legacy_sort_same(&row, &last)) continue;
            assert_true(legacy_sort_serial(&row) > legacy_sort_serial(&last)); /* the first first */
            same++;
        }
        assert_int_equal(n, FEW);
        assert_int_equal(same, FEW / 2);
    }
    legacy_sort_free(sort);
}

/* Head, directory and hashes are proved at opening, rows when they are read or proved. */
static void every_changed_byte_is_found(void **state) {
    (void)state;
    char path[LEGACY_PATH_CAP];
    struct stat st;
    const struct hash256 hash = write_index(FEW, FEW);
    const struct legacy_wanted w = wanted_of(FEW, &hash);
    assert_ok(legacy_path(folder.path, SET, LEGACY_INDEX, path));
    assert_int_equal(stat(path, &st), 0);
    for (off_t at = 0; at < st.st_size; at += 61) {
        CM_CLEANUP(legacy_closep) struct legacy *l = NULL;
        uint8_t byte = 0;
        const int fd = open(path, O_RDWR | O_CLOEXEC);
        assert_int_equal(pread(fd, &byte, 1, at), 1);
        byte ^= 0x10u;
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
        cm_err err = legacy_open(&l, &w, NULL);
        if (err == CM_OK) err = legacy_prove(l, NULL);
        assert_int_equal(err, at >= 8 && at < 12 ? CM_E_VERSION : CM_E_CORRUPT);
        byte ^= 0x10u;
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
        assert_int_equal(close(fd), 0);
    }
}

static void cut_and_foreign_files_are_refused(void **state) {
    (void)state;
    char path[LEGACY_PATH_CAP];
    struct legacy *l = NULL;
    const struct hash256 hash = write_index(FEW, FEW);
    struct legacy_wanted w = wanted_of(FEW, &hash);
    w.rows++;
    assert_int_equal(legacy_open(&l, &w, NULL), CM_E_CORRUPT); /* of another document */
    w = wanted_of(FEW, &hash);
    w.workspace_id[3] ^= 1u;
    assert_int_equal(legacy_open(&l, &w, NULL), CM_E_CORRUPT); /* of another workspace */
    w = wanted_of(FEW, &hash);
    assert_ok(legacy_path(folder.path, SET, LEGACY_INDEX, path));
    for (off_t len = 20000; len >= 0; len -= 1999) {
        assert_int_equal(truncate(path, len), 0);
        assert_int_equal(legacy_open(&l, &w, NULL), CM_E_CORRUPT);
    }
    assert_int_equal(unlink(path), 0);
    assert_int_equal(legacy_open(&l, &w, NULL), CM_E_NOT_FOUND);
}

static void a_base_tells_what_a_card_was(void **state) {
    (void)state;
    uint8_t row[LEGACY_ROW_LEN];
    struct legacy_base out, in = {.state = CM_CARD_BLOCKED,
                                  .reason = CM_REASON_FRAUD,
                                  .balance = CM_AMOUNT_MAX,
                                  .expires_ms = 4102444800000}; /* 2100-01-01, `date -d` */
    legacy_base_put(row, &in);
    assert_ok(legacy_base_read(row, &out));
    assert_memory_equal(&in, &out, sizeof in);
    row[13] = CM_CARD_STATE_N;
    assert_int_equal(legacy_base_read(row, &out), CM_E_CORRUPT);
    legacy_base_put(row, &in);
    row[15] = 1;
    assert_int_equal(legacy_base_read(row, &out), CM_E_CORRUPT);
    legacy_base_put(row, &in);
    row[0] = 0xFF;
    assert_int_equal(legacy_base_read(row, &out), CM_E_CORRUPT);
}

/* A file may only grow so far, as on a full disk: nothing is left in place, not even a part. */
static void a_full_disk_leaves_no_file(void **state) {
    (void)state;
    char path[LEGACY_PATH_CAP], temporary[LEGACY_PATH_CAP + 4];
    struct rlimit before, small;
    struct cm_diag diag = DIAG_INIT;
    const struct legacy_head head = {.kind = LEGACY_BASE, .rows = FEW * 1000};
    const struct legacy_base base = {.state = CM_CARD_ACTIVE};
    cm_err err = CM_OK;
    struct legacy_writer *w = NULL;
    assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 1u << 20;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_ok(legacy_path(folder.path, 9, LEGACY_BASE, path));
    assert_ok(legacy_writer_new(&w, path, &head, NULL));
    for (unsigned i = 0; i < head.rows && err == CM_OK; i++) {
        uint8_t row[LEGACY_ROW_LEN];
        legacy_base_put(row, &base);
        err = legacy_writer_put(w, row, &diag);
    }
    legacy_writer_free(w);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_not_equal(err, CM_OK);
    assert_true(diag.remedy[0] != '\0');
    assert_int_not_equal(access(path, F_OK), 0);
    (void)snprintf(temporary, sizeof temporary, "%s.new", path);
    assert_int_not_equal(access(temporary, F_OK), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_found_and_no_other),
        cmocka_unit_test(fewer_rows_than_announced_fold_the_directory),
        cmocka_unit_test(a_sort_can_be_merged_twice),
        cmocka_unit_test(every_changed_byte_is_found),
        cmocka_unit_test(cut_and_foreign_files_are_refused),
        cmocka_unit_test(a_base_tells_what_a_card_was),
        cmocka_unit_test(a_full_disk_leaves_no_file),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
