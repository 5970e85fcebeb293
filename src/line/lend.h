/* A lend: a range of ready codes that a line computer may print for some hours without the vault.
 * It travels as one file, sealed to the line computer's certificate (crypto/seal.h), and holds no
 * key of any scheme: whoever steals file and private key has these codes, and nothing that makes
 * others. Inside, one JSON object a line:
 *
 *     {"format":"countermark lend 1","number":7,"until_ms":...,"units":20000,"report_key":HEX,
 *      "run":{the run document}}
 *     {"run","set","batch","first","count","codes"}      as the act line.take answers, any number
 *     {"end":true,"units":20000}
 *
 * A file without its last line, or whose units do not add up, is refused whole.
 * Source: docs/design/runs.md, "Lends". */
#ifndef CM_LINE_LEND_H
#define CM_LINE_LEND_H

#include "base/buffer.h"
#include "base/diag.h"
#include "countermark/bytes.h"
#include "crypto/recipient.h"

#define LEND_FORMAT    "countermark lend 1"
#define LEND_LINE_MAX  8388608u /* bytes of one line: 16,384 codes with room to spare */
#define LEND_UNITS_MAX 5000000u /* some days of the fastest line; each takes up to 60 bytes */

struct lend_chunk {
    uint32_t set;
    uint64_t first;
    uint32_t count;      /* serials; those that are no units have no text */
    uint8_t code_len;    /* bytes of each text */
    struct buffer words; /* the member "batch" as JSON */
    struct buffer texts; /* count * code_len bytes; a hole is all zeros */
};

struct lend {
    uint32_t number;   /* of the run */
    uint64_t until_ms; /* wall clock: nothing new is sent after it */
    uint64_t units;
    struct cm_key report_key;
    struct buffer run; /* the run document as JSON */
    struct lend_chunk *chunks;
    size_t n, cap;
};

void lend_wipe(struct lend *l);
/** Open a sealed lend and read all of it.
 * @param[in]  fd   a seekable file
 * @param[out] out  lend_wipe it; empty on error
 * @retval as seal_reader_open, and
 * @retval CM_E_FORMAT     not a lend, or one that does not add up: diag tells the line
 * @retval CM_E_VERSION    a lend of another format      @retval CM_E_TRUNCATED  its end is missing
 * @retval CM_E_LIMIT      more units or longer lines than allowed     @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err lend_read(int fd, const struct recipient_key *key, struct lend *out,
                               struct cm_diag *diag);
/** The same from the bytes inside the seal. @retval as above */
CM_MUST_CHECK cm_err lend_parse(struct cm_slice bytes, struct lend *out, struct cm_diag *diag);

/* The chunk that holds a serial, or NULL; and the text of a serial in it, empty for a hole. */
const struct lend_chunk *lend_find(const struct lend *l, uint32_t set, uint64_t serial);
struct cm_slice lend_text(const struct lend_chunk *c, uint64_t serial);

/* The first and the last line, for who makes one. */
struct lend_head {
    uint32_t number;
    uint64_t until_ms, units;
    const struct cm_key *report_key;
    struct cm_slice run; /* JSON */
};
/** @retval CM_E_NO_MEMORY  the buffer failed */
CM_MUST_CHECK cm_err lend_put_head(struct buffer *out, const struct lend_head *head);
/** @retval CM_E_NO_MEMORY  the buffer failed */
CM_MUST_CHECK cm_err lend_put_end(struct buffer *out, uint64_t units);

/* What a line computer reports: a JSON text under an AES-256-CMAC with the lend's own key, so that
 * nobody else can void units of the range. Carried as {"report": TEXT, "mac": HEX}. */
#define REPORT_MAC_LEN 16u
/** @param[out] mac  untouched on error    @retval CM_E_CRYPTO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err report_mac(const struct cm_key *key, struct cm_slice report,
                                uint8_t mac[static REPORT_MAC_LEN]);

#endif
