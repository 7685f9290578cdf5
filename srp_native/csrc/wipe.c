/* Forgetting secrets. */
#include <string.h>

#include "internal.h"

/*
 * explicit_bzero and memset_s are each missing from some libc that Python runs on, so: a memset,
 * followed by something that might read the memory as far as the compiler knows.
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
