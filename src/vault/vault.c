/* The vault's loop: poll, accept, read, one turn, write. One thread decides the order of everything
 * that the outside can observe; the engine's folder works beside it. References as in vault.h. */
#include "vault/vault.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "vault/acts.h"
#include "vault/issue.h"
#include "vault/keyed.h"
#include "vault/order_job.h"
#include "vault/run_list.h"
#include "vault/turn.h"
#include "wire/note_frame.h"

#define CONNS_MAX 64u
#define DRAIN_MS  5000 /* for the last answers to be taken */
#define POLLS_MAX (CONNS_MAX + VAULT_DOOR_N + 1u)

struct vault {
    const struct vault_options *o;
    struct gate gate;
    struct copies copies;
    struct turn turn;
    bool known;              /* what follows is of this registry */
    uint64_t generation;     /* of the key table in the gate */
    uint64_t run_generation; /* of the documents of runs */
    struct buffer runs;      /* documents that line processes were told */
    struct run_live live;
    struct import_desk imports;
    struct order_jobs orders;
    struct vault_conn conns[CONNS_MAX];
    struct pollfd polls[POLLS_MAX];
};

static void drop(struct vault *v, struct vault_conn *c) {
    if (c->channel.fd >= 0 && c->door == VAULT_LINE) run_live_went(&v->live);
    channel_wipe(&c->channel);
}

/* ---- Keys and runs ---------------------------------------------------------------------------
 */

static void tell_all(struct vault *v, enum vault_door door) {
    for (size_t i = 0; i < CONNS_MAX; i++)
        if (v->conns[i].door == door) v->conns[i].told = false;
}

static cm_err refresh_runs(struct vault *v) {
    CM_CLEANUP(buffer_free) struct buffer runs = BUFFER_INIT;
    TRY(run_list_documents(v->o->engine, HOLDER_DAEMON, &runs));
    if (slice_equal(buffer_slice(&runs), buffer_slice(&v->runs))) return CM_OK;
    const struct buffer old = v->runs;
    v->runs = runs;
    runs = old;
    tell_all(v, VAULT_LINE);
    return CM_OK;
}

struct generations {
    uint64_t all, runs;
};
static cm_err read_generations(void *ctx, const struct registry *r) {
    *(struct generations *)ctx = (struct generations){r->generation, r->run_generation};
    return CM_OK;
}

/* Read the registry anew if it has changed; whoever keeps a copy is told. */
static cm_err refresh(struct vault *v) {
    struct key_table table = KEY_TABLE_INIT;
    struct generations now = {0};
    TRY(engine_read(v->o->engine, read_generations, &now));
    if (!v->known || now.runs != v->run_generation) TRY(refresh_runs(v));
    v->run_generation = now.runs;
    if (v->known && now.all == v->generation) return CM_OK;
    TRY(copies_key_table(v->o->engine, &table, &v->generation));
    key_table_wipe(&v->gate.keys);
    v->gate.keys = table;
    v->known = true;
    copies_forget(&v->copies);
    tell_all(v, VAULT_VERIFY);
    return CM_OK;
}

static cm_err tell_runs(struct vault *v, struct vault_conn *c) {
    CM_CLEANUP(buffer_free) struct buffer runs = BUFFER_INIT;
    TRY(run_list_json(v->o->engine, HOLDER_DAEMON, &runs));
    const size_t start = channel_begin(&c->channel, FRAME_RUNS, 0);
    TRY(runs_encode(&c->channel.out, buffer_slice(&runs)));
    const cm_err err = channel_end(&c->channel, start);
    if (err != CM_E_LIMIT) return err;
    log_event(LOG_ERROR, "vault: the open runs do not fit a frame of %u bytes; close some",
              FRAME_BODY_MAX);
    return CM_OK;
}

