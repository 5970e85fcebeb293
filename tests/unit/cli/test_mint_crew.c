/* A crew writes the file that one hand would write: every test compares with minter_next and
 * row_put, one chunk and one line after the other. */
#include "cli/mint_crew.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "support/allocations.h"
#include "support/cm.h"
#include "support/scratch.h"
#include "support/world.h"

#define LENGTH   7u
#define CODE_LEN 8u /* with its check character */
#define SERIALS  400000u
#define WHOLE    300001u   /* five chunks */
#define FILE_CAP 16777216u /* bytes of a file here, at most */

static struct world w;
static struct json_doc *plan;
static struct row_writer rows;

static int make_world(void **state) {
    (void)state;
    static const char text[] = "{\"printed_length\":8,\"groups\":[4,4],\"separator\":\"-\","
                               "\"about\":{\"batch\":\"monday\"}}";
    world_make(&w, LENGTH, SERIALS);
    assert_ok(json_doc_new(&plan, slice_text(text), "plan", &JSON_LIMITS_DEFAULT, NULL));
    return row_writer_init(&rows, "csv", NULL, json_root(plan), true, NULL) == CM_OK ? 0 : -1;
}
static int remove_world(void **state) {
    (void)state;
    row_writer_wipe(&rows);
    json_doc_free(plan);
    world_remove(&w);
    return 0;
}

/* A batch of which nothing is minted. Returns its set number. */
static uint32_t add_batch(uint64_t quantity) {
    char text[256];
    const uint32_t set = ++w.batch_n;
    (void)snprintf(text, sizeof text,
                   "{\"scheme\":1,\"batch\":%u,\"key_version\":1,\"name\":\"batch-%u\","
                   "\"attributes\":[],\"quantity\":%llu}",
                   set - 1, set, (unsigned long long)quantity);
    world_document(&w, DOCUMENT_BATCH, set, slice_text(text));
    return set;
}

/* What one hand writes: the batch from its first serial, `most` units of it. */
static uint64_t mint_alone(uint32_t set, uint64_t most, struct buffer *out) {
    CM_CLEANUP(minter_closep) struct minter *m = NULL;
    const struct minter_options options = {
        .engine = w.engine, .keystore = w.keystore, .set = set, .from_start = true};
    struct minter_rows chunk = {.n = 1};
    uint64_t units = 0;
    assert_ok(minter_open(&m, &options, NULL));
    while (units < most && chunk.n > 0) {
        assert_ok(minter_next(m, most - units, &chunk, NULL));
        units += chunk.units;
        for (size_t i = 0; i < chunk.n; i++)
            if (chunk.skip[i] == 0)
                row_put(&rows, chunk.texts + i * chunk.code_len, chunk.first + i, out);
    }
    assert_ok(buffer_err(out));
    return units;
}

struct watch {
    uint64_t units, again, next;
    unsigned chunks, stop_after; /* 0 = never */
};

static cm_err watch_written(void *ctx, const struct minter_rows *chunk, struct cm_diag *diag) {
    struct watch *k = ctx;
    assert_int_equal(chunk->first, k->next); /* in order, without gaps */
    k->next += chunk->n;
    k->units += chunk->units;
    k->again += chunk->again ? chunk->units : 0;
    if (++k->chunks != k->stop_after) return CM_OK;
    return diag_fail(diag, CM_E_CANCELLED, "test", NULL, NULL, "stopped");
}

static cm_err run_crew(uint32_t set, unsigned hands, struct watch *watch, const char *path,
                       struct cm_diag *diag) {
    CM_CLEANUP(mint_source_close) struct mint_source source = {.at = 0};
    CM_CLEANUP(outfile_close) struct outfile file = OUTFILE_INIT;
    struct session session = {.keystore = w.keystore, .engine = w.engine};
    struct hash256 hash;
    const struct mint_crew crew = {.source = &source,
                                   .rows = &rows,
                                   .file = &file,
                                   .hands = hands,
                                   .written = watch_written,
                                   .ctx = watch};
    TRY(mint_source_open(&source, &session, "batch", set, CODE_LEN, diag));
    TRY(outfile_open(&file, path, 0600, diag));
    TRY(mint_crew_run(&crew, diag));
    return outfile_commit(&file, &hash, diag);
}

