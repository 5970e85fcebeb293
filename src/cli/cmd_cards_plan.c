/* cards plan: the digits and the PIN of a pool before there is one. Needs no workspace; every
 * identifier that is named counts as a way to guess.
 * References: docs/design/cards.md, "Density and PIN"; docs/design/faces.md. */
#include <string.h>

#include "base/macros.h"
#include "cards/density.h"
#include "cli/command.h"
#include "cli/output.h"

#define PREFIX_DEFAULT 4u /* digits */

const struct option_spec cards_plan_options[] = {
    {"volume", OPTION_NUMBER, "N", "cards ever made", NULL, true},
    {"odds", OPTION_NUMBER, "G", "a guess may hit once in so many", NULL, true},
    {"prefix-digits", OPTION_NUMBER, "N", "digits of the prefix (default 4)", NULL, false},
    {"digits", OPTION_NUMBER, "N", "digits of the whole number (default: the shortest)", NULL,
     false},
    {"pin-digits", OPTION_NUMBER, "N", "0, or 4 to 8 (default: as the odds need)", NULL, false},
    {"ean13", OPTION_TEXT, "PREFIX", "the cards have an EAN-13 under this prefix", NULL, false},
    {"gsrn", OPTION_TEXT, "PREFIX", "the cards have a GSRN under this prefix", NULL, false},
    {"tags", OPTION_NUMBER, "N", "the cards have so many key tags with numbers of their own", NULL,
     false},
    {"tag-digits", OPTION_NUMBER, "N", "digits of a key tag's number (default 16)", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

/* A face of `number_n` digits under the prefix that the option names. */
static cm_err ask_prefix(const struct cli *cli, const char *option, uint8_t number_n,
                         struct cm_card_shape *shape) {
    const char *prefix = option_text(&cli->options, option);
    if (prefix == NULL) return CM_OK;
    const size_t n = strlen(prefix);
    if (n > CM_CARD_PREFIX_MAX)
        return diag_fail(cli->diag, CM_E_RANGE, NULL, NULL, "use fewer digits",
                         "--%s: a prefix of %zu digits", option, n);
    shape->number_n = number_n;
    shape->prefix_n = (uint8_t)n;
    memcpy(shape->prefix, prefix, n);
    return CM_OK;
}

/* The faces' prefixes are judged as those of a pool are; its number does not matter here. */
static cm_err ask_faces(const struct cli *cli, struct density_ask *ask) {
    struct cm_pool_numbers pool = {.id = 1, .prefix_n = 1, .prefix = "9", .body_n = 6};
    TRY(ask_prefix(cli, "ean13", CM_CARD_EAN13_N, &pool.faces.ean13));
    TRY(ask_prefix(cli, "gsrn", CM_CARD_GSRN_N, &pool.faces.gsrn));
    TRY(cm_pool_numbers_check(&pool, cli->diag));
    if (pool.faces.ean13.number_n != 0)
        ask->face[0] = (struct density_face){
            .name = "EAN-13",
            .body_n = (uint8_t)(CM_CARD_EAN13_N - 1u - pool.faces.ean13.prefix_n),
            .times = 1};
    if (pool.faces.gsrn.number_n != 0)
        ask->face[1] = (struct density_face){
            .name = "GSRN",
            .body_n = (uint8_t)(CM_CARD_GSRN_N - 1u - pool.faces.gsrn.prefix_n),
            .times = 1};
    return CM_OK;
}

static cm_err ask_tags(const struct cli *cli, uint64_t prefix, struct density_ask *ask) {
    const struct options *o = &cli->options;
    uint64_t tags = 0, digits = 16;
    TRY(option_u64(o, "tags", 1, CM_CARD_TAGS_MAX, &tags, cli->diag));
    TRY(option_u64(o, "tag-digits", prefix + CM_CARD_BODY_MIN + 1u, CM_CARD_NUMBER_MAX, &digits,
                   cli->diag));
    if (tags == 0) return CM_OK;
    if (digits < prefix + CM_CARD_BODY_MIN + 1u)
        return diag_fail(cli->diag, CM_E_RANGE, NULL, NULL, "say --tag-digits",
                         "--tags: numbers of %u digits are too short under this prefix",
                         (unsigned)digits);
    ask->face[2] = (struct density_face){
        .name = "key tag", .body_n = (uint8_t)(digits - prefix - 1u), .times = (uint8_t)tags};
    return CM_OK;
}

cm_err cmd_cards_plan(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    const struct options *o = &cli->options;
    struct density_plan plan;
    struct density_ask ask = {.pin_n = DENSITY_PIN_AUTO};
    uint64_t prefix = PREFIX_DEFAULT, digits = 0, pin = DENSITY_PIN_AUTO;
    TRY(option_u64(o, "volume", 1, DENSITY_VOLUME_MAX, &ask.volume, cli->diag));
    TRY(option_u64(o, "odds", 1, DENSITY_ONE_IN_MAX, &ask.one_in, cli->diag));
    TRY(option_u64(o, "prefix-digits", CM_CARD_PREFIX_MIN, CM_CARD_PREFIX_MAX, &prefix, cli->diag));
    TRY(option_u64(o, "digits", CM_CARD_NUMBER_MIN, CM_CARD_NUMBER_MAX, &digits, cli->diag));
    TRY(option_u64(o, "pin-digits", 0, CM_CARD_PIN_MAX, &pin, cli->diag));
    ask.prefix_n = (uint8_t)prefix;
    ask.number_n = (uint8_t)digits;
    ask.pin_n = (uint8_t)pin;
    TRY(ask_faces(cli, &ask));
    TRY(ask_tags(cli, prefix, &ask));
    TRY(density_plan(&ask, &plan, cli->diag));
    if (cli->json)
        density_json(&plan, &text);
    else
        density_table(&plan, &text);
    TRY(buffer_err(&text));
    TRY(output_bytes(buffer_slice(&text), cli->diag));
    return cli->json ? output_text("\n", cli->diag) : CM_OK;
}
