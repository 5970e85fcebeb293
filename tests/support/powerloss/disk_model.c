/* The disk model. See disk_model.h and README.md. */
#include "support/powerloss/disk_model.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/splitmix.h"

static void require(bool holds, const char *what) {
    if (holds) return;
    (void)fprintf(stderr, "powerloss: %s\n", what);
    abort();
}

static void *grown(void *p, uint64_t n, size_t size) {
    void *more = realloc(p, (size_t)n * size);
    require(more != NULL, "out of memory");
    return more;
}

void disk_log_load(struct disk_log *log, const char *path) {
    struct stat st;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    require(fd >= 0 && fstat(fd, &st) == 0, "the log cannot be opened");
    const uint64_t len = (uint64_t)st.st_size;
    *log = (struct disk_log){.memory = grown(NULL, len + 1, 1)};
    for (uint64_t at = 0; at < len;) {
        const ssize_t n = read(fd, log->memory + at, len - at);
        require(n > 0, "the log cannot be read");
        at += (uint64_t)n;
    }
    (void)close(fd);
    for (uint64_t at = 0; at < len; log->n++) {
        if ((log->n & (log->n - 1)) == 0)
            log->ops = grown(log->ops, log->n == 0 ? 1 : 2 * log->n, sizeof *log->ops);
        struct disk_op *op = &log->ops[log->n];
        require(len - at >= sizeof op->r, "the log ends inside a record");
        memcpy(&op->r, log->memory + at, sizeof op->r);
        op->name = (const char *)log->memory + at + sizeof op->r;
        op->name2 = op->name + op->r.name_len;
        op->data = (const uint8_t *)op->name2 + op->r.name2_len;
        op->index = log->n;
        op->durable = (op->r.flags & POWERLOSS_DURABLE) != 0;
        at += sizeof op->r + op->r.name_len + op->r.name2_len + (uint64_t)op->r.data_len;
        require(at <= len, "the log ends inside a record");
    }
}

void disk_log_wipe(struct disk_log *log) {
    free(log->ops);
    free(log->memory);
    *log = (struct disk_log){0};
}

/* Images. */

static struct disk_file *file_of(struct disk_image *image, uint64_t id) {
    if (id >= image->file_n) {
        image->files = grown(image->files, id + 1, sizeof *image->files);
        memset(image->files + image->file_n, 0,
               (size_t)(id + 1 - image->file_n) * sizeof *image->files);
        image->file_n = id + 1;
    }
    return &image->files[id];
}

static void file_resize(struct disk_file *file, uint64_t len) {
    if (len > file->len) {
        file->bytes = grown(file->bytes, len, 1);
        memset(file->bytes + file->len, 0, (size_t)(len - file->len));
    }
    file->len = len;
}

static void entry_remove(struct disk_image *image, uint64_t dir, const char *name, uint32_t len) {
    for (uint64_t i = 0; i < image->entry_n; i++) {
        const struct disk_entry *e = &image->entries[i];
        if (e->dir != dir || e->name_len != len || memcmp(e->name, name, len) != 0) continue;
        image->entries[i] = image->entries[--image->entry_n];
        return;
    }
}

static void entry_put(struct disk_image *image, const struct disk_entry *entry) {
    entry_remove(image, entry->dir, entry->name, entry->name_len);
    image->entries = grown(image->entries, image->entry_n + 1, sizeof *image->entries);
    image->entries[image->entry_n++] = *entry;
}

/* Copy the sectors that the seed lets through; sectors lie on multiples of 512 in the file. */
static void write_torn(struct disk_file *file, const struct disk_op *op, uint64_t seed) {
    if (file->bytes == NULL) return; /* nothing to write, then */
    const uint64_t end = op->r.offset + op->r.data_len;
    const bool torn = seed != 0;
    for (uint64_t at = op->r.offset; at < end;) {
        const uint64_t next = (at / POWERLOSS_SECTOR + 1) * POWERLOSS_SECTOR;
        const uint64_t stop = next < end ? next : end;
        if (!torn || splitmix_next(&seed) % 2 == 0)
            memcpy(file->bytes + at, op->data + (at - op->r.offset), (size_t)(stop - at));
        at = stop;
    }
}

static void image_apply(struct disk_image *image, const struct disk_op *op, uint64_t tear_seed) {
    const struct powerloss_record *r = &op->r;
    struct disk_file *file = file_of(image, r->file);
    if (r->kind == POWERLOSS_WRITE) {
        if (r->offset + r->data_len > file->len) file_resize(file, r->offset + r->data_len);
        write_torn(file, op, tear_seed);
    } else if (r->kind == POWERLOSS_SIZE) {
        file_resize(file, r->offset);
    } else if (r->kind == POWERLOSS_UNLINK) {
        entry_remove(image, r->dir, op->name, r->name_len);
    } else if (r->kind == POWERLOSS_CREATE) {
        file->folder = (r->flags & POWERLOSS_FOLDER) != 0;
        entry_put(image, &(struct disk_entry){r->dir, r->file, op->name, r->name_len});
    } else {
        entry_remove(image, r->dir, op->name, r->name_len);
        entry_put(image, &(struct disk_entry){r->dir2, r->file, op->name2, r->name2_len});
    }
}

