/* References as in proof_ask.h. */
#include "cli/proof_ask.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/macros.h"
#include "codes/odds.h"
#include "codes/pack.h"
#include "codes/scheme_json.h"
#include "doc/json.h"
#include "doc/json_write.h"

#define CODES_USUAL   400u
#define CODES_MOST    100000u
#define SYMBOLS_USUAL 40u
#define HEIGHT_MAX    100.0 /* mm; the machine's own limits are narrower */
#define STRENGTH_MAX  10.0
#define PLAN_NAME     "draft"

/* ---- Which scheme -----------------------------------------------------------------------------
 */

static cm_err read_text(struct proof_ask *a, struct cm_slice text, const char *input,
                        enum scheme_json_mode mode, struct cm_diag *diag) {
    scheme_wipe(&a->scheme);
    scheme_init(&a->scheme);
    TRY(scheme_json_read(&a->scheme, text, input, mode, diag));
    *diag = (struct cm_diag)DIAG_INIT; /* what is wrong later is not the scheme's */
    return CM_OK;
}

static cm_err from_file(struct cli *cli, struct proof_ask *a, const char *path) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    TRY(file_read(path, SCHEME_JSON_MAX, &text, cli->diag));
    return read_text(a, buffer_slice(&text), path, SCHEME_JSON_DRAFT, cli->diag);
}

static cm_err from_workspace(struct cli *cli, struct proof_ask *a, const char *name) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct json_writer w = json_writer_into(&args, false);
    const struct json_limits limits = {.text_max = SCHEME_JSON_MAX, .depth_max = 4};
    struct cm_slice text;
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "scheme", name);
    json_object_end(&w);
    TRY(buffer_err(&args));
    TRY(command_open(cli));
    TRY(session_act(&cli->session, "scheme.show", buffer_slice(&args), &result, cli->diag));
    TRY(json_doc_new(&doc, buffer_slice(&result), "scheme", &limits, cli->diag));
    TRY(json_text(json_get(json_root(doc), "text"), 1, SCHEME_JSON_MAX, &text));
    return read_text(a, text, name, SCHEME_JSON_FROZEN, cli->diag);
}

static cm_err read_alphabet(struct plan_request *q, const char *text, struct cm_diag *diag) {
    if (cm_alphabet_by_name(&q->alphabet, slice_text(text), NULL) == CM_OK) {
        (void)snprintf(q->alphabet_name, sizeof q->alphabet_name, "%s", text);
        return CM_OK;
    }
    q->alphabet_name[0] = '\0';
    const cm_err err = cm_alphabet_init(&q->alphabet, slice_text(text), diag);
    if (err != CM_OK) diag_locate(diag, "--alphabet", NULL);
    return err;
}

/* The strictest odds that a code of so many data characters keeps: then the planner takes it. */
static cm_err odds_of_length(struct plan_request *q, uint64_t printed, struct cm_diag *diag) {
    const uint64_t data = printed - (plan_check_kind(q) == CM_CHECK_NONE ? 0u : 1u);
    cm_u128 space = 0;
    if (data < 1 || pack_space(q->alphabet.n, (uint8_t)data, &space) != CM_OK ||
        space / q->volume < 1)
        return diag_fail(diag, CM_E_RANGE, "--length", NULL, "leave it out: the planner finds one",
                         "codes of %u characters have too little or too much room",
                         (unsigned)printed);
    const cm_u128 odds = space / q->volume;
    q->one_in = odds > SCHEME_COUNT_MAX ? SCHEME_COUNT_MAX : (uint64_t)odds;
    return CM_OK;
}

static cm_err from_numbers(struct cli *cli, struct proof_ask *a, const struct press *press) {
    const struct options *o = &cli->options;
    struct plan_request *const q = &a->plan.request;
    const struct technology *technology = NULL;
    const char *alphabet = option_text(o, "alphabet");
    uint64_t length = 0;
    *q = (struct plan_request)PLAN_REQUEST_DEFAULTS;
    TRY(technology_by_name(slice_text(press->technology), &technology, cli->diag));
    TRY(plan_use_technology(q, technology, cli->diag));
    if (alphabet != NULL) TRY(read_alphabet(q, alphabet, cli->diag));
    TRY(option_u64(o, "volume", 1, SCHEME_COUNT_MAX, &q->volume, cli->diag));
    TRY(option_u64(o, "odds", 1, SCHEME_COUNT_MAX, &q->one_in, cli->diag));
    TRY(option_u64(o, "length", 2, CM_LENGTH_MAX, &length, cli->diag));
    if (length > 0) {
        q->length_max = (uint8_t)length;
        TRY(odds_of_length(q, length, cli->diag));
    }
    TRY(plan_make(q, &a->plan.plan, cli->diag));
    a->planned = a->drafted = true;
    return plan_scheme(q, &a->plan.plan, PLAN_NAME, "", true, &a->scheme, cli->diag);
}

/* ---- What the planner says of a scheme that exists --------------------------------------------
 */

static void request_of(const struct scheme *s, struct plan_request *q) {
    const struct cm_scheme_numbers *n = &s->numbers;
    *q = (struct plan_request)PLAN_REQUEST_DEFAULTS;
    q->volume = s->volume;
    q->one_in = s->one_in;
    q->alphabet = n->alphabet;
    (void)snprintf(q->alphabet_name, sizeof q->alphabet_name, "%s", s->alphabet_name);
    q->length_max = cm_scheme_code_len(n);
    q->check = n->check != CM_CHECK_NONE;
    q->attribute_n = n->attribute_n;
    for (size_t i = 0; i < n->attribute_n; i++) {
        memcpy(q->attribute[i].name, s->attribute_name[i], sizeof q->attribute[i].name);
        q->attribute[i].radix = n->attribute[i];
    }
    q->has_date = s->has_date;
    q->date = n->date;
    q->epoch_day = n->epoch_day;
    q->batches = n->batches;
    q->serials = n->serials;
    q->filter_version = n->filter_version;
    q->rotation = n->rotation_filter;
    if (s->technology[0] != '\0')
        cm_ignore(
            technology_by_name(slice_text(s->technology), &q->technology, NULL)); /* or none */
}

