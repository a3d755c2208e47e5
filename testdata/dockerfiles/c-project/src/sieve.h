#ifndef SIEVE_H
#define SIEVE_H

#include <stddef.h>

/* Marks the composite numbers below count; the caller frees the result. NULL when memory is out. */
unsigned char *sieve(size_t count);

#endif
