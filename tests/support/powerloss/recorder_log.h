/* The recorder's memory: which inode is which file id, and the log itself.
 * Everything here runs with the recorder's lock held and makes system calls directly, so that it
 * never meets its own interposed functions.
 */
#ifndef CM_TESTS_POWERLOSS_RECORDER_LOG_H
#define CM_TESTS_POWERLOSS_RECORDER_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "support/powerloss/record.h"

/* Begin when POWERLOSS_ROOT and POWERLOSS_LOG are set; what is there already counts as durable. */
void recorder_begin(void);
bool recorder_on(void);
void recorder_lock(void);
void recorder_unlock(void);

/* Id of an open file, of a path, or of the folder that a path is in; 0 = not below the root. */
uint64_t recorder_id_of_fd(int fd);
uint64_t recorder_id_of_path(int dir_fd, const char *path);
uint64_t recorder_id_of_parent(int dir_fd, const char *path);
const char *recorder_last_name(const char *path);

/* Give a new id to the inode of a path just made. */
uint64_t recorder_adopt(int dir_fd, const char *path);

void recorder_put(const struct powerloss_record *record, const char *name, const char *name2,
                  const void *data);
/* Records put so far. */
uint64_t recorder_count(void);
/* True for every n-th sync when POWERLOSS_DROP_SYNC=n: it is to be left out, and not recorded. */
bool recorder_drops_sync(void);

#endif
