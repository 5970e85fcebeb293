/* Orders from the command line to the files that a bureau opens: `countermark order make` as it is
 * built here, with its ledger, in a process of its own. Units spent, numbers, PINs and tracks made,
 * records rendered, two files sealed (PINs in their own), synced, manifests signed. Beside it
 * openssl cms -sign | openssl cms -encrypt of a ready-made file of as many bytes, which need not be
 * made, and of which nobody keeps a book. Reference: docs/design/performance.md, "orders". */
#include <stdio.h>

#include "areas.h"
#include "base/file.h"
#include "job.h"
#include "orders.h"

#define CARDS       10000000.0 /* of an order, with legs of two seconds or more */
#define CARDS_LEG_S 2.0
#define SPARE       3u /* orders beside the turns: for the ready-made file, the warm-up, in hand */
#define MEMORY_MOST (64.0 * 1024 * 1024)
#define FILE_MODE   0600
#define PATH_CAP    (SERVER_PATH_CAP + 16u)

struct orders {
    struct server folder;
    struct cm_diag *diag;
    uint64_t cards; /* of one order */
    char cards_text[24];
};

/* $0: our program; $1: cards of an order. A small order, opened by openssl with the recipients'
 * keys, gives the lines of the ready-made file; a whole one says how long it must be. */
static const char prepare[] =
    "set -e\n"
    "make() { \"$0\" order make bench --workspace ws --count \"$1\" --template csv-comma"
    " --to bureau.pem --pin-template pin-letter --pin-to letters.pem --no-approval; }\n"
    "opened() { openssl cms -decrypt -inform DER -in \"$2\" -inkey $1.key -recip $1.pem |"
    " openssl cms -verify -noverify -inform DER; }\n"
    "\"$0\" init --sandbox --workspace ws\n"
    "\"$0\" cards pool add pool.json --workspace ws\n"
    "for who in bureau letters sender; do\n"
    "  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    " -subj /CN=$who -keyout $who.key -out $who.pem\n"
    "done\n"
    "make 100000\n"
    "opened bureau ws/orders/ORDER-000001/*.cms >piece\n"
    "opened letters ws/orders/ORDER-000001-PINS/*.cms >>piece\n"
    "[ \"$(wc -l <piece)\" -ge 200000 ]\n"
    "rm -r ws/orders/ORDER-*\n"
    "make \"$1\"\n"
    "bytes=$(cat ws/orders/*/*.cms | wc -c)\n"
    "rm -r ws/orders/ORDER-*\n"
    "while cat piece; do :; done 2>pipe | head -c \"$bytes\" >ready.csv\n"
    "sync\n";

/* As docs/examples/pool.json, with tracks, and room for an order a turn. */
static const char pool[] =
    "{\"format\":1,\"name\":\"bench\",\"brand\":\"house\",\"id\":7,\"mode\":\"TEST\","
    "\"prefix\":\"9528\",\"body_digits\":11,\"number_digits\":16,\"pin_digits\":6,"
    "\"volume\":%llu,\"odds\":1000000,\"payment_prefix_forced\":false,"
    "\"identifiers\":[{\"kind\":\"track1\",\"layout\":\"iso\",\"name\":\"GIFT/CARD\","
    "\"expiry\":\"3012\",\"service\":\"101\"},"
    "{\"kind\":\"track2\",\"layout\":\"iso\",\"expiry\":\"3012\",\"service\":\"101\"}],"
    "\"rules\":[{\"version\":1,\"from_index\":0,\"held_out\":\"0.02\",\"held_below\":85899345,"
    "\"patterns\":[\"equal:5\",\"run:5\",\"zeros\",\"contains:666\",\"number.suffix:000\"],"
    "\"listed\":[]}]}";

static cm_err shell(const struct orders *o, const char *script) {
    const char *const argv[] = {"sh", "-c", script, CM_CLI, o->cards_text, NULL};
    return server_run(&o->folder, argv, o->diag);
}

