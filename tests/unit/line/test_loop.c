/* line/loop: what a turn does, in which order, and that nobody starves. */
#include "support/cm.h"

#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "line/loop.h"
#include "support/splitmix.h"

#define MANY 256

struct world {
    struct loop *loop;
    unsigned calls, ends;
    struct loop_watch *watches[MANY];
    int fds[MANY];
};

static void count_call(void *ctx) { ++*(unsigned *)ctx; }

static void heard(void *ctx, unsigned events) {
    struct world *w = ctx;
    assert_true(events & LOOP_READ);
    w->calls++;
}

static void example_of_use(void **state) {
    (void)state;
    struct world w = {.calls = 0};
    unsigned due = 0, ends = 0;
    struct loop_timer timer = {.set = false};
    int pair[2];
    assert_int_equal(pipe(pair), 0);
    assert_ok(loop_new(&w.loop));
    assert_ok(loop_watch(w.loop, pair[0], LOOP_READ, heard, &w, &w.watches[0]));
    loop_timer_at(w.loop, &timer, loop_now_us(w.loop) + 2000, count_call, &due);
    loop_turn_end(w.loop, count_call, &ends);
    assert_int_equal(write(pair[1], "x", 1), 1);
    assert_ok(loop_turn(w.loop, LOOP_FOREVER));
    assert_int_equal(w.calls, 1);
    loop_unwatch(w.watches[0]);
    while (due == 0)
        assert_ok(loop_turn(w.loop, LOOP_FOREVER));
    assert_true(ends >= 2);
    loop_free(w.loop);
    (void)close(pair[0]);
    (void)close(pair[1]);
}

#define TIMERS 2000
struct tick {
    struct loop_timer timer;
    struct order *order;
    uint64_t at_us, set_as;
};
struct order {
    struct tick ticks[TIMERS];
    const struct tick *last;
    unsigned n;
};

static void comes_in_order(void *ctx) {
    struct tick *t = ctx;
    const struct tick *last = t->order->last;
    if (last != NULL) {
        assert_true(last->at_us <= t->at_us);
        if (last->at_us == t->at_us) assert_true(last->set_as < t->set_as);
    }
    t->order->last = t;
    t->order->n++;
}

/* Set, set anew and cancelled at random; the judge is the order in which they come. */
static void timers_come_in_order_of_time_then_of_setting(void **state) {
    (void)state;
    static struct order order;
    struct loop *loop = NULL;
    uint64_t random = 7;
    assert_ok(loop_new(&loop));
    const uint64_t now = loop_now_us(loop);
    uint64_t set_as = 0;
    memset(&order, 0, sizeof order);
    for (unsigned i = 0; i < 10 * TIMERS; i++) {
        struct tick *t = &order.ticks[splitmix_next(&random) % TIMERS];
        t->order = &order;
        t->at_us = now + splitmix_next(&random) % 500;
        t->set_as = set_as++;
        loop_timer_at(loop, &t->timer, t->at_us, comes_in_order, t);
        if (i % 3 == 0)
            loop_timer_cancel(loop, &order.ticks[splitmix_next(&random) % TIMERS].timer);
    }
    unsigned expected = 0;
    for (unsigned i = 0; i < TIMERS; i++)
        expected += order.ticks[i].timer.set;
    assert_in_range(expected, TIMERS / 2, TIMERS);
    while (order.n < expected)
        assert_ok(loop_turn(loop, LOOP_FOREVER));
    assert_ok(loop_turn(loop, 0));
    assert_int_equal(order.n, expected);
    loop_free(loop);
}

struct again {
    struct loop *loop;
    struct loop_timer timer;
    unsigned n;
};

static void sets_itself(void *ctx) {
    struct again *a = ctx;
    a->n++;
    loop_timer_at(a->loop, &a->timer, 0, sets_itself, a);
}

static void a_timer_that_is_always_due_lets_others_come(void **state) {
    (void)state;
    struct again greedy = {.n = 0};
    struct loop_timer other = {.set = false};
    unsigned other_n = 0;
    assert_ok(loop_new(&greedy.loop));
    loop_timer_at(greedy.loop, &greedy.timer, 0, sets_itself, &greedy);
    loop_timer_at(greedy.loop, &other, loop_now_us(greedy.loop) + 1000, count_call, &other_n);
    for (unsigned i = 0; i < 1000000 && other_n == 0; i++)
        assert_ok(loop_turn(greedy.loop, LOOP_FOREVER));
    assert_int_equal(other_n, 1);
    loop_timer_cancel(greedy.loop, &greedy.timer);
    loop_free(greedy.loop);
}

