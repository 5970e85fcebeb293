/* The table of our own dot-matrix fonts, made at build from fonts/. */
#ifndef CM_SYMBOL_BITFONT_SHIPPED_H
#define CM_SYMBOL_BITFONT_SHIPPED_H

#include "base/shipped_file.h"

extern const struct shipped_file shipped_fonts[];

#endif
