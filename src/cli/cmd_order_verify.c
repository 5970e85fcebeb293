/* order verify: is this folder what was sent? It runs at the bureau, offline, with the sender's
 * public key and nothing else of ours. order signer: what the sender gives away so that others can
 * check. Design: docs/design/orders.md, "Sealing and manifest". */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/output.h"
#include "crypto/secret.h"
#include "doc/json.h"
#include "doc/json_write.h"
#include "order/bundle_check.h"
#include "order/signer.h"

#define PATH_CAP     2048u
#define PEM_MAX      (1u << 20)        /* bytes */
#define MANIFEST_MAX (4u << 20)        /* bytes */
#define PINNED       "countermark.pub" /* the sender's key, kept beside the folders it sends */
#define PUBLIC_MODE  0644

const struct option_spec order_verify_options[] = {
    {"key", OPTION_TEXT, "FILE", "the sender's manifest key (default: " PINNED " beside FOLDER)",
     NULL, false},
    {"previous", OPTION_TEXT, "FILE", "manifest.cose, or the folder, of the delivery before it",
     NULL, false},
    {"for", OPTION_TEXT, "CERT.pem", "it must be sealed to this certificate", NULL, false},
    {"live", OPTION_FLAG, NULL, "a TEST order is an error", NULL, false},
    {"test", OPTION_FLAG, NULL, "a LIVE order is an error", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

const struct option_spec order_signer_options[] = {
    {"out", OPTION_TEXT, "CERT.pem", "write the signer's certificate there", NULL, false},
    {"manifest-key", OPTION_TEXT, "FILE", "write the public key of manifests there", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

/* ---- order verify ---------------------------------------------------------------------------- */

/* "DIR/ORDER-1/" -> "DIR/countermark.pub"; "ORDER-1" -> "./countermark.pub" */
static cm_err beside(const char *folder, char out[static PATH_CAP]) {
    size_t len = strlen(folder);
    while (len > 1 && folder[len - 1] == '/')
        len--;
    while (len > 0 && folder[len - 1] != '/')
        len--;
    if (len + sizeof PINNED > PATH_CAP) return CM_E_RANGE;
    (void)snprintf(out, PATH_CAP, "%.*s" PINNED, (int)len, folder);
    return CM_OK;
}

static cm_err read_key(struct cli *cli, const char *folder, struct sign_public *out) {
    char path[PATH_CAP];
    const char *given = option_text(&cli->options, "key");
    CM_CLEANUP(buffer_free) struct buffer pem = BUFFER_INIT;
    TRY(beside(folder, path));
    const cm_err err = file_read(given != NULL ? given : path, PEM_MAX, &pem, NULL);
    if (err == CM_E_NOT_FOUND && given == NULL)
        return diag_fail(cli->diag, err, path, NULL,
                         "ask the sender for the key by another way than the order, and give it "
                         "with --key, or keep it there",
                         "there is no key of the sender to check with");
    if (err != CM_OK)
        return diag_fail(cli->diag, err, given != NULL ? given : path, NULL, NULL,
                         "cannot be read");
    return signer_public_read(buffer_slice(&pem), out, cli->diag);
}

static cm_err read_previous(struct cli *cli, struct buffer *out) {
    const char *given = option_text(&cli->options, "previous");
    struct stat st;
    char path[PATH_CAP];
    if (given == NULL) return CM_OK;
    const bool folder = stat(given, &st) == 0 && S_ISDIR(st.st_mode);
    const int n = snprintf(path, sizeof path, "%s%s", given, folder ? "/" BUNDLE_MANIFEST : "");
    if (n < 0 || (size_t)n >= sizeof path) return CM_E_RANGE;
    return file_read(path, MANIFEST_MAX, out, cli->diag);
}

static cm_err read_recipient(struct cli *cli, struct recipient **out) {
    const char *path = option_text(&cli->options, "for");
    CM_CLEANUP(buffer_free) struct buffer pem = BUFFER_INIT;
    if (path == NULL) return CM_OK;
    TRY(file_read(path, PEM_MAX, &pem, cli->diag));
    /* An expired one may still be whom an old order was sealed to. */
    return recipient_from_cert(buffer_slice(&pem), (uint64_t)time(NULL), true, out, cli->diag);
}

static void put_manifest(struct json_writer *w, const struct manifest_doc *d) {
    char sum[2 * HASH_LEN + 1];
    hex_format(d->sha256.b, HASH_LEN, sum);
    json_put_u64(w, "order", d->m.order);
    json_put_text(w, "name", d->m.name);
    json_put_cstr(w, "mode", d->m.test ? "TEST" : "LIVE");
    json_put_text(w, "brand", d->m.brand);
    json_put_u64(w, "delivery", d->m.sequence);
    json_put_u64(w, "made_ms", d->m.created_unix_s * 1000u);
    json_put_u64(w, "units", d->m.count);
    json_put_bool(w, "sealed_anew", d->m.is_reseal);
    json_put_cstr(w, "manifest_sha256", sum);
}

static cm_err show(struct cli *cli, const struct bundle_report *r) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct json_writer w = json_writer_into(&out, false);
    json_object_begin(&w, NULL);
    json_put_bool(&w, "genuine", r->n == 0);
    if (r->manifest != NULL) put_manifest(&w, r->manifest);
    json_put_u64(&w, "files", r->files_n);
    json_put_u64(&w, "bytes", r->bytes);
    json_put_u64(&w, "problems", r->n);
    json_array_begin(&w, "findings");
    for (size_t i = 0; i < r->n && i < BUNDLE_FINDINGS_MAX; i++) {
        json_object_begin(&w, NULL);
        json_put_cstr(&w, "file", r->findings[i].file);
        json_put_cstr(&w, "problem", r->findings[i].problem);
        json_object_end(&w);
    }
    json_array_end(&w);
    json_array_begin(&w, "notes");
    if (r->n == 0) json_put_cstr(&w, NULL, "The folder is what was sent.");
    if (r->n > 0)
        json_put_cstr(&w, NULL, "Open no file of it; ask the sender for the delivery again.");
    if (r->manifest != NULL && r->manifest->m.test)
        json_put_cstr(&w, NULL, "It is a TEST order: nothing in it is ever accepted live.");
    json_array_end(&w);
    json_object_end(&w);
    TRY(buffer_err(&out));
    return output_record(buffer_slice(&out), cli->json, cli->diag);
}

cm_err cmd_order_verify(struct cli *cli) {
    const char *folder = cli->options.positions[0];
    const bool live = option_given(&cli->options, "live");
    const bool test = option_given(&cli->options, "test");
    struct sign_public key;
    CM_CLEANUP(buffer_free) struct buffer previous = BUFFER_INIT;
    CM_CLEANUP(recipient_freep) struct recipient *to = NULL;
    CM_CLEANUP(bundle_report_freep) struct bundle_report *report = NULL;
    if (live && test)
        return diag_fail(cli->diag, CM_E_ARGUMENT, "--live", NULL, "give one of them",
                         "an order is LIVE or TEST, not both");
    TRY(crypto_init());
    TRY(read_key(cli, folder, &key));
    TRY(read_previous(cli, &previous));
    TRY(read_recipient(cli, &to));
    const struct bundle_demands demands = {.key = &key,
                                           .previous = buffer_slice(&previous),
                                           .mode = live   ? BUNDLE_LIVE
                                                   : test ? BUNDLE_TEST
                                                          : BUNDLE_ANY_MODE,
                                           .to = to};
    TRY(bundle_verify(folder, &demands, &report, cli->diag));
    if (report->n > 0) cli->exit_code = EXIT_NEGATIVE;
    return show(cli, report);
}

/* ---- order signer ---------------------------------------------------------------------------- */

static cm_err write_member(struct cli *cli, struct json_value result, const char *option,
                           const char *member) {
    const char *path = option_text(&cli->options, option);
    struct cm_slice text;
    if (path == NULL) return CM_OK;
    TRY(json_text(json_get(result, member), 1, PEM_MAX, &text));
    return file_replace(path, text, PUBLIC_MODE, cli->diag);
}

/* For people the fingerprints, to read out on the telephone; the texts go to files. */
static cm_err show_signer(struct cli *cli, struct json_value result, struct cm_slice all) {
    static const char *const sums[] = {"certificate_sha256", "manifest_key_sha256"};
    static const char *const files[] = {"out", "manifest-key"};
    if (cli->json) return output_record(all, true, cli->diag);
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct json_writer w = json_writer_into(&out, false);
    json_object_begin(&w, NULL);
    for (size_t i = 0; i < CM_ARRAY_N(sums); i++) {
        struct cm_slice sum;
        TRY(json_text(json_get(result, sums[i]), 1, (size_t)2 * HASH_LEN, &sum));
        json_put_text(&w, sums[i], sum);
    }
    json_array_begin(&w, "written");
    for (size_t i = 0; i < CM_ARRAY_N(files); i++) {
        const char *path = option_text(&cli->options, files[i]);
        if (path != NULL) json_put_cstr(&w, NULL, path);
    }
    json_array_end(&w);
    json_object_end(&w);
    TRY(buffer_err(&out));
    return output_record(buffer_slice(&out), false, cli->diag);
}

cm_err cmd_order_signer(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer result = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(session_act(&cli->session, "order.signer", slice_text("{}"), &result, cli->diag));
    TRY(json_doc_new(&doc, buffer_slice(&result), "signer", &JSON_LIMITS_DEFAULT, NULL));
    TRY(write_member(cli, json_root(doc), "out", "certificate"));
    TRY(write_member(cli, json_root(doc), "manifest-key", "manifest_key"));
    return show_signer(cli, json_root(doc), buffer_slice(&result));
}
