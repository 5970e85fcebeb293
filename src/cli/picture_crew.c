/* One hand draws CHUNK rows at a time: enough that turns cost nothing, few enough that memory stays
 * small and the hands end together. */
#include "cli/picture_crew.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/count_line.h"
#include "cli/crew.h"
#include "cli/file_names.h"
#include "cli/interrupt.h"
#include "doc/csv_write.h"

#define CHUNK     128u
#define PLACE_CAP 64u
#define TEXT_KEEP ((size_t)1 << 16) /* bytes of scratch kept between chunks */

/* What the hands share. Names, store and counts belong to the hand whose turn it is to put. */
struct gathering {
    const struct picture_crew *crew;
    struct file_names names;
    struct picture_count count;
    struct count_line line;
};

struct hand {
    struct gathering *gathering;
    struct row_store rows;
    struct row_chunk chunk;
    struct picture_maker *maker;
    struct zip_packer *packer;
    struct hasher *hasher;
    struct buffer text, picture, names, index;
    size_t name_at[CHUNK];
    struct zip_part parts[CHUNK];
    struct picture_size size; /* of the chunk's first */
    char symbol_size[24];
};

static const struct symbol_job *job_of(const struct hand *h) { return h->gathering->crew->job; }

/* ---- Drawing ----------------------------------------------------------------------------------
 */

static cm_err put_index_row(struct hand *h, const struct cm_slice *cells, const char *name) {
    const struct symbol_job *job = job_of(h);
    struct csv_writer csv = {.out = &h->index, .dialect = *csv_dialect_named(slice_text("plain"))};
    struct hash256 hash;
    char hex[2 * HASH_LEN + 1];
    TRY(hasher_begin(h->hasher));
    TRY(hasher_update(h->hasher, buffer_slice(&h->picture)));
    TRY(hasher_end(h->hasher, &hash));
    hex_format(hash.b, HASH_LEN, hex);
    csv_put_cstr(&csv, name);
    for (size_t i = 0; i < job->index_n; i++)
        csv_put(&csv, cells[job->index[i]]);
    csv_put_cstr(&csv, hex);
    csv_end_row(&csv);
    return buffer_err(&h->index);
}

static cm_err draw(struct hand *h, const struct cm_slice *cells, bool first, struct cm_diag *diag) {
    const struct symbol_job *job = job_of(h);
    CM_CLEANUP(symbol_free) struct symbol symbol = {.width = 0};
    TRY(symbol_job_make(job, cells, &h->text, &symbol, diag));
    if (first) {
        TRY(picture_measure(h->maker, &symbol, &h->size, diag));
        (void)snprintf(h->symbol_size, sizeof h->symbol_size, "%s", symbol.size);
    }
    buffer_clear(&h->picture);
    return picture_make(h->maker, &symbol, &h->picture, diag);
}

static cm_err draw_row(struct hand *h, size_t i, struct cm_diag *diag) {
    const struct symbol_job *job = job_of(h);
    const struct cm_slice *cells = h->chunk.cells + i * job->column_n;
    const bool deflate = h->gathering->crew->packed && job->look.format != PICTURE_PNG;
    h->name_at[i] = h->names.len;
    TRY(draw(h, cells, i == 0, diag));
    TRY(symbol_job_name(job, cells, h->chunk.first + i, &h->names, diag));
    TRY(put_index_row(h, cells, (const char *)h->names.p + h->name_at[i]));
    return zip_pack(h->packer, buffer_slice(&h->picture), deflate, &h->parts[i]);
}

static cm_err work(void *ctx, struct cm_diag *diag) {
    struct hand *h = ctx;
    buffer_clear(&h->names);
    buffer_clear(&h->index);
    for (size_t i = 0; i < h->chunk.n; i++) {
        const cm_err err = draw_row(h, i, diag);
        if (err == CM_OK) continue;
        symbol_job_blame(job_of(h), h->chunk.first + i, diag);
        return err;
    }
    return CM_OK;
}

/* ---- In turn ----------------------------------------------------------------------------------
 */

static cm_err next(void *ctx, bool *more, struct cm_diag *diag) {
    struct hand *h = ctx;
    TRY(row_feed_take(h->gathering->crew->feed, CHUNK, &h->rows, &h->chunk, diag));
    *more = h->chunk.n > 0;
    return CM_OK;
}

