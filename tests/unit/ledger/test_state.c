/* The state image: one fold written and read back through every table, whose it is, how far it
 * reaches. Expected values are what was put in; the byte tables have test_state_record.c. */
#include "ledger/image_kit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ledger/state_page.h"
#include "support/cm.h"

static const uint8_t ada[EVENT_HASH_LEN] = "redeemer ada ..";
static const uint8_t bob[EVENT_HASH_LEN] = "redeemer bob ..";

static struct state_fold *begin(struct state *s) {
    struct state_fold *f = NULL;
    assert_ok(state_fold_begin(s, &f));
    return f;
}

static void a_fold_is_read_back_as_of_its_position(void **state) {
    const struct state_options options = image_kit_options(*state);
    CM_CLEANUP(state_closep) struct state *s = NULL;
    assert_ok(state_open(&s, &options, NULL));
    assert_int_equal(state_position(s), 0);

    /* Batch 7: unit 0 is spent; the event that did it had sequence 41. */
    uint8_t page[STATE_PAGE_LEN] = {0x01};
    const struct detail_entry who = {
        .serial = 0, .detail = {.time_ms = 1700000000000, .sequence = 41, .actor = 3, .use = 1}};
    struct state_fold *fold = NULL;
    assert_ok(state_fold_begin(s, &fold));
    assert_ok(fold_page(fold, 7, 0, page));
    assert_ok(fold_details(fold, 7, 0, &who, 1));
    assert_ok(fold_commit(fold, 42));

    bool found = false;
    uint8_t got[STATE_PAGE_LEN];
    assert_ok(state_page(s, 7, 0, got, &found));
    assert_true(found);
    assert_memory_equal(got, page, sizeof page);
    struct unit_detail detail;
    assert_ok(state_detail(s, 7, 0, &detail, &found));
    assert_true(found);
    assert_int_equal(detail.sequence, 41);
    assert_int_equal(state_position(s), 42);
}

static void what_was_committed_is_there_after_reopening(void **state) {
    struct state *s = image_kit_open(*state);
    uint8_t page[STATE_PAGE_LEN];
    memset(page, 0x5A, sizeof page);
    struct state_fold *f = begin(s);
    assert_ok(fold_page(f, 1, 9, page));
    assert_ok(fold_commit(f, 1000));
    state_close(s);

    s = image_kit_open(*state);
    uint8_t got[STATE_PAGE_LEN];
    bool found = false;
    assert_int_equal(state_position(s), 1000);
    assert_ok(state_page(s, 1, 9, got, &found));
    assert_true(found);
    assert_memory_equal(got, page, sizeof page);
    assert_ok(state_page(s, 1, 8, got, &found));
    assert_false(found);
    state_close(s);
}

static void an_aborted_fold_leaves_nothing(void **state) {
    struct state *s = image_kit_open(*state);
    const struct set_counters c = {.issued = 5};
    struct state_fold *f = begin(s);
    assert_ok(fold_used_by(f, 1, 2, ada, true));
    assert_ok(fold_counters(f, 1, &c));
    fold_abort(f);
    bool found = true;
    assert_ok(state_used_by(s, 1, 2, ada, &found));
    assert_false(found);
    assert_int_equal(state_position(s), 0);
    state_close(s);
}

static void a_position_never_goes_back(void **state) {
    struct state *s = image_kit_open(*state);
    assert_ok(fold_commit(begin(s), 10));
    assert_err(CM_E_ARGUMENT, fold_commit(begin(s), 9));
    assert_int_equal(state_position(s), 10);
    assert_ok(fold_commit(begin(s), 10));
    state_close(s);
}

