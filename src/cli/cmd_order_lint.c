/* order lint: a record format, judged before any order is made with it: exit code 1 and the place
 * of the mistake when it is not sound, and what it would write when it is. order formats: those
 * that come with the program. */
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/shipped.h"
#include "doc/json_write.h"
#include "order/render.h"
#include "order/sample.h"

const struct option_spec order_lint_options[] = {
    {"sample", OPTION_FLAG, NULL, "write the file of three made-up records instead", NULL, false},
    {"companion", OPTION_FLAG, NULL, "write the files beside the sample instead", NULL, false},
    {"legend", OPTION_FLAG, NULL, "write the table of its fields for the bureau instead", NULL,
     false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

static void put_values(struct json_writer *w, const struct template *t) {
    json_array_begin(w, "values");
    for (unsigned v = 0; v < RECORD_VALUE_N; v++)
        if ((template_values(t) & 1u << v) != 0)
            json_put_cstr(w, NULL, record_value_name((enum record_value)v));
    json_array_end(w);
    json_array_begin(w, "constants");
    for (unsigned c = 0; c < RECORD_CONSTANT_N; c++)
        if ((template_constants(t) & 1u << c) != 0)
            json_put_cstr(w, NULL, record_constant_name((enum record_constant)c));
    json_array_end(w);
}

/* Sound, and perhaps not what was meant: a value without its braces, or too little room. */
static void put_notes(struct json_writer *w, const struct template *t) {
    CM_CLEANUP(buffer_free) struct buffer bytes = BUFFER_INIT;
    struct cm_diag why = DIAG_INIT;
    char note[3 * DIAG_PART_CAP];
    const char *suspect = template_suspect(t);
    const bool fits = sample_render(t, &bytes, &why) == CM_OK;
    if (suspect == NULL && fits) return;
    json_array_begin(w, "notes");
    (void)snprintf(note, sizeof note, "every record says '%s'; did you mean {%s}?",
                   suspect != NULL ? suspect : "", suspect != NULL ? suspect : "");
    if (suspect != NULL) json_put_cstr(w, NULL, note);
    (void)snprintf(note, sizeof note, "our sample does not fit: %s: %s", why.place, why.problem);
    if (!fits) json_put_cstr(w, NULL, note);
    json_array_end(w);
}

static void put_sound(struct json_writer *w, const struct template *t) {
    json_put_cstr(w, "name", template_name(t));
    json_put_cstr(w, "about", template_about(t));
    json_put_cstr(w, "kind", template_kind(t));
    json_put_cstr(w, "holds", template_wants_pin(t) ? "pin" : "numbers");
    put_values(w, t);
    put_notes(w, t);
}

static void put_mistake(struct json_writer *w, const struct cm_diag *why) {
    json_put_cstr(w, "place", why->place);
    json_put_cstr(w, "problem", why->problem);
    json_put_cstr(w, "remedy", why->remedy);
}

static cm_err show(struct cli *cli, const struct template *t, const struct cm_diag *why) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct json_writer w = json_writer_into(&out, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "file", position(cli, 0));
    json_put_cstr(&w, "is", "record format");
    json_put_bool(&w, "sound", t != NULL);
    if (t != NULL)
        put_sound(&w, t);
    else
        put_mistake(&w, why);
    json_object_end(&w);
    TRY(buffer_err(&out));
    return output_record(buffer_slice(&out), cli->json, cli->diag);
}

static cm_err companions(const struct template *t, struct buffer *out, struct cm_diag *diag) {
    struct sample sample;
    sample_fill(&sample);
    for (size_t i = 0; i < template_companion_n(t); i++) {
        CM_CLEANUP(buffer_free) struct buffer name = BUFFER_INIT;
        TRY(render_companion(t, &sample.constants, i, &name, out, diag));
    }
    return CM_OK;
}

/* What was asked for in place of the judgement: bytes, as a file would have them. */
static cm_err show_bytes(struct cli *cli, const struct template *t) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    if (option_given(&cli->options, "sample")) TRY(sample_render(t, &out, cli->diag));
    if (option_given(&cli->options, "companion")) TRY(companions(t, &out, cli->diag));
    if (option_given(&cli->options, "legend")) TRY(template_legend(t, &out));
    return output_bytes(buffer_slice(&out), cli->diag);
}

static bool wants_bytes(const struct cli *cli) {
    return option_given(&cli->options, "sample") || option_given(&cli->options, "companion") ||
           option_given(&cli->options, "legend");
}

cm_err cmd_order_lint(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    CM_CLEANUP(template_freep) struct template *t = NULL;
    struct cm_diag why = DIAG_INIT;
    const char *path = position(cli, 0);
    TRY(shipped_read(shipped_formats, "order lint", path, &text, cli->diag));
    const cm_err err = template_read(buffer_slice(&text), path, &t, &why);
    if (err == CM_E_NO_MEMORY) return err;
    if (err != CM_OK) cli->exit_code = EXIT_NEGATIVE;
    if (err == CM_OK && wants_bytes(cli)) return show_bytes(cli, t);
    return show(cli, t, &why);
}

cm_err cmd_order_formats(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct json_writer w = json_writer_into(&out, false);
    json_object_begin(&w, NULL);
    json_array_begin(&w, "formats");
    for (const struct shipped_file *f = shipped_formats; f->name != NULL; f++) {
        CM_CLEANUP(template_freep) struct template *t = NULL;
        TRY(template_read(slice_of(f->p, f->len), f->name, &t, cli->diag));
        json_object_begin(&w, NULL);
        json_put_cstr(&w, "format", f->name);
        json_put_cstr(&w, "kind", template_kind(t));
        json_put_cstr(&w, "holds", template_wants_pin(t) ? "pin" : "numbers");
        json_put_cstr(&w, "about", template_about(t));
        json_object_end(&w);
    }
    json_array_end(&w);
    json_object_end(&w);
    TRY(buffer_err(&out));
    return output_record(buffer_slice(&out), cli->json, cli->diag);
}
