/* Asked for only when the key turns out to be encrypted. */
#include "cli/private_key.h"

#include <string.h>

#include "base/file.h"
#include "base/macros.h"
#include "cli/terminal.h"

#define KEY_FILE_MAX   65536u
#define PASSPHRASE_MAX 1024u
#define FD_MAX         1023u

struct asking {
    const struct options *options;
    struct cm_diag *diag;
};

static cm_err get_passphrase(void *self, uint8_t *out, size_t cap, size_t *len) {
    const struct asking *a = self;
    SECRET_SCOPED struct secret typed = SECRET_INIT;
    uint64_t fd = 0;
    if (option_given(a->options, "key-passphrase-fd")) {
        TRY(option_u64(a->options, "key-passphrase-fd", 0, FD_MAX, &fd, a->diag));
        TRY(descriptor_secret((int)fd, PASSPHRASE_MAX, &typed, a->diag));
    } else {
        TRY(terminal_secret("Passphrase of the private key: ", PASSPHRASE_MAX, &typed, a->diag));
    }
    if (typed.len > cap) return CM_E_LIMIT;
    memcpy(out, typed.p, typed.len);
    *len = typed.len;
    return CM_OK;
}

cm_err private_key_read(const struct options *options, struct recipient_key **key,
                        struct cm_diag *diag) {
    CM_CLEANUP(buffer_wipe) struct buffer text = BUFFER_INIT;
    const char *path = option_text(options, "private-key");
    struct asking asking = {.options = options, .diag = diag};
    const struct passphrase_source source = {.get = get_passphrase, .self = &asking};
    TRY(file_read(path, KEY_FILE_MAX, &text, diag));
    const cm_err err = recipient_key_from(buffer_slice(&text), &source, key, diag);
    if (err != CM_OK) diag_locate(diag, path, NULL);
    return err;
}
