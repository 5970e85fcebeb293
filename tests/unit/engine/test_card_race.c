/* 64 tills at once, on one card and on a hundred: every cent is where the tills' own books say that
 * it is, in the order of the transactions, while it runs, after a restart and after a rebuild. The
 * judge keeps its own books from the answers alone. */
#include "support/cm.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "engine/cards.h"
#include "engine/fsck.h"
#include "support/world_card.h"

#define TILL_N   64u
#define ROUNDS   60u
#define START    5000u
#define KEEP     4u /* spends and holds that a till remembers */
#define ODD      0x9E3779B97F4A7C15u
#define HOLD_MS  3600000u /* outlasts the test */
#define ROWS_MAX (TILL_N * ROUNDS + 100u)

/* What an answer said was done: one row of the judge's books. */
struct row {
    uint64_t transaction, card;
    int64_t delta, held; /* on the balance, on what is held */
    uint64_t balance, balance_held;
};

struct till {
    struct card_world *c;
    pthread_t thread;
    uint64_t seed, cards;
    unsigned number;
    uint64_t spend[KEEP], spend_card[KEEP], hold[KEEP], hold_card[KEEP], hold_amount[KEEP];
    struct row rows[ROUNDS];
    size_t row_n, refused;
};

static uint64_t draw(struct till *t, uint64_t below) {
    t->seed = t->seed * 6364136223846793005u + 1442695040888963407u; /* Knuth's MMIX */
    return (t->seed >> 33) % below;
}

static char numbers[100][CARD_CAP];

static struct card_answer run(struct till *t, enum cm_operation op, uint64_t card, uint64_t amount,
                              uint64_t reference) {
    struct card_answer out = {.status = CM_CALL_FULL};
    const struct cm_card_ask ask = {.amount = amount, .reference = reference};
    const struct cm_request request = {
        .operation = op, .code = slice_text(numbers[card]), .hold_ms = HOLD_MS};
    struct cm_call call = {
        .caller = {.actor = 10 + t->number, .test = true, .rights = CM_RIGHT_TILL},
        .door = WORLD_DOOR,
        .requests = &request,
        .n = 1,
        .answers = &out.a,
        .asks = &ask,
        .told = &out.told};
    if (cm_engine_run(t->c->w.engine, &call, 1) != CM_OK) out.a.verdict = CM_V_BUSY;
    return out;
}

static void book(struct till *t, uint64_t card, const struct card_answer *r, int64_t delta,
                 int64_t held) {
    t->rows[t->row_n++] = (struct row){.transaction = r->told.transaction,
                                       .card = card,
                                       .delta = delta,
                                       .held = held,
                                       .balance = r->told.balance,
                                       .balance_held = r->told.held};
}

static void one_round(struct till *t) {
    static const enum cm_operation ops[] = {CM_OP_LOAD,    CM_OP_REDEEM,  CM_OP_REDEEM,
                                            CM_OP_RESERVE, CM_OP_CONFIRM, CM_OP_RELEASE,
                                            CM_OP_REVERSE};
    const enum cm_operation op = ops[draw(t, CM_ARRAY_N(ops))];
    const size_t at = draw(t, KEEP);
    uint64_t card = draw(t, t->cards), amount = 1 + draw(t, 400), reference = 0;
    if (op == CM_OP_CONFIRM || op == CM_OP_RELEASE) {
        card = t->hold_card[at];
        reference = t->hold[at] != 0 ? t->hold[at] : 1;
        if (op == CM_OP_RELEASE) amount = 0;
    } else if (op == CM_OP_REVERSE) {
        card = t->spend_card[at];
        reference = t->spend[at] != 0 ? t->spend[at] : 1;
    }
    const struct card_answer r = run(t, op, card, amount, reference);
    if (r.a.verdict != CM_V_ACCEPTED) {
        t->refused++;
        return;
    }
    const int64_t moved = (int64_t)r.told.amount;
    switch ((int)op) {
    case CM_OP_LOAD:
    case CM_OP_REVERSE: book(t, card, &r, moved, 0); break;
    case CM_OP_REDEEM:
        book(t, card, &r, -moved, 0);
        t->spend[at] = r.told.transaction;
        t->spend_card[at] = card;
        break;
    case CM_OP_RESERVE:
        book(t, card, &r, 0, moved);
        if (t->hold[at] == 0) {
            t->hold[at] = r.told.transaction;
            t->hold_card[at] = card;
            t->hold_amount[at] = r.told.amount;
        }
        break;
    default:
        book(t, card, &r, op == CM_OP_CONFIRM ? -moved : 0, -(int64_t)t->hold_amount[at]);
        t->hold[at] = 0;
        break;
    }
}

