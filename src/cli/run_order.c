/* One batch by its name, or a rolling production. */
#include "cli/run_order.h"

#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "cli/shipped.h"
#include "cli/sku.h"
#include "cli/zone.h"
#include "doc/json_write.h"
#include "line/run_document.h"

#define MINUTES_IN_HOUR   60u
#define SECONDS_IN_MINUTE 60u
#define NAME_MAX_SHOWN    64u /* bytes of a template's name */

/* ---- Printers and texts ---------------------------------------------------------------------- */

struct cm_slice printer_kind(const char *uri) {
    const size_t n = strcspn(uri, "+:");
    return uri[n] == '\0' ? slice_text("") : slice_of(uri, n);
}

static bool is_kind(struct cm_slice kind, const char *name) {
    return slice_equal(kind, slice_text(name));
}

bool printer_takes_labels(struct cm_slice kind) {
    return is_kind(kind, "zpl") || is_kind(kind, "ipp") || is_kind(kind, "ipps");
}

cm_err rate_read(const char *text, uint64_t *per_minute, struct cm_diag *diag) {
    const size_t digits = strspn(text, "0123456789");
    const char *unit = text + digits;
    uint64_t n = 0;
    cm_err err = text_u64(slice_of(text, digits), RUN_RATE_MAX, &n);
    if (strcmp(unit, "/s") == 0)
        n *= SECONDS_IN_MINUTE;
    else if (strcmp(unit, "/h") == 0)
        n = (n + MINUTES_IN_HOUR - 1) / MINUTES_IN_HOUR;
    else if (*unit != '\0' && strcmp(unit, "/min") != 0)
        err = CM_E_FORMAT;
    if (err != CM_OK || n == 0 || n > RUN_RATE_MAX)
        return diag_fail(diag, CM_E_ARGUMENT, "--rate", NULL, "write it as 250/min, 5/s or 15000/h",
                         "'%.40s' is no rate", text);
    *per_minute = n;
    return CM_OK;
}

void run_texts_wipe(struct run_texts *t) {
    buffer_free(&t->template_text);
    buffer_free(&t->protocol_text);
}

/* "?protocol=NAME" of the URI, up to the next '&'. */
static const char *protocol_of(const char *uri, char *out, size_t cap) {
    const char *query = strchr(uri, '?');
    const char *at = query != NULL ? strstr(query, "protocol=") : NULL;
    if (at == NULL) return NULL;
    at += strlen("protocol=");
    const size_t n = strcspn(at, "&");
    if (n == 0 || n >= cap) return NULL;
    memcpy(out, at, n);
    out[n] = '\0';
    return out;
}

static cm_err read_protocol(const struct options *o, const char *uri, struct run_texts *t,
                            struct cm_diag *diag) {
    char named[DIAG_PART_CAP];
    const char *path = option_text(o, "protocol");
    if (!is_kind(printer_kind(uri), "raw")) {
        if (path == NULL) return CM_OK;
        return diag_fail(diag, CM_E_ARGUMENT, "--protocol", NULL,
                         "use a printer like raw+tcp://HOST:PORT, or leave it out",
                         "only raw printers are told their language");
    }
    if (path == NULL) path = protocol_of(uri, named, sizeof named);
    if (path == NULL)
        return diag_fail(diag, CM_E_ARGUMENT, uri, NULL,
                         "give --protocol codenet, ngpcl, or your own FILE",
                         "a raw printer needs its line protocol");
    t->protocol_name =
        path == named ? slice_text("protocol") : file_short_name(path, NAME_MAX_SHOWN);
    return shipped_read(shipped_protocols, "--protocol", path, &t->protocol_text, diag);
}

