/* The registry's own: one pair of functions for every kind of document. `check` looks at the world
 * around (names taken, references); `apply` trusts a document that was checked when it was
 * journaled, and fails only for want of memory or on a corrupt one. */
#ifndef CM_ENGINE_REGISTRY_INSIDE_H
#define CM_ENGINE_REGISTRY_INSIDE_H

#include "base/macros.h"
#include "doc/json.h"
#include "engine/registry.h"

typedef cm_err document_check(const struct registry *r, uint32_t id, struct cm_slice text,
                              struct cm_diag *diag);
typedef cm_err document_apply(struct registry *r, uint32_t id, struct cm_slice text,
                              struct cm_diag *diag);
struct registry_kind {
    document_check *check;
    document_apply *apply;
};

document_check scheme_document_check, batch_document_check, pool_document_check,
    correction_document_check, terms_document_check, door_document_check, brand_document_check,
    api_key_document_check, agent_document_check, run_document_check, order_document_check,
    operator_document_check, prize_document_check, redrawn_document_check, issuer_document_check;
document_apply scheme_document_apply, batch_document_apply, pool_document_apply,
    correction_document_apply, terms_document_apply, door_document_apply, brand_document_apply,
    api_key_document_apply, agent_document_apply, run_document_apply, order_document_apply,
    operator_document_apply, prize_document_apply, redrawn_document_apply, issuer_document_apply;

document_check legacy_document_check;
document_apply legacy_document_apply;

document_check device_document_check, revoked_document_check, spends_document_check;
document_apply device_document_apply, revoked_document_apply, spends_document_apply;

/* Append to an array of owned pointers. @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err registry_push(void ***array, size_t *n, void *item);
void scheme_entry_free(struct scheme_entry *s);
void run_entry_free(struct run_entry *run);
void order_entry_free(struct order_entry *order);
void legacy_entry_free(struct legacy_entry *e);
void set_entry_free(struct set_entry *s);
void set_entry_freep(struct set_entry **s);
/* Room for `number` in an array of n pointers: NULL beyond those that were there. The array, or
 * NULL when there is no memory, and the old one stays as it is. */
void *registry_room(void *slots, uint32_t *n, uint32_t number);
/* Make room for a set of this number. @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err registry_set_room(struct registry *r, uint32_t number);

CM_MUST_CHECK cm_err promise_at_door(const struct registry *r, const struct door *d,
                                     uint32_t more_of, uint64_t more, struct cm_diag *diag);
/* Codes ordered under a scheme, in all its batches. */
uint64_t scheme_ordered(const struct registry *r, uint32_t scheme);

/* TEST or LIVE. */
CM_MUST_CHECK cm_err json_mode(struct json_value v, bool *test);

/* Recompute what depends on the terms: rule and description. @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err set_refresh(const struct registry *r, struct set_entry *s);
CM_MUST_CHECK cm_err set_describe(const struct registry *r, struct set_entry *s);

#endif
