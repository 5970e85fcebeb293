/* What went wrong on the way to a printer, in words for the one who stands before it. */
#include <errno.h>

#include "base/file.h"
#include "base/text.h"
#include "line/link_kind.h"

void link_explain(const struct link *lk, int number, char out[LINK_WORDS_CAP]) {
    out[0] = '\0';
    switch (number) {
    case ECONNREFUSED:
        text_append(out, LINK_WORDS_CAP, "connection refused: is the printer on, is port %u right?",
                    lk->uri.port);
        break;
    case ETIMEDOUT:
        text_append(out, LINK_WORDS_CAP, "%s",
                    lk->phase == LINK_UP ? "the printer is gone: check its power and its cable"
                                         : "nobody answers: check power, cable and address");
        break;
    case EHOSTUNREACH:
    case EHOSTDOWN:
        text_append(out, LINK_WORDS_CAP, "no way to the printer: check its cable and address");
        break;
    case ENETUNREACH:
    case ENETDOWN:
        text_append(out, LINK_WORDS_CAP, "no network: check this computer's cable");
        break;
    case ECONNRESET:
    case EPIPE: text_append(out, LINK_WORDS_CAP, "the printer cut the connection"); break;
    case EACCES:
    case EPERM:
        text_append(out, LINK_WORDS_CAP, "this computer does not allow the connection");
        break;
    default: text_append(out, LINK_WORDS_CAP, "%s", file_errno_text(number)); break;
    }
}
