#include <stddef.h>
typedef unsigned long ULONG;
