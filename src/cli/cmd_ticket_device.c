/* ticket device key, ticket device add: a device that checks tickets offline has an Ed25519 key of
 * its own; the workspace knows the public one. The private key never leaves the device. */
#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/operator_key.h"
#include "cli/output.h"
#include "crypto/secret.h"
#include "doc/json_write.h"
#include "wire/cose.h"

#define KEY_FILE_MAX 4096u

const struct option_spec ticket_device_key_options[] = {
    {"out", OPTION_TEXT, "KEY.pem", "where the private key goes", NULL, true},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};
const struct option_spec ticket_device_add_options[] = {
    {"public-key", OPTION_TEXT, "FILE|HEX", "Ed25519: a PEM file, or 64 hex digits", NULL, true},
    {"brand", OPTION_TEXT, "BRAND", "whose tickets it checks", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

cm_err cmd_ticket_device_key(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct json_writer w = json_writer_into(&out, false);
    struct sign_public public;
    uint8_t kid[COSE_KID_LEN];
    char hex[2 * SIGN_PUBLIC_LEN + 1];
    TRY(crypto_init());
    TRY(operator_key_make(option_text(&cli->options, "out"), &public, cli->diag));
    cose_kid(&public, kid);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "private_key", option_text(&cli->options, "out"));
    hex_format(public.b, sizeof public.b, hex);
    json_put_cstr(&w, "public_key", hex);
    hex_format(kid, sizeof kid, hex);
    json_put_cstr(&w, "kid", hex);
    json_object_end(&w);
    TRY(buffer_err(&out));
    return output_record(buffer_slice(&out), cli->json, cli->diag);
}

/* 64 hex digits as they are; else what the file says, for the act to read. */
static cm_err put_key(struct cli *cli, struct json_writer *w) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    const char *given = option_text(&cli->options, "public-key");
    uint8_t key[SIGN_PUBLIC_LEN];
    if (hex_parse(slice_text(given), key, sizeof key) == CM_OK) {
        json_put_cstr(w, "public_key", given);
        return CM_OK;
    }
    TRY(file_read(given, KEY_FILE_MAX, &text, cli->diag));
    json_put_text(w, "public_key", buffer_slice(&text));
    return CM_OK;
}

cm_err cmd_ticket_device_add(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    const char *brand = option_text(&cli->options, "brand");
    struct json_writer w = json_writer_into(&args, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "name", position(cli, 0));
    TRY(put_key(cli, &w));
    if (brand != NULL) json_put_cstr(&w, "brand", brand);
    json_object_end(&w);
    TRY(buffer_err(&args));
    TRY(session_act(&cli->session, "ticket.device.add", buffer_slice(&args), &result, cli->diag));
    return output_record(buffer_slice(&result), cli->json, cli->diag);
}
