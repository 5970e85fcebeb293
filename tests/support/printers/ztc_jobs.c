/* ZTC's jobs: the current one, and the queue of those that wait (delivery model B).
 * JDI and SLI queue ids count from 1. Any job name is known; its fields are the printer's.
 * Source: reference section 2.3. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "support/printers/ztc.h"

#define QUEUE_FULL 3 /* QLN's status */

static struct ztc *own(struct printer *p) { return p->own; }

void ztc_named(struct item *to, const struct ztc_request *r, size_t from) {
    for (size_t i = from; i < r->n; i++) {
        const uint8_t *sign = r->at[i].len == 0 ? NULL : memchr(r->at[i].p, '=', r->at[i].len);
        const size_t len = sign == NULL ? 0 : (size_t)(sign - r->at[i].p);
        const size_t from_value = sign == NULL ? 0 : len + 1;
        item_field(to, slice_of(r->at[i].p, len),
                   slice_of(r->at[i].p + from_value, r->at[i].len - from_value));
    }
}

void ztc_renew_line(struct printer *p, const struct ztc_request *r, size_t from,
                    enum record_event event) {
    struct ztc *z = own(p);
    if (z->line_waits) record_add(p->record, p->now_us, event, buffer_slice(&z->line.text));
    z->line_waits = false;
    item_clear(&z->line);
    if (r != NULL) ztc_named(&z->line, r, from);
}

static void select_job(struct printer *p, struct link *l, const struct ztc_request *r) {
    struct ztc *z = own(p);
    if (r->n == 0 || r->at[0].len == 0) {
        ztc_err(p, l);
        return;
    }
    item_clear(&z->job);
    buffer_put(&z->job.text, r->at[0].p, r->at[0].len);
    ztc_renew_line(p, r, 1, RECORD_CLEARED);
    p->batch = 0;
    ztc_ack(p, l);
    ztc_announce(p, "JOB\r");
}

static void update_job(struct printer *p, struct link *l, const struct ztc_request *r) {
    struct ztc *z = own(p);
    ztc_renew_line(p, r, 0, RECORD_CLEARED);
    z->line_waits = true;
    printer_took(p, &z->line);
    ztc_ack(p, l);
}

/* JDI|alloc|f=v| and SLI|job|alloc|f=v|: the values stand behind the head. */
static void queue_job(struct printer *p, struct link *l, const struct ztc_request *r) {
    struct ztc *z = own(p);
    const size_t head = r->name.p[0] == 'S' ? 2 : 1;
    if (r->n < head || z->waiting.n >= ZTC_QUEUE_MOST) {
        ztc_err(p, l);
        return;
    }
    struct item *i = fifo_push(&z->waiting);
    i->index = ++z->next_id;
    ztc_named(i, r, head);
    printer_took(p, i);
    ztc_answer(p, l, "%" PRIu64, z->next_id);
}

static void clear_queue(struct printer *p, struct link *l, const struct ztc_request *r) {
    struct ztc *z = own(p);
    uint64_t id = 0;
    if (r->n == 0 && z->waiting.n > 0) {
        printer_drop(p, &z->waiting, RECORD_CLEARED);
        ztc_ack(p, l);
        return;
    }
    const bool one = r->n == 1 && text_u64(r->at[0], UINT32_MAX, &id) == CM_OK;
    for (size_t i = 0; one && i < z->waiting.n; i++) {
        const struct item *waits = fifo_at(&z->waiting, i);
        if (waits->index != id) continue;
        record_add(p->record, p->now_us, RECORD_CLEARED, buffer_slice(&waits->text));
        fifo_remove(&z->waiting, i);
        ztc_ack(p, l);
        return;
    }
    ztc_err(p, l);
}

static void queue_length(struct printer *p, struct link *l, const struct ztc_request *r) {
    const struct ztc *z = own(p);
    if (r->name.p[1] == 'S')
        ztc_answer(p, l, "QSZ|%zu|", z->waiting.n);
    else
        ztc_answer(p, l, "QLN|%zu|%d|", z->waiting.n,
                   z->waiting.n >= ZTC_QUEUE_MOST ? QUEUE_FULL : 0);
}

static void job_name(struct printer *p, struct link *l, const struct ztc_request *r) {
    const struct buffer *name = &own(p)->job.text;
    const bool list = r->name.p[2] == 'L';
    ztc_answer(p, l, list ? "JBL|1|%.*s|" : "JOB|%.*s|1|", (int)name->len,
               name->len == 0 ? "" : (const char *)name->p);
}

/* GJF|job| names the fields, GJD their values. */
static void job_fields(struct printer *p, struct link *l, const struct ztc_request *r) {
    const struct ztc *z = own(p);
    struct buffer list = BUFFER_INIT;
    size_t n = 0;
    for (; printer_field(p, n).len > 0; n++) {
        const struct cm_slice field = printer_field(p, n);
        buffer_put(&list, field.p, field.len);
        buffer_u8(&list, '|');
    }
    if (r->name.p[2] == 'F')
        ztc_answer(p, l, "JFL|%zu|%s", n, buffer_cstr(&list));
    else
        ztc_answer(p, l, "JDL|%d|%.*s%s", z->line.text.len > 0, (int)z->line.text.len,
                   z->line.text.len == 0 ? "" : (const char *)z->line.text.p,
                   z->line.text.len == 0 ? "" : "|");
    buffer_free(&list);
}

static void print_once(struct printer *p, struct link *l, const struct ztc_request *r) {
    (void)r;
    struct ztc *z = own(p);
    if (z->state != ZTC_RUNNING || z->one_shot || z->line.text.len == 0) {
        ztc_err(p, l);
        return;
    }
    z->one_shot = true;
    z->shooter = l;
    if (p->o.manual) p->products++;
}

bool ztc_jobs(struct printer *p, struct link *l, const struct ztc_request *r) {
    static const struct {
        const char *name;
        void (*act)(struct printer *p, struct link *l, const struct ztc_request *r);
    } set[] = {
        {"SEL", select_job}, {"SLA", select_job},   {"JDU", update_job},  {"JDA", update_job},
        {"SLI", queue_job},  {"JDI", queue_job},    {"CQI", clear_queue}, {"QSZ", queue_length},
        {"GJN", job_name},   {"QLN", queue_length}, {"GJL", job_name},    {"GJF", job_fields},
        {"GJD", job_fields}, {"PRN", print_once},
    };
    for (size_t i = 0; i < sizeof set / sizeof set[0]; i++) {
        if (!slice_equal(r->name, slice_text(set[i].name))) continue;
        set[i].act(p, l, r);
        return true;
    }
    return false;
}
