/* plan: from a production plan, or from options, to three codes side by side, and the chosen one as
 * a scheme file. It makes nothing but that file, and that only when asked. */
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/output.h"
#include "codes/plan_csv.h"
#include "codes/plan_sheet.h"
#include "codes/scheme_json.h"

#define FILE_MODE 0644

const struct option_spec plan_options[] = {
    {"volume", OPTION_NUMBER, "N", "codes live at once, over the scheme's life", NULL, false},
    {"odds", OPTION_NUMBER, "G", "a guess may hit once in so many", NULL, false},
    {"technology", OPTION_TEXT, "NAME", "how it is printed: inkjet, cap, laser, label ...", NULL,
     false},
    {"attribute", OPTION_LIST, "NAME:ROOM[:inline]", "a field and how many values it may get", NULL,
     false},
    {"inline", OPTION_LIST, "NAME", "put this field of the plan (or 'date') inside the code", NULL,
     false},
    {"epoch", OPTION_TEXT, "YYYY-MM-DD", "the first date", NULL, false},
    {"days", OPTION_NUMBER, "N", "dates from the epoch on", NULL, false},
    {"batches", OPTION_NUMBER, "N", "batches in all", NULL, false},
    {"serials", OPTION_NUMBER, "N", "serials of one batch", NULL, false},
    {"length", OPTION_NUMBER, "N", "printed characters at most", NULL, false},
    {"growth", OPTION_NUMBER, "N", "plan for so many times the file (default 4)", NULL, false},
    {"flavours", OPTION_TEXT, "FILE", "the flavours that exist, one a line", NULL, false},
    {"choose", OPTION_TEXT, "WHICH", "shortest, advised (default) or strictest", NULL, false},
    {"out", OPTION_TEXT, "FILE", "write the chosen scheme file", NULL, false},
    {"name", OPTION_TEXT, "NAME", "the scheme's name (with --out)", NULL, false},
    {"brand", OPTION_TEXT, "NAME", "the scheme's brand", NULL, false},
    {"test", OPTION_FLAG, NULL, "a TEST scheme", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

struct planning {
    struct cli *cli;
    struct plan_request request;
    struct production production;
    struct values flavours;
    bool from_file;
    struct plan_sheet sheet;
};

/* ---- From options ---------------------------------------------------------------------------- */

static cm_err bad_field(struct cli *cli, const char *text) {
    return diag_fail(cli->diag, CM_E_ARGUMENT, NULL, NULL, "write NAME:ROOM or NAME:ROOM:inline",
                     "--attribute %.60s is no field", text);
}

static cm_err read_field(struct planning *p, const char *text) {
    struct plan_request *q = &p->request;
    const char *colon = strchr(text, ':'), *second = colon != NULL ? strchr(colon + 1, ':') : NULL;
    if (colon == NULL || q->attribute_n == CM_ATTRIBUTES_MAX) return bad_field(p->cli, text);
    struct plan_field *f = &q->attribute[q->attribute_n];
    const size_t len = second != NULL ? (size_t)(second - colon - 1) : strlen(colon + 1);
    if ((size_t)(colon - text) >= sizeof f->name) return bad_field(p->cli, text);
    (void)snprintf(f->name, sizeof f->name, "%.*s", (int)(colon - text), text);
    f->radix.present_inline = second != NULL;
    if (!scheme_attribute_name_valid(slice_text(f->name)) ||
        (second != NULL && strcmp(second + 1, "inline") != 0) ||
        text_u64(slice_of(colon + 1, len), SCHEME_COUNT_MAX, &f->radix.cardinality) != CM_OK)
        return bad_field(p->cli, text);
    q->attribute_n++;
    return CM_OK;
}

static cm_err read_epoch(struct planning *p, int32_t *day) {
    const char *text = option_text(&p->cli->options, "epoch");
    if (text == NULL || date_parse(slice_text(text), day) == CM_OK) return CM_OK;
    return diag_fail(p->cli->diag, CM_E_ARGUMENT, NULL, NULL, "write YYYY-MM-DD",
                     "--epoch %.30s is no date", text);
}

static cm_err set_inline(struct planning *p, const char *name) {
    struct plan_request *q = &p->request;
    if (strcmp(name, "date") == 0 && q->has_date) {
        q->date.present_inline = true;
        return CM_OK;
    }
    for (uint8_t i = 0; i < q->attribute_n; i++) {
        if (strcmp(q->attribute[i].name, name) != 0) continue;
        q->attribute[i].radix.present_inline = true;
        return CM_OK;
    }
    return diag_fail(p->cli->diag, CM_E_ARGUMENT, NULL, NULL, NULL, "--inline: no field '%.60s'",
                     name);
}

static cm_err from_options(struct planning *p) {
    const struct options *o = &p->cli->options;
    struct plan_request *q = &p->request;
    for (size_t i = 0; option_item(o, "attribute", i) != NULL; i++)
        TRY(read_field(p, option_item(o, "attribute", i)));
    if (option_given(o, "days")) {
        TRY(option_u64(o, "days", 1, INT32_MAX, &q->date.cardinality, p->cli->diag));
        q->has_date = true;
        TRY(read_epoch(p, &q->epoch_day));
    }
    return option_u64(o, "volume", 1, UINT64_MAX, &q->volume, p->cli->diag);
}

/* ---- From a file ----------------------------------------------------------------------------- */

static cm_err read_flavours(struct planning *p) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    const char *path = option_text(&p->cli->options, "flavours");
    uint32_t index = 0;
    if (path == NULL) return CM_OK;
    TRY(file_read(path, PLAN_CSV_MAX, &text, p->cli->diag));
    for (size_t at = 0; at < text.len;) {
        const uint8_t *end = memchr(text.p + at, '\n', text.len - at);
        const size_t len = (end != NULL ? (size_t)(end - text.p) : text.len) - at;
        const size_t cut = len > 0 && text.p[at + len - 1] == '\r' ? len - 1 : len;
        if (cut > 0) {
            const cm_err err = values_append(&p->flavours, slice_of(text.p + at, cut), &index);
            if (err != CM_OK && err != CM_E_EXISTS)
                return diag_fail(p->cli->diag, err, path, NULL, NULL, "not a fit flavour");
        }
        at += len + 1;
    }
    return CM_OK;
}

static cm_err from_file(struct planning *p, const char *path) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    const struct options *o = &p->cli->options;
    struct production_room room = PRODUCTION_ROOM_DEFAULTS;
    TRY(read_flavours(p));
    const struct plan_csv_options csv = {.flavours = p->flavours.n > 0 ? &p->flavours : NULL};
    TRY(file_read(path, PLAN_CSV_MAX, &text, p->cli->diag));
    TRY(plan_csv_read(&p->production, buffer_slice(&text), path, &csv, p->cli->diag));
    TRY(option_u64(o, "growth", 1, 1000000, &room.growth, p->cli->diag));
    TRY(option_u64(o, "days", 1, INT32_MAX, &room.days, p->cli->diag));
    TRY(option_u64(o, "serials", 1, SCHEME_COUNT_MAX, &room.serials, p->cli->diag));
    TRY(read_epoch(p, &room.epoch_day));
    const cm_err err = production_infer(&p->production, &room, &p->request, p->cli->diag);
    if (err != CM_OK) diag_locate(p->cli->diag, path, NULL);
    TRY(err);
    p->from_file = true;
    return option_u64(o, "volume", 1, UINT64_MAX, &p->request.volume, p->cli->diag);
}

