/* Damaged and hostile journals: what a power failure leaves is mended, all else is refused.
 * Cases are the rows of the table in docs/design/journal.md section 6; bytes are changed in files
 * that the writer made. */
#include "support/journal_kit.h"

static int setup(void **state) {
    static struct kit k;
    kit_init(&k);
    assert_ok(journal_create(&k.options, NULL));
    *state = &k;
    return 0;
}

static int teardown(void **state) {
    kit_wipe(*state);
    return 0;
}

/* n groups of count events; returns the tail. */
static struct journal_tail fill(const struct kit *k, unsigned n, uint32_t count, size_t len) {
    struct journal *j = NULL;
    struct journal_tail tail;
    assert_ok(journal_open(&j, &k->options, 1, NULL, NULL, NULL));
    for (unsigned i = 0; i < n; i++)
        assert_ok(kit_commit(j, count, len));
    journal_tail_get(j, &tail);
    journal_close(j);
    return tail;
}

static cm_err reopen(const struct kit *k, struct kit_seen *seen, struct cm_diag *diag) {
    struct journal *j = NULL;
    TRY(journal_open(&j, &k->options, 1, kit_visit, seen, diag));
    journal_close(j);
    return CM_OK;
}

static void zero(const struct kit *k, uint64_t segment, uint64_t offset, size_t len) {
    static const uint8_t zeros[JOURNAL_SEGMENT_LEN_MIN];
    kit_poke(k, segment, offset, zeros, len);
}

static void a_group_that_misses_sectors_is_cut_and_its_place_used_again(void **state) {
    const struct kit *k = *state;
    const struct journal_tail before = fill(k, 3, 1, 40);
    const struct journal_tail after = fill(k, 1, 4, 600); /* 5 sectors and a bit: 6 */
    const uint64_t sectors = (after.offset - before.offset) / SECTOR_LEN;
    for (unsigned missing = 1; missing + 1 < 1u << sectors; missing++) {
        struct kit_seen seen = {0};
        for (unsigned s = 0; s < sectors; s++) {
            if ((missing >> s & 1u) != 0)
                zero(k, 1, before.offset + (uint64_t)s * SECTOR_LEN, SECTOR_LEN);
        }
        assert_ok(reopen(k, &seen, NULL));
        assert_int_equal(seen.groups, 3);
        const struct journal_tail again = fill(k, 1, 4, 600);
        assert_true(again.offset == after.offset && again.next_sequence == after.next_sequence);
    }
}

static void a_bad_group_before_a_good_one_is_corruption_with_place_and_name(void **state) {
    const struct kit *k = *state;
    struct kit_seen seen = {0};
    struct cm_diag diag = DIAG_INIT;
    char place[64];
    const struct journal_tail one = fill(k, 1, 3, 400);
    (void)fill(k, 1, 3, 400);
    zero(k, 1, one.offset - SECTOR_LEN, SECTOR_LEN); /* as if torn, but another group follows */
    assert_err(CM_E_CORRUPT, reopen(k, &seen, &diag));
    (void)snprintf(place, sizeof place, "offset %u", SEGMENT_HEADER_LEN);
    assert_string_equal(diag.input, "0000000001.seg");
    assert_string_equal(diag.place, place);
    assert_non_null(strstr(diag.problem, "others behind"));
}

static void a_missing_header_before_a_good_group_is_corruption(void **state) {
    const struct kit *k = *state;
    struct kit_seen seen = {0};
    (void)fill(k, 2, 1, 40);
    zero(k, 1, SEGMENT_HEADER_LEN, SECTOR_LEN);
    assert_err(CM_E_CORRUPT, reopen(k, &seen, NULL));
}

static void a_torn_group_in_a_sealed_segment_is_corruption(void **state) {
    const struct kit *k = *state;
    struct kit_seen seen = {0};
    struct cm_diag diag = DIAG_INIT;
    const struct journal_tail tail = fill(k, 70, 2, 600);
    assert_true(tail.segment == 2);
    /* The seal of segment 1 and the group before it vanish. */
    zero(k, 1, KIT_SEGMENT_LEN - 10 * SECTOR_LEN, 10 * SECTOR_LEN);
    assert_err(CM_E_CORRUPT, reopen(k, &seen, &diag));
    assert_string_equal(diag.input, "0000000001.seg");
}

