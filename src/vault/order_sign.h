/* What operators sign, and whether they did. A signature is Ed25519 over the text itself, whose
 * first line says what kind of text it is, so that none can stand for another. */
#ifndef CM_VAULT_ORDER_SIGN_H
#define CM_VAULT_ORDER_SIGN_H

#include "vault/acts_inside.h"
#include "vault/order.h"

/* First lines. The second is the workspace's id in hex. */
#define ORDER_SIGNED_REQUEST  "countermark order request 1"
#define ORDER_SIGNED_APPROVAL "countermark order approval 1"
#define ORDER_SIGNED_OPERATOR "countermark operator 1"

/** Whether argument "by" names an operator whose "signature" is over this text.
 * @param[in] head  first line; NULL: the text is whole
 * @param[in] not   an operator who may not have signed it, "" = anybody may; or NULL
 * @retval CM_E_NOT_FOUND  no such operator, or revoked      @retval CM_E_AUTH  not signed by it
 * @retval CM_E_DENIED     it is `not` */
CM_MUST_CHECK cm_err order_signed(struct act *a, const char *head, struct cm_slice text,
                                  const char *not_by);
/** The text to be signed: head, workspace, text. @retval as workspace_read */
CM_MUST_CHECK cm_err order_signed_text(const char *workspace, const char *head,
                                       struct cm_slice text, struct buffer *out,
                                       struct cm_diag *diag);
/** What the second of two operators signs: the answer to one proposal, by its very moment.
 * @param[in] answer  "confirm" or "object"      @param[in] what  "add" or "revoke" */
void order_sign_answer(const char *answer, const char *what, const char *name, const char *key_hex,
                       const char *proposer, uint64_t proposed_ms, struct buffer *out);
/** What an approval of an order says: what is in it, for whom, manifests.
 * @param[in] what  "release", or "rest FILE-SHA256", "write-off"
 * @retval as engine_read */
CM_MUST_CHECK cm_err order_statement(struct act *a, const struct order *o, const char *what,
                                     struct buffer *out);
/** Take the approval that the act's arguments bring: check it and write it in the order, once.
 * @retval as order_signed */
CM_MUST_CHECK cm_err order_approved(struct act *a, struct order *o, const char *what);

#endif
