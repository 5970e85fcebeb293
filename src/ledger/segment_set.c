/* Listing and searching of segment files. References as in segment_set.h. */
#include "ledger/segment_set.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#define FIRST_ROOM   16u /* places of the first allocation */
#define LIST_TURNS   8u  /* listings tried while segments move under them */
#define RESTORE_HINT "restore the folder from a backup; never delete segments by hand"

void segment_set_wipe(struct segment_set *set) {
    free(set->items);
    *set = (struct segment_set)SEGMENT_SET_INIT;
}

static void dir_closep(DIR **dir) {
    if (*dir != NULL) (void)closedir(*dir);
}

static cm_err append(struct segment_set *set, size_t *cap, struct segment_place place) {
    if (set->n == *cap) {
        const size_t more = *cap == 0 ? FIRST_ROOM : *cap * 2;
        struct segment_place *items = realloc(set->items, more * sizeof *items);
        if (items == NULL) return CM_E_NO_MEMORY;
        set->items = items;
        *cap = more;
    }
    set->items[set->n++] = place;
    return CM_OK;
}

static cm_err list_folder(int dir_fd, bool archived, struct segment_set *set, size_t *cap) {
    const int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return disk_err(errno);
    CM_CLEANUP(dir_closep) DIR *dir = fdopendir(fd);
    if (dir == NULL) {
        (void)close(fd);
        return CM_E_NO_MEMORY;
    }
    for (;;) {
        errno = 0;
        // NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this function's own
        const struct dirent *entry = readdir(dir);
        if (entry == NULL) return errno == 0 ? CM_OK : disk_err(errno);
        struct segment_place place = {.archived = archived};
        if (segment_name_read(entry->d_name, &place.number)) TRY(append(set, cap, place));
    }
}

/* By number; of two with one number the archived one first, which is complete by its making. */
static int by_number(const void *pa, const void *pb) {
    const struct segment_place *a = pa;
    const struct segment_place *b = pb;
    if (a->number != b->number) return a->number < b->number ? -1 : 1;
    return (int)b->archived - (int)a->archived;
}

static cm_err sort_and_check(struct segment_set *set, struct cm_diag *diag) {
    size_t kept = 0;
    qsort(set->items, set->n, sizeof *set->items, by_number);
    for (size_t i = 0; i < set->n; i++) {
        const struct segment_place place = set->items[i];
        if (kept > 0 && set->items[kept - 1].number == place.number) continue;
        if (kept > 0 && set->items[kept - 1].number + 1 != place.number) {
            const struct segment_name name = segment_name_of(set->items[kept - 1].number + 1);
            return diag_fail(diag, CM_E_CORRUPT, "journal", name.text, RESTORE_HINT,
                             "the segment is missing, later ones are there");
        }
        set->items[kept++] = place;
    }
    set->n = kept;
    return CM_OK;
}

static cm_err all_zero(int fd, uint64_t len, bool *zero) {
    uint8_t chunk[SEGMENT_ALIGN];
    *zero = true;
    for (uint64_t at = 0; at < len && *zero; at += sizeof chunk) {
        const size_t n = len - at < sizeof chunk ? (size_t)(len - at) : sizeof chunk;
        TRY(disk_read(fd, chunk, n, at));
        *zero = bytes_zero(chunk, n);
    }
    return CM_OK;
}

/* A zero header over bytes that are not zero is no blank segment; unless a writer has just put it
 * to use, and then the header is there when it is read again. */
static cm_err check_blank(int fd, const char *name, bool *blank, struct cm_diag *diag) {
    uint8_t sector[SEGMENT_HEADER_LEN];
    uint64_t len = 0;
    bool zero = false;
    TRY(disk_length(fd, &len));
    TRY(all_zero(fd, len, &zero));
    TRY(disk_read(fd, sector, sizeof sector, 0));
    *blank = bytes_zero(sector, sizeof sector);
    if (zero || !*blank) return CM_OK;
    return diag_fail(diag, CM_E_CORRUPT, name, "offset 0", RESTORE_HINT,
                     "the segment header is zero, but data stands behind it");
}

