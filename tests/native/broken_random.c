/* A system without random bytes. */
#include "internal.h"

int srp_random(uint8_t *out, size_t size) {
    (void)out, (void)size;
    return 0;
}
