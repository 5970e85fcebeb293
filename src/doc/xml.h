/* XML for reading, record by record, in bounded memory: the elements of one name (or the children
 * of the root), each flattened to fields: its attributes, and every element inside it that holds
 * text, by its local name. Streams; keeps one record.
 *
 * Refuses document types and with them every entity but the five of XML itself, whatever lies
 * outside the file, records beyond the limits, and what is not well-formed. Errors tell the line,
 * never what stands there.
 * Reference: XML 1.0 (fifth edition), Namespaces in XML 1.0; libxml2's xmlreader. */
#ifndef CM_DOC_XML_H
#define CM_DOC_XML_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/diag.h"

#define XML_FIELDS_MAX 64u        /* of one record */
#define XML_RECORD_MAX (1u << 16) /* bytes of the names and values of one record */
#define XML_DEPTH_MAX  16u        /* elements within elements */

/* Where the bytes come from: up to cap bytes; *n = 0 is the end. */
struct xml_source {
    cm_err (*read)(void *ctx, uint8_t *out, size_t cap, size_t *n);
    void *ctx;
};

struct xml_reader;
/** @param[in] source  copied; what it refers to is borrowed until free
 * @param[in] record   local name of the elements that are records; NULL: the root's children
 * @param[in] input    names the text in errors; input and diag are borrowed until free
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err xml_reader_new(struct xml_reader **out, const struct xml_source *source,
                                    const char *record, const char *input, struct cm_diag *diag);
void xml_reader_free(struct xml_reader *r);
void xml_reader_freep(struct xml_reader **r);

/** Read the next record.
 * @param[out] more  false at the end: then there is no record
 * @retval CM_E_FORMAT  not well-formed, or a document type   @retval CM_E_LIMIT  beyond the limits
 * @retval CM_E_NO_MEMORY, and the source's errors. After an error nothing more is read. */
CM_MUST_CHECK cm_err xml_next(struct xml_reader *r, bool *more);
/* Fields of the present record, in the order of the file; valid until the next xml_next. Several
 * may have one name. White space around values is taken off. */
size_t xml_field_n(const struct xml_reader *r);
struct cm_slice xml_field_name(const struct xml_reader *r, size_t i);
struct cm_slice xml_field(const struct xml_reader *r, size_t i);
/* Line on which the present record began. */
uint64_t xml_line(const struct xml_reader *r);

#endif