/* ---- Both ------------------------------------------------------------------------------------ */

static cm_err ask(struct planning *p) {
    const struct options *o = &p->cli->options;
    const struct technology *technology = technology_at(0);
    struct plan_request *q = &p->request;
    uint64_t length = 0;
    if (option_given(o, "technology"))
        TRY(technology_by_name(slice_text(option_text(o, "technology")), &technology,
                               p->cli->diag));
    TRY(plan_use_technology(q, technology, p->cli->diag));
    TRY(option_u64(o, "odds", 1, UINT64_MAX, &q->one_in, p->cli->diag));
    TRY(position(p->cli, 0) != NULL ? from_file(p, position(p->cli, 0)) : from_options(p));
    for (size_t i = 0; option_item(o, "inline", i) != NULL; i++)
        TRY(set_inline(p, option_item(o, "inline", i)));
    TRY(option_u64(o, "batches", 1, SCHEME_COUNT_MAX, &q->batches, p->cli->diag));
    TRY(option_u64(o, "serials", 1, SCHEME_COUNT_MAX, &q->serials, p->cli->diag));
    TRY(option_u64(o, "length", 1, CM_LENGTH_MAX, &length, p->cli->diag));
    if (length > 0) q->length_max = (uint8_t)length;
    return CM_OK;
}

