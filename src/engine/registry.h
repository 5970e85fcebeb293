/* The registry: everything that has a name (schemes, batches, pools, doors, terms, brands, API
 * keys), built from the ledger's documents and held in memory for look-up by number.
 *
 * Documents are JSON (docs/design/registry.md); the registry parses each once, when it is applied,
 * and refuses what it cannot understand. Openers read it from many threads under the engine's
 * registry lock; only the owner changes it, under the same lock held for writing. */
#ifndef CM_ENGINE_REGISTRY_H
#define CM_ENGINE_REGISTRY_H

#include "base/diag.h"
#include "cards/pool.h"
#include "codes/normalise.h"
#include "codes/scheme.h"
#include "codes/terms.h"
#include "engine/legacy.h"
#include "engine/legacy_text.h"
#include "engine/revocations.h"
#include "engine/set.h"
#include "wire/ticket_judge.h"

#define REGISTRY_NAME_CAP   64u         /* bytes of a name with its NUL */
#define REGISTRY_SETS_MAX   (1u << 24)  /* set numbers; our choice */
#define REGISTRY_RUNS_MAX   (1u << 22)  /* run numbers; our choice */
#define REGISTRY_ORDERS_MAX 999999u     /* order numbers: six digits in folders' names */
#define TERMS_OF_SET        0x80000000u /* terms document ids: a scheme's id, or this | set number */

struct scheme_entry {
    uint32_t id, brand;
    struct scheme *scheme;                   /* the whole document, owned */
    const struct cm_scheme_numbers *numbers; /* inside it */
    struct normaliser normaliser;
    uint8_t code_len;
    struct set **by_batch; /* by batch index; NULL = no such batch */
    uint64_t batch_n;      /* indices handed out */
    struct terms terms;
};

/* A door: readers in the order of scheme id, then pools and then imported lists in the order of
 * their numbers. Key versions are found in the keystore. */
#define DOOR_SCHEMES_MAX 16u
#define DOOR_POOLS_MAX   16u
#define DOOR_LEGACY_MAX  16u
struct door {
    uint32_t id, brand;
    bool test;
    char name[REGISTRY_NAME_CAP];
    uint32_t schemes[DOOR_SCHEMES_MAX]; /* ascending */
    uint32_t scheme_n;
    uint32_t pools[DOOR_POOLS_MAX]; /* set numbers, ascending */
    uint32_t pool_n;
    uint32_t legacy[DOOR_LEGACY_MAX]; /* set numbers, ascending */
    uint32_t legacy_n;
};

/* Append only: the numbers cross process borders. */
enum api_role { ROLE_VERIFY, ROLE_REDEEM, ROLE_ISSUE, ROLE_ADMIN, ROLE_LINE, ROLE_TILL, ROLE_DESK };
#define API_ROLE_N   7u
#define API_HASH_LEN 32u
extern const char *const api_role_names[API_ROLE_N]; /* as documents have them */
struct api_key {
    uint32_t id, brand, door; /* door 0: any of its brand */
    bool test, revoked;
    enum api_role role;
    uint32_t agent; /* whose till it is; 0 = nobody's */
    char name[REGISTRY_NAME_CAP];
    uint8_t hash[API_HASH_LEN];
};

struct brand {
    uint32_t id;
    char name[REGISTRY_NAME_CAP];
};

/* Who sells cards: a chain, a shop, a country. An agent's ranges are its descendants' ranges, too.
 */
struct agent_entry {
    uint32_t id, brand, parent; /* parent 0: none */
    char name[REGISTRY_NAME_CAP];
};

/* What a pool has besides: its document, and how the PINs of its cards are read. */
struct pool_entry {
    struct pool pool;
    struct normaliser pin_reader; /* with pool.numbers.pin_n */
};

/* What an imported list has besides (docs/design/imports.md). */
enum legacy_kind { LEGACY_CODES, LEGACY_CARDS, LEGACY_ALIASES };
#define LEGACY_KIND_N      3u
#define LEGACY_KEY_VERSION 1u /* the texts are gone: a list cannot be hashed under another key */
const char *legacy_kind_name(enum legacy_kind kind);
struct legacy_entry {
    enum legacy_kind kind;
    uint32_t of; /* aliases: their pool; else 0 */
    struct legacy_rule rule;
    uint64_t rows, units; /* of the index; serials are below units, and not each is used */
    uint8_t index_hash[32], base_hash[32];
    bool has_base; /* cards */
    char brand[REGISTRY_NAME_CAP];
    struct card_life life; /* cards */
    struct legacy *files;  /* owned; NULL in a registry that only judges, and when damaged */
    struct cm_diag damage; /* why the files could not be opened; empty: they were */
};

