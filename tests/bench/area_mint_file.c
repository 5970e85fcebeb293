/* Minting to a CSV file along the product's own path: serials spent in the ledger, word filter,
 * cross check, grouping, line template, hash, sync and rename, as `countermark mint` does. Node
 * with crypto and a Set does the same job a million codes at a time; its file holds the same lines.
 * Reference: docs/design/performance.md. */
#include <stdio.h>
#include <unistd.h>

#include "areas.h"
#include "cli/mint_row.h"
#include "cli/outfile.h"
#include "meter.h"
#include "peer.h"
#include "shop.h"
#include "vault/minter.h"

#define QUANTITY  30000000u /* of a batch: more than any leg mints */
#define FILE_MODE 0600
#define TASK_CAP  (WORKSPACE_PATH_CAP + 32u)

struct to_file {
    struct shop *shop;
    struct cm_diag *diag;
    struct row_writer rows;
    struct buffer lines;
};

/* As write_rows in src/cli/cmd_mint.c. */
static cm_err write_rows(struct to_file *t, struct outfile *file, const struct minter_rows *rows) {
    const struct row_codes codes = {rows->texts, rows->skip, rows->first, rows->n};
    buffer_clear(&t->lines);
    TRY(row_put_codes(&t->rows, &codes, &t->lines));
    return outfile_write(file, buffer_slice(&t->lines), t->diag);
}

static cm_err mint_file(struct to_file *t, const struct meter *m, double seconds,
                        struct minter *minter, struct outfile *file, struct leg *leg) {
    struct hash256 hash;
    struct minter_rows rows;
    TRY(outfile_write(file, buffer_slice(&t->rows.header), t->diag));
    do {
        TRY(minter_next(minter, UINT64_MAX, &rows, t->diag));
        TRY(write_rows(t, file, &rows));
        leg->items += (double)rows.units;
    } while (rows.n > 0 && meter_seconds(m) < seconds);
    return outfile_commit(file, &hash, t->diag);
}

static cm_err run_file(void *ctx, double seconds, struct leg *leg) {
    struct to_file *t = ctx;
    CM_CLEANUP(minter_closep) struct minter *minter = NULL;
    CM_CLEANUP(outfile_close) struct outfile file = OUTFILE_INIT;
    char path[OUTFILE_PATH_CAP];
    struct minter_options options = {.engine = t->shop->engine, .keystore = t->shop->keystore};
    TRY(shop_batch(t->shop, QUANTITY, &options.set, t->diag));
    (void)snprintf(path, sizeof path, "%s/batch.csv", t->shop->dir);
    const struct meter m = meter_begin();
    TRY(minter_open(&minter, &options, t->diag));
    TRY(outfile_open(&file, path, FILE_MODE, t->diag));
    TRY(mint_file(t, &m, seconds, minter, &file, leg));
    meter_end(&m, leg);
    (void)unlink(path);
    return CM_OK;
}

static void to_file_wipe(struct to_file *t) {
    row_writer_wipe(&t->rows);
    buffer_free(&t->lines);
}

/* The line template for what the act mint.plan would answer about these batches. */
static cm_err to_file_init(struct to_file *t, struct cm_diag *diag) {
    CM_CLEANUP(json_doc_freep) struct json_doc *plan = NULL;
    TRY(json_doc_new(&plan,
                     slice_text("{\"printed_length\":13,\"groups\":[5,4,4],\"separator\":\"-\","
                                "\"about\":{\"batch\":\"batch-1\"}}"),
                     "plan", &JSON_LIMITS_DEFAULT, diag));
    return row_writer_init(&t->rows, "csv", NULL, json_root(plan), true, diag);
}

static cm_err measure(struct bench *b, struct shop *shop, struct peer *peer) {
    CM_CLEANUP(to_file_wipe) struct to_file file = {.shop = shop, .diag = &b->diag};
    char task[TASK_CAP];
    (void)snprintf(task, sizeof task, "codes.toFile %s/node.csv", shop->dir);
    struct peer_task codes_file = {peer, task, &b->diag};
    TRY(to_file_init(&file, &b->diag));
    const struct bench_case c = {
        .area = "mint",
        .unit = "codes/s",
        .contestants = {{"mint to a file", run_file, &file},
                        {"node crypto + Set, to a file", peer_run, &codes_file}},
        .contestant_n = 2,
        .goals = {{"to a CSV file / node", 0, 1, METRIC_RATE, SENSE_AT_LEAST, 8}},
        .goal_n = 1};
    return bench_case_run(b, &c);
}

cm_err area_mint_file(struct bench *b) {
    CM_CLEANUP(shop_close) struct shop shop = {.keystore = NULL};
    CM_CLEANUP(peer_stop) struct peer peer = PEER_INIT;
    TRY(shop_open(&shop, b->scratch, &b->diag));
    TRY(peer_start(&peer, b->peers, &b->diag));
    return measure(b, &shop, &peer);
}
