/* Where a key is while its store is open, and after: every readable page of this process is
 * searched for its bytes (not in sanitizer builds, which map terabytes of shadow). The needle is
 * kept masked, so that the search does not find itself.
 * Source of the method: proc(5), /proc/self/maps and /proc/self/mem. */
#include "support/cm.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "crypto/random.h"
#include "keystore_kit.h"

#define NOW_UNIX_S 1795000000u
#define MASK       0x5Au
#define CHUNK_LEN  (1u << 20)
#define LINE_CAP   512u

struct masked {
    uint8_t b[CM_KEY_LEN];
};

static bool is_at(const uint8_t *p, const struct masked *needle) {
    for (size_t i = 0; i < CM_KEY_LEN; i++)
        if ((p[i] ^ MASK) != needle->b[i]) return false;
    return true;
}

/* Hits in one range; `window` is a private mapping that is not searched itself. */
static size_t hits_in_range(int mem, uintptr_t from, uintptr_t to, uint8_t *window,
                            const struct masked *needle) {
    size_t hits = 0;
    for (uintptr_t at = from; at < to; at += CHUNK_LEN - CM_KEY_LEN) {
        const size_t len = to - at < CHUNK_LEN ? to - at : CHUNK_LEN;
        const ssize_t n = pread(mem, window, len, (off_t)at);
        for (ssize_t i = 0; i + (ssize_t)CM_KEY_LEN <= n; i++)
            if (is_at(window + i, needle) &&
                (len < CHUNK_LEN || i < (ssize_t)(CHUNK_LEN - CM_KEY_LEN)))
                hits++;
        if (len < CHUNK_LEN) break;
    }
    return hits;
}

/* How often the key's bytes stand in memory that this process can read. */
static size_t hits_in_memory(const struct masked *needle) {
    uint8_t *window =
        mmap(NULL, CHUNK_LEN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(window != MAP_FAILED);
    FILE *maps = fopen("/proc/self/maps", "r");
    const int mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    assert_true(maps != NULL && mem >= 0);
    char line[LINE_CAP];
    size_t hits = 0;
    while (fgets(line, sizeof line, maps) != NULL) {
        char *rest = NULL;
        const uintptr_t from = strtoull(line, &rest, 16);
        const uintptr_t to = strtoull(rest + 1, &rest, 16);
        /* The kernel may merge the window with its neighbours: step around it, not over them. */
        const uintptr_t hole = (uintptr_t)window, hole_end = hole + CHUNK_LEN;
        if (rest[1] != 'r' || strstr(line, "[v") != NULL) continue;
        if (to <= hole || from >= hole_end) {
            hits += hits_in_range(mem, from, to, window, needle);
            continue;
        }
        hits += hits_in_range(mem, from, hole, window, needle);
        hits += hits_in_range(mem, hole_end, to, window, needle);
    }
    assert_int_equal(fclose(maps), 0);
    assert_int_equal(close(mem), 0);
    assert_int_equal(munmap(window, CHUNK_LEN), 0);
    return hits;
}

/* A store whose scheme key 7/1 is the needle; no plain copy outlives this call. */
static void store_with_needle(const struct keystore_kit *s, struct masked *needle) {
    kit_store(s, NULL);
    CM_CLEANUP(keystore_closep) struct keystore *ks = NULL;
    const struct keystore_unlock way = kit_passphrase(KIT_PASSPHRASE);
    assert_ok(keystore_open(s->path, &way, &ks, NULL));
    const struct cm_key *key = NULL;
    assert_ok(keystore_find(ks, KEY_SCHEME, 7, 1, &key));
    for (size_t i = 0; i < CM_KEY_LEN; i++)
        needle->b[i] = key->b[i] ^ MASK;
}

static void the_search_finds_a_planted_key(void **state) {
    (void)state;
    struct masked needle;
    random_fill(needle.b, sizeof needle.b);
    assert_int_equal(hits_in_memory(&needle), 0);
    uint8_t *plain = malloc(CM_KEY_LEN);
    assert_non_null(plain);
    for (size_t i = 0; i < CM_KEY_LEN; i++)
        ((volatile uint8_t *)plain)[i] = needle.b[i] ^ MASK;
    assert_int_equal(hits_in_memory(&needle), 1);
    wipe(plain, CM_KEY_LEN);
    free(plain);
    assert_int_equal(hits_in_memory(&needle), 0);
}

static void an_open_store_holds_each_key_exactly_once(void **state) {
    const struct keystore_kit *s = *state;
    struct masked needle;
    store_with_needle(s, &needle);
    CM_CLEANUP(keystore_closep) struct keystore *ks = NULL;
    const struct keystore_unlock way = kit_passphrase(KIT_PASSPHRASE);
    assert_ok(keystore_open(s->path, &way, &ks, NULL));
    assert_int_equal(hits_in_memory(&needle), 1);
    assert_ok(keystore_save(ks, NULL));
    assert_int_equal(hits_in_memory(&needle), 1);
}

static void a_closed_store_leaves_no_key(void **state) {
    const struct keystore_kit *s = *state;
    struct masked needle;
    store_with_needle(s, &needle);
    assert_int_equal(hits_in_memory(&needle), 0);
}

static void a_destroyed_key_is_gone_at_once(void **state) {
    const struct keystore_kit *s = *state;
    struct masked needle;
    store_with_needle(s, &needle);
    CM_CLEANUP(keystore_closep) struct keystore *ks = NULL;
    const struct keystore_unlock way = kit_passphrase(KIT_PASSPHRASE);
    assert_ok(keystore_open(s->path, &way, &ks, NULL));
    assert_ok(keystore_set_state(ks, KEY_SCHEME, 7, 1, KEY_DESTROYED, NOW_UNIX_S));
    assert_int_equal(hits_in_memory(&needle), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        KIT_TEST(the_search_finds_a_planted_key),
        KIT_TEST(an_open_store_holds_each_key_exactly_once),
        KIT_TEST(a_closed_store_leaves_no_key),
        KIT_TEST(a_destroyed_key_is_gone_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
