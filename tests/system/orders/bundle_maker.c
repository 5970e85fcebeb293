/* Folders of two orders, made with the same calls that the vault makes, for programs of other
 * authors to open and check: sealed files to every certificate given, a file held and released, an
 * OpenPGP file, a manifest that follows another.
 * Usage: bundle_maker FOLDER CONTENT PGP-KEY|- CERT... */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/cms_stream.h"
#include "crypto/p256.h"
#include "crypto/secret.h"
#include "order/bundle.h"
#include "order/pgp.h"
#include "order/signer.h"

#define FILE_MAX  (64u << 20) /* bytes */
#define CERTS_MAX 8u

static const struct cm_key sign_seed = {{1}}, hold_seed = {{2}}, manifest_seed = {{3}};

struct maker {
    const char *folder;
    struct buffer content, signer_pem, pgp;
    struct cms_signer *signer;
    struct recipient *certs[CERTS_MAX];
    size_t n;
    struct manifest_file files[4];
    size_t files_n;
};

static cm_err read_certs(struct maker *m, char **paths, size_t n) {
    for (; m->n < n && m->n < CERTS_MAX; m->n++) {
        CM_CLEANUP(buffer_free) struct buffer pem = BUFFER_INIT;
        TRY(file_read(paths[m->n], FILE_MAX, &pem, NULL));
        TRY(recipient_from_cert(buffer_slice(&pem), (uint64_t)time(NULL), false, &m->certs[m->n],
                                NULL));
    }
    return CM_OK;
}

static void listed(struct maker *m, const char *name, const struct cms_sealed *s,
                   enum manifest_role role) {
    m->files[m->files_n++] = (struct manifest_file){.name = slice_text(name),
                                                    .len = s->len,
                                                    .sha256 = s->sha256,
                                                    .records = 1000,
                                                    .hash_total = 123456789012345u,
                                                    .role = role};
}

static const struct recipient *const *all(const struct maker *m) {
    return (const struct recipient *const *)m->certs;
}

static cm_err seal(const struct maker *m, int fd, const struct recipient *const *to, size_t n,
                   struct cms_sealed *out) {
    CM_CLEANUP(cms_sealer_closep) struct cms_sealer *s = NULL;
    TRY(cms_sealer_open(fd, m->signer, to, n, &s, NULL));
    TRY(cms_sealer_write(s, buffer_slice(&m->content), NULL));
    return cms_sealer_finish(s, out, NULL);
}

static cm_err numbers(struct maker *m, struct bundle *b) {
    struct cms_sealed sealed;
    int fd = -1;
    TRY(bundle_file(b, "cards.csv.cms", &fd, NULL));
    TRY(seal(m, fd, all(m), m->n, &sealed));
    (void)close(fd);
    listed(m, "cards.csv.cms", &sealed, MANIFEST_NUMBERS);
    return CM_OK;
}

/* Sealed to our own hold key, then released: what a two-person release does. */
static cm_err pins(struct maker *m, struct bundle *b) {
    CM_CLEANUP(recipient_freep) struct recipient *hold = NULL;
    CM_CLEANUP(recipient_key_freep) struct recipient_key *key = NULL;
    const int held = memfd_create("held", MFD_CLOEXEC);
    struct cms_sealed sealed;
    int fd = -1;
    TRY(p256_hold(&hold_seed, &hold, &key));
    const struct recipient *const self[] = {hold};
    TRY(seal(m, held, self, 1, &sealed));
    TRY(bundle_file(b, "pins.csv.cms", &fd, NULL));
    TRY(cms_readdress(held, key, all(m), m->n, fd, &sealed, NULL));
    (void)close(fd);
    (void)close(held);
    listed(m, "pins.csv.cms", &sealed, MANIFEST_PINS);
    return CM_OK;
}

