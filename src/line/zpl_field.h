/* The part of reading ZPL that knows what fields look like: fonts, symbols, boxes, and what their
 * data says. Between zpl_page.c and zpl_field.c; it refuses nothing, what it does not know it
 * notes. References as in zpl_page.h. */
#ifndef CM_LINE_ZPL_FIELD_H
#define CM_LINE_ZPL_FIELD_H

#include "line/zpl_page.h"

struct zpl_reader {
    struct zpl_page *page;
    char name[2];       /* of the command that is being read */
    bool inside;        /* between ^XA and ^XZ */
    bool storing, done; /* ^DF; the label is complete */
    size_t kept;        /* marks of the stored format */
    uint32_t home_x, home_y;
    uint32_t font_height, font_width, module, bars;

    struct zpl_mark field; /* up to ^FS */
    bool placed, has_data;
    char hex, escape;
    struct cm_slice data;
    char escapes[ZPL_MARKS_MAX]; /* of each mark of the page */
};

/* A line that is noted once. */
void zpl_note(struct zpl_reader *r, const char *text);
void zpl_note_command(struct zpl_reader *r, const char *problem);
/* The i-th value between commas, without blanks around it. */
struct cm_slice zpl_value(struct cm_slice values, size_t i);
uint32_t zpl_number(struct cm_slice values, size_t i, uint32_t otherwise);

/* ^A, ^BX, ^BQ, ^BC, ^GB: false for any other command. */
bool zpl_field_shape(struct zpl_reader *r, struct cm_slice values);
/* What ^FD says in that field: ^FH's hex first, then the symbol's own escapes. */
void zpl_field_data(struct zpl_reader *r, struct zpl_mark *m, struct cm_slice data, char hex,
                    char escape);

#endif
