/* What became of a device's entries, as JSON: the rows of a sync, and of `ticket conflicts`. */
#include "base/macros.h"
#include "base/text.h"
#include "vault/ticket_sync.h"

/* ---- One row ----------------------------------------------------------------------------------
 */

static const struct spend_first *first_of(struct spends_at at) {
    if (at.part->first_n == 0) return NULL;
    const size_t row = (size_t)(at.row - at.part->rows);
    for (size_t i = 0; i < at.part->first_n; i++)
        if (at.part->firsts[i].row == row) return &at.part->firsts[i];
    return NULL;
}

static void put_flags(struct json_writer *w, uint8_t flags) {
    static const struct {
        uint8_t flag;
        const char *name;
    } names[] = {{SPEND_FUTURE, "in_the_future"},
                 {SPEND_TOO_EARLY, "before_it_was_made"},
                 {SPEND_BACKWARDS, "clock_went_back"},
                 {SPEND_FORKED, "forked"}};
    json_array_begin(w, "flags");
    for (size_t i = 0; i < CM_ARRAY_N(names); i++)
        if ((flags & names[i].flag) != 0) json_put_cstr(w, NULL, names[i].name);
    json_array_end(w);
}

/* Which of the two the device's clocks put first; a till online has the ledger's. */
static const char *earlier(const struct spend_first *f, const struct spend_row *row) {
    const uint64_t first_ms = f->way == WAY_DEVICE ? f->device_ms : f->ledger_ms;
    if (first_ms == row->time_ms) return "neither";
    return first_ms < row->time_ms ? "first" : "this";
}

static void put_first(struct json_writer *w, const struct registry *r, const struct spend_first *f,
                      const struct spend_row *row) {
    const struct device_entry *device = registry_device(r, f->who);
    const struct api_key *key = registry_api_key(r, f->who);
    const bool conflict = row->fate == FATE_CONFLICT;
    const char *name = f->way == WAY_DEVICE ? (device != NULL ? device->name : "")
                       : key != NULL        ? key->name
                                            : "operator";
    if (conflict) json_put_cstr(w, "first_way", f->way == WAY_DEVICE ? "device" : "online");
    if (conflict) json_put_cstr(w, "first_by", name);
    if (f->way == WAY_DEVICE) json_put_u64(w, "first_entry", f->n);
    if (f->way == WAY_DEVICE) json_put_u64(w, "first_device_ms", f->device_ms);
    json_put_u64(w, conflict ? "first_ledger_ms" : "void_since_ms", f->ledger_ms);
    if (conflict) json_put_cstr(w, "first_by_clock", earlier(f, row));
}

void ticket_sync_row(struct json_writer *w, const struct registry *r, struct spends_at at,
                     const char *outcome) {
    const struct spend_row *row = at.row;
    const struct set_entry *set = registry_set(r, row->set);
    const struct device_entry *device = registry_device(r, at.part->device);
    char hex[2 * SPEND_CTI_LEN + 1];
    hex_format(row->cti, sizeof row->cti, hex);
    json_put_cstr(w, "device", device != NULL ? device->name : "");
    json_put_u64(w, "entry", row->n);
    json_put_u64(w, "time_ms", row->time_ms);
    json_put_cstr(w, "id", row->fate == FATE_NOTED ? "" : hex);
    json_put_cstr(w, "outcome", outcome);
    json_put_cstr(w, "batch", set != NULL && row->set != 0 ? set->name : "");
    if (set != NULL && row->set != 0) json_put_u64(w, "serial", row->serial);
    json_put_u64(w, "synced_ms", at.part->at_ms);
    put_flags(w, row->flags);
    const struct spend_first *f = first_of(at);
    if (f != NULL) put_first(w, r, f, row);
}

/* ---- All of a sync ----------------------------------------------------------------------------
 */

struct tellings {
    struct ticket_sync *s;
    uint64_t counts[SPEND_FATE_N], already, fresh, forked, odd;
};

/* What was redeemed by the very same entry before is neither news nor a conflict. */
static const char *outcome_of(struct tellings *t, const struct sync_entry *e,
                              const struct spend_row *row) {
    const bool again = (e->known || e->twice) && row->fate == FATE_REDEEMED;
    t->already += again;
    t->forked += (row->flags & SPEND_FORKED) != 0;
    t->odd += (row->flags & ~SPEND_FORKED) != 0;
    if (again) return "already";
    t->counts[row->fate]++;
    return spend_fate_name((enum spend_fate)row->fate);
}

static cm_err tell(void *ctx, const struct registry *r) {
    struct tellings *t = ctx;
    struct ticket_sync *s = t->s;
    struct json_writer *w = s->a->out;
    json_array_begin(w, "rows");
    for (size_t i = 0; i < s->n; i++) {
        const struct sync_entry *e = &s->entries[i];
        struct spends_part dry = {.device = s->device.id};
        struct spends_at at = spends_index_entry(r->spends, e->row.hash);
        const bool fresh = at.row == NULL; /* a dry run has asked nobody */
        if (fresh) at = (struct spends_at){.part = &dry, .row = &e->row};
        t->fresh += fresh;
        json_object_begin(w, NULL);
        ticket_sync_row(w, r, at, fresh ? "new" : outcome_of(t, e, at.row));
        json_object_end(w);
    }
    json_array_end(w);
    return CM_OK;
}

cm_err ticket_sync_tell(struct ticket_sync *s) {
    struct tellings t = {.s = s};
    struct json_writer *w = s->a->out;
    json_put_cstr(w, "device", s->device.name);
    json_put_u64(w, "entries", s->n);
    TRY(engine_read(s->a->ctx->engine, tell, &t));
    json_object_begin(w, "counts");
    for (unsigned f = 0; f < SPEND_FATE_N; f++)
        json_put_u64(w, spend_fate_name((enum spend_fate)f), t.counts[f]);
    json_put_u64(w, "already", t.already);
    json_put_u64(w, "new", t.fresh);
    json_object_end(w);
    json_put_u64(w, "forked", t.forked);
    json_put_u64(w, "odd_times", t.odd);
    return CM_OK;
}
