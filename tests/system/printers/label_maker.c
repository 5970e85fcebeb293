/* What our ZPL driver sends for many units, for foreign programs to judge: NAME.zpl holds every
 * byte that left the driver while an emulated printer answered it, NAME.units the texts of its
 * units in order, one JSON object a line. Units: every preset alphabet, and symbols of GS1 set 82
 * (GS1 General Specifications, figure 7.11-1) that no preset has. Usage: label_maker UNITS OUT
 * TEMPLATE... */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "countermark/alphabet.h"
#include "doc/json_write.h"
#include "line/driver.h"
#include "line/kinds.h"
#include "line/preview.h"
#include "line/zpl_label.h"
#include "support/printers/grammars.h"
#include "support/splitmix.h"

#define CODE_LEN  12u
#define GROUP     4u
#define STEP_US   1000u
#define STEPS_MAX 100000u
#define PATH_CAP  1024u
#define TEXT_CAP  64u
#define UNITS_MAX 1000u
#define SEED      4u

/* Set 82 is these two and the letters and digits; a code holds neither '-' nor '.', a text may. */
static const char *const specials[] = {"!\"%&'()*+,/:;<=>?_abcdefghijklmnopqrstuvwxyz", "A-.B_!?;"};

struct texts {
    char code[TEXT_CAP], human[TEXT_CAP], gtin[TEXT_CAP], url[TEXT_CAP], element[TEXT_CAP];
};

static const char *const fields[] = {"code", "human", "gtin", "url", "element", NULL};

static struct texts texts_of(size_t i, uint64_t *random) {
    size_t presets_n = 0;
    const struct cm_alphabet_preset *presets = cm_alphabet_presets(&presets_n);
    const size_t which = i % (presets_n + CM_ARRAY_N(specials));
    const char *symbols = which < presets_n ? presets[which].symbols : specials[which - presets_n];
    const size_t n = slice_text(symbols).len;
    struct texts t = {.gtin = "09501101530003"};
    for (size_t k = 0; k < CODE_LEN; k++) {
        const char symbol = symbols[splitmix_next(random) % n];
        text_append(t.human, sizeof t.human, "%s%c", k > 0 && k % GROUP == 0 ? "-" : "", symbol);
        t.code[k] = symbol;
    }
    text_append(t.url, sizeof t.url, "https://a.example/?c=%s", t.code);
    text_append(t.element, sizeof t.element,
                "21%s\x1D"
                "10LOT-7",
                t.code);
    return t;
}

static struct unit unit_of(const struct texts *t, uint64_t serial) {
    return (struct unit){.serial = serial,
                         .texts = {slice_text(t->code), slice_text(t->human), slice_text(t->gtin),
                                   slice_text(t->url), slice_text(t->element)}};
}

/* One driver beside one printer, in a time of its own. */
struct desk {
    struct driver *driver;
    struct printer *printer;
    struct link *link;
    uint64_t now_us;
    struct buffer said, units;
};

static void carry(struct desk *d) {
    struct report report;
    for (;;) {
        const struct cm_slice out = driver_out(d->driver);
        const struct cm_slice in = outbox_next(&d->link->out, d->now_us);
        if (out.len == 0 && in.len == 0) break;
        buffer_put(&d->said, out.p, out.len);
        if (out.len > 0) printer_hear(d->printer, d->link, out, d->now_us);
        driver_left(d->driver, out.len, d->now_us);
        if (in.len > 0) driver_hear(d->driver, in, d->now_us);
        outbox_left(&d->link->out, in.len);
    }
    while (driver_report(d->driver, &report)) {
    }
    d->now_us += STEP_US;
    printer_tick(d->printer, d->now_us);
    driver_tick(d->driver, d->now_us);
}

static cm_err give(struct desk *d, size_t serial, uint64_t *random) {
    const struct texts t = texts_of(serial, random);
    const struct unit u = unit_of(&t, serial);
    TRY(driver_give(d->driver, &u, d->now_us, NULL));
    struct json_writer w = json_writer_into(&d->units, false);
    json_object_begin(&w, NULL);
    for (size_t i = 0; fields[i] != NULL; i++)
        json_put_text(&w, fields[i], u.texts[i]);
    json_object_end(&w);
    buffer_text(&d->units, "\n");
    return CM_OK;
}

