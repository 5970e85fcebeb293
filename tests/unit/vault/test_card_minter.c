/* Making cards: exactly as many as the pool promises, each number once, each accepted at the door
 * with its PIN and as its own index, and the same again until they are shipped. The pool is small
 * and dense on purpose: under its second key version one number in twenty belongs to a card of the
 * first. Nothing is expected of the numbers themselves: vectors.oracle proves those. */
#include "support/cm.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "cards/pool.h"
#include "support/world_pool.h"
#include "vault/card_minter.h"

#define VOLUME 100000u
#define CALL   8192u /* cards asked about at once */

static const struct pool_text dense = {.name = "dense",
                                       .mode = "TEST",
                                       .prefix = "9643",
                                       .rules = RULES_1,
                                       .keys = KEYS_3 ",{\"version\":4,\"from_index\":50000}",
                                       .id = POOL,
                                       .body_n = 6,
                                       .pin_n = 4,
                                       .volume = VOLUME};

struct made {
    char number[12], pin[5]; /* 11 and 4 digits, NUL */
    uint64_t index;
};

static struct card_minter *minter(struct world *w, bool from_start, uint64_t first) {
    const struct card_minter_options options = {.engine = w->engine,
                                                .keystore = w->keystore,
                                                .set = POOL,
                                                .from_start = from_start,
                                                .first = first};
    struct card_minter *m = NULL;
    assert_ok(card_minter_open(&m, &options, NULL));
    return m;
}

/* All cards that the minter still gives, at most VOLUME. */
static size_t make_all(struct card_minter *m, struct made *out) {
    struct card_rows rows;
    size_t n = 0;
    for (;;) {
        assert_ok(card_minter_next(m, UINT64_MAX, &rows, NULL));
        if (rows.n == 0) return n;
        for (size_t i = 0; i < rows.n; i++) {
            if (rows.skip[i] != 0) continue;
            assert_true(n < VOLUME);
            out[n] = (struct made){.index = rows.first + i};
            memcpy(out[n].number, rows.numbers + i * rows.number_n, rows.number_n);
            if (rows.pins != NULL) memcpy(out[n].pin, rows.pins + i * rows.pin_n, rows.pin_n);
            n++;
        }
    }
}

static void open_pool(struct world *w, bool shipped) {
    const struct phase_event phase = {.set = POOL, .phase = PHASE_OPEN, .shipped = shipped};
    assert_ok(engine_phase(w->engine, &phase, NULL));
}

static void cards_are_made_and_redeemed(void **state) {
    (void)state;
    struct world w = {0};
    world_pool_add(&w, &dense);
    struct card_minter *m = minter(&w, false, 0);
    struct card_rows rows;
    assert_ok(card_minter_next(m, 10, &rows, NULL)); /* ten indices, less the skipped */
    assert_in_range(rows.cards, 1, 10);
    assert_int_equal(rows.number_n, 11);
    open_pool(&w, true);
    char number[12] = {0}, pin[5] = {0};
    size_t i = 0;
    while (rows.skip[i] != 0)
        i++;
    memcpy(number, rows.numbers + i * rows.number_n, rows.number_n);
    memcpy(pin, rows.pins + i * rows.pin_n, rows.pin_n);
    const struct world_request q = {.operation = CM_OP_REDEEM, .code = number, .pin = pin};
    const struct cm_answer a = world_request(&w, &q, NULL);
    assert_int_equal(a.verdict, CM_V_ACCEPTED);
    assert_true(a.serial == rows.first + i);
    card_minter_close(m);
    world_remove(&w);
}

static int by_number(const void *a, const void *b) {
    return strcmp(((const struct made *)a)->number, ((const struct made *)b)->number);
}

