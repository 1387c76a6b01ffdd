// The one door: any operator of libtorch's dispatcher, looked up by name and called boxed.
#pragma once
#include <napi.h>

void exportOperators(Napi::Env env, Napi::Object exports);
