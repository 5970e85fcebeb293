/* key export and key import: one key version of a scheme or pool with its frozen document, as a CMS
 * message to a certificate. Importing needs the keys here, so no daemon may run. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "cards/pool.h"
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
    struct cm_slice recipient, name;
    TRY(command_arguments(cli, &args));
    TRY(session_act(&cli->session, "key.export", buffer_slice(&args), &result, cli->diag));
    TRY(json_doc_new(&doc, buffer_slice(&result), "key.export", &limits, cli->diag));
    TRY(write_message(cli, json_get(json_root(doc), "cms")));
    const char *what = json_present(json_get(json_root(doc), "pool")) ? "pool" : "scheme";
    TRY(json_text(json_get(json_root(doc), what), 1, SIZE_MAX, &name));
    TRY(json_text(json_get(json_root(doc), "recipient"), 0, SIZE_MAX, &recipient));
    struct json_writer w = json_writer_into(&shown, false);
    json_object_begin(&w, NULL);
    json_put_text(&w, what, name);
    json_put_text(&w, "recipient", recipient);
    json_put_cstr(&w, "file", option_text(&cli->options, "out"));
    json_object_end(&w);
    TRY(buffer_err(&shown));
    return output_record(buffer_slice(&shown), cli->json, cli->diag);
}

/* ---- Import ---------------------------------------------------------------------------------- */

/* What came out of the message, and whether the workspace has it. */
struct arrival {
    const char *what; /* "scheme" or "pool" */
    enum document_kind kind;
    uint32_t id;       /* as the message says */
    uint32_t document; /* as its document says */
    uint32_t campaign; /* of the pseudonym key */
    char name[SCHEME_NAME_CAP];
    bool same, other; /* one of this id with this name is here, or with another */
};

static cm_err look_for(void *ctx, const struct registry *r) {
    struct arrival *n = ctx;
    const void *by_id, *by_name;
    if (n->kind == DOCUMENT_SCHEME) {
        by_id = registry_scheme(r, n->id);
        by_name = registry_scheme_named(r, slice_text(n->name));
    } else {
        by_id = registry_set(r, n->id);
        by_name = registry_set_named(r, slice_text(n->name));
    }
    n->same = by_id != NULL && by_id == by_name;
    n->other = !n->same && (by_id != NULL || by_name != NULL);
    return CM_OK;
}

static cm_err read_arrival(struct cli *cli, const struct escrow *e, struct arrival *n) {
    CM_CLEANUP(scheme_wipe) struct scheme s;
    CM_CLEANUP(pool_clear) struct pool pool = POOL_INIT;
    scheme_init(&s);
    n->id = e->info.id;
    if (e->info.kind == KEY_SCHEME) {
        TRY(scheme_json_read(&s, e->document, position(cli, 0), SCHEME_JSON_FROZEN, cli->diag));
        n->what = "scheme";
        n->kind = DOCUMENT_SCHEME;
        n->document = s.numbers.id;
        n->campaign = n->id;
        (void)snprintf(n->name, sizeof n->name, "%s", s.name);
        return CM_OK;
    }
    if (e->info.kind != KEY_POOL)
        return diag_fail(cli->diag, CM_E_UNSUPPORTED, position(cli, 0), NULL, NULL,
                         "it holds no scheme's and no pool's key");
    TRY(pool_read(e->document, position(cli, 0), &pool, cli->diag));
    n->what = "pool";
    n->kind = DOCUMENT_POOL;
    n->document = pool.numbers.id;
    n->campaign = CAMPAIGN_OF_POOL | n->id;
    (void)snprintf(n->name, sizeof n->name, "%s", pool.name);
    return CM_OK;
}

/* A key without its scheme or pool is harmless, so the key is saved first, as when one is added. */
static cm_err take_in(struct cli *cli, const struct escrow *e, const struct arrival *n) {
    struct session *session = &cli->session;
    const uint64_t now = clock_now_ms(clock_wall()) / 1000;
    uint32_t id = n->id;
    const cm_err err =
        keystore_add(session->keystore, e->info.kind, id, e->info.version, now, e->key);
    if (err == CM_E_EXISTS)
        return diag_fail(cli->diag, err, position(cli, 0), NULL, NULL,
                         "key version %u is in the keystore already", e->info.version);
    TRY(err);
    if (!n->same) TRY(keystore_generate(session->keystore, KEY_PSEUDONYM, n->campaign, 1, now));
    TRY(keystore_save(session->keystore, cli->diag));
    /* a known one's document again makes every opener look at the keys */
    return engine_document(session->engine, n->kind, &id, 0, e->document, cli->diag);
}

static cm_err import(struct cli *cli, const struct escrow *e) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct arrival n = {.what = NULL};
    TRY(read_arrival(cli, e, &n));
    TRY(engine_read(cli->session.engine, look_for, &n));
    if (n.other || n.document != n.id)
        return diag_fail(cli->diag, CM_E_CONFLICT, n.name, NULL,
                         "import it into a workspace of its own",
                         "its id %u or its name belongs to another %s here", n.id, n.what);
    TRY(take_in(cli, e, &n));
    struct json_writer w = json_writer_into(&out, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, n.what, n.name);
    json_put_u64(&w, "version", e->info.version);
    json_put_bool(&w, n.kind == DOCUMENT_SCHEME ? "new_scheme" : "new_pool", !n.same);
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
