/* Times one power of a library: PROGRAM base exponent modulus rounds, numbers in hexadecimal.

   Prints the library with its version, the power, and the seconds of each round, one a line. */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "peer.h"

void peer_expect(int successful, const char *call)
{
    if (!successful) {
        fprintf(stderr, "%s failed\n", call);
        exit(1);
    }
}

static double now(void)
{
    struct timespec moment;
    peer_expect(clock_gettime(CLOCK_MONOTONIC, &moment) == 0, "clock_gettime");
    return (double)moment.tv_sec + 1e-9 * (double)moment.tv_nsec;
}

int main(int count, char **arguments)
{
    peer_expect(count == 5, "PROGRAM base exponent modulus rounds");
    peer_set_up(arguments[1], arguments[2], arguments[3]);
    peer_power();
    printf("%s\n%s\n", peer_version(), peer_result());
    for (long rounds = strtol(arguments[4], NULL, 10); rounds > 0; rounds--) {
        double start = now();
        peer_power();
        printf("%.9f\n", now() - start);
    }
    return 0;
}
