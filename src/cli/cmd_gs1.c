/* gs1 parse, lint, link, list, coupon: GS1 texts without a workspace. parse explains one text in
 * whatever form it comes, element by element; lint judges many; link makes Digital Links. What is
 * not well made is an answer, not an error: exit code 1, with the identifier, the place and the
 * remedy. */
#include <stdio.h>

#include "base/date.h"
#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/output.h"
#include "doc/json_write.h"
#include "symbol/gs1_any.h"
#include "symbol/gs1_ean.h"
#include "symbol/gs1_link.h"

#define REFERENCE_HOST "https://id.gs1.org" /* where links lead when no other host is said */
#define LINT_FILE_MAX  (64u << 20)          /* bytes of a file of texts */
#define SAID_CAP       48u
#define CENTS_MAX      9990u

const struct option_spec gs1_lint_options[] = {
    {"file", OPTION_FILE, "FILE", "texts, one a line", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};
const struct option_spec gs1_link_options[] = {
    {"host", OPTION_TEXT, "URL", "where it leads (default: " REFERENCE_HOST ")", NULL, false},
    {"upper", OPTION_FLAG, NULL, "scheme and host in capitals: a smaller QR code", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};
const struct option_spec gs1_coupon_options[] = {
    {"issuer", OPTION_NUMBER, "N", "number of the issuer, 0 to 9999", NULL, true},
    {"reference", OPTION_NUMBER, "N", "number of the offer, 0 to 99", NULL, true},
    {"cents", OPTION_NUMBER, "N", "value in euro cents; 0: goods for nothing", NULL, true},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

static cm_err judge(struct cm_slice text, struct gs1 *m, enum gs1_form *form, struct cm_diag *why) {
    TRY(gs1_any_read(text, m, form, why));
    return gs1_judge(m, why);
}

static void put_why(struct json_writer *w, const struct cm_diag *why) {
    if (why->place[0] != '\0') json_put_cstr(w, "place", why->place);
    json_put_cstr(w, "problem", why->problem);
    if (why->remedy[0] != '\0') json_put_cstr(w, "remedy", why->remedy);
}

static cm_err show(struct cli *cli, struct json_writer *w) {
    json_object_end(w);
    TRY(buffer_err(w->out));
    return output_record(buffer_slice(w->out), cli->json, cli->diag);
}

/* ---- Explaining ------------------------------------------------------------------------------ */

/* A date of six digits, for people. Years as General Specifications 7.12 has them until 2050. */
static void say_date(struct cm_slice v, char out[static SAID_CAP]) {
    const bool last_century = v.p[0] > '5' || (v.p[0] == '5' && v.p[1] > '0');
    (void)snprintf(out, SAID_CAP, "%s%.2s-%.2s", last_century ? "19" : "20", (const char *)v.p,
                   (const char *)v.p + 2);
    if (v.p[4] != '0' || v.p[5] != '0') text_append(out, SAID_CAP, "-%.2s", (const char *)v.p + 4);
}

/* Digits with as many decimals as the identifier's last one says. */
static void say_decimal(struct cm_slice digits, unsigned decimals, char out[static SAID_CAP]) {
    size_t from = 0;
    while (from + 1 + decimals < digits.len && digits.p[from] == '0')
        from++;
    if (digits.len <= decimals) text_append(out, SAID_CAP, "0.");
    for (size_t i = digits.len; i < decimals; i++)
        text_append(out, SAID_CAP, "0");
    for (size_t i = from; i < digits.len; i++)
        text_append(out, SAID_CAP, "%s%c", i > from && i + decimals == digits.len ? "." : "",
                    digits.p[i]);
}

/* What a value means, where that is not what it shows; "" otherwise. */
static void say(const struct gs1_element *e, char out[static SAID_CAP]) {
    const struct gs1_part *first = &e->id->part[0];
    const unsigned decimals = (unsigned)(e->ai[3] - '0');
    out[0] = '\0';
    if (first->meaning == GS1_DATE0 || first->meaning == GS1_DATE)
        say_date(e->text, out);
    else if (strlen(e->ai) != 4 || e->ai[0] != '3')
        return;
    else if (first->meaning == GS1_CURRENCY)
        say_decimal(slice_of(e->text.p + 3, e->text.len - 3), decimals, out);
    else
        say_decimal(e->text, decimals, out);
}

static void put_elements(struct json_writer *w, const struct gs1 *m) {
    json_array_begin(w, "elements");
    for (size_t i = 0; i < m->n; i++) {
        const struct gs1_element *e = &m->element[i];
        char said[SAID_CAP];
        say(e, said);
        json_object_begin(w, NULL);
        json_put_cstr(w, "ai", e->ai);
        json_put_text(w, "value", e->text);
        json_put_cstr(w, "is", e->id->title);
        json_put_cstr(w, "says", said);
        json_object_end(w);
    }
    json_array_end(w);
}

/* The three ways of writing it. */
static cm_err put_forms(struct json_writer *w, const struct gs1 *m, const char *host, bool upper) {
    CM_CLEANUP(buffer_wipe) struct buffer text = BUFFER_INIT;
    gs1_write(m, false, &text);
    json_put_text(w, "element_string", buffer_slice(&text));
    buffer_clear(&text);
    gs1_write_carried(m, &text);
    json_put_text(w, "carried", buffer_slice(&text));
    buffer_clear(&text);
    TRY(buffer_err(&text));
    const cm_err err = gs1_link_write(m, host, upper, &text, NULL);
    if (err == CM_OK) json_put_text(w, "link", buffer_slice(&text));
    return err == CM_E_NO_MEMORY ? err : CM_OK;
}

/* A number of thirteen digits may be no trade item at all. */
static cm_err put_ean(struct json_writer *w, enum gs1_ean_kind kind, struct cm_slice digits) {
    struct gs1_euro_coupon coupon;
    json_put_cstr(w, "number_is", gs1_ean_name(kind));
    if (kind != GS1_EAN_EURO_COUPON) return CM_OK;
    TRY(gs1_ean_to_coupon(digits, &coupon, NULL));
    json_put_u64(w, "issuer", coupon.issuer);
    json_put_u64(w, "reference", coupon.reference);
    json_put_u64(w, "euro_cent", coupon.euro_cent);
    return CM_OK;
}

cm_err cmd_gs1_parse(struct cli *cli) {
    CM_CLEANUP(buffer_wipe) struct buffer out = BUFFER_INIT;
    CM_CLEANUP(gs1_wipe) struct gs1 m;
    struct json_writer w = json_writer_into(&out, false);
    struct cm_diag why = DIAG_INIT;
    enum gs1_form form = GS1_FORM_CARRIED;
    const struct cm_slice text = slice_text(position(cli, 0));
    gs1_init(&m);
    const cm_err err = judge(text, &m, &form, &why);
    if (err == CM_E_NO_MEMORY) return err;
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "form", gs1_any_form_name(form));
    json_put_bool(&w, "valid", err == CM_OK);
    if (err != CM_OK) {
        put_why(&w, &why);
        cli->exit_code = EXIT_NEGATIVE;
        return show(cli, &w);
    }
    enum gs1_ean_kind kind = GS1_EAN_ITEM;
    if (form == GS1_FORM_GTIN && gs1_ean_judge(text, &kind, NULL) == CM_OK &&
        kind != GS1_EAN_ITEM && kind != GS1_EAN_BOOK && kind != GS1_EAN_SERIAL) {
        TRY(put_ean(&w, kind, text));
        return show(cli, &w);
    }
    TRY(put_forms(&w, &m, REFERENCE_HOST, false));
    put_elements(&w, &m);
    return show(cli, &w);
}

/* ---- Judging many ---------------------------------------------------------------------------- */

struct linting {
    struct json_writer *w;
    uint64_t judged, refused;
};

static void lint_one(struct linting *l, uint64_t line, struct cm_slice text) {
    CM_CLEANUP(gs1_wipe) struct gs1 m;
    struct cm_diag why = DIAG_INIT;
    gs1_init(&m);
    l->judged++;
    if (judge(text, &m, NULL, &why) == CM_OK) return;
    l->refused++;
    json_object_begin(l->w, NULL);
    json_put_u64(l->w, "text", line);
    put_why(l->w, &why);
    json_object_end(l->w);
}

static cm_err lint_file(struct linting *l, const char *path, struct cm_diag *diag) {
    CM_CLEANUP(buffer_wipe) struct buffer text = BUFFER_INIT;
    TRY(file_read(path, LINT_FILE_MAX, &text, diag));
    uint64_t line = 0;
    for (size_t from = text_mark_len(buffer_slice(&text)); from < text.len;) {
        const uint8_t *end = memchr(text.p + from, '\n', text.len - from);
        size_t len = end == NULL ? text.len - from : (size_t)(end - (text.p + from));
        const size_t next = from + len + 1;
        if (len > 0 && text.p[from + len - 1] == '\r') len--;
        line++;
        if (len > 0) lint_one(l, line, slice_of(text.p + from, len));
        from = next;
    }
    return CM_OK;
}

cm_err cmd_gs1_lint(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct json_writer w = json_writer_into(&out, false);
    struct linting l = {.w = &w};
    const char *file = option_text(&cli->options, "file");
    if ((file == NULL) == (cli->options.position_n == 0))
        return diag_fail(cli->diag, CM_E_ARGUMENT, "gs1 lint", NULL,
                         "give texts, or --file FILE with one a line", "%s",
                         file == NULL ? "no text" : "both texts and a file");
    json_object_begin(&w, NULL);
    json_array_begin(&w, "refused_texts");
    for (size_t i = 0; i < cli->options.position_n; i++)
        lint_one(&l, i + 1, slice_text(position(cli, i)));
    if (file != NULL) TRY(lint_file(&l, file, cli->diag));
    json_array_end(&w);
    json_put_u64(&w, "judged", l.judged);
    json_put_u64(&w, "refused", l.refused);
    if (l.refused > 0) cli->exit_code = EXIT_NEGATIVE;
    return show(cli, &w);
}

/* ---- Links, coupons, the table --------------------------------------------------------------- */

cm_err cmd_gs1_link(struct cli *cli) {
    CM_CLEANUP(buffer_wipe) struct buffer out = BUFFER_INIT, link = BUFFER_INIT;
    CM_CLEANUP(gs1_wipe) struct gs1 m;
    struct json_writer w = json_writer_into(&out, false);
    const char *host = option_text(&cli->options, "host");
    struct cm_diag why = DIAG_INIT;
    gs1_init(&m);
    if (host == NULL) host = REFERENCE_HOST;
    if (gs1_link_host(host, cli->diag) != CM_OK) {
        diag_locate(cli->diag, "--host", NULL);
        return CM_E_ARGUMENT;
    }
    cm_err err = judge(slice_text(position(cli, 0)), &m, NULL, &why);
    if (err == CM_OK)
        err = gs1_link_write(&m, host, option_given(&cli->options, "upper"), &link, &why);
    if (err == CM_E_NO_MEMORY) return err;
    json_object_begin(&w, NULL);
    json_put_bool(&w, "valid", err == CM_OK);
    if (err == CM_OK) {
        json_put_text(&w, "link", buffer_slice(&link));
    } else {
        put_why(&w, &why);
        cli->exit_code = EXIT_NEGATIVE;
    }
    return show(cli, &w);
}

cm_err cmd_gs1_coupon(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct json_writer w = json_writer_into(&out, false);
    uint64_t issuer = 0, reference = 0, cents = 0;
    char ean[GS1_EAN_CAP];
    TRY(option_u64(&cli->options, "issuer", 0, 9999, &issuer, cli->diag));
    TRY(option_u64(&cli->options, "reference", 0, 99, &reference, cli->diag));
    TRY(option_u64(&cli->options, "cents", 0, CENTS_MAX, &cents, cli->diag));
    const struct gs1_euro_coupon coupon = {
        .issuer = (uint16_t)issuer, .reference = (uint8_t)reference, .euro_cent = (uint16_t)cents};
    if (gs1_ean_from_coupon(&coupon, ean, cli->diag) != CM_OK) {
        diag_locate(cli->diag, "--cents", NULL);
        return CM_E_ARGUMENT;
    }
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "ean13", ean);
    json_put_cstr(&w, "number_is", gs1_ean_name(GS1_EAN_EURO_COUPON));
    return show(cli, &w);
}

static void put_row(struct json_writer *w, const struct gs1_id *id) {
    char first[GS1_AI_CAP], last[GS1_AI_CAP], range[2 * GS1_AI_CAP], length[32];
    size_t len = 4;
    (void)snprintf(first, sizeof first, "%04u", id->from % 10000u);
    (void)snprintf(last, sizeof last, "%04u", id->to % 10000u);
    len = gs1_id_len(slice_text(first));
    (void)snprintf(range, sizeof range, id->from == id->to ? "%.*s" : "%.*s-%.*s", (int)len, first,
                   (int)len, last);
    const size_t least = gs1_id_least(id), most = gs1_id_most(id);
    (void)snprintf(length, sizeof length, least == most ? "%zu" : "%zu-%zu", least, most);
    json_object_begin(w, NULL);
    json_put_cstr(w, "ai", range);
    json_put_cstr(w, "is", id->title);
    json_put_cstr(w, "length", length);
    json_put_cstr(w, "needs", id->needs == NULL ? "" : id->needs);
    json_put_cstr(w, "bars", id->bars == NULL ? "" : id->bars);
    json_object_end(w);
}

cm_err cmd_gs1_list(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct json_writer w = json_writer_into(&out, false);
    const struct gs1_id *id = NULL;
    size_t n = 0;
    const struct gs1_id *table = gs1_id_table(&n);
    const char *ai = position(cli, 0);
    if (ai != NULL && gs1_id_find(slice_text(ai), &id) != CM_OK)
        return diag_fail(cli->diag, CM_E_NOT_FOUND, "gs1 list", NULL,
                         "`countermark gs1 list` shows all", "there is no GS1 identifier (%.8s)",
                         ai);
    json_object_begin(&w, NULL);
    json_array_begin(&w, "identifiers");
    for (size_t i = 0; i < n; i++)
        if (ai == NULL || id == &table[i]) put_row(&w, &table[i]);
    json_array_end(&w);
    return show(cli, &w);
}
