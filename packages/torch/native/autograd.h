// Gradients: the few calls that are methods of a tensor rather than operators.
#pragma once
#include <napi.h>

void exportAutograd(Napi::Env env, Napi::Object exports);
