/* A walk over commands: each sets something of the field that is being read, ^FS ends the field,
 * ^XZ the label. ^FN numbers start at 0 for the guide; a field's own number is kept plus one.
 * References as in zpl_page.h. */
#include "line/zpl_page.h"

#include <stdlib.h>

#include "base/macros.h"
#include "base/text.h"
#include "line/zpl_field.h"

#define DEFAULT_HEIGHT 9u /* font A */
#define DEFAULT_WIDTH  5u
#define DEFAULT_MODULE 2u
#define DEFAULT_BARS   10u
#define NOTES_MAX      1024u /* bytes: a label with more to note is not for us */

void zpl_page_wipe(struct zpl_page *page) {
    buffer_wipe(&page->texts); /* specimens today; wiped all the same */
    buffer_free(&page->notes);
    page->n = 0;
}

void zpl_note(struct zpl_reader *r, const char *text) {
    struct buffer *notes = &r->page->notes;
    const char *all = buffer_cstr(notes);
    if (all != NULL && (strstr(all, text) != NULL || notes->len > NOTES_MAX)) return;
    buffer_text(notes, text);
    buffer_text(notes, "\n");
}

void zpl_note_command(struct zpl_reader *r, const char *problem) {
    char text[96] = "", name[2]; /* for terminals */
    for (size_t i = 0; i < sizeof name; i++)
        name[i] = r->name[i] > ' ' && r->name[i] < 0x7F ? r->name[i] : '?';
    text_append(text, sizeof text, "^%.2s: %s", name, problem);
    zpl_note(r, text);
}

uint32_t zpl_number(struct cm_slice values, size_t i, uint32_t otherwise) {
    uint64_t value = 0;
    const struct cm_slice part = zpl_value(values, i);
    if (part.len == 0 || text_u64(part, ZPL_DOT_MAX, &value) != CM_OK) return otherwise;
    return (uint32_t)value;
}

static void begin_field(struct zpl_reader *r) {
    r->field = (struct zpl_mark){.kind = ZPL_NOTHING,
                                 .x = r->home_x,
                                 .y = r->home_y,
                                 .height = r->font_height,
                                 .width = r->font_width,
                                 .level = 'Q'};
    r->placed = r->has_data = false;
    r->hex = r->escape = '\0';
    r->data = slice_of("", 0);
}

/* The data of a recall goes to the fields of that number. */
static void fill(struct zpl_reader *r) {
    for (size_t i = 0; i < r->page->n; i++) {
        struct zpl_mark *m = &r->page->marks[i];
        if (m->number != r->field.number) continue;
        const char escape = r->escapes[i];
        zpl_field_data(r, m, r->data, r->hex, escape);
    }
}

static cm_err end_field(struct zpl_reader *r) {
    struct zpl_mark *m = &r->field;
    if (m->number != 0 && !r->placed && r->has_data) {
        fill(r);
        begin_field(r);
        return CM_OK;
    }
    if (m->kind == ZPL_NOTHING && (r->has_data || m->number != 0)) m->kind = ZPL_TEXT;
    if (m->kind != ZPL_NOTHING) {
        if (r->page->n == ZPL_MARKS_MAX) return CM_E_LIMIT;
        if (r->has_data) zpl_field_data(r, m, r->data, r->hex, r->escape);
        r->escapes[r->page->n] = r->escape;
        r->page->marks[r->page->n++] = *m;
    }
    begin_field(r);
    return CM_OK;
}

static bool is(const struct zpl_reader *r, const char *name) {
    return memcmp(r->name, name, 2) == 0;
}

/* Commands that change no dot of one label. */
static bool is_invisible(const struct zpl_reader *r) {
    static const char *const names[] = {"FX", "PQ", "JZ", "PR", "MD", "MM", "MN", "MT", "CI", "PF"};
    for (size_t i = 0; i < CM_ARRAY_N(names); i++)
        if (is(r, names[i])) return true;
    return false;
}

