/* Questions over a link. References as in probe_talk.h. */
#include "line/probe_talk.h"

#include "base/macros.h"
#include "base/text.h"

#define US_PER_MS  1000u
#define CONNECT_MS 2500u
#define HEARD_MAX  65536u /* more is no answer of a printer */
#define LATER_MS   600u   /* for questions behind an answer: it is known to speak */

cm_err probe_desk_open(struct probe_desk *desk, uint64_t whole_ms) {
    *desk = (struct probe_desk){.loop = NULL};
    TRY(loop_new(&desk->loop));
    const cm_err err = resolver_new(desk->loop, &desk->resolver);
    if (err != CM_OK) probe_desk_close(desk);
    if (err == CM_OK) desk->end_us = loop_now_us(desk->loop) + whole_ms * US_PER_MS;
    return err;
}

void probe_desk_close(struct probe_desk *desk) {
    resolver_free(desk->resolver);
    loop_free(desk->loop);
    *desk = (struct probe_desk){.loop = NULL};
}

cm_err probe_desk_wait(struct probe_desk *desk, const bool *done, uint64_t until_us) {
    if (until_us > desk->end_us) until_us = desk->end_us;
    while (!*done) {
        const uint64_t now = loop_now_us(desk->loop);
        if (now >= until_us) break;
        TRY(loop_turn(desk->loop, until_us - now));
    }
    return CM_OK;
}

struct call {
    struct probe_talk *talk;
    const struct probe_question *question; /* asked last; NULL: none yet */
    size_t begins;                         /* of what was heard since */
    bool done;                             /* what is waited for has come */
};

static void came_up(void *ctx) {
    struct call *c = ctx;
    if (c->talk->up) return; /* a second connection of the link: not this talk's */
    c->talk->up = c->done = true;
}

static void went_down(void *ctx, const char *words) {
    struct call *c = ctx;
    if (c->talk->down) return;
    c->talk->words[0] = '\0';
    text_append(c->talk->words, sizeof c->talk->words, "%s", words);
    c->talk->down = c->done = true;
}

static void heard(void *ctx, struct cm_slice bytes) {
    struct call *c = ctx;
    struct probe_talk *t = c->talk;
    if (t->down || t->heard.len + bytes.len > HEARD_MAX) return;
    buffer_put(&t->heard, bytes.p, bytes.len);
    if (c->question == NULL) return;
    const struct cm_slice since = slice_of(t->heard.p + c->begins, t->heard.len - c->begins);
    if (probe_answer(c->question, since).len > 0) c->done = true;
}

struct cm_slice probe_talk_heard(const struct probe_talk *t, size_t i) {
    if (t->at[i] == SIZE_MAX || t->heard.len == 0) return slice_of("", 0);
    const size_t end = t->at[i + 1] == SIZE_MAX ? t->heard.len : t->at[i + 1];
    return slice_of(t->heard.p + t->at[i], end - t->at[i]);
}

void probe_talk_wipe(struct probe_talk *talk) { buffer_wipe(&talk->heard); }

/* Ask one and wait. */
static cm_err ask(struct probe_desk *desk, struct link *lk, struct call *c, struct cm_slice words,
                  uint64_t wait_ms) {
    c->done = false;
    while (words.len > 0 && !c->talk->down) {
        const size_t taken = link_write(lk, words);
        words = slice_of(words.p + taken, words.len - taken);
        if (words.len > 0) TRY(loop_turn(desk->loop, wait_ms * US_PER_MS));
        if (taken == 0 && loop_now_us(desk->loop) >= desk->end_us) return CM_OK;
    }
    if (c->talk->down) return CM_OK;
    return probe_desk_wait(desk, &c->done, loop_now_us(desk->loop) + wait_ms * US_PER_MS);
}

static cm_err ask_all(struct probe_desk *desk, const struct printer_uri *uri,
                      const struct probe_language *language, uint64_t patience_ms, struct link *lk,
                      struct call *c) {
    for (size_t i = 0; i < language->n && !c->talk->down; i++) {
        const struct probe_question *q = &language->questions[i];
        struct buffer words = BUFFER_INIT;
        c->question = q;
        c->talk->at[i] = c->begins = c->talk->heard.len;
        cm_err err = CM_OK;
        if (q->words == NULL) err = probe_ipp_request(uri, &words);
        if (q->words != NULL) buffer_text(&words, q->words);
        if (err == CM_OK) err = buffer_err(&words);
        if (err == CM_OK)
            err = ask(desk, lk, c, buffer_slice(&words), i == 0 ? patience_ms : LATER_MS);
        buffer_free(&words);
        TRY(err);
        if (probe_talk_heard(c->talk, i).len == 0) break;
    }
    return buffer_err(&c->talk->heard);
}

cm_err probe_talk(struct probe_desk *desk, const struct printer_uri *uri,
                  const struct probe_language *language, uint64_t patience_ms,
                  struct probe_talk *talk, struct cm_diag *diag) {
    static const struct link_events events = {.up = came_up, .down = went_down, .heard = heard};
    const struct link_options options = {.resolver = desk->resolver, .connect_ms = CONNECT_MS};
    struct call c = {.talk = talk};
    CM_CLEANUP(link_freep) struct link *lk = NULL;
    *talk = (struct probe_talk){.heard = BUFFER_INIT};
    for (size_t i = 0; i <= PROBE_QUESTIONS; i++)
        talk->at[i] = SIZE_MAX;
    TRY(link_new(desk->loop, uri, &options, &events, &c, &lk, diag));
    TRY(probe_desk_wait(desk, &c.done,
                        loop_now_us(desk->loop) + (CONNECT_MS + patience_ms) * US_PER_MS));
    if (!talk->up || talk->down) return CM_OK;
    return ask_all(desk, uri, language, patience_ms, lk, &c);
}
