/* What a line protocol must have as a whole, beyond lines that are each right. It refuses what
 * would make a driver guess: questions without answers, texts that may end their own frame, answers
 * that cannot be told apart. References as in protocol.h. */
#include <string.h>

#include "base/macros.h"
#include "line/protocol.h"

/* ---- Keys that need each other */

static const char *missing(const struct line_protocol *p, const char **remedy) {
    const struct {
        bool wrong;
        const char *problem, *remedy;
    } rules[] = {
        {p->unit.n == 0, "no key `unit`", "say how a unit is sent"},
        {p->ack_n == 0, "no key `ack`", "say how a unit is accepted"},
        {p->status.n == 0 && p->count.n == 0, "neither `status` nor `count`",
         "give a question whose answer cannot be mistaken"},
        {(p->status.n == 0) != (p->status_answer.n == 0) ||
             (p->count.n == 0) != (p->count_answer.n == 0) ||
             (p->readback.n == 0) != (p->readback_answer.n == 0),
         "a question without its answer, or an answer without", "give both"},
        {(p->on.n == 0) != (p->off.n == 0), "one of `on` and `off` without the other", "give both"},
        {!p->fifo && p->window > 1, "a slot with a window", "a slot holds one unit"},
        {p->means_n > 0 && p->status.n == 0, "`means` without `status`",
         "give the question that shows it"},
    };
    for (size_t i = 0; i < CM_ARRAY_N(rules); i++) {
        *remedy = rules[i].remedy;
        if (rules[i].wrong) return rules[i].problem;
    }
    return NULL;
}

/* ---- Texts within frames */

static bool is_forbidden(const struct line_protocol *p, uint8_t byte) {
    if (byte < ' ') return true;
    for (size_t i = 0; i < p->forbid.n; i++)
        if (memchr(p->bytes.p + p->forbid.pieces[i].at, byte, p->forbid.pieces[i].len) != NULL)
            return true;
    return false;
}

static bool is_text(const struct piece *piece) {
    return piece->kind == PIECE_FIELD || piece->kind == PIECE_MESSAGE;
}

/* The byte behind a text, or that ends the frame, must stand in no text: it would cut it short. */
static bool texts_end(const struct line_protocol *p, const struct phrase *request) {
    for (size_t i = 0; i < request->n; i++) {
        if (!is_text(&request->pieces[i])) continue;
        if (p->end.n > 0 && !is_forbidden(p, p->bytes.p[p->end.pieces[0].at])) return false;
        if (i + 1 == request->n) continue;
        const struct piece *next = &request->pieces[i + 1];
        if (is_text(next) || !is_forbidden(p, p->bytes.p[next->at])) return false;
    }
    return true;
}

static bool all_texts_end(const struct line_protocol *p) {
    for (size_t i = 0; i < p->setup_n; i++)
        if (!texts_end(p, &p->setups[i])) return false;
    return texts_end(p, &p->unit) && texts_end(p, &p->on) && texts_end(p, &p->off) &&
           texts_end(p, &p->status) && texts_end(p, &p->count) && texts_end(p, &p->readback);
}

/* ---- Answers apart from each other */

#define HEAD_MAX 64u
#define ANY_BYTE (-1)

/* The first bytes of an answer, up to its first gap; *whole: it has none. */
static size_t head_of(const struct line_protocol *p, const struct phrase *a, int head[HEAD_MAX],
                      bool *whole) {
    size_t n = 0;
    for (size_t i = 0; i < a->n; i++) {
        const struct piece *piece = &a->pieces[i];
        const bool bytes = piece->kind == PIECE_BYTES;
        *whole = bytes || piece->kind == PIECE_ONE || piece->len == 1;
        const size_t len = !bytes && *whole ? 1 : piece->len;
        for (size_t k = 0; *whole && k < len && n < HEAD_MAX; k++)
            head[n++] = bytes ? p->bytes.p[piece->at + k] : ANY_BYTE;
        if (!*whole) break;
    }
    return n;
}

/* Whether all that begins with b begins with the whole of a, which is asked for first. */
static bool hides(const struct line_protocol *p, const struct phrase *a, const struct phrase *b) {
    int first[HEAD_MAX], second[HEAD_MAX];
    bool whole = false, second_whole = false;
    const size_t n = head_of(p, a, first, &whole), m = head_of(p, b, second, &second_whole);
    if (a->n == 0 || b->n == 0 || !whole || n > m || n == HEAD_MAX) return false;
    for (size_t i = 0; i < n; i++)
        if (first[i] != ANY_BYTE && first[i] != second[i]) return false;
    return true;
}

/* In the order in which they are asked for (raw.c). */
static bool answers_differ(const struct line_protocol *p) {
    const struct phrase *all[2 * PROTOCOL_ANSWERS + 4];
    size_t n = 0;
    for (size_t i = 0; i < p->ack_n; i++)
        all[n++] = &p->acks[i];
    for (size_t i = 0; i < p->refuse_n; i++)
        all[n++] = &p->refuses[i];
    all[n++] = &p->printed;
    all[n++] = &p->status_answer;
    all[n++] = &p->count_answer;
    all[n++] = &p->readback_answer;
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++)
            if (hides(p, all[i], all[k])) return false;
    return true;
}

bool protocol_is_sound(const struct line_protocol *p, const char **problem, const char **remedy) {
    *problem = missing(p, remedy);
    if (*problem != NULL) return false;
    if (!all_texts_end(p)) {
        *problem = "a text may hold the byte that ends it";
        *remedy = "add to `forbid` the byte behind each field, and the first of `end`";
        return false;
    }
    if (answers_differ(p)) return true;
    *problem = "an answer that is never heard: another one begins the same way and ends sooner";
    *remedy = "write more of the shorter one, or leave one out";
    return false;
}
