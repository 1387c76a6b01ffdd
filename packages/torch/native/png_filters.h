// The rows of a PNG as pixels again.
#pragma once
#include <napi.h>

Napi::Value undoPngFilters(const Napi::CallbackInfo& info);
