/* ZTC's serialization set: records with an index of the sender (delivery model A).
 * A record whose index came before is accepted again: nothing says that a printer refuses it.
 * SLR survives SCB. Source: reference section 2.6 and the ZTC transcript of section 8. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "support/printers/ztc.h"

#define BUFFER_LEN 951744u /* bytes free when empty, as seen in the field */
#define INDEX_MAX  UINT32_MAX

static struct ztc *own(struct printer *p) { return p->own; }

static uint64_t free_len(const struct ztc *z) {
    uint64_t used = 0;
    for (size_t i = 0; i < z->records.n; i++)
        used += fifo_at(&z->records, i)->text.len;
    return used < BUFFER_LEN ? BUFFER_LEN - used : 0;
}

static struct cm_slice header_name(const struct ztc *z, size_t i) {
    struct cm_slice left = buffer_slice(&z->header);
    for (;; i--) {
        size_t len = 0;
        while (len < left.len && left.p[len] != '|')
            len++;
        if (i == 0 || len == left.len) return slice_of(left.p, i == 0 ? len : 0);
        left = slice_of(left.p + len + 1, left.len - len - 1);
    }
}

static bool room(const struct ztc *z) { return z->records.n < z->most; }

/* A record with the values from..n in the header's order. */
static void record(struct printer *p, const struct ztc_request *r, size_t from, uint64_t index) {
    struct ztc *z = own(p);
    struct item *i = fifo_push(&z->records);
    i->index = index;
    for (size_t k = from; k < r->n; k++)
        item_field(i, header_name(z, k - from), r->at[k]);
    z->last_given = index;
    printer_took(p, i);
}

static void header_only(struct printer *p, struct link *l, const struct ztc_request *r) {
    struct ztc *z = own(p);
    buffer_clear(&z->header);
    for (size_t i = 0; i < r->n; i++) {
        buffer_put(&z->header, r->at[i].p, r->at[i].len);
        buffer_u8(&z->header, '|');
    }
    z->serial = r->n > 0;
    (r->n > 0 ? ztc_ack : ztc_err)(p, l);
}

static void header_and_data(struct printer *p, struct link *l, const struct ztc_request *r) {
    struct ztc *z = own(p);
    if (r->n == 0 || !room(z)) {
        ztc_err(p, l);
        return;
    }
    z->serial = true;
    struct item *i = fifo_push(&z->records);
    i->index = ++z->last_given;
    ztc_named(i, r, 0);
    printer_took(p, i);
    ztc_ack(p, l);
}

static void data_only(struct printer *p, struct link *l, const struct ztc_request *r) {
    struct ztc *z = own(p);
    if (!z->serial || r->n == 0 || !room(z)) {
        ztc_err(p, l);
        return;
    }
    record(p, r, 0, z->last_given + 1);
    ztc_answer(p, l, "SFS|%" PRIu64 "|", free_len(z));
}

static void data_with_index(struct printer *p, struct link *l, const struct ztc_request *r) {
    struct ztc *z = own(p);
    uint64_t index = 0;
    if (!z->serial || r->n < 2 || !room(z) || text_u64(r->at[0], INDEX_MAX, &index) != CM_OK) {
        ztc_err(p, l);
        return;
    }
    record(p, r, 1, index);
    ztc_ack(p, l);
}

static void clear(struct printer *p, struct link *l, const struct ztc_request *r) {
    (void)r;
    printer_drop(p, &own(p)->records, RECORD_CLEARED);
    ztc_ack(p, l);
}

static void set_most(struct printer *p, struct link *l, const struct ztc_request *r) {
    uint64_t n = 0;
    if (r->n < 1 || text_u64(r->at[0], INDEX_MAX, &n) != CM_OK || n == 0) {
        ztc_err(p, l);
        return;
    }
    own(p)->most = n;
    ztc_ack(p, l);
}

static void fields_beside(struct printer *p, struct link *l, const struct ztc_request *r) {
    ztc_renew_line(p, r, 0, RECORD_CLEARED);
    ztc_ack(p, l);
}

/* The record that prints next: the front of the buffer, or the one after the last. */
static void next_index(struct printer *p, struct link *l, const struct ztc_request *r) {
    (void)r;
    const struct ztc *z = own(p);
    const uint64_t next = z->records.n > 0 ? fifo_at(&z->records, 0)->index : z->last_given + 1;
    ztc_answer(p, l, "SNI|%" PRIu64 "|", next);
}

static void last_printed(struct printer *p, struct link *l, const struct ztc_request *r) {
    (void)r;
    ztc_answer(p, l, "SLR|%" PRIu64 "|", own(p)->last_printed);
}

static void record_count_left(struct printer *p, struct link *l, const struct ztc_request *r) {
    (void)r;
    ztc_answer(p, l, "SRC|%zu|", own(p)->records.n);
}

static void bytes_free(struct printer *p, struct link *l, const struct ztc_request *r) {
    (void)r;
    ztc_answer(p, l, "SFS|%" PRIu64 "|", free_len(own(p)));
}

static void get_most(struct printer *p, struct link *l, const struct ztc_request *r) {
    (void)r;
    ztc_answer(p, l, "SGM|%" PRIu64 "|", own(p)->most);
}

bool ztc_serial(struct printer *p, struct link *l, const struct ztc_request *r) {
    static const struct {
        const char *name;
        void (*act)(struct printer *p, struct link *l, const struct ztc_request *r);
    } set[] = {
        {"SHD", header_and_data}, {"SHO", header_only},   {"SDO", data_only},
        {"SID", data_with_index}, {"SCF", fields_beside}, {"SRC", record_count_left},
        {"SCB", clear},           {"SFS", bytes_free},    {"SNI", next_index},
        {"SLR", last_printed},    {"SMR", set_most},      {"SGM", get_most},
    };
    for (size_t i = 0; i < sizeof set / sizeof set[0]; i++) {
        if (!slice_equal(r->name, slice_text(set[i].name))) continue;
        set[i].act(p, l, r);
        return true;
    }
    return false;
}
