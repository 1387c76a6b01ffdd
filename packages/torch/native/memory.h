// Memory for large CPU tensors: huge pages, kept for reuse.
#pragma once

void useReusingAllocator();
