/* The odds hold: random guesses, well typed, through the engine's own check, hit with live / S,
 * within four sigma of the binomial distribution; and the same for card numbers. The schemes are
 * dense on purpose (one live code in 10,000), so that hits can be counted; keys and guesses are the
 * same in every run: with new ones, four sigma would be passed once in some thousands of runs.
 * The claim and its argument: docs/design/odds.md. */
#include "support/cm.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "codes/check.h"
#include "codes/scheme.h"
#include "codes/scheme_json.h"
#include "support/must.h"
#include "support/prove.h"
#include "support/splitmix.h"
#include "support/world_pool.h"

#define GUESSES     2000000u
#define GUESSES_BIG 200000000u
#define LIVE        100000u
#define DIGITS      9u /* S = 10^9 */
#define SPACE       1000000000.0
#define SIGMAS      4.0
#define ARRAY       10000u
#define TEXT_CAP    16u
#define THREADS     2u
#define PREFIX      "9643"
#define PREFIX_LEN  4u

/* Which scheme stands behind which door. */
enum { PLAIN = 2, CHECKED = 3, OTHER = 4 };
enum { DOOR_PLAIN = 2, DOOR_CHECKED = 3, DOOR_BOTH = 4, DOOR_CARDS = 5 };

static void add_scheme(struct world *w, uint32_t id, enum cm_check check) {
    struct scheme s;
    scheme_init(&s);
    s.numbers = (struct cm_scheme_numbers){.id = id,
                                           .key_version_first = 1,
                                           .test = true,
                                           .length = DIGITS,
                                           .date = {.cardinality = 1},
                                           .batches = 1,
                                           .serials = LIVE,
                                           .check = check,
                                           .table_version = 1};
    assert_ok(cm_alphabet_by_name(&s.numbers.alphabet, slice_text("digits"), NULL));
    (void)snprintf(s.alphabet_name, sizeof s.alphabet_name, "digits");
    (void)snprintf(s.name, sizeof s.name, "dense-%u", id);
    assert_ok(cm_scheme_numbers_freeze(&s.numbers, NULL));
    s.volume = LIVE;
    s.one_in = 1;
    struct buffer text = BUFFER_INIT;
    assert_ok(scheme_json_write(&s, &text));
    world_key(w, KEY_SCHEME, id);
    assert_ok(keystore_generate(w->keystore, KEY_PSEUDONYM, id, 1, 1));
    world_document(w, DOCUMENT_SCHEME, id, buffer_slice(&text));
    buffer_free(&text);
    scheme_wipe(&s);
}

static void open_set(struct world *w, uint32_t set, uint8_t rule_version) {
    const struct phase_event phase = {.set = set, .phase = PHASE_OPEN, .shipped = true};
    assert_ok(issue_cards(w, set, 0, LIVE, rule_version));
    assert_ok(engine_phase(w->engine, &phase, NULL));
}

static void add_batch(struct world *w, uint32_t set, uint32_t scheme) {
    char text[256];
    (void)snprintf(text, sizeof text,
                   "{\"scheme\":%u,\"batch\":0,\"key_version\":1,\"name\":\"batch-%u\","
                   "\"attributes\":[],\"quantity\":%u,\"product\":\"Cola\"}",
                   scheme, set, LIVE);
    world_document(w, DOCUMENT_BATCH, set, slice_text(text));
    open_set(w, set, 0);
}

static void add_door(struct world *w, uint32_t door, const char *schemes, const char *pools) {
    char text[256];
    (void)snprintf(text, sizeof text,
                   "{\"name\":\"door-%u\",\"brand\":0,\"mode\":\"TEST\",\"schemes\":[%s],"
                   "\"pools\":[%s]}",
                   door, schemes, pools);
    world_document(w, DOCUMENT_DOOR, door, slice_text(text));
}

static struct world *dense_world(void) {
    static const struct pool_text cards = {
        .name = "dense",
        .mode = "TEST",
        .prefix = PREFIX,
        .rules = "{\"version\":1,\"from_index\":0,\"held_out\":\"0\",\"held_below\":0,"
                 "\"patterns\":[],\"listed\":[]}",
        .id = POOL,
        .body_n = DIGITS,
        .pin_n = 0,
        .volume = LIVE};
    struct world *w = must_calloc(1, sizeof *w);
    w->segment_len = 1048576;
    world_pool_add(w, &cards);
    add_scheme(w, PLAIN, CM_CHECK_NONE);
    add_scheme(w, CHECKED, CM_CHECK_DAMM);
    add_scheme(w, OTHER, CM_CHECK_NONE);
    for (uint32_t scheme = PLAIN; scheme <= OTHER; scheme++)
        add_batch(w, scheme - 1, scheme);
    open_set(w, POOL, 1);
    add_door(w, DOOR_PLAIN, "2", "");
    add_door(w, DOOR_CHECKED, "3", "");
    add_door(w, DOOR_BOTH, "2,4", "");
    add_door(w, DOOR_CARDS, "", "7");
    return w;
}

/* ---- Guessing ------------------------------------------------------------------------------ */

struct guesser {
    struct world *w;
    const struct check_table *damm;
    uint32_t door;
    uint64_t seed, guesses, hits, other; /* other: neither accepted nor "not a code" */
    pthread_t thread;
};

