/* The record of one printer. References as in record.h. */
#include "support/printers/record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/macros.h"

static const char *const names[RECORD_EVENT_N] = {
    [RECORD_TAKEN] = "taken",       [RECORD_PRINTED] = "printed",
    [RECORD_RETRIED] = "retried",   [RECORD_REPRINTED] = "reprinted",
    [RECORD_REPEATED] = "repeated", [RECORD_SKIPPED] = "skipped",
    [RECORD_CUT] = "cut",           [RECORD_CLEARED] = "cleared",
    [RECORD_LOST] = "lost",         [RECORD_REFUSED] = "refused",
    [RECORD_FAULT] = "fault",
};

struct place {
    uint64_t time_us;
    enum record_event event;
    size_t at, len; /* in texts */
};

struct record {
    FILE *file;
    bool keep;
    uint64_t n; /* entries ever */
    uint64_t counts[RECORD_EVENT_N];
    struct buffer places; /* of struct place */
    struct buffer texts;
};

const char *record_event_name(enum record_event event) { return names[event]; }

void record_close(struct record *r) {
    if (r == NULL) return;
    if (r->file != NULL) (void)fclose(r->file);
    buffer_free(&r->places);
    buffer_free(&r->texts);
    free(r);
}

void record_closep(struct record **r) { record_close(*r); }

cm_err record_open(const char *path, bool keep, struct record **out, struct cm_diag *diag) {
    CM_CLEANUP(record_closep) struct record *r = calloc(1, sizeof *r);
    if (r == NULL) return CM_E_NO_MEMORY;
    r->keep = keep;
    if (path != NULL) {
        r->file = fopen(path, "ae");
        if (r->file == NULL)
            return diag_fail(diag, file_err_from_errno(errno), path, NULL, NULL, "%s",
                             file_errno_text(errno));
    }
    *out = take(&r);
    return CM_OK;
}

void record_add(struct record *r, uint64_t time_us, enum record_event event, struct cm_slice text) {
    r->n++;
    r->counts[event]++;
    if (r->file != NULL) {
        (void)fprintf(r->file, "%" PRIu64 " %" PRIu64 " %s %.*s\n", r->n, time_us, names[event],
                      (int)text.len, (const char *)text.p);
    }
    if (!r->keep) return;
    const struct place place = {time_us, event, r->texts.len, text.len};
    buffer_put(&r->places, &place, sizeof place);
    buffer_put(&r->texts, text.p, text.len);
    if (r->places.failed || r->texts.failed) abort(); /* a judge without memory cannot judge */
}

cm_err record_flush(struct record *r) {
    return r->file == NULL || fflush(r->file) == 0 ? CM_OK : CM_E_IO;
}

uint64_t record_count(const struct record *r, enum record_event event) { return r->counts[event]; }

size_t record_n(const struct record *r) { return r->places.len / sizeof(struct place); }

struct record_entry record_at(const struct record *r, size_t i) {
    struct place place;
    memcpy(&place, r->places.p + i * sizeof place, sizeof place);
    return (struct record_entry){place.time_us, place.event,
                                 slice_of(r->texts.p + place.at, place.len)};
}

uint64_t record_count_of(const struct record *r, enum record_event event, const char *text) {
    uint64_t n = 0;
    for (size_t i = 0; i < record_n(r); i++) {
        const struct record_entry e = record_at(r, i);
        if (e.event == event && slice_equal(e.text, slice_text(text))) n++;
    }
    return n;
}

static int by_text(const void *a, const void *b) {
    const struct cm_slice x = *(const struct cm_slice *)a, y = *(const struct cm_slice *)b;
    const size_t least = x.len < y.len ? x.len : y.len;
    const int order = least == 0 ? 0 : memcmp(x.p, y.p, least);
    if (order != 0) return order;
    return x.len < y.len ? -1 : x.len > y.len;
}

size_t record_duplicates(const struct record *r, unsigned mask) {
    size_t n = 0, twice = 0;
    struct cm_slice *texts = calloc(record_n(r) + 1, sizeof *texts);
    if (texts == NULL) abort();
    for (size_t i = 0; i < record_n(r); i++) {
        const struct record_entry e = record_at(r, i);
        if ((1u << e.event & mask) != 0) texts[n++] = e.text;
    }
    qsort(texts, n, sizeof *texts, by_text);
    for (size_t i = 1; i < n; i++) {
        const bool again = slice_equal(texts[i], texts[i - 1]);
        const bool counted = i > 1 && slice_equal(texts[i], texts[i - 2]);
        if (again && !counted) twice++;
    }
    free(texts);
    return twice;
}
