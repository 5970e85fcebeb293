/* The keystore in use: make, open by each way in, add, change, save, list, remove. Expected values
 * are the inputs; the file's own properties (mode, layout) are read from the file system. */
#include "support/cm.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/secret.h"
#include "keystore_kit.h"

#define NOW_UNIX_S 1795000000u

static void a_key_survives_close_and_open(void **state) {
    const struct keystore_kit *s = *state;
    struct cm_diag diag = DIAG_INIT;
    struct keystore_unlock way = {.kind = SLOT_PASSPHRASE,
                                  .secret = slice_text("several plain words"),
                                  .allow_weak_for_tests = true}; /* never outside tests */
    CM_CLEANUP(keystore_closep) struct keystore *ks = NULL;
    WORDS_SCOPED struct words_text words; /* show once, then forget */
    assert_ok(keystore_create(s->path, &way, &words, &ks, &diag));
    const struct cm_key key = {{42}};
    assert_ok(keystore_add(ks, KEY_SCHEME, 7, 1, NOW_UNIX_S, &key));
    assert_ok(keystore_save(ks, &diag));
    keystore_close(take(&ks));

    assert_ok(keystore_open(s->path, &way, &ks, &diag));
    const struct cm_key *found = NULL;
    assert_ok(keystore_find(ks, KEY_SCHEME, 7, 1, &found));
    assert_memory_equal(found->b, key.b, CM_KEY_LEN);
}

static void the_recovery_words_open_it(void **state) {
    const struct keystore_kit *s = *state;
    struct words_text words;
    kit_store(s, &words);
    CM_CLEANUP(keystore_closep) struct keystore *ks = NULL;
    const struct keystore_unlock way = kit_words(&words);
    assert_ok(keystore_open(s->path, &way, &ks, NULL));
    assert_int_equal(keystore_n(ks), 3);
}

static void a_key_file_opens_it_and_another_does_not(void **state) {
    const struct keystore_kit *s = *state;
    uint8_t bytes[SLOT_KEY_FILE_MIN];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 37 + 1);
    scratch_write(s->key_file, slice_of(bytes, sizeof bytes));
    struct words_text words;
    CM_CLEANUP(keystore_closep) struct keystore *ks = NULL;
    const struct keystore_unlock way = kit_key_file(s->key_file);
    assert_ok(keystore_create(s->path, &way, &words, &ks, NULL));
    keystore_close(take(&ks));
    assert_ok(keystore_open(s->path, &way, &ks, NULL));
    keystore_close(take(&ks));
    bytes[31] ^= 1u;
    scratch_write(s->key_file, slice_of(bytes, sizeof bytes));
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_AUTH, keystore_open(s->path, &way, &ks, &diag));
    assert_string_equal(diag.problem, "wrong key file");
}

static void a_short_secret_is_refused_and_nothing_made(void **state) {
    const struct keystore_kit *s = *state;
    struct words_text words;
    struct keystore *ks = NULL;
    struct cm_diag diag = DIAG_INIT;
    const struct keystore_unlock shorter = kit_passphrase("seven77");
    assert_err(CM_E_WEAK, keystore_create(s->path, &shorter, &words, &ks, &diag));
    assert_non_null(strstr(diag.problem, "at least 8"));
    scratch_write(s->key_file, slice_text("31 bytes are one byte too short"));
    const struct keystore_unlock file = kit_key_file(s->key_file);
    assert_err(CM_E_WEAK, keystore_create(s->path, &file, &words, &ks, NULL));
    assert_null(ks);
    assert_int_equal(access(s->path, F_OK), -1);
}

static void the_file_is_the_owners_alone_and_never_overwritten(void **state) {
    const struct keystore_kit *s = *state;
    kit_store(s, NULL);
    struct stat st;
    assert_int_equal(stat(s->path, &st), 0);
    assert_int_equal(st.st_mode & 07777u, 0600);
    struct words_text words;
    struct keystore *ks = NULL;
    struct cm_diag diag = DIAG_INIT;
    const struct keystore_unlock way = kit_passphrase(KIT_PASSPHRASE);
    assert_err(CM_E_EXISTS, keystore_create(s->path, &way, &words, &ks, &diag));
    assert_string_equal(diag.input, s->path);
    assert_int_equal(access(s->new_path, F_OK), -1);
}