/* The crew's file of a batch is what one hand writes of it afterwards. */
static void writes_as_alone(uint32_t set, unsigned hands, uint64_t quantity, uint64_t again) {
    CM_CLEANUP(buffer_free) struct buffer got = BUFFER_INIT, wanted = BUFFER_INIT;
    struct scratch folder, path;
    struct watch watch = {.units = 0};
    assert_true(scratch_make(&folder));
    path = scratch_below(&folder, "codes.csv");
    assert_ok(run_crew(set, hands, &watch, path.path, NULL));
    assert_int_equal(watch.units, quantity);
    assert_int_equal(watch.again, again);
    assert_ok(file_read(path.path, FILE_CAP, &got, NULL));
    assert_int_equal(mint_alone(set, UINT64_MAX, &wanted), quantity);
    assert_int_equal(got.len, wanted.len);
    assert_memory_equal(got.p, wanted.p, got.len);
    scratch_remove(folder.path);
}

static void a_crew_writes_what_one_hand_would(void **state) {
    (void)state;
    writes_as_alone(add_batch(WHOLE), 3, WHOLE, 0);
}

static void any_number_of_hands_and_any_quantity_will_do(void **state) {
    (void)state;
    static const uint64_t quantities[] = {
        1, 2, 4096, MINTER_CHUNK - 1, MINTER_CHUNK, MINTER_CHUNK + 1};
    for (unsigned hands = 0; hands <= 5; hands++) {
        const uint64_t quantity = quantities[hands % CM_ARRAY_N(quantities)];
        writes_as_alone(add_batch(quantity), hands, quantity, 0);
    }
}

/* Chunks that were computed ahead do not begin where they should have: they are made anew. */
static void what_was_spent_before_comes_again_in_its_place(void **state) {
    (void)state;
    static const uint64_t before[] = {1, 5000, MINTER_CHUNK, 100001, WHOLE};
    for (size_t i = 0; i < CM_ARRAY_N(before); i++) {
        CM_CLEANUP(buffer_free) struct buffer ignored = BUFFER_INIT;
        const uint32_t set = add_batch(WHOLE);
        assert_int_equal(mint_alone(set, before[i], &ignored), before[i]);
        writes_as_alone(set, 4, WHOLE, before[i]);
    }
}

static void a_crew_that_is_stopped_leaves_no_file_and_loses_nothing(void **state) {
    (void)state;
    const uint32_t set = add_batch(WHOLE);
    struct scratch folder, path;
    struct cm_diag diag = DIAG_INIT;
    struct watch watch = {.stop_after = 2};
    assert_true(scratch_make(&folder));
    path = scratch_below(&folder, "codes.csv");
    assert_err(CM_E_CANCELLED, run_crew(set, 4, &watch, path.path, &diag));
    assert_string_equal(diag.problem, "stopped");
    assert_int_equal(access(path.path, F_OK), -1);
    scratch_remove(folder.path);
    CM_CLEANUP(buffer_free) struct buffer all = BUFFER_INIT;
    assert_int_equal(mint_alone(set, UINT64_MAX, &all), WHOLE); /* from the first serial again */
}

static void a_full_disk_stops_every_hand(void **state) {
    (void)state;
    struct watch watch = {.units = 0};
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_NO_SPACE, run_crew(add_batch(WHOLE), 4, &watch, "/dev/full", &diag));
    assert_non_null(strstr(diag.problem, "cannot write"));
    assert_int_equal(watch.units, 0);
}

static uint64_t allocations_of(uint64_t quantity) {
    const uint32_t set = add_batch(quantity);
    struct watch watch = {.units = 0};
    const uint64_t before = allocations_made();
    assert_ok(run_crew(set, 2, &watch, "/dev/null", NULL));
    return allocations_made() - before;
}

static void a_file_allocates_nothing_per_code(void **state) {
    (void)state;
    const uint64_t few = allocations_of(2 * MINTER_CHUNK), many = allocations_of(5 * MINTER_CHUNK);
    assert_true(many < few + 100); /* by chunk: an event, a page of units */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crew_writes_what_one_hand_would),
        cmocka_unit_test(any_number_of_hands_and_any_quantity_will_do),
        cmocka_unit_test(what_was_spent_before_comes_again_in_its_place),
        cmocka_unit_test(a_crew_that_is_stopped_leaves_no_file_and_loses_nothing),
        cmocka_unit_test(a_full_disk_stops_every_hand),
        cmocka_unit_test(a_file_allocates_nothing_per_code),
    };
    return cmocka_run_group_tests(tests, make_world, remove_world);
}
