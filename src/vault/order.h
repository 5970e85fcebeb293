/* An order as a document: what is to be made, for whom, how far it is, and what came back. The
 * ledger keeps it as JSON (docs/design/registry.md, "Orders"); here it is a struct, read strictly
 * and written in one way, so that the same order gives the same bytes. It holds no code, number or
 * PIN: units are ranges of serials. */
#ifndef CM_VAULT_ORDER_H
#define CM_VAULT_ORDER_H

#include "base/buffer.h"
#include "crypto/hash.h"
#include "crypto/sign.h"
#include "engine/registry.h"

#define ORDER_FILES_MAX     4096u  /* files of one part */
#define ORDER_RANGES_MAX    65536u /* pieces of serials; more means that others issue in between */
#define ORDER_APPROVALS_MAX 64u
#define ORDER_RETURNS_MAX   4096u
#define ORDER_KEYS_MAX      65536u /* bytes of a recipient's certificates */
#define ORDER_FILE_CAP      112u
#define ORDER_CONTROL_CAP   32u
#define ORDER_URL_CAP       161u

/* What a file of the order holds; each part has its own recipient. */
enum order_role { ORDER_NUMBERS, ORDER_PINS };
enum order_match { MATCH_CONTROL, MATCH_LAST4 };

struct order_range {
    uint64_t first, count, units; /* serials, and units among them */
};

#define ORDER_IMAGES_CAP 32u

struct order_file {
    char name[ORDER_FILE_CAP];
    uint64_t bytes, records, hash_total;
    struct hash256 hash;
    bool layout; /* made once beside the records */
    bool images; /* a ZIP of pictures */
};

struct order_part {
    enum order_role role;
    char recipient[ORDER_RECIPIENT_CAP];
    bool pgp;           /* keys: an OpenPGP public key, else certificates in PEM */
    struct buffer keys; /* of the recipient */
    char template_name[REGISTRY_NAME_CAP];
    struct buffer template_text;
    uint64_t sequence;
    struct hash256 previous, manifest; /* of the recipient's last manifest, of ours; zero = none */
    struct hash256 reseal_of;          /* manifest whose content this one is again; zero = none */
    uint32_t reseals;                  /* how often its files were sealed anew */
    uint64_t hash_total;
    struct order_file *files;
    size_t file_n;
};

struct order_options {
    uint64_t per_file; /* records; 0 = all in one file */
    uint32_t shards;   /* files of about equal size; 0 = as per_file says */
    uint32_t per_carton, per_bundle;
    enum order_match match;
    char url[ORDER_URL_CAP];       /* address of a code, with {code} in it; empty: none */
    char images[ORDER_IMAGES_CAP]; /* kind of symbol of the pictures; empty: none */
};

struct order_approval {
    char what[16]; /* "release", "rest" */
    char operator[REGISTRY_NAME_CAP];
    struct hash256 of; /* of the statement that was signed */
    struct signature signature;
    uint64_t at_ms;
};

/* A return file that was taken in. */
struct order_return {
    struct hash256 hash;
    uint64_t at_ms, lines, taken, quarantined;
};

/* What became of records; see order/book.h. */
struct order_counts {
    uint64_t produced, spoiled, remade, shipped, held, quarantined;
};

struct order {
    uint32_t id, brand, set, of;
    bool test, approval;
    enum order_state state;
    char name[REGISTRY_NAME_CAP], by[REGISTRY_NAME_CAP];
    uint64_t count, issued, made_ms;
    uint32_t items; /* records of one unit */
    struct order_options options;
    struct order_part parts[ORDER_PARTS_MAX];
    size_t part_n;
    struct order_range *ranges;
    size_t range_n;
    struct order_approval *approvals;
    size_t approval_n;
    struct order_return *returns;
    size_t return_n;
    /* First and last control number, where the pool says what they are; empty: order and place. */
    char control_first[ORDER_CONTROL_CAP], control_last[ORDER_CONTROL_CAP];
    struct order_counts counts;
    struct buffer book; /* packed: order/book.h */
};
#define ORDER_INIT                                                                                 \
    { .items = 1 }
void order_wipe(struct order *o);

/** Read a document.
 * @param[out] out  order_wipe it; untouched on error
 * @retval CM_E_FORMAT, CM_E_RANGE  malformed      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err order_read(struct cm_slice text, uint32_t id, struct order *out,
                                struct cm_diag *diag);
/** Write it. @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err order_write(const struct order *o, struct buffer *out);

/** Room for one more. @retval CM_E_NO_MEMORY, CM_E_LIMIT  too many */
CM_MUST_CHECK cm_err order_add_range(struct order *o, const struct order_range *range);
CM_MUST_CHECK cm_err order_add_file(struct order_part *part, const struct order_file *file);
CM_MUST_CHECK cm_err order_add_approval(struct order *o, const struct order_approval *approval);
CM_MUST_CHECK cm_err order_add_return(struct order *o, const struct order_return *r);

const char *order_role_name(enum order_role role); /* "number", "pin" */
static inline uint64_t order_records(const struct order *o) { return o->count * o->items; }

#endif
