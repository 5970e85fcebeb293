/* The order output's own: its parts and its queue, shared by the file that opens and publishes and
 * the one that seals. */
#ifndef CM_VAULT_ORDER_OUTPUT_INSIDE_H
#define CM_VAULT_ORDER_OUTPUT_INSIDE_H

#include <pthread.h>

#include "crypto/cms_stream.h"
#include "order/bundle.h"
#include "order/pgp.h"
#include "vault/order_output.h"
#include "vault/order_recipients.h"

#define OUTPUT_BUFFERS     4u
#define OUTPUT_TASKS       16u
#define OUTPUT_BUFFER_KEEP (8u << 20) /* bytes: what one chunk of long records takes */

/* One part: its folder, whom it is sealed to, the file being sealed. */
struct output_part {
    const struct order_part *order_part;
    struct bundle *bundle;
    struct cms_signer *signer; /* borrowed */
    struct order_recipients named_to;
    const struct recipient *to[CMS_RECIPIENTS_MAX];
    size_t to_n;
    bool pgp;
    uint8_t pgp_fingerprint[PGP_FINGERPRINT_LEN];
    struct order_file named; /* the maker's: the file it is in */
    struct order_file file;  /* the thread's */
    int fd;
    struct cms_sealer *sealer;
    struct pgp_sealer *pgp_sealer;
    struct order_part sealed; /* files alone */
};

enum output_task_kind { TASK_FILE, TASK_BYTES, TASK_END };
struct output_task {
    enum output_task_kind kind;
    size_t part, buffer;
    struct order_file file;
};

struct order_output {
    struct order_output_options o;
    struct order_keys keys;
    struct cms_signer *signer;
    struct buffer signer_pem;
    struct recipient *hold;
    struct output_part parts[ORDER_PARTS_MAX];
    struct buffer buffers[OUTPUT_BUFFERS];
    pthread_t thread;
    bool runs;
    /* under lock */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stopping, busy[OUTPUT_BUFFERS];
    struct output_task tasks[OUTPUT_TASKS];
    size_t task_first, task_n;
    cm_err err; /* the thread's first; then the rest is only taken away */
    struct cm_diag diag;
};

cm_err output_start(struct order_output *o);
void output_stop(struct order_output *o);
void output_part_drop(struct output_part *p);
/* Wait until every task was done. @retval what the thread failed with */
CM_MUST_CHECK cm_err output_drain(struct order_output *o, struct cm_diag *diag);

#endif
