/* Scratch directories and small files for the keystore's tests. */
#include "keystore_scratch.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/secret.h"
#include "support/cm.h"

#define NOW_UNIX_S 1795000000u

void scratch_open(struct scratch *s) {
    assert_ok(crypto_init());
    const char *base = getenv("TMPDIR");
    (void)snprintf(s->dir, sizeof s->dir, "%s/cm-keystore-XXXXXX", base != NULL ? base : "/tmp");
    assert_non_null(mkdtemp(s->dir));
    (void)snprintf(s->path, sizeof s->path, "%s/keystore", s->dir);
    (void)snprintf(s->key_file, sizeof s->key_file, "%s/key", s->dir);
    (void)snprintf(s->new_path, sizeof s->new_path, "%s/keystore.new", s->dir);
}

void scratch_close(struct scratch *s) {
    (void)unlink(s->path);
    (void)unlink(s->new_path);
    (void)unlink(s->key_file);
    assert_int_equal(rmdir(s->dir), 0); /* nothing else was left behind */
}

struct keystore_unlock scratch_passphrase(const char *text) {
    return (struct keystore_unlock){
        .kind = SLOT_PASSPHRASE, .secret = slice_text(text), .allow_weak_for_tests = true};
}

struct keystore_unlock scratch_words(const struct words_text *words) {
    return (struct keystore_unlock){
        .kind = SLOT_RECOVERY, .secret = slice_text(words->text), .allow_weak_for_tests = true};
}

struct keystore_unlock scratch_key_file(const char *path) {
    return (struct keystore_unlock){
        .kind = SLOT_KEY_FILE, .path = path, .allow_weak_for_tests = true};
}

void scratch_store(const struct scratch *s, struct words_text *words) {
    CM_CLEANUP(keystore_closep) struct keystore *ks = NULL;
    WORDS_SCOPED struct words_text fresh;
    struct cm_diag diag = DIAG_INIT;
    const struct keystore_unlock way = scratch_passphrase(SCRATCH_PASSPHRASE);
    assert_ok(keystore_create(s->path, &way, &fresh, &ks, &diag));
    const struct cm_key pool = {{1, 2, 3, 4}};
    assert_ok(keystore_generate(ks, KEY_SCHEME, 7, 1, NOW_UNIX_S));
    assert_ok(keystore_add(ks, KEY_POOL, 9, 1, NOW_UNIX_S, &pool));
    assert_ok(keystore_generate(ks, KEY_AUDIT, 0, 1, NOW_UNIX_S));
    assert_ok(keystore_save(ks, &diag));
    if (words != NULL) *words = fresh;
}

struct buffer scratch_read(const char *path) {
    struct buffer b = BUFFER_INIT;
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    uint8_t block[4096];
    for (size_t n = fread(block, 1, sizeof block, f); n > 0; n = fread(block, 1, sizeof block, f))
        buffer_put(&b, block, n);
    assert_int_equal(fclose(f), 0);
    assert_ok(buffer_err(&b));
    return b;
}

void scratch_write(const char *path, struct cm_slice bytes) {
    (void)unlink(path); /* truncating instead makes ext4 flush at close: seconds over thousands */
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    if (bytes.len > 0) assert_int_equal(write(fd, bytes.p, bytes.len), (ssize_t)bytes.len);
    assert_int_equal(close(fd), 0);
}
