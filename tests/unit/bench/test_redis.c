/* The Redis peer against a server that only pretends: what it sends, and that it believes +OK
 * alone. A peer that refuses codes would look faster than it is. */
#include "support/cm.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/keys.h"
#include "bench/redis.h"
#include "support/scratch.h"

/* Redis serialization protocol, RESP2: an array of four bulk strings, SET key 1 NX. */
#define BEFORE "*4\r\n$3\r\nSET\r\n$13\r\n"
#define AFTER  "\r\n$1\r\n1\r\n$2\r\nNX\r\n"

#define COMMAND_LEN (sizeof BEFORE - 1 + KEY_TEXT_LEN + sizeof AFTER - 1)
#define LEG_S       0.05
#define SHORT_S     1e-9 /* one round */

struct stage {
    struct scratch scratch;
    struct redis redis;
    int listener;
};

static void stage_open(struct stage *s) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    assert_true(scratch_make(&s->scratch));
    s->redis = (struct redis)REDIS_INIT;
    (void)snprintf(s->redis.server.dir, sizeof s->redis.server.dir, "%s", s->scratch.path);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%.90s/redis.sock", s->scratch.path);
    s->listener = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_true(s->listener >= 0);
    assert_int_equal(bind(s->listener, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(s->listener, 1), 0);
}

static void stage_close(struct stage *s) {
    (void)close(s->listener);
    scratch_remove(s->scratch.path);
}

/* A child that takes one client, checks its commands and answers each with `answer`. */
static pid_t pretend(const struct stage *s, const char *answer) {
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid > 0) return pid;
    char command[COMMAND_LEN];
    const int client = accept(s->listener, NULL, NULL);
    bool good = client >= 0;
    while (good && recv(client, command, sizeof command, MSG_WAITALL) == (ssize_t)sizeof command) {
        good = memcmp(command, BEFORE, sizeof BEFORE - 1) == 0 &&
               memcmp(command + COMMAND_LEN - (sizeof AFTER - 1), AFTER, sizeof AFTER - 1) == 0;
        good = good && send(client, answer, strlen(answer), 0) == (ssize_t)strlen(answer);
        if (answer[0] == '\0') break; /* hang up */
    }
    _exit(good ? 0 : 1);
}

static cm_err run(struct stage *s, const char *answer, size_t pipeline_n, double seconds,
                  struct leg *leg) {
    struct redis_redeem t = {.redis = &s->redis, .client_n = 1, .pipeline_n = pipeline_n};
    int status = -1;
    const pid_t pid = pretend(s, answer);
    *leg = (struct leg){.items = 0};
    const cm_err err = redis_redeem_run(&t, seconds, leg);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return err;
}

static void codes_that_are_taken_count(void **state) {
    (void)state;
    struct stage s;
    struct leg leg;
    stage_open(&s);
    assert_ok(run(&s, "+OK\r\n", 1, LEG_S, &leg));
    assert_true(leg.items >= 1);
    assert_true(leg.seconds >= LEG_S);
    stage_close(&s);
}

static void a_pipeline_is_answered_as_a_whole(void **state) {
    (void)state;
    struct stage s;
    struct leg leg;
    stage_open(&s);
    assert_ok(run(&s, "+OK\r\n", 64, SHORT_S, &leg));
    assert_true(leg.items > 63.5 && leg.items < 64.5);
    stage_close(&s);
}

static void refusals_and_errors_end_the_leg(void **state) {
    (void)state;
    static const char *const answers[] = {"$-1\r\n", "-ERR x\r\n", "+OKAY"};
    for (size_t i = 0; i < CM_ARRAY_N(answers); i++) {
        struct stage s;
        struct leg leg;
        stage_open(&s);
        assert_err(CM_E_STATE, run(&s, answers[i], 1, LEG_S, &leg));
        stage_close(&s);
    }
}

static void a_server_that_hangs_up_is_a_fault(void **state) {
    (void)state;
    struct stage s;
    struct leg leg;
    stage_open(&s);
    assert_err(CM_E_IO, run(&s, "", 1, LEG_S, &leg));
    stage_close(&s);
}

static int by_text(const void *a, const void *b) { return memcmp(a, b, KEY_TEXT_LEN); }

static void keys_are_fresh(void **state) {
    (void)state;
    enum { KEYS_N = 100000 };
    uint64_t keys = 0;
    char *texts = malloc((size_t)KEYS_N * KEY_TEXT_LEN);
    assert_non_null(texts);
    for (size_t i = 0; i < KEYS_N; i++)
        key_next(&keys, texts + i * KEY_TEXT_LEN);
    qsort(texts, KEYS_N, KEY_TEXT_LEN, by_text);
    for (size_t i = 1; i < KEYS_N; i++)
        assert_memory_not_equal(texts + i * KEY_TEXT_LEN, texts + (i - 1) * KEY_TEXT_LEN,
                                KEY_TEXT_LEN);
    free(texts);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_that_are_taken_count),
        cmocka_unit_test(a_pipeline_is_answered_as_a_whole),
        cmocka_unit_test(refusals_and_errors_end_the_leg),
        cmocka_unit_test(a_server_that_hangs_up_is_a_fault),
        cmocka_unit_test(keys_are_fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
