/* Orders for people and programs: members of an act's result. */
#ifndef CM_VAULT_ORDER_TELL_H
#define CM_VAULT_ORDER_TELL_H

#include "doc/json_write.h"
#include "vault/order.h"

/* What every act on an order answers: number, state, units, recipients. */
void order_tell(struct json_writer *w, const struct order *o);
/* Ranges, files, approvals, returns. */
void order_tell_more(struct json_writer *w, const struct order *o, const char *workspace);
/* How many records are accounted for, and how. */
void order_tell_counts(struct json_writer *w, const struct order *o);

#endif
