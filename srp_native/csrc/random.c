/*
 * Random bytes from the operating system's generator, and from nothing else. This function has a
 * file of its own, so that tests/native can replace it by one that fails.
 */
#if defined(__APPLE__)
#define _DARWIN_C_SOURCE /* arc4random_buf, which -std=c11 hides */
#elif defined(__NetBSD__)
#define _NETBSD_SOURCE /* the same */
#elif defined(__wasi__) || defined(__EMSCRIPTEN__)
#define _GNU_SOURCE /* getentropy, which -std=c11 hides as well */
#elif defined(__sun)
#define __EXTENSIONS__
#endif
#include "internal.h"

#if defined(_WIN32)
#include <windows.h>
/* after windows.h, whose types it needs */
#include <bcrypt.h>

#define LARGEST 1048576 /* bytes of one call: its ULONG is shorter than a size_t */

int srp_random(uint8_t *out, size_t size) {
    while (size) {
        ULONG part = size < LARGEST ? (ULONG)size : LARGEST;
        if (BCryptGenRandom(NULL, out, part, BCRYPT_USE_SYSTEM_PREFERRED_RNG)) return 0;
        out += part, size -= part;
    }
    return 1;
}

#elif defined(__linux__)
#include <errno.h>
#include <sys/random.h>

int srp_random(uint8_t *out, size_t size) {
    while (size) {
        ssize_t part = getrandom(out, size, 0); /* waits, once after boot, until there is entropy */
        if (part < 0 && errno == EINTR) continue;
        if (part <= 0) return 0;
        out += part, size -= (size_t)part;
    }
    return 1;
}

#elif defined(__APPLE__) || defined(__FreeBSD__) || defined(__NetBSD__) || defined(__OpenBSD__)
#include <stdlib.h>

int srp_random(uint8_t *out, size_t size) {
    arc4random_buf(out, size); /* cannot fail, and notices a fork */
    return 1;
}

#else
#include <unistd.h>
#if defined(__sun)
#include <sys/random.h> /* where illumos and Solaris declare getentropy */
#endif

int srp_random(uint8_t *out, size_t size) {
    while (size) {
        size_t part = size < 256 ? size : 256; /* POSIX's GETENTROPY_MAX */
        if (getentropy(out, part)) return 0;
        out += part, size -= part;
    }
    return 1;
}
#endif
