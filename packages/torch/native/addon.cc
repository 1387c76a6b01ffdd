// What the addon exports: handles, the door to the operators, autograd, and facts about this build.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <napi.h>
#include <torch/version.h>

#include "autograd.h"
#include "handle.h"
#include "memory.h"
#include "operators.h"

namespace {

Napi::Value buildInfo(const Napi::CallbackInfo& info) {
  auto result = Napi::Object::New(info.Env());
  const bool cuda = at::hasCUDA();
  result["version"] = Napi::String::New(info.Env(), TORCH_VERSION);
  result["config"] = Napi::String::New(info.Env(), at::show_config());
  result["parallel"] = Napi::String::New(info.Env(), at::get_parallel_info());
  result["cuda"] = Napi::Boolean::New(info.Env(), cuda);
  result["devices"] = Napi::Number::New(info.Env(), cuda ? at::detail::getCUDAHooks().getNumGPUs() : 0);
  const bool cudnn = cuda && at::detail::getCUDAHooks().hasCuDNN();
  result["cudnn"] = Napi::Number::New(
      info.Env(), cudnn ? static_cast<double>(at::detail::getCUDAHooks().versionCuDNN()) : 0);
  return result;
}

Napi::Value setThreads(const Napi::CallbackInfo& info) {
  at::set_num_threads(info[0].As<Napi::Number>().Int32Value());
  return info.Env().Undefined();
}

Napi::Value threads(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), at::get_num_threads());
}

// The same seed gives the same bits: only algorithms that promise it.
Napi::Value setDeterministic(const Napi::CallbackInfo& info) {
  const bool wanted = info[0].As<Napi::Boolean>().Value();
  at::globalContext().setDeterministicCuDNN(wanted);
  at::globalContext().setBenchmarkCuDNN(!wanted);
  return info.Env().Undefined();
}

Napi::Object start(Napi::Env env, Napi::Object exports) {
  useReusingAllocator();
  exportHandles(env, exports);
  exportOperators(env, exports);
  exportAutograd(env, exports);
  exports["buildInfo"] = Napi::Function::New(env, buildInfo);
  exports["setThreads"] = Napi::Function::New(env, setThreads);
  exports["threads"] = Napi::Function::New(env, threads);
  exports["setDeterministic"] = Napi::Function::New(env, setDeterministic);
  return exports;
}

}  // namespace

NODE_API_MODULE(door, start)
