/* pwrite and fdatasync. */
#include "append.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "support/splitmix.h"

#define FILE_LEN 67108864 /* bytes: a journal segment */
#define ZERO_LEN                                                                                   \
    4096u /* bytes of one write while filling: what is filled in larger pieces the                 \
               kernel flushes in larger pieces, too (performance.md) */
#define PATH_LEN    2048u
#define LATENCIES_N 1000000u

static cm_err fill(int fd) {
    uint8_t *zeros = calloc(1, ZERO_LEN);
    if (zeros == NULL) return CM_E_NO_MEMORY;
    ssize_t put = (ssize_t)ZERO_LEN;
    for (off_t at = 0; at < FILE_LEN && put == (ssize_t)ZERO_LEN; at += put)
        put = pwrite(fd, zeros, ZERO_LEN, at);
    free(zeros);
    return put == (ssize_t)ZERO_LEN && fsync(fd) == 0 ? CM_OK : CM_E_IO;
}

static cm_err open_inside(struct append *a, const char *folder, struct cm_diag *diag) {
    char path[PATH_LEN];
    uint64_t seed = 1;
    TRY(latencies_init(&a->latencies, LATENCIES_N));
    a->bytes = malloc(a->group_len);
    if (a->bytes == NULL) return CM_E_NO_MEMORY;
    for (size_t i = 0; i < a->group_len; i++)
        a->bytes[i] = (uint8_t)splitmix_next(&seed);
    (void)snprintf(path, sizeof path, "%s/append", folder);
    a->fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (a->fd >= 0 && fill(a->fd) == CM_OK) return CM_OK;
    return diag_fail(diag, file_err_from_errno(errno), path, NULL, NULL, "cannot be filled: %s",
                     file_errno_text(errno));
}

cm_err append_open(struct append *a, const char *folder, size_t group_len, size_t group_n,
                   struct cm_diag *diag) {
    *a = (struct append){.fd = -1, .group_len = group_len, .group_n = (double)group_n};
    return open_inside(a, folder, diag);
}

void append_close(struct append *a) {
    if (a->fd >= 0) (void)close(a->fd);
    free(a->bytes);
    latencies_free(&a->latencies);
    *a = (struct append)APPEND_INIT;
}

cm_err append_run(void *ctx, double seconds, struct leg *leg) {
    struct append *a = ctx;
    const struct meter m = meter_begin();
    do {
        const uint64_t begun = meter_now_ns();
        if (a->at + (off_t)a->group_len > FILE_LEN) a->at = 0;
        if (pwrite(a->fd, a->bytes, a->group_len, a->at) != (ssize_t)a->group_len ||
            fdatasync(a->fd) != 0)
            return CM_E_IO;
        a->at += (off_t)a->group_len;
        latencies_add(&a->latencies, meter_now_ns() - begun);
        leg->items += a->group_n;
    } while (meter_seconds(&m) < seconds);
    meter_end(&m, leg);
    latencies_close(&a->latencies, leg);
    return CM_OK;
}
