/* What a transport adds to a link: how to open, write and drop. The link keeps the waits and the
 * order of events; a transport tells it that it is up, that it heard, or that it failed. */
#ifndef CM_LINE_LINK_KIND_H
#define CM_LINE_LINK_KIND_H

#include "line/link.h"

enum link_phase {
    LINK_WAITS, /* for the next attempt */
    LINK_OPENS,
    LINK_UP
};

struct link_kind {
    size_t own_len; /* bytes of the transport's memory, zeroed */
    cm_err (*begin)(struct link *lk, struct cm_diag *diag); /* once; may be NULL */
    void (*open)(struct link *lk);                          /* one attempt */
    size_t (*write)(struct link *lk, struct cm_slice bytes);
    void (*close)(struct link *lk); /* drop what is open; fine when nothing is */
    void (*end)(struct link *lk);   /* once, behind close; may be NULL */
};

extern const struct link_kind link_tcp, link_serial, link_file, link_http;

struct link {
    const struct link_kind *kind;
    void *own;
    struct loop *loop;
    struct printer_uri uri;
    struct link_options o; /* no zeros */
    char *folder;
    struct link_events events;
    void *ctx;
    enum link_phase phase;
    bool owes_writable; /* the last write was short */
    bool dead;          /* freed from inside an event */
    unsigned depth;     /* of events that run */
    unsigned tries;     /* in a row, without a word from the printer */
    uint64_t random, up_since_us;
    struct loop_timer timer; /* the next attempt, the end of this one, or a failure to be told */
    char words[LINK_WORDS_CAP];
};

/* A transport's own callbacks begin and end with these: an event may free the link. */
void link_enter(struct link *lk);
void link_leave(struct link *lk);

void link_is_up_now(struct link *lk);
void link_heard(struct link *lk, struct cm_slice bytes);
/* As link_heard, but the printer has no part in it. */
void link_tells(struct link *lk, struct cm_slice bytes);
void link_writable(struct link *lk);
/* The printer took or said something: the next wait is the shortest again. */
void link_alive(struct link *lk);
/* The attempt or the connection is over. Not from inside `write`: link_fails_soon. */
void link_failed(struct link *lk, const char *words);
void link_fails_soon(struct link *lk, const char *words);
/* Words for an errno of the network. */
void link_explain(const struct link *lk, int number, char out[LINK_WORDS_CAP]);

#endif
