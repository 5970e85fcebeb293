/* The life of an import: begin, check for duplicates, write. Both last ones merge the same spill,
 * a step at a time; the second time the rows that the first found wanting are left out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "vault/import_inside.h"

#define BITS 8u

void import_job_free(struct import_job *j) {
    if (j == NULL) return;
    legacy_writer_free(j->index);
    legacy_writer_free(j->base);
    legacy_sort_free(j->sort);
    cmac_free(j->hash);
    secret_free(j->key);
    legacy_spill_close(&j->base_spill);
    buffer_free(&j->base_rows);
    free(j->dropped);
    wipe(j, sizeof *j);
    free(j);
}

static void job_freep(struct import_job **j) { import_job_free(*j); }

/* ---- Beginning ------------------------------------------------------------------------------- */

static cm_err make_key(struct import_job *j, struct cm_diag *diag) {
    void *key = NULL;
    TRY(secret_alloc(sizeof *j->key, &key, diag));
    j->key = key;
    random_key(j->key);
    return cmac_new(&j->hash, j->key);
}

static cm_err sweep(const struct import_job *j, struct cm_diag *diag) {
    int folder = -1;
    cm_err err = legacy_folder(j->folder, &folder);
    if (err == CM_OK) err = import_sweep(j->place.engine, folder);
    if (folder >= 0) (void)close(folder);
    if (err == CM_OK) return CM_OK;
    return diag_fail(diag, err, j->folder, NULL, "check the folder's rights and free space",
                     "the folder of imported lists cannot be used");
}

cm_err import_job_new(struct import_job **out, const struct import_place *place,
                      const struct import_options *options, struct cm_diag *diag) {
    CM_CLEANUP(job_freep) struct import_job *j = calloc(1, sizeof *j);
    if (j == NULL) return CM_E_NO_MEMORY;
    j->base_spill.fd = -1;
    j->place = *place;
    j->options = *options;
    const int n = snprintf(j->folder, sizeof j->folder, "%s/legacy", place->workspace);
    if (n < 0 || (size_t)n >= sizeof j->folder) return CM_E_RANGE;
    TRY(sweep(j, diag));
    TRY(make_key(j, diag));
    if (j->options.kind == LEGACY_CARDS)
        TRY(legacy_spill_open(&j->base_spill, j->folder, "base", diag));
    TRY(legacy_sort_new(&j->sort, j->folder, diag));
    *out = take(&j);
    return CM_OK;
}

/* ---- Checking -------------------------------------------------------------------------------- */

static cm_err begin_check(struct import_job *j, struct cm_diag *diag) {
    TRY(import_end_chunk(j, diag));
    if (j->base_spill.fd >= 0) TRY(import_flush_base(j, diag));
    j->dropped_cap = (size_t)(j->serials / BITS) + 1;
    j->dropped = calloc(j->dropped_cap, 1);
    if (j->dropped == NULL) return CM_E_NO_MEMORY;
    TRY(legacy_sort_begin(j->sort, diag));
    j->merged = 0;
    j->has_last = false;
    j->phase = IMPORT_CHECKING;
    return CM_OK;
}

/* Its money is not imported either. */
static cm_err drop_unit(struct import_job *j, uint64_t serial, struct cm_diag *diag) {
    uint8_t row[LEGACY_ROW_LEN];
    struct legacy_base base = {.balance = 0};
    if (j->base_spill.fd >= 0) {
        TRY(legacy_spill_read(&j->base_spill, row, sizeof row, serial * LEGACY_ROW_LEN, diag));
        TRY(legacy_base_read(row, &base));
    }
    j->counts.good--;
    j->counts.balance -= base.balance;
    import_drop(j, serial);
    return CM_OK;
}

/* The same text for the same unit twice is no offence; of aliases the row alone is left out, of
 * others the unit with all its texts. */
static cm_err judge_pair(struct import_job *j, const struct legacy_sort_row *row,
                         struct cm_diag *diag) {
    const bool aliases = j->options.kind == LEGACY_ALIASES;
    const uint64_t serial = legacy_sort_serial(row);
    const bool again = j->has_last && legacy_sort_same(&j->last, row);
    const struct import_offence o = {.line = row->line,
                                     .of_line = j->last.line,
                                     .kind = IMPORT_DUPLICATE,
                                     .column = row->mark != 0 ? IMPORT_OTHER : IMPORT_TEXT};
    if (!again) {
        j->last = *row;
        j->has_last = true;
        return CM_OK;
    }
    if (serial == legacy_sort_serial(&j->last)) return CM_OK;
    import_offend(j, &o);
    if (aliases)
        j->counts.good -= j->counts.good > 0;
    else if (!import_dropped(j, serial))
        return drop_unit(j, serial, diag);
    return CM_OK;
}

