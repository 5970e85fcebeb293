/* A device's file of admissions. One entry is one write at the end and one fdatasync; what was
 * written before is never touched. See spends.h. */
#include "pass/spends.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/macros.h"
#include "base/map.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "pass/spends_inside.h"

#define FILE_MODE 0600

static cm_err system_error(const struct spends *s, const char *what, struct cm_diag *diag) {
    return diag_fail(diag, file_err_from_errno(errno), s->path, NULL,
                     "see that the folder is there, writable and not full", "%s: %s", what,
                     file_errno_text(errno));
}

/* ---- What stands in it ------------------------------------------------------------------------
 */

/* Issuer and ticket as they are: 8 and 8 bytes. Tickets' numbers are as good as random. */
static struct map_key key_of(const char *iss, const uint8_t *cti) {
    uint8_t name[SPEND_ISS_MAX] = {0};
    memcpy(name, iss, strnlen(iss, sizeof name));
    const uint64_t number = get_u64be(cti);
    return (struct map_key){.hi = get_u64be(name) ^ (number << 32 | number >> 32), .lo = number};
}

static struct spends_floor *floor_of(struct spends *s, const char *iss) {
    for (size_t i = 0; i < s->floor_n; i++)
        if (strcmp(s->floors[i].iss, iss) == 0) return &s->floors[i];
    return NULL;
}

cm_err spends_remember(struct spends *s, const struct spend_entry *e) {
    bool made = false;
    if (e->kind == SPEND_ADMIT) {
        TRY(map_reserve(&s->tickets, 1));
        struct spends_first *first = map_put(&s->tickets, key_of(e->iss, e->cti), &made);
        if (made) *first = (struct spends_first){.n = e->n, .time_ms = e->time_ms};
    }
    if (e->kind != SPEND_LIST) return CM_OK;
    struct spends_floor *f = floor_of(s, e->iss);
    if (f == NULL && s->floor_n == SPENDS_ISSUERS_MAX) return CM_E_LIMIT;
    if (f == NULL) {
        f = &s->floors[s->floor_n++];
        memcpy(f->iss, e->iss, sizeof f->iss);
    }
    if (e->sequence > f->sequence) f->sequence = e->sequence;
    return CM_OK;
}

bool spends_find(const struct spends *s, const struct spends_ticket *ticket,
                 struct spends_told *told) {
    const struct spends_first *first = map_get(&s->tickets, key_of(ticket->iss, ticket->cti));
    if (first == NULL) return false;
    *told = (struct spends_told){.admitted = false, .n = first->n, .time_ms = first->time_ms};
    return true;
}

size_t spends_healed(const struct spends *s) { return s->healed; }
uint64_t spends_n(const struct spends *s) { return s->tickets.n; }

/* ---- Appending --------------------------------------------------------------------------------
 */

static cm_err write_end(struct spends *s, struct cm_slice bytes, struct cm_diag *diag) {
    size_t done = 0;
    while (done < bytes.len) {
        const ssize_t n = pwrite(s->fd, bytes.p + done, bytes.len - done, (off_t)(s->len + done));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        done += (size_t)n;
    }
    if (done == bytes.len) return CM_OK;
    const cm_err err = system_error(s, "cannot write", diag);
    /* What stands behind the end is no entry, and the next one is written over it. */
    if (ftruncate(s->fd, (off_t)s->len) != 0) s->dead = true;
    return err;
}

static cm_err dead(const struct spends *s, struct cm_diag *diag) {
    return diag_fail(diag, CM_E_DEAD, s->path, NULL, "mend the disk, then open the file again",
                     "the disk did not take an entry");
}

/* The entry is numbered, chained, signed, and on the disk when it returns. */
static cm_err append(struct spends *s, struct spend_entry *e, struct cm_diag *diag) {
    struct spend_read read;
    if (s->dead) return dead(s, diag);
    if (s->chain.n == SPEND_N_MAX || s->len + SPEND_ENTRY_MAX > SPENDS_FILE_MAX)
        return diag_fail(diag, CM_E_LIMIT, s->path, NULL, "sync it and begin a new file",
                         "the file is full");
    e->n = s->chain.n + 1;
    memcpy(e->previous, s->chain.hash, sizeof e->previous);
    buffer_clear(&s->line);
    TRY(spend_make(s->seed, e, &s->line));
    struct cm_slice rest = buffer_slice(&s->line);
    TRY(spend_take(&rest, &read));
    TRY(map_reserve(&s->tickets, 1)); /* nothing may fail once it is written */
    TRY(write_end(s, buffer_slice(&s->line), diag));
    if (fdatasync(s->fd) != 0) {
        s->dead = true; /* its pages are clean now, and perhaps not on the disk */
        return dead(s, diag);
    }
    s->len += s->line.len;
    TRY(spend_follow(&s->chain, &read));
    return spends_remember(s, e);
}

cm_err spends_admit(struct spends *s, const struct spends_ticket *ticket, bool again,
                    uint64_t now_ms, struct spends_told *told, struct cm_diag *diag) {
    struct spends_told now = {.admitted = true, .n = s->chain.n + 1, .time_ms = now_ms};
    struct spend_entry e = {.kind = SPEND_ADMIT, .time_ms = now_ms, .iat = ticket->iat};
    if (!again && spends_find(s, ticket, told)) return CM_OK;
    if (strlen(ticket->iss) > SPEND_ISS_MAX) return CM_E_RANGE;
    memcpy(e.iss, ticket->iss, strlen(ticket->iss) + 1);
    memcpy(e.cti, ticket->cti, sizeof e.cti);
    TRY(append(s, &e, diag));
    *told = now;
    return CM_OK;
}

