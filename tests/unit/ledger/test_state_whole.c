/* Files that end before their last page, as LMDB counts pages, and lack nothing. Cut files are in
 * test_state_damage.c. */
#include "ledger/image_kit.h"

#include <sys/stat.h>

#include "ledger/state_table.h"
#include "support/cm.h"

/* Pages that the file lacks at its end. */
static uint64_t missing_pages(struct state *s, const char *path) {
    MDB_envinfo info;
    MDB_stat shape;
    struct stat st;
    assert_int_equal(mdb_env_info(s->env, &info), 0);
    assert_int_equal(mdb_env_stat(s->env, &shape), 0);
    assert_int_equal(stat(path, &st), 0);
    const uint64_t have = (uint64_t)st.st_size / shape.ms_psize;
    return have > info.me_last_pgno ? 0 : info.me_last_pgno + 1 - have;
}

/* LMDB never writes a page that one transaction took and gave back, but counts it. Found by
 * proof.cards.kill: such a file was called cut, and the workspace did not start. */
static void a_file_that_ends_before_free_pages_is_whole(void **state) {
    const struct image_kit *kit = *state;
    const struct scratch data = scratch_below(&kit->image, "data.mdb");
    const struct unit_extra extra = {.uses = 1};
    unsigned short_files = 0;
    for (uint64_t n = 200; n < 1000; n += 100) {
        struct state *s = image_kit_open(kit);
        struct state_fold *f = NULL;
        assert_ok(state_fold_begin(s, &f));
        for (uint64_t i = 0; i < n; i++)
            assert_ok(fold_extra(f, 1, i, &extra));
        for (uint64_t i = n; i > 0; i--)
            assert_ok(fold_extra(f, 1, i - 1, NULL));
        assert_ok(fold_commit(f, n));
        short_files += missing_pages(s, data.path) > 0 ? 1 : 0;
        state_close(s);
        s = image_kit_open(kit);
        assert_int_equal(state_position(s), n);
        state_close(s);
    }
    assert_true(short_files > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_that_ends_before_free_pages_is_whole,
                                        image_kit_setup, image_kit_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