static cm_err tell(struct vault *v, struct vault_conn *c) {
    c->told = true;
    if (c->door == VAULT_LINE) return tell_runs(v, c);
    const size_t start = channel_begin(&c->channel, FRAME_KEYS, 0);
    TRY(key_table_encode(&c->channel.out, &v->gate.keys));
    return channel_end(&c->channel, start);
}

/* ---- Frames that are no calls -----------------------------------------------------------------
 */

struct names_act {
    const struct guess_count *counts;
    size_t n;
    struct status_frame *out;
};

static cm_err name_guesses(void *ctx, const struct registry *r) {
    const struct names_act *a = ctx;
    for (size_t i = 0; i < a->n && a->out->guess_n < STATUS_GUESSES_MAX; i++) {
        const struct set_entry *s = registry_set(r, a->counts[i].pool);
        if (a->counts[i].pool == 0 || s == NULL) continue;
        struct status_guess *g = &a->out->guesses[a->out->guess_n++];
        (void)snprintf(g->pool, sizeof g->pool, "%s", s->name);
        g->n = a->counts[i].n;
    }
    return CM_OK;
}

static cm_err tell_guesses(struct vault *v, struct status_frame *out) {
    struct guess_count counts[ENGINE_GUESSES_MAX];
    struct names_act act = {.counts = counts, .out = out};
    TRY(engine_guesses(v->o->engine, counts, ENGINE_GUESSES_MAX, &act.n));
    return act.n > 0 ? engine_read(v->o->engine, name_guesses, &act) : CM_OK;
}

static cm_err put_status(struct vault *v, struct vault_conn *c, uint32_t number) {
    struct engine_stats stats;
    engine_stats(v->o->engine, &stats);
    struct status_frame s = {.sequence = stats.sequence,
                             .folded_to = stats.folded_to,
                             .journal_bytes = stats.journal_bytes,
                             .groups = stats.groups,
                             .events = stats.events,
                             .unit_memory = stats.unit_memory,
                             .busy = v->gate.busy,
                             .dead = stats.dead,
                             .restored = stats.restored};
    for (size_t i = 0; i < CM_VERDICT_N; i++)
        s.verdicts[i] = stats.verdicts[i];
    cm_ignore(tell_guesses(v, &s)); /* a dead ledger's status is told all the same */
    const size_t start = channel_begin(&c->channel, FRAME_STATUS_ANSWER, number);
    TRY(status_encode(&c->channel.out, &s));
    return channel_end(&c->channel, start);
}

static cm_err put_outcome(struct vault_conn *c, enum frame_kind kind, uint32_t number,
                          const struct outcome_frame *o) {
    const size_t start = channel_begin(&c->channel, kind, number);
    TRY(outcome_encode(&c->channel.out, o));
    return channel_end(&c->channel, start);
}

static cm_err do_act(struct vault *v, struct vault_conn *c, const struct frame *frame) {
    struct act_frame act;
    if (act_decode(frame->body, &act) != CM_OK)
        return turn_fault(c, frame->number, CM_E_FORMAT, NULL);
    CM_CLEANUP(buffer_wipe) struct buffer result = BUFFER_INIT; /* may hold codes */
    struct outcome_frame o = {.diag = DIAG_INIT};
    struct act_context ctx = {.engine = v->o->engine,
                              .keystore = v->o->keystore,
                              .workspace = v->o->workspace,
                              .line = c->door == VAULT_LINE,
                              .holder = HOLDER_DAEMON,
                              .live = &v->live,
                              .imports = &v->imports,
                              .orders = &v->orders};
    o.err = act_run(&ctx, act.name, act.args_json, &result, &o.diag);
    if (o.err == CM_OK) o.result_json = buffer_slice(&result);
    TRY(refresh(v));
    return put_outcome(c, FRAME_ACT_ANSWER, frame->number, &o);
}

