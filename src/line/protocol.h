/* The line protocol of a coder as data, so that a site adds one without compiling. One thing a
 * line, keys in any order, # begins a remark at the start of a line:
 *
 *     name WORD | about TEXT | source TEXT | confidence high|medium|low
 *     model slot|fifo          one text that prints until it is replaced, or a queue
 *     window N                 units in flight
 *     begin BYTES | end BYTES  of every request
 *     checksum none|sum8|xor8  of what stands between, as two hex digits before the end
 *     forbid BYTES             what no text may hold, besides control characters
 *     setup REQUEST            at each connection; up to 8, in their order
 *     unit REQUEST             one unit
 *     on REQUEST | off REQUEST printing on, printing off
 *     ack ANSWER | refuse ANSWER   up to 4 of each
 *     printed ANSWER           what it says unasked for each print
 *     status REQUEST, status-answer ANSWER, means STATE BYTES    what <state> stands for
 *     count REQUEST, count-answer ANSWER                         <count> is its print counter
 *     readback REQUEST, readback-answer ANSWER                   <value> is the text it holds
 *
 * BYTES are text with \r \n \\ and \xHH. A REQUEST may hold {field} (a text of the unit) and
 * {message}; an ANSWER <1> (any byte), <*> (any bytes up to what follows) and the name of its
 * value, <state>, or <state:1> where it is one byte. Every mistake is refused with line and column.
 * Refused as a whole: a file without `status` or `count`, since a lost answer could not be told
 * from a late one; a text that may hold the byte that ends it; an answer that another one begins.
 * docs/guide/protocols.md explains it with an example. */
#ifndef CM_LINE_PROTOCOL_H
#define CM_LINE_PROTOCOL_H

#include "base/buffer.h"
#include "line/driver.h"

#define PROTOCOL_MAX     32768u /* bytes of a file */
#define PROTOCOL_SETUPS  8u
#define PROTOCOL_ANSWERS 4u
#define PROTOCOL_MEANS   16u
#define PROTOCOL_PIECES  24u

enum piece_kind { PIECE_BYTES, PIECE_FIELD, PIECE_MESSAGE, PIECE_ONE, PIECE_ANY, PIECE_VALUE };

struct piece {
    uint16_t at, len; /* PIECE_BYTES: in line_protocol.bytes */
    uint8_t kind;     /* enum piece_kind */
    uint8_t field;    /* PIECE_FIELD */
};
_Static_assert(PROTOCOL_MAX <= UINT16_MAX, "places in the file's bytes fit a piece");
/* A request or an answer; n == 0: there is none. */
struct phrase {
    struct piece pieces[PROTOCOL_PIECES];
    size_t n;
};

enum protocol_confidence { CONFIDENCE_LOW, CONFIDENCE_MEDIUM, CONFIDENCE_HIGH };
enum protocol_checksum { CHECKSUM_NONE, CHECKSUM_SUM8, CHECKSUM_XOR8 };

struct protocol_meaning {
    enum driver_state state;
    uint16_t at, len;
};

struct line_protocol {
    char name[32];
    enum protocol_confidence confidence;
    enum protocol_checksum checksum;
    bool fifo;
    uint64_t window;
    struct phrase begin, end, forbid; /* bytes alone */
    struct phrase setups[PROTOCOL_SETUPS], unit, on, off;
    struct phrase acks[PROTOCOL_ANSWERS], refuses[PROTOCOL_ANSWERS], printed;
    struct phrase status, status_answer, count, count_answer, readback, readback_answer;
    struct protocol_meaning means[PROTOCOL_MEANS];
    size_t setup_n, ack_n, refuse_n, means_n;
    struct buffer bytes;
};

/** Read a protocol. @param[in] name  of the file in errors
 * @param[in] fields  of a unit, ended by NULL; NULL alone: only to judge the file, any name will do
 * @retval CM_E_FORMAT     diag has line and column     @retval CM_E_NOT_FOUND  a field not of ours
 * @retval CM_E_LIMIT      too long or too many         @retval CM_E_NO_MEMORY
 * On error the protocol is empty. */
CM_MUST_CHECK cm_err protocol_read(struct line_protocol *p, struct cm_slice text, const char *name,
                                   const char *const *fields, struct cm_diag *diag);
void protocol_wipe(struct line_protocol *p);

/** Judge a file for people: all rules of this format, without a run; names of fields are free.
 * @param[in] name  of the file in errors      @retval as protocol_read, CM_E_NOT_FOUND never */
CM_MUST_CHECK cm_err protocol_lint(struct cm_slice text, const char *name, struct cm_diag *diag);

/* Whether keys that are each right make a protocol together; if not, what is wrong and what to do:
 * static texts. For protocol_read. */
bool protocol_is_sound(const struct line_protocol *p, const char **problem, const char **remedy);

enum match { MATCH_NO, MATCH_PARTLY, MATCH_WHOLE };
/* Whether the bytes begin with the answer: its length and its value, if it has one. */
enum match protocol_match(const struct line_protocol *p, const struct phrase *answer,
                          struct cm_slice bytes, size_t *len, struct cm_slice *value);

#endif
