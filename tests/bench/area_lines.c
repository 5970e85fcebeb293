/* Lines: one that streams as fast as it can into a printer that drains, with every unit journaled
 * before its bytes leave; and 64 that print 200 codes a second each, in one thread. Beside them:
 * the same bytes and syncs by a plain loop (the bound), and what one would write in node.
 * Reference: docs/design/performance.md, "Lines". */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "areas.h"
#include "base/file.h"
#include "peer.h"
#include "plant.h"

#define LABEL_CAP   96u
#define PIECE       1024u     /* labels of one note and one write of the plain loop */
#define FAST_WINDOW 4096u     /* units: what the driver allows at most */
#define FAST_ORDER  30000000u /* codes of the batch */
#define MANY        64u
#define MANY_RATE   12000u /* a minute: 200 a second */
#define MANY_WINDOW 40u    /* a fifth of a second */
#define MANY_ORDER  1000000u
#define CPU_GOAL_NS 3906 /* 5 % of a core at 64 x 200 codes a second */
#define DELAY_GOAL  2000 /* us */
#define MEMORY_GOAL 65536
#define PATH_CAP    1100u

/* ---- The bound --------------------------------------------------------------------------------
 */

struct plain {
    int socket, note;
    char labels[PIECE * LABEL_CAP];
    size_t len;
};
static void plain_freep(struct plain **held) {
    struct plain *p = *held;
    if (p == NULL) return;
    if (p->socket >= 0) (void)close(p->socket);
    if (p->note >= 0) (void)close(p->note);
    free(p);
}