static void *work(void *ctx) {
    struct till *t = ctx;
    for (unsigned i = 0; i < ROUNDS; i++)
        one_round(t);
    return NULL;
}

/* ---- The judge ------------------------------------------------------------------------------ */

static int by_transaction(const void *a, const void *b) {
    const struct row *x = a, *y = b;
    return x->transaction < y->transaction ? -1 : x->transaction > y->transaction;
}

struct books {
    int64_t balance[100], held[100];
    size_t rows, refused;
};

/* In the order of the transactions each row follows from the one before it. */
static void judge(struct till *tills, uint64_t cards, struct books *books) {
    static struct row all[ROWS_MAX];
    size_t n = 0;
    *books = (struct books){.rows = 0};
    for (size_t i = 0; i < TILL_N; i++) {
        memcpy(all + n, tills[i].rows, tills[i].row_n * sizeof *all);
        n += tills[i].row_n;
        books->refused += tills[i].refused;
    }
    qsort(all, n, sizeof *all, by_transaction);
    for (uint64_t i = 0; i < cards; i++)
        books->balance[i] = START;
    for (size_t i = 0; i < n; i++) {
        const struct row *r = &all[i];
        assert_true(i == 0 || r->transaction > all[i - 1].transaction);
        books->balance[r->card] += r->delta;
        books->held[r->card] += r->held;
        assert_true(books->held[r->card] >= 0);
        assert_true(books->balance[r->card] >= books->held[r->card]);
        assert_true(books->balance[r->card] == (int64_t)r->balance);
        assert_true(books->held[r->card] == (int64_t)r->balance_held);
    }
    books->rows = n;
}

static cm_err read_sum(void *ctx, const struct registry *r) {
    *(struct set_counters *)ctx = registry_set(r, CARDS)->set.counters;
    return CM_OK;
}

static void ledger_agrees(struct card_world *c, const struct books *books, uint64_t cards) {
    struct set_counters counters;
    int64_t sum = 0;
    for (uint64_t i = 0; i < cards; i++) {
        struct card_view v;
        assert_ok(engine_card_view(c->w.engine, 0, CARDS, i, &v, NULL));
        assert_true((int64_t)v.record.balance == books->balance[i]);
        assert_true((int64_t)v.held == books->held[i]);
        sum += books->balance[i];
    }
    assert_ok(engine_read(c->w.engine, read_sum, &counters));
    assert_true(counters.balance == (uint64_t)sum);
    assert_true(counters.loaded - counters.spent == (uint64_t)sum);
    assert_int_equal(counters.active, cards);
}

static void race(uint64_t cards) {
    struct card_world c = {.numberer = NULL};
    struct till *tills = calloc(TILL_N, sizeof *tills);
    struct books books;
    assert_non_null(tills);
    card_world_make(&c, 0, "{\"activation\":\"till\",\"currency\":\"EUR\"}");
    for (uint64_t i = 0; i < cards; i++) {
        card_number(&c, i, numbers[i]);
        assert_int_equal(till_asks(&c, CM_OP_ACTIVATE, i, START).a.verdict, CM_V_ACCEPTED);
    }
    for (unsigned i = 0; i < TILL_N; i++) {
        tills[i] = (struct till){.c = &c, .seed = (i + 1) * ODD, .cards = cards, .number = i};
        assert_int_equal(pthread_create(&tills[i].thread, NULL, work, &tills[i]), 0);
    }
    for (unsigned i = 0; i < TILL_N; i++)
        (void)pthread_join(tills[i].thread, NULL);
    judge(tills, cards, &books);
    assert_true(books.rows > TILL_N * ROUNDS / 8); /* it did happen */
    assert_true(books.refused > 0);
    ledger_agrees(&c, &books, cards);
    world_close(&c.w); /* folded */
    world_open(&c.w);
    ledger_agrees(&c, &books, cards);
    world_close(&c.w);
    const struct fsck_options o = {.workspace = c.w.dir, .rebuild = true};
    struct fsck_report report;
    assert_ok(engine_fsck(&o, &report, NULL));
    assert_true(report.image_agrees);
    world_open(&c.w);
    ledger_agrees(&c, &books, cards);
    card_world_remove(&c);
    free(tills);
}

static void sixty_four_tills_on_one_card_close_to_the_cent(void **state) {
    (void)state;
    race(1);
}

static void sixty_four_tills_on_a_hundred_cards_close_to_the_cent(void **state) {
    (void)state;
    race(100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sixty_four_tills_on_one_card_close_to_the_cent),
        cmocka_unit_test(sixty_four_tills_on_a_hundred_cards_close_to_the_cent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
