/* Agents: who sells cards, and under whom. An agent keeps its brand for life; its name and its
 * parent may change, but nobody is its own ancestor. */
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "engine/registry_inside.h"

struct agent_entry *registry_agent(const struct registry *r, uint32_t id) {
    size_t low = 0, high = r->agent_n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (r->agents[middle]->id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < r->agent_n && r->agents[low]->id == id ? r->agents[low] : NULL;
}

struct agent_entry *registry_agent_named(const struct registry *r, struct cm_slice name) {
    for (size_t i = 0; i < r->agent_n; i++)
        if (slice_equal(slice_text(r->agents[i]->name), name)) return r->agents[i];
    return NULL;
}

bool registry_agent_covers(const struct registry *r, uint32_t agent, uint32_t whose) {
    if (agent == 0) return true;
    /* No chain is longer than there are agents; a corrupt one must not hold the owner for ever. */
    for (size_t i = 0; i <= r->agent_n && whose != 0; i++) {
        if (whose == agent) return true;
        const struct agent_entry *a = registry_agent(r, whose);
        whose = a != NULL ? a->parent : 0;
    }
    return false;
}

static cm_err json_id(struct json_value v, uint64_t min, uint32_t *out) {
    uint64_t id = 0;
    TRY(json_u64(v, min, UINT32_MAX, &id));
    *out = (uint32_t)id;
    return CM_OK;
}

static cm_err parse(struct cm_slice text, struct agent_entry *a, struct cm_diag *diag) {
    static const char *const keys[] = {"name", "brand", "parent"};
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(json_doc_new(&doc, text, "agent", &JSON_LIMITS_DEFAULT, diag));
    const struct json_value root = json_root(doc);
    TRY(json_only(root, keys, CM_ARRAY_N(keys)));
    TRY(json_copy_text(json_get(root, "name"), 1, a->name, sizeof a->name));
    TRY(json_id(json_get(root, "brand"), 0, &a->brand));
    const struct json_value parent = json_get(root, "parent");
    return json_present(parent) ? json_id(parent, 0, &a->parent) : CM_OK;
}

static cm_err check_parent(const struct registry *r, const struct agent_entry *a,
                           struct cm_diag *diag) {
    const struct agent_entry *parent = registry_agent(r, a->parent);
    if (parent == NULL)
        return diag_fail(diag, CM_E_NOT_FOUND, a->name, "parent",
                         "'countermark agent list' shows them", "no agent has id %u", a->parent);
    if (parent->brand != a->brand)
        return diag_fail(diag, CM_E_CONFLICT, a->name, "parent", "name one of the same brand",
                         "agent %s is of another brand", parent->name);
    if (registry_agent_covers(r, a->id, a->parent))
        return diag_fail(diag, CM_E_CONFLICT, a->name, "parent", "name one that is not under it",
                         "agent %s is under this one", parent->name);
    return CM_OK;
}

cm_err agent_document_check(const struct registry *r, uint32_t id, struct cm_slice text,
                            struct cm_diag *diag) {
    struct agent_entry a = {.id = id};
    TRY(parse(text, &a, diag));
    if (!scheme_name_valid(slice_text(a.name)))
        return diag_fail(diag, CM_E_FORMAT, "agent", "name",
                         "use letters, digits, '.', '_' and '-'", "not a fit name");
    const struct agent_entry *same = registry_agent_named(r, slice_text(a.name));
    if (same != NULL && same->id != id)
        return diag_fail(diag, CM_E_EXISTS, a.name, NULL, "give it another name",
                         "an agent of this name exists");
    const struct agent_entry *old = registry_agent(r, id);
    if (old != NULL && old->brand != a.brand)
        return diag_fail(diag, CM_E_CONFLICT, a.name, "brand", "make another agent",
                         "an agent keeps its brand for life");
    return a.parent != 0 ? check_parent(r, &a, diag) : CM_OK;
}

cm_err agent_document_apply(struct registry *r, uint32_t id, struct cm_slice text,
                            struct cm_diag *diag) {
    struct agent_entry *old = registry_agent(r, id);
    struct agent_entry *a = calloc(1, sizeof *a);
    if (a == NULL) return CM_E_NO_MEMORY;
    a->id = id;
    cm_err err = parse(text, a, diag);
    if (err == CM_OK && old != NULL)
        *old = *a;
    else if (err == CM_OK)
        err = registry_push((void ***)&r->agents, &r->agent_n, a);
    if (err != CM_OK || old != NULL) {
        free(a);
        return err;
    }
    for (size_t i = r->agent_n - 1; i > 0 && r->agents[i - 1]->id > id; i--) {
        r->agents[i] = r->agents[i - 1];
        r->agents[i - 1] = a;
    }
    return CM_OK;
}
