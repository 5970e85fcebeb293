/* One import under way, in the vault's memory: rows are read, hashed and forgotten; what is kept
 * are hashes in a spill without a name, and counts. Nothing of it is in the workspace before it is
 * committed, and then all of it (docs/design/imports.md). One at a time, in steps short enough that
 * other callers are served between them. It never shows a text: offences are told by line.
 * Memory: 25 MiB of sorting, a bit a row, and the blocks being written. */
#ifndef CM_VAULT_IMPORT_JOB_H
#define CM_VAULT_IMPORT_JOB_H

#include "cards/life.h"
#include "engine/imports.h"
#include "engine/legacy_text.h"
#include "engine/workspace.h"

#define IMPORT_OFFENCES_MAX 100u       /* told line by line; further ones are counted */
#define IMPORT_STEP_ROWS    131072u    /* merged in one act */
#define IMPORT_ROWS_LEN     (1u << 20) /* bytes of the rows of one act at most */
#define IMPORT_IDLE_MS      60000u     /* a job that nobody feeds may be replaced after it */
#define IMPORT_NOTE_CAP     257u       /* bytes of a free text with its NUL */
#define IMPORT_ALIASES_MAX  16u        /* other texts of one card */

/* Columns of a row as the vault takes it, tab-separated; further ones are other texts. */
enum import_column {
    IMPORT_LINE,    /* of the file, for reports */
    IMPORT_TEXT,    /* code or number; of aliases: the card's own number */
    IMPORT_STATE,   /* cards: a state's name; codes: "live", "used" ...; empty = live, active */
    IMPORT_BALANCE, /* cards: minor units */
    IMPORT_EXPIRES, /* cards: a date, the last day it can be used, UTC; or a time; empty = never */
    IMPORT_OTHER
};
enum import_offence_kind {
    IMPORT_UNREADABLE, /* a text that no code of the list can be; `reading` says why */
    IMPORT_BAD_STATE,
    IMPORT_BAD_BALANCE,
    IMPORT_BAD_EXPIRES,
    IMPORT_NO_CARD,   /* aliases: no issued card of the pool */
    IMPORT_COLLISION, /* the text is a unit's of ours already */
    IMPORT_DUPLICATE, /* the text stands further up, in line `of_line` */
    IMPORT_TOO_MANY   /* more than IMPORT_ALIASES_MAX other texts */
};
#define IMPORT_OFFENCE_N 8u
struct import_offence {
    uint32_t line, of_line;
    enum import_offence_kind kind;
    enum import_column column; /* IMPORT_OTHER and up: other texts in their order */
    enum legacy_reading reading;
    uint32_t set; /* IMPORT_COLLISION: whose */
};

struct import_options {
    enum legacy_kind kind;
    char name[REGISTRY_NAME_CAP], brand_name[REGISTRY_NAME_CAP];
    uint32_t brand, of; /* of: pool of aliases */
    bool test;
    struct legacy_rule rule;                              /* symbols and lengths are found out */
    struct card_life life;                                /* cards */
    char product[IMPORT_NOTE_CAP], gtin[IMPORT_NOTE_CAP]; /* empty = none */
};

enum import_phase { IMPORT_TAKING, IMPORT_CHECKING, IMPORT_CHECKED, IMPORT_WRITING, IMPORT_DONE };

struct import_counts {
    uint64_t rows;     /* of the file */
    uint64_t good;     /* that would be imported */
    uint64_t left_out; /* of them not, for they are used up or void */
    uint64_t others;   /* other texts of good rows */
    uint64_t by[IMPORT_OFFENCE_N];
    uint64_t balance; /* of good rows together */
};

struct import_job;
struct import_place {
    struct cm_engine *engine;
    struct keystore *keystore;
    const char *workspace;
    uint32_t actor;
};

/* The import that a process has under way. */
struct import_desk {
    struct import_job *job; /* owned; NULL = none */
    uint32_t number;        /* of the last one that began */
    uint64_t fed_ms;        /* when it was heard of last */
};
void import_desk_wipe(struct import_desk *desk);

/** Begin.
 * @retval CM_E_NO_SPACE, CM_E_IO, CM_E_NO_MEMORY, CM_E_LIMIT (locked memory), CM_E_CRYPTO */
CM_MUST_CHECK cm_err import_job_new(struct import_job **out, const struct import_place *place,
                                    const struct import_options *options, struct cm_diag *diag);
void import_job_free(struct import_job *j);

/** Take rows: lines ending in LF, columns as above.
 * @retval CM_E_FORMAT  not rows of this shape: the caller's fault, the job is as it was
 * @retval CM_E_STATE   rows have ended     @retval CM_E_LIMIT  more than LEGACY_ROWS_MAX rows
 * @retval others       the job is of no use any more */
CM_MUST_CHECK cm_err import_job_rows(struct import_job *j, struct cm_slice rows,
                                     struct cm_diag *diag);
/** One step towards IMPORT_CHECKED: duplicates are known then. @retval CM_E_IO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err import_job_check(struct import_job *j, struct cm_diag *diag);
/** One step towards IMPORT_DONE: files, key, document and units; the last one commits.
 * @param[in] leave_out  import the good rows although there are offences
 * @retval CM_E_CONFLICT  there are offences, or nothing good      @retval CM_E_STATE  not checked
 * @retval others         nothing is in the workspace */
CM_MUST_CHECK cm_err import_job_write(struct import_job *j, bool leave_out, uint64_t now_unix_s,
                                      struct cm_diag *diag);

enum import_phase import_job_phase(const struct import_job *j);
const struct import_counts *import_job_counts(const struct import_job *j);
/* The first offences by line. */
size_t import_job_offences(const struct import_job *j, const struct import_offence **out);
uint64_t import_job_offended(const struct import_job *j);
const struct import_options *import_job_options(const struct import_job *j);
const struct legacy_seen *import_job_seen(const struct import_job *j);
/* How far the present phase is. */
void import_job_progress(const struct import_job *j, uint64_t *done, uint64_t *of);
uint32_t import_job_set(const struct import_job *j); /* with IMPORT_DONE */

#endif