cm_err run_texts_read(const struct options *o, const char *uri, struct run_texts *out,
                      struct cm_diag *diag) {
    const char *template = option_text(o, "template");
    const struct cm_slice kind = printer_kind(uri);
    TRY(read_protocol(o, uri, out, diag));
    if (!printer_takes_labels(kind)) {
        out->template_name = slice_text(template != NULL ? template : "");
        return CM_OK;
    }
    if (template == NULL)
        return diag_fail(diag, CM_E_ARGUMENT, NULL, NULL,
                         "give --template plain, qr, gs1-datamatrix, or your own FILE",
                         "this printer needs a label template");
    out->template_name = file_short_name(template, NAME_MAX_SHOWN);
    return shipped_read(shipped_labels, "--template", template, &out->template_text, diag);
}

/* ---- A production that rolls ------------------------------------------------------------------
 */

static cm_err check_date(const char *date, struct cm_diag *diag) {
    int32_t day = 0;
    if (strcmp(date, "today") == 0 || date_parse(slice_text(date), &day) == CM_OK) return CM_OK;
    return diag_fail(diag, CM_E_ARGUMENT, "--date", NULL, "write 'today' or YYYY-MM-DD",
                     "'%.40s' is no date", date);
}

static cm_err put_pair(struct json_writer *w, const char *pair, struct cm_diag *diag) {
    char name[SCHEME_WORD_CAP];
    const char *equals = strchr(pair, '=');
    if (equals == NULL || (size_t)(equals - pair) >= sizeof name)
        return diag_fail(diag, CM_E_ARGUMENT, NULL, NULL, "write it as NAME=VALUE",
                         "--attribute %.60s is no pair", pair);
    (void)snprintf(name, sizeof name, "%.*s", (int)(equals - pair), pair);
    json_put_cstr(w, name, equals + 1);
    return CM_OK;
}

static bool has_pair(const struct options *o, const char *name) {
    const size_t n = strlen(name);
    const char *pair = NULL;
    for (size_t i = 0; (pair = option_item(o, "attribute", i)) != NULL; i++)
        if (strncmp(pair, name, n) == 0 && pair[n] == '=') return true;
    return false;
}

/* The options' attributes, the product, and the line where the scheme has it as an attribute. */
static cm_err put_attributes(struct cli *cli, const char *scheme, struct json_writer *w) {
    CM_CLEANUP(buffer_free) struct buffer document = BUFFER_INIT;
    const struct options *o = &cli->options;
    const char *line = option_text(o, "line"), *sku = option_text(o, "sku"), *pair = NULL;
    bool lines = false;
    TRY(sku_document(&cli->session, scheme, &document, cli->diag));
    TRY(sku_has(buffer_slice(&document), "line", NULL, &lines, cli->diag));
    json_object_begin(w, "attributes");
    if (sku != NULL && !has_pair(o, "sku")) json_put_cstr(w, "sku", sku);
    if (lines && line != NULL && !has_pair(o, "line")) json_put_cstr(w, "line", line);
    for (size_t i = 0; (pair = option_item(o, "attribute", i)) != NULL; i++)
        TRY(put_pair(w, pair, cli->diag));
    json_object_end(w);
    return CM_OK;
}

static void put_given(const struct options *o, struct json_writer *w, const char *option,
                      const char *key) {
    if (option_given(o, option)) json_put_cstr(w, key, option_text(o, option));
}

static cm_err put_count(struct cli *cli, struct json_writer *w, const char *name) {
    uint64_t n = 0;
    if (!option_given(&cli->options, name)) return CM_OK;
    TRY(option_u64(&cli->options, name, 1, INT64_MAX, &n, cli->diag));
    json_put_u64(w, name, n);
    return CM_OK;
}

