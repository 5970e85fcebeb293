/* Fuzz target for the segment reader: the input is a script of damages to a sound journal of two
 * segments. Whatever is done to the files, reading ends with a group of the plan or a refusal,
 * never with a group that was not written, and never past the end of a file.
 * Each damage is five bytes: what, segment and place (3), value. */
#include "fuzz/fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/crc32c.h"
#include "crypto/secret.h"
#include "ledger/disk.h"
#include "ledger/event_frame.h"
#include "ledger/group.h"
#include "ledger/journal.h"
#include "ledger/journal_read.h"
#include "ledger/segment.h"
#include "tests/support/scratch.h"

#define DAMAGE_LEN  5u
#define DAMAGES_MAX 16u
#define GROUP_N     40u
#define EVENT_LEN   900u /* bytes; two events a group: four sectors */
#define SEGMENTS    2u
#define OFFSET_CRC  60u /* of the header CRC in a group; journal.md section 3 */

static struct {
    int dir_fd;
    struct scratch dir;
    uint8_t sound[SEGMENTS][JOURNAL_SEGMENT_LEN_MIN];
} bed;

static uint8_t byte_of(uint64_t sequence, size_t i) { return (uint8_t)(sequence * 7u + i * 13u); }

static void write_groups(void) {
    struct journal *j = NULL;
    size_t cap = 0;
    uint64_t first = 0;
    const struct journal_options options = {
        .dir = bed.dir.path, .epoch = 1, .segment_len = JOURNAL_SEGMENT_LEN_MIN};
    fuzz_require(journal_create(&options, NULL) == CM_OK);
    fuzz_require(journal_open(&j, &options, 1, NULL, NULL, NULL) == CM_OK);
    for (unsigned g = 0; g < GROUP_N; g++) {
        const uint64_t sequence = journal_next_sequence(j);
        uint8_t *to = journal_payload(j, &cap);
        size_t len = 0;
        for (uint64_t s = sequence; s < sequence + 2; s++) {
            uint8_t payload[EVENT_LEN];
            for (size_t i = 0; i < sizeof payload; i++)
                payload[i] = byte_of(s, i);
            len += frame_put(to + len, 1, 0, slice_of(payload, sizeof payload));
        }
        fuzz_require(journal_room(j, len) == CM_OK);
        fuzz_require(journal_commit(j, 2, len, g + 1, &first) == CM_OK);
    }
    journal_close(j);
}

static void segment_io(unsigned i, uint8_t *bytes, bool save) {
    const struct segment_name name = segment_name_of(i + 1);
    CM_CLEANUP(disk_closep) int fd = openat(bed.dir_fd, name.text, O_RDWR | O_CLOEXEC);
    fuzz_require(fd >= 0);
    const cm_err err = save ? disk_write(fd, bytes, JOURNAL_SEGMENT_LEN_MIN, 0)
                            : disk_read(fd, bytes, JOURNAL_SEGMENT_LEN_MIN, 0);
    fuzz_require(err == CM_OK);
}

static void clean_up(void) { scratch_remove(bed.dir.path); }

static void prepare(void) {
    if (bed.dir.path[0] != '\0') return;
    fuzz_require(crypto_init() == CM_OK);
    fuzz_require(scratch_make(&bed.dir));
    write_groups();
    (void)atexit(clean_up);
    bed.dir_fd = open(bed.dir.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (unsigned i = 0; i < SEGMENTS; i++)
        segment_io(i, bed.sound[i], false);
}

/* A header byte changed and its CRC made right again: whoever can write the files can do that. */
static void forge(uint8_t *header, size_t at, uint8_t value) {
    header[at % GROUP_HEADER_LEN] = value;
    put_u32be(header + OFFSET_CRC, 0);
    put_u32be(header + OFFSET_CRC, crc32c(0, slice_of(header, GROUP_HEADER_LEN)));
}

static void damage(uint8_t *bytes, const uint8_t *d) {
    const size_t at = ((size_t)d[1] << 16 | (size_t)d[2] << 8 | d[3]) % JOURNAL_SEGMENT_LEN_MIN;
    const size_t sector = at / SECTOR_LEN * SECTOR_LEN;
    const size_t other = (size_t)d[4] * SECTOR_LEN % JOURNAL_SEGMENT_LEN_MIN;
    switch (d[0] / 2 % 5) {
    case 0: bytes[at] = (uint8_t)(bytes[at] ^ d[4]); break;
    case 1: memset(bytes + sector, d[4], SECTOR_LEN); break;
    case 2: memmove(bytes + sector, bytes + other, SECTOR_LEN); break;
    case 3: forge(bytes + sector, at - sector, d[4]); break;
    default: memset(bytes + sector, 0, JOURNAL_SEGMENT_LEN_MIN - sector); break;
    }
}

static void check_group(const struct journal_group *g) {
    struct cm_slice rest = g->events;
    struct event_frame frame;
    fuzz_require(g->count == 2 && g->first_sequence % 2 == 1 && g->first_sequence < 2ul * GROUP_N);
    for (uint64_t s = g->first_sequence; frame_next(&rest, &frame); s++) {
        fuzz_require(frame.payload.len == EVENT_LEN);
        for (size_t i = 0; i < EVENT_LEN; i++)
            fuzz_require(frame.payload.p[i] == byte_of(s, i));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    static uint8_t bytes[SEGMENTS][JOURNAL_SEGMENT_LEN_MIN];
    struct journal_reader *r = NULL;
    struct journal_group group;
    struct journal_tail tail;
    uint64_t torn_len = 0;
    prepare();
    memcpy(bytes, bed.sound, sizeof bytes);
    for (size_t at = 0; at + DAMAGE_LEN <= len && at < (size_t)DAMAGES_MAX * DAMAGE_LEN;
         at += DAMAGE_LEN)
        damage(bytes[data[at] % SEGMENTS], data + at);
    for (unsigned i = 0; i < SEGMENTS; i++)
        segment_io(i, bytes[i], true);
    const struct journal_reader_options options = {.dir = bed.dir.path};
    cm_err err = journal_reader_open(&r, &options, 0, NULL);
    for (bool found = true; err == CM_OK && found;) {
        err = journal_reader_next(r, JOURNAL_TO_THE_END, &group, &found, NULL);
        if (err == CM_OK && found) check_group(&group);
    }
    if (err == CM_OK) err = journal_reader_end(r, &tail, &torn_len, NULL);
    fuzz_require(err == CM_OK || err == CM_E_CORRUPT || err == CM_E_CONFLICT ||
                 err == CM_E_VERSION);
    journal_reader_close(r);
    return 0;
}
