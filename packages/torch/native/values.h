// JavaScript values become what an operator's schema asks for, and its results come back.
#pragma once
#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>
#include <napi.h>

c10::IValue toIValue(const Napi::Value& value, const c10::TypePtr& type);
Napi::Value fromIValue(Napi::Env env, const c10::IValue& value);
