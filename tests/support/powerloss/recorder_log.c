/* Identity of files and the log of the power-loss recorder. See recorder_log.h and README.md. */
#include "support/powerloss/recorder_log.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FILES_MAX 65536u        /* ids in one recording */
#define LOG_FD    900           /* out of the way of programs that count descriptors */
#define CHUNK     (1024u * 64u) /* bytes of one record of files that were there before */

static struct {
    int log_fd;
    dev_t device;
    ino_t inodes[FILES_MAX]; /* inode of id i + 1 */
    uint64_t file_n, record_n;
    unsigned long drop_every, syncs;
    pthread_mutex_t lock;
} recorder = {.log_fd = -1, .lock = PTHREAD_MUTEX_INITIALIZER};

bool recorder_on(void) { return recorder.log_fd >= 0; }
void recorder_lock(void) { (void)pthread_mutex_lock(&recorder.lock); }
void recorder_unlock(void) { (void)pthread_mutex_unlock(&recorder.lock); }
uint64_t recorder_count(void) { return recorder.record_n; }

static void fail(const char *what) {
    (void)fprintf(stderr, "powerloss recorder: %s\n", what);
    abort();
}

/* The newest file with that inode: numbers are used again after an unlink. */
static uint64_t id_of(const struct stat *st) {
    if (st->st_dev != recorder.device) return 0;
    for (uint64_t i = recorder.file_n; i > 0; i--) {
        if (recorder.inodes[i - 1] == st->st_ino) return i;
    }
    return 0;
}

static uint64_t adopt(const struct stat *st) {
    if (recorder.file_n == FILES_MAX) fail("too many files");
    recorder.inodes[recorder.file_n++] = st->st_ino;
    return recorder.file_n;
}

uint64_t recorder_id_of_fd(int fd) {
    struct stat st;
    return fstat(fd, &st) == 0 ? id_of(&st) : 0;
}

uint64_t recorder_id_of_path(int dir_fd, const char *path) {
    struct stat st;
    return fstatat(dir_fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 ? id_of(&st) : 0;
}

const char *recorder_last_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

uint64_t recorder_id_of_parent(int dir_fd, const char *path) {
    char parent[PATH_MAX];
    const size_t len = (size_t)(recorder_last_name(path) - path);
    if (len >= sizeof parent) fail("path too long");
    memcpy(parent, path, len);
    parent[len] = '\0';
    return recorder_id_of_path(dir_fd, len > 0 ? parent : ".");
}

uint64_t recorder_adopt(int dir_fd, const char *path) {
    struct stat st;
    if (fstatat(dir_fd, path, &st, AT_SYMLINK_NOFOLLOW) != 0) fail("a new file is gone");
    return adopt(&st);
}

static void put_bytes(const void *p, size_t len) {
    const char *from = p;
    while (len > 0) {
        const long n = syscall(SYS_write, recorder.log_fd, from, len);
        if (n <= 0) fail("the log cannot be written");
        from += n;
        len -= (size_t)n;
    }
}

void recorder_put(const struct powerloss_record *record, const char *name, const char *name2,
                  const void *data) {
    struct powerloss_record r = *record;
    r.name_len = name != NULL ? (uint32_t)strlen(name) : 0;
    r.name2_len = name2 != NULL ? (uint32_t)strlen(name2) : 0;
    put_bytes(&r, sizeof r);
    if (r.name_len > 0) put_bytes(name, r.name_len);
    if (r.name2_len > 0) put_bytes(name2, r.name2_len);
    if (r.data_len > 0) put_bytes(data, r.data_len);
    recorder.record_n += 1;
}

bool recorder_drops_sync(void) {
    recorder.syncs += 1;
    return recorder.drop_every != 0 && recorder.syncs % recorder.drop_every == 0;
}

/* What is there when the program starts is durable: contents first, then a sync of each. */
static void copy_file(const char *path, uint64_t id) {
    static char chunk[CHUNK];
    const int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    struct powerloss_record r = {.kind = POWERLOSS_WRITE, .file = id};
    if (fd < 0) fail("a file cannot be read");
    for (;;) {
        const ssize_t n = read(fd, chunk, sizeof chunk);
        if (n <= 0) break;
        r.data_len = (uint32_t)n;
        recorder_put(&r, NULL, NULL, chunk);
        r.offset += (uint64_t)n;
    }
    (void)close(fd);
    r = (struct powerloss_record){.kind = POWERLOSS_SYNC, .file = id, .offset = recorder.record_n};
    recorder_put(&r, NULL, NULL, NULL);
}

static void copy_folder(const char *root, uint64_t id);

static void copy_entry(const char *dir, uint64_t dir_id, const char *name) {
    char path[PATH_MAX];
    struct stat st;
    if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path) fail("path too long");
    if (lstat(path, &st) != 0) fail("a file is gone");
    const bool folder = S_ISDIR(st.st_mode);
    const struct powerloss_record r = {.kind = POWERLOSS_CREATE,
                                       .flags = folder ? POWERLOSS_FOLDER : 0,
                                       .file = adopt(&st),
                                       .dir = dir_id};
    recorder_put(&r, name, NULL, NULL);
    if (folder) {
        copy_folder(path, r.file);
    } else {
        copy_file(path, r.file);
    }
}

static void copy_folder(const char *root, uint64_t id) {
    DIR *dir = opendir(root);
    if (dir == NULL) fail("a folder cannot be read");
    for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            copy_entry(root, id, e->d_name);
    }
    (void)closedir(dir);
    const struct powerloss_record r = {
        .kind = POWERLOSS_SYNC, .file = id, .offset = recorder.record_n};
    recorder_put(&r, NULL, NULL, NULL);
}

void recorder_begin(void) {
    const char *root = getenv("POWERLOSS_ROOT");
    const char *log = getenv("POWERLOSS_LOG");
    const char *drop = getenv("POWERLOSS_DROP_SYNC");
    struct stat st;
    if (root == NULL || log == NULL) return;
    if (drop != NULL) recorder.drop_every = strtoul(drop, NULL, 10);
    const int fd =
        (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || stat(root, &st) != 0) fail("POWERLOSS_LOG or POWERLOSS_ROOT cannot be opened");
    recorder.log_fd = (int)syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, LOG_FD);
    (void)close(fd);
    recorder.device = st.st_dev;
    copy_folder(root, adopt(&st));
    recorder_put(&(struct powerloss_record){.kind = POWERLOSS_BEGIN}, NULL, NULL, NULL);
}
