/* The acts room's own: what every act is given, and the look-ups that many share. */
#ifndef CM_VAULT_ACTS_INSIDE_H
#define CM_VAULT_ACTS_INSIDE_H

#include "codes/scheme.h"
#include "doc/json.h"
#include "doc/json_write.h"
#include "vault/acts.h"

struct act {
    struct act_context *ctx;
    struct json_value args;
    struct json_writer *out; /* the result's object is open: the act puts members */
    uint64_t now_unix_s, now_unix_ms;
    struct cm_diag *diag;
};
typedef cm_err act_fn(struct act *a);

#define ACT_KEYS_MAX 16u
struct act_entry {
    const char *name;
    act_fn *fn;
    const char *keys[ACT_KEYS_MAX]; /* arguments it knows; NULL ends them */
};

/* acts_*.c: tables ended by a NULL name */
extern const struct act_entry acts_access[], acts_backup[], acts_batch[], acts_card[], acts_cards[],
    acts_phase[], acts_prize[], acts_key[], acts_look[], acts_mint[], acts_scheme[], acts_terms[];
extern const struct act_entry acts_run[], acts_run_show[], acts_run_close[], acts_run_verify[],
    acts_line[], acts_lend[];
extern const struct act_entry acts_import[], acts_order_signer[];
extern const struct act_entry acts_agent[], acts_alias[], acts_stock[], acts_order[],
    acts_order_release[], acts_order_receive[], acts_operator[];
extern const struct act_entry acts_ticket[], acts_ticket_issuer[], acts_ticket_verify[],
    acts_ticket_device[], acts_ticket_revoke[], acts_ticket_sync[];
act_fn line_report; /* acts_line_report.c */

/* What an act needs to know of a scheme, copied out of the registry. */
struct found_scheme {
    uint32_t id, brand;
    bool test;
    uint8_t key_version_first;
    char name[SCHEME_NAME_CAP];
};
/** The scheme that argument `key` names. @retval CM_E_NOT_FOUND, CM_E_FORMAT */
CM_MUST_CHECK cm_err act_scheme(struct act *a, const char *key, struct found_scheme *out);
/** The document of a pool as the ledger has it, and its first key version. */
CM_MUST_CHECK cm_err act_pool_document(struct act *a, uint32_t number, struct buffer *out,
                                       uint8_t *key_version_first);
/** The document of a scheme as the ledger has it. */
CM_MUST_CHECK cm_err act_scheme_document(struct act *a, uint32_t id, struct buffer *out);

struct found_set {
    struct set set; /* recalls not copied */
    char name[REGISTRY_NAME_CAP];
};
/** The batch, the pool, or either of them, that argument `key` names. */
CM_MUST_CHECK cm_err act_batch(struct act *a, const char *key, struct found_set *out);
CM_MUST_CHECK cm_err act_pool(struct act *a, const char *key, struct found_set *out);
CM_MUST_CHECK cm_err act_set(struct act *a, const char *key, struct found_set *out);
/** A batch or pool by its number. */
CM_MUST_CHECK cm_err act_set_number(struct act *a, uint32_t number, struct found_set *out);
/** The number of a batch or pool by its name. */
CM_MUST_CHECK cm_err act_set_named(struct act *a, struct cm_slice name, uint32_t *number);
/** The brand of argument "brand"; without it the only one, or none. *id = 0 is none. */
CM_MUST_CHECK cm_err act_brand(struct act *a, uint32_t *id, char name[REGISTRY_NAME_CAP]);
/** The agent that argument `key` names; 0 when it is absent or empty. */
CM_MUST_CHECK cm_err act_agent(struct act *a, const char *key, uint32_t *id);
/** The door that argument `key` names. */
CM_MUST_CHECK cm_err act_door(struct act *a, const char *key, struct door *out);
/** The door of that name. */
CM_MUST_CHECK cm_err act_door_named(struct act *a, const char *name, struct door *out);

/** The newest version of a scheme's key that may issue.
 * @retval CM_E_STATE  every version is retired */
CM_MUST_CHECK cm_err act_issue_version(struct act *a, const struct found_scheme *s,
                                       uint8_t *version);
/** Put one more set behind a door and journal it; with "dry_run" only judge it.
 * @param[in,out] numbers, n  the door's own array and its count    @param[in] kind  "pool", "list"
 * @retval CM_E_EXISTS  it stands there      @retval CM_E_LIMIT  the array of `most` is full */
CM_MUST_CHECK cm_err act_door_take(struct act *a, struct door *d, uint32_t *numbers, uint32_t *n,
                                   uint32_t most, const struct found_set *s, const char *kind);
/** Put a door's schemes in its document and journal it; dry: only judge it. */
CM_MUST_CHECK cm_err act_door_write(struct act *a, const struct door *d, uint32_t *id, bool dry);
/** Journal a document; dry: judge it as that would, and change nothing.
 * @retval as engine_document, registry_check */
CM_MUST_CHECK cm_err act_document(struct act *a, enum document_kind kind, uint32_t *id,
                                  struct cm_slice text, bool dry);
/** A folder of the workspace, made durably if it is absent.
 * @retval CM_E_RANGE, and as file_folder */
CM_MUST_CHECK cm_err act_folder(struct act *a, const char *name);
/** Argument "dry_run": everything is judged and nothing changed. @retval CM_E_FORMAT */
CM_MUST_CHECK cm_err act_dry(const struct act *a, bool *dry);
/** A note in the ledger: who did what with a key. Texts hold no codes and no secrets. */
CM_MUST_CHECK cm_err act_note(struct act *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static inline const char *phase_name(uint8_t phase) {
    static const char *const names[] = {"made", "open", "closed"};
    return phase <= PHASE_CLOSED ? names[phase] : "unknown";
}
static inline const char *mode_name(bool test) { return test ? "TEST" : "LIVE"; }

#endif
