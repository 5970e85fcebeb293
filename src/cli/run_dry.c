/* The run's document as it would be, its driver, and a specimen with the batch's words. */
#include "cli/run_dry.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "cli/output.h"
#include "cli/run_table.h"
#include "cli/sku.h"
#include "doc/json_write.h"
#include "line/dry_run.h"
#include "line/run_document.h"
#include "line/uri.h"

#define TEXT_MAX     (1u << 22) /* bytes of a document */
#define PICTURE_MODE 0644

static const struct json_limits limits = {.text_max = TEXT_MAX, .depth_max = JSON_DEPTH_MAX};

/* ---- The batch's words ------------------------------------------------------------------------
 */

/* A word of a text that may be absent, or longer than a specimen holds: then it is left out. */
static void put_word(struct specimen *s, const char *name, struct json_value from) {
    const struct cm_slice text = run_record_text(from, name);
    if (slice_equal(text, slice_text("today"))) return; /* which day that is, the vault says */
    if (text.len > 0) cm_ignore(specimen_word(s, name, text)); /* a specimen may lack it */
}

static void put_words(struct specimen *s, struct json_value from) {
    static const char *const words[] = {"product", "gtin", "date", "line", NULL};
    for (size_t i = 0; words[i] != NULL; i++)
        put_word(s, words[i], from);
}

static cm_err ask(struct cli *cli, const char *act, const char *key, const char *value,
                  struct json_doc **out, struct buffer *result) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT;
    struct json_writer w = json_writer_into(&args, false);
    json_object_begin(&w, NULL);
    if (key != NULL) json_put_cstr(&w, key, value);
    json_object_end(&w);
    TRY(buffer_err(&args));
    TRY(session_act(&cli->session, act, buffer_slice(&args), result, cli->diag));
    return json_doc_new(out, buffer_slice(result), act, &limits, cli->diag);
}

/* The item of a list whose "name" it is. */
static struct json_value named(struct json_value list, const char *name) {
    size_t n = 0;
    if (json_items(list, 0, SIZE_MAX, &n) != CM_OK) n = 0;
    for (size_t i = 0; i < n; i++)
        if (slice_equal(run_record_text(json_at(list, i), "name"), slice_text(name)))
            return json_at(list, i);
    return json_at(list, n);
}

static cm_err read_batch(struct cli *cli, const char *batch, struct specimen *s,
                         char scheme[static SCHEME_NAME_CAP]) {
    CM_CLEANUP(buffer_free) struct buffer shown = BUFFER_INIT, listed = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *show = NULL;
    CM_CLEANUP(json_doc_freep) struct json_doc *list = NULL;
    TRY(ask(cli, "batch.show", "batch", batch, &show, &shown));
    put_words(s, json_get(json_root(show), "answers_carry"));
    put_words(s, json_root(show));
    cm_ignore(specimen_word(s, "batch", slice_text(batch))); /* a specimen may lack it */
    TRY(ask(cli, "batch.list", NULL, NULL, &list, &listed));
    const struct json_value entry = named(json_get(json_root(list), "batches"), batch);
    return json_copy_text(json_get(entry, "scheme"), 1, scheme, SCHEME_NAME_CAP);
}

/* As long as the scheme's codes, in its first group's size. */
static cm_err shape(struct cli *cli, const char *scheme, struct specimen *s) {
    CM_CLEANUP(buffer_free) struct buffer document = BUFFER_INIT, listed = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    CM_CLEANUP(json_doc_freep) struct json_doc *list = NULL;
    uint64_t group = 0, len = 0;
    TRY(sku_document(&cli->session, scheme, &document, cli->diag));
    TRY(json_doc_new(&doc, buffer_slice(&document), "scheme", &limits, cli->diag));
    const struct json_value sizes = json_get(json_get(json_root(doc), "grouping"), "sizes");
    if (json_present(json_at(sizes, 0))) TRY(json_u64(json_at(sizes, 0), 0, 64, &group));
    TRY(ask(cli, "scheme.list", NULL, NULL, &list, &listed));
    const struct json_value entry = named(json_get(json_root(list), "schemes"), scheme);
    TRY(json_u64(json_get(entry, "printed_length"), 1, 64, &len));
    return specimen_shape(s, (size_t)len, (size_t)group);
}

static cm_err make_specimen(struct cli *cli, struct json_value order, struct specimen *s) {
    char scheme[SCHEME_NAME_CAP] = "";
    const struct json_value production = json_get(order, "production");
    specimen_init(s);
    if (json_present(production)) {
        put_words(s, production);
        put_word(s, "line", order);
        TRY(json_copy_text(json_get(production, "scheme"), 1, scheme, sizeof scheme));
    } else
        TRY(read_batch(cli, position(cli, 0), s, scheme));
    return shape(cli, scheme, s);
}

