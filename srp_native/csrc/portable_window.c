/* base^exponent mod N for kernel portable. */
#include "portable_scalar.h"
#include "scalar_window.h"