/* A set with the words that answers carry. */
struct set_entry {
    struct set set; /* first: a struct set * of the registry is a struct set_entry * */
    char name[REGISTRY_NAME_CAP];
    struct pool_entry *pool;      /* SET_POOL: owned; else NULL */
    struct legacy_entry *legacy;  /* SET_LEGACY: owned; else NULL */
    struct buffer document;       /* the batch document as made; empty for pools */
    struct buffer correction;     /* laid over it; empty when none */
    struct buffer description;    /* JSON object for answers, made from both and the terms */
    struct buffer prize_document; /* empty: nothing can be won */
    bool has_terms;
    struct terms terms; /* override of the scheme's, with has_terms; of pools always */
};

/* A run streams units to one printer; what its units became is not the registry's (runs.h). */
enum run_wish { WISH_RUN, WISH_PAUSE, WISH_STOP, WISH_CLOSED };
#define RUN_WISH_N 4u
enum run_holder { HOLDER_DAEMON, HOLDER_HERE, HOLDER_AGENT }; /* who may stream it */
#define RUN_HOLDER_N 3u
struct run_entry {
    uint32_t id, brand;
    bool test;
    enum run_wish wish;
    enum run_holder holder;
    char name[REGISTRY_NAME_CAP];
    struct buffer document; /* as it was journaled last */
};

/* An order ships units to a bureau in files; its document is the vault's to read (vault/order.h).
 */
enum order_state {
    ORDER_RESERVING, /* units are being spent */
    ORDER_RESERVED,  /* all are; files can be made, and made again */
    ORDER_SEALED,    /* files are made, and for nobody yet */
    ORDER_RELEASED,  /* the recipient can open them */
    ORDER_CLOSED,    /* every unit is accounted for */
    ORDER_WITHDRAWN  /* its units are worthless */
};
#define ORDER_STATE_N       6u
#define ORDER_PARTS_MAX     2u   /* numbers, PINs */
#define ORDER_RECIPIENT_CAP 128u /* bytes of a recipient's name with its NUL */
#define ORDER_DOCUMENT_MAX  (4u << 20)
struct order_channel {
    char recipient[ORDER_RECIPIENT_CAP]; /* whose sequence: numbers rise by one for each */
    uint64_t sequence;
};
struct order_entry {
    uint32_t id, brand, set, of; /* of: the order whose spoilage this one makes up for; 0 = none */
    bool test;
    enum order_state state;
    uint64_t count; /* units */
    char name[REGISTRY_NAME_CAP];
    struct order_channel parts[ORDER_PARTS_MAX];
    size_t part_n;
    struct buffer document; /* as it was journaled last */
};

/* A person who approves: known by the public key alone. What one operator proposed of a person is
 * done when a second one confirms it (vault/acts_operator.c). */
enum operator_wish { OPERATOR_SETTLED, OPERATOR_TO_ADD, OPERATOR_TO_REVOKE, OPERATOR_WISH_N };
struct operator_entry {
    uint32_t id;
    bool revoked;
    enum operator_wish wish;
    uint64_t changed_ms;        /* added, or proposed */
    char by[REGISTRY_NAME_CAP]; /* who added or proposed it; "" = nobody had to */
    char name[REGISTRY_NAME_CAP];
    uint8_t key[32]; /* Ed25519 */
};
/* Whether the signature of this person counts: until a revocation is confirmed it does. */
static inline bool operator_stands(const struct operator_entry *o) {
    return !o->revoked && o->wish != OPERATOR_TO_ADD;
}

/* Who signs tickets of a brand: its public keys, in the order of their versions. */
#define ISSUER_OF_NO_BRAND                                                                         \
    0x80000000u             /* document id where there is no brand: 0 asks for a new one */
#define ISSUER_KEYS_MAX 64u /* versions; our choice */
struct issuer_entry {
    uint32_t id, brand;
    char iss[TICKET_ISS_MAX + 1];
    struct ticket_key keys[ISSUER_KEYS_MAX];
    size_t key_n;
};

/* A device that checks tickets offline (docs/design/tickets.md). */
struct device_entry {
    uint32_t id, brand; /* brand 0: tickets of every brand */
    bool revoked;
    uint64_t changed_ms; /* added, revoked, or taken back in */
    char name[REGISTRY_NAME_CAP];
    struct sign_public key;
    uint8_t kid[COSE_KID_LEN];
};

struct registry {
    struct scheme_entry **schemes;
    size_t scheme_n;
    struct set_entry **sets; /* by number; [0] unused; NULL = none */
    uint32_t set_n;
    struct door **doors;
    size_t door_n;
    struct api_key **api_keys;
    size_t api_key_n;
    struct brand **brands;
    size_t brand_n;
    struct agent_entry **agents; /* ascending by id */
    size_t agent_n;
    bool
        aliases; /* some card has, or had, another name: texts that no reader opens are looked up */
    struct run_entry **runs; /* by number; [0] unused; NULL = none */
    uint32_t run_n;
    struct order_entry **orders; /* by number; [0] unused; NULL = none */
    uint32_t order_n;
    struct operator_entry **operators;
    size_t operator_n;
    struct issuer_entry **issuers;
    size_t issuer_n;
    struct device_entry **devices;
    size_t device_n;
    struct revocations revocations;
    struct spends_index *spends; /* NULL: no device was ever synced */
    const char *legacy_folder;   /* borrowed: where the files of imported lists lie */
    uint8_t workspace_id[16];
    bool legacy_live;                   /* files are opened with their document */
    uint32_t legacy_n;                  /* lists */
    uint32_t last_ids[DOCUMENT_KIND_N]; /* the highest of each kind */
    uint64_t generation;     /* rises with every change but of runs: openers rebuild their tables */
    uint64_t run_generation; /* rises with every change of a run: lines are told anew */
};

