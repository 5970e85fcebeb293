/* A folder with a keystore of token cost, for the keystore's tests. */
#ifndef CM_TESTS_KEYSTORE_KIT_H
#define CM_TESTS_KEYSTORE_KIT_H

#include "crypto/keystore.h"
#include "support/scratch_file.h"

#define KIT_PASSPHRASE "correct horse"

struct keystore_kit {
    struct scratch dir;
    char path[SCRATCH_CAP]; /* dir/keystore */
    char key_file[SCRATCH_CAP];
    char new_path[SCRATCH_CAP]; /* path.new */
};

/* Fixtures of cmocka: *state is the kit. The end fails if anything else was left in the folder. */
int keystore_kit_setup(void **state);
int keystore_kit_teardown(void **state);
#define KIT_TEST(f) cmocka_unit_test_setup_teardown(f, keystore_kit_setup, keystore_kit_teardown)

/* Ways in with token costs. */
struct keystore_unlock kit_passphrase(const char *text);
struct keystore_unlock kit_words(const struct words_text *words);
struct keystore_unlock kit_key_file(const char *path);

/* A saved store with a scheme key 7/1, a pool key 9/1 and an audit key; the words if wanted. */
void kit_store(const struct keystore_kit *s, struct words_text *words);

#endif
