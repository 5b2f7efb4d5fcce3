/* Warnings: what is allowed but probably not meant. Unused names, places nobody reaches, figures that count a
 * cause twice. */
#include "lang/build.h"

void sq_build_warn(sq_build *b) { (void)b; }
