/* Makes a keystore with known content for tests/oracle/keystore.mjs: DIR/keystore and DIR/key, for
 * each certificate NAME.crt named after DIR an escrow of the first key in DIR/NAME.cms, and on
 * standard output a JSON object of everything that is in it, secrets included. A test tool. */
#include <stdio.h>
#include <sys/stat.h>

#include "base/text.h"
#include "crypto/escrow.h"
#include "crypto/keystore.h"
#include "crypto/random.h"
#include "crypto/secret.h"

#define PATH_CAP   1024u
#define KEYS_N     70u /* more than one chunk of 64 */
#define NOW_UNIX_S 1795000000u
#define DOCUMENT   "{\"name\":\"oracle\"}\n"

static cm_err make_key_file(const char *path) {
    uint8_t bytes[SLOT_KEY_FILE_MIN + 9u];
    random_fill(bytes, sizeof bytes);
    FILE *f = fopen(path, "wb");
    if (f == NULL) return CM_E_IO;
    const size_t n = fwrite(bytes, 1, sizeof bytes, f);
    return fclose(f) == 0 && n == sizeof bytes ? CM_OK : CM_E_IO;
}

static cm_err fill(struct keystore *ks) {
    for (uint32_t i = 0; i < KEYS_N; i++)
        TRY(keystore_generate(ks, (enum key_kind)(1u + i % KEY_KIND_LAST), i * 65537u,
                              (uint8_t)(1u + i % 255u), NOW_UNIX_S + i));
    TRY(keystore_set_state(ks, KEY_POOL, 65537, 2, KEY_VERIFY, NOW_UNIX_S + 1000));
    TRY(keystore_set_state(ks, KEY_BRAND, 2u * 65537u, 3, KEY_DESTROYED, NOW_UNIX_S + 2000));
    return keystore_save(ks, NULL);
}

static cm_err tell(const struct keystore *ks, const struct words_text *words) {
    (void)printf("{\"words\":\"%s\",\"generation\":%llu,\"keys\":[", words->text,
                 (unsigned long long)keystore_generation(ks));
    for (size_t i = 0; i < keystore_n(ks); i++) {
        const struct key_info k = keystore_at(ks, i);
        static const struct cm_key zeros;
        const struct cm_key *key = &zeros;
        if (k.state != KEY_DESTROYED) TRY(keystore_find(ks, k.kind, k.id, k.version, &key));
        char hex[2 * CM_KEY_LEN + 1];
        hex_format(key->b, sizeof key->b, hex);
        (void)printf("%s{\"kind\":%d,\"version\":%u,\"state\":%d,\"id\":%u,\"created\":%llu,"
                     "\"changed\":%llu,\"key\":\"%s\"}",
                     i > 0 ? "," : "", (int)k.kind, k.version, (int)k.state, k.id,
                     (unsigned long long)k.created_unix_s, (unsigned long long)k.changed_unix_s,
                     hex);
    }
    return printf("]}\n") > 0 ? CM_OK : CM_E_IO;
}

static cm_err make_escrow(const struct keystore *ks, const char *dir, const char *name) {
    char path[PATH_CAP];
    uint8_t pem[8192];
    (void)snprintf(path, sizeof path, "%s/%s.crt", dir, name);
    FILE *f = fopen(path, "rb");
    if (f == NULL) return CM_E_NOT_FOUND;
    const size_t len = fread(pem, 1, sizeof pem, f);
    (void)fclose(f);
    CM_CLEANUP(recipient_freep) struct recipient *to = NULL;
    TRY(recipient_from_cert(slice_of(pem, len), 0, true, &to, NULL));
    CM_CLEANUP(buffer_free) struct buffer der = BUFFER_INIT;
    TRY(escrow_export(ks, KEY_SCHEME, 0, 1, slice_text(DOCUMENT), to, &der));
    (void)snprintf(path, sizeof path, "%s/%s.cms", dir, name);
    f = fopen(path, "wb");
    if (f == NULL) return CM_E_IO;
    const size_t n = fwrite(der.p, 1, der.len, f);
    return fclose(f) == 0 && n == der.len ? CM_OK : CM_E_IO;
}

static cm_err run(const char *dir, char **names, int names_n) {
    char path[PATH_CAP], key_path[PATH_CAP];
    (void)snprintf(path, sizeof path, "%s/keystore", dir);
    (void)snprintf(key_path, sizeof key_path, "%s/key", dir);
    TRY(crypto_init());
    (void)umask(077);
    TRY(make_key_file(key_path));
    CM_CLEANUP(keystore_closep) struct keystore *ks = NULL;
    WORDS_SCOPED struct words_text words;
    const struct keystore_unlock way = {.kind = SLOT_KEY_FILE, .path = key_path};
    TRY(keystore_create(path, &way, &words, &ks, NULL));
    TRY(fill(ks));
    for (int i = 0; i < names_n; i++)
        TRY(make_escrow(ks, dir, names[i]));
    return tell(ks, &words);
}

int main(int argc, char **argv) {
    const cm_err err = argc >= 2 ? run(argv[1], argv + 2, argc - 2) : CM_E_ARGUMENT;
    if (err != CM_OK) (void)fprintf(stderr, "keystore_tool: %s\n", cm_err_name(err));
    return err == CM_OK ? 0 : 1;
}
