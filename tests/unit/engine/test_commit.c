/* The combining queue: whatever is handed in is processed once, in order, by one leader at a time,
 * and nobody is left asleep. What is expected is counted by the test itself. */
#include "engine/commit.h"

#include "support/cm.h"

#define THREADS 24u
#define ROUNDS  4000u

struct counting {
    struct committer committer;
    atomic_uint leaders; /* in the processor now */
    unsigned processed, groups, largest;
    bool overlapped;
};

struct counted {
    struct work work; /* first */
    unsigned times;
};

static void count(void *ctx, struct work *list) {
    struct counting *c = ctx;
    unsigned n = 0;
    if (atomic_fetch_add(&c->leaders, 1) != 0) c->overlapped = true;
    for (struct work *w = list; w != NULL; w = w->next, n++) {
        ((struct counted *)(void *)w)->times++;
        w->err = CM_E_LIMIT; /* each hears its own result */
    }
    c->processed += n;
    c->groups++;
    if (n > c->largest) c->largest = n;
    (void)atomic_fetch_sub(&c->leaders, 1);
}

static void a_caller_alone_leads_itself(void **state) {
    (void)state;
    struct counting c = {.processed = 0};
    assert_ok(committer_init(&c.committer, count, &c));
    struct counted mine = {.times = 0};
    assert_err(CM_E_LIMIT, committer_run(&c.committer, &mine.work));
    bool ran = false;
    committer_try(&c.committer, &mine.work, &ran);
    assert_true(ran);
    assert_int_equal(mine.times, 2);
    assert_int_equal(c.groups, 2);
    committer_wipe(&c.committer);
}

struct caller {
    struct counting *c;
    pthread_t thread;
    unsigned tries, wrong;
};

static void *call(void *ctx) {
    struct caller *me = ctx;
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct counted mine = {.times = 0};
        if (i % 8 == 7) { /* as the folder does */
            bool ran = false;
            committer_try(&me->c->committer, &mine.work, &ran);
            me->tries += ran ? 1 : 0;
            me->wrong += mine.times != (ran ? 1u : 0u);
            continue;
        }
        me->wrong += committer_run(&me->c->committer, &mine.work) != CM_E_LIMIT;
        me->wrong += mine.times != 1;
    }
    return NULL;
}

static void a_crowd_is_processed_once_each_by_one_leader_at_a_time(void **state) {
    (void)state;
    struct counting c = {.processed = 0};
    struct caller callers[THREADS];
    unsigned expected = THREADS * (ROUNDS - ROUNDS / 8);
    assert_ok(committer_init(&c.committer, count, &c));
    for (unsigned i = 0; i < THREADS; i++) {
        callers[i] = (struct caller){.c = &c};
        assert_int_equal(pthread_create(&callers[i].thread, NULL, call, &callers[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        (void)pthread_join(callers[i].thread, NULL);
        assert_int_equal(callers[i].wrong, 0);
        expected += callers[i].tries;
    }
    assert_int_equal(c.processed, expected);
    assert_false(c.overlapped);
    assert_true(c.largest >= 1 && c.largest <= THREADS);
    committer_wipe(&c.committer);
}

/* Group numbers wrap around after 2^32 groups: some 60 hours at full speed. */
static void numbers_that_wrap_around_wake_and_keep_asleep_alike(void **state) {
    (void)state;
    struct counting c = {.processed = 0};
    struct caller callers[2];
    assert_ok(committer_init(&c.committer, count, &c));
    c.committer.gathering = UINT32_MAX - 50;
    atomic_store(&c.committer.over[0], UINT32_MAX - 51);
    atomic_store(&c.committer.over[1], UINT32_MAX - 52);
    for (unsigned i = 0; i < 2; i++) {
        callers[i] = (struct caller){.c = &c};
        assert_int_equal(pthread_create(&callers[i].thread, NULL, call, &callers[i]), 0);
    }
    for (unsigned i = 0; i < 2; i++) {
        (void)pthread_join(callers[i].thread, NULL);
        assert_int_equal(callers[i].wrong, 0);
    }
    assert_true(c.committer.gathering < UINT32_MAX / 2); /* it did wrap */
    committer_wipe(&c.committer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_caller_alone_leads_itself),
        cmocka_unit_test(a_crowd_is_processed_once_each_by_one_leader_at_a_time),
        cmocka_unit_test(numbers_that_wrap_around_wake_and_keep_asleep_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
