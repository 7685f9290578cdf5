/* What a driver for one library provides to main.c. Numbers are hexadecimal. A call that fails ends
   the program. */
#ifndef PEER_H
#define PEER_H

/* The library and its version, as it is at run time. */
const char *peer_version(void);

/* Take the numbers of the power, and prepare whatever a caller can prepare once for many powers. */
void peer_set_up(const char *base, const char *exponent, const char *modulus);

/* Compute base^exponent mod modulus: this is what is timed. */
void peer_power(void);

/* The power, without leading zeros, in memory that nobody frees. */
const char *peer_result(void);

/* End the program unless the call was successful. */
void peer_expect(int successful, const char *call);

#endif