static void an_exception_record_is_kept_and_removed(void **state) {
    struct state *s = image_kit_open(*state);
    struct unit_extra extra = {.flags = UNIT_RESERVED | UNIT_HAS_REDEEMER,
                               .uses = 70000,
                               .reserved_by = 0xFFFFFFFF,
                               .reserved_until_ms = 1700000000001,
                               .since_ms = 1700000000000};
    memcpy(extra.redeemer, ada, sizeof ada);
    struct state_fold *f = begin(s);
    assert_ok(fold_extra(f, 3, UINT64_MAX, &extra));
    assert_ok(fold_commit(f, 1));
    struct unit_extra got;
    bool found = false;
    assert_ok(state_extra(s, 3, UINT64_MAX, &got, &found));
    assert_true(found);
    assert_int_equal(got.flags, extra.flags);
    assert_int_equal(got.uses, extra.uses);
    assert_int_equal(got.reserved_by, extra.reserved_by);
    assert_int_equal(got.reserved_until_ms, extra.reserved_until_ms);
    assert_int_equal(got.since_ms, extra.since_ms);
    assert_memory_equal(got.redeemer, ada, sizeof ada);
    f = begin(s);
    assert_ok(fold_extra(f, 3, UINT64_MAX, NULL));
    assert_ok(fold_extra(f, 3, 17, NULL)); /* there never was one */
    assert_ok(fold_commit(f, 2));
    assert_ok(state_extra(s, 3, UINT64_MAX, &got, &found));
    assert_false(found);
    state_close(s);
}

static void a_redeemer_is_known_for_that_unit_alone(void **state) {
    struct state *s = image_kit_open(*state);
    struct state_fold *f = begin(s);
    assert_ok(fold_used_by(f, 1, 2, ada, true));
    assert_ok(fold_used_by(f, 1, 2, bob, true));
    assert_ok(fold_used_by(f, 1, 2, bob, false));
    assert_ok(fold_commit(f, 1));
    bool found = false;
    assert_ok(state_used_by(s, 1, 2, ada, &found));
    assert_true(found);
    assert_ok(state_used_by(s, 1, 2, bob, &found));
    assert_false(found);
    assert_ok(state_used_by(s, 1, 3, ada, &found));
    assert_false(found);
    assert_ok(state_used_by(s, 2, 2, ada, &found));
    assert_false(found);
    state_close(s);
}

/* Fold one idempotency record with a single item, as of `time_ms`. */
static void fold_one_answer(struct state_fold *f, uint8_t key, uint64_t time_ms) {
    const uint8_t hash[EVENT_HASH_LEN] = {key};
    struct answer_item item = {.item = key, .sequence = time_ms};
    const struct answer_record r = {.time_ms = time_ms, .n = 1, .items = &item};
    assert_ok(fold_answer(f, hash, &r));
}

/* The time of a record's item, or 0 where there is no record. */
static uint64_t answer_time(struct state *s, uint8_t key) {
    const uint8_t hash[EVENT_HASH_LEN] = {key};
    struct answer_record r;
    bool found = false;
    assert_ok(state_answer(s, hash, &r, &found));
    if (!found) return 0;
    assert_int_equal(r.n, 1);
    assert_int_equal(r.items[0].item, key);
    const uint64_t time_ms = r.items[0].sequence;
    assert_int_equal(r.time_ms, time_ms);
    free(r.items);
    return time_ms;
}

static void answers_expire_by_their_latest_item_and_at_most_so_many(void **state) {
    struct state *s = image_kit_open(*state);
    struct state_fold *f = begin(s);
    fold_one_answer(f, 1, 100);
    fold_one_answer(f, 2, 200);
    fold_one_answer(f, 1, 300); /* touched again: kept longer */
    fold_one_answer(f, 3, 250);
    assert_ok(fold_commit(f, 1));
    f = begin(s);
    assert_ok(fold_expire_answers(f, 260, 2)); /* 1's old row and 2 */
    assert_ok(fold_commit(f, 2));
    assert_int_equal(answer_time(s, 1), 300);
    assert_int_equal(answer_time(s, 2), 0);
    assert_int_equal(answer_time(s, 3), 250);
    f = begin(s);
    assert_ok(fold_expire_answers(f, 300, 100)); /* 3; what is of this time itself stays */
    assert_ok(fold_commit(f, 3));
    assert_int_equal(answer_time(s, 1), 300);
    assert_int_equal(answer_time(s, 3), 0);
    f = begin(s);
    assert_ok(fold_expire_answers(f, 301, 100));
    assert_ok(fold_commit(f, 4));
    assert_int_equal(answer_time(s, 1), 0);
    state_close(s);
}

