/* Homes of gpg: made below the system's temporary folder, mode 0700, removed file by file. Only
 * public keys ever lie there. */
#include "order/pgp_home.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"

#define DEPTH_MOST 3u /* private-keys-v1.d and the like */

cm_err pgp_err(gpgme_error_t err, struct cm_diag *diag) {
    const unsigned code = gpgme_err_code(err);
    if (code == GPG_ERR_NO_ERROR) return CM_OK;
    if (code == GPG_ERR_ENOMEM) return CM_E_NO_MEMORY;
    if (code == GPG_ERR_INV_ENGINE)
        return diag_fail(diag, CM_E_UNSUPPORTED, "gpg", NULL,
                         "install GnuPG, or seal to a certificate instead", "gpg is not installed");
    if (code == GPG_ERR_UNUSABLE_PUBKEY || code == GPG_ERR_KEY_EXPIRED ||
        code == GPG_ERR_CERT_REVOKED)
        return diag_fail(diag, CM_E_STATE, "OpenPGP key", NULL, "ask the recipient for a valid one",
                         "it cannot be encrypted to any more");
    if (code == GPG_ERR_ENOSPC)
        return diag_fail(diag, CM_E_NO_SPACE, "gpg", NULL, "free some space, then start again",
                         "the disk is full");
    char words[128] = "";
    (void)gpgme_strerror_r(err, words, sizeof words);
    return diag_fail(diag, CM_E_IO, "gpg", NULL, "check that gpg works: gpg --version", "%s",
                     words);
}

static void remove_tree(int parent, const char *name, unsigned depth) {
    const int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (dir == NULL) {
        if (fd >= 0) (void)close(fd);
        return;
    }
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this function's own
    for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        const struct cm_slice entry = slice_text(e->d_name);
        if (slice_equal(entry, slice_text(".")) || slice_equal(entry, slice_text(".."))) continue;
        if (unlinkat(fd, e->d_name, 0) != 0 && depth < DEPTH_MOST)
            remove_tree(fd, e->d_name, depth + 1); /* NOLINT(misc-no-recursion): bounded */
    }
    (void)closedir(dir);
    (void)unlinkat(parent, name, AT_REMOVEDIR);
}

void pgp_home_close(struct pgp_home *home) {
    for (size_t i = 0; i < home->n; i++)
        gpgme_key_unref(home->keys[i]);
    home->n = 0;
    if (home->ctx != NULL) gpgme_release(home->ctx);
    home->ctx = NULL;
    if (home->path[0] != '\0') remove_tree(AT_FDCWD, home->path, 0);
    home->path[0] = '\0';
}

static cm_err make_folder(struct pgp_home *home, struct cm_diag *diag) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody here ever changes the environment
    const char *below = getenv("TMPDIR");
    const int len = snprintf(home->path, sizeof home->path, "%s/countermark-pgp-XXXXXX",
                             below != NULL && below[0] == '/' ? below : P_tmpdir);
    if (len > 0 && (size_t)len < sizeof home->path && mkdtemp(home->path) != NULL) return CM_OK;
    home->path[0] = '\0';
    return diag_fail(diag, CM_E_IO, "gpg", NULL, "set TMPDIR to a folder that can be written to",
                     "no temporary folder: %s", file_errno_text(errno));
}

/* No agent: public keys need none, and one that a secret key would start outlives its home. No seed
 * file: gpg writes it when it ends, which may be after the home is gone. */
static cm_err settle(const struct pgp_home *home, struct cm_diag *diag) {
    char path[PGP_HOME_CAP + sizeof "/gpg.conf"];
    (void)snprintf(path, sizeof path, "%s/gpg.conf", home->path);
    return file_replace(path, slice_text("no-autostart\nno-random-seed-file\n"), 0600, diag);
}

static cm_err judge(gpgme_key_t key, struct cm_diag *diag) {
    if (key->expired || key->revoked || key->disabled || key->invalid)
        return diag_fail(diag, CM_E_STATE, "OpenPGP key", NULL, "ask the recipient for a valid one",
                         "it is expired, revoked or not valid");
    if (!key->can_encrypt)
        return diag_fail(diag, CM_E_STATE, "OpenPGP key", NULL,
                         "ask the recipient for a key that can encrypt",
                         "it is for signatures only");
    return CM_OK;
}

static cm_err not_a_key(struct cm_diag *diag) {
    return diag_fail(diag, CM_E_FORMAT, "OpenPGP key", NULL,
                     "give the public key that `gpg --export --armor` wrote",
                     "not one OpenPGP public key");
}

static cm_err import(struct pgp_home *home, struct cm_slice key, struct cm_diag *diag) {
    gpgme_data_t data = NULL;
    if (key.len == 0 || key.len > PGP_KEY_MAX) return not_a_key(diag);
    TRY(pgp_err(gpgme_data_new_from_mem(&data, (const char *)key.p, key.len, 0), diag));
    const gpgme_error_t err = gpgme_op_import(home->ctx, data);
    gpgme_data_release(data);
    if (gpgme_err_code(err) == GPG_ERR_NO_DATA) return not_a_key(diag);
    TRY(pgp_err(err, diag));
    const struct _gpgme_op_import_result *result = gpgme_op_import_result(home->ctx);
    if (result == NULL || result->considered != 1 || result->secret_read > 0 ||
        result->imports == NULL || result->imports->result != 0)
        return not_a_key(diag);
    gpgme_key_t found = NULL;
    TRY(pgp_err(gpgme_get_key(home->ctx, result->imports->fpr, &found, 0), diag));
    home->keys[home->n++] = found;
    return judge(found, diag);
}

cm_err pgp_home_open(struct pgp_home *home, const struct cm_slice *keys, size_t n,
                     struct cm_diag *diag) {
    *home = (struct pgp_home){.n = 0};
    if (n == 0 || n > CMS_RECIPIENTS_MAX)
        return diag_fail(diag, CM_E_RANGE, "sealed file", NULL, "name 1 to 16 recipients",
                         "%zu recipients", n);
    (void)gpgme_check_version(NULL); /* GPGME wants it called once before all else */
    TRY(pgp_err(gpgme_engine_check_version(GPGME_PROTOCOL_OpenPGP), diag));
    TRY(make_folder(home, diag));
    TRY(settle(home, diag));
    TRY(pgp_err(gpgme_new(&home->ctx), diag));
    TRY(pgp_err(gpgme_ctx_set_engine_info(home->ctx, GPGME_PROTOCOL_OpenPGP, NULL, home->path),
                diag));
    gpgme_set_armor(home->ctx, 0);
    for (size_t i = 0; i < n; i++)
        TRY(import(home, keys[i], diag));
    return CM_OK;
}
