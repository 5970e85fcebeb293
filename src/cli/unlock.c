/* One way in, from the options or from a person. */
#include "cli/unlock.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/terminal.h"
#include "crypto/random.h"

#define SANDBOX_KEY_LEN 64u  /* bytes */
#define WORDS_TYPED_MAX 512u /* bytes of typed recovery words */
#define FD_MAX          1023u

void unlock_wipe(struct unlock *u) { secret_wipe(&u->secret); }

static cm_err use_file(struct unlock *out, const char *path, struct cm_diag *diag) {
    const int n = snprintf(out->path, sizeof out->path, "%s", path);
    if (n < 0 || (size_t)n >= sizeof out->path)
        return diag_fail(diag, CM_E_ARGUMENT, "--key-file", NULL, NULL, "the path is too long");
    out->way = (struct keystore_unlock){.kind = SLOT_KEY_FILE, .path = out->path};
    return CM_OK;
}

static cm_err use_secret(struct unlock *out, enum slot_kind kind) {
    out->way = (struct keystore_unlock){.kind = kind, .secret = secret_slice(&out->secret)};
    return CM_OK;
}

static cm_err check_one_way(const struct options *o, struct cm_diag *diag) {
    if (!option_given(o, "key-file") ||
        !(option_given(o, "passphrase-fd") || option_given(o, "recovery")))
        return CM_OK;
    return diag_fail(diag, CM_E_ARGUMENT, NULL, NULL, "choose one",
                     "--key-file stands beside another way to unlock");
}

static cm_err from_descriptor(const struct options *o, size_t cap, struct unlock *out,
                              struct cm_diag *diag) {
    uint64_t fd = 0;
    TRY(option_u64(o, "passphrase-fd", 0, FD_MAX, &fd, diag));
    return descriptor_secret((int)fd, cap, &out->secret, diag);
}

static cm_err no_way(struct cm_diag *diag) {
    return diag_fail(diag, CM_E_ARGUMENT, "keystore", NULL,
                     "give --key-file FILE or --passphrase-fd N", "there is no terminal to ask at");
}

static bool sandbox_key(const char *workspace, char path[static UNLOCK_PATH_CAP]) {
    const int n = snprintf(path, UNLOCK_PATH_CAP, "%s/%s", workspace, SANDBOX_KEY_NAME);
    return n > 0 && (size_t)n < UNLOCK_PATH_CAP && access(path, R_OK) == 0;
}

cm_err unlock_existing(const struct options *options, const char *workspace, struct unlock *out,
                       struct cm_diag *diag) {
    const bool words = option_given(options, "recovery");
    const enum slot_kind kind = words ? SLOT_RECOVERY : SLOT_PASSPHRASE;
    const size_t cap = words ? WORDS_TYPED_MAX : SLOT_PASSPHRASE_MAX;
    char path[UNLOCK_PATH_CAP];
    TRY(check_one_way(options, diag));
    if (option_given(options, "key-file"))
        return use_file(out, option_text(options, "key-file"), diag);
    if (option_given(options, "passphrase-fd")) {
        TRY(from_descriptor(options, cap, out, diag));
        return use_secret(out, kind);
    }
    if (!words && sandbox_key(workspace, path)) return use_file(out, path, diag);
    if (!terminal_there()) return no_way(diag);
    TRY(terminal_secret(words ? "Recovery words: " : "Passphrase: ", cap, &out->secret, diag));
    return use_secret(out, kind);
}

static cm_err make_sandbox_key(const char *workspace, struct unlock *out, struct cm_diag *diag) {
    uint8_t bytes[SANDBOX_KEY_LEN];
    char path[UNLOCK_PATH_CAP];
    const int n = snprintf(path, sizeof path, "%s/%s", workspace, SANDBOX_KEY_NAME);
    if (n < 0 || (size_t)n >= sizeof path) return CM_E_RANGE;
    random_fill(bytes, sizeof bytes);
    const cm_err err = file_replace(path, slice_of(bytes, sizeof bytes), 0600, diag);
    wipe(bytes, sizeof bytes);
    TRY(err);
    return use_file(out, path, diag);
}

static cm_err ask_twice(struct unlock *out, struct cm_diag *diag) {
    SECRET_SCOPED struct secret again = SECRET_INIT;
    if (!terminal_there()) return no_way(diag);
    TRY(terminal_secret("New passphrase (8 characters at least): ", SLOT_PASSPHRASE_MAX,
                        &out->secret, diag));
    TRY(terminal_secret("The same once more: ", SLOT_PASSPHRASE_MAX, &again, diag));
    if (again.len == out->secret.len && secret_equal(again.p, out->secret.p, again.len))
        return use_secret(out, SLOT_PASSPHRASE);
    return diag_fail(diag, CM_E_FORMAT, "passphrase", NULL, "start again", "the two differ");
}

cm_err unlock_new(const struct options *options, const char *workspace, bool sandbox,
                  struct unlock *out, struct cm_diag *diag) {
    TRY(check_one_way(options, diag));
    if (option_given(options, "key-file"))
        return use_file(out, option_text(options, "key-file"), diag);
    if (option_given(options, "passphrase-fd")) {
        TRY(from_descriptor(options, SLOT_PASSPHRASE_MAX, out, diag));
        return use_secret(out, SLOT_PASSPHRASE);
    }
    return sandbox ? make_sandbox_key(workspace, out, diag) : ask_twice(out, diag);
}
