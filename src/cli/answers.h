/* Answers of one round for people and programs: an array in one record, and the exit code that goes
 * with it: negative as soon as one answer is no. */
#ifndef CM_CLI_ANSWERS_H
#define CM_CLI_ANSWERS_H

#include "cli/ask.h"
#include "cli/command.h"
#include "doc/json_write.h"

/** Show a->answers[0 .. n). @param[in] put  writes one of them as an object
 * @retval as output_record */
CM_MUST_CHECK cm_err answers_show(struct cli *cli, const struct asker *a, size_t n,
                                  void (*put)(const struct asker *a, size_t i,
                                              struct json_writer *w));

#endif
