/* Prizes under everything that may happen to units, over many batches: voids, recalls,
 * reservations, redemptions, reversals and restarts in random order. In every batch each tier is
 * given exactly as often as it was drawn, no unit is told two prizes, and a repeated request is
 * told its own again. Over all batches the winners lie evenly over the serials, and over the places
 * of their codes in alphabetical order: chi-square, 15 degrees of freedom; 56.5 is passed once in a
 * million (from the tables of the distribution: chi-square(15) at 1 - 10^-6), and the keys are the
 * same in every run. Source: docs/design/prizes.md. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "crypto/hash.h"
#include "support/cm.h"
#include "support/must.h"
#include "support/prove.h"
#include "support/splitmix.h"
#include "support/world.h"

#define BATCHES     20u
#define BATCHES_BIG 100u /* a world has 64: two worlds */
#define PER_WORLD   50u
#define UNITS       600u
#define TIERS       3u
#define BINS        16u
#define CHI_MAX     56.5
#define STEPS       500u

static const uint32_t tiers[TIERS] = {1, 9, 50};

/* What became of each unit, as its owner sees it. */
struct unit {
    uint16_t prize; /* told */
    bool used, worthless;
};
struct spread {
    uint64_t serials[BINS], places[BINS], n;
};
struct trial {
    struct world *w;
    struct unit units[UNITS];
    char codes[UNITS][WORLD_CODE_CAP];
    uint64_t seed;
    uint32_t set, keys;
};

static void draw(struct trial *t) {
    const struct cm_key *seed = NULL;
    struct hash256 commit;
    char hex[65], text[512];
    world_key(t->w, KEY_PRIZE, t->set);
    assert_ok(keystore_save(t->w->keystore, NULL));
    assert_ok(keystore_find(t->w->keystore, KEY_PRIZE, t->set, 1, &seed));
    hash_sha256(slice_of(seed->b, sizeof seed->b), &commit);
    hex_format(commit.b, sizeof commit.b, hex);
    (void)snprintf(text, sizeof text,
                   "{\"serials\":%u,\"tiers\":[{\"name\":\"a\",\"count\":%u},{\"name\":\"b\","
                   "\"count\":%u},{\"name\":\"c\",\"count\":%u}],\"commit\":\"%s\"}",
                   UNITS, tiers[0], tiers[1], tiers[2], hex);
    world_document(t->w, DOCUMENT_PRIZE, t->set, slice_text(text));
}

static void make(struct trial *t) {
    char text[256];
    (void)snprintf(text, sizeof text,
                   "{\"scheme\":1,\"batch\":%u,\"key_version\":1,\"name\":\"win-%u\","
                   "\"attributes\":[],\"quantity\":%u}",
                   t->set - 1, t->set, UNITS);
    world_document(t->w, DOCUMENT_BATCH, t->set, slice_text(text));
    draw(t);
    const struct issue_event issue = {.set = t->set, .count = UNITS, .issued = UNITS};
    const struct phase_event phase = {.set = t->set, .phase = PHASE_OPEN, .shipped = true};
    assert_ok(engine_issue(t->w->engine, &issue, NULL));
    assert_ok(engine_phase(t->w->engine, &phase, NULL));
    for (uint32_t i = 0; i < UNITS; i++)
        world_code(t->w, t->set, i, t->codes[i]);
}

/* A redemption: told once, told again under its key, and never to a second one. */
static void redeem(struct trial *t, uint32_t unit, enum cm_operation op) {
    struct unit *u = &t->units[unit];
    char key[24];
    (void)snprintf(key, sizeof key, "%u-%u", t->set, ++t->keys);
    const struct cm_answer a = world_ask(t->w, op, t->codes[unit], key, 7);
    if (a.verdict != CM_V_ACCEPTED) {
        assert_int_equal(a.prize, 0);
        assert_true(u->used || u->worthless || a.verdict == CM_V_RESERVED ||
                    a.verdict == CM_V_NOT_RESERVED);
        return;
    }
    assert_false(u->worthless);
    assert_true(u->prize == 0 || u->prize == a.prize); /* after a reversal: the same */
    *u = (struct unit){.prize = a.prize, .used = true};
    const struct cm_answer again = world_ask(t->w, op, t->codes[unit], key, 7);
    assert_true(again.replayed && again.prize == a.prize);
    assert_int_equal(world_ask(t->w, CM_OP_REDEEM, t->codes[unit], NULL, 8).prize, 0);
}