static void states_only_move_forward_and_destroyed_bytes_are_gone(void **state) {
    const struct keystore_kit *s = *state;
    kit_store(s, NULL);
    CM_CLEANUP(keystore_closep) struct keystore *ks = NULL;
    const struct keystore_unlock way = kit_passphrase(KIT_PASSPHRASE);
    assert_ok(keystore_open(s->path, &way, &ks, NULL));
    const struct cm_key *key = NULL;
    assert_ok(keystore_find(ks, KEY_POOL, 9, 1, &key));
    assert_ok(keystore_set_state(ks, KEY_POOL, 9, 1, KEY_VERIFY, NOW_UNIX_S + 1));
    assert_err(CM_E_STATE, keystore_set_state(ks, KEY_POOL, 9, 1, KEY_ISSUE, NOW_UNIX_S + 2));
    assert_ok(keystore_find(ks, KEY_POOL, 9, 1, &key));
    assert_ok(keystore_set_state(ks, KEY_POOL, 9, 1, KEY_DESTROYED, NOW_UNIX_S + 3));
    const struct cm_key zeros = {{0}};
    assert_memory_equal(key->b, zeros.b, CM_KEY_LEN);
    assert_err(CM_E_STATE, keystore_find(ks, KEY_POOL, 9, 1, &key));
    assert_err(CM_E_EXISTS, keystore_add(ks, KEY_POOL, 9, 1, NOW_UNIX_S, &zeros));
    assert_ok(keystore_save(ks, NULL));
    keystore_close(take(&ks));
    assert_ok(keystore_open(s->path, &way, &ks, NULL));
    struct key_info infos[2];
    size_t n = 0;
    keystore_versions(ks, KEY_POOL, 9, infos, CM_ARRAY_N(infos), &n);
    assert_int_equal(n, 1);
    assert_int_equal(infos[0].state, KEY_DESTROYED);
    assert_int_equal(infos[0].created_unix_s, NOW_UNIX_S);
    assert_int_equal(infos[0].changed_unix_s, NOW_UNIX_S + 3);
    assert_err(CM_E_STATE, keystore_find(ks, KEY_POOL, 9, 1, &key));
}

static void borrowed_keys_stay_where_they_are_while_thousands_are_added(void **state) {
    const struct keystore_kit *s = *state;
    kit_store(s, NULL);
    CM_CLEANUP(keystore_closep) struct keystore *ks = NULL;
    const struct keystore_unlock way = kit_passphrase(KIT_PASSPHRASE);
    assert_ok(keystore_open(s->path, &way, &ks, NULL));
    const struct cm_key *before = NULL, *after = NULL;
    assert_ok(keystore_find(ks, KEY_POOL, 9, 1, &before));
    for (uint32_t id = 100; id < 1100; id++)
        assert_ok(keystore_generate(ks, KEY_SCHEME, id, 1, NOW_UNIX_S));
    assert_ok(keystore_find(ks, KEY_POOL, 9, 1, &after));
    assert_ptr_equal(before, after);
    assert_ok(keystore_save(ks, NULL));
    keystore_close(take(&ks));
    assert_ok(keystore_open(s->path, &way, &ks, NULL));
    assert_int_equal(keystore_n(ks), 1003);
    assert_int_equal(keystore_at(ks, 1002).id, 1099);
}

static void versions_of_one_scheme_are_listed_in_order(void **state) {
    const struct keystore_kit *s = *state;
    kit_store(s, NULL);
    CM_CLEANUP(keystore_closep) struct keystore *ks = NULL;
    const struct keystore_unlock way = kit_passphrase(KIT_PASSPHRASE);
    assert_ok(keystore_open(s->path, &way, &ks, NULL));
    assert_ok(keystore_generate(ks, KEY_SCHEME, 7, 2, NOW_UNIX_S));
    assert_err(CM_E_EXISTS, keystore_generate(ks, KEY_SCHEME, 7, 2, NOW_UNIX_S));
    assert_err(CM_E_RANGE, keystore_generate(ks, (enum key_kind)99, 7, 2, NOW_UNIX_S));
    const struct cm_key *key = NULL;
    assert_err(CM_E_NOT_FOUND, keystore_find(ks, KEY_SCHEME, 7, 3, &key));
    struct key_info infos[1];
    size_t n = 0;
    keystore_versions(ks, KEY_SCHEME, 7, infos, 1, &n);
    assert_int_equal(n, 2); /* more than there was room for */
    assert_int_equal(infos[0].version, 1);
}

static void a_passphrase_is_changed_by_adding_one_and_removing_the_other(void **state) {
    const struct keystore_kit *s = *state;
    kit_store(s, NULL);
    CM_CLEANUP(keystore_closep) struct keystore *ks = NULL;
    const struct keystore_unlock old = kit_passphrase(KIT_PASSPHRASE);
    const struct keystore_unlock fresh = kit_passphrase("another passphrase");
    assert_ok(keystore_open(s->path, &old, &ks, NULL));
    uint16_t id = 0;
    assert_ok(keystore_add_slot(ks, &fresh, "night shift", &id, NULL));
    assert_int_equal(id, 3);
    assert_ok(keystore_remove_slot(ks, 1, NULL));
    assert_ok(keystore_save(ks, NULL));
    keystore_close(take(&ks));
    assert_err(CM_E_AUTH, keystore_open(s->path, &old, &ks, NULL));
    assert_ok(keystore_open(s->path, &fresh, &ks, NULL));
    struct slot_info slots[KEYSTORE_SLOTS_MAX];
    assert_int_equal(keystore_slots(ks, slots), 2);
    assert_int_equal(slots[0].kind, SLOT_RECOVERY);
    assert_string_equal(slots[1].label, "night shift");
}

