/* IPP: a queue that takes documents of several labels (printers reference section 5). One job is
 * under way at a time, and is said once: whatever becomes of the answer, Print-Job never follows
 * again. A job whose answer was lost is looked for by its name (ipp_job.h). "Completed" means that
 * bytes were delivered; labels count as printed only where the queue counted as many impressions
 * as labels, and has shown that it counts labels, not documents.
 *
 * It refuses a queue that would repeat failed jobs by itself. References: RFC 8011. */
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "line/ipp_inside.h"
#include "line/kinds.h"
#include "line/uri.h"

#define FORMAT     "application/vnd.zebra-zpl"
#define POLL_US    200000u
#define REST_US    5000000u /* a job that is not seen for so long is not there */
#define KEEP       4096u
#define MEMORY_TAG 'i'

/* Plans are known by their address. */
static const int rest_plan[] = {ASK_JOBS, ASK_CANCEL, ASK_JOB, ASK_PRINTER, ASK_NONE};
static const int poll_plan[] = {ASK_JOBS, ASK_JOB, ASK_PRINTER, ASK_NONE};
static const int open_plan[] = {ASK_NONE};

/* ---- Its life */

static cm_err set_queue(struct ipp *p, const struct driver_options *o, struct cm_diag *diag) {
    struct printer_uri uri;
    char text[PRINTER_TEXT_CAP];
    if (o->name == NULL || o->address == NULL) return CM_E_ARGUMENT;
    TRY(printer_uri_parse(slice_text(o->address), &uri, diag));
    ipp_job_prefix(o->name, p->prefix);
    text_append(p->queue.format, sizeof p->queue.format, "%s",
                uri.format[0] == '\0' ? FORMAT : uri.format);
    uri.format[0] = uri.pin[0] = '\0';
    (void)printer_uri_text(&uri, text);
    if (strlen(text) >= sizeof p->queue.uri) return CM_E_LIMIT;
    text_append(p->queue.uri, sizeof p->queue.uri, "%s", text);
    return CM_OK;
}

static cm_err ipp_begin(struct driver *d, const struct driver_options *o, struct cm_diag *diag) {
    struct ipp *p = d->own;
    if (o->poll_ms == 0) d->poll_us = POLL_US;
    if (o->rest_ms == 0) d->rest_us = REST_US;
    p->number = 1;
    TRY(set_queue(p, o, diag));
    return zpl_label_compile(&p->label, o->template_text,
                             o->template_name == NULL ? "template" : o->template_name, o->fields,
                             diag);
}

static void ipp_end(struct driver *d) {
    struct ipp *p = d->own;
    zpl_label_free(&p->label);
    buffer_wipe(&p->text);
}

/* ---- Saying */

static bool ipp_say(struct driver *d, int ask) {
    struct ipp *p = d->own;
    const bool doubt = d->flight_n > 0 && p->job.id == 0;
    if (p->building || p->printing) return false; /* nothing comes between a job and its answer */
    if (ask == ASK_JOBS && p->numbered && !doubt && !d->clear) return false;
    if (ask == ASK_CANCEL && (!d->clear || p->open == 0)) return false;
    if (ask == ASK_JOB && p->job.id == 0) return false;
    cm_err err = CM_OK;
    switch (ask) {
    case ASK_JOBS: err = ipp_say_jobs(&p->queue, &d->out); break;
    case ASK_CANCEL: err = ipp_say_cancel(&p->queue, p->open, &d->out); break;
    case ASK_JOB: err = ipp_say_job(&p->queue, p->job.id, &d->out); break;
    default: err = ipp_say_printer(&p->queue, &d->out); break;
    }
    cm_ignore(err); /* no memory: it goes unanswered, and is asked again */
    p->asked = p->queue.request;
    return true;
}

static cm_err begin_job(struct driver *d, uint64_t serial) {
    struct ipp *p = d->own;
    char name[IPP_NAME_CAP];
    const size_t at = d->out.len;
    ipp_job_name(p->prefix, p->number, serial, serial, name);
    TRY(ipp_say_print(&p->queue, name, &d->out));
    p->last_at = ipp_job_last_at(slice_of(d->out.p + at, d->out.len - at));
    if (p->last_at == 0) return CM_E_LIMIT;
    p->job_at = d->out_before + at;
    p->print_request = p->queue.request;
    p->job = (struct ipp_job){.id = 0};
    p->taken = p->gone = false;
    p->missed_n = 0;
    return CM_OK;
}

/* The job under way grows by a label; the first one brings its head and the stored format. */
static cm_err ipp_unit(struct driver *d, const struct unit *u, struct cm_diag *diag) {
    struct ipp *p = d->own;
    buffer_recycle(&p->text, KEEP);
    if (!p->building) buffer_put(&p->text, p->label.stored.p, p->label.stored.len);
    TRY(zpl_label_recall(&p->label, u, &p->text, diag));
    TRY(buffer_err(&p->text));
    if (!p->building) TRY(begin_job(d, u->serial));
    driver_put(d, buffer_slice(&p->text));
    TRY(buffer_err(&d->out));
    uint8_t *head = d->out.p + (p->job_at - d->out_before);
    put_u32be(head, (uint32_t)((size_t)(d->out.p + d->out.len - head) - IPP_OUT_HEAD));
    ipp_job_write_last(head + p->last_at, u->serial);
    p->building = true;
    return CM_OK;
}

/* ---- Leaving */

/* Once its first byte is on the way a job is as it is: what comes next waits for its end. */
static void ipp_left(struct driver *d) {
    struct ipp *p = d->own;
    if (!p->building || d->out_before + d->out_gone <= p->job_at) return;
    p->building = false;
    p->printing = true;
    driver_drain(d);
}

static void ipp_lost(struct driver *d) {
    struct ipp *p = d->own;
    p->building = p->printing = p->seen = false;
}

static size_t ipp_frame_len(const struct driver *d, struct cm_slice rest) {
    struct ipp_frame f;
    (void)d;
    return ipp_frame(rest, &f);
}

/* ---- Another life: the job's number finds its name again. */

static void ipp_memory(const struct driver *d, struct buffer *out) {
    const struct ipp *p = d->own;
    buffer_u32be(out, p->number);
}

static bool ipp_remember(struct driver *d, struct cm_slice memory) {
    struct ipp *p = d->own;
    if (memory.len != sizeof p->number) return false;
    p->number = get_u32be(memory.p);
    return p->number > 0;
}

const struct driver_kind kind_ipp = {
    .name = "ipp",
    .summary = "a queue: jobs of several labels; delivered, printed where it counts labels",
    .model = DRIVER_JOB,
    .window = 10,
    .reply_ms = 10000,
    .own_len = sizeof(struct ipp),
    .frame_max = IPP_IN_HEAD + IPP_MESSAGE_MAX,
    .piped = true,
    .sync = ASK_PRINTER,
    .rest_plan = rest_plan,
    .open_plan = open_plan,
    .poll_plan = poll_plan,
    .begin = ipp_begin,
    .end = ipp_end,
    .say = ipp_say,
    .unit = ipp_unit,
    .frame = ipp_frame_len,
    .heard = ipp_heard,
    .rested = ipp_rested,
    .polled = ipp_polled,
    .clear = ipp_clear,
    .lost = ipp_lost,
    .left = ipp_left,
    .memory_tag = MEMORY_TAG,
    .memory = ipp_memory,
    .remember = ipp_remember,
};