/* Of the label; false: none of these. */
static bool set_label(struct zpl_reader *r, struct cm_slice values) {
    struct zpl_page *page = r->page;
    if (is(r, "PW")) {
        page->width = zpl_number(values, 0, page->width);
    } else if (is(r, "LL")) {
        page->height = zpl_number(values, 0, page->height);
    } else if (is(r, "LH")) {
        r->home_x = zpl_number(values, 0, r->home_x);
        r->home_y = zpl_number(values, 1, r->home_y);
    } else if (is(r, "BY")) {
        r->module = zpl_number(values, 0, r->module);
        r->bars = zpl_number(values, 2, r->bars);
    } else if (is(r, "CF")) {
        r->font_height = zpl_number(values, 1, r->font_height);
        r->font_width = zpl_number(values, 2, 0);
    } else if (is(r, "DF")) {
        r->storing = true;
    } else if (is(r, "XF")) {
        page->n = r->kept;
    } else {
        return false;
    }
    return true;
}

static bool set_field(struct zpl_reader *r, struct cm_slice values) {
    struct zpl_mark *m = &r->field;
    if (is(r, "FO") || is(r, "FT")) {
        m->x = r->home_x + zpl_number(values, 0, 0);
        m->y = r->home_y + zpl_number(values, 1, 0);
        m->typeset = is(r, "FT");
        r->placed = true;
    } else if (is(r, "FN")) {
        m->number = zpl_number(values, 0, 0) + 1;
    } else if (is(r, "FH")) {
        r->hex = values.len > 0 && values.p[0] > ' ' ? (char)values.p[0] : '_';
    } else if (is(r, "FD")) {
        r->data = values;
        r->has_data = true;
    } else {
        return zpl_field_shape(r, values);
    }
    return true;
}

/* The label ends: a stored format waits for its recall. */
static void end_label(struct zpl_reader *r) {
    r->inside = false;
    if (r->storing) r->kept = r->page->n;
    r->done = !r->storing && r->page->n > 0;
    r->storing = false;
}

static cm_err one_command(struct zpl_reader *r, struct cm_slice values) {
    if (is(r, "XA")) {
        r->inside = true;
        r->page->n = 0; /* a stored format stays there until it is recalled */
        begin_field(r);
        return CM_OK;
    }
    if (!r->inside) return CM_OK;
    if (is(r, "FS")) return end_field(r);
    if (is(r, "XZ")) {
        TRY(end_field(r));
        end_label(r);
        return CM_OK;
    }
    if (is_invisible(r) || set_label(r, values) || set_field(r, values)) return CM_OK;
    zpl_note_command(r, "is not drawn");
    return CM_OK;
}

static cm_err walk(struct zpl_reader *r, struct cm_slice zpl) {
    size_t at = 0;
    while (at < zpl.len && !r->done) {
        size_t end = at + 1;
        while (end < zpl.len && zpl.p[end] != '^' && zpl.p[end] != '~')
            end++;
        if (zpl.p[at] == '^' && end - at >= 3) {
            memcpy(r->name, zpl.p + at + 1, 2);
            TRY(one_command(r, slice_of(zpl.p + at + 3, end - at - 3)));
        }
        at = end;
    }
    TRY(buffer_err(&r->page->texts));
    TRY(buffer_err(&r->page->notes));
    return r->done ? CM_OK : CM_E_FORMAT;
}

cm_err zpl_page_read(struct cm_slice zpl, struct zpl_page *out, struct cm_diag *diag) {
    *out = (struct zpl_page){.texts = BUFFER_INIT, .notes = BUFFER_INIT};
    struct zpl_reader r = {.page = out,
                           .font_height = DEFAULT_HEIGHT,
                           .font_width = DEFAULT_WIDTH,
                           .module = DEFAULT_MODULE,
                           .bars = DEFAULT_BARS};
    cm_err err = zpl.len > ZPL_BYTES_MAX ? CM_E_LIMIT : walk(&r, zpl);
    if (err == CM_E_LIMIT)
        err = diag_fail(diag, err, "label", NULL, "use fewer", "too long, or too many fields");
    if (err == CM_E_FORMAT)
        err = diag_fail(diag, err, "label", NULL, "give it a field", "nothing is printed");
    if (err != CM_OK) zpl_page_wipe(out);
    return err;
}
