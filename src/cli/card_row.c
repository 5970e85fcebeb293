/* Verbs, options, answers. References as in card_row.h. */
#include "cli/card_row.h"

#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "cards/amount.h"
#include "cards/receipt.h"

static const struct card_verb verbs[] = {
    {"check", CM_OP_CHECK, 0},
    {"activate", CM_OP_ACTIVATE, CARD_TAKES_AMOUNT},
    {"deactivate", CM_OP_DEACTIVATE, 0},
    {"load", CM_OP_LOAD, CARD_TAKES_AMOUNT | CARD_NEEDS_AMOUNT},
    {"spend", CM_OP_REDEEM, CARD_TAKES_AMOUNT | CARD_TAKES_CHECKED},
    {"hold", CM_OP_RESERVE, CARD_TAKES_AMOUNT | CARD_TAKES_CHECKED},
    {"confirm", CM_OP_CONFIRM, CARD_TAKES_AMOUNT | CARD_TAKES_TRANSACTION | CARD_TAKES_CHECKED},
    {"release", CM_OP_RELEASE, CARD_TAKES_TRANSACTION},
    {"refund", CM_OP_REVERSE, CARD_TAKES_AMOUNT | CARD_TAKES_TRANSACTION},
    {"block", CM_OP_BLOCK, CARD_TAKES_REASON},
    {"unblock", CM_OP_UNBLOCK, 0},
    {"lose", CM_OP_LOSE, CARD_TAKES_REASON},
    {"replace", CM_OP_REPLACE, CARD_TAKES_NEW | CARD_TAKES_REASON},
    {"renew-pin", CM_OP_RENEW_PIN, 0},
    {"void", CM_OP_VOID, CARD_TAKES_REASON},
};

const struct card_verb *card_verb_of(const char *command) {
    const char *last = strrchr(command, ' ');
    for (size_t i = 0; last != NULL && i < CM_ARRAY_N(verbs); i++)
        if (strcmp(last + 1, verbs[i].name) == 0) return &verbs[i];
    return NULL;
}

/* ---- Asking ---------------------------------------------------------------------------------- */

cm_err card_amount_read(struct cm_slice text, const char *currency, uint64_t *out) {
    const bool decimal = text.len > 0 && memchr(text.p, '.', text.len) != NULL;
    return decimal ? amount_read(text, currency, out) : text_u64(text, CM_AMOUNT_MAX, out);
}

cm_err card_transaction_read(struct cm_slice text, uint64_t *out) {
    return text_u64(text, UINT64_MAX, out) == CM_OK ? CM_OK : CM_E_FORMAT;
}

static cm_err read_currency(const struct options *o, char out[static 4], struct cm_diag *diag) {
    const char *text = option_text(o, "currency");
    if (text == NULL) return CM_OK;
    bool fits = strlen(text) == 3;
    for (size_t i = 0; fits && i < 3; i++)
        fits = text[i] >= 'A' && text[i] <= 'Z';
    if (!fits)
        return diag_fail(diag, CM_E_ARGUMENT, "--currency", NULL, "write it as EUR",
                         "a currency is three capital letters");
    memcpy(out, text, 4);
    return CM_OK;
}

static cm_err read_amount(const struct card_verb *verb, const struct options *o,
                          struct cm_card_ask *ask, struct cm_diag *diag) {
    const char *text = option_text(o, "amount");
    TRY(read_currency(o, ask->currency, diag));
    if (text == NULL && (verb->takes & CARD_NEEDS_AMOUNT) && !option_given(o, "file"))
        return diag_fail(diag, CM_E_ARGUMENT, "--amount", NULL, "say how much", "it is missing");
    if (text == NULL) return CM_OK;
    if (card_amount_read(slice_text(text), ask->currency, &ask->amount) == CM_OK) return CM_OK;
    return diag_fail(diag, CM_E_ARGUMENT, "--amount", NULL,
                     "write 12.50 with --currency EUR, or 1250, which is minor units",
                     "not an amount of this currency");
}

static cm_err read_reason(const struct options *o, enum cm_card_reason *out, struct cm_diag *diag) {
    const char *text = option_text(o, "reason");
    if (text == NULL) return CM_OK;
    for (unsigned i = CM_REASON_NONE + 1u; i < CM_REASON_N; i++)
        if (strcmp(text, cm_card_reason_name((enum cm_card_reason)i)) == 0) {
            *out = (enum cm_card_reason)i;
            return CM_OK;
        }
    return diag_fail(diag, CM_E_ARGUMENT, "--reason", NULL,
                     "stolen, lost, damaged, fraud, customer, spoiled, unsold or other",
                     "no such reason");
}

cm_err card_ask_options(const struct card_verb *verb, const struct options *o,
                        struct cm_card_ask *out, struct cm_diag *diag) {
    struct cm_card_ask ask = {.amount = 0};
    const char *transaction = option_text(o, "transaction");
    if (verb->takes & CARD_TAKES_AMOUNT) TRY(read_amount(verb, o, &ask, diag));
    if (verb->takes & CARD_TAKES_REASON) TRY(read_reason(o, &ask.reason, diag));
    if (transaction != NULL &&
        card_transaction_read(slice_text(transaction), &ask.reference) != CM_OK)
        return diag_fail(diag, CM_E_ARGUMENT, "--transaction", NULL,
                         "give the number that an answer or the history gave", "not a number");
    const char *with = option_text(o, "with");
    if (with != NULL) ask.other = slice_text(with);
    ask.checked = option_given(o, "checked");
    *out = ask;
    return CM_OK;
}

/* ---- Showing --------------------------------------------------------------------------------- */

static void put_told(const struct cm_card_told *t, struct json_writer *w) {
    char id[DECIMAL_CAP];
    json_put_cstr(w, "state", cm_card_state_name(t->state));
    if (t->reason != CM_REASON_NONE) json_put_cstr(w, "reason", cm_card_reason_name(t->reason));
    if (t->currency[0] != '\0') {
        json_put_u64(w, "amount", t->amount);
        json_put_u64(w, "balance", t->balance);
        json_put_u64(w, "available", t->balance - t->held);
        json_put_cstr(w, "currency", t->currency);
    }
    if (t->transaction > 0)
        json_put_text(w, "transaction", slice_of(id, decimal_format(t->transaction, id)));
    if (t->expires_ms > 0) json_put_u64(w, "expires_ms", t->expires_ms);
    if (t->pin_tries_left > 0) json_put_u64(w, "pin_tries_left", t->pin_tries_left);
}

void card_answer_put(const struct asker *a, size_t i, struct json_writer *w) {
    const struct cm_answer *answer = &a->answers[i];
    char masked[CARD_MASK_CAP];
    card_mask(a->requests[i].code, masked);
    json_object_begin(w, NULL);
    json_put_cstr(w, "card", masked);
    json_put_cstr(w, "verdict", cm_verdict_name(answer->verdict));
    if (answer->set != 0) {
        json_put_cstr(w, "pool", asker_set_name(a, answer->set));
        json_put_u64(w, "index", answer->serial);
    }
    if (a->told[i].card) put_told(&a->told[i], w);
    if (answer->until_ms > 0) json_put_u64(w, "until_ms", answer->until_ms);
    if (answer->replayed) json_put_bool(w, "replayed", true);
    json_object_end(w);
}
