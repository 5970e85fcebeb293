/* Records out of libxml2's pull reader. It is fed a line at a time, so that its own position tells
 * the line even beyond the 65,535 that its nodes can say. */
#include "doc/xml.h"

#include <libxml/xmlreader.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

#define PIECE_LEN  65536u /* bytes of one read of the source */
#define NODE_LINES 65535  /* libxml2 keeps lines of nodes in 16 bits */
#define OPTIONS    (XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_NOERROR | XML_PARSE_NOWARNING)

struct field {
    size_t name, name_len, value, value_len; /* places in the bytes */
};

struct xml_reader {
    struct xml_source source;
    const char *input;
    struct cm_diag *diag;
    char *record; /* local name; NULL: the root's children */
    xmlTextReader *reader;
    cm_err err; /* of the source, or the first of ours: sticky */
    uint8_t piece[PIECE_LEN];
    size_t piece_at, piece_len;
    /* the present record */
    struct buffer bytes;
    struct field fields[XML_FIELDS_MAX];
    size_t field_n;
    int depth;                  /* of its element; -1 outside */
    size_t open[XML_DEPTH_MAX]; /* fields that elements inside it opened, by their depth */
    uint64_t line;
};

/* ---- Feeding --------------------------------------------------------------------------------- */

static size_t to_line_end(const uint8_t *p, size_t len) {
    const uint8_t *end = memchr(p, '\n', len);
    return end != NULL ? (size_t)(end - p) + 1 : len;
}

/* xmlInputReadCallback: -1 is an error. */
static int feed(void *ctx, char *out, int cap) {
    struct xml_reader *r = ctx;
    if (cap <= 0) return 0;
    if (r->piece_at == r->piece_len) {
        r->piece_at = r->piece_len = 0;
        r->err = r->source.read(r->source.ctx, r->piece, sizeof r->piece, &r->piece_len);
        if (r->err != CM_OK) return -1;
    }
    const size_t left = r->piece_len - r->piece_at;
    const size_t most = left < (size_t)cap ? left : (size_t)cap;
    const size_t n = most > 0 ? to_line_end(r->piece + r->piece_at, most) : 0;
    if (n > 0) memcpy(out, r->piece + r->piece_at, n);
    r->piece_at += n;
    return (int)n;
}

/* What it would say may quote the file. */
static void say_nothing(void *ctx, xmlError *error) {
    (void)ctx;
    (void)error;
}

static void prepare(xmlTextReader *reader) {
    xmlTextReaderSetStructuredErrorHandler(reader, (xmlStructuredErrorFunc)say_nothing, NULL);
}

void xml_reader_free(struct xml_reader *r) {
    if (r == NULL) return;
    if (r->reader != NULL) xmlFreeTextReader(r->reader);
    buffer_wipe(&r->bytes);
    wipe(r->piece, sizeof r->piece);
    free(r->record);
    free(r);
}

void xml_reader_freep(struct xml_reader **r) { xml_reader_free(*r); }

cm_err xml_reader_new(struct xml_reader **out, const struct xml_source *source, const char *record,
                      const char *input, struct cm_diag *diag) {
    CM_CLEANUP(xml_reader_freep) struct xml_reader *r = calloc(1, sizeof *r);
    if (r == NULL) return CM_E_NO_MEMORY;
    r->source = *source;
    r->input = input;
    r->diag = diag;
    r->depth = -1;
    if (record != NULL && (r->record = strdup(record)) == NULL) return CM_E_NO_MEMORY;
    xmlInitParser();
    r->reader = xmlReaderForIO(feed, NULL, r, NULL, NULL, OPTIONS);
    if (r->reader == NULL) return CM_E_NO_MEMORY;
    prepare(r->reader);
    *out = take(&r);
    return CM_OK;
}

/* ---- Where ----------------------------------------------------------------------------------- */

/* Nothing behind the line was fed, and its end waits for what follows it. */
static uint64_t line_now(struct xml_reader *r) {
    const xmlNode *node = xmlTextReaderCurrentNode(r->reader);
    const long at = node != NULL ? xmlGetLineNo(node) : 0;
    if (at > 0 && at < NODE_LINES) return (uint64_t)at;
    const int line = xmlTextReaderGetParserLineNumber(r->reader);
    return line > 1 ? (uint64_t)line : 1;
}

static cm_err refuse_at(struct xml_reader *r, uint64_t line, cm_err err, const char *remedy,
                        const char *problem) {
    char place[32];
    (void)snprintf(place, sizeof place, "line %llu", (unsigned long long)line);
    r->err = err;
    return diag_fail(r->diag, err, r->input, place, remedy, "%s", problem);
}

static cm_err refuse(struct xml_reader *r, cm_err err, const char *remedy, const char *problem) {
    return refuse_at(r, line_now(r), err, remedy, problem);
}

/* The parser stopped where it stands. */
static cm_err malformed(struct xml_reader *r) {
    const int line = xmlTextReaderGetParserLineNumber(r->reader);
    return refuse_at(r, line > 0 ? (uint64_t)line : 1, CM_E_FORMAT, "check it with an XML editor",
                     "not well-formed XML");
}

static cm_err too_much(struct xml_reader *r, const char *what) {
    return refuse(r, CM_E_LIMIT, "take out what the columns do not need", what);
}

/* ---- Fields ---------------------------------------------------------------------------------- */

static cm_err put(struct xml_reader *r, const xmlChar *text, size_t len) {
    if (len > XML_RECORD_MAX || r->bytes.len > XML_RECORD_MAX - len)
        return too_much(r, "a record is longer than 65536 bytes");
    buffer_put(&r->bytes, text, len);
    return buffer_err(&r->bytes);
}

