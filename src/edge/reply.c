/* One answer object a code. References as in reply.h; the interface: docs/openapi.yaml. */
#include "edge/reply.h"

#include <string.h>

#include "base/date.h"
#include "base/macros.h"
#include "base/text.h"
#include "doc/json_write.h"
#include "edge/reply_card.h"

static const char id_end[] = "\"}"; /* what follows a redemption's id, the last member */

static void put_time(struct json_writer *w, const char *key, uint64_t ms) {
    char text[TIME_TEXT_CAP];
    if (ms == 0) return;
    time_format(ms, text);
    json_put_cstr(w, key, text);
}

/* What an acceptance is called depends on what was asked. A card's says its number later. */
static void put_accepted(struct json_writer *w, enum cm_operation operation,
                         const struct cm_answer *a, bool card) {
    static const char *const names[CM_OPERATION_N] = {[CM_OP_CHECK] = NULL,
                                                      [CM_OP_REDEEM] = "redeemed_at",
                                                      [CM_OP_RESERVE] = "reserved_at",
                                                      [CM_OP_CONFIRM] = "redeemed_at",
                                                      [CM_OP_RELEASE] = "released_at",
                                                      [CM_OP_REVERSE] = "reversed_at",
                                                      [CM_OP_VOID] = "voided_at",
                                                      [CM_OP_ACTIVATE] = "activated_at",
                                                      [CM_OP_DEACTIVATE] = "deactivated_at",
                                                      [CM_OP_LOAD] = "loaded_at",
                                                      [CM_OP_BLOCK] = "blocked_at",
                                                      [CM_OP_UNBLOCK] = "unblocked_at",
                                                      [CM_OP_LOSE] = "lost_at",
                                                      [CM_OP_REPLACE] = "replaced_at",
                                                      [CM_OP_RENEW_PIN] = "renewed_at"};
    const char *name = names[(unsigned)operation < CM_OPERATION_N ? operation : CM_OP_CHECK];
    if (name == NULL) return;
    put_time(w, name, a->time_ms);
    if (operation == CM_OP_RESERVE) put_time(w, "reserved_until", a->until_ms);
    if (!card) json_put_u64(w, "use", a->use);
    if (a->prize > 0) json_put_u64(w, "prize", a->prize);
    json_put_bool(w, "replayed", a->replayed);
    if (card) return;
    char id[DECIMAL_CAP];
    json_put_text(w, "redemption", slice_of(id, decimal_format(a->sequence, id)));
}

static void put_refused(struct json_writer *w, const struct cm_answer *a) {
    switch (a->verdict) {
    case CM_V_ALREADY_REDEEMED:
        put_time(w, "redeemed_at", a->time_ms);
        if (a->use > 0) json_put_u64(w, "use", a->use);
        break;
    case CM_V_RESERVED: put_time(w, "reserved_until", a->until_ms); break;
    case CM_V_NOT_OPEN_YET: put_time(w, "opens_at", a->until_ms); break;
    case CM_V_ENDED: put_time(w, "ended_at", a->until_ms); break;
    case CM_V_VOID: put_time(w, "voided_at", a->time_ms); break;
    case CM_V_ACCEPTED:
    case CM_V_TYPING_ERROR:
    case CM_V_NOT_A_CODE:
    case CM_V_UNKNOWN_BATCH:
    case CM_V_RECALLED:
    case CM_V_BUSY:
    case CM_V_NOT_RESERVED:
    case CM_V_NOT_REDEEMED:
    case CM_V_REDEEMER_NEEDED:
    case CM_V_INACTIVE:
    case CM_V_BLOCKED:
    case CM_V_EXPIRED:
    case CM_V_REPLACED:
    case CM_V_NOT_ENOUGH:
    case CM_V_WRONG_AMOUNT:
    case CM_V_WRONG_PIN:
    case CM_V_PIN_LOCKED:
    case CM_V_ALREADY_ACTIVE:
    case CM_V_NOT_POSSIBLE:
    case CM_V_NOT_YOURS:
    case CM_V_SECOND_CHECK:
    default: break;
    }
}

