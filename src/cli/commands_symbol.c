/* The table of commands for symbols. What they do is said in cmd_symbol.h; here stands how people
 * ask for it. */
#include "cli/command.h"

const struct command symbol_commands[] = {
    {"symbol", cmd_symbol, "draw codes as symbols: files, ZIP, PDF pages, sheets of labels",
     NEEDS_LATER | NEEDS_CALM,
     "BATCH|--from FILE.csv|--text TEXT|--gs1 ELEMENTS --out FILE|DIR/|FILE.zip|FILE.pdf", 0, 1,
     symbol_options,
     "  countermark symbol monday --type qr --format svg --out monday.zip\n"
     "  countermark symbol monday --type gs1-datamatrix --gs1 '(01){gtin}(21){code}' --out dm/\n"
     "  countermark symbol monday --sheet a4-24 --line '{printed}' --out labels.pdf\n"
     "  countermark symbol --text HELLO --type datamatrix --out hello.png\n"
     "  countermark symbol --text '(01)09506000134352(21)7NQ4K2' --type gs1-datamatrix --out "
     "p.png\n",
     NULL, NULL},
    {NULL, NULL, NULL, 0, NULL, 0, 0, NULL, NULL, NULL, NULL}};
