/* batch add: one batch by options, or every row of a production plan as one batch. A plan is added
 * whole or not at all. */
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/file.h"
#include "base/macros.h"
#include "cli/command.h"
#include "cli/output.h"
#include "codes/plan_csv.h"
#include "doc/json_write.h"
#include "engine/registry.h"

const struct option_spec batch_add_options[] = {
    {"scheme", OPTION_TEXT, "NAME", "the format of its codes", NULL, true},
    {"from-plan", OPTION_TEXT, "PLAN.csv", "one batch for each row", NULL, false},
    {"quantity", OPTION_NUMBER, "N", "how many codes", NULL, false},
    {"date", OPTION_TEXT, "YYYY-MM-DD", "the date that its codes carry", NULL, false},
    {"attribute", OPTION_LIST, "NAME=VALUE", "a field of the scheme", NULL, false},
    {"product", OPTION_TEXT, "TEXT", "its name in answers", NULL, false},
    {"gtin", OPTION_TEXT, "GTIN", "its trade item number", NULL, false},
    {"line", OPTION_TEXT, "LINE", "where it is made", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

/* ---- One batch ------------------------------------------------------------------------------- */

static cm_err put_pairs(struct cli *cli, struct json_writer *w) {
    json_object_begin(w, "attributes");
    for (size_t i = 0;; i++) {
        char name[SCHEME_WORD_CAP];
        const char *pair = option_item(&cli->options, "attribute", i);
        if (pair == NULL) break;
        const char *equals = strchr(pair, '=');
        if (equals == NULL || (size_t)(equals - pair) >= sizeof name)
            return diag_fail(cli->diag, CM_E_ARGUMENT, NULL, NULL, "write it as NAME=VALUE",
                             "--attribute %.60s is no pair", pair);
        (void)snprintf(name, sizeof name, "%.*s", (int)(equals - pair), pair);
        json_put_cstr(w, name, equals + 1);
    }
    json_object_end(w);
    return CM_OK;
}

static cm_err put_one(struct cli *cli, struct json_writer *w) {
    static const char *const texts[] = {"date", "product", "gtin", "line"};
    uint64_t quantity = 0;
    if (position(cli, 0) == NULL || !option_given(&cli->options, "quantity"))
        return diag_fail(cli->diag, CM_E_ARGUMENT, NULL, NULL, "or --from-plan PLAN.csv for many",
                         "a batch needs a name and --quantity");
    TRY(option_u64(&cli->options, "quantity", 1, INT64_MAX, &quantity, cli->diag));
    json_object_begin(w, NULL);
    json_put_cstr(w, "name", position(cli, 0));
    TRY(put_pairs(cli, w));
    json_put_u64(w, "quantity", quantity);
    for (size_t i = 0; i < CM_ARRAY_N(texts); i++)
        if (option_given(&cli->options, texts[i]))
            json_put_cstr(w, texts[i], option_text(&cli->options, texts[i]));
    json_object_end(w);
    return CM_OK;
}

/* ---- A plan ---------------------------------------------------------------------------------- */

static bool same_batch(const struct production_row *a, const struct production_row *b) {
    return a->value[0] == b->value[0] && a->day == b->day;
}

/* SKU-DATE, and -2, -3 ... for further rows of the same SKU and day. */
static void batch_name(const struct production *p, uint32_t row, char *out, size_t cap) {
    const struct production_row *r = &p->rows[row];
    const struct cm_slice sku = values_at(&p->values[0], r->value[0]);
    char date[DATE_TEXT_CAP] = "", suffix[24] = "";
    uint32_t nth = 1;
    for (uint32_t i = 0; i < row; i++)
        nth += same_batch(&p->rows[i], r);
    if (p->has_date) date_format(r->day, date);
    if (nth > 1) (void)snprintf(suffix, sizeof suffix, "-%u", nth);
    const size_t rest = strlen(date) + 1 + strlen(suffix);
    const size_t room = cap > rest + 1 ? cap - rest - 1 : 0;
    (void)snprintf(out, cap, "%.*s%s%s%s", (int)(sku.len < room ? sku.len : room),
                   (const char *)sku.p, p->has_date ? "-" : "", date, suffix);
}

static void put_row(const struct production *p, uint32_t row, struct json_writer *w) {
    const struct production_row *r = &p->rows[row];
    const struct production_item *item = &p->items[r->value[0]];
    char name[REGISTRY_NAME_CAP], date[DATE_TEXT_CAP];
    batch_name(p, row, name, sizeof name);
    json_object_begin(w, NULL);
    json_put_cstr(w, "name", name);
    json_object_begin(w, "attributes");
    for (uint8_t a = 0; a < p->attribute_n; a++)
        json_put_text(w, p->attribute_name[a], values_at(&p->values[a], r->value[a]));
    json_object_end(w);
    json_put_u64(w, "quantity", r->quantity);
    if (p->has_date) {
        date_format(r->day, date);
        json_put_cstr(w, "date", date);
    }
    if (item->product[0] != '\0') json_put_cstr(w, "product", item->product);
    if (item->gtin[0] != '\0') json_put_cstr(w, "gtin", item->gtin);
    for (uint8_t a = 0; a < p->attribute_n; a++)
        if (strcmp(p->attribute_name[a], "line") == 0)
            json_put_text(w, "line", values_at(&p->values[a], r->value[a]));
    json_object_end(w);
}

static cm_err put_plan(struct cli *cli, struct json_writer *w, const char *path) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    CM_CLEANUP(production_wipe) struct production p;
    const struct plan_csv_options options = {.flavours = NULL};
    production_init(&p);
    if (position(cli, 0) != NULL)
        return diag_fail(cli->diag, CM_E_ARGUMENT, NULL, NULL, "leave the name out",
                         "the batches of a plan are named by SKU and date");
    TRY(file_read(path, PLAN_CSV_MAX, &text, cli->diag));
    TRY(plan_csv_read(&p, buffer_slice(&text), path, &options, cli->diag));
    for (uint32_t row = 0; row < p.row_n; row++)
        put_row(&p, row, w);
    return CM_OK;
}

cm_err cmd_batch_add(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    struct json_writer w = json_writer_into(&args, false);
    const char *plan = option_text(&cli->options, "from-plan");
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "scheme", option_text(&cli->options, "scheme"));
    json_array_begin(&w, "batches");
    TRY(plan != NULL ? put_plan(cli, &w, plan) : put_one(cli, &w));
    json_array_end(&w);
    json_object_end(&w);
    TRY(buffer_err(&args));
    TRY(session_act(&cli->session, "batch.add", buffer_slice(&args), &result, cli->diag));
    return output_record(buffer_slice(&result), cli->json, cli->diag);
}
