/*
 * Which kernels there are: the only file that knows more than one, and the only one that may ask
 * the CPU what it can do. Nothing is cached: the caller picks a kernel once and passes it to every
 * call.
 */
#include "avx512ifma.h"
#include "internal.h"

#if defined(SRP_HAVE_LANES) && !defined(SRP_PLAIN_LANES)
#include <cpuid.h>

/* Bits of the CPU's answers: Intel's manual, volume 2, CPUID; volume 1, section 13.3 for XCR0. */
#define LEAF_1_ECX_OSXSAVE (1u << 27)
#define LEAF_7_EBX_AVX512F (1u << 16)
#define LEAF_7_EBX_AVX512IFMA (1u << 21)
#define XCR0_SSE_AVX_AVX512 0xE6u /* xmm, ymm, opmask, upper halves of zmm0-15, zmm16-31 */

/* The instructions, and an operating system that keeps the registers across task switches. */
static int avx512ifma_runs_here(void) {
    unsigned a, b, c, d, state, high;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & LEAF_1_ECX_OSXSAVE)) return 0;
    __asm__("xgetbv" : "=a"(state), "=d"(high) : "c"(0));
    if ((state & XCR0_SSE_AVX_AVX512) != XCR0_SSE_AVX_AVX512) return 0;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
    return (b & LEAF_7_EBX_AVX512F) && (b & LEAF_7_EBX_AVX512IFMA);
}
#else
#define avx512ifma_runs_here always
#endif

static int always(void) { return 1; }

static const struct srp_kernel kernels[] = {
#if defined(SRP_HAVE_LANES)
    {"avx512ifma", 1, avx512ifma_runs_here, avx512ifma_pow_g, avx512ifma_powmod},
#endif
    {"portable", 0, always, portable_pow_g, portable_powmod},
};

const srp_kernel *srp_kernel_at(size_t index) {
    return index < sizeof kernels / sizeof kernels[0] ? &kernels[index] : NULL;
}

const char *srp_kernel_name(const srp_kernel *kernel) { return kernel->name; }

int srp_kernel_runs_here(const srp_kernel *kernel) { return kernel->runs_here(); }

int srp_kernel_vectorised(const srp_kernel *kernel) { return kernel->vectorised; }
