#include "operators.h"

#include <ATen/core/dispatch/Dispatcher.h>

#include <mutex>
#include <sstream>

#include "errors.h"
#include "values.h"

namespace {

// Looked-up operators by number, shared by all threads; entries are never removed or moved.
struct Directory {
  std::mutex lock;
  std::deque<c10::OperatorHandle> operators;
};
Directory& directory() {
  static Directory* instance = new Directory();
  return *instance;
}

const c10::OperatorHandle& operatorAt(const Napi::Value& number) {
  std::lock_guard<std::mutex> guard(directory().lock);
  return directory().operators.at(number.As<Napi::Number>().Uint32Value());
}

// find(name, overload): the operator's number, or -1.
Napi::Value find(const Napi::CallbackInfo& info) {
  const auto found = c10::Dispatcher::singleton().findSchema(
      {info[0].As<Napi::String>().Utf8Value(), info[1].As<Napi::String>().Utf8Value()});
  if (!found) return Napi::Number::New(info.Env(), -1);
  std::lock_guard<std::mutex> guard(directory().lock);
  directory().operators.push_back(*found);
  return Napi::Number::New(info.Env(), static_cast<double>(directory().operators.size() - 1));
}

Napi::Value schema(const Napi::CallbackInfo& info) {
  std::ostringstream text;
  text << operatorAt(info[0]).schema();
  return Napi::String::New(info.Env(), text.str());
}

Napi::Value names(const Napi::CallbackInfo& info) {
  const auto all = c10::Dispatcher::singleton().getAllOpNames();
  auto result = Napi::Array::New(info.Env(), all.size());
  for (uint32_t index = 0; index < all.size(); ++index) {
    const auto& name = all[index];
    result[index] = Napi::String::New(
        info.Env(), name.overload_name.empty() ? name.name : name.name + "." + name.overload_name);
  }
  return result;
}

// call(number, ...arguments in the schema's order); undefined asks for an argument's default.
Napi::Value call(const Napi::CallbackInfo& info) {
  return withTorchErrors(info.Env(), [&]() -> Napi::Value {
    const auto& handle = operatorAt(info[0]);
    const auto& arguments = handle.schema().arguments();
    if (info.Length() - 1 > arguments.size()) {
      throw Napi::TypeError::New(info.Env(), "too many arguments: the schema has " + std::to_string(arguments.size()));
    }
    torch::jit::Stack stack;
    stack.reserve(arguments.size());
    for (size_t index = 0; index < arguments.size(); ++index) {
      const auto& argument = arguments[index];
      const Napi::Value given = index + 1 < info.Length() ? info[index + 1] : info.Env().Undefined();
      if (given.IsUndefined() && argument.default_value()) {
        stack.push_back(*argument.default_value());
        continue;
      }
      try {
        stack.push_back(toIValue(given, argument.type()));
      } catch (const Napi::Error& error) {
        throw Napi::TypeError::New(info.Env(), "argument '" + argument.name() + "': " + error.Message());
      }
    }
    handle.callBoxed(stack);
    if (stack.size() == 1) return fromIValue(info.Env(), stack[0]);
    auto result = Napi::Array::New(info.Env(), stack.size());
    for (uint32_t index = 0; index < stack.size(); ++index) result[index] = fromIValue(info.Env(), stack[index]);
    return result;
  });
}

}  // namespace

void exportOperators(Napi::Env env, Napi::Object exports) {
  exports["find"] = Napi::Function::New(env, find);
  exports["schema"] = Napi::Function::New(env, schema);
  exports["names"] = Napi::Function::New(env, names);
  exports["call"] = Napi::Function::New(env, call);
}