struct seen {
    struct state *state;
    size_t n;
    uint64_t sum;
    char text[64];
};

static cm_err see_document(void *ctx, enum document_kind kind, uint32_t id, struct cm_slice text) {
    struct seen *seen = ctx;
    seen->n++;
    seen->sum += (uint64_t)kind * 100 + id;
    if (kind == DOCUMENT_BATCH) memcpy(seen->text, text.p, text.len);
    return CM_OK;
}

static void documents_are_visited_in_their_last_version(void **state) {
    struct state *s = image_kit_open(*state);
    struct state_fold *f = begin(s);
    assert_ok(fold_document(f, DOCUMENT_SCHEME, 1, slice_text("{}")));
    assert_ok(fold_document(f, DOCUMENT_BATCH, 5, slice_text("{\"old\":1}")));
    assert_ok(fold_commit(f, 1));
    f = begin(s);
    assert_ok(fold_document(f, DOCUMENT_BATCH, 5, slice_text("{\"new\":2}")));
    assert_ok(fold_commit(f, 2));
    struct seen seen = {.n = 0};
    assert_ok(state_documents(s, see_document, &seen));
    assert_int_equal(seen.n, 2);
    assert_int_equal(seen.sum, DOCUMENT_SCHEME * 100 + 1 + DOCUMENT_BATCH * 100 + 5);
    assert_string_equal(seen.text, "{\"new\":2}");
    state_close(s);
}

static void a_document_may_be_megabytes_long(void **state) {
    enum { LONG = 3000000 };
    struct state *s = image_kit_open(*state);
    char *text = malloc(LONG);
    assert_non_null(text);
    memset(text, 'x', LONG);
    struct state_fold *f = begin(s);
    assert_ok(fold_document(f, DOCUMENT_TERMS, 1, slice_of(text, LONG)));
    assert_ok(fold_commit(f, 1));
    free(text);
    struct seen seen = {.n = 0};
    assert_ok(state_documents(s, see_document, &seen));
    assert_int_equal(seen.n, 1);
    state_close(s);
}

static cm_err see_counters(void *ctx, uint32_t set, const struct set_counters *c) {
    struct seen *seen = ctx;
    seen->n++;
    assert_int_equal(set, 9);
    assert_int_equal(c->next_serial, 1);
    assert_int_equal(c->issued, 2);
    assert_int_equal(c->redeemed, 3);
    assert_int_equal(c->reversed, 4);
    assert_int_equal(c->reserved, 5);
    assert_int_equal(c->voided, UINT64_MAX);
    assert_int_equal(c->phase, PHASE_CLOSED);
    assert_int_equal(c->shipped, 1);
    assert_int_equal(c->rule_version, 255);
    /* A visitor may read on in the same view. */
    bool found = false;
    assert_ok(state_used_by(seen->state, 1, 1, ada, &found));
    return CM_OK;
}

static cm_err see_recall(void *ctx, const struct recall_event *r) {
    struct seen *seen = ctx;
    seen->n++;
    seen->sum += r->set * 1000000 + r->first * 10000 + r->last * 100 + r->actor;
    return CM_OK;
}

static void counters_and_recalls_are_visited_whole(void **state) {
    struct state *s = image_kit_open(*state);
    const struct set_counters c = {.next_serial = 1,
                                   .issued = 2,
                                   .redeemed = 3,
                                   .reversed = 4,
                                   .reserved = 5,
                                   .voided = UINT64_MAX,
                                   .phase = PHASE_CLOSED,
                                   .shipped = 1,
                                   .rule_version = 255};
    struct state_fold *f = begin(s);
    assert_ok(fold_counters(f, 9, &c));
    assert_ok(fold_recall(f, &(struct recall_event){.set = 1, .first = 2, .last = 3, .actor = 4}));
    assert_ok(fold_recall(f, &(struct recall_event){.set = 1, .first = 2, .last = 9, .actor = 5}));
    assert_ok(fold_commit(f, 1));
    struct seen seen = {.state = s};
    assert_ok(state_counters(s, see_counters, &seen));
    assert_int_equal(seen.n, 1);
    assert_ok(state_recalls(s, see_recall, &seen));
    assert_int_equal(seen.n, 3);
    assert_int_equal(seen.sum, 1020304 + 1020905);
    state_close(s);
}

