/* A small order with two sealed files, a layout, and everything that stands beside them. */
#include "bundle_kit.h"

#include <unistd.h>

#include "crypto/cms_stream.h"
#include "crypto/secret.h"
#include "order/signer.h"
#include "support/cm.h"

const struct cm_key kit_seed = {{4, 2}};
static const struct cm_key sign_seed = {{1, 2, 3}}, bureau_seed = {{5}};

struct sign_public kit_key(void) {
    struct sign_public key;
    sign_public_of(&kit_seed, &key);
    return key;
}

struct recipient *kit_bureau(void) {
    struct recipient *to = NULL;
    assert_ok(p256_hold(&bureau_seed, &to, NULL));
    return to;
}

struct recipient_key *kit_bureau_key(void) {
    struct recipient_key *key = NULL;
    assert_ok(p256_hold(&bureau_seed, NULL, &key));
    return key;
}

struct manifest kit_manifest(void) {
    static const struct manifest_file files[] = {{.name = {(const uint8_t *)"cards-1.cms", 11},
                                                  .len = 1000,
                                                  .records = 10,
                                                  .hash_total = 77,
                                                  .role = MANIFEST_NUMBERS,
                                                  .sha256 = {{1}}},
                                                 {.name = {(const uint8_t *)"face.svg", 8},
                                                  .len = 5,
                                                  .role = MANIFEST_LAYOUT,
                                                  .sha256 = {{2}}}};
    static const uint8_t fingerprint[HASH_LEN] = {0xAB};
    static const struct manifest_recipient to[] = {
        {.fingerprint = {fingerprint, sizeof fingerprint},
         .name = {(const uint8_t *)"CN = Bureau", 11},
         .role = MANIFEST_NUMBERS}};
    return (struct manifest){.workspace = {7},
                             .brand = slice_text("cola"),
                             .name = slice_text("summer cards"),
                             .set = slice_text("summer"),
                             .order = 12,
                             .set_id = 3,
                             .key_version = 1,
                             .kind = MANIFEST_CARDS,
                             .test = true,
                             .sequence = 1,
                             .created_unix_s = 1795000000,
                             .count = 10,
                             .control_first = slice_text("000001"),
                             .control_last = slice_text("000010"),
                             .hash_total = 77,
                             .template_name = slice_text("csv-pipe"),
                             .template_sha256 = {{3}},
                             .files = files,
                             .files_n = CM_ARRAY_N(files),
                             .recipients = to,
                             .recipients_n = CM_ARRAY_N(to)};
}

static void seal_file(struct bundle *b, const struct cms_signer *signer, const char *name,
                      const char *content, struct manifest_file *out) {
    struct recipient *to = kit_bureau();
    const struct recipient *const all[] = {to};
    int fd = -1;
    struct cms_sealer *sealer = NULL;
    struct cms_sealed sealed;
    assert_ok(bundle_file(b, name, &fd, NULL));
    assert_ok(cms_sealer_open(fd, signer, all, 1, &sealer, NULL));
    assert_ok(cms_sealer_write(sealer, slice_text(content), NULL));
    assert_ok(cms_sealer_finish(sealer, &sealed, NULL));
    cms_sealer_close(sealer);
    assert_int_equal(close(fd), 0);
    recipient_free(to);
    *out = (struct manifest_file){.name = slice_text(name),
                                  .len = sealed.len,
                                  .sha256 = sealed.sha256,
                                  .records = 2,
                                  .hash_total = 5,
                                  .role = MANIFEST_NUMBERS};
}

struct hash256 kit_publish(const struct scratch *dir, const char *name, struct manifest *m) {
    struct bundle *b = NULL;
    struct cms_signer *signer = NULL;
    struct buffer pem = BUFFER_INIT;
    struct manifest_file files[2];
    struct hash256 sum;
    assert_ok(crypto_init());
    assert_ok(signer_open(dir->path, &sign_seed, "test", 1795000000, &signer, &pem, NULL));
    assert_ok(bundle_begin(dir->path, name, &b, NULL));
    seal_file(b, signer, "cards-1.cms", "6035718888880528923;1\n", &files[0]);
    seal_file(b, signer, "cards-2.cms", "6035718888880528931;2;longer than the other\n", &files[1]);
    m->files = files;
    m->files_n = CM_ARRAY_N(files);
    assert_ok(bundle_publish(b, m, &kit_seed, buffer_slice(&pem), &sum, NULL));
    bundle_close(b);
    cms_signer_free(signer);
    buffer_free(&pem);
    return sum;
}
