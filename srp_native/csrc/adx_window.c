/* base^exponent mod N for kernel adx. */
#include "adx_scalar.h"

#if SRP_HAS_ADX
#include "scalar_window.h"
#endif