static cm_err do_issue(struct vault *v, struct vault_conn *c, const struct frame *frame) {
    CM_CLEANUP(buffer_wipe) struct buffer result = BUFFER_INIT;
    struct outcome_frame o = {.diag = DIAG_INIT};
    o.err = issue_codes(v->o, &v->gate, frame, &result, &o.diag);
    if (o.err == CM_OK) o.result_json = buffer_slice(&result);
    return put_outcome(c, FRAME_ISSUE_ANSWER, frame->number, &o);
}

static cm_err do_keyed_act(struct vault *v, struct vault_conn *c, const struct frame *frame) {
    CM_CLEANUP(buffer_wipe) struct buffer result = BUFFER_INIT;
    struct outcome_frame o = {.diag = DIAG_INIT};
    o.err = keyed_act(v->o, &v->gate, &v->live, frame, &result, &o.diag);
    if (o.err == CM_OK) o.result_json = buffer_slice(&result);
    TRY(refresh(v));
    return put_outcome(c, FRAME_ISSUE_ANSWER, frame->number, &o);
}

/* What each socket may ask; anything else ends the connection. */
static cm_err take_frame(struct vault *v, struct vault_conn *c, const struct frame *frame) {
    const bool acts = c->door == VAULT_LINE || c->door == VAULT_ADMIN;
    const bool asks = c->door == VAULT_VERIFY || c->door == VAULT_ADMIN;
    if (frame->kind == FRAME_CALLS && asks) return turn_add(&v->turn, c, frame);
    if (frame->kind == FRAME_STATUS && (asks || acts)) return put_status(v, c, frame->number);
    if (frame->kind == FRAME_ISSUE && c->door == VAULT_ISSUE) return do_issue(v, c, frame);
    if (frame->kind == FRAME_KEYED_ACT && c->door == VAULT_ISSUE) return do_keyed_act(v, c, frame);
    if (frame->kind == FRAME_ACT && acts) return do_act(v, c, frame);
    log_event(LOG_WARN, "vault: socket %d may not ask for frame %d; connection ended", (int)c->door,
              (int)frame->kind);
    drop(v, c);
    return CM_OK;
}

/* ---- Connections ------------------------------------------------------------------------------
 */

