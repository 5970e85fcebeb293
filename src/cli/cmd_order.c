/* order make, order resume: an order is asked for, its units are spent, its files made and sealed.
 * What was stopped goes on where it was: units that were spent are used, none twice. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/macros.h"
#include "cli/blame.h"
#include "cli/command.h"
#include "cli/operator_key.h"
#include "cli/order_drive.h"
#include "cli/output.h"
#include "cli/shipped.h"
#include "doc/json_write.h"
#include "vault/order.h"
#include "vault/order_sign.h"

const struct option_spec order_make_options[] = {
    {"template", OPTION_TEXT, "FILE|NAME", "the record format ('order formats' lists ours)", NULL,
     false},
    {"to", OPTION_LIST, "FILE", "the recipient's certificate or OpenPGP key", NULL, false},
    {"recipient", OPTION_TEXT, "NAME", "whose sequence it is (default: as the certificate says)",
     NULL, false},
    {"count", OPTION_NUMBER, "N", "units (default: all that are left)", NULL, false},
    {"name", OPTION_TEXT, "TEXT", "what people call it", NULL, false},
    {"pin-template", OPTION_TEXT, "FILE|NAME", "the format of the PIN file", NULL, false},
    {"pin-to", OPTION_LIST, "FILE", "who gets the PINs", NULL, false},
    {"pin-recipient", OPTION_TEXT, "NAME", "whose sequence the PIN files are in", NULL, false},
    {"per-file", OPTION_NUMBER, "N", "records in one file", NULL, false},
    {"shards", OPTION_NUMBER, "N", "so many files of about equal size", NULL, false},
    {"carton", OPTION_NUMBER, "N", "records in one carton", NULL, false},
    {"bundle", OPTION_NUMBER, "N", "records in one bundle: its last one is marked", NULL, false},
    {"match", OPTION_TEXT, "KEY", "match key: control or last4", NULL, false},
    {"url", OPTION_TEXT, "ADDRESS", "address of a code, with {code} in it, for {url}", NULL, false},
    {"images", OPTION_TEXT, "KIND", "the pictures that {image} names, as a sealed ZIP: qr ...",
     NULL, false},
    {"remake", OPTION_TEXT, "ORDER", "make up for what was spoiled of this order", NULL, false},
    {"approval", OPTION_FLAG, NULL, "a second operator must approve", NULL, false},
    {"no-approval", OPTION_FLAG, NULL, "release it at once, where that is allowed", NULL, false},
    OPERATOR_OPTIONS,
    {"dry-run", OPTION_FLAG, NULL, "judge it and say what would be made; spends nothing", NULL,
     false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

static cm_err put_template(struct cli *cli, struct json_writer *w, const char *option,
                           const char *key) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    const char *name = option_text(&cli->options, option);
    char flag[32];
    if (name == NULL) return CM_OK;
    (void)snprintf(flag, sizeof flag, "--%s", option);
    TRY(shipped_read(shipped_formats, flag, name, &text, cli->diag));
    json_object_begin(w, key);
    json_put_text(w, "name", file_short_name(name, REGISTRY_NAME_CAP - 1));
    json_put_text(w, "text", buffer_slice(&text));
    json_object_end(w);
    return CM_OK;
}

/* Certificates one after the other; anything else is taken for an OpenPGP key. */
static cm_err put_keys(struct cli *cli, struct json_writer *w, const char *option, const char *key,
                       const char *kind) {
    CM_CLEANUP(buffer_wipe) struct buffer all = BUFFER_INIT;
    bool certificate = false;
    for (size_t i = 0; option_item(&cli->options, option, i) != NULL; i++) {
        CM_CLEANUP(buffer_wipe) struct buffer one = BUFFER_INIT;
        TRY(file_read(option_item(&cli->options, option, i), ORDER_KEYS_MAX, &one, cli->diag));
        buffer_put(&all, one.p, one.len);
        buffer_u8(&one, 0);
        TRY(buffer_err(&one));
        certificate = strstr((const char *)one.p, "-----BEGIN CERTIFICATE-----") != NULL;
        if (strstr((const char *)one.p, "PRIVATE KEY-----") != NULL)
            return diag_fail(cli->diag, CM_E_FORMAT, option_item(&cli->options, option, i), NULL,
                             "give the certificate, or the OpenPGP public key; the private one "
                             "stays with its owner",
                             "a private key");
    }
    TRY(buffer_err(&all));
    if (all.len == 0) return CM_OK;
    json_put_text(w, key, buffer_slice(&all));
    json_put_cstr(w, kind, certificate ? "cms" : "pgp");
    return CM_OK;
}

