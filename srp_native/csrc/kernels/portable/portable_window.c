/* base^exponent mod N for kernel portable. */
#include "kernels/portable/portable_scalar.h"
#include "kernels/scalar_window.inc"
