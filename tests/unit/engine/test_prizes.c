/* Prizes among the units of a batch: docs/design/prizes.md. Who must win is computed here a second
 * way, one candidate after the other; the node oracle (tests/oracle/prize.mjs) does it a third. */
#include "engine/prizes.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/text.h"
#include "crypto/cmac.h"
#include "crypto/hash.h"
#include "engine/fsck.h"
#include "support/cm.h"
#include "support/world.h"

#define SET      1u
#define QUANTITY 2000u

static const uint32_t tiers[] = {1, 10, 100};
#define TIER_N  3u
#define PRIZE_N 111u

static void make(struct world *w) {
    world_make(w, 12, 100000);
    assert_ok(keystore_generate(w->keystore, KEY_PRIZE, SET, 1, 1));
    assert_ok(keystore_save(w->keystore, NULL));
    world_document(w, DOCUMENT_BATCH, SET,
                   slice_text("{\"scheme\":1,\"batch\":0,\"key_version\":1,\"name\":\"win\","
                              "\"attributes\":[],\"quantity\":2000}"));
    w->batch_n = 1;
}

static const struct cm_key *seed_of(const struct world *w) {
    const struct cm_key *seed = NULL;
    assert_ok(keystore_find(w->keystore, KEY_PRIZE, SET, 1, &seed));
    return seed;
}

static void document(const struct world *w, const char *counts, bool revealed, char out[512]) {
    struct hash256 commit;
    char commit_hex[65], seed_hex[65];
    hash_sha256(slice_of(seed_of(w)->b, 32), &commit);
    hex_format(commit.b, 32, commit_hex);
    hex_format(seed_of(w)->b, 32, seed_hex);
    const int n = snprintf(out, 512, "{\"serials\":%u,\"tiers\":[%s],\"commit\":\"%s\"", QUANTITY,
                           counts, commit_hex);
    (void)snprintf(out + n, 512u - (size_t)n, revealed ? ",\"seed\":\"%s\"}" : "}", seed_hex);
}

#define USUAL                                                                                      \
    "{\"name\":\"car\",\"count\":1},{\"name\":\"bike\",\"count\":10},{\"name\":\"sticker\","       \
    "\"count\":100}"

static void draw(struct world *w) {
    char text[512];
    document(w, USUAL, false, text);
    world_document(w, DOCUMENT_PRIZE, SET, slice_text(text));
}

static void issue(struct world *w) {
    const struct issue_event e = {.set = SET, .count = QUANTITY, .issued = QUANTITY};
    const struct phase_event phase = {.set = SET, .phase = PHASE_OPEN, .shipped = true};
    assert_ok(engine_issue(w->engine, &e, NULL));
    assert_ok(engine_phase(w->engine, &phase, NULL));
}

/* The second way: who wins, by serial. */
static void expect(const struct world *w, uint8_t tier_of[static QUANTITY]) {
    struct cmac *cmac = NULL;
    assert_ok(cmac_new(&cmac, seed_of(w)));
    memset(tier_of, 0, QUANTITY);
    uint64_t k = 0;
    for (uint8_t t = 0; t < TIER_N; t++) {
        for (uint32_t given = 0; given < tiers[t]; k++) {
            uint8_t message[16] = {0x57}, tag[16];
            put_u32be(message + 4, SET);
            put_u64be(message + 8, k);
            assert_ok(cmac_message(cmac, slice_of(message, 16), tag));
            const uint64_t serial =
                get_u64be(tag) % QUANTITY; /* 2^64 mod 2000: refused 1 in 10^16 */
            if (tier_of[serial] != 0) continue;
            tier_of[serial] = (uint8_t)(t + 1);
            given++;
        }
    }
    cmac_free(cmac);
}

static struct cm_answer use(struct world *w, enum cm_operation op, uint64_t serial,
                            const char *key) {
    char code[WORLD_CODE_CAP];
    world_code(w, SET, serial, code);
    return world_ask(w, op, code, key, 7);
}

