// A grey picture shrunk.
#pragma once
#include <napi.h>

Napi::Value areaMeans(const Napi::CallbackInfo& info);
