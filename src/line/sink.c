/* `file:` units as lines into whatever takes them: fields apart by a tab. Nothing is printed:
 * delivered is all it can prove, and that only as far as its reader says so.
 * It refuses texts with control characters: they would break the lines. */
#include "base/macros.h"
#include "line/kinds.h"

/* Three, since a plan is known by its address. */
static const int rest_plan[] = {ASK_NONE}, open_plan[] = {ASK_NONE}, poll_plan[] = {ASK_NONE};

static cm_err sink_begin(struct driver *d, const struct driver_options *o, struct cm_diag *diag) {
    (void)d;
    (void)o;
    (void)diag;
    return CM_OK;
}

static bool sink_say(struct driver *d, int ask) {
    (void)d;
    (void)ask;
    return false;
}

static cm_err sink_unit(struct driver *d, const struct unit *u, struct cm_diag *diag) {
    for (size_t i = 0; i < d->fields_n; i++) {
        for (size_t k = 0; k < u->texts[i].len; k++)
            if (u->texts[i].p[k] < ' ')
                return diag_fail(diag, CM_E_FORMAT, "unit", NULL, "choose another text",
                                 "byte %02X cannot stand in a line", u->texts[i].p[k]);
        if (i > 0) driver_say(d, "\t");
        driver_put(d, u->texts[i]);
    }
    driver_say(d, "\n");
    return CM_OK;
}

/* It says nothing; what comes is noise. */
static size_t sink_frame(const struct driver *d, struct cm_slice rest) {
    (void)d;
    return rest.len;
}

static void sink_heard(struct driver *d, struct cm_slice frame) {
    (void)d;
    (void)frame;
}

/* A unit is delivered when the first byte of the next one could leave. */
static void sink_left(struct driver *d) {
    const uint64_t left = d->out_before + d->out_gone;
    const bool all = d->out_gone == d->out.len;
    size_t n = 0;
    while (n + 1 < d->flight_n &&
           d->flights[(d->flight_first + n + 1) % d->flight_cap].begins <= left)
        n++;
    driver_settle(d, all ? d->flight_n : n, FATE_PRINTED);
}

static bool sink_rested(struct driver *d) { return d->flight_n == 0; }
static void sink_polled(struct driver *d) { (void)d; }

const struct driver_kind kind_sink = {
    .name = "file",
    .summary = "lines into a file: delivered, never printed",
    .model = DRIVER_SINK,
    .window = 1024,
    .reply_ms = 1000,
    .own_len = 1,
    .piped = true,
    .sync = ASK_OWN,
    .rest_plan = rest_plan,
    .open_plan = open_plan,
    .poll_plan = poll_plan,
    .begin = sink_begin,
    .say = sink_say,
    .unit = sink_unit,
    .frame = sink_frame,
    .heard = sink_heard,
    .rested = sink_rested,
    .polled = sink_polled,
    .left = sink_left,
};
