/* A ZPL label template, compiled once: a stored format for the printer and, for each unit, a recall
 * that is a few copies. A template is one ordinary label, ^XA to ^XZ, whose changing field data
 * names fields in braces:
 *
 *     ^XA^FO40,40^BXN,6,200,,,,@^FD@101{gtin}21{code}^FS^FO40,300^A0N,30,30^FD{human}^FS^XZ
 *
 * It refuses commands that would store, recall, repeat or reprint by themselves, those that change
 * the prefixes, and whatever acts at once (~). In texts a GS (byte 1D) is FNC1 inside a DataMatrix
 * with an escape character, or in Code 128, where > is said as >0; ^ and ~ need ^FH before ^FD.
 * References: ZPL II Programming Guide (^DF, ^XF, ^FN, ^BX, ^FH). */
#ifndef CM_LINE_ZPL_LABEL_H
#define CM_LINE_ZPL_LABEL_H

#include "base/buffer.h"
#include "line/driver.h"

#define ZPL_LABEL_MAX  65536u /* bytes of a template; printers' RAM: is larger */
#define ZPL_PIECES_MAX 96u

struct zpl_piece {
    bool is_field;
    size_t at, len; /* literal: in zpl_label.bytes */
    size_t field;
    char hex;    /* ^FH's character, or NUL */
    char escape; /* of the symbol, or NUL */
    bool bars;   /* Code 128: > begins an invocation */
};

struct zpl_label {
    struct buffer stored; /* sent once a connection */
    struct buffer bytes;  /* of the literal pieces */
    struct zpl_piece pieces[ZPL_PIECES_MAX];
    size_t n;
};

/** Compile a template. @param[in] name  of the template in errors
 * @param[in] fields  of a unit, ended by NULL; NULL alone: only to judge the template
 * @retval CM_E_FORMAT     diag has line and column    @retval CM_E_NOT_FOUND  a field not of ours
 * @retval CM_E_LIMIT      too long or too many pieces @retval CM_E_NO_MEMORY
 * On error the label is empty. */
CM_MUST_CHECK cm_err zpl_label_compile(struct zpl_label *label, struct cm_slice text,
                                       const char *name, const char *const *fields,
                                       struct cm_diag *diag);
void zpl_label_free(struct zpl_label *label);

/** Append the recall of one unit.
 * @retval CM_E_FORMAT  a byte that cannot stand there: something may have been appended */
CM_MUST_CHECK cm_err zpl_label_recall(const struct zpl_label *label, const struct unit *u,
                                      struct buffer *out, struct cm_diag *diag);

#endif