cm_err import_job_check(struct import_job *j, struct cm_diag *diag) {
    if (j->phase == IMPORT_TAKING) TRY(begin_check(j, diag));
    if (j->phase != IMPORT_CHECKING) return CM_OK;
    bool more = true;
    for (unsigned i = 0; i < IMPORT_STEP_ROWS; i++) {
        struct legacy_sort_row row;
        TRY(legacy_sort_next(j->sort, &row, &more, diag));
        if (!more) break;
        TRY(judge_pair(j, &row, diag));
        j->merged++;
    }
    if (!more) j->phase = IMPORT_CHECKED;
    return CM_OK;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static cm_err path_of(const struct import_job *j, uint32_t set, enum legacy_file_kind kind,
                      char out[static LEGACY_PATH_CAP]) {
    return legacy_path(j->folder, set, kind, out);
}

/* Under a number that no set has: the files get theirs when they are whole. */
static cm_err begin_write(struct import_job *j, bool leave_out, struct cm_diag *diag) {
    struct legacy_head head = {.kind = LEGACY_INDEX, .rows = legacy_sort_rows(j->sort)};
    struct workspace w;
    char path[LEGACY_PATH_CAP];
    if (j->offended > 0 && !leave_out)
        return diag_fail(diag, CM_E_CONFLICT, j->options.name, NULL,
                         "correct them, or import the rest with --leave-out",
                         "%llu places in the file are wrong", (unsigned long long)j->offended);
    if (j->counts.good == 0)
        return diag_fail(diag, CM_E_CONFLICT, j->options.name, NULL, NULL,
                         "there is nothing to import");
    TRY(workspace_read(j->place.workspace, &w, diag));
    memcpy(head.workspace_id, w.id, sizeof head.workspace_id);
    memcpy(j->workspace_id, w.id, sizeof j->workspace_id);
    TRY(path_of(j, 0, LEGACY_INDEX, path));
    TRY(legacy_writer_new(&j->index, path, &head, diag));
    if (j->base_spill.fd >= 0) {
        head.kind = LEGACY_BASE;
        head.rows = j->serials;
        TRY(path_of(j, 0, LEGACY_BASE, path));
        TRY(legacy_writer_new(&j->base, path, &head, diag));
    }
    TRY(legacy_sort_begin(j->sort, diag));
    j->merged = 0;
    j->has_last = false;
    j->phase = IMPORT_WRITING;
    return CM_OK;
}

static cm_err write_index(struct import_job *j, bool *more, struct cm_diag *diag) {
    const bool aliases = j->options.kind == LEGACY_ALIASES;
    for (unsigned i = 0; i < IMPORT_STEP_ROWS; i++) {
        struct legacy_sort_row row;
        uint8_t bytes[LEGACY_ROW_LEN];
        TRY(legacy_sort_next(j->sort, &row, more, diag));
        if (!*more) return CM_OK;
        j->merged++;
        if (!aliases && import_dropped(j, legacy_sort_serial(&row))) continue;
        if (j->has_last && legacy_sort_same(&j->last, &row)) continue;
        j->last = row;
        j->has_last = true;
        legacy_sort_put_row(bytes, &row);
        TRY(legacy_writer_put(j->index, bytes, diag));
    }
    return CM_OK;
}

static cm_err write_base(struct import_job *j, bool *more, struct cm_diag *diag) {
    static const struct legacy_base none = {.state = CM_CARD_VOID};
    uint8_t rows[LEGACY_BLOCK_LEN];
    for (unsigned i = 0; i < IMPORT_STEP_ROWS / LEGACY_BLOCK_ROWS; i++) {
        const uint64_t at = legacy_writer_rows(j->base), left = j->serials - at;
        const size_t n = left < LEGACY_BLOCK_ROWS ? (size_t)left : LEGACY_BLOCK_ROWS;
        *more = n > 0;
        if (n == 0) return CM_OK;
        TRY(legacy_spill_read(&j->base_spill, rows, n * LEGACY_ROW_LEN, at * LEGACY_ROW_LEN, diag));
        for (size_t k = 0; k < n; k++) {
            uint8_t *row = rows + k * LEGACY_ROW_LEN;
            if (import_dropped(j, at + k)) legacy_base_put(row, &none);
            TRY(legacy_writer_put(j->base, row, diag));
        }
    }
    return CM_OK;
}

cm_err import_job_write(struct import_job *j, bool leave_out, uint64_t now_unix_s,
                        struct cm_diag *diag) {
    bool more = false;
    if (j->phase == IMPORT_CHECKED) TRY(begin_write(j, leave_out, diag));
    if (j->phase != IMPORT_WRITING) return CM_E_STATE;
    TRY(write_index(j, &more, diag));
    if (!more && j->base != NULL) TRY(write_base(j, &more, diag));
    if (more) return CM_OK;
    TRY(import_commit(j, now_unix_s, diag));
    j->phase = IMPORT_DONE;
    return CM_OK;
}

/* ---- What there is to tell ------------------------------------------------------------------- */

enum import_phase import_job_phase(const struct import_job *j) { return j->phase; }
const struct import_counts *import_job_counts(const struct import_job *j) { return &j->counts; }
const struct import_options *import_job_options(const struct import_job *j) { return &j->options; }
const struct legacy_seen *import_job_seen(const struct import_job *j) { return &j->seen; }
uint64_t import_job_offended(const struct import_job *j) { return j->offended; }
uint32_t import_job_set(const struct import_job *j) { return j->set; }

size_t import_job_offences(const struct import_job *j, const struct import_offence **out) {
    *out = j->offences;
    return j->offence_n;
}

void import_job_progress(const struct import_job *j, uint64_t *done, uint64_t *of) {
    *done = j->merged;
    *of = legacy_sort_rows(j->sort);
    if (j->phase != IMPORT_WRITING || j->base == NULL) return;
    *done += legacy_writer_rows(j->base);
    *of += j->serials;
}
