/* Opening: deciphering, tag and fields, of codes that are ours and of random ones, as a share of
 * minting to memory, which does the same work the other way round. The product does all the work
 * for every row, so both kinds should cost the same; that they do is the point of having two rows.
 * Reading what people typed comes before it: a row of its own, without a goal. */
#include <stdlib.h>

#include "areas.h"
#include "base/bytes.h"
#include "codes/normalise.h"
#include "meter.h"
#include "shop.h"
#include "support/splitmix.h"

#define ROWS    65536u /* opened in turn */
#define CHUNK   4096u  /* of a call */
#define RADIX   23u
#define KEY_SUM 7u /* any key will do */

struct opening {
    struct cm_coder *coder;
    struct normaliser normaliser;
    size_t at;
    uint64_t next;
    uint8_t valid[ROWS * SHOP_CODE_LEN], random[ROWS * SHOP_CODE_LEN], made[CHUNK * SHOP_CODE_LEN];
    char texts[ROWS * SHOP_CODE_LEN], out[CHUNK * SHOP_CODE_LEN];
    struct cm_slice typed[ROWS];
    uint8_t verdicts[CHUNK], skip[CHUNK];
    struct cm_opened opened[CHUNK];
};

static size_t turn(struct opening *o) {
    const size_t at = o->at;
    o->at = (at + CHUNK) % ROWS;
    return at;
}

static cm_err run_mint(void *ctx, double seconds, struct leg *leg) {
    struct opening *o = ctx;
    const struct cm_unit_fields fields = {.batch = 0};
    const struct meter m = meter_begin();
    do {
        if (o->next + CHUNK > SHOP_SERIALS) o->next = 0;
        TRY(cm_coder_mint_range(o->coder, &fields, o->next, CHUNK, o->made, o->skip));
        cm_coder_text(o->coder, o->made, CHUNK, o->out);
        o->next += CHUNK;
        leg->items += CHUNK;
    } while (meter_seconds(&m) < seconds);
    meter_end(&m, leg);
    return CM_OK;
}

static cm_err open_rows(struct opening *o, const uint8_t *rows, double seconds, struct leg *leg) {
    const struct meter m = meter_begin();
    do {
        TRY(cm_coder_open(o->coder, rows + turn(o) * SHOP_CODE_LEN, CHUNK, o->opened));
        leg->items += CHUNK;
    } while (meter_seconds(&m) < seconds);
    meter_end(&m, leg);
    return CM_OK;
}

static cm_err run_valid(void *ctx, double seconds, struct leg *leg) {
    struct opening *o = ctx;
    return open_rows(o, o->valid, seconds, leg);
}

static cm_err run_random(void *ctx, double seconds, struct leg *leg) {
    struct opening *o = ctx;
    return open_rows(o, o->random, seconds, leg);
}

static cm_err run_typed(void *ctx, double seconds, struct leg *leg) {
    struct opening *o = ctx;
    const struct meter m = meter_begin();
    do {
        normalise_rows(&o->normaliser, o->typed + turn(o), CHUNK, o->made, SHOP_CODE_LEN,
                       o->verdicts);
        TRY(cm_coder_open(o->coder, o->made, CHUNK, o->opened));
        leg->items += CHUNK;
    } while (meter_seconds(&m) < seconds);
    meter_end(&m, leg);
    return CM_OK;
}

static cm_err prepare(struct opening *o, struct cm_diag *diag) {
    struct cm_scheme_numbers numbers;
    const struct cm_key root = {.b = {KEY_SUM}};
    const struct cm_unit_fields fields = {.batch = 0};
    uint64_t seed = 1;
    TRY(shop_numbers(&numbers, diag));
    TRY(cm_coder_new(&o->coder, &numbers, &root, 1));
    TRY(normaliser_init(&o->normaliser, &numbers.alphabet, SHOP_CODE_LEN, numbers.table_version,
                        diag));
    TRY(cm_coder_mint_range(o->coder, &fields, 0, ROWS, o->valid, NULL));
    cm_coder_text(o->coder, o->valid, ROWS, o->texts);
    for (size_t i = 0; i < ROWS; i++)
        o->typed[i] = slice_of(o->texts + i * SHOP_CODE_LEN, SHOP_CODE_LEN);
    for (size_t i = 0; i < sizeof o->random; i++)
        o->random[i] = (uint8_t)(splitmix_next(&seed) % RADIX);
    /* The filter forbids one or two in a hundred; those do not open. */
    size_t good = 0;
    TRY(cm_coder_open(o->coder, o->valid, CHUNK, o->opened));
    for (size_t i = 0; i < CHUNK; i++)
        good += o->opened[i].result == CM_OPEN_OK && o->opened[i].fields.serial == i;
    return good > CHUNK / 100 * 95 ? CM_OK : CM_E_CORRUPT;
}

static void opening_freep(struct opening **o) {
    if (*o != NULL) cm_coder_free((*o)->coder);
    free(*o);
}

cm_err area_open(struct bench *b) {
    CM_CLEANUP(opening_freep) struct opening *o = calloc(1, sizeof *o);
    if (o == NULL) return CM_E_NO_MEMORY;
    TRY(prepare(o, &b->diag));
    const struct bench_case c = {
        .area = "open",
        .unit = "codes/s",
        .contestants = {{"open valid codes", run_valid, o},
                        {"open random codes", run_random, o},
                        {"read texts and open", run_typed, o},
                        {"mint to memory", run_mint, o}},
        .contestant_n = 4,
        .goals = {{"valid input, share of mint", 0, 3, METRIC_RATE, SENSE_AT_LEAST, 0.65},
                  {"random input, share of mint", 1, 3, METRIC_RATE, SENSE_AT_LEAST, 0.65},
                  {"with reading the text", 2, 3, METRIC_RATE, SENSE_NONE, 0}},
        .goal_n = 3};
    return bench_case_run(b, &c);
}
