/* operator key, add, revoke, confirm, object: people who approve orders, each with a key of their
 * own. Which of these wants whose signature is the vault's to say (vault/acts_operator.c). */
#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/operator_key.h"
#include "cli/output.h"
#include "crypto/secret.h"
#include "doc/json.h"
#include "doc/json_write.h"
#include "order/signer.h"
#include "vault/order_sign.h"

#define KEY_FILE_MAX 4096u

const struct option_spec operator_key_options[] = {
    {"out", OPTION_TEXT, "KEY.pem", "where the private key goes", NULL, true},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};
const struct option_spec operator_add_options[] = {
    {"public-key", OPTION_TEXT, "FILE|HEX", "Ed25519: a PEM file, or 64 hex digits", NULL, true},
    OPERATOR_OPTIONS,
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};
const struct option_spec operator_revoke_options[] = {OPERATOR_OPTIONS,
                                                      {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

cm_err cmd_operator_key(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct json_writer w = json_writer_into(&out, false);
    struct sign_public public;
    char hex[2 * SIGN_PUBLIC_LEN + 1];
    TRY(crypto_init());
    TRY(operator_key_make(option_text(&cli->options, "out"), &public, cli->diag));
    hex_format(public.b, sizeof public.b, hex);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "private_key", option_text(&cli->options, "out"));
    json_put_cstr(&w, "public_key", hex);
    json_object_end(&w);
    TRY(buffer_err(&out));
    return output_record(buffer_slice(&out), cli->json, cli->diag);
}

/* 64 hex digits, or what a PEM file says. */
static cm_err public_key(struct cli *cli, struct sign_public *out) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    const char *given = option_text(&cli->options, "public-key");
    if (hex_parse(slice_text(given), out->b, sizeof out->b) == CM_OK) return CM_OK;
    TRY(file_read(given, KEY_FILE_MAX, &text, cli->diag));
    if (signer_public_read(buffer_slice(&text), out, NULL) == CM_OK) return CM_OK;
    return diag_fail(cli->diag, CM_E_FORMAT, given, NULL, "'countermark operator key' makes one",
                     "not an Ed25519 public key in PEM");
}

/* What an operator who is there vouches for: as vault/acts_operator.c has it. */
static cm_err sign(struct cli *cli, const char *what, const char *hex, struct json_writer *w) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT, whole = BUFFER_INIT;
    buffer_printf(&text, "%s: %s\nkey: %s\n", what, position(cli, 0), hex);
    TRY(buffer_err(&text));
    TRY(order_signed_text(cli->workspace, ORDER_SIGNED_OPERATOR, buffer_slice(&text), &whole,
                          cli->diag));
    return operator_key_sign(cli, buffer_slice(&whole), w);
}

static cm_err act(struct cli *cli, const char *name, struct buffer *args) {
    CM_CLEANUP(buffer_free) struct buffer result = BUFFER_INIT;
    TRY(buffer_err(args));
    TRY(session_act(&cli->session, name, buffer_slice(args), &result, cli->diag));
    return output_record(buffer_slice(&result), cli->json, cli->diag);
}

static cm_err propose(struct cli *cli, const char *name, const char *what, const char *hex) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT;
    struct json_writer w = json_writer_into(&args, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "name", position(cli, 0));
    if (what[0] == 'a') json_put_cstr(&w, "public_key", hex);
    TRY(sign(cli, what, hex, &w));
    json_object_end(&w);
    return act(cli, name, &args);
}

cm_err cmd_operator_add(struct cli *cli) {
    struct sign_public public;
    char hex[2 * SIGN_PUBLIC_LEN + 1];
    TRY(public_key(cli, &public));
    hex_format(public.b, sizeof public.b, hex);
    return propose(cli, "operator.add", "add", hex);
}

/* The operator that the command names. */
struct known {
    char hex[2 * SIGN_PUBLIC_LEN + 1];
    char by[REGISTRY_NAME_CAP]; /* who proposed something; "" = nobody did */
    bool add;                   /* it is to be added, else revoked */
    uint64_t proposed_ms;
};

static cm_err read_known(struct json_value v, struct known *out) {
    struct cm_slice state;
    TRY(json_copy_text(json_get(v, "public_key"), 1, out->hex, sizeof out->hex));
    TRY(json_text(json_get(v, "state"), 1, SIZE_MAX, &state));
    out->add = slice_equal(state, slice_text("proposed"));
    if (!json_present(json_get(v, "proposed_by"))) return CM_OK;
    TRY(json_u64(json_get(v, "proposed_ms"), 0, INT64_MAX, &out->proposed_ms));
    return json_copy_text(json_get(v, "proposed_by"), 1, out->by, sizeof out->by);
}

static cm_err find(struct cli *cli, struct known *out) {
    CM_CLEANUP(buffer_free) struct buffer list = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    size_t n = 0;
    TRY(session_act(&cli->session, "operator.list", slice_text("{}"), &list, cli->diag));
    TRY(json_doc_new(&doc, buffer_slice(&list), "operator.list", &JSON_LIMITS_DEFAULT, cli->diag));
    const struct json_value operators = json_get(json_root(doc), "operators");
    TRY(json_items(operators, 0, SIZE_MAX, &n));
    for (size_t i = 0; i < n; i++) {
        struct cm_slice name;
        TRY(json_text(json_get(json_at(operators, i), "operator"), 1, SIZE_MAX, &name));
        if (slice_equal(name, slice_text(position(cli, 0))))
            return read_known(json_at(operators, i), out);
    }
    return diag_fail(cli->diag, CM_E_NOT_FOUND, NULL, NULL, "'countermark operator list'",
                     "no operator is named '%.60s'", position(cli, 0));
}

cm_err cmd_operator_revoke(struct cli *cli) {
    struct known known = {.proposed_ms = 0};
    TRY(find(cli, &known));
    return propose(cli, "operator.revoke", "revoke", known.hex);
}

/* ---- The second person ----------------------------------------------------------------------- */

static cm_err answer(struct cli *cli, const char *name, const char *word) {
    CM_CLEANUP(buffer_free)
    struct buffer args = BUFFER_INIT, text = BUFFER_INIT, whole = BUFFER_INIT;
    struct json_writer w = json_writer_into(&args, false);
    struct known known = {.proposed_ms = 0};
    TRY(find(cli, &known));
    if (known.by[0] == '\0')
        return diag_fail(cli->diag, CM_E_STATE, position(cli, 0), NULL,
                         "'countermark operator list' shows what is",
                         "nothing is proposed of this operator");
    order_sign_answer(word, known.add ? "add" : "revoke", position(cli, 0), known.hex, known.by,
                      known.proposed_ms, &text);
    TRY(buffer_err(&text));
    TRY(order_signed_text(cli->workspace, ORDER_SIGNED_OPERATOR, buffer_slice(&text), &whole,
                          cli->diag));
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "name", position(cli, 0));
    TRY(operator_key_sign(cli, buffer_slice(&whole), &w));
    json_object_end(&w);
    return act(cli, name, &args);
}

cm_err cmd_operator_confirm(struct cli *cli) { return answer(cli, "operator.confirm", "confirm"); }

cm_err cmd_operator_object(struct cli *cli) { return answer(cli, "operator.object", "object"); }
