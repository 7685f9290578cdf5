/* Kernel adx: powers of 2, powers of any base and products, over adx_field.c. */
#include "kernels/adx/adx.h"

#if SRP_X86_64

#define KERNEL(name) adx_##name
#define FIELD(name) adx_##name
#define DIGITS SRP_ADX_LIMBS
#define DIGIT_BITS 64
#define DIGIT_OF_BIT(bit) index_scale(bit, 1, 6)
#define MONTGOMERY_ONE srp_adx_montgomery_one
#define MONTGOMERY_R2 srp_adx_montgomery_r2
#define COMB_TABLE srp_adx_comb_table

#include "kernels/scalar_window.inc"
#include "kernels/scalar_comb.inc"
#include "kernels/scalar_product.inc"

#endif
