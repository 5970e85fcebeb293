/* Folders of orders below WORKSPACE/orders: where they lie, copying one out, removing one. They are
 * flat: files alone. */
#ifndef CM_VAULT_ORDER_FOLDER_H
#define CM_VAULT_ORDER_FOLDER_H

#include "vault/order.h"

#define ORDER_PATH_CAP 1024u

/** WORKSPACE/orders, made if it is not there. @retval CM_E_RANGE, CM_E_IO, CM_E_NO_SPACE */
CM_MUST_CHECK cm_err order_folder_parent(const char *workspace, char out[ORDER_PATH_CAP],
                                         struct cm_diag *diag);
/** Path of a folder of an order. @retval CM_E_RANGE */
CM_MUST_CHECK cm_err order_folder_path(const char *workspace, const char *name,
                                       char out[ORDER_PATH_CAP], struct cm_diag *diag);
/** Path of a file in a folder of an order. @retval CM_E_RANGE */
CM_MUST_CHECK cm_err order_folder_file(const char *workspace, const char *name, const char *file,
                                       char out[ORDER_PATH_CAP], struct cm_diag *diag);
/** Remove a folder and its files; one that is not there is fine. @retval CM_E_IO, CM_E_DENIED */
CM_MUST_CHECK cm_err order_folder_remove(const char *path, struct cm_diag *diag);

/* Folder of a part below WORKSPACE/orders: "ORDER-000012", "ORDER-000012-PINS.held". */
#define ORDER_FOLDER_CAP 64u
void order_folder_name(const struct order *o, size_t part, bool held, char out[ORDER_FOLDER_CAP]);
/** Whether a file of a sealed order is not in its held folder, or has another length; what is
 * changed otherwise, its release finds. @retval CM_E_RANGE, CM_E_IO, CM_E_DENIED */
CM_MUST_CHECK cm_err order_held_lost(const char *workspace, const struct order *o, bool *lost,
                                     struct cm_diag *diag);
/** Give the folders of an order the names that the ledger says they have, where a stop came between
 * both; folders that lie elsewhere are not looked for. @retval as bundle_finish */
CM_MUST_CHECK cm_err order_folders_settle(const char *workspace, const struct order *o,
                                          struct cm_diag *diag);

#endif
