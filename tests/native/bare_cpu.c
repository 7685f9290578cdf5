/* dispatch.c on a CPU that has nothing but what C11 needs. Built in its place. */
#include "internal.h"

#if SRP_X86_64
#include <cpuid.h>

static int no_answer(unsigned leaf, unsigned *a, unsigned *b, unsigned *c, unsigned *d) {
    (void)leaf, *a = *b = *c = *d = 0;
    return 0;
}
#define __get_cpuid no_answer
#endif

#include "dispatch.c"
