#include "autograd.h"

#include <ATen/autocast_mode.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/version.h>

#include "errors.h"
#include "handle.h"

namespace {

std::vector<at::Tensor> tensors(const Napi::Value& value) {
  const auto array = value.As<Napi::Array>();
  std::vector<at::Tensor> list;
  for (uint32_t index = 0; index < array.Length(); ++index) list.push_back(unwrap(array.Get(index)));
  return list;
}

// backward(tensor): adds the gradient of a scalar to the leaves it was computed from.
Napi::Value backward(const Napi::CallbackInfo& info) {
  return withTorchErrors(info.Env(), [&]() -> Napi::Value {
    torch::autograd::backward({unwrap(info[0])}, {});
    return info.Env().Undefined();
  });
}

// gradients(output, inputs): d output / d input, without touching `grad`; null where unused.
Napi::Value gradients(const Napi::CallbackInfo& info) {
  return withTorchErrors(info.Env(), [&]() -> Napi::Value {
    const auto results = torch::autograd::grad({unwrap(info[0])}, tensors(info[1]), {}, true, false, true);
    auto list = Napi::Array::New(info.Env(), results.size());
    for (uint32_t index = 0; index < results.size(); ++index) list[index] = wrap(info.Env(), results[index]);
    return list;
  });
}

Napi::Value grad(const Napi::CallbackInfo& info) { return wrap(info.Env(), unwrap(info[0]).grad()); }

Napi::Value setGrad(const Napi::CallbackInfo& info) {
  unwrap(info[0]).mutable_grad() = info[1].IsNull() ? at::Tensor() : unwrap(info[1]);
  return info.Env().Undefined();
}

Napi::Value requiresGrad(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), unwrap(info[0]).requires_grad());
}

Napi::Value setRequiresGrad(const Napi::CallbackInfo& info) {
  return withTorchErrors(info.Env(), [&]() -> Napi::Value {
    unwrap(info[0]).set_requires_grad(info[1].As<Napi::Boolean>().Value());
    return info.Env().Undefined();
  });
}

// setGradEnabled(enabled): what it was before, for this thread.
Napi::Value setGradEnabled(const Napi::CallbackInfo& info) {
  const bool before = c10::GradMode::is_enabled();
  c10::GradMode::set_enabled(info[0].As<Napi::Boolean>().Value());
  return Napi::Boolean::New(info.Env(), before);
}

// setAutocast(deviceType, enabled): bfloat16 for the operators that gain from it.
Napi::Value setAutocast(const Napi::CallbackInfo& info) {
  const bool cuda = info[0].As<Napi::String>().Utf8Value() == "cuda";
  const bool enabled = info[1].As<Napi::Boolean>().Value();
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
  const auto device = cuda ? at::kCUDA : at::kCPU;
  at::autocast::set_autocast_enabled(device, enabled);
  at::autocast::set_autocast_dtype(device, at::kBFloat16);
#else
  if (cuda) {
    at::autocast::set_enabled(enabled);
    at::autocast::set_autocast_gpu_dtype(at::kBFloat16);
  } else {
    at::autocast::set_cpu_enabled(enabled);
    at::autocast::set_autocast_cpu_dtype(at::kBFloat16);
  }
#endif
  if (!enabled) at::autocast::clear_cache();
  return info.Env().Undefined();
}

}  // namespace

void exportAutograd(Napi::Env env, Napi::Object exports) {
  exports["backward"] = Napi::Function::New(env, backward);
  exports["gradients"] = Napi::Function::New(env, gradients);
  exports["grad"] = Napi::Function::New(env, grad);
  exports["setGrad"] = Napi::Function::New(env, setGrad);
  exports["requiresGrad"] = Napi::Function::New(env, requiresGrad);
  exports["setRequiresGrad"] = Napi::Function::New(env, setRequiresGrad);
  exports["setGradEnabled"] = Napi::Function::New(env, setGradEnabled);
  exports["setAutocast"] = Napi::Function::New(env, setAutocast);
}
