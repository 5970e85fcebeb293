/* Rows and counts of a sync: see sync_report.h. */
#include "cli/sync_report.h"

#include <stdio.h>

#include "base/date.h"
#include "base/macros.h"
#include "doc/csv_write.h"
#include "doc/json.h"
#include "doc/json_write.h"

#define REPORT_MODE 0600
#define NUMBER_CAP  24u

/* Members of a row, in the order of columns; those in _ms are written as times. */
static const char *const columns[] = {
    "entry",           "time_ms",        "outcome",       "id",          "batch",
    "serial",          "first_way",      "first_by",      "first_entry", "first_device_ms",
    "first_ledger_ms", "first_by_clock", "void_since_ms", "flags"};

void sync_report_wipe(struct sync_report *r) {
    outfile_close(&r->file);
    buffer_free(&r->lines);
}

static struct csv_writer writer(struct sync_report *r) {
    return (struct csv_writer){.out = &r->lines,
                               .dialect = *csv_dialect_named(slice_text("plain"))};
}

static cm_err flush(struct sync_report *r, struct cm_diag *diag) {
    TRY(buffer_err(&r->lines));
    if (r->to_file) TRY(outfile_write(&r->file, buffer_slice(&r->lines), diag));
    buffer_clear(&r->lines);
    return CM_OK;
}

cm_err sync_report_begin(struct sync_report *r, const char *path, struct cm_diag *diag) {
    struct csv_writer w = writer(r);
    r->to_file = path != NULL;
    if (r->to_file) TRY(outfile_open(&r->file, path, REPORT_MODE, diag));
    for (size_t i = 0; i < CM_ARRAY_N(columns); i++) {
        const size_t len = strlen(columns[i]);
        const bool time = len > 3 && strcmp(columns[i] + len - 3, "_ms") == 0;
        csv_put(&w, slice_of(columns[i], time ? len - 3 : len));
    }
    csv_end_row(&w);
    return flush(r, diag);
}

/* ---- Rows -------------------------------------------------------------------------------------
 */

static cm_err put_words(struct csv_writer *w, struct json_value v) {
    CM_CLEANUP(buffer_free) struct buffer words = BUFFER_INIT;
    size_t n = 0;
    TRY(json_items(v, 0, SIZE_MAX, &n));
    for (size_t i = 0; i < n; i++) {
        struct cm_slice word;
        TRY(json_text(json_at(v, i), 0, SIZE_MAX, &word));
        if (i > 0) buffer_text(&words, " ");
        buffer_put(&words, word.p, word.len);
    }
    TRY(buffer_err(&words));
    csv_put(w, buffer_slice(&words));
    return CM_OK;
}

static cm_err put_cell(struct csv_writer *w, struct json_value row, const char *name) {
    const struct json_value v = json_get(row, name);
    const size_t len = strlen(name);
    char text[TIME_TEXT_CAP + NUMBER_CAP] = "";
    uint64_t number = 0;
    struct cm_slice word;
    if (!json_present(v)) {
        csv_put_cstr(w, "");
        return CM_OK;
    }
    if (json_kind_of(v) == JSON_KIND_ARRAY) return put_words(w, v);
    if (json_kind_of(v) == JSON_KIND_TEXT) {
        TRY(json_text(v, 0, SIZE_MAX, &word));
        csv_put(w, word);
        return CM_OK;
    }
    TRY(json_u64(v, 0, UINT64_MAX, &number));
    if (len > 3 && strcmp(name + len - 3, "_ms") == 0)
        time_format(number, text);
    else
        (void)snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    csv_put_cstr(w, text);
    return CM_OK;
}

static cm_err add_count(struct json_value counts, const char *name, uint64_t *to) {
    uint64_t n = 0;
    TRY(json_u64(json_get(counts, name), 0, SPENDS_ROWS_MAX, &n));
    *to += n;
    return CM_OK;
}

static cm_err add_counts(struct sync_report *r, struct json_value root) {
    const struct json_value counts = json_get(root, "counts");
    for (unsigned f = 0; f < SPEND_FATE_N; f++)
        TRY(add_count(counts, spend_fate_name((enum spend_fate)f), &r->counts[f]));
    TRY(add_count(counts, "already", &r->already));
    TRY(add_count(counts, "new", &r->fresh));
    TRY(add_count(root, "forked", &r->forked));
    return add_count(root, "odd_times", &r->odd);
}