static cm_err put_production(struct cli *cli, struct json_writer *w) {
    const struct options *o = &cli->options;
    char scheme[SCHEME_NAME_CAP] = "", zone[ZONE_CAP] = "";
    const char *date = option_text(o, "date"), *roll = option_text(o, "roll-at");
    if (option_given(o, "scheme"))
        text_append(scheme, sizeof scheme, "%s", option_text(o, "scheme"));
    else
        TRY(sku_scheme(&cli->session, option_text(o, "sku"), scheme, cli->diag));
    if (date == NULL) date = "today";
    TRY(check_date(date, cli->diag));
    zone_here(zone);
    json_object_begin(w, "production");
    json_put_cstr(w, "scheme", scheme);
    TRY(put_attributes(cli, scheme, w));
    put_given(o, w, "product", "product");
    put_given(o, w, "gtin", "gtin");
    json_put_cstr(w, "zone", option_given(o, "zone") ? option_text(o, "zone") : zone);
    json_put_cstr(w, "roll_at", roll != NULL ? roll : "00:00");
    json_put_cstr(w, "date", date);
    put_given(o, w, "batch-name", "name");
    TRY(put_count(cli, w, "quantity"));
    if (option_given(o, "open")) json_put_bool(w, "open", true);
    json_object_end(w);
    return CM_OK;
}

/* ---- The act's arguments ----------------------------------------------------------------------
 */

static cm_err check_what(const struct cli *cli) {
    static const char *const rolling[] = {"attribute", "product",    "gtin",     "date", "roll-at",
                                          "zone",      "batch-name", "quantity", "open", NULL};
    const struct options *o = &cli->options;
    const bool production = option_given(o, "sku") || option_given(o, "scheme");
    if (production != (position(cli, 0) != NULL)) {
        for (size_t i = 0; !production && rolling[i] != NULL; i++)
            if (option_given(o, rolling[i]))
                return diag_fail(cli->diag, CM_E_ARGUMENT, NULL, NULL,
                                 "leave it out, or name --sku or --scheme instead of a batch",
                                 "--%s is for a production that opens its own batches", rolling[i]);
        return CM_OK;
    }
    return diag_fail(cli->diag, CM_E_ARGUMENT, NULL, NULL,
                     "give the name of a batch, or --sku X, or --scheme S --attribute NAME=VALUE",
                     production ? "a batch and a production at once" : "there is nothing to print");
}

static void put_file(struct json_writer *w, const char *key, struct cm_slice name,
                     const struct buffer *text) {
    if (name.len == 0 && text->len == 0) return;
    json_object_begin(w, key);
    json_put_text(w, "name", name);
    json_put_text(w, "text", buffer_slice(text));
    json_object_end(w);
}

static cm_err put_speed(struct cli *cli, struct json_writer *w) {
    uint64_t rate = 0;
    TRY(put_count(cli, w, "count"));
    TRY(put_count(cli, w, "window"));
    if (!option_given(&cli->options, "rate")) return CM_OK;
    TRY(rate_read(option_text(&cli->options, "rate"), &rate, cli->diag));
    json_put_u64(w, "rate", rate);
    return CM_OK;
}

cm_err run_order_members(struct cli *cli, struct json_writer *w) {
    CM_CLEANUP(run_texts_wipe) struct run_texts texts = {.template_text = BUFFER_INIT};
    const struct options *o = &cli->options;
    TRY(check_what(cli));
    TRY(run_texts_read(o, option_text(o, "printer"), &texts, cli->diag));
    if (position(cli, 0) != NULL)
        json_put_cstr(w, "batch", position(cli, 0));
    else
        TRY(put_production(cli, w));
    json_put_cstr(w, "printer", option_text(o, "printer"));
    put_file(w, "template", texts.template_name, &texts.template_text);
    put_file(w, "protocol", texts.protocol_name, &texts.protocol_text);
    put_given(o, w, "name", "name");
    put_given(o, w, "line", "line");
    if (option_given(o, "paced-by-camera")) json_put_cstr(w, "paced_by", "camera");
    return put_speed(cli, w);
}

cm_err run_order(struct cli *cli, struct buffer *out) {
    struct json_writer w = json_writer_into(out, false);
    json_object_begin(&w, NULL);
    TRY(run_order_members(cli, &w));
    json_put_cstr(&w, "holder", cli->session.remote ? "daemon" : "here");
    json_object_end(&w);
    return buffer_err(out);
}
