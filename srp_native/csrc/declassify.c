/*
 * Where a value that was computed from secrets becomes public. On its own in a file so that
 * tests/native can tell valgrind so: whatever else decides a branch is still reported.
 */
#include "internal.h"

uint64_t srp_declassify(uint64_t value) { return value; }