/* The door's word, CALL cards at a time: accepted, and as its own index. */
static void check_at_door(struct world *w, const struct made *cards, size_t n) {
    struct cm_request *requests = calloc(CALL, sizeof *requests);
    struct cm_answer *answers = calloc(CALL, sizeof *answers);
    assert_non_null(requests);
    assert_non_null(answers);
    for (size_t at = 0; at < n; at += CALL) {
        const size_t some = n - at < CALL ? n - at : CALL;
        for (size_t i = 0; i < some; i++)
            requests[i] = (struct cm_request){.operation = CM_OP_CHECK,
                                              .code = slice_text(cards[at + i].number),
                                              .pin = slice_text(cards[at + i].pin)};
        struct cm_call call = {.caller = {.actor = 5, .test = true},
                               .door = WORLD_DOOR,
                               .requests = requests,
                               .n = some,
                               .answers = answers};
        assert_ok(cm_engine_run(w->engine, &call, 1));
        for (size_t i = 0; i < some; i++) {
            assert_int_equal(answers[i].verdict, CM_V_ACCEPTED);
            assert_true(answers[i].serial == cards[at + i].index);
        }
    }
    free(requests);
    free(answers);
}

static void every_number_has_one_owner_across_key_versions(void **state) {
    (void)state;
    struct world w = {0};
    struct made *cards = calloc(VOLUME, sizeof *cards), *again = calloc(VOLUME, sizeof *again);
    assert_non_null(cards);
    assert_non_null(again);
    world_pool_add(&w, &dense);
    struct card_minter *m = minter(&w, false, 0);
    assert_int_equal(make_all(m, cards), VOLUME);
    card_minter_close(m);
    /* Of the indices beyond the border 2 in 100 are held out, and 49,000 of 10^6 numbers were given
     * before: the last index lies well beyond the volume and both reasons. */
    assert_in_range(cards[VOLUME - 1].index, VOLUME + 3000u, VOLUME + 6500u);
    open_pool(&w, false);
    check_at_door(&w, cards, VOLUME);

    world_close(&w); /* the same again, after a restart, as long as nothing was shipped */
    world_open(&w);
    m = minter(&w, true, 0);
    assert_int_equal(make_all(m, again), VOLUME);
    card_minter_close(m);
    assert_memory_equal(cards, again, VOLUME * sizeof *cards);

    qsort(cards, VOLUME, sizeof *cards, by_number);
    for (size_t i = 1; i < VOLUME; i++)
        assert_true(strcmp(cards[i - 1].number, cards[i].number) < 0);
    free(cards);
    free(again);
    world_remove(&w);
}

/* An EAN-13 and two key tags beside the number, each with a million texts; half of the cards under
 * another key version, so that of its EAN-13s one in a hundred belongs to a card of the first. */
static const struct pool_text faced = {
    .name = "faced",
    .mode = "TEST",
    .prefix = "9643",
    .rules = RULES_1,
    .keys = KEYS_3 ",{\"version\":4,\"from_index\":10000}],\"identifiers\":["
                   "{\"kind\":\"ean13\",\"prefix\":\"291234\"},"
                   "{\"kind\":\"tags\",\"items\":2,\"numbers\":\"own\",\"prefix\":\"9644\","
                   "\"digits\":11}",
    .id = POOL,
    .body_n = 7,
    .volume = 20000}; /* without PINs, which would tell the two owners of a text apart */

static void write_face(struct cm_numberer *const numberers[2], const struct made *card,
                       enum cm_card_face face, uint8_t member, char out[static 20]) {
    const struct cm_card_item item = {.index = card->index, .member = member};
    for (size_t i = 0; i < 20; i++)
        out[i] = '\0';
    assert_ok(cm_numberer_face(numberers[card->index < 10000 ? 0 : 1], face, &item, 1, out));
}

