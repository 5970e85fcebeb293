/* Segment files: names, header sector, preparation. References as in segment.h. */
#include "ledger/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/crc32c.h"

#define MAGIC_LEN      8u
#define FORMAT_VERSION 1u
#define OFFSET_CRC     (SEGMENT_HEADER_LEN - sizeof(uint32_t))
#define NAME_DIGITS    10u
#define FILE_MODE      0600

static const uint8_t magic[MAGIC_LEN] = {'C', 'M', 'S', 'E', 'G', 'M', 'N', 'T'};

struct segment_name segment_name_of(uint64_t number) {
    struct segment_name name;
    (void)snprintf(name.text, sizeof name.text, "%0*" PRIu64 ".seg", (int)NAME_DIGITS, number);
    return name;
}

bool segment_name_read(const char *text, uint64_t *number) {
    uint64_t value = 0;
    for (unsigned i = 0; i < NAME_DIGITS; i++) {
        if (text[i] < '0' || text[i] > '9') return false;
        value = value * 10u + (uint64_t)(text[i] - '0');
    }
    if (strcmp(text + NAME_DIGITS, ".seg") != 0 || value == 0) return false;
    *number = value;
    return true;
}

void segment_encode(const struct segment_header *h, uint8_t sector[static SEGMENT_HEADER_LEN]) {
    memset(sector, 0, SEGMENT_HEADER_LEN);
    memcpy(sector, magic, sizeof magic);
    put_u32be(sector + 8, FORMAT_VERSION);
    put_u32be(sector + 12, h->epoch);
    memcpy(sector + 16, h->workspace_id, sizeof h->workspace_id);
    put_u64be(sector + 32, h->number);
    put_u64be(sector + 40, h->first_sequence);
    put_u64be(sector + 48, h->nonce);
    put_u64be(sector + 56, h->file_len);
    memcpy(sector + 64, h->previous.b, sizeof h->previous.b);
    put_u64be(sector + 96, h->created_ms);
    put_u64be(sector + 104, h->last_time_ms);
    put_u32be(sector + OFFSET_CRC, crc32c(0, slice_of(sector, OFFSET_CRC)));
}

bool segment_len_valid(uint64_t len) {
    return len >= JOURNAL_SEGMENT_LEN_MIN && len <= JOURNAL_SEGMENT_LEN_MAX &&
           len % SEGMENT_ALIGN == 0;
}

cm_err segment_decode(const uint8_t sector[static SEGMENT_HEADER_LEN], struct segment_header *out) {
    struct cursor c = cursor_over(slice_of(sector, SEGMENT_HEADER_LEN));
    const bool ours = slice_equal(cursor_bytes(&c, MAGIC_LEN), slice_of(magic, sizeof magic));
    const uint32_t crc = get_u32be(sector + OFFSET_CRC);
    if (!ours || crc != crc32c(0, slice_of(sector, OFFSET_CRC))) return CM_E_CORRUPT;
    if (cursor_u32be(&c) != FORMAT_VERSION) return CM_E_VERSION;
    struct segment_header h;
    h.epoch = cursor_u32be(&c);
    cursor_copy(&c, h.workspace_id, sizeof h.workspace_id);
    h.number = cursor_u64be(&c);
    h.first_sequence = cursor_u64be(&c);
    h.nonce = cursor_u64be(&c);
    h.file_len = cursor_u64be(&c);
    cursor_copy(&c, h.previous.b, sizeof h.previous.b);
    h.created_ms = cursor_u64be(&c);
    h.last_time_ms = cursor_u64be(&c);
    if (!bytes_zero(c.p, c.left - sizeof crc) || !segment_len_valid(h.file_len)) {
        return CM_E_CORRUPT;
    }
    if (h.epoch == 0 || h.number == 0 || h.first_sequence == 0) return CM_E_CORRUPT;
    *out = h;
    return CM_OK;
}

/* Reserve, so that a full disk is met at once, then write zeros: an extent that is only reserved
 * would be converted, with a file system journal commit, at the first sync of each block. */
static cm_err fill(int fd, uint64_t len, const struct segment_header *header) {
    if (fallocate(fd, 0, 0, (off_t)len) != 0 && errno != EOPNOTSUPP) return disk_err(errno);
    TRY(disk_zero(fd, 0, len));
    if (header != NULL) {
        uint8_t sector[SEGMENT_HEADER_LEN];
        segment_encode(header, sector);
        TRY(disk_write(fd, sector, sizeof sector, 0));
    }
    return disk_sync_all(fd);
}

/* A blank segment may be replaced: a preparation that was reported as failed may have made it. One
 * that is in use never. Nobody comes between this and the rename: the journal is locked. */
static cm_err name_is_free(int dir_fd, const char *name) {
    uint8_t sector[SEGMENT_HEADER_LEN] = {0};
    CM_CLEANUP(disk_closep) int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return errno == ENOENT ? CM_OK : disk_err(errno);
    TRY(disk_read(fd, sector, sizeof sector, 0));
    return bytes_zero(sector, sizeof sector) ? CM_OK : CM_E_EXISTS;
}

static cm_err publish(int dir_fd, uint64_t number) {
    const struct segment_name name = segment_name_of(number);
    TRY(name_is_free(dir_fd, name.text));
    if (renameat(dir_fd, SEGMENT_TMP_NAME, dir_fd, name.text) != 0) return disk_err(errno);
    const cm_err err = disk_sync_all(dir_fd);
    if (err != CM_OK) (void)unlinkat(dir_fd, name.text, 0); /* nothing was built on it yet */
    return err;
}

cm_err segment_prepare(int dir_fd, uint64_t number, uint64_t len,
                       const struct segment_header *header, int *fd) {
    CM_CLEANUP(disk_closep)
    int made = openat(dir_fd, SEGMENT_TMP_NAME, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
                      FILE_MODE);
    if (made < 0) return disk_err(errno);
    cm_err err = fill(made, len, header);
    if (err == CM_OK) err = publish(dir_fd, number);
    if (err != CM_OK) {
        (void)unlinkat(dir_fd, SEGMENT_TMP_NAME, 0); /* if it stays, opening deletes it */
        return err;
    }
    *fd = made;
    made = -1;
    return CM_OK;
}
