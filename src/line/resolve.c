/* The resolver: answers and questions on the loop's thread, getaddrinfo() on the other one, a queue
 * of jobs between them. A thread that sits in getaddrinfo() at the end is left to finish alone; it
 * holds its own share of the queue. References as in resolve.h. */
#include "line/resolve.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"

#define HOST_CAP   256u
#define FRESH_US   60000000u /* an answer is taken without asking again */
#define STALE_US   2000000u  /* then the name server has so long before an old answer is taken */
#define NAMES_MOST 1024u

/* One name under way between the threads. */
struct job {
    char host[HOST_CAP];
    struct resolved found;
    struct job *next;
};

struct shared {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    int event;
    bool quit, busy, alone; /* alone: the loop's side is gone, the thread frees it */
    struct job *todo, *done;
};

struct name {
    char host[HOST_CAP];
    struct resolved found;
    bool known, asked;
    uint64_t since_us;
    struct resolve_query *queries;
    struct name *next;
};

struct resolve_query {
    struct resolver *resolver;
    struct name *name;
    uint16_t port;
    resolve_fn *fn;
    void *ctx;
    struct loop_timer timer;
    struct resolve_query *next;
};

struct resolver {
    struct loop *loop;
    struct loop_watch *watch;
    struct shared *shared;
    pthread_t thread;
    struct name *names;
    size_t names_n;
};

/* ---- The thread */

static void add_address(struct resolved *r, const struct sockaddr *a, socklen_t len) {
    if (r->n == RESOLVE_MOST || len > sizeof r->at[0]) return;
    memcpy(&r->at[r->n], a, len);
    r->len[r->n++] = len;
}

static void look_up(struct job *job) {
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    const int gai = getaddrinfo(job->host, NULL, &hints, &list);
    if (gai != 0) {
        const bool away = gai == EAI_AGAIN || gai == EAI_FAIL || gai == EAI_SYSTEM;
        text_append(job->found.words, sizeof job->found.words, "%s",
                    away ? "the name server does not answer: write the address in digits"
                         : "no such host: is its name right?");
        return;
    }
    for (const struct addrinfo *a = list; a != NULL; a = a->ai_next)
        if (a->ai_family == AF_INET || a->ai_family == AF_INET6)
            add_address(&job->found, a->ai_addr, a->ai_addrlen);
    freeaddrinfo(list);
}

static void free_jobs(struct job *job) {
    while (job != NULL) {
        struct job *next = job->next;
        free(job);
        job = next;
    }
}

static void shared_free(struct shared *s) {
    free_jobs(s->todo);
    free_jobs(s->done);
    if (s->event >= 0) (void)close(s->event);
    (void)pthread_cond_destroy(&s->wake);
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
}

static void *run(void *arg) {
    struct shared *s = arg;
    (void)pthread_mutex_lock(&s->lock);
    while (!s->quit) {
        struct job *job = s->todo;
        if (job == NULL) {
            (void)pthread_cond_wait(&s->wake, &s->lock);
            continue;
        }
        s->todo = job->next;
        s->busy = true;
        (void)pthread_mutex_unlock(&s->lock);
        look_up(job);
        (void)pthread_mutex_lock(&s->lock);
        s->busy = false;
        job->next = s->done;
        s->done = job;
        (void)eventfd_write(s->event, 1);
    }
    const bool alone = s->alone;
    (void)pthread_mutex_unlock(&s->lock);
    if (alone) shared_free(s);
    return NULL;
}

/* ---- The loop's side */

static void answer(void *ctx) {
    struct resolve_query *q = ctx;
    struct resolved found = q->name->found;
    for (size_t i = 0; i < found.n; i++) {
        if (found.at[i].ss_family == AF_INET6) {
            ((struct sockaddr_in6 *)(void *)&found.at[i])->sin6_port = htons(q->port);
        } else {
            ((struct sockaddr_in *)(void *)&found.at[i])->sin_port = htons(q->port);
        }
    }
    resolve_fn *fn = q->fn;
    void *fn_ctx = q->ctx;
    resolver_cancel(q);
    fn(fn_ctx, &found);
}

static void learn(struct resolver *r, const struct job *job) {
    for (struct name *n = r->names; n != NULL; n = n->next) {
        if (strcmp(n->host, job->host) != 0) continue;
        n->asked = false;
        n->since_us = loop_now_us(r->loop);
        /* An old address is better than a silent name server. */
        if (job->found.n > 0 || n->found.n == 0) n->found = job->found;
        n->known = job->found.n > 0;
        for (struct resolve_query *q = n->queries; q != NULL; q = q->next)
            loop_timer_at(r->loop, &q->timer, n->since_us, answer, q);
    }
}

static void heard(void *ctx, unsigned events) {
    struct resolver *r = ctx;
    (void)events;
    eventfd_t count = 0;
    (void)eventfd_read(r->shared->event, &count);
    (void)pthread_mutex_lock(&r->shared->lock);
    struct job *done = r->shared->done;
    r->shared->done = NULL;
    (void)pthread_mutex_unlock(&r->shared->lock);
    for (const struct job *j = done; j != NULL; j = j->next)
        learn(r, j);
    free_jobs(done);
}

