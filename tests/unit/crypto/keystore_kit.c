/* A folder and small keystores for the keystore's tests. */
#include "keystore_kit.h"

#include <string.h>
#include <unistd.h>

#include "crypto/secret.h"
#include "support/cm.h"

#define NOW_UNIX_S 1795000000u

static void below(const struct scratch *dir, const char *name, char out[static SCRATCH_CAP]) {
    memcpy(out, scratch_below(dir, name).path, SCRATCH_CAP);
}

int keystore_kit_setup(void **state) {
    static struct keystore_kit kit;
    if (crypto_init() != CM_OK || !scratch_make(&kit.dir)) return -1;
    below(&kit.dir, "keystore", kit.path);
    below(&kit.dir, "key", kit.key_file);
    below(&kit.dir, "keystore.new", kit.new_path);
    *state = &kit;
    return 0;
}

int keystore_kit_teardown(void **state) {
    const struct keystore_kit *kit = *state;
    (void)unlink(kit->path);
    (void)unlink(kit->new_path);
    (void)unlink(kit->key_file);
    return rmdir(kit->dir.path);
}

struct keystore_unlock kit_passphrase(const char *text) {
    return (struct keystore_unlock){
        .kind = SLOT_PASSPHRASE, .secret = slice_text(text), .allow_weak_for_tests = true};
}

struct keystore_unlock kit_words(const struct words_text *words) {
    return (struct keystore_unlock){
        .kind = SLOT_RECOVERY, .secret = slice_text(words->text), .allow_weak_for_tests = true};
}

struct keystore_unlock kit_key_file(const char *path) {
    return (struct keystore_unlock){
        .kind = SLOT_KEY_FILE, .path = path, .allow_weak_for_tests = true};
}

void kit_store(const struct keystore_kit *s, struct words_text *words) {
    CM_CLEANUP(keystore_closep) struct keystore *ks = NULL;
    WORDS_SCOPED struct words_text fresh;
    struct cm_diag diag = DIAG_INIT;
    const struct keystore_unlock way = kit_passphrase(KIT_PASSPHRASE);
    assert_ok(keystore_create(s->path, &way, &fresh, &ks, &diag));
    const struct cm_key pool = {{1, 2, 3, 4}};
    assert_ok(keystore_generate(ks, KEY_SCHEME, 7, 1, NOW_UNIX_S));
    assert_ok(keystore_add(ks, KEY_POOL, 9, 1, NOW_UNIX_S, &pool));
    assert_ok(keystore_generate(ks, KEY_AUDIT, 0, 1, NOW_UNIX_S));
    assert_ok(keystore_save(ks, &diag));
    if (words != NULL) *words = fresh;
}