static cm_err find_blank(int dir_fd, bool verify, struct segment_set *set, struct cm_diag *diag) {
    const struct segment_place last = set->items[set->n - 1];
    const struct segment_name name = segment_name_of(last.number);
    uint8_t sector[SEGMENT_HEADER_LEN];
    bool blank = false;
    if (last.archived) return CM_OK;
    CM_CLEANUP(disk_closep) int fd = openat(dir_fd, name.text, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return disk_err(errno);
    if (disk_read(fd, sector, sizeof sector, 0) != CM_OK) return CM_OK; /* its opening says why */
    blank = bytes_zero(sector, sizeof sector);
    if (blank && verify) TRY(check_blank(fd, name.text, &blank, diag));
    if (blank && set->n == 1) {
        return diag_fail(diag, CM_E_CORRUPT, name.text, "offset 0", RESTORE_HINT,
                         "the only segment has no header");
    }
    set->n -= blank ? 1u : 0u;
    set->blank = blank;
    return CM_OK;
}

static cm_err list_once(int dir_fd, int archive_fd, bool verify, struct segment_set *set,
                        struct cm_diag *diag) {
    CM_CLEANUP(segment_set_wipe) struct segment_set found = SEGMENT_SET_INIT;
    size_t cap = 0;
    TRY(list_folder(dir_fd, false, &found, &cap));
    if (archive_fd >= 0) TRY(list_folder(archive_fd, true, &found, &cap));
    if (found.n > 0) {
        TRY(sort_and_check(&found, diag));
        TRY(find_blank(dir_fd, verify, &found, diag));
    }
    set->n = found.n;
    set->blank = found.blank;
    set->items = take(&found.items);
    return CM_OK;
}

/* Beside a writer and an archiver a listing can be out of date before it is used: a segment moved
 * meanwhile is not found, two made meanwhile can be seen in part. What is really missing stays
 * missing when it is listed again. */
cm_err segment_set_list(int dir_fd, int archive_fd, bool verify, struct segment_set *set,
                        struct cm_diag *diag) {
    struct cm_diag why = DIAG_INIT;
    cm_err err = CM_E_NOT_FOUND;
    for (unsigned turn = 0; turn < LIST_TURNS && (err == CM_E_NOT_FOUND || err == CM_E_CORRUPT);
         turn++) {
        why = (struct cm_diag)DIAG_INIT;
        err = list_once(dir_fd, archive_fd, verify, set, &why);
    }
    if (err != CM_OK && diag != NULL) *diag = why;
    return err;
}

cm_err segment_open(int dir_fd, uint64_t number, bool writable, int *fd,
                    struct segment_header *header, struct cm_diag *diag) {
    const struct segment_name name = segment_name_of(number);
    const int mode = writable ? O_RDWR : O_RDONLY;
    CM_CLEANUP(disk_closep) int opened = openat(dir_fd, name.text, mode | O_CLOEXEC | O_NOFOLLOW);
    if (opened < 0) {
        return diag_fail(diag, disk_err(errno), name.text, "", "check the folder's permissions",
                         "the segment cannot be opened");
    }
    uint8_t sector[SEGMENT_HEADER_LEN];
    struct segment_header h;
    uint64_t len = 0;
    cm_err err = disk_read(opened, sector, sizeof sector, 0);
    if (err == CM_OK) err = segment_decode(sector, &h);
    if (err == CM_E_VERSION) {
        return diag_fail(diag, err, name.text, "offset 8", "use the program version it was made by",
                         "the segment has another format version");
    }
    if (err == CM_E_CORRUPT || err == CM_E_TRUNCATED) {
        return diag_fail(diag, CM_E_CORRUPT, name.text, "offset 0", RESTORE_HINT,
                         "the segment header is damaged");
    }
    TRY(err);
    TRY(disk_length(opened, &len));
    if (h.number != number || h.file_len != len) {
        return diag_fail(diag, CM_E_CORRUPT, name.text, "offset 0", RESTORE_HINT,
                         "header says segment %" PRIu64 " of %" PRIu64
                         " bytes, the file has %" PRIu64,
                         h.number, h.file_len, len);
    }
    *header = h;
    *fd = opened;
    opened = -1;
    return CM_OK;
}

cm_err segment_open_place(int dir_fd, int archive_fd, const struct segment_place *place, int *fd,
                          struct segment_header *header, struct cm_diag *diag) {
    if (archive_fd < 0) return segment_open(dir_fd, place->number, false, fd, header, diag);
    if (!place->archived) {
        const cm_err err = segment_open(dir_fd, place->number, false, fd, header, NULL);
        if (err == CM_OK) return CM_OK;
        if (err != CM_E_NOT_FOUND)
            return segment_open(dir_fd, place->number, false, fd, header, diag); /* for the diag */
    }
    return segment_open(archive_fd, place->number, false, fd, header, diag);
}

cm_err segment_set_find(const struct segment_set *set, int dir_fd, int archive_fd,
                        uint64_t sequence, size_t *index, struct cm_diag *diag) {
    size_t low = 0; /* how many segments are known to start at or below the sequence */
    size_t high = set->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const struct segment_place *place = &set->items[middle];
        CM_CLEANUP(disk_closep) int fd = -1;
        struct segment_header h = {0};
        TRY(segment_open_place(dir_fd, archive_fd, place, &fd, &h, diag));
        if (h.first_sequence <= sequence) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == 0) return CM_E_NOT_FOUND;
    *index = low - 1;
    return CM_OK;
}