static cm_err plain_open(struct plain *p, unsigned port, const char *path) {
    const struct sockaddr_in to = {.sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    p->note = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    p->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (p->note < 0 || p->socket < 0) return CM_E_IO;
    if (connect(p->socket, (const struct sockaddr *)(const void *)&to, sizeof to) != 0)
        return CM_E_IO;
    p->len = 0;
    for (unsigned i = 0; i < PIECE; i++)
        p->len += (size_t)snprintf(p->labels + p->len, LABEL_CAP,
                                   "^XA^XFR:CM.ZPL^FS^FN1^FDJK34X-%04u-ABCD^FS^PQ1^XZ\n", i);
    return CM_OK;
}

static cm_err write_whole(int fd, const char *p, size_t len) {
    while (len > 0) {
        const ssize_t n = write(fd, p, len);
        if (n <= 0) return CM_E_IO;
        p += n;
        len -= (size_t)n;
    }
    return CM_OK;
}

static cm_err plain_run(void *ctx, double seconds, struct leg *leg) {
    struct plain *p = ctx;
    const struct meter m = meter_begin();
    do {
        TRY(write_whole(p->note, "0123456789abcdef0123456789abcdef", 32));
        if (fdatasync(p->note) != 0) return CM_E_IO;
        TRY(write_whole(p->socket, p->labels, p->len));
        leg->items += PIECE;
    } while (meter_seconds(&m) < seconds);
    meter_end(&m, leg);
    return CM_OK;
}

/* ---- Rows -------------------------------------------------------------------------------------
 */

static cm_err one_line(struct bench *b) {
    CM_CLEANUP(stand_close) struct stand stand = STAND_INIT;
    CM_CLEANUP(plain_freep) struct plain *plain = calloc(1, sizeof *plain);
    CM_CLEANUP(peer_stop) struct peer peer = PEER_INIT;
    char path[PATH_CAP], one[PATH_CAP + 64], hundred[PATH_CAP + 64];
    const struct stand_plan plan = {
        .lines = 1, .spare = 2, .window = FAST_WINDOW, .quantity = FAST_ORDER};
    if (plain == NULL) return CM_E_NO_MEMORY;
    plain->socket = plain->note = -1;
    TRY(stand_open(&stand, &plan, b->scratch, &b->diag));
    (void)snprintf(path, sizeof path, "%s/plain.note", stand.shop.dir);
    TRY(plain_open(plain, stand.ports[1], path));
    TRY(peer_start(&peer, b->peers, &b->diag));
    (void)snprintf(one, sizeof one, "lines.careful %u %s/node.note 1", stand.ports[2],
                   stand.shop.dir);
    (void)snprintf(hundred, sizeof hundred, "lines.careful %u %s/node.note 100", stand.ports[2],
                   stand.shop.dir);
    struct peer_task by_one = {&peer, one, &b->diag}, by_hundred = {&peer, hundred, &b->diag};
    const struct bench_case c = {
        .area = "lines",
        .unit = "codes/s",
        .contestants = {{"one ZPL line, journaled", stand_run, &stand},
                        {"the same bytes and syncs, a plain loop", plain_run, plain},
                        {"node, a note and a sync each", peer_run, &by_one},
                        {"node, a note and a sync each 100", peer_run, &by_hundred}},
        .contestant_n = 4,
        .goals = {{"one ZPL line into a draining sink", 0, BENCH_THE_GOAL, METRIC_RATE,
                   SENSE_AT_LEAST, 50000},
                  {"... / the plain loop", 0, 1, METRIC_RATE, SENSE_NONE, 0},
                  {"... / node, a sync each label", 0, 2, METRIC_RATE, SENSE_NONE, 0},
                  {"... / node, a sync each 100 labels", 0, 3, METRIC_RATE, SENSE_NONE, 0}},
        .goal_n = 4};
    return bench_case_run(b, &c);
}

static cm_err many_lines(struct bench *b) {
    CM_CLEANUP(stand_close) struct stand many = STAND_INIT;
    const struct stand_plan plan = {
        .lines = MANY, .rate = MANY_RATE, .window = MANY_WINDOW, .quantity = MANY_ORDER};
    TRY(stand_open(&many, &plan, b->scratch, &b->diag));
    const struct bench_case c = {
        .area = "lines",
        .unit = "codes/s",
        .contestants = {{"64 ZPL lines, one thread", stand_run, &many}},
        .contestant_n = 1,
        .goals = {{"64 lines at 200 codes/s each", 0, BENCH_THE_GOAL, METRIC_RATE, SENSE_AT_LEAST,
                   0.98 * MANY * MANY_RATE / 60},
                  {"... line and vault, CPU ns a code", 0, BENCH_THE_GOAL, METRIC_CPU,
                   SENSE_AT_MOST, CPU_GOAL_NS},
                  {"... ready to bytes sent, p99, us", 0, BENCH_THE_GOAL, METRIC_P99, SENSE_AT_MOST,
                   DELAY_GOAL}},
        .goal_n = 3};
    return bench_case_run(b, &c);
}

static cm_err daemon_lines(struct bench *b) {
    CM_CLEANUP(plant_close) struct plant plant = PLANT_INIT;
    const struct stand_plan plan = {
        .lines = MANY, .rate = MANY_RATE, .window = MANY_WINDOW, .quantity = MANY_ORDER};
    TRY(plant_open(&plant, &plan, b->scratch, &b->diag));
    const struct bench_case c = {
        .area = "lines",
        .unit = "codes/s",
        .contestants = {{"line process of the daemon", plant_run_line, &plant},
                        {"its vault", plant_run_vault, &plant}},
        .contestant_n = 2,
        .goals = {{"64 lines, the daemon: line, CPU ns a code", 0, BENCH_THE_GOAL, METRIC_CPU,
                   SENSE_AT_MOST, CPU_GOAL_NS},
                  {"... vault, CPU ns a code", 1, BENCH_THE_GOAL, METRIC_CPU, SENSE_NONE,
                   CPU_GOAL_NS}},
        .goal_n = 2};
    TRY(bench_case_run(b, &c));
    const struct bench_case m = {.area = "lines",
                                 .unit = "bytes",
                                 .contestants = {{"memory a line", plant_run_memory, &plant}},
                                 .contestant_n = 1,
                                 .goals = {{"... memory a line, texts included", 0, BENCH_THE_GOAL,
                                            METRIC_RATE, SENSE_AT_MOST, MEMORY_GOAL}},
                                 .goal_n = 1};
    return bench_case_run(b, &m);
}

cm_err area_lines(struct bench *b) {
    TRY(one_line(b));
    TRY(many_lines(b));
    return daemon_lines(b);
}
