/* Nothing comes back from a backup that was cut, changed or put together wrongly, and nothing is
 * left behind by the attempt. The byte table is that of docs/design/backup.md. */
#include "ledger/backup_kit.h"

#include <dirent.h>

#include "base/crc32c.h"
#include "ledger/backup_stream.h"
#include "support/splitmix.h"

static cm_err full(void *ctx, struct cm_slice bytes) {
    size_t *left = ctx;
    if (bytes.len > *left) return CM_E_NO_SPACE;
    *left -= bytes.len;
    return CM_OK;
}

static void a_sink_that_fills_up_ends_the_backup_wherever_it_is(void **state) {
    struct ledger *l = *state;
    commit_groups(l, 20);
    fold_to_end(l, 0x44);
    const size_t len = (size_t)back_up(l).len;
    for (size_t room = 0; room < len; room += len / 23) {
        size_t left = room;
        const struct backup_source source = source_of(l);
        const struct backup_sink sink = {.write = full, .ctx = &left};
        struct backup_report report = {.end = 77};
        assert_err(CM_E_NO_SPACE, backup_write(&source, &sink, &report, NULL));
        assert_int_equal(report.end, 77);
    }
}

static uint64_t nothing_durable(void *ctx) {
    (void)ctx;
    return 0;
}

static void a_ledger_that_failed_meanwhile_is_not_backed_up(void **state) {
    struct ledger *l = *state;
    commit_groups(l, 5);
    fold_to_end(l, 0x45);
    struct backup_source source = source_of(l);
    source.durable = nothing_durable;
    const struct backup_sink sink = {.write = to_stream, .ctx = l};
    assert_err(CM_E_DEAD, backup_write(&source, &sink, NULL, NULL));
}

static void assert_nothing_left(const struct ledger *l) {
    DIR *dir = opendir(l->target.path);
    if (dir == NULL) return;
    for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir))
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            fail_msg("%s was left behind", e->d_name);
    assert_int_equal(closedir(dir), 0);
}

static void assert_refused(struct ledger *l, cm_err expected) {
    struct buffer workspace = BUFFER_INIT;
    struct backup_report report;
    assert_err(expected, restore(l, &workspace, &report));
    assert_null(workspace.p);
    assert_nothing_left(l);
}

static void a_cut_backup_is_refused_at_every_length(void **state) {
    struct ledger *l = *state;
    commit_groups(l, 20);
    fold_to_end(l, 0x55);
    const size_t len = (size_t)back_up(l).len;
    for (size_t cut = 0; cut < len; cut += cut < 70 || cut > len - 20 ? 1 : len / 13) {
        l->stream.len = cut;
        assert_refused(l, CM_E_TRUNCATED);
    }
}

static void a_flipped_bit_anywhere_is_refused(void **state) {
    struct ledger *l = *state;
    commit_groups(l, 20);
    fold_to_end(l, 0x66);
    const size_t len = (size_t)back_up(l).len;
    uint64_t seed = 7;
    for (int i = 0; i < 90; i++) {
        const size_t at = (size_t)(i < 64 ? (uint64_t)i : splitmix_next(&seed) % len);
        const uint8_t bit = (uint8_t)(1u << (splitmix_next(&seed) % 8));
        l->stream.p[at] ^= bit;
        struct buffer workspace = BUFFER_INIT;
        struct backup_report report;
        const cm_err err = restore(l, &workspace, &report);
        if (err != CM_E_CORRUPT && err != CM_E_TRUNCATED && (at >= 8 || err != CM_E_FORMAT))
            fail_msg("bit at %zu: %s", at, cm_err_name(err));
        assert_nothing_left(l);
        l->stream.p[at] ^= bit;
    }
}

static void bytes_behind_the_end_are_refused(void **state) {
    struct ledger *l = *state;
    fold_to_end(l, 0x77);
    (void)back_up(l);
    buffer_u8(&l->stream, 0);
    assert_refused(l, CM_E_CORRUPT);
}

static void another_format_is_told_apart_from_damage(void **state) {
    struct ledger *l = *state;
    (void)back_up(l);
    struct cm_slice head = slice_of(l->stream.p, 44);
    put_u32be(l->stream.p + 8, BACKUP_FORMAT + 1);
    assert_refused(l, CM_E_CORRUPT); /* the checksum does not agree */
    put_u32be(l->stream.p + 44, crc32c(0, head));
    assert_refused(l, CM_E_VERSION);
}

static void a_folder_with_something_in_it_is_left_alone(void **state) {
    struct ledger *l = *state;
    fold_to_end(l, 0x08);
    (void)back_up(l);
    l->target = l->kit.dir; /* the live journal itself */
    struct buffer workspace = BUFFER_INIT;
    struct backup_report report;
    assert_err(CM_E_EXISTS, restore(l, &workspace, &report));
    commit_groups(l, 1);
    journal_close(l->journal);
    struct kit_seen seen = {0};
    assert_ok(journal_open(&l->journal, &l->kit.options, 1, kit_visit, &seen, NULL));
    assert_int_equal(seen.next, 4);
}

/* A stream of well-formed parts in the order of `kinds`; a digit is a segment's number. */
static void put_together(struct ledger *l, const char *kinds) {
    const struct backup_sink sink = {.write = to_stream, .ctx = l};
    struct backup_out out = {.sink = &sink};
    const struct backup_report r = {.workspace_id = {1, 2, 3}};
    buffer_clear(&l->stream);
    assert_ok(out_head(&out, &r));
    for (const char *k = kinds; *k != '\0'; k++) {
        const enum backup_part kind = *k == 'w'   ? BACKUP_WORKSPACE
                                      : *k == 'k' ? BACKUP_KEYSTORE
                                      : *k == 'i' ? BACKUP_IMAGE
                                                  : BACKUP_SEGMENT;
        uint8_t sector[SEGMENT_HEADER_LEN];
        const struct segment_header head = {.epoch = 1,
                                            .workspace_id = {1, 2, 3},
                                            .number = (uint64_t)(*k - '0'),
                                            .first_sequence = 1,
                                            .file_len = JOURNAL_SEGMENT_LEN_MIN};
        segment_encode(&head, sector);
        assert_ok(out_part(&out, kind, kind == BACKUP_SEGMENT ? head.number : 0));
        assert_ok(out_bytes(&out, slice_of(sector, sizeof sector)));
        assert_ok(out_part_end(&out));
    }
    assert_ok(out_end(&out, 1));
}

static void parts_missing_doubled_or_out_of_order_are_refused(void **state) {
    struct ledger *l = *state;
    static const char *const wrong[] = {"",    "w",   "wi",  "i1",   "w1",   "ww",  "wwi1", "wii1",
                                        "wik", "w1i", "kwi", "wi11", "wi13", "wi0", "wkk",  "wi12"};
    /* The last one is in order, but what stands for the image is none. */
    for (size_t i = 0; i < CM_ARRAY_N(wrong); i++) {
        put_together(l, wrong[i]);
        assert_refused(l, CM_E_CORRUPT);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_LEDGER(a_sink_that_fills_up_ends_the_backup_wherever_it_is),
        WITH_LEDGER(a_ledger_that_failed_meanwhile_is_not_backed_up),
        WITH_LEDGER(a_cut_backup_is_refused_at_every_length),
        WITH_LEDGER(a_flipped_bit_anywhere_is_refused),
        WITH_LEDGER(bytes_behind_the_end_are_refused),
        WITH_LEDGER(another_format_is_told_apart_from_damage),
        WITH_LEDGER(a_folder_with_something_in_it_is_left_alone),
        WITH_LEDGER(parts_missing_doubled_or_out_of_order_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
