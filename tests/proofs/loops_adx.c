/* loops.h for kernel adx. */
#include "kernels/adx/adx.h"

#define KERNEL(name) adx_##name
#define FIELD(name) adx_##name
#define DIGITS SRP_ADX_LIMBS
#define DIGIT_BITS 64
#include "loops_scalar.h"
