/* The text of one ticket as a command is given it: an argument, or the first line of --file (or of
 * standard input, "-"). It goes into memory that is wiped, and into no error. */
#ifndef CM_CLI_TICKET_TEXT_H
#define CM_CLI_TICKET_TEXT_H

#include "cli/command.h"

#define TICKET_TEXT_OPTION                                                                         \
    { "file", OPTION_TEXT, "FILE|-", "the ticket's text stands there", NULL, false }

/** @param[in,out] out  empty; buffer_wipe it
 * @retval CM_E_ARGUMENT  none given, or two      @retval as file_read */
CM_MUST_CHECK cm_err ticket_text_read(struct cli *cli, struct buffer *out);

#endif