/* Longer than the planner would make it: its table stands for the scheme where the lengths agree.
 */
static void plan_of(struct proof_ask *a) {
    request_of(&a->scheme, &a->plan.request);
    if (plan_make(&a->plan.request, &a->plan.plan, NULL) != CM_OK) return;
    a->planned = a->plan.plan.numbers.length == a->scheme.numbers.length;
    if (a->planned) return;
    if (odds_of_length(&a->plan.request, a->plan.request.length_max, NULL) != CM_OK) return;
    a->planned = plan_make(&a->plan.request, &a->plan.plan, NULL) == CM_OK &&
                 a->plan.plan.numbers.length == a->scheme.numbers.length;
}

static cm_err find_scheme(struct cli *cli, struct proof_ask *a, const struct press *press) {
    static const char *const planners[] = {"alphabet", "length", "volume", "odds"};
    const char *name = position(cli, 0), *file = option_text(&cli->options, "scheme-file");
    for (size_t i = 0; i < CM_ARRAY_N(planners); i++)
        if ((name != NULL || file != NULL) && option_given(&cli->options, planners[i]))
            return diag_fail(cli->diag, CM_E_ARGUMENT, NULL, NULL,
                             "leave it out, or leave the scheme out",
                             "--%s is the scheme's own affair", planners[i]);
    if (name != NULL && file != NULL)
        return diag_fail(cli->diag, CM_E_ARGUMENT, "--scheme-file", NULL, "give one of them",
                         "a scheme is named already");
    if (name == NULL && file == NULL) return from_numbers(cli, a, press);
    TRY(name != NULL ? from_workspace(cli, a, name) : from_file(cli, a, file));
    plan_of(a);
    return CM_OK;
}

/* ---- The wish ---------------------------------------------------------------------------------
 */

static cm_err read_symbol(struct cli *cli, struct proof_ask *a) {
    static const char *const of_symbols[] = {"content", "gs1",       "link",   "upper",
                                             "level",   "module-mm", "symbols"};
    const struct options *o = &cli->options;
    const char *kind = option_text(o, "symbol");
    uint64_t symbols = SYMBOLS_USUAL;
    if (kind == NULL) {
        for (size_t i = 0; i < CM_ARRAY_N(of_symbols); i++)
            if (option_given(o, of_symbols[i]))
                return diag_fail(cli->diag, CM_E_ARGUMENT, NULL, NULL, "add --symbol KIND",
                                 "--%s is about a symbol, and none is asked for", of_symbols[i]);
        return CM_OK;
    }
    a->symbol.columns = proof_columns;
    a->symbol.column_n = PROOF_COLUMNS_N;
    a->symbol.kind_option = "--symbol";
    double module_mm = 0; /* narrower than of a picture: it is looked at dot by dot */
    TRY(option_decimal(o, "module-mm", PICTURE_MODULE_MIN_MM, PRESS_MODULE_MAX_MM, &module_mm,
                       cli->diag));
    TRY(symbol_job_look(&a->symbol, o, NULL, cli->diag));
    TRY(symbol_job_content(&a->symbol, o, "{code}", cli->diag));
    TRY(option_u64(o, "symbols", 1, PROOF_SYMBOLS_MAX, &symbols, cli->diag));
    a->wish.content = a->symbol.content;
    a->wish.kind = a->symbol.kind;
    a->wish.module_mm = a->symbol.look.module_mm;
    a->wish.level = a->symbol.level;
    a->wish.symbols = symbols;
    return CM_OK;
}

static cm_err read_wish(struct cli *cli, struct proof_ask *a) {
    const struct options *o = &cli->options;
    struct proof_wish *const w = &a->wish;
    uint64_t codes = CODES_USUAL;
    w->seed = 1;
    w->strength = 1;
    TRY(option_decimal(o, "height-mm", 0.1, HEIGHT_MAX, &w->height_mm, cli->diag));
    TRY(option_decimal(o, "faults", 0, STRENGTH_MAX, &w->strength, cli->diag));
    TRY(option_u64(o, "codes", 1, CODES_MOST, &codes, cli->diag));
    TRY(option_u64(o, "seed", 0, UINT64_MAX, &w->seed, cli->diag));
    w->codes = codes;
    w->font = option_text(o, "font");
    return read_symbol(cli, a);
}

cm_err proof_ask(struct cli *cli, struct proof_ask *out) {
    const char *press = option_text(&cli->options, "technology");
    scheme_init(&out->scheme);
    TRY(press_by_name(press, &out->wish.press, cli->diag));
    TRY(read_wish(cli, out));
    TRY(find_scheme(cli, out, out->wish.press));
    if (out->drafted)
        (void)snprintf(out->title, sizeof out->title, "Alphabet %s, %u characters",
                       out->scheme.alphabet_name[0] != '\0' ? out->scheme.alphabet_name
                                                            : "of your own",
                       cm_scheme_code_len(&out->scheme.numbers));
    else
        (void)snprintf(out->title, sizeof out->title, "%s", out->scheme.name);
    out->wish.name = out->title;
    out->wish.numbers = &out->scheme.numbers;
    out->wish.plan = out->planned ? &out->plan : NULL;
    return CM_OK;
}

void proof_ask_wipe(struct proof_ask *ask) {
    scheme_wipe(&ask->scheme);
    symbol_job_wipe(&ask->symbol);
}
