/* The import job seen from inside: taking rows is import_rows.c, checking and writing import_job.c.
 */
#ifndef CM_VAULT_IMPORT_INSIDE_H
#define CM_VAULT_IMPORT_INSIDE_H

#include "crypto/cmac.h"
#include "engine/legacy_row.h"
#include "engine/legacy_sort.h"
#include "engine/legacy_spill.h"
#include "vault/import_job.h"

#define IMPORT_CHUNK 1024u /* texts read and hashed together */

/* One text of a row, waiting for its chunk. */
struct import_text {
    uint16_t row; /* of the chunk */
    enum import_column column;
};

/* A row whose texts are being judged. */
struct import_row {
    uint64_t serial;
    uint32_t line;
    struct legacy_base base;
    bool bad;  /* an offence was found */
    bool live; /* codes that are used up or void are left out */
};

struct import_job {
    struct import_place place;
    struct import_options options;
    char folder[WORKSPACE_PATH_CAP];
    uint8_t workspace_id[WORKSPACE_ID_LEN];
    enum import_phase phase;
    struct cm_key *key; /* guarded */
    struct cmac *hash;
    struct legacy_sort *sort;
    struct legacy_spill base_spill; /* cards: rows of the base */
    struct buffer base_rows;        /* that are not written yet */
    uint64_t base_at;               /* bytes that are */
    uint8_t *dropped;               /* a bit a serial: not to be imported */
    size_t dropped_cap;
    struct legacy_seen seen;
    struct import_counts counts;
    struct import_offence offences[IMPORT_OFFENCES_MAX]; /* ascending by line */
    size_t offence_n;
    uint64_t offended;
    uint64_t serials;    /* given: one a row */
    uint64_t serial_end; /* aliases: beyond the last index pointed to */
    /* the chunk */
    struct import_row rows[IMPORT_CHUNK];
    size_t row_n;
    struct import_text texts[IMPORT_CHUNK];
    struct cm_slice typed[IMPORT_CHUNK];
    uint8_t hashes[IMPORT_CHUNK][CMAC_LEN];
    bool read[IMPORT_CHUNK]; /* hashes has it */
    struct owned owned[IMPORT_CHUNK];
    size_t text_n;
    /* merging */
    struct legacy_writer *index, *base;
    struct legacy_sort_row last;
    bool has_last;
    uint64_t merged, kept;
    uint32_t set;
};

/* import_commit.c: number, keys, files, document and units. @retval  nothing is in the workspace */
CM_MUST_CHECK cm_err import_commit(struct import_job *j, uint64_t now_unix_s, struct cm_diag *diag);
/* Remove files that belong to no list. */
CM_MUST_CHECK cm_err import_sweep(struct cm_engine *engine, int folder);

/* import_rows.c */
void import_offend(struct import_job *j, const struct import_offence *o);
void import_drop(struct import_job *j, uint64_t serial);
bool import_dropped(const struct import_job *j, uint64_t serial);

/* Judge the texts of the rows that are waiting, and forget them. */
CM_MUST_CHECK cm_err import_end_chunk(struct import_job *j, struct cm_diag *diag);
CM_MUST_CHECK cm_err import_flush_base(struct import_job *j, struct cm_diag *diag);

#endif
