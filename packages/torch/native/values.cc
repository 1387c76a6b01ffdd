#include "values.h"

#include <cmath>

#include "handle.h"

namespace {

bool absent(const Napi::Value& value) { return value.IsNull() || value.IsUndefined(); }

[[noreturn]] void refuse(const Napi::Value& value, const c10::TypePtr& type) {
  throw Napi::TypeError::New(value.Env(), "expected " + type->str());
}

double number(const Napi::Value& value, const c10::TypePtr& type) {
  if (value.IsBoolean()) return value.As<Napi::Boolean>().Value() ? 1 : 0;
  if (!value.IsNumber()) refuse(value, type);
  return value.As<Napi::Number>().DoubleValue();
}

int64_t integer(const Napi::Value& value, const c10::TypePtr& type) {
  if (value.IsBigInt()) {
    bool lossless = false;
    return value.As<Napi::BigInt>().Int64Value(&lossless);
  }
  const double given = number(value, type);
  if (given != std::floor(given)) refuse(value, type);
  return static_cast<int64_t>(given);
}

// A whole number stays one, so that integer tensors keep their type.
c10::Scalar scalar(const Napi::Value& value, const c10::TypePtr& type) {
  if (value.IsBoolean()) return c10::Scalar(value.As<Napi::Boolean>().Value());
  const double given = number(value, type);
  const bool whole = given == std::floor(given) && std::abs(given) < 9007199254740992.0;
  return whole ? c10::Scalar(static_cast<int64_t>(given)) : c10::Scalar(given);
}

// A plain number where a tensor is asked for takes the other operand's type, as in PyTorch.
at::Tensor tensor(const Napi::Value& value, const c10::TypePtr& type) {
  if (value.IsExternal()) return unwrap(value);
  if (!value.IsNumber() && !value.IsBoolean()) refuse(value, type);
  auto result = at::scalar_tensor(scalar(value, type), at::TensorOptions().dtype(value.IsBoolean() ? at::kBool
      : scalar(value, type).isIntegral(false) ? at::kLong : at::kDouble));
  result.unsafeGetTensorImpl()->set_wrapped_number(true);
  return result;
}

template <typename Element, typename Read>
c10::IValue listOf(const Napi::Array& array, Read read) {
  c10::List<Element> list;
  list.reserve(array.Length());
  for (uint32_t index = 0; index < array.Length(); ++index) list.push_back(read(array.Get(index)));
  return c10::IValue(std::move(list));
}

c10::IValue toList(const Napi::Value& value, const c10::TypePtr& type, const c10::TypePtr& element) {
  if (!value.IsArray()) {
    // int[2] takes a single int for all of its entries, as in PyTorch.
    if (element->kind() == c10::TypeKind::IntType && value.IsNumber()) {
      return c10::IValue(c10::List<int64_t>({integer(value, element)}));
    }
    refuse(value, type);
  }
  const auto array = value.As<Napi::Array>();
  switch (element->kind()) {
    case c10::TypeKind::TensorType:
      return listOf<at::Tensor>(array, [&](const Napi::Value& item) { return tensor(item, element); });
    case c10::TypeKind::IntType:
    case c10::TypeKind::SymIntType:
      return listOf<int64_t>(array, [&](const Napi::Value& item) { return integer(item, element); });
    case c10::TypeKind::FloatType:
      return listOf<double>(array, [&](const Napi::Value& item) { return number(item, element); });
    case c10::TypeKind::BoolType:
      return listOf<bool>(array, [&](const Napi::Value& item) { return number(item, element) != 0; });
    case c10::TypeKind::NumberType: {
      c10::impl::GenericList list(c10::NumberType::get());
      for (uint32_t index = 0; index < array.Length(); ++index) {
        list.push_back(c10::IValue(scalar(array.Get(index), element)));
      }
      return c10::IValue(std::move(list));
    }
    case c10::TypeKind::OptionalType:
      return listOf<c10::optional<at::Tensor>>(array, [&](const Napi::Value& item) {
        return absent(item) ? c10::optional<at::Tensor>() : c10::optional<at::Tensor>(tensor(item, element));
      });
    default:
      refuse(value, type);
  }
}

}  // namespace

c10::IValue toIValue(const Napi::Value& value, const c10::TypePtr& type) {
  switch (type->kind()) {
    case c10::TypeKind::OptionalType:
      if (absent(value)) return c10::IValue();
      return toIValue(value, type->containedType(0));
    case c10::TypeKind::TensorType:
      return c10::IValue(tensor(value, type));
    case c10::TypeKind::IntType:
    case c10::TypeKind::SymIntType:
      return c10::IValue(integer(value, type));
    case c10::TypeKind::FloatType:
      return c10::IValue(number(value, type));
    case c10::TypeKind::BoolType:
      return c10::IValue(number(value, type) != 0);
    case c10::TypeKind::NumberType:
      return c10::IValue(scalar(value, type));
    case c10::TypeKind::StringType:
      if (!value.IsString()) refuse(value, type);
      return c10::IValue(value.As<Napi::String>().Utf8Value());
    case c10::TypeKind::DeviceObjType:
      if (!value.IsString()) refuse(value, type);
      return c10::IValue(c10::Device(value.As<Napi::String>().Utf8Value()));
    case c10::TypeKind::ListType:
      return toList(value, type, type->containedType(0));
    case c10::TypeKind::GeneratorType:
      return c10::IValue();
    default:
      refuse(value, type);
  }
}

Napi::Value fromIValue(Napi::Env env, const c10::IValue& value) {
  if (value.isTensor()) return wrap(env, value.toTensor());
  if (value.isBool()) return Napi::Boolean::New(env, value.toBool());
  if (value.isInt()) return Napi::Number::New(env, static_cast<double>(value.toInt()));
  if (value.isDouble()) return Napi::Number::New(env, value.toDouble());
  if (value.isString()) return Napi::String::New(env, value.toStringRef());
  if (value.isNone()) return env.Null();
  const bool tuple = value.isTuple();
  if (tuple || value.isList()) {
    const auto& elements = tuple ? value.toTupleRef().elements().vec() : value.toListRef().vec();
    auto result = Napi::Array::New(env, elements.size());
    for (uint32_t index = 0; index < elements.size(); ++index) result[index] = fromIValue(env, elements[index]);
    return result;
  }
  throw Napi::TypeError::New(env, "no JavaScript form for a result of type " + value.tagKind());
}
