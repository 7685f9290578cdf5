/* loops.h for kernel portable. */
#include "kernels/portable/portable.h"

#define KERNEL(name) portable_##name
#define FIELD(name) field_##name
#define DIGITS SRP_DIGITS
#define DIGIT_BITS SRP_DIGIT_BITS
#include "loops_scalar.h"