static cm_err take_name(struct hand *h, size_t i, struct cm_diag *diag) {
    struct gathering *g = h->gathering;
    char place[PLACE_CAP];
    uint64_t before = 0;
    const struct cm_slice name = slice_text((const char *)h->names.p + h->name_at[i]);
    const cm_err err = file_names_take(&g->names, name, h->chunk.first + i, &before);
    if (err != CM_E_EXISTS) return err;
    (void)snprintf(place, sizeof place, "row %" PRIu64, h->chunk.first + i);
    if (before == 0)
        return diag_fail(diag, err, job_of(h)->input, place, "choose other columns with --name",
                         "its file would have the name of the index");
    return diag_fail(
        diag, err, job_of(h)->input, place, "choose a column that differs in every row with --name",
        "its file would have the same name as that of row %" PRIu64 " (capitals do not count)",
        before);
}

static cm_err put(void *ctx, struct cm_diag *diag) {
    struct hand *h = ctx;
    struct gathering *g = h->gathering;
    if (interrupt_came())
        return diag_fail(diag, CM_E_CANCELLED, job_of(h)->input, NULL,
                         "run the same command again: it begins with the first row",
                         "stopped; nothing was left");
    for (size_t i = 0; i < h->chunk.n; i++) {
        TRY(take_name(h, i, diag));
        if (g->crew->store == NULL) continue;
        TRY(file_store_put(g->crew->store, (const char *)h->names.p + h->name_at[i], &h->parts[i],
                           diag));
    }
    if (g->crew->store != NULL)
        TRY(file_store_index(g->crew->store, buffer_slice(&h->index), diag));
    if (g->count.files == 0) {
        g->count.first = h->size;
        memcpy(g->count.size, h->symbol_size, sizeof g->count.size);
    }
    g->count.files += h->chunk.n;
    count_line_show(&g->line, g->count.files);
    return CM_OK;
}

/* ---- The whole --------------------------------------------------------------------------------
 */

static void hand_free(struct hand *h) {
    if (h == NULL) return;
    row_store_wipe(&h->rows);
    picture_maker_free(h->maker);
    zip_packer_free(h->packer);
    hasher_free(h->hasher);
    buffer_wipe(&h->text);
    buffer_wipe(&h->picture);
    buffer_wipe(&h->names);
    buffer_wipe(&h->index);
    for (size_t i = 0; i < CHUNK; i++)
        buffer_wipe(&h->parts[i].bytes);
    free(h);
}

static cm_err hand_new(struct gathering *g, struct hand **out, struct cm_diag *diag) {
    struct hand *h = calloc(1, sizeof *h);
    if (h == NULL) return CM_E_NO_MEMORY;
    h->gathering = g;
    cm_err err = picture_maker_new(&g->crew->job->look, &h->maker, diag);
    if (err == CM_OK) err = zip_packer_new(&h->packer);
    if (err == CM_OK) err = hasher_new(&h->hasher);
    if (err == CM_OK)
        *out = h;
    else
        hand_free(h);
    return err;
}

static cm_err put_header(const struct picture_crew *crew, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer line = BUFFER_INIT;
    struct csv_writer csv = {.out = &line, .dialect = *csv_dialect_named(slice_text("plain"))};
    if (crew->store == NULL) return CM_OK;
    csv_put_cstr(&csv, "file");
    for (size_t i = 0; i < crew->job->index_n; i++)
        csv_put_cstr(&csv, crew->job->columns[crew->job->index[i]]);
    csv_put_cstr(&csv, "sha256");
    csv_end_row(&csv);
    TRY(buffer_err(&line));
    return file_store_index(crew->store, buffer_slice(&line), diag);
}

static cm_err run_hands(struct gathering *g, struct cm_diag *diag) {
    void *hands[CREW_HANDS_MAX] = {NULL};
    const unsigned n = g->crew->hands > 0 ? g->crew->hands : crew_size(CREW_HANDS_MAX);
    const struct crew crew = {.next = next, .work = work, .put = put, .hands = hands, .n = n};
    struct hand *hand = NULL;
    cm_err err = CM_OK;
    for (unsigned i = 0; i < n && err == CM_OK; i++, hand = NULL) {
        err = hand_new(g, &hand, diag);
        hands[i] = hand;
    }
    if (err == CM_OK) err = crew_run(&crew, diag);
    for (unsigned i = 0; i < n; i++)
        hand_free(hands[i]);
    return err;
}

cm_err picture_crew_run(const struct picture_crew *crew, struct picture_count *out,
                        struct cm_diag *diag) {
    struct gathering g = {.crew = crew};
    uint64_t before = 0;
    count_line_init(&g.line, crew->progress, "pictures", row_feed_total(crew->feed));
    file_names_init(&g.names);
    cm_err err = file_names_take(&g.names, slice_text(FILE_STORE_INDEX), 0, &before);
    if (err == CM_OK) err = put_header(crew, diag);
    if (err == CM_OK) err = run_hands(&g, diag);
    count_line_end(&g.line, g.count.files);
    file_names_wipe(&g.names);
    if (err == CM_OK) *out = g.count;
    return err;
}