static void the_units_that_the_seed_names_win_and_no_others(void **state) {
    (void)state;
    struct world w = {0};
    uint8_t want[QUANTITY];
    make(&w);
    draw(&w);
    issue(&w);
    expect(&w, want);
    for (uint64_t s = 0; s < QUANTITY; s++) {
        assert_int_equal(use(&w, CM_OP_CHECK, s, NULL).prize, 0); /* a look tells nothing */
        const struct cm_answer a = use(&w, CM_OP_REDEEM, s, NULL);
        assert_int_equal(a.verdict, CM_V_ACCEPTED);
        assert_int_equal(a.prize, want[s]);
        assert_int_equal(use(&w, CM_OP_REDEEM, s, NULL).prize, 0); /* the second one wins nothing */
        if (s == QUANTITY / 2) {
            world_close(&w);
            world_open(&w);
        }
    }
    world_remove(&w);
}

static void a_repeated_request_is_told_its_prize_again(void **state) {
    (void)state;
    struct world w = {0};
    uint8_t want[QUANTITY];
    make(&w);
    draw(&w);
    issue(&w);
    expect(&w, want);
    uint64_t winner = 0;
    while (want[winner] != 2)
        winner++;
    assert_int_equal(use(&w, CM_OP_REDEEM, winner, "till-1").prize, 2);
    world_close(&w);
    world_open(&w);
    const struct cm_answer again = use(&w, CM_OP_REDEEM, winner, "till-1");
    assert_true(again.replayed);
    assert_int_equal(again.prize, 2);
    world_remove(&w);
}

static void count_prizes(struct world *w, uint32_t got[static TIER_N + 1]) {
    memset(got, 0, (TIER_N + 1) * sizeof *got);
    for (uint64_t s = 0; s < QUANTITY; s++) {
        const struct cm_answer a = use(w, CM_OP_REDEEM, s, NULL);
        got[a.prize]++;
    }
}

static void prizes_of_void_and_recalled_units_go_to_others_and_the_counts_stay_exact(void **state) {
    (void)state;
    struct world w = {0};
    uint8_t want[QUANTITY];
    uint32_t got[TIER_N + 1];
    make(&w);
    draw(&w);
    issue(&w);
    expect(&w, want);
    uint32_t lost = 0;
    for (uint64_t s = 0; s < QUANTITY; s++) {
        if (want[s] == 0 || want[s] == 3) continue;
        assert_int_equal(use(&w, CM_OP_VOID, s, NULL).verdict, CM_V_ACCEPTED);
        lost++;
        if (lost == 5) { /* half of them before a restart, half after */
            world_close(&w);
            world_open(&w);
        }
    }
    const struct recall_event recall = {.set = SET, .first = 0, .last = 99};
    assert_ok(engine_recall(w.engine, &recall, NULL));
    struct prize_view *rows = NULL;
    size_t n = 0;
    assert_ok(engine_prizes(w.engine, SET, &rows, &n, NULL));
    assert_int_equal(n, PRIZE_N);
    for (size_t i = 0; i < n; i++)
        assert_true(!rows[i].lost && rows[i].serial > 99 &&
                    (want[rows[i].serial] == 0 || want[rows[i].serial] == 3));
    free(rows);
    world_close(&w);
    world_open(&w); /* what was drawn again stands, from the image and the journal */
    count_prizes(&w, got);
    for (uint32_t t = 0; t < TIER_N; t++)
        assert_int_equal(got[t + 1], tiers[t]);
    assert_ok(engine_fold(w.engine));
    world_close(&w);
    const struct fsck_options options = {.workspace = w.dir};
    struct fsck_report report;
    assert_ok(engine_fsck(&options, &report, NULL));
    assert_true(report.image_agrees);
    world_open(&w);
    world_remove(&w);
}

static void a_prize_that_no_unit_is_left_for_is_told_as_lost(void **state) {
    (void)state;
    struct world w = {0};
    char text[512];
    make(&w);
    document(&w, "{\"name\":\"all\",\"count\":2000}", false, text);
    world_document(&w, DOCUMENT_PRIZE, SET, slice_text(text));
    issue(&w);
    assert_int_equal(use(&w, CM_OP_REDEEM, 7, NULL).prize, 1);
    assert_int_equal(use(&w, CM_OP_VOID, 8, NULL).verdict, CM_V_ACCEPTED);
    struct prize_view *rows = NULL;
    size_t n = 0;
    struct cm_diag diag = DIAG_INIT;
    assert_int_equal(engine_prizes(w.engine, SET, &rows, &n, &diag), CM_OK);
    size_t lost = 0;
    for (size_t i = 0; i < n; i++)
        lost += rows[i].lost;
    assert_int_equal(lost, 1);
    free(rows);
    assert_int_equal(use(&w, CM_OP_REDEEM, 9, NULL).prize, 1);
    world_remove(&w);
}