static void every_flipped_bit_of_a_whole_journal_is_found(void **state) {
    const struct kit *k = *state;
    (void)fill(k, 2, 1, 30);
    const struct journal_tail tail = fill(k, 2, 3, 300);
    const struct journal_reader_options reading = {.dir = k->dir.path, .workspace_id = {1, 2, 3}};
    for (uint64_t at = 0; at < tail.offset; at++) {
        struct journal_reader *r = NULL;
        struct journal_group group;
        bool found = true;
        kit_flip(k, 1, at, (unsigned)(at % 8));
        cm_err err = journal_reader_open(&r, &reading, 1, NULL);
        while (err == CM_OK && found)
            err = journal_reader_next(r, JOURNAL_TO_THE_END, &group, &found, NULL);
        journal_reader_close(r);
        /* The workspace id is not reached: the header's CRC is looked at first. */
        if (err != CM_E_CORRUPT) fail_msg("offset %u: %s", (unsigned)at, cm_err_name(err));
        kit_flip(k, 1, at, (unsigned)(at % 8));
    }
}

static void bytes_far_behind_the_end_are_corruption(void **state) {
    const struct kit *k = *state;
    struct kit_seen seen = {0};
    (void)fill(k, 1, 1, 40);
    kit_flip(k, 1, KIT_SEGMENT_LEN - 1, 3); /* a torn group of this segment could reach there */
    assert_ok(reopen(k, &seen, NULL));
    seen = (struct kit_seen){0};
    const struct journal_tail tail = fill(k, 1, 3, 300);
    zero(k, 1, tail.offset - SECTOR_LEN, SECTOR_LEN); /* this torn group's length is known */
    kit_flip(k, 1, KIT_SEGMENT_LEN - 1, 3);
    assert_err(CM_E_CORRUPT, reopen(k, &seen, NULL));
}

static void a_lost_or_foreign_segment_is_named(void **state) {
    const struct kit *k = *state;
    struct kit_seen seen = {0};
    struct cm_diag diag = DIAG_INIT;
    assert_true(fill(k, 120, 2, 600).segment == 3);
    const struct scratch first = kit_segment(k, 1);
    const struct scratch second = kit_segment(k, 2);
    const struct scratch aside = scratch_below(&k->dir, "aside");
    assert_int_equal(rename(second.path, aside.path), 0);
    assert_err(CM_E_CORRUPT, reopen(k, &seen, &diag));
    assert_string_equal(diag.place, "0000000002.seg");
    assert_int_equal(link(first.path, second.path), 0); /* a copy of 1 in the place of 2 */
    seen = (struct kit_seen){0};
    assert_err(CM_E_CORRUPT, reopen(k, &seen, NULL));
    assert_int_equal(rename(aside.path, second.path), 0);
    seen = (struct kit_seen){0};
    assert_ok(reopen(k, &seen, NULL));
}

static void a_shortened_segment_is_refused(void **state) {
    const struct kit *k = *state;
    struct kit_seen seen = {0};
    (void)fill(k, 1, 1, 40);
    assert_int_equal(truncate(kit_segment(k, 1).path, KIT_SEGMENT_LEN - 512), 0);
    assert_err(CM_E_CORRUPT, reopen(k, &seen, NULL));
    assert_int_equal(truncate(kit_segment(k, 1).path, 100), 0);
    assert_err(CM_E_CORRUPT, reopen(k, &seen, NULL));
}

static void a_blank_segment_is_adopted_and_a_gutted_one_refused(void **state) {
    const struct kit *k = *state;
    struct kit_seen seen = {0};
    assert_true(fill(k, 40, 2, 600).segment == 1); /* more than half full: 2 is prepared */
    assert_int_equal(access(kit_segment(k, 2).path, F_OK), 0);
    assert_ok(reopen(k, &seen, NULL));
    assert_true(fill(k, 40, 2, 600).segment == 2);
    zero(k, 2, 0, SEGMENT_HEADER_LEN); /* the header vanishes, its groups do not */
    assert_err(CM_E_CORRUPT, reopen(k, &seen, NULL));
}