cm_err spends_list(struct spends *s, const char *iss, uint64_t sequence, uint64_t now_ms,
                   struct cm_diag *diag) {
    struct spend_entry e = {.kind = SPEND_LIST, .time_ms = now_ms, .sequence = sequence};
    const struct spends_floor *f = floor_of(s, iss);
    if (f != NULL && sequence < f->sequence)
        return diag_fail(diag, CM_E_STATE, iss, NULL, "fetch the newest list",
                         "revocation list %llu is older than list %llu, used here before",
                         (unsigned long long)sequence, (unsigned long long)f->sequence);
    if (f != NULL && sequence == f->sequence) return CM_OK;
    if (f == NULL && s->floor_n == SPENDS_ISSUERS_MAX)
        return diag_fail(diag, CM_E_LIMIT, iss, NULL, "use another file for it",
                         "lists of %u issuers stand in this file already", SPENDS_ISSUERS_MAX);
    if (strlen(iss) > SPEND_ISS_MAX) return CM_E_RANGE;
    memcpy(e.iss, iss, strlen(iss) + 1);
    return append(s, &e, diag);
}

/* ---- Opening ----------------------------------------------------------------------------------
 */

/* One process at a time: two would write over each other. */
static cm_err lock(const struct spends *s, struct cm_diag *diag) {
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(s->fd, F_OFD_SETLK, &whole) == 0) return CM_OK;
    if (errno != EAGAIN && errno != EACCES) return system_error(s, "cannot lock", diag);
    return diag_fail(diag, CM_E_BUSY, s->path, NULL, "let that one end first",
                     "another process has this file open");
}

static cm_err read_all(const struct spends *s, struct buffer *out, struct cm_diag *diag) {
    struct stat st;
    if (fstat(s->fd, &st) != 0) return system_error(s, "cannot read", diag);
    if (!S_ISREG(st.st_mode))
        return diag_fail(diag, CM_E_FORMAT, s->path, NULL, "name a file", "not a regular file");
    if (st.st_size > SPENDS_FILE_MAX)
        return diag_fail(diag, CM_E_LIMIT, s->path, NULL, "name a file of spends",
                         "longer than any such file");
    const size_t size = (size_t)st.st_size;
    uint8_t *p = buffer_reserve(out, size + 1);
    if (p == NULL) return CM_E_NO_MEMORY;
    while (out->len < size) {
        const ssize_t n = pread(s->fd, p + out->len, size - out->len, (off_t)out->len);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return system_error(s, "cannot read", diag);
        if (n == 0) break;
        out->len += (size_t)n;
    }
    return CM_OK;
}

static cm_err cut_off(struct spends *s, size_t torn, struct cm_diag *diag) {
    if (torn == 0) return CM_OK;
    if (ftruncate(s->fd, (off_t)s->len) != 0 || fsync(s->fd) != 0)
        return system_error(s, "cannot cut off an unfinished entry", diag);
    s->healed = torn;
    return CM_OK;
}

static cm_err begin(struct spends *s, uint64_t now_ms, struct cm_diag *diag) {
    struct spend_entry e = {.kind = SPEND_START, .time_ms = now_ms};
    if (s->chain.n > 0) return CM_OK;
    random_fill(e.chain, sizeof e.chain);
    TRY(append(s, &e, diag));
    return file_sync_folder_of(s->path, diag);
}

static cm_err open_file(struct spends *s, const char *path, uint64_t now_ms, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer bytes = BUFFER_INIT;
    size_t torn = 0;
    s->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (s->fd < 0) return system_error(s, "cannot open", diag);
    TRY(lock(s, diag));
    TRY(read_all(s, &bytes, diag));
    TRY(spends_replay(s, buffer_slice(&bytes), &torn, diag));
    TRY(cut_off(s, torn, diag));
    return begin(s, now_ms, diag);
}

cm_err spends_open(const char *path, const struct cm_key *seed, uint64_t now_ms,
                   struct spends **out, struct cm_diag *diag) {
    CM_CLEANUP(spends_closep) struct spends *s = calloc(1, sizeof *s);
    if (s == NULL) return CM_E_NO_MEMORY;
    s->fd = -1;
    map_init(&s->tickets, sizeof(struct spends_first));
    if (strlen(path) >= sizeof s->path)
        return diag_fail(diag, CM_E_RANGE, "spends", NULL, "use a shorter path", "path too long");
    memcpy(s->path, path, strlen(path) + 1);
    TRY(secret_alloc(sizeof *s->seed, (void **)&s->seed, diag));
    *s->seed = *seed;
    sign_public_of(seed, &s->device);
    TRY(open_file(s, path, now_ms, diag));
    *out = take(&s);
    return CM_OK;
}

void spends_close(struct spends *s) {
    if (s == NULL) return;
    if (s->fd >= 0) (void)close(s->fd);
    map_wipe(&s->tickets);
    buffer_free(&s->line);
    secret_free(s->seed);
    free(s);
}

void spends_closep(struct spends **s) { spends_close(*s); }
