/*
 * Standard base64 (RFC 4648, section 4) by arithmetic: the usual table of characters would be read
 * at addresses that tell the password. Runs of 64 characters at a time, so that the loops over them
 * become vector code; base64_ssse3.c does a run in less.
 */
#include <string.h>

#include "internal.h"

/* All ones when a < b, else 0; both below 128. Bytes throughout: 16 to a vector. */
static uint8_t below(uint8_t a, uint8_t b) { return (uint8_t)(0 - ((int8_t)a < (int8_t)b)); }

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

/* The 48 bits of six bytes, and 6 of them in each byte. */
static uint64_t spread(uint64_t bits) {
    bits = (bits & 0x0000FFFFFF000000) << 8 | (bits & 0x0000000000FFFFFF);
    bits = (bits & 0x00FFF00000FFF000) << 4 | (bits & 0x00000FFF00000FFF);
    return (bits & 0x0FC00FC00FC00FC0) << 2 | (bits & 0x003F003F003F003F);
}

static uint64_t join(uint64_t bits) {
    bits = (bits & 0x3F003F003F003F00) >> 2 | (bits & 0x003F003F003F003F);
    bits = (bits & 0x0FFF00000FFF0000) >> 4 | (bits & 0x00000FFF00000FFF);
    return (bits & 0x00FFFFFF00000000) >> 8 | (bits & 0x0000000000FFFFFF);
}

void base64_encode_portable(uint8_t *text, const uint8_t *bytes) {
    for (size_t i = 0; i < BASE64_RUN / 8; i++)
        store_64(text + 8 * i, spread(load_64(bytes + 6 * i) >> 16));
    for (size_t i = 0; i < BASE64_RUN; i++) text[i] = character(text[i]);
}

uint8_t base64_decode_portable(uint8_t *bytes, const uint8_t *text) {
    uint8_t bits[BASE64_RUN], wrong = 0;
    for (size_t i = 0; i < BASE64_RUN; i++) bits[i] = six_bits(text[i]);
    for (size_t i = 0; i < BASE64_RUN; i++) wrong |= bits[i] >> 6;
    for (size_t i = 0; i < BASE64_RUN / 8; i++)
        store_64(bytes + 6 * i, join(load_64(bits + 8 * i)) << 16);
    srp_wipe(bits, sizeof bits);
    return wrong;
}

static size_t at_most(size_t size, size_t limit) { return size < limit ? size : limit; }

size_t base64_encode(uint8_t *text, const uint8_t *bytes, size_t length) {
    const base64_runs *runs = srp_base64_runs();
    uint8_t group[BASE64_ROOM] = {0}, characters[BASE64_RUN];
    size_t size = (length + 2) / 3 * 4, start = 0, done = 0;
    for (; done + BASE64_ROOM <= length; start += BASE64_RUN, done += BASE64_BYTES)
        runs->encode(text + start, bytes + done);
    /* What would be read past is copied first. */
    for (; start < size; start += BASE64_RUN, done += BASE64_BYTES) {
        size_t part = at_most(length - done, BASE64_BYTES);
        memcpy(group, bytes + done, part);
        memset(group + part, 0, BASE64_BYTES - part);
        runs->encode(characters, group);
        memcpy(text + start, characters, at_most(size - start, BASE64_RUN));
    }
    for (size_t i = 1; i <= (3 - length % 3) % 3; i++) text[size - i] = '=';
    srp_wipe(characters, sizeof characters);
    srp_wipe(group, sizeof group);
    return size;
}

size_t base64_decode(uint8_t *bytes, size_t room, const uint8_t *text, size_t length) {
    const base64_runs *runs = srp_base64_runs();
    uint8_t group[BASE64_ROOM], characters[BASE64_RUN], wrong = 0;
    if (!length || length % 4) return 0;
    size_t padding = (size_t)(text[length - 1] == '=') + (text[length - 2] == '=');
    padding = (size_t)srp_declassify(padding);
    size_t size = length / 4 * 3 - padding;
    if (size > room) return 0;
    size_t start = 0, done = 0;
    for (; done + BASE64_ROOM <= size; start += BASE64_RUN, done += BASE64_BYTES)
        wrong |= runs->decode(bytes + done, text + start);
    /* What would be written past is copied afterwards. */
    for (; start < length; start += BASE64_RUN, done += BASE64_BYTES) {
        size_t given = at_most(length - padding - start, BASE64_RUN);
        size_t part = at_most(size - done, BASE64_BYTES);
        memcpy(characters, text + start, given);
        memset(characters + given, 'A', BASE64_RUN - given); /* stands for 0, as padding does */
        wrong |= runs->decode(group, characters);
        memcpy(bytes + done, group, part);
        /* Bits that stand for nothing must be 0. */
        for (size_t i = part; i < BASE64_BYTES; i++) wrong |= group[i];
    }
    srp_wipe(characters, sizeof characters);
    srp_wipe(group, sizeof group);
    return srp_declassify(wrong) ? 0 : size;
}