static void every_face_has_one_owner_across_key_versions(void **state) {
    (void)state;
    struct world w = {0};
    struct made *cards = calloc(VOLUME, sizeof *cards);
    struct cm_numberer *numberers[2] = {NULL, NULL};
    char texts[3][20];
    assert_non_null(cards);
    world_pool_add(&w, &faced);
    struct card_minter *m = minter(&w, false, 0);
    assert_int_equal(make_all(m, cards), 20000);
    card_minter_close(m);
    open_pool(&w, false);
    CM_CLEANUP(pool_clear) struct pool pool = POOL_INIT;
    char document[POOL_TEXT_CAP];
    pool_text(&faced, document);
    assert_ok(pool_read(slice_text(document), "pool", &pool, NULL));
    for (uint8_t v = 0; v < 2; v++) {
        const struct cm_key *root = NULL;
        assert_ok(keystore_find(w.keystore, KEY_POOL, POOL, (uint8_t)(v + 3u), &root));
        assert_ok(cm_numberer_new(&numberers[v], &pool.numbers, root, (uint8_t)(v + 3u)));
    }
    for (size_t i = 9000; i < 20000; i++) {
        write_face(numberers, &cards[i], CM_FACE_EAN13, 0, texts[0]);
        write_face(numberers, &cards[i], CM_FACE_TAG, 1, texts[1]);
        write_face(numberers, &cards[i], CM_FACE_TAG, 2, texts[2]);
        struct cm_request requests[3];
        struct cm_answer answers[3];
        for (size_t k = 0; k < 3; k++)
            requests[k] = (struct cm_request){.operation = CM_OP_CHECK,
                                              .code = slice_text(texts[k]),
                                              .pin = slice_text(cards[i].pin)};
        struct cm_call call = {.caller = {.actor = 5, .test = true},
                               .door = WORLD_DOOR,
                               .requests = requests,
                               .n = 3,
                               .answers = answers};
        assert_ok(cm_engine_run(w.engine, &call, 1));
        for (size_t k = 0; k < 3; k++)
            if (answers[k].verdict != CM_V_ACCEPTED || answers[k].serial != cards[i].index)
                fail_msg("card %zu, text %zu", i, k);
    }
    cm_numberer_free(numberers[0]);
    cm_numberer_free(numberers[1]);
    free(cards);
    world_remove(&w);
}

static void what_cannot_be_made_is_refused_by_name(void **state) {
    (void)state;
    struct world w = {0};
    world_pool_add(&w, &dense);
    struct card_rows rows;
    struct card_minter *first = minter(&w, false, 0), *second = minter(&w, false, 0);
    struct cm_diag diag = DIAG_INIT;
    assert_ok(card_minter_next(first, 100, &rows, NULL));
    assert_int_equal(card_minter_next(second, 100, &rows, &diag), CM_E_CONFLICT);
    card_minter_close(first);
    card_minter_close(second);

    struct card_minter_options options = {
        .engine = w.engine, .keystore = w.keystore, .set = POOL, .from_start = true, .first = 101};
    struct card_minter *m = NULL;
    assert_int_equal(card_minter_open(&m, &options, &diag), CM_E_RANGE);
    open_pool(&w, true);
    options.first = 0;
    assert_int_equal(card_minter_open(&m, &options, &diag), CM_E_STATE); /* shipped */
    options.set = POOL + 1;
    assert_int_equal(card_minter_open(&m, &options, &diag), CM_E_NOT_FOUND);

    /* Without its key nothing is made, and no index is spent. */
    options.set = POOL;
    options.from_start = false;
    assert_ok(keystore_set_state(w.keystore, KEY_POOL, POOL, 3, KEY_VERIFY, 2));
    assert_ok(keystore_set_state(w.keystore, KEY_POOL, POOL, 3, KEY_DESTROYED, 3));
    assert_ok(card_minter_open(&m, &options, NULL));
    assert_int_equal(card_minter_next(m, 1, &rows, &diag), CM_E_STATE);
    card_minter_close(m);
    world_remove(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cards_are_made_and_redeemed),
        cmocka_unit_test(every_number_has_one_owner_across_key_versions),
        cmocka_unit_test(every_face_has_one_owner_across_key_versions),
        cmocka_unit_test(what_cannot_be_made_is_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