static void a_segment_in_use_without_its_header_is_refused_even_before_a_blank_one(void **state) {
    const struct kit *k = *state;
    struct kit_seen seen = {0};
    assert_true(fill(k, 70, 2, 600).segment == 2); /* 3 is prepared */
    assert_int_equal(access(kit_segment(k, 3).path, F_OK), 0);
    zero(k, 2, 0, KIT_SEGMENT_LEN);
    assert_err(CM_E_CORRUPT, reopen(k, &seen, NULL));
}

static void a_newer_format_is_told_apart_from_damage(void **state) {
    const struct kit *k = *state;
    struct kit_seen seen = {0};
    const struct scratch path = kit_segment(k, 1);
    uint8_t sector[SEGMENT_HEADER_LEN];
    CM_CLEANUP(disk_closep) int fd = open(path.path, O_RDWR | O_CLOEXEC);
    assert_ok(disk_read(fd, sector, sizeof sector, 0));
    put_u32be(sector + 8, 2);
    put_u32be(sector + 508, crc32c(0, slice_of(sector, 508)));
    assert_ok(disk_write(fd, sector, sizeof sector, 0));
    assert_err(CM_E_VERSION, reopen(k, &seen, NULL));
}

static void a_planted_group_inside_an_event_is_only_an_event(void **state) {
    const struct kit *k = *state;
    struct journal *j = NULL;
    uint64_t first = 0;
    size_t cap = 0;
    uint8_t fake[GROUP_HEADER_LEN + SECTOR_LEN];
    struct kit_seen seen = {0};
    /* Right in everything an attacker can know; the nonce is not among that. */
    const struct group_header h = {.kind = GROUP_DATA,
                                   .epoch = 1,
                                   .count = 1,
                                   .segment = 1,
                                   .first_sequence = 2,
                                   .offset = 2 * SECTOR_LEN};
    group_encode(&h, fake);
    assert_ok(journal_open(&j, &k->options, 1, NULL, NULL, NULL));
    uint8_t *to = journal_payload(j, &cap);
    memset(to, 1, 2 * SECTOR_LEN);
    event_frame_head(to, KIT_EVENT_TYPE, 0, 2 * SECTOR_LEN - EVENT_FRAME_LEN);
    memcpy(to + SECTOR_LEN - GROUP_HEADER_LEN, fake, GROUP_HEADER_LEN);
    assert_ok(journal_room(j, 2 * SECTOR_LEN));
    assert_ok(journal_commit(j, 1, 2 * SECTOR_LEN, KIT_TIME_MS, &first));
    journal_close(j);
    zero(k, 1, SEGMENT_HEADER_LEN, SECTOR_LEN); /* torn: the true header was not written */
    assert_ok(reopen(k, &seen, NULL));
    assert_int_equal(seen.groups, 0);
}

#define TAIL_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TAIL_TEST(a_group_that_misses_sectors_is_cut_and_its_place_used_again),
        TAIL_TEST(a_bad_group_before_a_good_one_is_corruption_with_place_and_name),
        TAIL_TEST(a_missing_header_before_a_good_group_is_corruption),
        TAIL_TEST(a_torn_group_in_a_sealed_segment_is_corruption),
        TAIL_TEST(every_flipped_bit_of_a_whole_journal_is_found),
        TAIL_TEST(bytes_far_behind_the_end_are_corruption),
        TAIL_TEST(a_lost_or_foreign_segment_is_named),
        TAIL_TEST(a_shortened_segment_is_refused),
        TAIL_TEST(a_blank_segment_is_adopted_and_a_gutted_one_refused),
        TAIL_TEST(a_segment_in_use_without_its_header_is_refused_even_before_a_blank_one),
        TAIL_TEST(a_newer_format_is_told_apart_from_damage),
        TAIL_TEST(a_planted_group_inside_an_event_is_only_an_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
