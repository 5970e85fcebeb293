/* A driver that is joined to nothing: its plans are walked as if every answer were a good one.
 * References as in dry_run.h; names of control bytes: ISO 646. */
#include "line/dry_run.h"

#include "base/macros.h"
#include "line/kind.h"
#include "line/kinds.h"

#define DELETE 0x7Fu

void dry_run_wipe(struct dry_run *r) {
    buffer_wipe(&r->setup);
    buffer_wipe(&r->label);
    buffer_wipe(&r->setup_text);
    buffer_wipe(&r->label_text);
    preview_wipe(&r->preview);
}

/* Whether a line ends behind byte i. */
static bool ends_line(struct cm_slice bytes, size_t i) {
    const uint8_t c = bytes.p[i];
    const bool last = i + 1 == bytes.len;
    if (c == '\r') return last || bytes.p[i + 1] != '\n';
    if (c == '\n' || c == 0x03u) return true;
    if (i < 2 || bytes.p[i - 2] != '^') return false;
    const bool ends_label = bytes.p[i - 1] == 'X' && c == 'Z';
    const bool ends_field = bytes.p[i - 1] == 'F' && c == 'S';
    return (ends_label || ends_field) && (last || bytes.p[i + 1] > ' ');
}

void dry_run_print(struct cm_slice bytes, struct buffer *out) {
    static const char names[][4] = {"NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL",
                                    "BS",  "HT",  "LF",  "VT",  "FF",  "CR",  "SO",  "SI",
                                    "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB",
                                    "CAN", "EM",  "SUB", "ESC", "FS",  "GS",  "RS",  "US"};
    for (size_t i = 0; i < bytes.len; i++) {
        const uint8_t c = bytes.p[i];
        if (c < CM_ARRAY_N(names)) {
            buffer_printf(out, "<%s>", names[c]);
        } else if (c >= DELETE) {
            buffer_printf(out, "<%02X>", c);
        } else {
            buffer_u8(out, c);
        }
        if (ends_line(bytes, i) || i + 1 == bytes.len) buffer_text(out, "\n");
    }
}

static void walk(struct driver *d, const int *plan) {
    for (size_t i = 0; plan[i] != ASK_NONE; i++)
        (void)d->kind->say(d, plan[i]); /* an answer that is not awaited */
}

/* The bytes of the driver since `from`. */
static void take_said(const struct driver *d, size_t from, struct buffer *out) {
    buffer_put(out, d->out.p + from, d->out.len - from);
}

static cm_err say_all(struct driver *d, const struct unit *unit, struct dry_run *r,
                      struct cm_diag *diag) {
    walk(d, d->kind->rest_plan);
    walk(d, d->kind->open_plan);
    const size_t setup_len = d->out.len;
    TRY(d->kind->unit(d, unit, diag));
    TRY(buffer_err(&d->out));
    if (setup_len > 0) buffer_put(&r->setup, d->out.p, setup_len);
    take_said(d, setup_len, &r->label);
    dry_run_print(buffer_slice(&r->setup), &r->setup_text);
    dry_run_print(buffer_slice(&r->label), &r->label_text);
    TRY(buffer_err(&r->setup_text));
    return buffer_err(&r->label_text);
}

static cm_err draw(const struct dry_run_plan *plan, const struct unit *unit, struct dry_run *r,
                   struct cm_diag *diag) {
    const bool is_ours = plan->driver->kind == &kind_zpl || plan->driver->kind == &kind_ipp;
    if (!is_ours) /* the label lies in the printer */
        return preview_fields(plan->driver->fields, unit, plan->ascii, &r->preview, diag);
    struct buffer zpl = BUFFER_INIT;
    buffer_put(&zpl, r->setup.p, r->setup.len);
    buffer_put(&zpl, r->label.p, r->label.len);
    cm_err err = buffer_err(&zpl);
    if (err == CM_OK) err = preview_zpl(buffer_slice(&zpl), plan->ascii, &r->preview, diag);
    buffer_wipe(&zpl);
    return err;
}

cm_err dry_run(const struct dry_run_plan *plan, struct dry_run *out, struct cm_diag *diag) {
    CM_CLEANUP(driver_freep) struct driver *d = NULL;
    struct dry_run r = DRY_RUN_INIT;
    struct unit unit;
    TRY(driver_new(plan->driver, &d, diag));
    specimen_unit(plan->specimen, plan->driver->fields, &unit);
    cm_err err = say_all(d, &unit, &r, diag);
    if (err == CM_OK) err = draw(plan, &unit, &r, diag);
    if (err != CM_OK) dry_run_wipe(&r);
    if (err == CM_OK) *out = r;
    return err;
}
