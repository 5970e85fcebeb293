/* What a ticket says, as members of a JSON object, the same wherever it is shown. It never puts the
 * ticket's text, by which anybody could enter. */
#ifndef CM_PASS_TICKET_JSON_H
#define CM_PASS_TICKET_JSON_H

#include "doc/json_write.h"
#include "wire/ticket_judge.h"

/* The claims, as members of the object that is open. */
void ticket_json_claims(struct json_writer *w, const struct ticket_claims *c);
/* "verdict", "why", and the claims when they can be believed. */
void ticket_json_judged(struct json_writer *w, const struct ticket_judged *t);
/* A key: version, key id, times, whether it is retired. */
void ticket_json_key(struct json_writer *w, const struct ticket_key *k);

#endif
