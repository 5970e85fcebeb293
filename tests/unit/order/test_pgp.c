/* OpenPGP recipients. The other side is the gpg program itself (./dev setup installs it): it makes
 * the keys and opens what we sealed. */
#include "support/cm.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/secret.h"
#include "order/pgp.h"
#include "support/scratch_file.h"

struct kit {
    struct scratch dir;
};

static int shell(const struct kit *k, const char *command) {
    char line[3000], name[] = "sh", option[] = "-c";
    const int len = snprintf(line, sizeof line,
                             "cd '%s' && export GNUPGHOME=$PWD/home && { %s\n} >>run.log 2>&1",
                             k->dir.path, command);
    assert_in_range(len, 1, sizeof line - 1);
    char *const argv[] = {name, option, line, NULL};
    pid_t child = 0;
    int status = 0;
    assert_int_equal(posix_spawnp(&child, name, NULL, NULL, argv, environ), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int setup(void **state) {
    static struct kit k;
    assert_ok(crypto_init());
    assert_true(scratch_make(&k.dir));
    assert_int_equal(shell(&k, "command -v gpg"), 0);
    assert_int_equal(
        shell(&k, "mkdir -m 700 home && for who in one two; do gpg --batch --passphrase '' "
                  "--quick-gen-key \"$who <$who@bureau.example>\" rsa2048 encrypt 1d; gpg "
                  "--export --armor $who > $who.asc; done && gpg --batch --passphrase '' "
                  "--quick-gen-key signs rsa2048 sign 1d && gpg --export signs > signs.gpg && "
                  "gpg --batch --passphrase '' --pinentry-mode loopback --export-secret-keys "
                  "one > secret.gpg"),
        0);
    *state = &k;
    return 0;
}

static int teardown(void **state) {
    const struct kit *k = *state;
    (void)shell(k, "gpgconf --kill all");
    scratch_remove(k->dir.path);
    return 0;
}

static struct buffer file_of(const struct kit *k, const char *name) {
    return scratch_read(scratch_below(&k->dir, name).path);
}

static void a_file_is_sealed_to_two_keys_and_gpg_opens_it(void **state) {
    const struct kit *k = *state;
    struct buffer one = file_of(k, "one.asc"), two = file_of(k, "two.asc");
    const struct cm_slice keys[] = {buffer_slice(&one), buffer_slice(&two)};
    const int fd = open(scratch_below(&k->dir, "sealed.pgp").path,
                        O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    struct cm_diag diag = DIAG_INIT;
    CM_CLEANUP(pgp_sealer_closep) struct pgp_sealer *s = NULL;
    assert_ok(pgp_sealer_open(fd, keys, 2, &s, &diag));
    static uint8_t piece[65536];
    for (unsigned i = 0; i < 40; i++) {
        piece[0] = (uint8_t)i;
        assert_ok(pgp_sealer_write(s, slice_of(piece, sizeof piece), &diag));
    }
    struct cms_sealed sealed;
    assert_ok(pgp_sealer_finish(s, &sealed, &diag));
    assert_int_equal(close(fd), 0);
    assert_int_equal(sealed.content_len, 40 * sizeof piece);
    struct buffer file = file_of(k, "sealed.pgp");
    struct hash256 sum;
    hash_sha256(buffer_slice(&file), &sum);
    assert_int_equal(file.len, sealed.len);
    assert_memory_equal(sum.b, sealed.sha256.b, HASH_LEN);
    assert_int_equal(shell(k, "gpg --batch --decrypt sealed.pgp > plain"), 0);
    struct buffer plain = file_of(k, "plain");
    hash_sha256(buffer_slice(&plain), &sum);
    assert_memory_equal(sum.b, sealed.content_sha256.b, HASH_LEN);
    buffer_free(&plain);
    buffer_free(&file);
    buffer_free(&one);
    buffer_free(&two);
}

static void a_key_says_whose_it_is(void **state) {
    const struct kit *k = *state;
    struct buffer one = file_of(k, "one.asc");
    uint8_t fingerprint[PGP_FINGERPRINT_LEN];
    char name[RECIPIENT_NAME_CAP], hex[2 * PGP_FINGERPRINT_LEN + 1], command[200];
    assert_ok(pgp_key_look(buffer_slice(&one), fingerprint, name, NULL));
    assert_string_equal(name, "one <one@bureau.example>");
    for (unsigned i = 0; i < PGP_FINGERPRINT_LEN; i++)
        (void)snprintf(hex + (size_t)2 * i, 3, "%02X", fingerprint[i]);
    (void)snprintf(command, sizeof command, "gpg --with-colons --list-keys one | grep -q %s", hex);
    assert_int_equal(shell(k, command), 0);
    buffer_free(&one);
}

static void no_key_a_signing_key_and_a_secret_key_are_refused(void **state) {
    const struct kit *k = *state;
    struct buffer signs = file_of(k, "signs.gpg"), secret = file_of(k, "secret.gpg");
    uint8_t fingerprint[PGP_FINGERPRINT_LEN];
    char name[RECIPIENT_NAME_CAP];
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_FORMAT, pgp_key_look(slice_text("no key at all"), fingerprint, name, &diag));
    assert_string_equal(diag.problem, "not one OpenPGP public key");
    assert_err(CM_E_FORMAT, pgp_key_look(slice_of(NULL, 0), fingerprint, name, NULL));
    assert_err(CM_E_STATE, pgp_key_look(buffer_slice(&signs), fingerprint, name, NULL));
    assert_err(CM_E_FORMAT, pgp_key_look(buffer_slice(&secret), fingerprint, name, NULL));
    buffer_free(&signs);
    buffer_wipe(&secret);
}

static void a_full_disk_is_told(void **state) {
    const struct kit *k = *state;
    struct buffer one = file_of(k, "one.asc");
    const struct cm_slice key = buffer_slice(&one);
    const int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    CM_CLEANUP(pgp_sealer_closep) struct pgp_sealer *s = NULL;
    assert_ok(pgp_sealer_open(fd, &key, 1, &s, NULL));
    static uint8_t piece[65536];
    cm_err err = CM_OK;
    for (unsigned i = 0; i < 400 && err == CM_OK; i++)
        err = pgp_sealer_write(s, slice_of(piece, sizeof piece), NULL);
    struct cms_sealed sealed;
    if (err == CM_OK) err = pgp_sealer_finish(s, &sealed, NULL);
    assert_err(CM_E_NO_SPACE, err);
    assert_int_equal(close(fd), 0);
    buffer_free(&one);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_sealed_to_two_keys_and_gpg_opens_it),
        cmocka_unit_test(a_key_says_whose_it_is),
        cmocka_unit_test(no_key_a_signing_key_and_a_secret_key_are_refused),
        cmocka_unit_test(a_full_disk_is_told),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
