/* What scalar_comb.inc, scalar_window.inc and scalar_product.inc ask of a kernel, for kernel portable. */
#ifndef SRP_PORTABLE_SCALAR_H
#define SRP_PORTABLE_SCALAR_H

#include "internal.h"

#define KERNEL(name) portable_##name
#define FIELD(name) field_##name
#define DIGITS SRP_DIGITS
#define DIGIT_BITS SRP_DIGIT_BITS
/*
 * bit / 60 for bit < 2^16. Division by a constant is a multiplication, at every optimisation level
 * but 0 and -Os.
 */
#define DIGIT_OF_BIT(bit) ((bit) * 0x8889 >> 21)
#define MONTGOMERY_ONE srp_montgomery_one
#define MONTGOMERY_R2 srp_montgomery_r2
#define COMB_TABLE srp_comb_table

#endif