static size_t text_len(const xmlChar *text) {
    return text != NULL ? strlen((const char *)text) : 0;
}

static cm_err begin_field(struct xml_reader *r, const xmlChar *name) {
    if (r->field_n == XML_FIELDS_MAX) return too_much(r, "a record has more than 64 fields");
    struct field *f = &r->fields[r->field_n];
    *f = (struct field){.name = r->bytes.len, .name_len = text_len(name)};
    TRY(put(r, name, f->name_len));
    f->value = r->bytes.len;
    r->field_n++;
    return CM_OK;
}

/* Text of an element whose children have ended goes on where it may: behind the last byte. */
static cm_err add_value(struct xml_reader *r, size_t field, const xmlChar *text) {
    struct field *f = &r->fields[field];
    const size_t len = text_len(text);
    if (f->value + f->value_len != r->bytes.len) { /* a child came between: move it to the end */
        const size_t at = r->bytes.len;
        if (f->value_len > XML_RECORD_MAX - at) return too_much(r, "a record is too long");
        if (buffer_reserve(&r->bytes, f->value_len) == NULL) return CM_E_NO_MEMORY;
        memcpy(r->bytes.p + at, r->bytes.p + f->value, f->value_len);
        r->bytes.len += f->value_len;
        f->value = at;
    }
    TRY(put(r, text, len));
    f->value_len += len;
    return CM_OK;
}

static cm_err read_attributes(struct xml_reader *r) {
    while (xmlTextReaderMoveToNextAttribute(r->reader) == 1) {
        if (xmlTextReaderIsNamespaceDecl(r->reader) == 1) continue;
        TRY(begin_field(r, xmlTextReaderConstLocalName(r->reader)));
        TRY(add_value(r, r->field_n - 1, xmlTextReaderConstValue(r->reader)));
    }
    return xmlTextReaderMoveToElement(r->reader) >= 0 ? CM_OK : CM_E_FORMAT;
}

static bool space(uint8_t c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

size_t xml_field_n(const struct xml_reader *r) { return r->field_n; }
uint64_t xml_line(const struct xml_reader *r) { return r->line; }

struct cm_slice xml_field_name(const struct xml_reader *r, size_t i) {
    return slice_of(r->bytes.p + r->fields[i].name, r->fields[i].name_len);
}

struct cm_slice xml_field(const struct xml_reader *r, size_t i) {
    struct cm_slice v = slice_of(r->bytes.p + r->fields[i].value, r->fields[i].value_len);
    for (; v.len > 0 && space(v.p[0]); v.len--)
        v.p++;
    while (v.len > 0 && space(v.p[v.len - 1]))
        v.len--;
    return v;
}

/* ---- Records --------------------------------------------------------------------------------- */

static bool is_record(const struct xml_reader *r, int depth) {
    if (r->record == NULL) return depth == 1;
    return strcmp((const char *)xmlTextReaderConstLocalName(r->reader), r->record) == 0;
}

static cm_err begin_record(struct xml_reader *r, int depth) {
    buffer_clear(&r->bytes);
    r->field_n = 0;
    r->depth = depth;
    r->line = line_now(r);
    return read_attributes(r);
}

static cm_err on_element(struct xml_reader *r, bool *whole) {
    const int depth = xmlTextReaderDepth(r->reader);
    const bool empty = xmlTextReaderIsEmptyElement(r->reader) == 1;
    if (depth >= (int)XML_DEPTH_MAX) return too_much(r, "elements lie too deep");
    if (r->depth >= 0) {
        r->open[depth] = r->field_n;
        return begin_field(r, xmlTextReaderConstLocalName(r->reader));
    }
    if (!is_record(r, depth)) return CM_OK;
    TRY(begin_record(r, depth));
    *whole = empty;
    return CM_OK;
}

/* Text of the record's own element, between its children, is nobody's. */
static cm_err on_text(struct xml_reader *r) {
    const int depth = xmlTextReaderDepth(r->reader) - 1; /* of the element around it */
    if (r->depth < 0 || depth <= r->depth) return CM_OK;
    return add_value(r, r->open[depth], xmlTextReaderConstValue(r->reader));
}

static cm_err on_node(struct xml_reader *r, bool *whole) {
    switch (xmlTextReaderNodeType(r->reader)) {
    case XML_READER_TYPE_ELEMENT: return on_element(r, whole);
    case XML_READER_TYPE_TEXT:
    case XML_READER_TYPE_CDATA: return on_text(r);
    case XML_READER_TYPE_END_ELEMENT:
        *whole = r->depth >= 0 && xmlTextReaderDepth(r->reader) == r->depth;
        return CM_OK;
    case XML_READER_TYPE_DOCUMENT_TYPE:
    case XML_READER_TYPE_ENTITY_REFERENCE:
        return refuse(r, CM_E_FORMAT, "write the file without <!DOCTYPE> and entities",
                      "a document type or an entity");
    default: return CM_OK;
    }
}

cm_err xml_next(struct xml_reader *r, bool *more) {
    bool whole = false;
    *more = false;
    if (r->err != CM_OK) return r->err;
    r->depth = -1;
    while (!whole) {
        const int read = xmlTextReaderRead(r->reader);
        if (read == 0) return CM_OK;
        if (r->err != CM_OK) return r->err; /* the source's */
        if (read < 0) return malformed(r);
        const cm_err err = on_node(r, &whole);
        if (err != CM_OK) r->err = err;
        TRY(err);
    }
    *more = true;
    return CM_OK;
}
