/* A record format as it is kept: for template*.c, which makes it, and render*.c, which obeys it.
 * Head, record and tail are each a row of fields with the bytes that stand before them and one text
 * behind the last: separators, tags and line ends are such bytes, so writing knows no kinds.
 */
#ifndef CM_ORDER_TEMPLATE_INSIDE_H
#define CM_ORDER_TEMPLATE_INSIDE_H

#include "base/buffer.h"
#include "base/macros.h"
#include "doc/json.h"
#include "order/charset.h"
#include "order/plain.h"
#include "order/template.h"

#define TEMPLATE_NAME_CAP       64u /* of a format, a field, a column; with the NUL */
#define TEMPLATE_ABOUT_CAP      256u
#define TEMPLATE_FIELDS_MAX     256u /* of head, record, tail and companions together */
#define TEMPLATE_PIECES_MAX     1024u
#define TEMPLATE_LINES_MAX      64u   /* of head, of a record, of a tail */
#define TEMPLATE_LINE_MAX       4000u /* bytes of one, as it is written in the format */
#define TEMPLATE_COMPANIONS_MAX 4u
#define TEMPLATE_TEXT_PIECE_MAX 255u  /* bytes of a value or constant: record.h's `len` */
#define TEMPLATE_RAW_MAX        4096u /* bytes of a field before escapes */
#define TEMPLATE_ESCAPE_MAX     6u    /* one byte becomes at most &quot; */
#define TEMPLATE_CHARS_MAX      999u  /* width of a field */

enum template_kind { KIND_CSV, KIND_FIXED, KIND_XML, KIND_JSONL, KIND_TEXT };
#define TEMPLATE_KIND_N 5u

enum template_count { COUNT_RECORDS, COUNT_UNITS, COUNT_HASH_TOTAL };
#define TEMPLATE_COUNT_N 3u

const char *template_count_name(enum template_count count);

/* Part of a field's text. */
enum piece_kind { PIECE_TEXT, PIECE_VALUE, PIECE_CONSTANT, PIECE_COUNT };
struct template_piece {
    enum piece_kind kind;
    uint32_t which;   /* record_value, record_constant or template_count */
    uint32_t at, len; /* PIECE_TEXT: UTF-8 in `bytes` */
};

/* How text is told from the format's own bytes. */
enum escape { ESCAPE_NONE, ESCAPE_CSV_NEEDED, ESCAPE_CSV_ALWAYS, ESCAPE_XML, ESCAPE_JSON };
enum letter_case { CASE_KEEP, CASE_UPPER, CASE_LOWER };

/* What a byte of text asks for; 0: copied as it is. */
enum byte_class {
    BYTE_REFUSED = 1, /* a control character, or forbidden here */
    BYTE_REMOVED = 2,
    BYTE_ESCAPED = 4,
    BYTE_CASED = 8,
    BYTE_HIGH = 16 /* not ASCII: decode, then encode */
};

struct template_field {
    char name[TEMPLATE_NAME_CAP];
    uint32_t before_at, before_len; /* bytes written first, encoded */
    uint32_t piece, piece_n;
    uint32_t width; /* characters, exactly; 0: as many as there are */
    uint32_t most;  /* characters at most */
    enum escape escape;
    enum letter_case letters;
    char pad, quote;
    bool right;     /* the text stands to the right of its padding */
    bool optional;  /* may be empty */
    bool number;    /* JSON number: no leading zero */
    bool attribute; /* of an XML element */
    uint8_t classes[256];
    struct plain plain; /* of classes, when the field was placed */
};

struct template_part {
    uint32_t field, field_n;
    uint32_t after_at, after_len;
    size_t most; /* bytes at most, all escapes taken */
};

struct template_companion {
    struct template_part name, body;
};

struct template {
    char name[TEMPLATE_NAME_CAP], about[TEMPLATE_ABOUT_CAP], extension[TEMPLATE_NAME_CAP];
    enum template_kind kind;
    enum charset charset;
    bool wants_pin;
    int hash_value; /* record_value, or -1 */
    uint32_t values, needs, constants, needs_constants;
    struct template_part head, record, tail;
    struct template_companion companions[TEMPLATE_COMPANIONS_MAX];
    size_t companion_n;
    struct template_field fields[TEMPLATE_FIELDS_MAX];
    size_t field_n;
    struct template_piece pieces[TEMPLATE_PIECES_MAX];
    size_t piece_n;
    struct buffer bytes;
};

/* Where a text stands decides which words it may use. */
enum template_section { SECTION_HEAD, SECTION_RECORD, SECTION_TAIL, SECTION_COMPANION };

/* ---- While one is read ----------------------------------------------------------------------- */

#define DECLARED_MAX 64u /* fields that a text format names before it uses them */

struct template_reader {
    struct template *t;
    enum template_section section;
    char separator, quote;
    enum escape escape; /* of fields that follow */
    const char *eol;
    int match;              /* record_value that {match} is, or -1: its own column */
    struct cm_slice forbid; /* in every field */
    struct buffer pending;  /* bytes before the next field */
    struct template_field declared[DECLARED_MAX];
    size_t declared_n;
};

/* template_pattern.c */
/** Bytes of the format itself, before the next field; they must be in its encoding. */
CM_MUST_CHECK cm_err template_literal(struct template_reader *r, struct json_value at,
                                      struct cm_slice text);
/** The pieces of a field's text: words in braces, {{ and }} for braces themselves. */
CM_MUST_CHECK cm_err template_pattern(struct template_reader *r, struct json_value at,
                                      struct cm_slice text, struct template_field *f);
/** Text of a text format: each word in braces becomes a field. */
CM_MUST_CHECK cm_err template_text(struct template_reader *r, struct json_value at,
                                   struct cm_slice text);
/* Whether {name} has a meaning already. */
bool template_is_word(const struct template_reader *r, const char *name);
/** Bits of values and constants that a field uses. */
void template_count_uses(struct template *t, const struct template_field *f);

/* template_field.c */
/** A field object, not yet placed.  @param[in] named  it must have a "name" */
CM_MUST_CHECK cm_err template_field_read(struct template_reader *r, struct json_value v, bool named,
                                         struct template_field *f);
/** Field i of a list whose names tell them apart. */
CM_MUST_CHECK cm_err template_field_named(struct template_reader *r, struct json_value line,
                                          size_t i, struct template_field *f);
/** @retval CM_E_FORMAT  no name of an XML element */
CM_MUST_CHECK cm_err template_xml_name(struct json_value v, const char *name);
/* A field of a bare text, with the format's rules alone. */
void template_field_plain(const struct template_reader *r, struct template_field *f);
/** Put a field behind the pending bytes. */
CM_MUST_CHECK cm_err template_field_place(struct template_reader *r, struct json_value at,
                                          const struct template_field *f);

/* template_shape.c */
/** Begin and end a part: what is placed between them is its. */
void template_part_begin(struct template_reader *r, enum template_section section,
                         struct template_part *part);
CM_MUST_CHECK cm_err template_part_end(struct template_reader *r, struct template_part *part);
/** Head, record, tail and companions of the root object, by its kind. */
CM_MUST_CHECK cm_err template_shape(struct template_reader *r, struct json_value root);

/* template_companion.c */
/** Files made once beside the records. */
CM_MUST_CHECK cm_err template_companions(struct template_reader *r, struct json_value root);

#endif