cm_err sync_report_rows(struct sync_report *r, struct cm_slice result, struct cm_diag *diag) {
    static const struct json_limits limits = {.text_max = 8u << 20, .depth_max = JSON_DEPTH_MAX};
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct csv_writer w = writer(r);
    size_t n = 0;
    TRY(json_doc_new(&doc, result, "ticket.sync", &limits, diag));
    const struct json_value root = json_root(doc), rows = json_get(root, "rows");
    TRY(json_copy_text(json_get(root, "device"), 0, r->device, sizeof r->device));
    TRY(json_items(rows, 0, SPENDS_ROWS_MAX, &n));
    for (size_t i = 0; i < n && r->to_file; i++) {
        for (size_t c = 0; c < CM_ARRAY_N(columns); c++)
            TRY(put_cell(&w, json_at(rows, i), columns[c]));
        csv_end_row(&w);
    }
    TRY(add_counts(r, root));
    return flush(r, diag);
}

cm_err sync_report_passed_over(struct sync_report *r, const struct spends_piece *piece,
                               struct cm_diag *diag) {
    struct csv_writer w = writer(r);
    const bool damaged = piece->kind == PIECE_DAMAGED;
    char place[64];
    (void)snprintf(place, sizeof place, "byte %zu (%zu bytes)", piece->at, piece->bytes.len);
    r->damaged += damaged;
    r->unfinished += !damaged;
    for (size_t c = 0; c < CM_ARRAY_N(columns); c++)
        csv_put_cstr(&w, c == 0 ? place : c == 2 ? damaged ? "damaged" : "unfinished" : "");
    csv_end_row(&w);
    return flush(r, diag);
}

/* ---- The record --------------------------------------------------------------------------------
 */

uint64_t sync_report_conflicts(const struct sync_report *r) {
    uint64_t n = r->damaged;
    for (unsigned f = 0; f < SPEND_FATE_N; f++)
        if (f != FATE_REDEEMED && f != FATE_NOTED) n += r->counts[f];
    return n;
}

static void put_notes(const struct sync_report *r, struct json_writer *w) {
    json_array_begin(w, "notes");
    if (r->forked > 0)
        json_put_cstr(w, NULL,
                      "The chain is forked: two files of this device begin alike and then differ. "
                      "Its key may be in two places, or an old copy of its file was put back.");
    if (r->odd > 0)
        json_put_cstr(w, NULL, "Times of the device are odd: set its clock (column flags).");
    if (r->unfinished > 0)
        json_put_cstr(w, NULL, "The last entry was never finished: nobody was let in by it.");
    if (sync_report_conflicts(r) > 0)
        json_put_cstr(w, NULL, "'countermark ticket conflicts' shows what is no redemption.");
    json_array_end(w);
}

static void put_record(const struct sync_report *r, uint64_t pieces, struct buffer *out) {
    struct json_writer w = json_writer_into(out, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "device", r->device);
    json_put_u64(&w, "entries", pieces);
    for (unsigned f = 0; f < SPEND_FATE_N; f++)
        json_put_u64(&w, spend_fate_name((enum spend_fate)f), r->counts[f]);
    json_put_u64(&w, "already", r->already);
    json_put_u64(&w, "new", r->fresh);
    json_put_u64(&w, "damaged", r->damaged);
    json_put_u64(&w, "unfinished", r->unfinished);
    json_put_u64(&w, "forked", r->forked);
    json_put_u64(&w, "odd_times", r->odd);
    put_notes(r, &w);
    json_object_end(&w);
}

cm_err sync_report_end(struct sync_report *r, uint64_t pieces, struct buffer *record,
                       struct cm_diag *diag) {
    uint64_t told = r->already + r->fresh + r->damaged + r->unfinished;
    struct hash256 ignored;
    for (unsigned f = 0; f < SPEND_FATE_N; f++)
        told += r->counts[f];
    if (told != pieces)
        return diag_fail(diag, CM_E_CORRUPT, "sync", NULL, "sync the file again, and report this",
                         "%llu entries ended in %llu rows", (unsigned long long)pieces,
                         (unsigned long long)told);
    if (r->to_file) TRY(outfile_commit(&r->file, &ignored, diag));
    buffer_clear(record);
    put_record(r, pieces, record);
    return buffer_err(record);
}