/* Signals are the main thread's. */
static bool start(struct resolver *r) {
    sigset_t all, before;
    (void)sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0) return false;
    const bool ok = pthread_create(&r->thread, NULL, run, r->shared) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ok;
}

cm_err resolver_new(struct loop *loop, struct resolver **out) {
    struct resolver *r = calloc(1, sizeof *r);
    struct shared *s = calloc(1, sizeof *s);
    if (r == NULL || s == NULL) {
        free(r);
        free(s);
        return CM_E_NO_MEMORY;
    }
    (void)pthread_mutex_init(&s->lock, NULL);
    (void)pthread_cond_init(&s->wake, NULL);
    s->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    r->loop = loop;
    r->shared = s;
    cm_err err = s->event < 0 ? CM_E_IO : CM_OK;
    if (err == CM_OK) err = loop_watch(loop, s->event, LOOP_READ, heard, r, &r->watch);
    if (err == CM_OK && !start(r)) err = CM_E_IO;
    if (err != CM_OK) {
        loop_unwatch(r->watch);
        shared_free(s);
        free(r);
        return err;
    }
    *out = r;
    return CM_OK;
}

static void forget(struct resolver *r, struct name *n) {
    while (n->queries != NULL)
        resolver_cancel(n->queries);
    struct name **at = &r->names;
    while (*at != n)
        at = &(*at)->next;
    *at = n->next;
    r->names_n--;
    free(n);
}

void resolver_free(struct resolver *r) {
    if (r == NULL) return;
    while (r->names != NULL)
        forget(r, r->names);
    loop_unwatch(r->watch);
    struct shared *s = r->shared;
    (void)pthread_mutex_lock(&s->lock);
    const bool busy = s->busy;
    s->quit = true;
    s->alone = busy;
    (void)pthread_cond_signal(&s->wake);
    (void)pthread_mutex_unlock(&s->lock);
    if (busy) {
        (void)pthread_detach(r->thread);
    } else {
        (void)pthread_join(r->thread, NULL);
        shared_free(s);
    }
    free(r);
}

void resolver_freep(struct resolver **r) { resolver_free(*r); }

/* The name's entry, made when there is none. */
static struct name *entry(struct resolver *r, const char *host) {
    struct name *idle = NULL;
    for (struct name *n = r->names; n != NULL; n = n->next) {
        if (strcmp(n->host, host) == 0) return n;
        if (n->queries == NULL && !n->asked) idle = n; /* the oldest stands last */
    }
    if (r->names_n >= NAMES_MOST && idle != NULL) forget(r, idle);
    struct name *n = calloc(1, sizeof *n);
    if (n == NULL) return NULL;
    text_append(n->host, sizeof n->host, "%s", host);
    n->next = r->names;
    r->names = n;
    r->names_n++;
    return n;
}

static cm_err send_job(struct resolver *r, struct name *n) {
    if (n->asked) return CM_OK;
    struct job *job = calloc(1, sizeof *job);
    if (job == NULL) return CM_E_NO_MEMORY;
    text_append(job->host, sizeof job->host, "%s", n->host);
    n->asked = true;
    struct shared *s = r->shared;
    (void)pthread_mutex_lock(&s->lock);
    struct job **last = &s->todo;
    while (*last != NULL)
        last = &(*last)->next;
    *last = job;
    (void)pthread_cond_signal(&s->wake);
    (void)pthread_mutex_unlock(&s->lock);
    return CM_OK;
}

cm_err resolver_ask(struct resolver *r, const char *host, uint16_t port, resolve_fn *fn, void *ctx,
                    struct resolve_query **out) {
    if (strlen(host) >= HOST_CAP) return CM_E_RANGE;
    struct name *n = entry(r, host);
    if (n == NULL) return CM_E_NO_MEMORY;
    const uint64_t now = loop_now_us(r->loop);
    const bool fresh = n->known && now - n->since_us < FRESH_US;
    if (!fresh) TRY(send_job(r, n));
    struct resolve_query *q = calloc(1, sizeof *q);
    if (q == NULL) return CM_E_NO_MEMORY;
    *q = (struct resolve_query){
        .resolver = r, .name = n, .port = port, .fn = fn, .ctx = ctx, .next = n->queries};
    n->queries = q;
    if (fresh) loop_timer_at(r->loop, &q->timer, now, answer, q);
    if (!fresh && n->found.n > 0) loop_timer_at(r->loop, &q->timer, now + STALE_US, answer, q);
    *out = q;
    return CM_OK;
}

void resolver_cancel(struct resolve_query *q) {
    if (q == NULL) return;
    struct resolve_query **at = &q->name->queries;
    while (*at != q)
        at = &(*at)->next;
    *at = q->next;
    loop_timer_cancel(q->resolver->loop, &q->timer);
    free(q);
}

bool resolve_digits(const char *host, uint16_t port, struct resolved *out) {
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    *out = (struct resolved){.n = 0};
    if (inet_pton(AF_INET, host, &four.sin_addr) == 1) {
        add_address(out, (const struct sockaddr *)(const void *)&four, sizeof four);
    } else if (inet_pton(AF_INET6, host, &six.sin6_addr) == 1) {
        add_address(out, (const struct sockaddr *)(const void *)&six, sizeof six);
    }
    return out->n > 0;
}
