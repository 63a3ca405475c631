#include "reader.h"

#include <cmath>

namespace optimbench {
namespace {

int64_t toInteger(const Napi::Value& value, int64_t least, int64_t most, bool& good) {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : NAN;
  good = std::trunc(number) == number && number >= static_cast<double>(least) && number <= static_cast<double>(most);
  return good ? static_cast<int64_t>(number) : 0;
}

std::string range(int64_t least, int64_t most) {
  return "from " + std::to_string(least) + " to " + std::to_string(most);
}

}  // namespace

Reader::Reader(Napi::Value value, std::string path) : path_(std::move(path)) {
  if (!value.IsObject()) throw Napi::TypeError::New(value.Env(), "Expected an object for `" + path_ + "`");
  value_ = value.As<Napi::Object>();
}

void Reader::fail(const char* key, const std::string& expected) const {
  throw Napi::TypeError::New(value_.Env(), "Expected " + expected + " for `" + path_ + "." + key + "`");
}

Napi::Value Reader::field(const char* key) const { return value_.Get(key); }

bool Reader::has(const char* key) const { return !field(key).IsUndefined(); }

Reader Reader::object(const char* key) const { return Reader(field(key), path_ + "." + key); }

std::vector<Reader> Reader::list(const char* key) const {
  if (!field(key).IsArray()) fail(key, "a list");
  const auto items = field(key).As<Napi::Array>();
  std::vector<Reader> readers;
  for (uint32_t i = 0; i < items.Length(); ++i)
    readers.emplace_back(items.Get(i), path_ + "." + key + "[" + std::to_string(i) + "]");
  return readers;
}

std::string Reader::text(const char* key) const {
  if (!field(key).IsString()) fail(key, "a string");
  return field(key).As<Napi::String>();
}

bool Reader::flag(const char* key) const {
  if (!field(key).IsBoolean()) fail(key, "true or false");
  return field(key).As<Napi::Boolean>();
}

double Reader::number(const char* key) const {
  if (!field(key).IsNumber()) fail(key, "a number");
  return field(key).As<Napi::Number>().DoubleValue();
}

std::vector<double> Reader::numbers(const char* key) const {
  if (!field(key).IsArray()) fail(key, "a list of numbers");
  const auto items = field(key).As<Napi::Array>();
  std::vector<double> values;
  for (uint32_t i = 0; i < items.Length(); ++i) {
    const Napi::Value item = items.Get(i);
    if (!item.IsNumber()) fail(key, "a list of numbers");
    values.push_back(item.As<Napi::Number>().DoubleValue());
  }
  return values;
}

int64_t Reader::integer(const char* key, int64_t least, int64_t most) const {
  bool good = false;
  const int64_t result = toInteger(field(key), least, most, good);
  if (!good) fail(key, "a whole number " + range(least, most));
  return result;
}

std::vector<int64_t> Reader::integers(const char* key, size_t count, int64_t least, int64_t most) const {
  const std::string expected =
      "a list of " + (count == 0 ? "" : std::to_string(count) + " ") + "whole numbers " + range(least, most);
  if (!field(key).IsArray()) fail(key, expected);
  const auto items = field(key).As<Napi::Array>();
  if (count != 0 && items.Length() != count) fail(key, expected);
  std::vector<int64_t> values;
  for (uint32_t i = 0; i < items.Length(); ++i) {
    bool good = false;
    values.push_back(toInteger(items.Get(i), least, most, good));
    if (!good) fail(key, expected);
  }
  return values;
}

}  // namespace optimbench