static void image_wipe(struct disk_image *image) {
    for (uint64_t i = 0; i < image->file_n; i++)
        free(image->files[i].bytes);
    free(image->files);
    free(image->entries);
    *image = (struct disk_image){0};
}

/* The model. */

void disk_model_init(struct disk_model *m) {
    *m = (struct disk_model){0};
    file_of(&m->image, POWERLOSS_ROOT_ID)->folder = true;
}

void disk_model_wipe(struct disk_model *m) {
    image_wipe(&m->image);
    free(m->pending);
    *m = (struct disk_model){0};
}

static bool concerns(const struct disk_op *op, uint64_t synced) {
    switch (op->r.kind) {
    case POWERLOSS_WRITE:
    case POWERLOSS_SIZE: return op->r.file == synced;
    case POWERLOSS_RENAME: return op->r.dir == synced || op->r.dir2 == synced;
    default: return op->r.dir == synced;
    }
}

/* Durable operations sink into the image as soon as nothing pending on the same thing is before
 * them; until then their order among the others matters. */
static bool blocked(const struct disk_model *m, uint64_t i) {
    const struct disk_op *op = &m->pending[i];
    const bool bytes = op->r.kind == POWERLOSS_WRITE || op->r.kind == POWERLOSS_SIZE;
    for (uint64_t k = 0; k < i; k++) {
        const struct disk_op *before = &m->pending[k];
        const bool before_bytes =
            before->r.kind == POWERLOSS_WRITE || before->r.kind == POWERLOSS_SIZE;
        if (bytes == before_bytes && (!bytes || before->r.file == op->r.file)) return true;
    }
    return false;
}

static void sink(struct disk_model *m) {
    for (uint64_t i = 0; i < m->pending_n;) {
        if (!m->pending[i].durable || blocked(m, i)) {
            i++;
            continue;
        }
        image_apply(&m->image, &m->pending[i], 0);
        memmove(m->pending + i, m->pending + i + 1,
                (size_t)(m->pending_n - i - 1) * sizeof *m->pending);
        m->pending_n -= 1;
    }
}

void disk_model_step(struct disk_model *m, const struct disk_op *op) {
    if (op->r.kind == POWERLOSS_MARK || op->r.kind == POWERLOSS_BEGIN) return;
    if (op->r.kind == POWERLOSS_SYNC) {
        for (uint64_t i = 0; i < m->pending_n; i++) {
            struct disk_op *p = &m->pending[i];
            if (p->index < op->r.offset && concerns(p, op->r.file)) p->durable = true;
        }
    } else {
        m->pending = grown(m->pending, m->pending_n + 1, sizeof *m->pending);
        m->pending[m->pending_n++] = *op;
    }
    sink(m);
}

/* Building. */

static struct disk_image image_copy(const struct disk_image *from) {
    struct disk_image copy = {.file_n = from->file_n, .entry_n = from->entry_n};
    copy.files = grown(NULL, from->file_n + 1, sizeof *copy.files);
    copy.entries = grown(NULL, from->entry_n + 1, sizeof *copy.entries);
    if (from->entry_n > 0)
        memcpy(copy.entries, from->entries, (size_t)from->entry_n * sizeof *copy.entries);
    for (uint64_t i = 0; i < from->file_n; i++) {
        copy.files[i] = from->files[i];
        if (from->files[i].len == 0) {
            copy.files[i].bytes = NULL;
            continue;
        }
        copy.files[i].bytes = grown(NULL, from->files[i].len, 1);
        memcpy(copy.files[i].bytes, from->files[i].bytes, (size_t)from->files[i].len);
    }
    return copy;
}

static void file_save(const struct disk_file *file, const char *path) {
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    require(fd >= 0, "a file of a state cannot be made");
    for (uint64_t at = 0; at < file->len;) {
        const ssize_t n = write(fd, file->bytes + at, (size_t)(file->len - at));
        require(n > 0, "a file of a state cannot be written");
        at += (uint64_t)n;
    }
    (void)close(fd);
}

static void folder_save(const struct disk_image *image, uint64_t dir, const char *path) {
    require(mkdir(path, 0700) == 0, "a folder of a state cannot be made");
    for (uint64_t i = 0; i < image->entry_n; i++) {
        const struct disk_entry *e = &image->entries[i];
        char below[PATH_MAX];
        if (e->dir != dir) continue;
        require(e->name_len <= NAME_MAX && strlen(path) < PATH_MAX / 2, "a path is too long");
        (void)snprintf(below, sizeof below, "%.2000s/%.*s", path, (int)(e->name_len & NAME_MAX),
                       e->name);
        /* NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Branch): file_of zeroes what it adds */
        if (image->files[e->file].folder) {
            folder_save(image, e->file, below);
        } else {
            file_save(&image->files[e->file], below);
        }
    }
}

void disk_model_build(const struct disk_model *m, const struct disk_fate *fates, const char *path) {
    struct disk_image image = image_copy(&m->image);
    for (uint64_t i = 0; i < m->pending_n; i++) {
        const bool durable = m->pending[i].durable;
        if (durable || fates[i].there)
            image_apply(&image, &m->pending[i], durable ? 0 : fates[i].tear_seed);
    }
    folder_save(&image, POWERLOSS_ROOT_ID, path);
    image_wipe(&image);
}
