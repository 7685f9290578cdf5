/*
 * Where a value that was computed from secrets becomes public. It has a file of its own, so that
 * tests/native can put one in its place that tells valgrind. Any other secret that decides a branch
 * is still reported.
 */
#include "internal.h"

uint64_t srp_declassify(uint64_t value) { return value; }