static bool is_card(const struct cm_call *call, size_t i) {
    return call->told != NULL && call->told[i].card;
}

static void put_answer(struct json_writer *w, const struct cm_call *call, size_t i,
                       const struct set_words *words) {
    const struct cm_answer *a = &call->answers[i];
    json_object_begin(w, NULL);
    json_put_cstr(w, "verdict", cm_verdict_name(a->verdict));
    if (words->description.len > 0) json_put_raw(w, "product", words->description);
    if (a->verdict == CM_V_ACCEPTED)
        put_accepted(w, call->requests[i].operation, a, is_card(call, i));
    else
        put_refused(w, a);
    if (is_card(call, i)) reply_put_card(w, call, i, words->receipt);
    json_object_end(w);
}

/* ---- Many alike ------------------------------------------------------------------------------ */

/* The last answer written. An answer is made of what `alike` compares and, where there is one, the
 * redemption's id, which ends the object: neighbours in an array are mostly copied up to there. */
struct last {
    const struct cm_answer *answer; /* NULL: none */
    size_t at, len;                 /* its text, up to the id if it has one */
    bool has_id;
};

static bool alike(const struct cm_answer *a, const struct cm_answer *b) {
    return a->verdict == b->verdict && a->set == b->set && a->time_ms == b->time_ms &&
           a->until_ms == b->until_ms && a->use == b->use && a->prize == b->prize &&
           a->replayed == b->replayed;
}

static void put_alike(struct buffer *out, const struct last *last, uint64_t id) {
    char *to = (char *)buffer_reserve(out, 1 + last->len + DECIMAL_CAP + sizeof id_end);
    if (to == NULL) return;
    char *at = to;
    *at++ = ',';
    memcpy(at, out->p + last->at, last->len);
    at += last->len;
    if (last->has_id) {
        at += decimal_format(id, at);
        memcpy(at, id_end, sizeof id_end - 1);
        at += sizeof id_end - 1;
    }
    out->len += (size_t)(at - to);
}

/* Remember the text from `before` on, which answer i has just become. */
static void note(struct last *last, const struct cm_call *call, size_t i, const struct buffer *out,
                 size_t before) {
    char id[DECIMAL_CAP];
    *last = (struct last){.answer = NULL};
    if (out->failed || is_card(call, i)) return; /* of cards, each is its own */
    last->answer = &call->answers[i];
    last->has_id =
        last->answer->verdict == CM_V_ACCEPTED && call->requests[i].operation != CM_OP_CHECK;
    last->at = before + (out->p[before] == ',' ? 1 : 0);
    last->len = out->len - last->at;
    if (last->has_id) last->len -= decimal_format(last->answer->sequence, id) + sizeof id_end - 1;
}

static void put_answers(struct json_writer *w, const struct cm_call *call,
                        const struct set_words *words, size_t words_n) {
    struct last last = {.answer = NULL};
    for (size_t i = 0; i < call->n; i++) {
        const struct cm_answer *a = &call->answers[i];
        const size_t before = w->out->len;
        if (last.answer != NULL && alike(last.answer, a) && !is_card(call, i) &&
            call->requests[i].operation == call->requests[i - 1].operation) {
            put_alike(w->out, &last, a->sequence);
            continue;
        }
        const struct set_words found =
            a->set == 0 ? (struct set_words){.set = 0} : set_words_find(words, words_n, a->set);
        put_answer(w, call, i, &found);
        note(&last, call, i, w->out, before);
    }
}

cm_err reply_write(struct buffer *out, const struct cm_call *call, bool single,
                   const struct set_words *words, size_t words_n) {
    struct json_writer w = json_writer_into(out, false);
    if (!single) {
        json_object_begin(&w, NULL);
        json_array_begin(&w, "answers");
    }
    put_answers(&w, call, words, words_n);
    if (!single) {
        json_array_end(&w);
        json_object_end(&w);
    }
    return buffer_err(out);
}
