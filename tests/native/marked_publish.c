/* Tells memcheck that a value is public from here on, as publish.c says. */
#include <valgrind/memcheck.h>

#include "internal.h"

uint64_t srp_public(uint64_t value) {
    VALGRIND_MAKE_MEM_DEFINED(&value, sizeof value);
    return value;
}
