/* What each language is asked first, and how its answers read. Questions print nothing, change
 * nothing and clear nothing; what a printer of another language makes of them is part of their
 * choice (docs/design/lines.md, "Probing"). References: printers reference sections 1 to 5. */
#ifndef CM_LINE_PROBE_LANGUAGE_H
#define CM_LINE_PROBE_LANGUAGE_H

#include "base/buffer.h"
#include "line/probe.h"
#include "line/uri.h"

#define PROBE_QUESTIONS 4u

struct probe_question {
    const char *words;
    const char *answer; /* how its answer begins, within what is heard */
    char end;           /* and what ends it; NUL: as probe_ipp_is_whole says */
};

struct probe_language {
    const char *kind;    /* "zpl" */
    const char *people;  /* "ZPL" */
    const char *address; /* how its URI begins */
    const char *option;  /* and ends */
    struct probe_question questions[PROBE_QUESTIONS];
    size_t n;
    /* Read the answers, one for each question, empty where none came. True: it is this language. */
    bool (*read)(const struct cm_slice *answers, struct probe *out);
    /* Whether such bytes come from a printer of this language that was asked in another. */
    bool (*smells)(struct cm_slice heard);
};

/* In an order that harms least: what speaks is found before what might be misread. */
const struct probe_language *probe_language_at(size_t i);
/* As it stands in a URI; NULL: no harmless question is known. */
const struct probe_language *probe_language_of(const struct printer_uri *uri);

/* The answer to a question in what was heard since it was asked; empty: not yet whole. */
struct cm_slice probe_answer(const struct probe_question *q, struct cm_slice heard);
/* Add a fact; bytes that are not printable become '?'. */
void probe_fact(struct probe *p, const char *name, struct cm_slice value);

/* The request that an IPP printer is asked, HTTP and all, and its answer: probe_ipp.c. */
CM_MUST_CHECK cm_err probe_ipp_request(const struct printer_uri *uri, struct buffer *out);
/* Its last byte has come; else the end of the connection ends it. */
bool probe_ipp_is_whole(struct cm_slice heard);
bool probe_ipp_read(const struct cm_slice *answers, struct probe *out);

#endif
