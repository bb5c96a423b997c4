/* SPDX-License-Identifier: Apache-2.0 */
/* One target as a program of libFuzzer: built once for each, with FUZZ_RUN set to its function. */
#include "tests/fuzz/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FUZZ_RUN((struct bytes){data, size});
    return 0;
}
