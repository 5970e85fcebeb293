/* Taking in what another maker left: an old card base of 10 million numbers with balances, and 20
 * million live codes, from CSV files as `countermark import` reads them: normalised, judged,
 * compared with one another and with everything of ours, put into an index, committed. Once each:
 * they last long. Reference: docs/design/performance.md, "orders". */
#include <stdio.h>
#include <string.h>

#include "cards/luhn.h"
#include "fact.h"
#include "job.h"
#include "keys.h"
#include "orders.h"

#define NUMBERS  10000000u
#define CODES    20000000u
#define GOAL_S   60.0
#define PATH_CAP (SERVER_PATH_CAP + 16u)
#define PREFIX   "603593"
#define PREFIX_N 6u
#define BODY_N   9u
#define BODIES   1000000000u /* 10^BODY_N */
#define STRIDE   7654321u    /* prime to BODIES: every body once, in an order that is none */
#define BUFFER_N (1u << 20)  /* bytes of the file written at once */

static FILE *create(const struct server *folder, const char *name) {
    char path[PATH_CAP];
    (void)snprintf(path, sizeof path, "%s/%s", folder->dir, name);
    FILE *f = fopen(path, "wxe");
    if (f != NULL) (void)setvbuf(f, NULL, _IOFBF, BUFFER_N);
    return f;
}

static cm_err finish(FILE *f) {
    const bool wrote = ferror(f) == 0;
    return fclose(f) == 0 && wrote ? CM_OK : CM_E_IO;
}

static void put_number(uint64_t body, char line[static PREFIX_N + BODY_N + 1]) {
    memcpy(line, PREFIX, PREFIX_N);
    for (size_t i = BODY_N; i > 0; i--, body /= 10)
        line[PREFIX_N + i - 1] = (char)('0' + body % 10);
    line[PREFIX_N + BODY_N] = (char)('0' + luhn_digit(line, PREFIX_N + BODY_N));
}

static cm_err write_numbers(const struct server *folder) {
    char number[PREFIX_N + BODY_N + 1];
    FILE *f = create(folder, "base.csv");
    if (f == NULL) return CM_E_IO;
    (void)fputs("number,balance\n", f);
    for (uint64_t i = 0; i < NUMBERS; i++) {
        put_number(i * STRIDE % BODIES, number);
        (void)fwrite(number, 1, sizeof number, f);
        (void)fprintf(f, ",%u\n", (unsigned)(i * STRIDE % 20000));
    }
    return finish(f);
}

static cm_err write_codes(const struct server *folder) {
    uint64_t keys = CODES;
    FILE *f = create(folder, "codes.csv");
    if (f == NULL) return CM_E_IO;
    (void)fputs("code\n", f);
    for (uint64_t i = 0; i < CODES; i++) {
        char code[KEY_TEXT_LEN + 1];
        key_next(&keys, code);
        code[KEY_TEXT_LEN] = '\n';
        (void)fwrite(code, 1, sizeof code, f);
    }
    return finish(f);
}

static cm_err measure(struct bench *b, const struct server *folder, const char *const *argv,
                      struct bench_fact *f) {
    TRY(job_run(folder, argv, &f->cost, &b->diag));
    f->area = "orders";
    f->unit = "s";
    f->ours[0] = f->cost.seconds;
    f->n = 1;
    return bench_fact(b, f);
}

static cm_err import_both(struct bench *b, const struct server *folder) {
    static const char *const init[] = {CM_CLI, "init", "--sandbox", "--workspace", "ws", NULL};
    static const char *const numbers[] = {CM_CLI,    "import",      "cards",    "base.csv",
                                          "--check", "luhn",        "--commit", "--currency",
                                          "EUR",     "--workspace", "ws",       NULL};
    static const char *const codes[] = {CM_CLI,     "import",      "codes", "codes.csv",
                                        "--commit", "--workspace", "ws",    NULL};
    struct bench_fact base = {.row = "import of 10 million old numbers",
                              .peer_name = "a minute",
                              .peer = {GOAL_S},
                              .sense = SENSE_AT_MOST,
                              .goal = 1,
                              .cost = {.items = NUMBERS}};
    struct bench_fact live = {.row = "import of 20 million live codes",
                              .peer_name = "a minute",
                              .peer = {GOAL_S},
                              .sense = SENSE_NONE,
                              .cost = {.items = CODES}};
    TRY(server_run(folder, init, &b->diag));
    TRY(write_numbers(folder));
    TRY(measure(b, folder, numbers, &base));
    TRY(write_codes(folder));
    return measure(b, folder, codes, &live);
}

cm_err orders_import(struct bench *b) {
    CM_CLEANUP(server_stop) struct server folder = SERVER_INIT;
    TRY(server_folder(&folder, "imports", NULL, b->scratch, &b->diag));
    return import_both(b, &folder);
}
