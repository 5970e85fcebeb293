/* Changes of cards at the command line: which operation a verb is, what it is told beside the
 * number, and how an answer is shown. A full number is never shown. */
#ifndef CM_CLI_CARD_ROW_H
#define CM_CLI_CARD_ROW_H

#include "cli/ask.h"
#include "cli/option.h"
#include "doc/json_write.h"

/* What a verb may be told. */
enum {
    CARD_TAKES_AMOUNT = 1,
    CARD_TAKES_TRANSACTION = 2,
    CARD_TAKES_NEW = 4, /* the number of another card */
    CARD_TAKES_REASON = 8,
    CARD_TAKES_CHECKED = 16,
    CARD_NEEDS_AMOUNT = 32
};
struct card_verb {
    const char *name; /* the command's last word */
    enum cm_operation operation;
    unsigned takes;
};
/* Of a command "card spend"; NULL: none such. */
const struct card_verb *card_verb_of(const char *command);

/** An amount as people give it: "12.50" with a currency, or a whole number of minor units.
 * @retval CM_E_FORMAT, CM_E_RANGE */
CM_MUST_CHECK cm_err card_amount_read(struct cm_slice text, const char *currency, uint64_t *out);
/** The number of a transaction. @retval CM_E_FORMAT */
CM_MUST_CHECK cm_err card_transaction_read(struct cm_slice text, uint64_t *out);
/** What the options ask of every card alike.
 * @retval CM_E_ARGUMENT  one of them cannot be read, or is missing */
CM_MUST_CHECK cm_err card_ask_options(const struct card_verb *verb, const struct options *o,
                                      struct cm_card_ask *out, struct cm_diag *diag);

/* The answer to request i as an object; amounts in minor units. */
void card_answer_put(const struct asker *a, size_t i, struct json_writer *w);

#endif
