/* The text of one ticket as a command is given it: an argument, or the first line of --file (or of
 * standard input, "-"). It goes into memory that is wiped, and into no error. */
#ifndef CM_CLI_TICKET_TEXT_H
#define CM_CLI_TICKET_TEXT_H

#include "base/zone.h"
#include "cli/command.h"

#define TICKET_TEXT_OPTION                                                                         \
    { "file", OPTION_TEXT, "FILE|-", "the ticket's text stands there", NULL, false }

/** @param[in,out] out  empty; buffer_wipe it
 * @retval CM_E_ARGUMENT  none given, or two      @retval as file_read */
CM_MUST_CHECK cm_err ticket_text_read(struct cli *cli, struct buffer *out);

/** The zone of --zone. @param[out] zone  zone_free it; untouched without the option
 * @retval as zone_load */
CM_MUST_CHECK cm_err zone_option(struct cli *cli, struct zone **zone);

#endif
