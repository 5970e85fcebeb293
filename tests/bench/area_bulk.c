/* Many pictures as the command line makes them, from a CSV file of fresh codes to a file on the
 * disk: QR codes as SVG in a ZIP with its index, and labels on sheets as a PDF. A leg is a whole
 * run of the program, its start and its hashes with it, on one processor; rows of both say so.
 * Beside the ZIP: node with bwip-js, its own zlib and SHA-256, which keeps the packed files in
 * memory. Reference: docs/design/performance.md, "bulk". */
#include <stdio.h>

#include "areas.h"
#include "job.h"
#include "meter.h"
#include "peer.h"

#define ZIP_ROWS   40000u
#define SHEET_ROWS 6000u
#define ZIP_GOAL   20000.0 /* pictures a second and core, of the issue */
#define SHEET_GOAL 5000.0  /* labels a second and core: ours */
#define NUMBER_CAP 16u
#define SCRIPT_ROWS                                                                                \
    ("awk -v n=\"$0\" 'BEGIN { print \"code,serial\"; srand(1); a = \"234679BCDFGHJKMPQRTVWXY\";"  \
     " for (i = 1; i <= n; i++) { c = \"\"; for (k = 0; k < 12; k++)"                              \
     " c = c substr(a, 1 + int(rand() * 23), 1); print c \",\" i } }' >\"$1\"")

struct bulk {
    struct server folder;
    struct cm_diag *diag;
    const cpu_set_t *home;
};

/* A contestant: which rows, what to make of them, on how many processors. */
struct wish {
    struct bulk *bulk;
    unsigned rows;
    const char *file, *out;
    bool sheets, pinned;
};

static cm_err run_ours(void *ctx, double seconds, struct leg *leg) {
    const struct wish *w = ctx;
    const char *const zip[] = {CM_CLI, "symbol", "--from", w->file,  "--type",
                               "qr",   "--out",  w->out,   "--json", NULL};
    const char *const sheets[] = {CM_CLI,   "symbol", "--from", w->file,       "--type",
                                  "qr",     "--out",  w->out,   "--sheet",     "a4-24",
                                  "--line", "{code}", "--line", "No {serial}", NULL};
    (void)seconds;
    meter_pin(w->bulk->home, w->pinned);
    TRY(job_run(&w->bulk->folder, w->sheets ? sheets : zip, leg, w->bulk->diag));
    meter_pin(w->bulk->home, true);
    leg->items = w->rows;
    return CM_OK;
}

static cm_err make_rows(struct bulk *t, unsigned n, const char *file) {
    char count[NUMBER_CAP];
    const char *const argv[] = {"bash", "-c", SCRIPT_ROWS, count, file, NULL};
    (void)snprintf(count, sizeof count, "%u", n);
    return server_run(&t->folder, argv, t->diag);
}

static cm_err compare_zip(struct bench *b, struct bulk *t, struct peer *peer) {
    struct wish one = {t, ZIP_ROWS, "zip.csv", "one.zip", false, true};
    struct wish two = {t, ZIP_ROWS, "zip.csv", "two.zip", false, false};
    struct peer_task node = {peer, "symbols.zip", t->diag};
    const struct bench_case c = {
        .area = "bulk",
        .unit = "pictures/s",
        .contestants = {{"QR codes into a ZIP, one core", run_ours, &one},
                        {"bwip-js + node's zlib", peer_run, &node},
                        {"both cores", run_ours, &two}},
        .contestant_n = 3,
        .goals = {{"QR codes into a ZIP, one core", 0, BENCH_THE_GOAL, METRIC_RATE, SENSE_AT_LEAST,
                   ZIP_GOAL},
                  {"... / bwip-js + node's zlib", 0, 1, METRIC_RATE, SENSE_AT_LEAST, 1},
                  {"into a ZIP, both cores / one", 2, 0, METRIC_RATE, SENSE_AT_LEAST, 1.5}},
        .goal_n = 3};
    return bench_case_run(b, &c);
}

static cm_err compare_sheets(struct bench *b, struct bulk *t) {
    struct wish one = {t, SHEET_ROWS, "sheet.csv", "one.pdf", true, true};
    const struct bench_case c = {
        .area = "bulk",
        .unit = "labels/s",
        .contestants = {{"QR labels on sheets of 24, a PDF", run_ours, &one}},
        .contestant_n = 1,
        .goals = {{"QR labels on sheets of 24, one core", 0, BENCH_THE_GOAL, METRIC_RATE,
                   SENSE_AT_LEAST, SHEET_GOAL}},
        .goal_n = 1};
    return bench_case_run(b, &c);
}

static void bulk_close(struct bulk *t) { server_stop(&t->folder); }

cm_err area_bulk(struct bench *b) {
    cpu_set_t home;
    CM_CLEANUP(peer_stop) struct peer peer = PEER_INIT;
    CM_CLEANUP(bulk_close)
    struct bulk t = {.folder = SERVER_INIT, .diag = &b->diag, .home = &home};
    meter_home(&home);
    meter_pin(&home, true);
    TRY(server_folder(&t.folder, "bulk", NULL, b->scratch, &b->diag));
    TRY(make_rows(&t, ZIP_ROWS, "zip.csv"));
    TRY(make_rows(&t, SHEET_ROWS, "sheet.csv"));
    TRY(peer_start(&peer, b->peers, &b->diag));
    TRY(compare_zip(b, &t, &peer));
    return compare_sheets(b, &t);
}