/* ---- The run as it would be -------------------------------------------------------------------
 */

static cm_err put_document(struct json_value order, struct buffer *out) {
    static const char *const keys[] = {"printer", "template", "protocol", "line",
                                       "window",  "rate",     NULL};
    struct json_writer w = json_writer_into(out, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "name", "dry-run");
    json_put_cstr(&w, "wish", "run");
    for (size_t i = 0; keys[i] != NULL; i++) {
        CM_CLEANUP(buffer_free) struct buffer value = BUFFER_INIT;
        const struct json_value v = json_get(order, keys[i]);
        if (!json_present(v)) continue;
        TRY(json_copy_value(v, &value));
        json_put_raw(&w, keys[i], buffer_slice(&value));
    }
    json_object_end(&w);
    return buffer_err(out);
}

static cm_err dry(struct cli *cli, struct json_value document, const struct specimen *s,
                  struct dry_run *out) {
    struct run_document d;
    struct printer_uri uri;
    struct driver_options o;
    const char *locale = getenv("LC_ALL");
    if (locale == NULL || locale[0] == '\0') locale = getenv("LANG");
    TRY(run_document_read(document, &d));
    TRY(printer_uri_parse(slice_text(d.printer), &uri, cli->diag));
    TRY(run_document_driver(&d, uri.kind, &o, cli->diag));
    const struct dry_run_plan plan = {.driver = &o,
                                      .specimen = s,
                                      .ascii = locale == NULL || (strstr(locale, "UTF-8") == NULL &&
                                                                  strstr(locale, "utf8") == NULL)};
    return dry_run(&plan, out, cli->diag);
}

/* ---- Showing ----------------------------------------------------------------------------------
 */

static cm_err show_json(const struct cli *cli, const struct dry_run *r) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct json_writer w = json_writer_into(&out, false);
    const char *picture = option_text(&cli->options, "picture");
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "printer", option_text(&cli->options, "printer"));
    json_put_u64(&w, "setup_bytes", r->setup.len);
    json_put_text(&w, "setup", buffer_slice(&r->setup_text));
    json_put_u64(&w, "label_bytes", r->label.len);
    json_put_text(&w, "label", buffer_slice(&r->label_text));
    json_put_u64(&w, "width_dots", r->preview.width);
    json_put_u64(&w, "height_dots", r->preview.height);
    if (picture != NULL) json_put_cstr(&w, "picture", picture);
    json_put_text(&w, "not_drawn", buffer_slice(&r->preview.notes));
    json_object_end(&w);
    TRY(buffer_err(&out));
    return output_record(buffer_slice(&out), true, cli->diag);
}

static cm_err show_text(const struct cli *cli, const struct dry_run *r) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    buffer_printf(&out, "set-up, %zu bytes:\n", r->setup.len);
    buffer_put(&out, r->setup_text.p, r->setup_text.len);
    buffer_printf(&out, "label 1, %zu bytes, TEST in place of a code:\n", r->label.len);
    buffer_put(&out, r->label_text.p, r->label_text.len);
    buffer_printf(&out, "picture, %zu x %zu dots:\n", r->preview.width, r->preview.height);
    buffer_put(&out, r->preview.terminal.p, r->preview.terminal.len);
    if (r->preview.notes.len > 0) buffer_text(&out, "not drawn:\n");
    buffer_put(&out, r->preview.notes.p, r->preview.notes.len);
    TRY(buffer_err(&out));
    return output_bytes(buffer_slice(&out), cli->diag);
}

cm_err run_dry(struct cli *cli, struct cm_slice order) {
    CM_CLEANUP(buffer_free) struct buffer document = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *ordered = NULL;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    CM_CLEANUP(dry_run_wipe) struct dry_run r = DRY_RUN_INIT;
    struct specimen s;
    const char *picture = option_text(&cli->options, "picture");
    TRY(json_doc_new(&ordered, order, "run", &limits, cli->diag));
    TRY(make_specimen(cli, json_root(ordered), &s));
    TRY(put_document(json_root(ordered), &document));
    TRY(json_doc_new(&doc, buffer_slice(&document), "run", &limits, cli->diag));
    TRY(dry(cli, json_root(doc), &s, &r));
    if (picture != NULL)
        TRY(file_replace(picture, buffer_slice(&r.preview.png), PICTURE_MODE, cli->diag));
    return cli->json ? show_json(cli, &r) : show_text(cli, &r);
}
