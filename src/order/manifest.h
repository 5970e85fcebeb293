/* The manifest of an order: what was sent, to whom, as the how-manieth, signed.
 *
 * A COSE_Sign1 over a CBOR map with fixed numbers (table in docs/design/orders.md, "Sealing and
 * manifest"). It names every file with size, SHA-256 and count, and the SHA-256 of the manifest
 * before it to the same recipient, so that a lost, doubled or forged delivery shows. It refuses
 * maps that are not deterministic, unknown versions, and names of files that leave their folder. */
#ifndef CM_ORDER_MANIFEST_H
#define CM_ORDER_MANIFEST_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/diag.h"
#include "crypto/hash.h"
#include "crypto/sign.h"

#define MANIFEST_TYPE           "application/vnd.countermark.order+cbor"
#define MANIFEST_VERSION        1u
#define MANIFEST_FILES_MAX      4096u
#define MANIFEST_RECIPIENTS_MAX 32u
#define MANIFEST_TEXT_MAX       255u /* bytes of a text, UTF-8 without control characters */
#define MANIFEST_WORKSPACE_LEN  16u

enum manifest_kind { MANIFEST_CODES = 1, MANIFEST_CARDS = 2 };

/* What is in a file; the numbers are in manifests and keep their meaning. */
enum manifest_role {
    MANIFEST_NUMBERS = 1, /* numbers, codes, tracks */
    MANIFEST_PINS = 2,
    MANIFEST_IMAGES = 3,
    MANIFEST_LAYOUT = 4, /* card formats, legends */
    MANIFEST_SIGNER = 5  /* the certificate that the sealed files are signed with */
};

struct manifest_file {
    struct cm_slice name; /* no '/', no leading '.', unique in the manifest */
    uint64_t len;
    struct hash256 sha256;
    uint64_t records;
    uint64_t hash_total;
    enum manifest_role role;
};

struct manifest_recipient {
    struct cm_slice fingerprint; /* SHA-256 of a certificate (32) or an OpenPGP fingerprint (20) */
    struct cm_slice name;
    enum manifest_role role; /* whose files it can open: MANIFEST_NUMBERS or MANIFEST_PINS */
};

struct manifest {
    uint8_t workspace[MANIFEST_WORKSPACE_LEN];
    struct cm_slice brand, name, set; /* brand; name of the order; name of the pool or batch */
    uint32_t order, set_id;           /* numbers of order and pool or batch */
    uint8_t key_version;
    enum manifest_kind kind;
    bool test;
    uint64_t sequence; /* to this recipient, from 1 */
    uint64_t created_unix_s;
    uint64_t count;                              /* units of the order */
    struct cm_slice control_first, control_last; /* control numbers */
    uint64_t hash_total;
    struct cm_slice template_name;
    struct hash256 template_sha256;
    const struct manifest_file *files;
    size_t files_n;
    const struct manifest_recipient *recipients;
    size_t recipients_n;
    bool has_previous, is_reseal;
    struct hash256 previous;  /* SHA-256 of the manifest before it to this recipient */
    struct hash256 reseal_of; /* SHA-256 of the manifest whose content this one seals anew */
    uint32_t linked_order;    /* the order whose spoilage this one remakes, or 0 */
};

/** Sign a manifest; the message is appended.
 * @param[in] seed  Ed25519 (KEY_AUDIT)
 * @retval CM_E_RANGE  a text, name or count is not allowed; diag says which    @retval
 * CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err manifest_make(const struct manifest *m, const struct cm_key *seed,
                                   struct buffer *message, struct cm_diag *diag);

/* A manifest that was read; owns what its slices point at. */
struct manifest_doc {
    struct manifest m;
    uint8_t kid[8];        /* of the key it says it is signed with */
    struct hash256 sha256; /* of the whole message: what the next one names as `previous` */
    struct buffer message;
    struct manifest_file *files;
    struct manifest_recipient *recipients;
};

/** Read a manifest and check its signature.
 * @param[in]  key  NULL: the signature is not checked; then believe nothing of it
 * @param[out] out  manifest_doc_free it; untouched on error
 * @retval CM_E_FORMAT  not a manifest       @retval CM_E_VERSION  newer than this program
 * @retval CM_E_AUTH    not signed with key, or changed      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err manifest_read(struct cm_slice message, const struct sign_public *key,
                                   struct manifest_doc **out, struct cm_diag *diag);
void manifest_doc_free(struct manifest_doc *d);
void manifest_doc_freep(struct manifest_doc **d);

/* The same for people and programs without CBOR: manifest.json and ORDER.txt. Errors are the
 * buffer's. The same manifest gives the same bytes. */
void manifest_json(const struct manifest *m, struct buffer *out);
void manifest_text(const struct manifest *m, struct buffer *out);
/* "numbers", "pins", "images", "layout", "signer". */
const char *manifest_role_name(enum manifest_role role);

#endif
