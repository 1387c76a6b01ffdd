// A view cut out of an image.
#pragma once
#include <napi.h>

Napi::Value interpolateView(const Napi::CallbackInfo& info);
