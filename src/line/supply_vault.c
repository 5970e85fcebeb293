/* Frames over line.sock. References as in supply_vault.h. */
#include "line/supply_vault.h"

#include <stdlib.h>

#include "base/log.h"
#include "engine/channel.h"
#include "line/lines.h"
#include "wire/note_frame.h"

struct supply_vault {
    struct supply supply; /* first: it is what others hold */
    struct loop *loop;
    struct loop_watch *watch;
    struct channel channel;
    struct lines *lines;
    void (*dead)(void *ctx);
    void *ctx;
    bool is_dead;
};

static struct supply_vault *vault_of(struct supply *s) { return (struct supply_vault *)(void *)s; }

/* Every question that is open gets no answer: the host asks nobody any more. */
static void die(struct supply_vault *v, const char *why) {
    if (v->is_dead) return;
    v->is_dead = true;
    log_event(LOG_ERROR, "line: the vault's connection ended: %s", why);
    loop_unwatch(v->watch);
    v->watch = NULL;
    if (v->dead != NULL) v->dead(v->ctx);
}

static void watch_for(struct supply_vault *v) {
    if (v->watch != NULL)
        loop_watch_set(v->watch, LOOP_READ | (channel_wants_write(&v->channel) ? LOOP_WRITE : 0u));
}

static void answered(struct supply_vault *v, const struct frame *f) {
    struct outcome_frame o;
    const cm_err err = outcome_decode(f->body, &o);
    if (err != CM_OK) {
        die(v, "an answer cannot be read");
        return;
    }
    lines_answer(v->lines, f->number, o.err, o.result_json, &o.diag);
}

static void frame_came(struct supply_vault *v, const struct frame *f) {
    struct cm_slice json;
    if (f->kind == FRAME_ACT_ANSWER || f->kind == FRAME_FAULT) {
        answered(v, f);
        return;
    }
    if (f->kind == FRAME_RUNS && runs_decode(f->body, &json) == CM_OK)
        lines_runs(v->lines, json);
    else
        die(v, "a frame that does not belong there");
}

static void ready(void *ctx, unsigned events) {
    struct supply_vault *v = ctx;
    struct frame f;
    cm_err err = CM_OK;
    if ((events & LOOP_WRITE) != 0) err = channel_flush(&v->channel);
    if (err == CM_OK) err = channel_read(&v->channel);
    while (err == CM_OK && !v->is_dead) {
        err = channel_next(&v->channel, &f);
        if (err == CM_OK) frame_came(v, &f);
    }
    if (v->is_dead) return;
    if (err != CM_E_TRUNCATED)
        die(v, cm_err_name(err));
    else if (v->channel.ended)
        die(v, "the vault closed it");
    else
        watch_for(v);
}

static void vault_join(struct supply *s, struct lines *host) { vault_of(s)->lines = host; }

static cm_err vault_ask(struct supply *s, const char *act, struct cm_slice args, uint32_t token) {
    struct supply_vault *v = vault_of(s);
    if (v->is_dead) return CM_E_DEAD;
    if (channel_is_full(&v->channel)) return CM_E_BUSY;
    const struct act_frame frame = {.name = slice_text(act), .args_json = args};
    const size_t start = channel_begin(&v->channel, FRAME_ACT, token);
    cm_err err = act_encode(&v->channel.out, &frame);
    if (err == CM_OK) err = channel_end(&v->channel, start);
    /* A connection that breaks here is found by the next read: not from inside a question. */
    if (err == CM_OK) cm_ignore(channel_flush(&v->channel));
    watch_for(v);
    return err;
}

static void vault_close(struct supply *s) {
    struct supply_vault *v = vault_of(s);
    loop_unwatch(v->watch);
    channel_wipe(&v->channel);
    free(v);
}

cm_err supply_vault_new(struct loop *loop, int fd, void (*dead)(void *ctx), void *ctx,
                        struct supply **out) {
    static const struct supply_ops ops = {
        .join = vault_join, .ask = vault_ask, .close = vault_close};
    struct supply_vault *v = calloc(1, sizeof *v);
    struct channel channel;
    channel_init(&channel, fd);
    if (v == NULL) {
        channel_wipe(&channel);
        return CM_E_NO_MEMORY;
    }
    v->supply.ops = &ops;
    v->loop = loop;
    v->channel = channel;
    v->dead = dead;
    v->ctx = ctx;
    const cm_err err = loop_watch(loop, fd, LOOP_READ, ready, v, &v->watch);
    if (err != CM_OK) {
        vault_close(&v->supply);
        return err;
    }
    *out = &v->supply;
    return CM_OK;
}
