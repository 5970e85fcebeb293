/* Asked for only when the key turns out to be encrypted. */
#include "cli/private_key.h"

#include "base/file.h"
#include "base/macros.h"
#include "cli/signing_key.h"

#define KEY_FILE_MAX 65536u

cm_err private_key_read(const struct options *options, struct recipient_key **key,
                        struct cm_diag *diag) {
    CM_CLEANUP(buffer_wipe) struct buffer text = BUFFER_INIT;
    const char *path = option_text(options, "private-key");
    struct passphrase_asker asker = {
        .prompt = "Passphrase of the private key: ", .options = options, .diag = diag};
    const struct passphrase_source source = passphrase_ask(&asker);
    TRY(file_read(path, KEY_FILE_MAX, &text, diag));
    const cm_err err = recipient_key_from(buffer_slice(&text), &source, key, diag);
    if (err != CM_OK) diag_locate(diag, path, NULL);
    return err;
}
