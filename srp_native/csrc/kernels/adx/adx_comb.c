/* 2^x mod N for kernel adx. */
#include "adx_scalar.h"

#if SRP_HAS_ADX
#include "kernels/scalar_comb.inc"
#endif
