/* Products of many elements for kernel portable. */
#include "portable_scalar.h"
#include "scalar_product.h"