static void accept_one(struct vault *v, enum vault_door door) {
    const int fd = accept4(v->o->listeners[door], NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    for (size_t i = 0; i < CONNS_MAX; i++) {
        if (v->conns[i].channel.fd >= 0) continue;
        channel_init(&v->conns[i].channel, fd);
        v->conns[i].door = door;
        v->conns[i].told = door != VAULT_VERIFY && door != VAULT_LINE;
        if (door == VAULT_LINE) run_live_came(&v->live);
        return;
    }
    log_event(LOG_WARN, "vault: more than %u connections; one was refused", CONNS_MAX);
    (void)close(fd);
}

static cm_err read_conn(struct vault *v, struct vault_conn *c) {
    const cm_err err = channel_read(&c->channel);
    if (err == CM_E_NO_MEMORY) return err;
    if (err != CM_OK) drop(v, c);
    while (c->channel.fd >= 0) {
        struct frame frame;
        const cm_err next = channel_next(&c->channel, &frame);
        if (next == CM_E_TRUNCATED) break;
        if (next != CM_OK) {
            log_event(LOG_WARN, "vault: malformed frame: %s; connection ended", cm_err_name(next));
            drop(v, c);
            break;
        }
        TRY(take_frame(v, c, &frame));
    }
    return CM_OK;
}

static void flush_conn(struct vault *v, struct vault_conn *c) {
    if (c->channel.fd < 0) return;
    const bool broken = channel_flush(&c->channel) != CM_OK;
    if (broken || (c->channel.ended && !channel_wants_write(&c->channel))) drop(v, c);
}

/* ---- The loop ---------------------------------------------------------------------------------
 */

static size_t prepare(struct vault *v) {
    size_t n = 0;
    v->polls[n++] = (struct pollfd){.fd = v->o->stop_fd, .events = POLLIN};
    for (size_t i = 0; i < VAULT_DOOR_N; i++)
        v->polls[n++] = (struct pollfd){.fd = v->o->listeners[i], .events = POLLIN};
    for (size_t i = 0; i < CONNS_MAX; i++) {
        const struct channel *c = &v->conns[i].channel;
        short events = 0;
        if (!channel_is_full(c) && !c->ended) events = POLLIN;
        if (channel_wants_write(c)) events |= POLLOUT;
        v->polls[n++] = (struct pollfd){.fd = c->fd, .events = events};
    }
    return n;
}

static cm_err one_turn(struct vault *v, int wait_ms, bool *stop) {
    const size_t n = prepare(v);
    if (poll(v->polls, n, wait_ms) < 0) return errno == EINTR ? CM_OK : CM_E_IO;
    *stop = v->polls[0].revents != 0;
    const struct pollfd *listeners = &v->polls[1], *conns = &v->polls[1 + VAULT_DOOR_N];
    for (size_t i = 0; i < CONNS_MAX; i++)
        if (v->conns[i].channel.fd >= 0 && (conns[i].revents & ~POLLOUT) != 0)
            TRY(read_conn(v, &v->conns[i]));
    const cm_err err = turn_run(&v->turn, v->o->engine, &v->gate, &v->copies);
    turn_clear(&v->turn);
    if (err == CM_E_NO_MEMORY) return err;
    for (unsigned d = 0; d < VAULT_DOOR_N; d++)
        if (listeners[d].revents != 0) accept_one(v, (enum vault_door)d);
    for (size_t i = 0; i < CONNS_MAX; i++) {
        if (v->conns[i].channel.fd >= 0 && !v->conns[i].told) TRY(tell(v, &v->conns[i]));
        flush_conn(v, &v->conns[i]);
    }
    return err;
}

static bool owes_answers(const struct vault *v) {
    for (size_t i = 0; i < CONNS_MAX; i++)
        if (v->conns[i].channel.fd >= 0 && channel_wants_write(&v->conns[i].channel)) return true;
    return false;
}

static cm_err loop(struct vault *v) {
    bool stop = false;
    TRY(refresh(v));
    while (!stop)
        TRY(one_turn(v, -1, &stop));
    /* What had arrived was answered in the turn that saw the sign; now it is taken away. */
    const uint64_t end_us = clock_monotonic_us() + (uint64_t)DRAIN_MS * 1000;
    while (owes_answers(v) && clock_monotonic_us() < end_us)
        TRY(one_turn(v, 10, &stop));
    return CM_OK;
}

static void vault_wipe(struct vault *v) {
    for (size_t i = 0; i < CONNS_MAX; i++) {
        flush_conn(v, &v->conns[i]); /* a fault that tells why, if there was one */
        drop(v, &v->conns[i]);
    }
    for (size_t i = 0; i < VAULT_DOOR_N; i++)
        (void)close(v->o->listeners[i]);
    turn_wipe(&v->turn);
    run_live_wipe(&v->live);
    import_desk_wipe(&v->imports);
    order_jobs_wipe(&v->orders);
    buffer_free(&v->runs);
    copies_wipe(&v->copies);
    gate_wipe(&v->gate);
}

cm_err vault_run(const struct vault_options *options, struct cm_diag *diag) {
    CM_CLEANUP(vault_wipe) struct vault v = {.o = options};
    gate_init(&v.gate, &options->limits);
    for (size_t i = 0; i < CONNS_MAX; i++)
        v.conns[i].channel.fd = -1;
    const cm_err err = loop(&v);
    if (err == CM_OK) return CM_OK;
    return diag_fail(diag, err, "vault", NULL,
                     err == CM_E_DEAD ? "look at the disk, then start again: what was acknowledged "
                                        "is safe"
                                      : NULL,
                     "%s", cm_err_name(err));
}
