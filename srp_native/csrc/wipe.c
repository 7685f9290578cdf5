/* Erasing secrets. */
#include <string.h>

#include "internal.h"

/*
 * Some libc that Python runs on has no explicit_bzero, and some has no memset_s. This is a memset,
 * followed by an empty statement that may read the memory as far as the compiler knows. So the
 * compiler cannot leave the memset out.
 */
void srp_wipe(void *memory, size_t size) {
#if defined(__GNUC__)
    memset(memory, 0, size);
    __asm__ __volatile__("" : : "r"(memory) : "memory");
#else
    volatile unsigned char *byte = memory;
    while (size--) *byte++ = 0;
#endif
}

SRP_NEVER_INLINE void srp_wipe_stack(void) {
    unsigned char below[SRP_STACK_DEPTH];
    srp_wipe(below, sizeof below);
}
