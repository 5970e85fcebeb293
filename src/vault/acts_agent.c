/* Agents: who sells cards, and what each of them did. A report tells counts and sums as the
 * ledger's events have left them; sums are minor units of the pool's currency. Reference:
 * docs/design/stock.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "engine/agents.h"
#include "vault/acts_inside.h"

struct agent_look {
    struct act *a;
    const char *key;
    struct agent_entry found;
    struct cm_slice name;
};

static cm_err look_read(void *ctx, const struct registry *r) {
    struct agent_look *l = ctx;
    const struct agent_entry *found = registry_agent_named(r, l->name);
    if (found == NULL)
        return diag_fail(l->a->diag, CM_E_NOT_FOUND, l->key, NULL,
                         "'countermark agent list' shows them", "no agent is named '%.*s'",
                         (int)l->name.len, (const char *)l->name.p);
    l->found = *found;
    return CM_OK;
}

cm_err act_agent(struct act *a, const char *key, uint32_t *id) {
    struct agent_look l = {.a = a, .key = key};
    *id = 0;
    if (!json_present(json_get(a->args, key))) return CM_OK;
    TRY(json_text(json_get(a->args, key), 0, REGISTRY_NAME_CAP, &l.name));
    if (l.name.len == 0) return CM_OK; /* nobody */
    TRY(engine_read(a->ctx->engine, look_read, &l));
    *id = l.found.id;
    return CM_OK;
}

static cm_err agent_write(struct act *a, const struct agent_entry *e, uint32_t *id) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    struct json_writer w = json_writer_into(&text, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "name", e->name);
    json_put_u64(&w, "brand", e->brand);
    if (e->parent != 0) json_put_u64(&w, "parent", e->parent);
    json_object_end(&w);
    TRY(buffer_err(&text));
    return engine_document(a->ctx->engine, DOCUMENT_AGENT, id, a->ctx->actor, buffer_slice(&text),
                           a->diag);
}

static cm_err agent_add(struct act *a) {
    struct agent_entry e = {.id = 0};
    char brand[REGISTRY_NAME_CAP];
    TRY(json_copy_text(json_get(a->args, "name"), 1, e.name, sizeof e.name));
    TRY(act_brand(a, &e.brand, brand));
    TRY(act_agent(a, "under", &e.parent));
    TRY(agent_write(a, &e, &e.id));
    json_put_cstr(a->out, "agent", e.name);
    json_put_u64(a->out, "id", e.id);
    return CM_OK;
}

/* Another name, or another place in the tree. What it sold stays its own. */
static cm_err agent_change(struct act *a) {
    struct agent_look l = {.a = a, .key = "agent"};
    TRY(json_text(json_get(a->args, "agent"), 1, REGISTRY_NAME_CAP, &l.name));
    TRY(engine_read(a->ctx->engine, look_read, &l));
    if (json_present(json_get(a->args, "name")))
        TRY(json_copy_text(json_get(a->args, "name"), 1, l.found.name, sizeof l.found.name));
    if (json_present(json_get(a->args, "under"))) TRY(act_agent(a, "under", &l.found.parent));
    TRY(agent_write(a, &l.found, &l.found.id));
    json_put_cstr(a->out, "agent", l.found.name);
    json_put_u64(a->out, "id", l.found.id);
    return CM_OK;
}

static cm_err list_read(void *ctx, const struct registry *r) {
    struct json_writer *w = ((struct act *)ctx)->out;
    json_array_begin(w, "agents");
    for (size_t i = 0; i < r->agent_n; i++) {
        const struct agent_entry *e = r->agents[i], *parent = registry_agent(r, e->parent);
        json_object_begin(w, NULL);
        json_put_cstr(w, "name", e->name);
        json_put_u64(w, "id", e->id);
        json_put_cstr(w, "under", parent != NULL ? parent->name : "");
        json_object_end(w);
    }
    json_array_end(w);
    return CM_OK;
}

static cm_err agent_list(struct act *a) { return engine_read(a->ctx->engine, list_read, a); }

/* ---- Report -----------------------------------------------------------------------------------
 */

struct report {
    struct act *a;
    uint32_t of; /* this agent and whoever is under it; 0 = all */
    struct tally_row *rows;
    size_t n, cap;
};

static cm_err keep_row(void *ctx, const struct tally_row *row) {
    struct report *r = ctx;
    if (r->n == r->cap) {
        const size_t cap = r->cap == 0 ? 64 : 2 * r->cap;
        struct tally_row *rows = realloc(r->rows, cap * sizeof *rows);
        if (rows == NULL) return CM_E_NO_MEMORY;
        r->rows = rows;
        r->cap = cap;
    }
    r->rows[r->n++] = *row;
    return CM_OK;
}

static void put_row(struct json_writer *w, const struct registry *r, const struct tally_row *t) {
    const struct agent_entry *agent = registry_agent(r, t->agent);
    const struct set_entry *set = registry_set(r, t->set);
    json_object_begin(w, NULL);
    json_put_cstr(w, "agent", agent != NULL ? agent->name : "");
    json_put_cstr(w, "pool", set != NULL ? set->name : "");
    for (unsigned k = 0; k < TALLY_N; k++) {
        char sum[32];
        (void)snprintf(sum, sizeof sum, "%s_sum", tally_name((enum tally_of)k));
        json_put_u64(w, tally_name((enum tally_of)k), t->count[k]);
        json_put_u64(w, sum, t->sum[k]);
    }
    json_object_end(w);
}

static cm_err report_read(void *ctx, const struct registry *r) {
    const struct report *report = ctx;
    json_array_begin(report->a->out, "report");
    for (size_t i = 0; i < report->n; i++)
        if (registry_agent_covers(r, report->of, report->rows[i].agent))
            put_row(report->a->out, r, &report->rows[i]);
    json_array_end(report->a->out);
    return CM_OK;
}

static cm_err agent_report(struct act *a) {
    struct report r = {.a = a};
    TRY(act_agent(a, "agent", &r.of));
    cm_err err = engine_tallies(a->ctx->engine, keep_row, &r);
    if (err == CM_OK) err = engine_read(a->ctx->engine, report_read, &r);
    free(r.rows);
    return err;
}

const struct act_entry acts_agent[] = {
    {"agent.add", agent_add, {"name", "brand", "under"}},
    {"agent.change", agent_change, {"agent", "name", "under"}},
    {"agent.list", agent_list, {NULL}},
    {"agent.report", agent_report, {"agent"}},
    {NULL, NULL, {NULL}},
};
