/* What a ZPL printer tells of itself: ~HS, ~HQES and SGD variables.
 * Source: reference sections 1.4-1.6 with the real bytes quoted there. What is no variable is
 * answered with "?". */
#include <inttypes.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "support/printers/zpl.h"

#define EEE_MAX        999u /* formats in the buffer: three digits */
#define REMAINING_MAX  99999999u
#define LABEL_DOTS     203u /* as the quoted printer's */
#define USER_COUNT_MAX 65000u
#define UNIQUE_ID      "CM0000000001"

#define ERROR_MEDIA_OUT  0x1u
#define ERROR_RIBBON_OUT 0x2u
#define ERROR_HEAD_OPEN  0x4u
#define ERROR_PAUSED     0x10000u

static uint32_t errors(const struct printer *p) {
    return (printer_is_stopped(p, STOP_PAPER_OUT) ? ERROR_MEDIA_OUT : 0) |
           (printer_is_stopped(p, STOP_RIBBON_OUT) ? ERROR_RIBBON_OUT : 0) |
           (printer_is_stopped(p, STOP_HEAD_OPEN) ? ERROR_HEAD_OPEN : 0) |
           (printer_is_stopped(p, STOP_MENU) ? ERROR_PAUSED : 0);
}

static bool partial_format(const struct printer *p) {
    for (unsigned i = 0; i < PRINTER_LINKS; i++)
        if (p->links[i].open && link_rest(&p->links[i]).len > 0 && &p->links[i] != p->serving)
            return true;
    return false;
}

/* The three frames; `open` and `close` stand around each. */
static void status_frames(const struct printer *p, struct buffer *b, const char *open,
                          const char *close) {
    const struct zpl *z = p->own;
    const bool brother = printer_has_quirk(p, "brother");
    const size_t formats = z->formats.n < EEE_MAX ? z->formats.n : EEE_MAX;
    const uint32_t remaining = z->batch.copies < REMAINING_MAX ? z->batch.copies : REMAINING_MAX;
    buffer_printf(b, "%s%s,%d,%d,%04u,%03zu,%d,0,%d,000,0,0,0%s", open, brother ? "158" : "030",
                  printer_is_stopped(p, STOP_PAPER_OUT), printer_is_stopped(p, STOP_MENU),
                  LABEL_DOTS, formats, z->formats.n >= p->o.depth, partial_format(p), close);
    buffer_printf(b, "%s000,0,%d,%d,%d,2,%d,0,%08" PRIu32 ",1,000%s", open,
                  printer_is_stopped(p, STOP_HEAD_OPEN), printer_is_stopped(p, STOP_RIBBON_OUT),
                  !brother, brother ? 6 : 4, remaining, close);
    buffer_printf(b, "%s%s,0%s", open, brother ? "0000" : "1234", close);
}

void zpl_host_status(struct printer *p, struct link *l) {
    const uint32_t silencing = ERROR_MEDIA_OUT | ERROR_RIBBON_OUT | ERROR_HEAD_OPEN;
    if ((errors(p) & silencing) != 0) return;
    struct buffer b = BUFFER_INIT;
    status_frames(p, &b, "\x02", "\x03\r\n");
    printer_reply(p, l, buffer_slice(&b));
    buffer_free(&b);
}

void zpl_errors(struct printer *p, struct link *l) {
    const uint32_t e = errors(p);
    struct buffer b = BUFFER_INIT;
    buffer_printf(&b,
                  "\x02\r\n\r\n  PRINTER STATUS                                 \r\n"
                  "   ERRORS:         %d 00000000 %08" PRIX32 "      \r\n"
                  "   WARNINGS:       0 00000000 00000000      \r\n\x03",
                  e != 0, e);
    printer_reply(p, l, buffer_slice(&b));
    buffer_free(&b);
}

/* ---- SGD ------------------------------------------------------------------------------------ */

/* The next "quoted" word of the line; an empty slice with a null pointer when there is none. */
static struct cm_slice quoted(struct cm_slice *line) {
    const uint8_t *open = line->len == 0 ? NULL : memchr(line->p, '"', line->len);
    if (open == NULL) return slice_of(NULL, 0);
    const size_t left = line->len - (size_t)(open - line->p) - 1;
    const uint8_t *close = left == 0 ? NULL : memchr(open + 1, '"', left);
    if (close == NULL) return slice_of(NULL, 0);
    const size_t len = (size_t)(close - open) - 1;
    *line = slice_of(close + 1, left - len - 1);
    return slice_of(open + 1, len);
}

static void value_of(const struct printer *p, struct cm_slice name, struct buffer *b) {
    const struct zpl *z = p->own;
    const uint32_t e = errors(p);
    if (slice_equal(name, slice_text("odometer.total_label_count")))
        buffer_printf(b, "%" PRIu64, p->total);
    else if (slice_equal(name, slice_text("odometer.user_label_count")))
        buffer_printf(b, "%" PRIu64, z->user_total);
    else if (slice_equal(name, slice_text("device.host_status")))
        status_frames(p, b, "", "\r\n");
    else if (slice_equal(name, slice_text("zpl.system_status")))
        buffer_printf(b, "%d,00000000,%08" PRIX32 ",0,00000000,00000000", e != 0, e);
    else if (slice_equal(name, slice_text("device.jobs_print")))
        buffer_printf(b, "%zu", z->formats.n);
    else if (slice_equal(name, slice_text("device.unique_id")))
        buffer_text(b, UNIQUE_ID);
    else
        buffer_text(b, "?");
}

void zpl_sgd(struct printer *p, struct link *l, struct cm_slice line) {
    struct zpl *z = p->own;
    const bool get = line.len > 7 && memcmp(line.p, "getvar ", 7) == 0;
    const bool set = line.len > 7 && memcmp(line.p, "setvar ", 7) == 0;
    const struct cm_slice name = quoted(&line);
    const struct cm_slice value = quoted(&line);
    uint64_t count = 0;
    if (set && slice_equal(name, slice_text("odometer.user_label_count")) &&
        text_u64(value, USER_COUNT_MAX, &count) == CM_OK)
        z->user_total = count;
    if (!get || name.p == NULL) return;
    struct buffer b = BUFFER_INIT;
    buffer_u8(&b, '"');
    value_of(p, name, &b);
    buffer_u8(&b, '"');
    printer_reply(p, l, buffer_slice(&b));
    buffer_free(&b);
}
