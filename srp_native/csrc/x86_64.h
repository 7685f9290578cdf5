/*
 * SRP_X86_64 is 1 where the compiler builds for 64-bit x86 and knows GCC's inline assembly, its
 * attribute target and the intrinsics up to AVX-512 IFMA: GCC from 7 on, and clang where it does as GCC
 * does. MSVC has no such attribute; x32 has 32-bit pointers, which the assembly does not expect.
 */
#ifndef SRP_X86_64_H
#define SRP_X86_64_H

#if defined(__x86_64__) && !defined(__ILP32__) && defined(__GNUC__) && \
    (defined(__clang__) || __GNUC__ >= 7)
#define SRP_X86_64 1
#else
#define SRP_X86_64 0
#endif

#endif