static void recall(struct trial *t, uint32_t first) {
    const struct recall_event e = {.set = t->set, .first = first, .last = first + 3u};
    if (first + 3u >= UNITS) return;
    assert_ok(engine_recall(t->w->engine, &e, NULL));
    for (uint32_t i = first; i <= first + 3u; i++)
        t->units[i].worthless = true;
}

static void step(struct trial *t) {
    const uint64_t what = splitmix_next(&t->seed) % 64;
    const uint32_t unit = (uint32_t)(splitmix_next(&t->seed) % UNITS);
    struct unit *u = &t->units[unit];
    if (what < 16) {
        redeem(t, unit, CM_OP_REDEEM);
    } else if (what < 24) {
        (void)world_request(
            t->w,
            &(struct world_request){
                .operation = CM_OP_RESERVE, .code = t->codes[unit], .actor = 7, .hold_ms = 1000},
            &(enum cm_call_status){CM_CALL_DONE});
    } else if (what < 32) {
        redeem(t, unit, CM_OP_CONFIRM);
    } else if (what < 36) {
        if (world_ask(t->w, CM_OP_REVERSE, t->codes[unit], NULL, 0).verdict == CM_V_ACCEPTED)
            u->used = false;
    } else if (what < 60) {
        if (world_ask(t->w, CM_OP_VOID, t->codes[unit], NULL, 0).verdict == CM_V_ACCEPTED)
            u->worthless = true;
    } else if (what < 62) {
        recall(t, unit);
    } else if (what == 62) {
        world_close(t->w);
        world_open(t->w);
    } else {
        t->w->now_ms += 1000; /* holds run out */
    }
}

static int by_code(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Where the first winners lie: among the serials, and among the codes in their order. */
static void look(struct trial *t, struct spread *s) {
    const char *order[UNITS];
    struct prize_view *rows = NULL;
    size_t n = 0;
    for (uint32_t i = 0; i < UNITS; i++)
        order[i] = t->codes[i];
    qsort(order, UNITS, sizeof *order, by_code);
    assert_ok(engine_prizes(t->w->engine, t->set, &rows, &n, NULL));
    assert_int_equal(n, tiers[0] + tiers[1] + tiers[2]);
    for (size_t i = 0; i < n; i++) {
        const char *code = t->codes[rows[i].serial];
        const char **at = bsearch(&code, order, UNITS, sizeof *order, by_code);
        assert_non_null(at);
        s->serials[rows[i].serial * BINS / UNITS]++;
        s->places[(size_t)(at - order) * BINS / UNITS]++;
        s->n++;
    }
    free(rows);
}

static void try_one(struct world *w, uint32_t set, struct spread *s) {
    struct trial *t = must_calloc(1, sizeof *t);
    uint32_t told[TIERS + 1] = {0};
    *t = (struct trial){.w = w, .set = set, .seed = 4711u + set};
    make(t);
    look(t, s);
    for (unsigned i = 0; i < STEPS; i++)
        step(t);
    w->now_ms += 10000;
    for (uint32_t i = 0; i < UNITS; i++)
        if (!t->units[i].used) redeem(t, i, CM_OP_REDEEM);
    for (uint32_t i = 0; i < UNITS; i++)
        if (t->units[i].used) told[t->units[i].prize]++;
    for (uint32_t tier = 0; tier < TIERS; tier++)
        if (told[tier + 1] != tiers[tier])
            fail_msg("set %u: tier %u was told %u times, not %u", set, tier + 1, told[tier + 1],
                     tiers[tier]);
    free(t);
}

static double chi_square(const uint64_t *bins, uint64_t n) {
    const double due = (double)n / BINS;
    double sum = 0;
    for (size_t i = 0; i < BINS; i++)
        sum += ((double)bins[i] - due) * ((double)bins[i] - due) / due;
    return sum;
}

static void every_prize_is_given_once_and_nobody_can_say_where(void **state) {
    (void)state;
    struct spread s = {.n = 0};
    const uint64_t batches = prove_size(BATCHES, BATCHES_BIG);
    for (uint64_t done = 0; done < batches;) {
        struct world w = {.now_ms = 0};
        world_make(&w, 12, 100000);
        for (uint32_t set = 1; set <= PER_WORLD && done < batches; set++, done++)
            try_one(&w, set, &s);
        world_remove(&w);
    }
    const double serials = chi_square(s.serials, s.n), places = chi_square(s.places, s.n);
    print_message("%llu winners: chi-square %.1f over serials, %.1f over codes in their order\n",
                  (unsigned long long)s.n, serials, places);
    assert_true(serials < CHI_MAX && places < CHI_MAX);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_prize_is_given_once_and_nobody_can_say_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