static void the_last_way_in_cannot_be_removed_nor_a_seventeenth_added(void **state) {
    const struct keystore_kit *s = *state;
    kit_store(s, NULL);
    CM_CLEANUP(keystore_closep) struct keystore *ks = NULL;
    const struct keystore_unlock way = kit_passphrase(KIT_PASSPHRASE);
    assert_ok(keystore_open(s->path, &way, &ks, NULL));
    uint16_t id = 0;
    struct words_text words;
    for (size_t i = 2; i < KEYSTORE_SLOTS_MAX; i++)
        assert_ok(keystore_add_recovery(ks, &words, &id, NULL));
    assert_err(CM_E_LIMIT, keystore_add_recovery(ks, &words, &id, NULL));
    assert_err(CM_E_NOT_FOUND, keystore_remove_slot(ks, 99, NULL));
    for (uint16_t i = 1; i < KEYSTORE_SLOTS_MAX; i++)
        assert_ok(keystore_remove_slot(ks, i, NULL));
    assert_err(CM_E_STATE, keystore_remove_slot(ks, KEYSTORE_SLOTS_MAX, NULL));
}

/* The only test that pays the real price: about a second and 256 MiB. */
static void a_store_of_real_cost_opens_and_says_its_cost(void **state) {
    const struct keystore_kit *s = *state;
    struct keystore_unlock way = kit_passphrase(KIT_PASSPHRASE);
    way.allow_weak_for_tests = false;
    CM_CLEANUP(keystore_closep) struct keystore *ks = NULL;
    struct words_text words;
    assert_ok(keystore_create(s->path, &way, &words, &ks, NULL));
    keystore_close(take(&ks));
    assert_ok(keystore_open(s->path, &way, &ks, NULL));
    struct slot_info slots[KEYSTORE_SLOTS_MAX];
    assert_int_equal(keystore_slots(ks, slots), 2);
    assert_int_equal(slots[0].passes, 3);
    assert_int_equal(slots[0].memory_bytes, 256u << 20);
}

static void of_two_writers_the_second_is_told(void **state) {
    const struct keystore_kit *s = *state;
    kit_store(s, NULL);
    CM_CLEANUP(keystore_closep) struct keystore *one = NULL;
    CM_CLEANUP(keystore_closep) struct keystore *two = NULL;
    const struct keystore_unlock way = kit_passphrase(KIT_PASSPHRASE);
    assert_ok(keystore_open(s->path, &way, &one, NULL));
    assert_ok(keystore_open(s->path, &way, &two, NULL));
    assert_ok(keystore_generate(one, KEY_SCHEME, 50, 1, NOW_UNIX_S));
    assert_ok(keystore_generate(two, KEY_SCHEME, 51, 1, NOW_UNIX_S));
    assert_ok(keystore_save(one, NULL));
    assert_ok(keystore_save(one, NULL)); /* its own save does not stop it */
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_CONFLICT, keystore_save(two, &diag));
    assert_non_null(strstr(diag.remedy, "open it again"));
    keystore_close(take(&two));
    assert_ok(keystore_open(s->path, &way, &two, NULL));
    const struct cm_key *key = NULL;
    assert_ok(keystore_find(two, KEY_SCHEME, 50, 1, &key));
    assert_int_equal(keystore_generation(two), 4);
}

static void a_save_while_another_holds_the_lock_is_busy(void **state) {
    const struct keystore_kit *s = *state;
    kit_store(s, NULL);
    CM_CLEANUP(keystore_closep) struct keystore *ks = NULL;
    const struct keystore_unlock way = kit_passphrase(KIT_PASSPHRASE);
    assert_ok(keystore_open(s->path, &way, &ks, NULL));
    const int fd = open(s->path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_err(CM_E_BUSY, keystore_save(ks, NULL));
    assert_int_equal(close(fd), 0);
    assert_ok(keystore_save(ks, NULL));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        KIT_TEST(a_key_survives_close_and_open),
        KIT_TEST(the_recovery_words_open_it),
        KIT_TEST(a_key_file_opens_it_and_another_does_not),
        KIT_TEST(a_short_secret_is_refused_and_nothing_made),
        KIT_TEST(the_file_is_the_owners_alone_and_never_overwritten),
        KIT_TEST(states_only_move_forward_and_destroyed_bytes_are_gone),
        KIT_TEST(borrowed_keys_stay_where_they_are_while_thousands_are_added),
        KIT_TEST(versions_of_one_scheme_are_listed_in_order),
        KIT_TEST(a_passphrase_is_changed_by_adding_one_and_removing_the_other),
        KIT_TEST(the_last_way_in_cannot_be_removed_nor_a_seventeenth_added),
        KIT_TEST(a_store_of_real_cost_opens_and_says_its_cost),
        KIT_TEST(of_two_writers_the_second_is_told),
        KIT_TEST(a_save_while_another_holds_the_lock_is_busy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
