/* Products of many elements for kernel portable. */
#include "kernels/portable/portable_scalar.h"
#include "kernels/scalar_product.inc"
