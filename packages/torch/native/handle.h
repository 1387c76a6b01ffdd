// A tensor as JavaScript holds it, and the books on how many there are.
#pragma once
#include <ATen/ATen.h>
#include <napi.h>

// JavaScript keeps a pointer to this inside an External. `tensor` is empty once it was freed.
struct Handle {
  at::Tensor tensor;
};

// Wraps a tensor for JavaScript and enters it in the books.
Napi::Value wrap(Napi::Env env, at::Tensor tensor);

// The tensor inside a handle; throws when it was freed.
at::Tensor& unwrap(const Napi::Value& value);

void exportHandles(Napi::Env env, Napi::Object exports);
