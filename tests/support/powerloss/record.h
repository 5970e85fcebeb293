/* The power-loss log: what a program did to the files below one folder, in order.
 * Written by libpowerloss.so inside the program, read by disk.c. Native byte order: the log never
 * leaves the machine. See README.md.
 */
#ifndef CM_TESTS_POWERLOSS_RECORD_H
#define CM_TESTS_POWERLOSS_RECORD_H

#include <stdint.h>

enum powerloss_kind {
    POWERLOSS_CREATE = 1, /* file appears in dir under name */
    POWERLOSS_WRITE,      /* data at offset of file */
    POWERLOSS_SIZE,       /* file gets the length `offset`; new bytes are zero */
    POWERLOSS_RENAME,     /* file leaves dir/name and appears in dir2/name2 */
    POWERLOSS_UNLINK,     /* file leaves dir/name */
    POWERLOSS_SYNC,       /* what was done to file (or folder) before record `offset` is durable */
    POWERLOSS_MARK,       /* data from the program: an acknowledgement */
    POWERLOSS_BEGIN       /* all before was there already; the program starts here */
};

enum { POWERLOSS_FOLDER = 1, POWERLOSS_DURABLE = 2 }; /* flags of CREATE; of WRITE */

#define POWERLOSS_ROOT_ID 1u /* file id of the folder itself */

/* Followed by name, name2 and data, of these lengths, without padding. */
struct powerloss_record {
    uint32_t kind, flags;
    uint64_t file, dir, dir2; /* ids given by the recorder: never used again */
    uint64_t offset;
    uint32_t name_len, name2_len, data_len, unused;
};

/* Say something to the recorder. Weak: a no-op unless the program runs under it. Programs declare
 *   __attribute__((weak)) void powerloss_mark(const void *p, unsigned len);
 * and call it, if it is not NULL, right after an acknowledgement is possible. */

#endif