static cm_err open_orders(struct orders *o, const struct bench *b) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    const double share = b->leg_s < CARDS_LEG_S ? b->leg_s / CARDS_LEG_S : 1;
    char path[PATH_CAP];
    o->cards = (uint64_t)(CARDS * share);
    (void)snprintf(o->cards_text, sizeof o->cards_text, "%llu", (unsigned long long)o->cards);
    TRY(server_folder(&o->folder, "orders", NULL, b->scratch, o->diag));
    buffer_printf(&text, pool, (unsigned long long)o->cards * (b->pairs + SPARE));
    TRY(buffer_err(&text));
    (void)snprintf(path, sizeof path, "%s/pool.json", o->folder.dir);
    TRY(file_replace(path, buffer_slice(&text), FILE_MODE, o->diag));
    return shell(o, prepare);
}

static void close_orders(struct orders *o) { server_stop(&o->folder); }

/* What a leg left is taken away outside the clock: its pages must not be written beside others. */
static cm_err measured(const struct orders *o, const char *const *argv, const char *sweep,
                       struct leg *leg) {
    TRY(job_run(&o->folder, argv, leg, o->diag));
    leg->items = (double)o->cards;
    return shell(o, sweep);
}

static cm_err run_ours(void *ctx, double seconds, struct leg *leg) {
    const struct orders *o = ctx;
    const char *const argv[] = {
        CM_CLI,           "order",       "make",       "bench",       "--workspace",   "ws",
        "--count",        o->cards_text, "--template", "csv-comma",   "--to",          "bureau.pem",
        "--pin-template", "pin-letter",  "--pin-to",   "letters.pem", "--no-approval", NULL};
    (void)seconds;
    return measured(o, argv, "rm -r ws/orders/ORDER-*", leg);
}

#define OPENSSL_PIPE                                                                               \
    "openssl cms -sign -binary -nodetach -stream -outform DER -md sha256 -signer sender.pem"       \
    " -inkey sender.key -in ready.csv |"                                                           \
    " openssl cms -encrypt -binary -stream -outform DER -aes-256-gcm -recip bureau.pem"            \
    " -out sealed.cms"

static cm_err run_openssl(void *ctx, double seconds, struct leg *leg) {
    static const char *const argv[] = {"sh", "-c", OPENSSL_PIPE, NULL};
    (void)seconds;
    return measured(ctx, argv, "rm sealed.cms", leg);
}

static cm_err run_openssl_synced(void *ctx, double seconds, struct leg *leg) {
    static const char *const argv[] = {"sh", "-c", OPENSSL_PIPE " && sync sealed.cms", NULL};
    (void)seconds;
    return measured(ctx, argv, "rm sealed.cms", leg);
}

cm_err orders_seal(struct bench *b) {
    CM_CLEANUP(close_orders) struct orders o = {.folder = SERVER_INIT, .diag = &b->diag};
    TRY(open_orders(&o, b));
    const struct bench_case c = {
        .area = "orders",
        .unit = "cards/s",
        .contestants = {{"order make", run_ours, &o},
                        {"openssl cms, ready-made file", run_openssl, &o},
                        {"openssl cms, file synced", run_openssl_synced, &o}},
        .contestant_n = 3,
        .goals = {{"cards to sealed CSV", 0, 1, METRIC_RATE, SENSE_AT_LEAST, 0.70},
                  {"... / openssl with a sync, as ours", 0, 2, METRIC_RATE, SENSE_NONE, 0},
                  {"... peak memory", 0, BENCH_THE_GOAL, METRIC_PEAK, SENSE_AT_MOST, MEMORY_MOST}},
        .goal_n = 3};
    return bench_case_run(b, &c);
}

cm_err area_orders(struct bench *b) {
    TRY(orders_seal(b));
    TRY(orders_import(b));
    return orders_spend(b);
}
