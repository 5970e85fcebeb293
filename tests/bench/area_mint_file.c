/* Minting to a CSV file along the product's own path: serials spent in the ledger, word filter,
 * cross check, grouping, line template, hash, sync and rename, as `countermark mint` does. Node
 * with crypto and a Set does the same job a million codes at a time; its file holds the same lines.
 * Reference: docs/design/performance.md. */
#include <stdio.h>
#include <unistd.h>

#include "areas.h"
#include "cli/mint_crew.h"
#include "meter.h"
#include "peer.h"
#include "shop.h"

#define QUANTITY  30000000u /* of a batch: more than any leg mints */
#define FILE_MODE 0600
#define TASK_CAP  (WORKSPACE_PATH_CAP + 32u)

struct to_file {
    struct shop *shop;
    struct cm_diag *diag;
    const cpu_set_t *home;
    bool pinned; /* to one processor */
    struct row_writer rows;
};

/* Of one leg. */
struct pace {
    struct meter begun;
    double seconds;
    struct leg *leg;
    bool over;
};

/* A leg ends as an interrupted command does, but that its file is whole so far: no chunk that was
 * written is lost, and none that was not is counted. */
static cm_err count_written(void *ctx, const struct minter_rows *rows, struct cm_diag *diag) {
    struct pace *p = ctx;
    (void)diag;
    p->leg->items += (double)rows->units;
    p->over = meter_seconds(&p->begun) >= p->seconds;
    return p->over ? CM_E_CANCELLED : CM_OK;
}

static cm_err mint_file(struct to_file *t, struct pace *pace, struct mint_source *source,
                        struct outfile *file) {
    struct hash256 hash;
    const struct mint_crew crew = {
        .source = source, .rows = &t->rows, .file = file, .written = count_written, .ctx = pace};
    TRY(outfile_write(file, buffer_slice(&t->rows.header), t->diag));
    const cm_err err = mint_crew_run(&crew, t->diag);
    if (err != CM_OK && !pace->over) return err;
    return outfile_commit(file, &hash, t->diag);
}

/* As mint_one in src/cli/cmd_mint.c. */
static cm_err run_file(void *ctx, double seconds, struct leg *leg) {
    struct to_file *t = ctx;
    CM_CLEANUP(mint_source_close) struct mint_source source = {.at = 0};
    CM_CLEANUP(outfile_close) struct outfile file = OUTFILE_INIT;
    struct session session = {.keystore = t->shop->keystore, .engine = t->shop->engine};
    char path[OUTFILE_PATH_CAP];
    uint32_t set = 0;
    TRY(shop_batch(t->shop, QUANTITY, &set, t->diag));
    (void)snprintf(path, sizeof path, "%s/batch.csv", t->shop->dir);
    meter_pin(t->home, t->pinned);
    struct pace pace = {.begun = meter_begin(), .seconds = seconds, .leg = leg};
    TRY(mint_source_open(&source, &session, "batch", set, SHOP_CODE_LEN, t->diag));
    TRY(outfile_open(&file, path, FILE_MODE, t->diag));
    TRY(mint_file(t, &pace, &source, &file));
    meter_end(&pace.begun, leg);
    (void)unlink(path);
    return CM_OK;
}

static void to_file_wipe(struct to_file *t) { row_writer_wipe(&t->rows); }

/* The line template for what the act mint.plan would answer about these batches. */
static cm_err to_file_init(struct to_file *t, struct cm_diag *diag) {
    CM_CLEANUP(json_doc_freep) struct json_doc *plan = NULL;
    TRY(json_doc_new(&plan,
                     slice_text("{\"printed_length\":13,\"groups\":[5,4,4],\"separator\":\"-\","
                                "\"about\":{\"batch\":\"batch-1\"}}"),
                     "plan", &JSON_LIMITS_DEFAULT, diag));
    return row_writer_init(&t->rows, "csv", NULL, json_root(plan), true, diag);
}

static cm_err measure(struct bench *b, struct shop *shop, struct peer *peer,
                      const cpu_set_t *home) {
    CM_CLEANUP(to_file_wipe)
    struct to_file one = {.shop = shop, .diag = &b->diag, .home = home, .pinned = true};
    char node[TASK_CAP], nanoid[TASK_CAP], referral[TASK_CAP];
    (void)snprintf(node, sizeof node, "codes.toFile %s/node.csv", shop->dir);
    (void)snprintf(nanoid, sizeof nanoid, "nanoid.toFile %s/nanoid.csv", shop->dir);
    (void)snprintf(referral, sizeof referral, "referral.toFile %s/referral.csv", shop->dir);
    struct peer_task by_node = {peer, node, &b->diag}, by_nanoid = {peer, nanoid, &b->diag},
                     by_referral = {peer, referral, &b->diag};
    TRY(to_file_init(&one, &b->diag));
    struct to_file two = one;
    two.pinned = false;
    const struct bench_case c = {
        .area = "mint",
        .unit = "codes/s",
        .contestants = {{"mint to a file", run_file, &one},
                        {"node crypto + Set, to a file", peer_run, &by_node},
                        {"npm nanoid + Set, to a file", peer_run, &by_nanoid},
                        {"npm referral-codes, to a file", peer_run, &by_referral},
                        {"mint to a file, both cores", run_file, &two}},
        .contestant_n = 5,
        .goals = {{"to a CSV file / node", 0, 1, METRIC_RATE, SENSE_AT_LEAST, 8},
                  {"to a CSV file / nanoid", 0, 2, METRIC_RATE, SENSE_AT_LEAST, 8},
                  {"to a CSV file / referral-codes", 0, 3, METRIC_RATE, SENSE_AT_LEAST, 8},
                  {"to a CSV file, both cores / one", 4, 0, METRIC_RATE, SENSE_AT_LEAST, 1.8}},
        .goal_n = 4};
    return bench_case_run(b, &c);
}

/* One processor for all, but for the legs that are asked for both. */
cm_err area_mint_file(struct bench *b) {
    CM_CLEANUP(shop_close) struct shop shop = {.keystore = NULL};
    CM_CLEANUP(peer_stop) struct peer peer = PEER_INIT;
    cpu_set_t home;
    meter_home(&home);
    meter_pin(&home, true);
    TRY(shop_open(&shop, b->scratch, &b->diag));
    TRY(peer_start(&peer, b->peers, &b->diag));
    return measure(b, &shop, &peer, &home);
}