static cm_err try_document(struct world *w, const char *text) {
    return world_try_document(w, DOCUMENT_PRIZE, SET, slice_text(text), NULL);
}

static void what_would_break_the_promise_is_refused(void **state) {
    (void)state;
    struct world w = {0};
    char text[512];
    make(&w);
    document(&w, "{\"name\":\"car\",\"count\":2001}", false, text);
    assert_int_equal(try_document(&w, text), CM_E_LIMIT);
    document(&w, "{\"name\":\"car\",\"count\":0}", false, text);
    assert_int_equal(try_document(&w, text), CM_E_RANGE);
    document(&w, USUAL, true, text);
    assert_int_equal(try_document(&w, text), CM_E_STATE); /* a seed that was never bound */
    draw(&w);
    document(&w, USUAL, false, text);
    assert_int_equal(try_document(&w, text), CM_E_EXISTS); /* one draw */
    assert_int_equal(world_try_document(
                         &w, DOCUMENT_BATCH, SET,
                         slice_text("{\"scheme\":1,\"batch\":0,\"key_version\":1,\"name\":\"win\","
                                    "\"attributes\":[],\"quantity\":2001}"),
                         NULL),
                     CM_E_STATE); /* it does not grow */
    issue(&w);
    document(&w, USUAL, true, text);
    assert_int_equal(try_document(&w, text), CM_E_STATE); /* still open */
    struct phase_event phase = {.set = SET, .phase = PHASE_CLOSED};
    assert_ok(engine_phase(w.engine, &phase, NULL));
    char *seed = strstr(text, "seed\":\"") + strlen("seed\":\"");
    seed[0] = seed[0] == '0' ? '1' : '0';
    assert_int_equal(try_document(&w, text), CM_E_CONFLICT); /* not the seed that was bound */
    document(&w, USUAL, true, text);
    assert_ok(try_document(&w, text));
    phase.phase = PHASE_OPEN;
    assert_int_equal(engine_phase(w.engine, &phase, NULL), CM_E_STATE); /* everybody knows now */
    world_remove(&w);
}

static void prizes_are_drawn_before_the_first_code_exists(void **state) {
    (void)state;
    struct world w = {0};
    char text[512];
    make(&w);
    issue(&w);
    document(&w, USUAL, false, text);
    assert_int_equal(try_document(&w, text), CM_E_STATE);
    world_remove(&w);
}

/* An older keystore under a newer ledger: one batch waits, its neighbours do not. */
static void without_its_seed_a_batch_waits_and_nobody_else_does(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 100000);
    world_document(&w, DOCUMENT_BATCH, SET,
                   slice_text("{\"scheme\":1,\"batch\":0,\"key_version\":1,\"name\":\"win\","
                              "\"attributes\":[],\"quantity\":2000}"));
    w.batch_n = 1;
    world_document(&w, DOCUMENT_PRIZE, SET,
                   slice_text("{\"serials\":2000,\"tiers\":[{\"name\":\"car\",\"count\":1}],"
                              "\"commit\":\"0000000000000000000000000000000000000000000000000000"
                              "000000000000\"}"));
    issue(&w);
    const uint32_t other = world_batch(&w, 10, true);
    char code[WORLD_CODE_CAP];
    world_code(&w, other, 3, code);
    assert_int_equal(use(&w, CM_OP_REDEEM, 5, NULL).verdict, CM_V_BUSY);
    assert_int_equal(world_ask(&w, CM_OP_REDEEM, code, NULL, 7).verdict, CM_V_ACCEPTED);
    world_remove(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_units_that_the_seed_names_win_and_no_others),
        cmocka_unit_test(a_repeated_request_is_told_its_prize_again),
        cmocka_unit_test(prizes_of_void_and_recalled_units_go_to_others_and_the_counts_stay_exact),
        cmocka_unit_test(a_prize_that_no_unit_is_left_for_is_told_as_lost),
        cmocka_unit_test(what_would_break_the_promise_is_refused),
        cmocka_unit_test(prizes_are_drawn_before_the_first_code_exists),
        cmocka_unit_test(without_its_seed_a_batch_waits_and_nobody_else_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
