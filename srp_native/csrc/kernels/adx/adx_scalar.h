/* What scalar_comb.inc, scalar_window.inc and scalar_product.inc ask of a kernel, for kernel adx. */
#ifndef SRP_ADX_SCALAR_H
#define SRP_ADX_SCALAR_H

#include "internal.h"

#define KERNEL(name) adx_##name
#define FIELD(name) adx_##name
#define DIGITS SRP_ADX_LIMBS
#define DIGIT_BITS 64
#define DIGIT_OF_BIT(bit) ((bit) >> 6)
#define MONTGOMERY_ONE srp_adx_montgomery_one
#define MONTGOMERY_R2 srp_adx_montgomery_r2
#define COMB_TABLE srp_adx_comb_table

#endif
