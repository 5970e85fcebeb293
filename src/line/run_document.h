/* A run's document as the ledger keeps it (docs/design/runs.md, "Documents"), read for the line:
 * where the printer is, what the label is, what the operator wishes. It refuses what driver_new
 * would misread: kinds without their template, a raw printer without a protocol. */
#ifndef CM_LINE_RUN_DOCUMENT_H
#define CM_LINE_RUN_DOCUMENT_H

#include "doc/json.h"
#include "line/fields.h"

#define RUN_NAME_CAP    128u
#define RUN_PRINTER_CAP 1280u
#define RUN_WINDOW_MAX  DRIVER_WINDOW_MAX
#define RUN_RATE_MAX    6000000u /* units a minute: a hundred thousand a second */

enum line_wish { RUN_WISH_RUN, RUN_WISH_PAUSE, RUN_WISH_STOP, RUN_WISH_CLOSED };

/* Slices live as long as the JSON document. */
struct run_document {
    uint32_t number; /* 0 where the text has none */
    char name[RUN_NAME_CAP];
    char line[RUN_NAME_CAP]; /* may be empty */
    char printer[RUN_PRINTER_CAP];
    char template_name[RUN_NAME_CAP];
    struct cm_slice template_text, protocol_text; /* empty where there is none */
    uint64_t window, rate;                        /* 0: as the kind likes it, unlimited */
    enum line_wish wish;
    struct cm_slice why;
    uint64_t resumed; /* grows whenever an operator saw to it */
    uint64_t settled; /* and whenever one said what came out before a jam */
};

/** Read one. Members that only the vault needs are passed over.
 * @retval CM_E_FORMAT, CM_E_RANGE  the JSON document's diag tells where */
CM_MUST_CHECK cm_err run_document_read(struct json_value v, struct run_document *out);

/** The options of its driver; texts stay borrowed from the run document.
 * @param[in] kind  of the printer's URI
 * @retval CM_E_UNSUPPORTED  no language of that name
 * @retval CM_E_FORMAT       the kind needs a template or protocol that is not there */
CM_MUST_CHECK cm_err run_document_driver(const struct run_document *d, const char *kind,
                                         struct driver_options *out, struct cm_diag *diag);

#endif
