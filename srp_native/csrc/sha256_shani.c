/*
 * SHA-256 with the SHA instructions of x86 (Intel, "Intel SHA Extensions", 2013). One step computes
 * four rounds, and the four words of the schedule that are needed sixteen rounds later. Constant
 * time: there is no lookup, and the only branch is the loop over blocks.
 */
#include "internal.h"

#if SRP_X86_64

#include <immintrin.h>

#define GROUPS 16 /* of four rounds */

__attribute__((target("sha,sse4.1"))) void sha256_shani(sha256_context *context,
                                                        const uint8_t *data, size_t blocks) {
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    __m128i *state = (__m128i *)(void *)context->state;
    /* The instructions want words a, b, e, f in one register and c, d, g, h in the other. */
    __m128i badc = _mm_shuffle_epi32(_mm_loadu_si128(state), 0xB1);
    __m128i hgfe = _mm_shuffle_epi32(_mm_loadu_si128(state + 1), 0x1B);
    __m128i abef = _mm_alignr_epi8(badc, hgfe, 8);
    __m128i cdgh = _mm_blend_epi16(hgfe, badc, 0xF0);
    for (; blocks--; data += 64) {
        const __m128i *block = (const __m128i *)(const void *)data;
        const __m128i abef_before = abef, cdgh_before = cdgh;
        __m128i w0 = _mm_shuffle_epi8(_mm_loadu_si128(block), big_endian);
        __m128i w1 = _mm_shuffle_epi8(_mm_loadu_si128(block + 1), big_endian);
        __m128i w2 = _mm_shuffle_epi8(_mm_loadu_si128(block + 2), big_endian);
        __m128i w3 = _mm_shuffle_epi8(_mm_loadu_si128(block + 3), big_endian);
        for (size_t group = 0; group < GROUPS; group++) {
            const void *constants = sha256_constants + 4 * group;
            __m128i sum = _mm_add_epi32(w0, _mm_loadu_si128(constants));
            cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
            abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0E));
            __m128i near = _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4));
            w0 = w1, w1 = w2, w2 = w3;
            w3 = _mm_sha256msg2_epu32(near, w2);
        }
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
    }
    __m128i feba = _mm_shuffle_epi32(abef, 0x1B), dchg = _mm_shuffle_epi32(cdgh, 0xB1);
    _mm_storeu_si128(state, _mm_blend_epi16(feba, dchg, 0xF0));
    _mm_storeu_si128(state + 1, _mm_alignr_epi8(dchg, feba, 8));
}

#else
typedef int srp_no_shani; /* ISO C wants something in every file */
#endif