void registry_wipe(struct registry *r);

/** Check a document without applying it: what apply would refuse, this refuses.
 * @retval CM_E_FORMAT, CM_E_RANGE  malformed     @retval CM_E_NOT_FOUND  refers to nothing
 * @retval CM_E_CONFLICT  contradicts what is frozen     @retval CM_E_EXISTS  name taken */
CM_MUST_CHECK cm_err registry_check(const struct registry *r, enum document_kind kind, uint32_t id,
                                    struct cm_slice text, struct cm_diag *diag);
/** Apply a document: add or replace (kind, id).
 * @retval as registry_check, and CM_E_NO_MEMORY; nothing changed */
CM_MUST_CHECK cm_err registry_apply(struct registry *r, enum document_kind kind, uint32_t id,
                                    struct cm_slice text, struct cm_diag *diag);
/* The number of the next document of a kind; batches, pools and imported lists share theirs. */
uint32_t registry_next_id(const struct registry *r, enum document_kind kind);
CM_MUST_CHECK cm_err registry_recall(struct registry *r, const struct recall_event *e);

/* registry_promise.c: the odds that were promised are kept.
 * @retval CM_E_LIMIT  `quantity` more codes of the scheme, or these schemes at one door, break it
 */
CM_MUST_CHECK cm_err promise_of_batch(const struct registry *r, const struct scheme_entry *scheme,
                                      uint64_t quantity, struct cm_diag *diag);

/* Look-ups: NULL when there is none. */
struct scheme_entry *registry_scheme(const struct registry *r, uint32_t id);
struct scheme_entry *registry_scheme_named(const struct registry *r, struct cm_slice name);
struct set_entry *registry_set(const struct registry *r, uint32_t number);
/* Whether an imported list's files cannot be read, and why: which file of which list, and what to
 * do. The rest of the workspace works without them. */
bool registry_list_damaged(const struct set_entry *list, struct cm_diag *why);
/* The first such list; NULL when all can be read. */
const struct set_entry *registry_damaged_list(const struct registry *r, struct cm_diag *why);
struct set_entry *registry_set_named(const struct registry *r, struct cm_slice name);
/* The terms in force for a set: its own, or its scheme's. */
const struct terms *registry_terms(const struct registry *r, const struct set_entry *s);
struct door *registry_door(const struct registry *r, uint32_t id);
/* Whether cards with a life can be named at a door. */
bool registry_door_cards(const struct registry *r, const struct door *door);
struct door *registry_door_named(const struct registry *r, struct cm_slice name);
struct api_key *registry_api_key(const struct registry *r, uint32_t id);
struct agent_entry *registry_agent(const struct registry *r, uint32_t id);
struct agent_entry *registry_agent_named(const struct registry *r, struct cm_slice name);
/* Whether what is `whose` is this agent's to sell: its own, or a descendant's. Nobody's is only an
 * agent-less caller's: agent 0 may sell everything. */
bool registry_agent_covers(const struct registry *r, uint32_t agent, uint32_t whose);
struct brand *registry_brand_named(const struct registry *r, struct cm_slice name);
struct run_entry *registry_run(const struct registry *r, uint32_t number);
struct run_entry *registry_run_named(const struct registry *r, struct cm_slice name);
struct order_entry *registry_order(const struct registry *r, uint32_t number);
struct operator_entry *registry_operator_named(const struct registry *r, struct cm_slice name);
/* The issuer of a brand's tickets (0 = of no brand), and by its name in them. */
struct issuer_entry *registry_issuer(const struct registry *r, uint32_t brand);
struct issuer_entry *registry_issuer_named(const struct registry *r, struct cm_slice iss);
/* A device by its number, its name, its key. */
struct device_entry *registry_device(const struct registry *r, uint32_t id);
struct device_entry *registry_device_named(const struct registry *r, struct cm_slice name);
struct device_entry *registry_device_of_kid(const struct registry *r,
                                            const uint8_t kid[COSE_KID_LEN]);
/* The word of a state as documents have it. */
const char *order_state_name(enum order_state state);
/* The word of a wish as documents have it. */
const char *run_wish_name(enum run_wish wish);
/** A run's document with another wish and another reason for it.
 * @retval CM_E_CORRUPT  the document is none     @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err run_document_with(const struct run_entry *run, enum run_wish wish,
                                       const char *why, struct buffer *out);
/* Batch of a scheme by its index. */
static inline struct set *scheme_batch(const struct scheme_entry *s, uint64_t batch) {
    return batch < s->batch_n ? s->by_batch[batch] : NULL;
}

#endif
