/* Members of answers about cards. References as in reply_card.h. */
#include "edge/reply_card.h"

#include "base/date.h"
#include "base/macros.h"
#include "base/text.h"
#include "cards/receipt.h"

static void put_money(struct json_writer *w, const struct cm_card_told *t) {
    if (t->currency[0] == '\0') return;
    json_put_cstr(w, "currency", t->currency);
    json_put_u64(w, "balance", t->balance);
    json_put_u64(w, "held", t->held);
    json_put_u64(w, "available", t->balance - t->held);
    json_put_u64(w, "amount", t->amount);
}

static void put_card(struct json_writer *w, const struct cm_card_told *t) {
    char time[TIME_TEXT_CAP];
    json_object_begin(w, "card");
    json_put_cstr(w, "state", cm_card_state_name(t->state));
    if (t->reason != CM_REASON_NONE) json_put_cstr(w, "reason", cm_card_reason_name(t->reason));
    put_money(w, t);
    if (t->expires_ms > 0) {
        time_format(t->expires_ms, time);
        json_put_cstr(w, "expires_at", time);
    }
    if (t->pin_tries_left > 0) json_put_u64(w, "pin_tries_left", t->pin_tries_left);
    json_object_end(w);
}

/* The card that the customer walks away with. */
static struct cm_slice card_in_hand(const struct cm_call *call, size_t i) {
    const bool new_one = call->requests[i].operation == CM_OP_REPLACE && call->asks != NULL;
    return new_one ? call->asks[i].other : call->requests[i].code;
}

static void put_receipt(struct json_writer *w, const struct cm_call *call, size_t i,
                        struct cm_slice lines) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    const struct receipt_facts facts = {
        .code = card_in_hand(call, i), .told = &call->told[i], .time_ms = call->answers[i].time_ms};
    struct cm_slice line;
    if (lines.len == 0) return;
    json_array_begin(w, "receipt");
    while (receipt_next(&lines, &line)) {
        buffer_clear(&text);
        if (receipt_line_fill(line, &facts, &text)) json_put_text(w, NULL, buffer_slice(&text));
    }
    json_array_end(w);
    if (text.failed) w->out->failed = true;
}

void reply_put_card(struct json_writer *w, const struct cm_call *call, size_t i,
                    struct cm_slice receipt) {
    const struct cm_card_told *t = &call->told[i];
    const bool changed =
        call->answers[i].verdict == CM_V_ACCEPTED && call->requests[i].operation != CM_OP_CHECK;
    char id[DECIMAL_CAP];
    put_card(w, t);
    if (!changed) return;
    if (t->transaction != 0)
        json_put_text(w, "transaction", slice_of(id, decimal_format(t->transaction, id)));
    put_receipt(w, call, i, receipt);
}
