// libtorch's complaints become JavaScript errors in its own words, without a C++ backtrace.
#pragma once
#include <c10/util/Exception.h>
#include <napi.h>

template <typename Work>
auto withTorchErrors(Napi::Env env, Work work) {
  try {
    return work();
  } catch (const Napi::Error&) {
    throw;
  } catch (const c10::Error& error) {
    throw Napi::Error::New(env, error.what_without_backtrace());
  } catch (const std::exception& error) {
    throw Napi::Error::New(env, error.what());
  }
}
