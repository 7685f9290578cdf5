/* 2^x mod N for kernel portable. */
#include "portable_scalar.h"
#include "scalar_comb.h"
