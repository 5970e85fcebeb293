/* What a key file gives away to others is gone for good: so it is refused, not warned of. */
#include "cli/signing_key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "cli/terminal.h"

#define SECRET_FILE_MAX 65536u
#define PASSPHRASE_MAX  1024u
#define FD_MAX          1023u

static void close_fd(int *fd) {
    if (*fd >= 0) (void)close(*fd);
}

cm_err secret_file_read(const char *option, const char *path, struct buffer *out,
                        struct cm_diag *diag) {
    struct stat st;
    /* What is judged is what is read: nobody puts another file in its place in between. */
    CM_CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0)
        return diag_fail(diag, file_err_from_errno(errno), path, NULL, "check the path", "%s: %s",
                         option, file_errno_text(errno));
    if (!S_ISREG(st.st_mode))
        return diag_fail(diag, CM_E_FORMAT, path, NULL, "name a regular file",
                         "%s is not a regular file", option);
    if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return diag_fail(diag, CM_E_DENIED, path, NULL, "chmod 600, if nobody has read it yet",
                         "%s can be read by others (mode %03o)", option,
                         (unsigned)st.st_mode & 0777u);
    return file_read_fd(fd, path, SECRET_FILE_MAX, out, diag);
}

cm_err secret_file_hex(const char *option, const char *path, struct cm_key *out,
                       struct cm_diag *diag) {
    CM_CLEANUP(buffer_wipe) struct buffer text = BUFFER_INIT;
    TRY(secret_file_read(option, path, &text, diag));
    size_t len = text.len;
    while (len > 0 && (text.p[len - 1] == '\n' || text.p[len - 1] == '\r'))
        len--;
    if (hex_parse(slice_of(text.p, len), out->b, sizeof out->b) == CM_OK) return CM_OK;
    return diag_fail(diag, CM_E_FORMAT, path, NULL, "openssl rand -hex 32 makes one",
                     "%s holds other than 64 hex digits", option);
}

static cm_err get_passphrase(void *self, uint8_t *out, size_t cap, size_t *len) {
    const struct passphrase_asker *a = self;
    SECRET_SCOPED struct secret typed = SECRET_INIT;
    uint64_t fd = 0;
    if (option_given(a->options, "key-passphrase-fd")) {
        TRY(option_u64(a->options, "key-passphrase-fd", 0, FD_MAX, &fd, a->diag));
        TRY(descriptor_secret((int)fd, PASSPHRASE_MAX, &typed, a->diag));
    } else {
        TRY(terminal_secret(a->prompt, PASSPHRASE_MAX, &typed, a->diag));
    }
    if (typed.len > cap) return CM_E_LIMIT;
    memcpy(out, typed.p, typed.len);
    *len = typed.len;
    return CM_OK;
}

struct passphrase_source passphrase_ask(struct passphrase_asker *asker) {
    return (struct passphrase_source){.get = get_passphrase, .self = asker};
}
