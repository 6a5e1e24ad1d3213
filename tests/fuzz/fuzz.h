/*
 * fuzz - what the fuzzers share. Each is a program that is called with bytes of any kind,
 * over and over, and must neither crash, nor hang, nor break a promise.
 */
#ifndef AURALIS_TESTS_FUZZ_H
#define AURALIS_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A broken promise is a finding as good as a crash. */
#define FUZZ_CHECK(promise) ((promise) ? (void)0 : abort())

#endif
