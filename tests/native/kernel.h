/* The kernel that a test program was told to run. */
#ifndef SRP_TEST_KERNEL_H
#define SRP_TEST_KERNEL_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* What valgrind's memcheck is to take for secret, and what is public again. */
#ifdef MARK_SECRETS
#include <valgrind/memcheck.h>
#define SECRET(bytes, size) VALGRIND_MAKE_MEM_UNDEFINED(bytes, size)
#define PUBLISH(bytes, size) VALGRIND_MAKE_MEM_DEFINED(bytes, size)
#else
#define SECRET(bytes, size) (void)0
#define PUBLISH(bytes, size) (void)0
#endif

#define NO_SUCH_KERNEL 77 /* the exit code where this build or this CPU does not have it */

/*
 * Valgrind's CPUID says nothing of ADX, whose instructions it runs: under it the kernel that is asked
 * for has to be one that it runs.
 */
#ifdef MARK_SECRETS
#define RUNS_HERE(kernel) 1
#else
#define RUNS_HERE(kernel) srp_kernel_runs_here(kernel)
#endif

static const srp_kernel *kernel_called(const char *name) {
    const srp_kernel *kernel = NULL;
    for (size_t i = 0; (kernel = srp_kernel_at(i)); i++)
        if (!strcmp(srp_kernel_name(kernel), name) && RUNS_HERE(kernel)) return kernel;
    fprintf(stderr, "no kernel %s here\n", name);
    exit(NO_SUCH_KERNEL);
}

#endif
