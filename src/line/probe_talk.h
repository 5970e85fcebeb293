/* One conversation with what may be a printer: a fresh connection, the questions of one language
 * one after the other, and whatever is heard until it answers, hangs up, or patience ends. It sends
 * those questions and nothing else. */
#ifndef CM_LINE_PROBE_TALK_H
#define CM_LINE_PROBE_TALK_H

#include "line/link.h"
#include "line/probe_language.h"

/* For all conversations of one probe. */
struct probe_desk {
    struct loop *loop;
    struct resolver *resolver;
    uint64_t end_us; /* of the whole probe */
};
/** @retval CM_E_NO_MEMORY  @retval CM_E_IO  no epoll, no thread */
CM_MUST_CHECK cm_err probe_desk_open(struct probe_desk *desk, uint64_t whole_ms);
void probe_desk_close(struct probe_desk *desk);
/* Let it happen until `*done` or that time. @retval CM_E_IO  the loop cannot go on */
CM_MUST_CHECK cm_err probe_desk_wait(struct probe_desk *desk, const bool *done, uint64_t until_us);

struct probe_talk {
    bool up, down;              /* the connection came; it is gone, or never came */
    char words[LINK_WORDS_CAP]; /* why */
    struct buffer heard;
    size_t at[PROBE_QUESTIONS + 1]; /* how much was heard before each question; the last: in all */
};
void probe_talk_wipe(struct probe_talk *talk);

/** Talk. Silence to the first question ends it.
 * @param[out] talk  wiped by the caller, also after an error
 * @retval CM_E_UNSUPPORTED  a transport that cannot be asked    @retval CM_E_NO_MEMORY, CM_E_IO */
CM_MUST_CHECK cm_err probe_talk(struct probe_desk *desk, const struct printer_uri *uri,
                                const struct probe_language *language, uint64_t patience_ms,
                                struct probe_talk *talk, struct cm_diag *diag);
/* What was heard behind question i. */
struct cm_slice probe_talk_heard(const struct probe_talk *talk, size_t i);

#endif
