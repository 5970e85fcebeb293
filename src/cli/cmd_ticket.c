/* ticket inspect, ticket trust, ticket issuer export: what is written in tickets and trust files,
 * for people. Nothing is believed here: inspect says so, trust says by which key it is signed. */
#include <string.h>

#include "base/base64.h"
#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/ticket_text.h"
#include "crypto/hash.h"
#include "doc/json.h"
#include "doc/json_write.h"
#include "pass/ticket_json.h"
#include "pass/trust.h"

#define TRUST_MODE 0644 /* public */
#define JWK_MODE   0644

const struct option_spec ticket_inspect_options[] = {
    TICKET_TEXT_OPTION,
    {"zone", OPTION_TEXT, "ZONE", "its times there, too, as Europe/Amsterdam", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};
const struct option_spec ticket_trust_options[] = {
    {"previous", OPTION_TEXT, "FILE", "the trust file in use: may this one take its place?", NULL,
     false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};
const struct option_spec ticket_export_options[] = {
    {"out", OPTION_TEXT, "FILE.trust", "the trust file, for devices", NULL, true},
    {"jwk", OPTION_TEXT, "FILE.json", "the same keys as a JWK set, for others", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

/* ---- Inspect --------------------------------------------------------------------------------- */

static void put_size(struct json_writer *w, const struct ticket_message *m) {
    char kid[2 * COSE_KID_LEN + 1];
    hex_format(m->cose.kid, COSE_KID_LEN, kid);
    json_put_cstr(w, "kid", kid);
    json_put_u64(w, "bytes", m->len);
    json_put_u64(w, "characters", TICKET_PREFIX_LEN + BASE45_LEN(m->len));
}

static void put_local(struct json_writer *w, const char *key, const struct zone *z,
                      uint64_t unix_s) {
    char text[ZONE_TIME_CAP];
    if (z == NULL || unix_s == 0) return;
    zone_time_format(z, unix_s, text);
    json_put_cstr(w, key, text);
}

cm_err cmd_ticket_inspect(struct cli *cli) {
    CM_CLEANUP(zone_freep) struct zone *zone = NULL;
    CM_CLEANUP(buffer_wipe) struct buffer text = BUFFER_INIT, out = BUFFER_INIT;
    struct ticket_message m;
    struct ticket_claims claims;
    TRY(zone_option(cli, &zone));
    TRY(ticket_text_read(cli, &text));
    const cm_err err = ticket_open(buffer_slice(&text), &m);
    if (err != CM_OK || ticket_claims_read(m.cose.payload, &claims) != CM_OK)
        return diag_fail(cli->diag, CM_E_FORMAT, "ticket", NULL,
                         "a ticket begins with " TICKET_PREFIX "; scan it again",
                         "not a ticket, cut or misread");
    struct json_writer w = json_writer_into(&out, false);
    json_object_begin(&w, NULL);
    ticket_json_claims(&w, &claims);
    put_local(&w, "issued_local", zone, claims.iat_unix_s);
    put_local(&w, "not_before_local", zone, claims.nbf_unix_s);
    put_local(&w, "expires_local", zone, claims.exp_unix_s);
    put_size(&w, &m);
    json_put_bool(&w, "checked", false);
    json_array_begin(&w, "notes");
    json_put_cstr(&w, NULL,
                  "Nothing of this was checked: not who signed it, not whether it is in its time, "
                  "not whether it was used. 'countermark ticket verify' does.");
    json_array_end(&w);
    json_object_end(&w);
    TRY(buffer_err(&out));
    return output_record(buffer_slice(&out), cli->json, cli->diag);
}

/* ---- Trust files ----------------------------------------------------------------------------- */

static cm_err put_trust(const struct trust *t, bool follows, struct buffer *out) {
    struct json_writer w = json_writer_into(out, false);
    struct hash256 sum;
    char hex[2 * HASH_LEN + 1];
    hash_sha256(slice_of(t->signer->public_key.b, SIGN_PUBLIC_LEN), &sum);
    hex_format(sum.b, HASH_LEN, hex);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "issuer", t->iss);
    json_put_u64(&w, "made_ms", t->made_unix_s * 1000);
    json_put_u64(&w, "signed_by_version", t->signer->version);
    json_put_cstr(&w, "fingerprint", hex);
    json_array_begin(&w, "keys");
    for (size_t i = 0; i < t->n; i++) {
        json_object_begin(&w, NULL);
        ticket_json_key(&w, &t->keys[i]);
        json_object_end(&w);
    }
    json_array_end(&w);
    json_put_bool(&w, "follows_previous", follows);
    json_array_begin(&w, "notes");
    if (!follows)
        json_put_cstr(&w, NULL, "Compare the fingerprint with the one that the issuer tells you.");
    json_array_end(&w);
    json_object_end(&w);
    return buffer_err(out);
}

static cm_err read_trust(struct cli *cli, const char *path, struct trust *out) {
    CM_CLEANUP(buffer_free) struct buffer bytes = BUFFER_INIT;
    TRY(file_read(path, TRUST_FILE_MAX, &bytes, cli->diag));
    return trust_read(buffer_slice(&bytes), path, out, cli->diag);
}

cm_err cmd_ticket_trust(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    const char *previous = option_text(&cli->options, "previous");
    struct trust next, have;
    TRY(read_trust(cli, position(cli, 0), &next));
    if (previous != NULL) {
        TRY(read_trust(cli, previous, &have));
        TRY(trust_follows(&have, &next, position(cli, 0), cli->diag));
    }
    TRY(put_trust(&next, previous != NULL, &out));
    return output_record(buffer_slice(&out), cli->json, cli->diag);
}

/* ---- Export ---------------------------------------------------------------------------------- */

/* Bytes that base64 of so many characters stands for. */
static size_t base64_bytes(struct cm_slice text) {
    size_t n = text.len / 4 * 3;
    for (size_t i = text.len; i > 0 && n > 0 && text.p[i - 1] == '='; i--)
        n--;
    return n;
}

static cm_err write_trust(struct cli *cli, struct json_value root) {
    CM_CLEANUP(buffer_free) struct buffer bytes = BUFFER_INIT;
    struct cm_slice text;
    TRY(json_text(json_get(root, "trust"), 4, 2 * (size_t)TRUST_FILE_MAX, &text));
    const size_t n = base64_bytes(text);
    uint8_t *to = buffer_reserve(&bytes, n);
    if (to == NULL) return CM_E_NO_MEMORY;
    TRY(base64_read(text, to, n));
    bytes.len = n;
    return file_replace(option_text(&cli->options, "out"), buffer_slice(&bytes), TRUST_MODE,
                        cli->diag);
}

static cm_err write_jwk(struct cli *cli, struct json_value root) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    const char *path = option_text(&cli->options, "jwk");
    if (path == NULL) return CM_OK;
    TRY(json_copy_value(json_get(root, "jwks"), &text));
    buffer_text(&text, "\n");
    TRY(buffer_err(&text));
    return file_replace(path, buffer_slice(&text), JWK_MODE, cli->diag);
}

cm_err cmd_ticket_export(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    static const struct json_limits limits = {.text_max = 1u << 20, .depth_max = JSON_DEPTH_MAX};
    struct cm_slice issuer, fingerprint;
    TRY(command_arguments(cli, &args));
    TRY(session_act(&cli->session, "ticket.issuer.export", buffer_slice(&args), &result,
                    cli->diag));
    TRY(json_doc_new(&doc, buffer_slice(&result), "ticket.issuer.export", &limits, cli->diag));
    const struct json_value root = json_root(doc);
    TRY(json_text(json_get(root, "issuer"), 1, SIZE_MAX, &issuer));
    TRY(json_text(json_get(root, "fingerprint"), 1, SIZE_MAX, &fingerprint));
    TRY(write_trust(cli, root));
    TRY(write_jwk(cli, root));
    struct json_writer w = json_writer_into(&out, false);
    json_object_begin(&w, NULL);
    json_put_text(&w, "issuer", issuer);
    json_put_cstr(&w, "file", option_text(&cli->options, "out"));
    json_put_text(&w, "fingerprint", fingerprint);
    json_object_end(&w);
    TRY(buffer_err(&out));
    return output_record(buffer_slice(&out), cli->json, cli->diag);
}
