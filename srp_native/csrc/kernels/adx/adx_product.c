/* Products of many elements for kernel adx. */
#include "adx_scalar.h"

#if SRP_HAS_ADX
#include "kernels/scalar_product.inc"
#endif
