/* First contact with a printer: what answers at an address, asked with questions that print nothing
 * and change nothing. `tcp://host:port` tries the languages one after the other, each on a fresh
 * connection. A wrong language is explained, not only refused. And one TEST label, to see it come.
 * It blocks, for under PROBE_WHOLE_MS. docs/design/lines.md says what each language is asked. */
#ifndef CM_LINE_PROBE_H
#define CM_LINE_PROBE_H

#include "base/diag.h"
#include "line/driver.h"

#define PROBE_WHOLE_MS  10000u
#define PROBE_FACTS     16u
#define PROBE_WORDS_CAP 240u

enum probe_verdict {
    PROBE_SPEAKS,      /* the language of the URI, or for tcp:// the one in `kind` */
    PROBE_OTHER,       /* not that of the URI, but the one in `kind` */
    PROBE_STRANGE,     /* it answers, in no language that we know: HTTP, a login ... */
    PROBE_SILENT,      /* it takes connections and says nothing */
    PROBE_CUT,         /* it takes connections and ends them at once: another client? */
    PROBE_UNREACHABLE, /* no connection */
    PROBE_VERDICT_N
};
const char *probe_verdict_name(enum probe_verdict verdict);

struct probe_fact {
    char name[32];  /* "state", "labels printed", "version" */
    char value[96]; /* printable; never a code: the text a printer holds is not shown */
};
struct probe {
    enum probe_verdict verdict;
    char kind[16];                /* the language that answered; empty: none */
    char words[PROBE_WORDS_CAP];  /* one sentence */
    char remedy[PROBE_WORDS_CAP]; /* what to do; may be empty */
    struct probe_fact facts[PROBE_FACTS];
    size_t fact_n;
};

/** Ask. @param[in] uri  a printer's URI, or tcp://host:port
 * @retval CM_E_FORMAT  the URI    @retval CM_E_NO_MEMORY    @retval CM_E_IO  our own side failed
 * An unreachable printer is a verdict. */
CM_MUST_CHECK cm_err probe_printer(const char *uri, struct probe *out, struct cm_diag *diag);

struct probe_test_plan {
    const char *uri;
    struct cm_slice template_text; /* as the run's: for languages whose label is ours */
    const char *template_name;     /* names it in errors; ZTC, SPPL, WSI, raw: the message */
    struct cm_slice protocol_text; /* raw: its rules */
    uint64_t wait_ms;              /* for the product to pass; 0: PROBE_WHOLE_MS */
};
enum probe_test_verdict {
    TEST_PRINTED,   /* the printer's own count says so */
    TEST_DELIVERED, /* it has the label: this language cannot prove more */
    TEST_REFUSED,   /* the printer said no */
    TEST_WAITING,   /* it had the label; nothing came out in the time */
    TEST_COPIES,    /* more than one came out */
    TEST_FAILED,    /* it never got there: words, state and the probe tell */
    TEST_VERDICT_N
};
const char *probe_test_verdict_name(enum probe_test_verdict verdict);
struct probe_test {
    enum probe_test_verdict verdict;
    enum driver_state state;     /* of the driver, at the end */
    char words[PROBE_WORDS_CAP]; /* "1 label printed", or what is wrong */
    char remedy[PROBE_WORDS_CAP];
    bool probed;
    struct probe probe; /* when it failed: what answers there */
};

/** Print one specimen (specimen.h) and watch for it; then the printer is brought to rest, so that
 * a coder does not go on printing TEST. It blocks for the wait and a few seconds more.
 * @retval CM_E_FORMAT, CM_E_NOT_FOUND, CM_E_LIMIT  the URI or template: diag
 * @retval CM_E_NO_MEMORY    @retval CM_E_IO  our own side failed */
CM_MUST_CHECK cm_err probe_test(const struct probe_test_plan *plan, struct probe_test *out,
                                struct cm_diag *diag);

#endif
