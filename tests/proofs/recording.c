/* The trace that recording.h appends to, and its file: records of 24 bytes, little-endian. */
#include "recording.h"

#define HANDLE UINT64_C(0xC0DE0000)
#define CONSTANTS_BELOW (UINT64_C(1) << 61)

typedef struct {
    uint16_t op, size;
    uint32_t a, b, c;
    uint64_t value;
} step;

_Static_assert(sizeof(step) == 24, "trace.py reads as many");

/* Where limbs of 64 bits are constants, a read of what was not written is one of this alone. */
#define NOBODYS UINT64_C(0xFEFEFEFEFEFEFEFE)
static int whole_words;

void record_whole_words(int whole) { whole_words = whole; }

static step *steps;
static size_t count, room;

void record_refuse(const char *why) {
    fprintf(stderr, "recording: %s\n", why);
    exit(3);
}

static uint64_t append(step s) {
    if (count == room) {
        room = room ? 2 * room : 1 << 16;
        steps = realloc(steps, room * sizeof *steps);
        if (!steps) record_refuse("out of memory");
    }
    steps[count] = s;
    return HANDLE << 32 | count++;
}

/* Step 0 is the constant 0, which is most of what is not there. */
static uint32_t step_of(uint64_t handle) {
    if (!count) append((step){OP_CONSTANT, 0, 0, 0, 0, 0});
    if (!handle) return 0;
    if (handle >> 32 == HANDLE) {
        if ((handle & 0xFFFFFFFF) >= count) record_refuse("a handle that nobody gave out");
        return (uint32_t)handle;
    }
    if (handle >= CONSTANTS_BELOW && (!whole_words || handle == NOBODYS)) record_refuse("a read of what was not written");
    return (uint32_t)append((step){OP_CONSTANT, 0, 0, 0, 0, handle});
}

uint64_t record_constant(uint64_t value) {
    return value < CONSTANTS_BELOW ? value : append((step){OP_CONSTANT, 0, 0, 0, 0, value});
}

uint64_t record(record_op op, unsigned size, uint64_t a, uint64_t b, uint64_t c) {
    uint32_t from[3] = {step_of(a), step_of(b), step_of(c)};
    return append((step){(uint16_t)op, (uint16_t)size, from[0], from[1], from[2], 0});
}

uint64_t record_value(record_op op, unsigned size, uint64_t a, uint64_t value) {
    uint32_t from = step_of(a);
    return append((step){(uint16_t)op, (uint16_t)size, from, 0, 0, value});
}

const uint64_t *record_table;
size_t record_table_words;

#define REGIONS 8
static struct {
    const uint8_t *bytes;
    size_t size;
} regions[REGIONS];
static unsigned region_count;

void record_region(const uint8_t *bytes, size_t size) {
    if (region_count == REGIONS) record_refuse("too many regions");
    regions[region_count].bytes = bytes;
    regions[region_count++].size = size;
}

static unsigned region_of(const uint8_t *bytes) {
    uintptr_t at = (uintptr_t)bytes;
    for (unsigned i = 0; i < region_count; i++) {
        uintptr_t start = (uintptr_t)regions[i].bytes;
        if (at >= start && at < start + regions[i].size) return i;
    }
    return REGIONS;
}

int record_knows(const uint8_t *bytes) { return region_of(bytes) < REGIONS; }

unsigned record_find(const uint8_t *bytes, size_t *offset) {
    unsigned region = region_of(bytes);
    if (region == REGIONS) record_refuse("bytes outside every region");
    *offset = (size_t)(bytes - regions[region].bytes);
    return region;
}

static unsigned rounding;

unsigned record_rounding(unsigned towards_zero) {
    unsigned before = rounding;
    rounding = towards_zero;
    return before;
}

/*
 * Recorded programs are linked with --wrap=radix52_window: which bytes an index is made of is in
 * the trace. test_windows.py tries the function itself.
 */
srp_index __wrap_radix52_window(const uint8_t *bytes, size_t length, size_t position,
                                unsigned width);
srp_index __wrap_radix52_window(const uint8_t *bytes, size_t length, size_t position,
                                unsigned width) {
    if (position % 8 + width > 16) record_refuse("a window of more than two bytes");
    return index_of_bits(bytes, length, position, width);
}

void record_write(const char *path) {
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(steps, sizeof *steps, count, file) != count || fclose(file))
        record_refuse("the trace cannot be written");
}
