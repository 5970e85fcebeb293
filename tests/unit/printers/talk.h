/* One client talking to one emulated printer, in a time of its own: no sockets, no waiting. */
#ifndef CM_TESTS_UNIT_PRINTERS_TALK_H
#define CM_TESTS_UNIT_PRINTERS_TALK_H

#include "support/printers/grammars.h"
#include "support/printers/protocol.h"

struct talk {
    struct printer *printer;
    struct protocol *rules;
    struct link *link;
    struct buffer got; /* what the last say, wait or print brought */
    size_t pieces;     /* in so many writes */
    uint64_t now_us;
};

/* Products pass by talk_print alone, unless there is a rate. Fails the test when it cannot. */
void talk_open(struct talk *t, const char *grammar, const char *faults);
void talk_open_with(struct talk *t, const char *grammar, struct printer_options o);
void talk_close(struct talk *t);

/* Send text (with its NUL bytes cut), let time or products pass; then t->got is what came. */
void talk_say(struct talk *t, const char *text);
void talk_wait(struct talk *t, uint64_t ms);
void talk_print(struct talk *t, uint64_t n);
/* As a C text. */
const char *talk_got(struct talk *t);
/* After a reset or a power cycle: connect anew. */
void talk_again(struct talk *t);
uint64_t talk_count(const struct talk *t, enum record_event event);

#endif
