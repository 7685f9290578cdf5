/*
 * A run of base64 with SSSE3, sixteen characters an instruction and every table of it in a register
 * (Mula and Lemire, "Faster Base64 Encoding and Decoding using AVX2 Instructions", ACM Transactions
 * on the Web 12, 2018). Constant time: no branch and no lookup in memory.
 */
#include "internal.h"

#if SRP_X86_64

#include <immintrin.h>

#define TARGET __attribute__((target("ssse3")))

/* Twelve bytes become sixteen characters. */
TARGET static __m128i encode_12(__m128i bytes) {
    /* Each three bytes a, b, c as b, a, c, b: two pairs with 6 bits to be cut from each end. */
    bytes = _mm_shuffle_epi8(
        bytes, _mm_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10));
    __m128i even = _mm_and_si128(bytes, _mm_set1_epi32(0x0fc0fc00));
    __m128i odd = _mm_and_si128(bytes, _mm_set1_epi32(0x003f03f0));
    __m128i bits = _mm_or_si128(_mm_mulhi_epu16(even, _mm_set1_epi32(0x04000040)),
                                _mm_mullo_epi16(odd, _mm_set1_epi32(0x01000010)));
    /* Which range of the alphabet: 13 for A to Z, 0 for a to z, 1 to 10 for digits, 11, 12. */
    __m128i range = _mm_subs_epu8(bits, _mm_set1_epi8(51));
    __m128i upper = _mm_cmpgt_epi8(_mm_set1_epi8(26), bits);
    range = _mm_or_si128(range, _mm_and_si128(upper, _mm_set1_epi8(13)));
    const __m128i move = _mm_setr_epi8('a' - 26, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
                                       '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '+' - 62,
                                       '/' - 63, 'A', 0, 0);
    return _mm_add_epi8(bits, _mm_shuffle_epi8(move, range));
}

TARGET void base64_encode_ssse3(uint8_t *text, const uint8_t *bytes) {
    for (size_t i = 0; i < 4; i++) {
        __m128i twelve = _mm_loadu_si128((const __m128i *)(const void *)(bytes + 12 * i));
        _mm_storeu_si128((__m128i *)(void *)(text + 16 * i), encode_12(twelve));
    }
}

TARGET uint8_t base64_decode_ssse3(uint8_t *bytes, const uint8_t *text) {
    /* A character is wrong when what its two halves rule out has a bit in common. */
    const __m128i low_rules = _mm_setr_epi8(0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
                                            0x11, 0x13, 0x1A, 0x1B, 0x1B, 0x1B, 0x1A);
    const __m128i high_rules = _mm_setr_epi8(0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10,
                                             0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10);
    /* By the upper half, one less for '/': from the character to its 6 bits. */
    const __m128i move = _mm_setr_epi8(0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0);
    __m128i wrong = _mm_setzero_si128();
    for (size_t i = 0; i < 4; i++) {
        __m128i c = _mm_loadu_si128((const __m128i *)(const void *)(text + 16 * i));
        __m128i low = _mm_and_si128(c, _mm_set1_epi8(0x0F));
        __m128i high = _mm_and_si128(_mm_srli_epi32(c, 4), _mm_set1_epi8(0x0F));
        wrong = _mm_or_si128(wrong, _mm_and_si128(_mm_shuffle_epi8(low_rules, low),
                                                  _mm_shuffle_epi8(high_rules, high)));
        __m128i slash = _mm_cmpeq_epi8(c, _mm_set1_epi8('/'));
        c = _mm_add_epi8(c, _mm_shuffle_epi8(move, _mm_add_epi8(high, slash)));
        /* 6 and 6 bits, 12 and 12 bits, then each 24 from the last byte of its four. */
        c = _mm_maddubs_epi16(c, _mm_set1_epi32(0x01400140));
        c = _mm_madd_epi16(c, _mm_set1_epi32(0x00011000));
        c = _mm_shuffle_epi8(
            c, _mm_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1));
        _mm_storeu_si128((__m128i *)(void *)(bytes + 12 * i), c);
    }
    /* A byte that is not 0 makes the sum of its eight so: none of them is above 0x1B. */
    __m128i sums = _mm_sad_epu8(wrong, _mm_setzero_si128());
    unsigned sum = (unsigned)_mm_cvtsi128_si32(_mm_add_epi32(sums, _mm_srli_si128(sums, 8)));
    return (uint8_t)((sum | sum >> 8) & 0xFF);
}

#else
typedef int srp_no_ssse3; /* ISO C wants something in every file */
#endif
