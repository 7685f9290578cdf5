/* Kernel portable: powers of 2, powers of any base and products, over portable_field.c. */
#include "kernels/portable/portable.h"

#define KERNEL(name) portable_##name
#define FIELD(name) field_##name
#define DIGITS SRP_DIGITS
#define DIGIT_BITS SRP_DIGIT_BITS
/*
 * bit / 60 for bit < 2^16. Division by a constant is a multiplication, at every optimisation level
 * but 0 and -Os.
 */
#define DIGIT_OF_BIT(bit) index_scale(bit, 0x8889, 21)
#define MONTGOMERY_ONE srp_montgomery_one
#define MONTGOMERY_R2 srp_montgomery_r2
#define COMB_TABLE srp_comb_table

#include "kernels/scalar_window.inc"
#include "kernels/scalar_comb.inc"
#include "kernels/scalar_product.inc"
