/* Driving an order's job step by step, with a bar at a terminal; Ctrl-C leaves an order that can be
 * resumed. */
#ifndef CM_CLI_ORDER_DRIVE_H
#define CM_CLI_ORDER_DRIVE_H

#include "cli/command.h"

/** Until all files are sealed.
 * @retval CM_E_CANCELLED  Ctrl-C: the order stays      @retval as order.step */
CM_MUST_CHECK cm_err order_drive(struct cli *cli, uint64_t order);
/** An act that addresses files to others, order.release or order.reseal, until it is over.
 * @param[in,out] result  what its last step said
 * @retval CM_E_CANCELLED  Ctrl-C between steps: nothing went out      @retval as the act */
CM_MUST_CHECK cm_err order_change(struct cli *cli, const char *act, struct cm_slice args,
                                  struct buffer *result);
/** Show an order as the act order.show tells it. */
CM_MUST_CHECK cm_err order_show(struct cli *cli, uint64_t order);
/** {"order": N, ...}: the number in an act's result. */
CM_MUST_CHECK cm_err order_of_result(struct cm_slice result, uint64_t *order);

#endif
