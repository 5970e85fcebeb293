/* key export and key import: one key version of a scheme with its frozen document, as a CMS message
 * to a certificate. Importing needs the keys here, so no daemon may run. */
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/private_key.h"
#include "codes/scheme_json.h"
#include "crypto/escrow.h"
#include "doc/json.h"
#include "doc/json_write.h"

#define FILE_MODE   0600
#define MESSAGE_MAX (8u << 20) /* bytes */

const struct option_spec key_export_options[] = {
    {"recipient", OPTION_FILE, "CERT.pem", "the certificate to seal to", "certificate", true},
    {"version", OPTION_NUMBER, "N", "the key version (default: the first)", "version", false},
    {"out", OPTION_TEXT, "FILE", "where the message goes", NULL, true},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

const struct option_spec key_import_options[] = {
    {"private-key", OPTION_TEXT, "KEY.pem", "of the certificate that it was sealed to", NULL, true},
    {"key-passphrase-fd", OPTION_NUMBER, "N", "the private key's passphrase", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

/* ---- Export ---------------------------------------------------------------------------------- */

static cm_err write_message(struct cli *cli, struct json_value hex) {
    CM_CLEANUP(buffer_free) struct buffer der = BUFFER_INIT;
    struct cm_slice text;
    TRY(json_text(hex, 2, (size_t)2 * MESSAGE_MAX, &text));
    uint8_t *to = buffer_reserve(&der, text.len / 2);
    if (to == NULL) return CM_E_NO_MEMORY;
    TRY(hex_parse(text, to, text.len / 2));
    der.len += text.len / 2;
    return file_replace(option_text(&cli->options, "out"), buffer_slice(&der), FILE_MODE,
                        cli->diag);
}

cm_err cmd_key_export(struct cli *cli) {
    static const struct json_limits limits = {.text_max = 1u << 26, .depth_max = JSON_DEPTH_MAX};
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer shown = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct cm_slice recipient, scheme;
    TRY(command_arguments(cli, &args));
    TRY(session_act(&cli->session, "key.export", buffer_slice(&args), &result, cli->diag));
    TRY(json_doc_new(&doc, buffer_slice(&result), "key.export", &limits, cli->diag));
    TRY(write_message(cli, json_get(json_root(doc), "cms")));
    TRY(json_text(json_get(json_root(doc), "scheme"), 1, SIZE_MAX, &scheme));
    TRY(json_text(json_get(json_root(doc), "recipient"), 0, SIZE_MAX, &recipient));
    struct json_writer w = json_writer_into(&shown, false);
    json_object_begin(&w, NULL);
    json_put_text(&w, "scheme", scheme);
    json_put_text(&w, "recipient", recipient);
    json_put_cstr(&w, "file", option_text(&cli->options, "out"));
    json_object_end(&w);
    TRY(buffer_err(&shown));
    return output_record(buffer_slice(&shown), cli->json, cli->diag);
}

/* ---- Import ---------------------------------------------------------------------------------- */

struct known {
    uint32_t id;
    const char *name;
    bool same, other; /* a scheme of this id with this name, or with another */
};

static cm_err known_read(void *ctx, const struct registry *r) {
    struct known *k = ctx;
    const struct scheme_entry *by_id = registry_scheme(r, k->id);
    const struct scheme_entry *by_name = registry_scheme_named(r, slice_text(k->name));
    k->same = by_id != NULL && by_id == by_name;
    k->other = !k->same && (by_id != NULL || by_name != NULL);
    return CM_OK;
}

/* A key without its scheme is harmless, so the key is saved first, as when a scheme is added. */
static cm_err take_in(struct cli *cli, const struct escrow *e, const struct scheme *s,
                      const struct known *k) {
    struct session *session = &cli->session;
    const uint64_t now = clock_now_ms(clock_wall()) / 1000;
    uint32_t id = e->info.id;
    const cm_err err =
        keystore_add(session->keystore, KEY_SCHEME, id, e->info.version, now, e->key);
    if (err == CM_E_EXISTS)
        return diag_fail(cli->diag, err, s->name, NULL, NULL,
                         "key version %u is in the keystore already", e->info.version);
    TRY(err);
    if (!k->same) TRY(keystore_generate(session->keystore, KEY_PSEUDONYM, id, 1, now));
    TRY(keystore_save(session->keystore, cli->diag));
    /* a known scheme's document again makes every opener look at the keys */
    return engine_document(session->engine, DOCUMENT_SCHEME, &id, 0, e->document, cli->diag);
}

static cm_err import(struct cli *cli, const struct escrow *e) {
    CM_CLEANUP(scheme_wipe) struct scheme s;
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct known k = {.id = e->info.id};
    scheme_init(&s);
    if (e->info.kind != KEY_SCHEME)
        return diag_fail(cli->diag, CM_E_UNSUPPORTED, position(cli, 0), NULL, NULL,
                         "it holds no scheme's key");
    TRY(scheme_json_read(&s, e->document, position(cli, 0), SCHEME_JSON_FROZEN, cli->diag));
    k.name = s.name;
    TRY(engine_read(cli->session.engine, known_read, &k));
    if (k.other || s.numbers.id != e->info.id)
        return diag_fail(cli->diag, CM_E_CONFLICT, s.name, NULL,
                         "import it into a workspace of its own",
                         "its id %u or its name belongs to another scheme here", e->info.id);
    TRY(take_in(cli, e, &s, &k));
    struct json_writer w = json_writer_into(&out, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "scheme", s.name);
    json_put_u64(&w, "version", e->info.version);
    json_put_bool(&w, "new_scheme", !k.same);
    json_object_end(&w);
    TRY(buffer_err(&out));
    return output_record(buffer_slice(&out), cli->json, cli->diag);
}

cm_err cmd_key_import(struct cli *cli) {
    ESCROW_SCOPED struct escrow e = ESCROW_INIT;
    CM_CLEANUP(recipient_key_freep) struct recipient_key *key = NULL;
    CM_CLEANUP(buffer_free) struct buffer message = BUFFER_INIT;
    TRY(session_needs_keys(&cli->session, cli->diag));
    TRY(file_read(position(cli, 0), MESSAGE_MAX, &message, cli->diag));
    TRY(private_key_read(&cli->options, &key, cli->diag));
    const cm_err err = escrow_import(key, buffer_slice(&message), &e, cli->diag);
    if (err != CM_OK) diag_locate(cli->diag, position(cli, 0), NULL);
    TRY(err);
    return import(cli, &e);
}
