/* Telling of orders: see order_tell.h. */
#include "vault/order_tell.h"

#include <stdio.h>

#include "base/text.h"
#include "vault/order_folder.h"
#include "vault/order_output.h"

void order_tell(struct json_writer *w, const struct order *o) {
    const bool made = o->id != 0; /* else a dry run: it has neither number nor state */
    if (made) json_put_u64(w, "order", o->id);
    json_put_cstr(w, "name", o->name);
    json_put_cstr(w, "mode", o->test ? "TEST" : "LIVE");
    if (made) json_put_cstr(w, "state", order_state_name(o->state));
    json_put_u64(w, "units", o->count);
    if (o->items > 1) json_put_u64(w, "records", order_records(o));
    json_put_bool(w, "needs_approval", o->approval);
    if (o->of != 0) json_put_u64(w, "remakes", o->of);
    json_array_begin(w, "recipients");
    for (size_t i = 0; i < o->part_n; i++) {
        json_object_begin(w, NULL);
        json_put_cstr(w, "files", order_role_name(o->parts[i].role));
        json_put_cstr(w, "recipient", o->parts[i].recipient);
        json_put_u64(w, "sequence", o->parts[i].sequence);
        json_put_cstr(w, "template", o->parts[i].template_name);
        json_object_end(w);
    }
    json_array_end(w);
}

void order_tell_counts(struct json_writer *w, const struct order *o) {
    const struct order_counts *c = &o->counts;
    const uint64_t known =
        c->produced + c->spoiled + c->remade + c->shipped + c->held + c->quarantined;
    json_object_begin(w, "returned");
    json_put_u64(w, "records", order_records(o));
    json_put_u64(w, "produced", c->produced);
    json_put_u64(w, "shipped", c->shipped);
    json_put_u64(w, "held", c->held);
    json_put_u64(w, "spoiled", c->spoiled);
    json_put_u64(w, "remade", c->remade);
    json_put_u64(w, "quarantined", c->quarantined);
    json_put_u64(w, "missing", order_records(o) - known);
    json_object_end(w);
}

static void tell_files(struct json_writer *w, const struct order *o, size_t i,
                       const char *workspace) {
    const struct order_part *p = &o->parts[i];
    char folder[ORDER_FOLDER_CAP], path[ORDER_PATH_CAP], hex[2 * sizeof p->manifest.b + 1];
    order_folder_name(o, i, o->state == ORDER_SEALED, folder);
    const bool there = order_folder_path(workspace, folder, path, NULL) == CM_OK;
    for (size_t f = 0; f < p->file_n; f++) {
        json_object_begin(w, NULL);
        json_put_cstr(w, "folder", there ? path : folder);
        json_put_cstr(w, "file", p->files[f].name);
        json_put_u64(w, "records", p->files[f].records);
        json_put_u64(w, "bytes", p->files[f].bytes);
        hex_format(p->files[f].hash.b, sizeof p->files[f].hash.b, hex);
        json_put_cstr(w, "sha256", hex);
        json_object_end(w);
    }
}

void order_tell_more(struct json_writer *w, const struct order *o, const char *workspace) {
    json_put_u64(w, "spent_units", o->issued);
    if (o->by[0] != '\0') json_put_cstr(w, "by", o->by);
    json_put_u64(w, "made_ms", o->made_ms);
    json_array_begin(w, "files");
    for (size_t i = 0; i < o->part_n; i++)
        tell_files(w, o, i, workspace);
    json_array_end(w);
    json_array_begin(w, "approvals");
    for (size_t i = 0; i < o->approval_n; i++) {
        json_object_begin(w, NULL);
        json_put_cstr(w, "what", o->approvals[i].what);
        json_put_cstr(w, "operator", o->approvals[i].operator);
        json_put_u64(w, "at_ms", o->approvals[i].at_ms);
        json_object_end(w);
    }
    json_array_end(w);
    order_tell_counts(w, o);
}