static cm_err openpgp(struct maker *m, struct bundle *b) {
    if (m->pgp.len == 0) return CM_OK;
    const struct cm_slice key = buffer_slice(&m->pgp);
    CM_CLEANUP(pgp_sealer_closep) struct pgp_sealer *s = NULL;
    struct cms_sealed sealed;
    int fd = -1;
    TRY(bundle_file(b, "cards.csv.pgp", &fd, NULL));
    TRY(pgp_sealer_open(fd, &key, 1, &s, NULL));
    TRY(pgp_sealer_write(s, buffer_slice(&m->content), NULL));
    TRY(pgp_sealer_finish(s, &sealed, NULL));
    (void)close(fd);
    listed(m, "cards.csv.pgp", &sealed, MANIFEST_NUMBERS);
    return CM_OK;
}

static cm_err make(struct maker *m, const char *name, uint64_t sequence, struct hash256 *sum) {
    CM_CLEANUP(bundle_closep) struct bundle *b = NULL;
    m->files_n = 0;
    TRY(bundle_begin(m->folder, name, &b, NULL));
    TRY(numbers(m, b));
    TRY(pins(m, b));
    TRY(openpgp(m, b));
    struct hash256 fingerprint;
    struct manifest_recipient to[CERTS_MAX];
    struct hash256 prints[CERTS_MAX];
    for (size_t i = 0; i < m->n; i++) {
        TRY(recipient_fingerprint(m->certs[i], &fingerprint));
        prints[i] = fingerprint;
        to[i] = (struct manifest_recipient){.fingerprint = slice_of(prints[i].b, HASH_LEN),
                                            .name = slice_text("CN = Büro"),
                                            .role = MANIFEST_NUMBERS};
    }
    const struct manifest order = {.brand = slice_text("cola"),
                                   .name = slice_text("Sommerkarten für Köln"),
                                   .set = slice_text("summer"),
                                   .order = 12,
                                   .set_id = 3,
                                   .key_version = 1,
                                   .kind = MANIFEST_CARDS,
                                   .test = false,
                                   .sequence = sequence,
                                   .created_unix_s = 1795000000,
                                   .count = 1000,
                                   .control_first = slice_text("000001"),
                                   .control_last = slice_text("001000"),
                                   .hash_total = 123456789012345u,
                                   .template_name = slice_text("csv-pipe"),
                                   .files = m->files,
                                   .files_n = m->files_n,
                                   .recipients = to,
                                   .recipients_n = m->n,
                                   .has_previous = sequence > 1,
                                   .previous = *sum,
                                   .linked_order = 70000};
    return bundle_publish(b, &order, &manifest_seed, buffer_slice(&m->signer_pem), sum, NULL);
}

static cm_err write_key(const struct maker *m) {
    struct sign_public key;
    CM_CLEANUP(buffer_free) struct buffer pem = BUFFER_INIT;
    char path[1200];
    sign_public_of(&manifest_seed, &key);
    signer_public_pem(&key, &pem);
    TRY(buffer_err(&pem));
    (void)snprintf(path, sizeof path, "%.1000s/countermark.pub", m->folder);
    return file_replace(path, buffer_slice(&pem), 0644, NULL);
}

static cm_err run(struct maker *m, int argc, char **argv) {
    struct hash256 sum = {{0}};
    m->folder = argv[1];
    TRY(crypto_init());
    TRY(file_read(argv[2], FILE_MAX, &m->content, NULL));
    if (strcmp(argv[3], "-") != 0) TRY(file_read(argv[3], FILE_MAX, &m->pgp, NULL));
    TRY(read_certs(m, argv + 4, (size_t)argc - 4));
    TRY(signer_open(m->folder, &sign_seed, "test", (uint64_t)time(NULL), &m->signer, &m->signer_pem,
                    NULL));
    TRY(write_key(m));
    TRY(make(m, "ORDER-000011", 1, &sum));
    return make(m, "ORDER-000012", 2, &sum);
}

int main(int argc, char **argv) {
    static struct maker m;
    if (argc < 5) return 2;
    const cm_err err = run(&m, argc, argv);
    if (err != CM_OK) (void)fprintf(stderr, "bundle_maker: %s\n", cm_err_name(err));
    for (size_t i = 0; i < m.n; i++)
        recipient_free(m.certs[i]);
    cms_signer_free(m.signer);
    buffer_free(&m.content);
    buffer_free(&m.signer_pem);
    buffer_free(&m.pgp);
    return err == CM_OK ? 0 : 1;
}