static cm_err write_scheme(const struct planning *p, const struct plan_column *column) {
    CM_CLEANUP(scheme_wipe) struct scheme s;
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    struct cli *cli = p->cli;
    const char *out = option_text(&cli->options, "out"), *name = option_text(&cli->options, "name");
    const char *brand = option_text(&cli->options, "brand");
    scheme_init(&s);
    if (out == NULL) return CM_OK;
    if (name == NULL)
        return diag_fail(cli->diag, CM_E_ARGUMENT, NULL, NULL, NULL,
                         "--out needs the scheme's --name");
    if (column->err != CM_OK) {
        *cli->diag = column->diag;
        return column->err;
    }
    TRY(plan_scheme(&column->request, &column->plan, name, brand != NULL ? brand : "",
                    option_given(&cli->options, "test"), &s, cli->diag));
    if (p->from_file) TRY(production_fill(&p->production, &s, cli->diag));
    TRY(scheme_json_write(&s, &text));
    return file_replace(out, buffer_slice(&text), FILE_MODE, cli->diag);
}

static cm_err show(const struct planning *p, enum plan_kind chosen) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    struct cli *cli = p->cli;
    const char *out = option_text(&cli->options, "out");
    if (cli->json) {
        TRY(plan_table_json(&p->sheet, PLAN_SHORTEST, PLAN_STRICTEST, &text));
    } else {
        TRY(plan_table_text(&p->sheet, PLAN_SHORTEST, PLAN_STRICTEST, &text));
        if (out != NULL)
            buffer_printf(&text,
                          "\nThe %s one is written to %s.\nNext: countermark scheme add %s\n",
                          plan_kind_name(chosen), out, out);
    }
    TRY(buffer_err(&text));
    TRY(output_bytes(buffer_slice(&text), cli->diag));
    return cli->json ? output_text("\n", cli->diag) : CM_OK;
}

static cm_err plan(struct planning *p) {
    struct cli *cli = p->cli;
    enum plan_kind chosen = PLAN_ADVISED;
    const char *which = option_text(&cli->options, "choose");
    if (which != NULL && plan_kind_by_name(slice_text(which), &chosen) != CM_OK)
        return diag_fail(cli->diag, CM_E_ARGUMENT, NULL, NULL, "shortest, advised or strictest",
                         "--choose %.30s is none of the three", which);
    TRY(ask(p));
    plan_sheet_make(&p->request, &p->sheet);
    TRY(write_scheme(p, &p->sheet.column[chosen]));
    TRY(show(p, chosen));
    if (p->sheet.column[chosen].err == CM_OK) return CM_OK;
    *cli->diag = p->sheet.column[chosen].diag;
    return p->sheet.column[chosen].err;
}

cm_err cmd_plan(struct cli *cli) {
    struct planning p = {.cli = cli, .request = PLAN_REQUEST_DEFAULTS, .flavours = VALUES_INIT};
    production_init(&p.production);
    const cm_err err = plan(&p);
    production_wipe(&p.production);
    values_free(&p.flavours);
    return err;
}