static cm_err run(struct desk *d, struct cm_slice template_text, size_t units) {
    const struct driver_options o = {
        .kind = &kind_zpl,
        .fields = {fields[0], fields[1], fields[2], fields[3], fields[4]},
        .template_text = template_text,
        .window = 16};
    uint64_t random = SEED;
    size_t given = 0;
    TRY(driver_new(&o, &d->driver, NULL));
    TRY(printer_new(&(struct printer_options){.grammar = &grammar_zpl}, &d->printer, NULL));
    d->link = printer_connect(d->printer, d->now_us);
    driver_connected(d->driver, d->now_us);
    for (size_t step = 0; step < STEPS_MAX; step++) {
        while (given < units && driver_room(d->driver) > 0)
            TRY(give(d, given++, &random));
        carry(d);
        if (driver_fated(d->driver, FATE_PRINTED) == units) return buffer_err(&d->said);
    }
    return CM_E_STATE;
}

static cm_err write_out(const char *folder, const char *template_path, const char *suffix,
                        const struct buffer *bytes) {
    char path[PATH_CAP] = "";
    const char *slash = strrchr(template_path, '/');
    const char *name = slash == NULL ? template_path : slash + 1;
    const char *dot = strrchr(name, '.');
    const int len = dot == NULL ? (int)strlen(name) : (int)(dot - name);
    text_append(path, sizeof path, "%s/%.*s%s", folder, len, name, suffix);
    return file_replace(path, buffer_slice(bytes), 0644, NULL);
}

/* NAME-001-ours.png */
static cm_err write_picture(const char *folder, const char *template_path, size_t i,
                            const struct buffer *zpl) {
    char suffix[TEXT_CAP] = "";
    struct preview picture = PREVIEW_INIT;
    text_append(suffix, sizeof suffix, "-%03zu-ours.png", i + 1);
    TRY(preview_zpl(buffer_slice(zpl), false, &picture, NULL));
    cm_err err = write_out(folder, template_path, suffix, &picture.png);
    if (err == CM_OK && i == 0) err = write_out(folder, template_path, ".txt", &picture.terminal);
    if (picture.notes.len > 0) err = CM_E_FORMAT; /* all of these can be drawn */
    preview_wipe(&picture);
    return err;
}

static cm_err draw(const char *folder, const char *template_path, struct cm_slice text,
                   size_t units) {
    struct zpl_label label;
    struct buffer zpl = BUFFER_INIT;
    uint64_t random = SEED;
    TRY(zpl_label_compile(&label, text, template_path, fields, NULL));
    cm_err err = CM_OK;
    for (size_t i = 0; i < units && err == CM_OK; i++) {
        const struct texts t = texts_of(i, &random);
        const struct unit u = unit_of(&t, i);
        buffer_clear(&zpl);
        buffer_put(&zpl, label.stored.p, label.stored.len);
        err = zpl_label_recall(&label, &u, &zpl, NULL);
        if (err == CM_OK) err = write_picture(folder, template_path, i, &zpl);
    }
    zpl_label_free(&label);
    buffer_free(&zpl);
    return err;
}

static cm_err make(const char *folder, const char *template_path, size_t units) {
    struct desk d = {.now_us = STEP_US};
    struct buffer text = BUFFER_INIT;
    cm_err err = file_read(template_path, ZPL_LABEL_MAX, &text, NULL);
    if (err == CM_OK) err = run(&d, buffer_slice(&text), units);
    if (err == CM_OK) err = write_out(folder, template_path, ".zpl", &d.said);
    if (err == CM_OK) err = write_out(folder, template_path, ".units", &d.units);
    if (err == CM_OK) err = draw(folder, template_path, buffer_slice(&text), units);
    driver_free(d.driver);
    printer_free(d.printer);
    buffer_free(&d.said);
    buffer_free(&d.units);
    buffer_free(&text);
    return err;
}

int main(int argc, char **argv) {
    uint64_t units = 0;
    if (argc < 4 || text_u64(slice_text(argv[1]), UNITS_MAX, &units) != CM_OK) {
        (void)fputs("usage: label_maker UNITS OUT TEMPLATE...\n", stderr);
        return 2;
    }
    for (int i = 3; i < argc; i++) {
        const cm_err err = make(argv[2], argv[i], (size_t)units);
        if (err == CM_OK) continue;
        (void)fprintf(stderr, "label_maker: %s: %s\n", argv[i], cm_err_name(err));
        return 3;
    }
    return 0;
}
