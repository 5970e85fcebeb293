/* Keys of operators: see operator_key.h. The DER of such a key is 16 fixed bytes and the seed. */
#include "cli/operator_key.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "doc/json_write.h"

#define FILE_MAX  4096u
#define DER_LEN   48u
#define FILE_MODE 0600

static const char begin_line[] = "-----BEGIN PRIVATE KEY-----";
static const char end_line[] = "-----END PRIVATE KEY-----";
/* RFC 8410 section 7: version 0, id-Ed25519 (1.3.101.112), an octet string in an octet string. */
static const uint8_t der_head[] = {0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06,
                                   0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20};

static void close_fd(int *fd) {
    if (*fd >= 0) (void)close(*fd);
}

cm_err operator_key_make(const char *path, struct sign_public *public, struct cm_diag *diag) {
    CM_CLEANUP(buffer_wipe) struct buffer text = BUFFER_INIT;
    CM_KEY_SCOPED struct cm_key seed = {{0}};
    uint8_t der[DER_LEN];
    random_key(&seed);
    memcpy(der, der_head, sizeof der_head);
    memcpy(der + sizeof der_head, seed.b, sizeof seed.b);
    buffer_printf(&text, "%s\n", begin_line);
    base64_put(&text, slice_of(der, sizeof der));
    buffer_printf(&text, "\n%s\n", end_line);
    wipe(der, sizeof der);
    TRY(buffer_err(&text));
    CM_CLEANUP(close_fd)
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (fd < 0)
        return diag_fail(diag, file_err_from_errno(errno), path, NULL, "name a new file",
                         "cannot create: %s", file_errno_text(errno));
    if (write(fd, text.p, text.len) != (ssize_t)text.len || fsync(fd) != 0)
        return diag_fail(diag, file_err_from_errno(errno), path, NULL, "remove it and try again",
                         "cannot write: %s", file_errno_text(errno));
    sign_public_of(&seed, public);
    return CM_OK;
}

static cm_err not_a_key(const char *path, struct cm_diag *diag) {
    return diag_fail(diag, CM_E_FORMAT, path, NULL,
                     "'countermark operator key' makes one; so does openssl genpkey -algorithm "
                     "ed25519",
                     "not an Ed25519 private key in PEM without a passphrase");
}

cm_err operator_key_read(const char *path, struct cm_key *seed, struct cm_diag *diag) {
    CM_CLEANUP(buffer_wipe) struct buffer text = BUFFER_INIT;
    uint8_t der[DER_LEN];
    TRY(file_read(path, FILE_MAX, &text, diag));
    buffer_u8(&text, 0);
    TRY(buffer_err(&text));
    const char *at = strstr((const char *)text.p, begin_line);
    if (at == NULL) return not_a_key(path, diag);
    at += sizeof begin_line - 1;
    while (*at == '\r' || *at == '\n')
        at++;
    const cm_err err = base64_read(slice_of(at, strcspn(at, "\r\n")), der, sizeof der);
    const bool ours = err == CM_OK && memcmp(der, der_head, sizeof der_head) == 0;
    if (ours) memcpy(seed->b, der + sizeof der_head, sizeof seed->b);
    wipe(der, sizeof der);
    return ours ? CM_OK : not_a_key(path, diag);
}

cm_err operator_key_sign(struct cli *cli, struct cm_slice text, struct json_writer *w) {
    CM_KEY_SCOPED struct cm_key seed = {{0}};
    struct signature signature;
    char hex[2 * SIGNATURE_LEN + 1];
    const char *by = option_text(&cli->options, "by");
    const char *path = option_text(&cli->options, "operator-key");
    if (by == NULL && path == NULL) return CM_OK;
    if (by == NULL || path == NULL)
        return diag_fail(cli->diag, CM_E_ARGUMENT, by == NULL ? "--by" : "--operator-key", NULL,
                         "give --by NAME and --operator-key FILE together",
                         "one without the other");
    TRY(operator_key_read(path, &seed, cli->diag));
    sign_make(&seed, text, &signature);
    hex_format(signature.b, sizeof signature.b, hex);
    json_put_cstr(w, "by", by);
    json_put_cstr(w, "signature", hex);
    return CM_OK;
}