static cm_err put_number(struct cli *cli, struct json_writer *w, const char *option,
                         const char *key) {
    uint64_t value = 0;
    if (!option_given(&cli->options, option)) return CM_OK;
    TRY(option_u64(&cli->options, option, 1, INT64_MAX, &value, cli->diag));
    json_put_u64(w, key, value);
    return CM_OK;
}

static void put_text(struct cli *cli, struct json_writer *w, const char *option, const char *key) {
    if (option_given(&cli->options, option))
        json_put_cstr(w, key, option_text(&cli->options, option));
}

static cm_err put_options(struct cli *cli, struct json_writer *w) {
    json_object_begin(w, "options");
    TRY(put_number(cli, w, "per-file", "per_file"));
    TRY(put_number(cli, w, "shards", "shards"));
    TRY(put_number(cli, w, "carton", "carton"));
    TRY(put_number(cli, w, "bundle", "bundle"));
    put_text(cli, w, "match", "match");
    put_text(cli, w, "url", "url");
    put_text(cli, w, "images", "images");
    json_object_end(w);
    return CM_OK;
}

static cm_err write_request(struct cli *cli, struct buffer *out) {
    struct json_writer w = json_writer_into(out, false);
    const bool yes = option_given(&cli->options, "approval");
    const bool no = option_given(&cli->options, "no-approval");
    if (yes && no)
        return diag_fail(cli->diag, CM_E_ARGUMENT, "--approval", NULL, "leave one out",
                         "--approval and --no-approval contradict each other");
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "set", position(cli, 0));
    TRY(put_number(cli, &w, "count", "count"));
    put_text(cli, &w, "name", "name");
    put_text(cli, &w, "recipient", "recipient");
    put_text(cli, &w, "pin-recipient", "pin_recipient");
    put_text(cli, &w, "remake", "remake");
    TRY(put_template(cli, &w, "template", "template"));
    TRY(put_template(cli, &w, "pin-template", "pin_template"));
    TRY(put_keys(cli, &w, "to", "keys", "kind"));
    TRY(put_keys(cli, &w, "pin-to", "pin_keys", "pin_kind"));
    TRY(put_options(cli, &w));
    if (yes || no) json_put_bool(&w, "approval", yes);
    json_object_end(&w);
    return buffer_err(out);
}

static cm_err write_arguments(struct cli *cli, struct buffer *out) {
    CM_CLEANUP(buffer_free) struct buffer request = BUFFER_INIT, whole = BUFFER_INIT;
    struct json_writer w = json_writer_into(out, false);
    TRY(write_request(cli, &request));
    TRY(order_signed_text(cli->workspace, ORDER_SIGNED_REQUEST, buffer_slice(&request), &whole,
                          cli->diag));
    json_object_begin(&w, NULL);
    json_put_text(&w, "request", buffer_slice(&request));
    TRY(operator_key_sign(cli, buffer_slice(&whole), &w));
    json_put_bool(&w, "dry_run", option_given(&cli->options, "dry-run"));
    json_object_end(&w);
    return buffer_err(out);
}

/* The keys of a request that options of other names fill. */
static const struct blame_name order_names[] = {
    {"set", "POOL|BATCH"}, {"keys", "--to"}, {"pin_keys", "--pin-to"}, {NULL, NULL}};

cm_err cmd_order_make(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    uint64_t order = 0;
    TRY(write_arguments(cli, &args));
    const cm_err err =
        session_act(&cli->session, "order.make", buffer_slice(&args), &result, cli->diag);
    if (err != CM_OK) blame_option(cli, "order", order_names);
    TRY(err);
    if (option_given(&cli->options, "dry-run"))
        return output_record(buffer_slice(&result), cli->json, cli->diag);
    TRY(order_of_result(buffer_slice(&result), &order));
    TRY(order_drive(cli, order));
    return order_show(cli, order);
}

cm_err cmd_order_resume(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    struct json_writer w = json_writer_into(&args, false);
    uint64_t order = 0;
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "order", position(cli, 0));
    json_object_end(&w);
    TRY(buffer_err(&args));
    TRY(session_act(&cli->session, "order.show", buffer_slice(&args), &result, cli->diag));
    TRY(order_of_result(buffer_slice(&result), &order));
    TRY(order_drive(cli, order));
    return order_show(cli, order);
}
