/* 2^x mod N for kernel portable. */
#include "kernels/portable/portable_scalar.h"
#include "kernels/scalar_comb.inc"
