/* One report at a time over HTTP, beside the loop: what is on its way is looked after twenty times
 * a second until it has an answer. Nothing of the line waits for it, and a report that fails is
 * merely a report that comes later. Redirects are not followed; certificates are checked.
 * References: RFC 9110, libcurl-multi(3). One thread. */
#ifndef CM_LINE_POST_H
#define CM_LINE_POST_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/diag.h"
#include "line/loop.h"

#define POST_URL_MAX    1024u  /* bytes */
#define POST_ANSWER_MAX 65536u /* bytes of an answer; longer ones fail */
#define POST_SECONDS    20     /* until one is given up */

struct post_options {
    const char *url;        /* https://... or http://... */
    struct cm_slice bearer; /* the API key */
    const char *ca_file;    /* certificates to trust instead of the system's; or NULL */
    /* One has ended: status 0 when no answer came, then words tell why. */
    void (*ended)(void *ctx, int status, struct cm_slice answer, const char *words);
    void *ctx;
};

struct post;

/** @retval CM_E_FORMAT  not such an URL, or a key with strange characters   @retval CM_E_NO_MEMORY
 */
CM_MUST_CHECK cm_err post_new(struct loop *loop, const struct post_options *o, struct post **out,
                              struct cm_diag *diag);
/* What is on its way is dropped; `ended` does not come. */
void post_free(struct post *p);
/** Send a JSON text. @retval CM_E_BUSY  one is on its way      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err post_send(struct post *p, struct cm_slice json);
bool post_is_busy(const struct post *p);

#endif