/* Nine random digits, dressed as the door wants them: whoever guesses can do that. */
static size_t guess(struct guesser *g, char out[static TEXT_CAP]) {
    const uint64_t n = splitmix_next(&g->seed) % 1000000000u; /* the bias is below 2^-34 */
    char digits[DIGITS + 1];
    (void)snprintf(digits, sizeof digits, "%09u", (unsigned)n);
    if (g->door == DOOR_CARDS) {
        char luhn = '0';
        memcpy(out, PREFIX, PREFIX_LEN);
        memcpy(out + PREFIX_LEN, digits, DIGITS);
        if (cm_luhn_digit(out, PREFIX_LEN + DIGITS, &luhn) != CM_OK) abort();
        out[PREFIX_LEN + DIGITS] = luhn;
        return PREFIX_LEN + DIGITS + 1;
    }
    memcpy(out, digits, DIGITS);
    if (g->door != DOOR_CHECKED) return DIGITS;
    uint8_t row[DIGITS + 1];
    for (unsigned i = 0; i < DIGITS; i++)
        row[i] = (uint8_t)(digits[i] - '0');
    check_append(g->damm, row, 1, sizeof row);
    out[DIGITS] = (char)('0' + row[DIGITS]);
    return DIGITS + 1;
}

static void count(struct guesser *g, const struct cm_answer *answers) {
    for (unsigned i = 0; i < ARRAY; i++) {
        g->hits += answers[i].verdict == CM_V_ACCEPTED ? 1u : 0u;
        const bool known =
            answers[i].verdict == CM_V_ACCEPTED || answers[i].verdict == CM_V_NOT_A_CODE;
        g->other += known ? 0u : 1u;
    }
}

static void *run(void *ctx) {
    struct guesser *g = ctx;
    char(*texts)[TEXT_CAP] = must_calloc(ARRAY, sizeof *texts);
    struct cm_request *requests = must_calloc(ARRAY, sizeof *requests);
    struct cm_answer *answers = must_calloc(ARRAY, sizeof *answers);
    struct cm_call call = {.caller = {.test = true},
                           .door = g->door,
                           .requests = requests,
                           .n = ARRAY,
                           .answers = answers};
    for (uint64_t done = 0; done < g->guesses; done += ARRAY) {
        for (unsigned i = 0; i < ARRAY; i++) {
            const size_t len = guess(g, texts[i]);
            requests[i] = (struct cm_request){.operation = CM_OP_CHECK,
                                              .code = slice_of((const uint8_t *)texts[i], len)};
        }
        if (cm_engine_run(g->w->engine, &call, 1) != CM_OK || call.status != CM_CALL_DONE) abort();
        count(g, answers);
    }
    free(texts);
    free(requests);
    free(answers);
    return NULL;
}

/* `share`: how many (scheme, key version) pairs the door tries. */
static void guess_at(struct world *w, uint32_t door, double share) {
    struct guesser g[THREADS];
    uint64_t hits = 0, other = 0;
    const uint64_t guesses = prove_size(GUESSES, GUESSES_BIG);
    struct check_table *damm = must_calloc(1, sizeof *damm);
    assert_ok(check_table_init(damm, CM_CHECK_DAMM, 10, DIGITS, NULL));
    for (uint32_t i = 0; i < THREADS; i++) {
        g[i] = (struct guesser){.w = w,
                                .damm = damm,
                                .door = door,
                                .seed = door * 100u + i,
                                .guesses = guesses / THREADS};
        assert_int_equal(pthread_create(&g[i].thread, NULL, run, &g[i]), 0);
    }
    for (uint32_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(g[i].thread, NULL), 0);
        hits += g[i].hits;
        other += g[i].other;
    }
    free(damm);
    const double p = share * LIVE / SPACE, n = (double)guesses;
    const double wanted = n * p, sigma = sqrt(n * p * (1 - p));
    print_message("door %u: %.0f guesses, %llu hits, expected %.1f, off by %.2f sigma\n", door, n,
                  (unsigned long long)hits, wanted, ((double)hits - wanted) / sigma);
    assert_true(fabs((double)hits - wanted) <= SIGMAS * sigma);
    assert_true(other == 0);
}

static int make(void **state) {
    *state = dense_world();
    return 0;
}

static int unmake(void **state) {
    world_remove(*state);
    free(*state);
    return 0;
}

static void a_random_text_hits_with_live_over_s(void **state) { guess_at(*state, DOOR_PLAIN, 1); }

static void a_check_character_changes_nothing(void **state) { guess_at(*state, DOOR_CHECKED, 1); }

static void two_schemes_at_one_door_add_up(void **state) { guess_at(*state, DOOR_BOTH, 2); }

static void a_random_card_number_hits_with_issued_over_10_to_the_m(void **state) {
    guess_at(*state, DOOR_CARDS, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_random_text_hits_with_live_over_s),
        cmocka_unit_test(a_check_character_changes_nothing),
        cmocka_unit_test(two_schemes_at_one_door_add_up),
        cmocka_unit_test(a_random_card_number_hits_with_issued_over_10_to_the_m),
    };
    return cmocka_run_group_tests(tests, make, unmake);
}