static cm_err stop_at_once(void *ctx, uint32_t set, uint64_t page, const uint8_t *bytes) {
    (void)bytes;
    uint64_t *at = ctx;
    *at = (uint64_t)set * 1000 + page;
    return CM_E_CANCELLED;
}

static void a_visitors_error_ends_the_walk_and_comes_back(void **state) {
    struct state *s = image_kit_open(*state);
    static const uint8_t page[STATE_PAGE_LEN];
    struct state_fold *f = begin(s);
    assert_ok(fold_page(f, 2, 0, page));
    assert_ok(fold_page(f, 1, 256, page));
    assert_ok(fold_page(f, 1, 3, page));
    assert_ok(fold_commit(f, 1));
    uint64_t at = 0;
    assert_err(CM_E_CANCELLED, state_pages(s, stop_at_once, &at));
    assert_int_equal(at, 1003); /* the lowest (set, page) comes first */
    state_close(s);
}

static void an_image_is_not_made_unless_asked_for(void **state) {
    struct state_options o = image_kit_options(*state);
    o.create = false;
    struct state *s = NULL;
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_NOT_FOUND, state_open(&s, &o, &diag));
    assert_null(s);
    assert_string_equal(diag.place, o.path);
    struct stat st;
    assert_int_equal(stat(o.path, &st), -1);
}

static void another_workspaces_image_is_refused(void **state) {
    state_close(image_kit_open(*state));
    struct state_options o = image_kit_options(*state);
    o.workspace_id[15] ^= 1;
    struct state *s = NULL;
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_CONFLICT, state_open(&s, &o, &diag));
    assert_null(s);
    assert_string_equal(diag.problem, "the image belongs to another workspace");
}

static void an_image_opens_read_only(void **state) {
    struct state *s = image_kit_open(*state);
    assert_ok(fold_commit(begin(s), 77));
    state_close(s);
    struct state_options o = image_kit_options(*state);
    o.create = false;
    o.read_only = true;
    assert_ok(state_open(&s, &o, NULL));
    assert_int_equal(state_position(s), 77);
    struct state_fold *f = NULL;
    assert_err(CM_E_DENIED, state_fold_begin(s, &f));
    assert_null(f);
    state_close(s);
}

static void what_a_cut_creation_left_is_swept_away(void **state) {
    const struct image_kit *kit = *state;
    const struct scratch making = scratch_below(&kit->dir, "state.making");
    assert_int_equal(mkdir(making.path, 0700), 0);
    FILE *half = fopen(scratch_below(&making, "data.mdb").path, "w");
    assert_non_null(half);
    (void)fputs("half a page", half);
    assert_int_equal(fclose(half), 0);
    assert_int_equal(mkdir(kit->image.path, 0700), 0); /* an empty folder gives way */
    state_close(image_kit_open(kit));
}

#define IN_KIT(test) cmocka_unit_test_setup_teardown(test, image_kit_setup, image_kit_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_KIT(a_fold_is_read_back_as_of_its_position),
        IN_KIT(what_was_committed_is_there_after_reopening),
        IN_KIT(an_aborted_fold_leaves_nothing),
        IN_KIT(a_position_never_goes_back),
        IN_KIT(an_exception_record_is_kept_and_removed),
        IN_KIT(a_redeemer_is_known_for_that_unit_alone),
        IN_KIT(answers_expire_by_their_latest_item_and_at_most_so_many),
        IN_KIT(documents_are_visited_in_their_last_version),
        IN_KIT(a_document_may_be_megabytes_long),
        IN_KIT(counters_and_recalls_are_visited_whole),
        IN_KIT(a_visitors_error_ends_the_walk_and_comes_back),
        IN_KIT(an_image_is_not_made_unless_asked_for),
        IN_KIT(another_workspaces_image_is_refused),
        IN_KIT(an_image_opens_read_only),
        IN_KIT(what_a_cut_creation_left_is_swept_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
