/*
 * Standard base64 (RFC 4648, section 4) by arithmetic: the usual table of characters would be read
 * at addresses that tell the password.
 */
#include <string.h>

#include "internal.h"

/* Characters that are worked on at once, so that the loops over them become vector code. */
#define RUN 64

/* All ones when a < b, else 0; both below 128. Bytes throughout: 16 to a vector. */
static uint8_t below(uint8_t a, uint8_t b) { return (uint8_t)(0 - ((uint8_t)(a - b) >> 7)); }

/* The character of 6 bits: each range of the alphabet moves what lies above it. */
static uint8_t character(uint8_t bits) {
    uint8_t moved = (uint8_t)(bits + 'A');
    moved = (uint8_t)(moved + (below(25, bits) & ('a' - 'A' - 26)));
    moved = (uint8_t)(moved - (below(51, bits) & ('a' + 26 - '0')));
    moved = (uint8_t)(moved - (below(61, bits) & ('0' + 10 - '+')));
    return (uint8_t)(moved + (below(62, bits) & ('/' - '+' - 1)));
}

/* `value` where first <= c <= last, else 0; c below 128. */
static uint8_t within(uint8_t c, uint8_t first, uint8_t last, uint8_t value) {
    return (uint8_t)(below((uint8_t)(first - 1), c) & below(c, (uint8_t)(last + 1)) & value);
}

/* The 6 bits of a character, or 255 when the alphabet does not have it. */
static uint8_t six_bits(uint8_t c) {
    uint8_t ascii = c & 0x7F; /* every range counts from 1, so that 0 is none of them */
    uint8_t found = within(ascii, 'A', 'Z', (uint8_t)(ascii - 'A' + 1));
    found |= within(ascii, 'a', 'z', (uint8_t)(ascii - 'a' + 27));
    found |= within(ascii, '0', '9', (uint8_t)(ascii - '0' + 53));
    found |= within(ascii, '+', '+', 63);
    found |= within(ascii, '/', '/', 64);
    return (uint8_t)((found & ~(0 - (c >> 7))) - 1);
}

size_t base64_encode(uint8_t *text, const uint8_t *bytes, size_t length) {
    uint8_t bits[RUN] = {0}, last[3] = {0};
    size_t size = (length + 2) / 3 * 4;
    for (size_t start = 0; start < size; start += RUN) {
        size_t run = size - start < RUN ? size - start : RUN;
        for (size_t i = 0; i < run; i += 4) {
            size_t at = (start + i) / 4 * 3;
            const uint8_t *group = bytes + at;
            if (length - at < 3) {
                for (size_t j = 0; j < length - at; j++) last[j] = group[j];
                group = last;
            }
            uint32_t three = (uint32_t)group[0] << 16 | (uint32_t)group[1] << 8 | group[2];
            for (int j = 0; j < 4; j++) bits[i + (size_t)j] = three >> (18 - 6 * j) & 63;
        }
        for (size_t i = 0; i < RUN; i++) bits[i] = character(bits[i] & 63);
        memcpy(text + start, bits, run);
    }
    for (size_t i = 1; i <= (3 - length % 3) % 3; i++) text[size - i] = '=';
    srp_wipe(bits, sizeof bits);
    srp_wipe(last, sizeof last);
    return size;
}

size_t base64_decode(uint8_t *bytes, size_t room, const uint8_t *text, size_t length) {
    uint8_t bits[RUN], wrong = 0;
    if (!length || length % 4) return 0;
    size_t padding = (size_t)(text[length - 1] == '=') + (text[length - 2] == '=');
    padding = (size_t)srp_public(padding);
    size_t size = length / 4 * 3 - padding;
    if (size > room) return 0;
    for (size_t start = 0; start < length; start += RUN) {
        size_t run = length - start < RUN ? length - start : RUN;
        memset(bits, 'A', sizeof bits); /* which stands for 0, as padding does */
        memcpy(bits, text + start, start + run == length ? run - padding : run);
        for (size_t i = 0; i < RUN; i++) bits[i] = six_bits(bits[i]);
        for (size_t i = 0; i < RUN; i++) wrong |= bits[i] >> 6;
        for (size_t i = 0; i < run; i += 4) {
            uint32_t group = 0;
            for (size_t j = i; j < i + 4; j++) group = group << 6 | (bits[j] & 63);
            size_t to = (start + i) / 4 * 3;
            for (size_t j = 0; j < 3; j++) {
                uint8_t byte = (uint8_t)(group >> (16 - 8 * j) & 0xFF);
                if (to + j < size)
                    bytes[to + j] = byte;
                else
                    wrong |= byte; /* bits that stand for nothing must be 0 */
            }
        }
    }
    srp_wipe(bits, sizeof bits);
    return srp_public(wrong) ? 0 : size;
}
