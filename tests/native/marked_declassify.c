/* Tells memcheck that a value is public from here on, as declassify.c says. */
#include <valgrind/memcheck.h>

#include "internal.h"

uint64_t srp_declassify(uint64_t value) {
    VALGRIND_MAKE_MEM_DEFINED(&value, sizeof value);
    return value;
}