struct line {
    struct loop *loop;
    struct loop_watch *watch;
    int fd;
    bool greedy;
    unsigned calls;
};

static void takes_a_bite(void *ctx, unsigned events) {
    struct line *l = ctx;
    (void)events;
    eventfd_t count = 0;
    l->calls++;
    if (!l->greedy) assert_int_equal(eventfd_read(l->fd, &count), 0);
}

/* Sixteen files that are always ready, among 512: the others are all served within a few turns. */
static void a_file_that_is_always_ready_starves_nobody(void **state) {
    (void)state;
    static struct line lines[2 * MANY];
    struct loop *loop = NULL;
    assert_ok(loop_new(&loop));
    for (unsigned i = 0; i < CM_ARRAY_N(lines); i++) {
        struct line *l = &lines[i];
        *l = (struct line){.loop = loop, .greedy = i % 32 == 0};
        l->fd = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC);
        assert_true(l->fd >= 0);
        assert_ok(loop_watch(loop, l->fd, LOOP_READ, takes_a_bite, l, &l->watch));
    }
    for (unsigned round = 1; round <= 8; round++) {
        for (unsigned turn = 0; turn < 4; turn++)
            assert_ok(loop_turn(loop, 0));
        for (unsigned i = 0; i < CM_ARRAY_N(lines); i++) {
            assert_true(lines[i].greedy ? lines[i].calls >= round : lines[i].calls == round);
            if (!lines[i].greedy) assert_int_equal(eventfd_write(lines[i].fd, 1), 0);
        }
    }
    loop_free(loop); /* with all watches left */
    for (unsigned i = 0; i < CM_ARRAY_N(lines); i++)
        (void)close(lines[i].fd);
}

/* The first that is called releases and closes all others, and opens a new file of an old number.
 */
static void releases_the_others(void *ctx, unsigned events) {
    struct world *w = ctx;
    (void)events;
    w->calls++;
    for (unsigned i = 0; i < MANY; i++) {
        loop_unwatch(w->watches[i]);
        w->watches[i] = NULL;
        (void)close(w->fds[i]);
    }
    w->fds[0] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    assert_true(w->fds[0] >= 0);
    assert_ok(loop_watch(w->loop, w->fds[0], LOOP_READ, heard, w, &w->watches[0]));
}

static void a_released_watch_is_never_called_even_in_the_same_turn(void **state) {
    (void)state;
    static struct world w;
    assert_ok(loop_new(&w.loop));
    for (unsigned i = 0; i < MANY; i++) {
        w.fds[i] = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC);
        assert_true(w.fds[i] >= 0);
        assert_ok(loop_watch(w.loop, w.fds[i], LOOP_READ, releases_the_others, &w, &w.watches[i]));
    }
    assert_ok(loop_turn(w.loop, LOOP_FOREVER));
    assert_int_equal(w.calls, 1);
    assert_ok(loop_turn(w.loop, 0));
    assert_int_equal(w.calls, 1); /* the new file has nothing to say */
    loop_free(w.loop);
    (void)close(w.fds[0]);
}

static void a_regular_file_cannot_be_watched(void **state) {
    (void)state;
    struct loop *loop = NULL;
    struct loop_watch *watch = NULL;
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_ok(loop_new(&loop));
    assert_err(CM_E_UNSUPPORTED, loop_watch(loop, fileno(file), LOOP_READ, heard, NULL, &watch));
    assert_null(watch);
    loop_free(loop);
    (void)fclose(file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(example_of_use),
        cmocka_unit_test(timers_come_in_order_of_time_then_of_setting),
        cmocka_unit_test(a_timer_that_is_always_due_lets_others_come),
        cmocka_unit_test(a_file_that_is_always_ready_starves_nobody),
        cmocka_unit_test(a_released_watch_is_never_called_even_in_the_same_turn),
        cmocka_unit_test(a_regular_file_cannot_be_watched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
