/* A disk as a log of calls leaves it: what is durable for certain, and what is pending.
 * Pending operations may each be there or not; writes may be there in part, sector by sector.
 * The rules are in README.md. For tests: impossible input ends the program.
 */
#ifndef CM_TESTS_POWERLOSS_DISK_MODEL_H
#define CM_TESTS_POWERLOSS_DISK_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "support/powerloss/record.h"

#define POWERLOSS_SECTOR 512u /* bytes; the unit of tearing */

/* One record of the log, pointing into its memory. */
struct disk_op {
    struct powerloss_record r;
    const char *name, *name2; /* of name_len, name2_len bytes */
    const uint8_t *data;
    uint64_t index; /* place in the log */
    bool durable;   /* written through O_DSYNC, or synced */
};

struct disk_log {
    uint8_t *memory; /* owned */
    struct disk_op *ops;
    uint64_t n;
};
void disk_log_load(struct disk_log *log, const char *path);
void disk_log_wipe(struct disk_log *log);

struct disk_file {
    uint8_t *bytes; /* owned */
    uint64_t len;
    bool folder;
};
struct disk_entry {
    uint64_t dir, file;
    const char *name;
    uint32_t name_len;
};
/* Files by id, names as a list: the durable part of a disk. */
struct disk_image {
    struct disk_file *files;
    uint64_t file_n;
    struct disk_entry *entries;
    uint64_t entry_n;
};

struct disk_model {
    struct disk_image image;
    struct disk_op *pending;
    uint64_t pending_n, pending_cap;
};
void disk_model_init(struct disk_model *m);
void disk_model_wipe(struct disk_model *m);
/* The next record of the log happens. */
void disk_model_step(struct disk_model *m, const struct disk_op *op);

/* What became of a pending operation: nothing, all of it, or the sectors a seed chooses. */
struct disk_fate {
    bool there;
    uint64_t tear_seed; /* 0 = whole; writes only */
};
/* Build the folder `path` (absent before) as the durable image with these fates on top;
 * fates[i] belongs to pending[i] and is ignored where that is durable. */
void disk_model_build(const struct disk_model *m, const struct disk_fate *fates, const char *path);

#endif
