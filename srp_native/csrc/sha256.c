/* SHA-256, FIPS 180-4 section 6.2. The address of a table lookup depends only on the round. */
#include <string.h>

#include "internal.h"

const uint32_t sha256_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t word, unsigned bits) { return word >> bits | word << (32 - bits); }

static uint32_t load(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void store(uint8_t *bytes, uint32_t word) {
    for (int i = 0; i < 4; i++) bytes[i] = (uint8_t)(word >> (24 - 8 * i));
}

static void compress_block(sha256_context *context, const uint8_t *block) {
    uint32_t *w = context->schedule;
    for (int t = 0; t < 16; t++) w[t] = load(block + 4 * t);
    for (int t = 16; t < 64; t++) {
        uint32_t near = w[t - 2], far = w[t - 15];
        w[t] = w[t - 16] + w[t - 7] + (rotate(near, 17) ^ rotate(near, 19) ^ near >> 10) +
               (rotate(far, 7) ^ rotate(far, 18) ^ far >> 3);
    }

    uint32_t *state = context->state;
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (int t = 0; t < 64; t++) {
        uint32_t first = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) +
                         sha256_constants[t] + w[t];
        uint32_t second =
            (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
        h = g, g = f, f = e, e = d + first;
        d = c, c = b, b = a, a = first + second;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
    state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

void sha256_portable(sha256_context *context, const uint8_t *data, size_t blocks) {
    for (; blocks--; data += 64) compress_block(context, data);
}

void sha256_start(sha256_context *context, sha256_compress *compress) {
    /* The first 32 bits of the fractional parts of the square roots of the first 8 primes. */
    static const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memcpy(context->state, initial, sizeof initial);
    context->compress = compress;
    context->length = 0;
}

void sha256_update(sha256_context *context, const uint8_t *data, size_t length) {
    size_t used = context->length % 64;
    context->length += length;
    while (length) {
        if (!used && length >= 64) {
            size_t blocks = length / 64;
            context->compress(context, data, blocks);
            data += 64 * blocks, length -= 64 * blocks;
            continue;
        }
        size_t part = length < 64 - used ? length : 64 - used;
        memcpy(context->block + used, data, part);
        data += part, length -= part, used += part;
        if (used == 64) {
            context->compress(context, context->block, 1);
            used = 0;
        }
    }
}

void sha256_finish(sha256_context *context, uint8_t out[SRP_DIGEST_SIZE]) {
    uint64_t bits = context->length * 8;
    size_t used = context->length % 64;
    context->block[used++] = 0x80;
    if (used > 56) { /* no room for the length */
        memset(context->block + used, 0, 64 - used);
        context->compress(context, context->block, 1);
        used = 0;
    }
    memset(context->block + used, 0, 56 - used);
    store_64(context->block + 56, bits);
    context->compress(context, context->block, 1);
    for (int i = 0; i < 8; i++) store(out + 4 * i, context->state[i]);
}

void sha256_digest(uint8_t out[SRP_DIGEST_SIZE], const uint8_t *data, size_t length) {
    sha256_context context;
    sha256_start(&context, srp_sha256_compress());
    sha256_update(&context, data, length);
    sha256_finish(&context, out);
    srp_wipe(&context, sizeof context);
}
