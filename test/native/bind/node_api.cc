// As much of Node-API as the readers of native/bind/ use, over made-up values (questions.h).
#include <node_api.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <limits>

#include "questions.h"

Answers* answers = nullptr;

namespace {

// Texts that the readers compare with.
const char* const kTexts[] = {"conv2d", "dense", "constant", "row",  "input", "theta", "number", "cpu",
                              "relu",   "",      "adam",     "mean", "add",   "g",     "vector", "length"};
// Numbers at which checks and conversions differ.
const double kNumbers[] = {0,
                           1,
                           2,
                           3,
                           10,
                           -1,
                           0.5,
                           1e300,
                           -1e300,
                           16777216,
                           16777217,
                           4294967296.0,
                           9007199254740992.0,
                           1099511627776.0,
                           9223372036854775807.0,
                           std::numeric_limits<double>::quiet_NaN(),
                           std::numeric_limits<double>::infinity(),
                           -0.0,
                           255,
                           65536};
const size_t kSizes[] = {1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8};  // of the elements of each type of typed arrays

constexpr uint32_t kLongest = 8;

napi_status expect(napi_value value, Kind kind, napi_status otherwise) {
  return at(value).kind == kind ? napi_ok : otherwise;
}

}  // namespace

Answer* Answers::make(Kind kind) {
  all.emplace_back();
  all.back().kind = kind;
  return &all.back();
}

Answer* Answers::invent() {
  const uint8_t choice = byte();
  Answer* made = make(static_cast<Kind>(choice % 8));
  const uint8_t detail = choice / 8;
  switch (made->kind) {
    case Kind::boolean:
      made->number = detail % 2;
      break;
    case Kind::number:
      if (detail < 4) {
        uint8_t raw[sizeof(double)];
        for (uint8_t& each : raw) each = byte();
        std::memcpy(&made->number, raw, sizeof raw);
      } else if (detail < 24) {
        made->number = kNumbers[detail - 4];
      } else {
        made->number = byte();
      }
      break;
    case Kind::text:
      if (detail < 16) made->text = kTexts[detail];
      for (int i = detail - 16; i > 0; --i) made->text += static_cast<char>(byte());
      break;
    case Kind::list:
      made->length = detail % (kLongest + 1);
      break;
    case Kind::bytes:
      made->type = static_cast<napi_typedarray_type>(detail % std::size(kSizes));
      made->length = byte();
      made->bytes.resize(made->length * kSizes[made->type]);
      for (size_t i = 0; i < made->bytes.size() && next < size; ++i) made->bytes[i] = byte();
      break;
    default:
      break;
  }
  return made;
}

Answer* Answers::field(Answer& of, const std::string& key) {
  Answer*& known = of.fields[key];
  if (known == nullptr || !areStable) known = invent();
  return known;
}

extern "C" {

napi_status napi_typeof(napi_env, napi_value value, napi_valuetype* result) {
  constexpr napi_valuetype kTypes[] = {napi_undefined, napi_null,   napi_boolean, napi_number,
                                       napi_string,    napi_object, napi_object,  napi_object};
  *result = kTypes[static_cast<int>(at(value).kind)];
  return napi_ok;
}

napi_status napi_get_named_property(napi_env, napi_value object, const char* key, napi_value* result) {
  Answer& of = at(object);
  if (of.kind < Kind::list) return napi_object_expected;
  *result = handle(answers->field(of, key));
  return napi_ok;
}

napi_status napi_get_element(napi_env, napi_value object, uint32_t index, napi_value* result) {
  if (at(object).kind < Kind::list) return napi_object_expected;
  // Beyond its end, a list is undefined.
  const bool isThere = index < at(object).length;
  *result = handle(isThere ? answers->field(at(object), std::to_string(index)) : answers->make(Kind::undefined));
  return napi_ok;
}

napi_status napi_is_array(napi_env, napi_value value, bool* result) {
  *result = at(value).kind == Kind::list;
  return napi_ok;
}

napi_status napi_get_array_length(napi_env, napi_value value, uint32_t* result) {
  *result = at(value).length;
  return expect(value, Kind::list, napi_array_expected);
}

napi_status napi_get_value_double(napi_env, napi_value value, double* result) {
  *result = at(value).number;
  return expect(value, Kind::number, napi_number_expected);
}

napi_status napi_get_value_bool(napi_env, napi_value value, bool* result) {
  *result = at(value).number != 0;
  return expect(value, Kind::boolean, napi_boolean_expected);
}

napi_status napi_get_value_string_utf8(napi_env, napi_value value, char* buffer, size_t size, size_t* result) {
  const std::string& text = at(value).text;
  if (at(value).kind != Kind::text) return napi_string_expected;
  if (buffer == nullptr) {
    *result = text.size();
  } else if (size > 0) {
    const size_t copied = std::min(size - 1, text.size());
    std::memcpy(buffer, text.data(), copied);
    buffer[copied] = '\0';
    if (result != nullptr) *result = copied;
  }
  return napi_ok;
}

napi_status napi_is_typedarray(napi_env, napi_value value, bool* result) {
  *result = at(value).kind == Kind::bytes;
  return napi_ok;
}

napi_status napi_get_typedarray_info(napi_env, napi_value value, napi_typedarray_type* type, size_t* length,
                                     void** data, napi_value* buffer, size_t* offset) {
  Answer& array = at(value);
  if (array.kind != Kind::bytes) return napi_invalid_arg;
  if (type != nullptr) *type = array.type;
  if (length != nullptr) *length = array.length;
  if (data != nullptr) *data = array.bytes.data();
  if (buffer != nullptr) *buffer = value;
  if (offset != nullptr) *offset = 0;
  return napi_ok;
}

napi_status napi_create_string_utf8(napi_env, const char* text, size_t length, napi_value* result) {
  Answer* made = answers->make(Kind::text);
  made->text = length == NAPI_AUTO_LENGTH ? std::string(text) : std::string(text, length);
  *result = handle(made);
  return napi_ok;
}

napi_status napi_create_error(napi_env, napi_value, napi_value message, napi_value* result) {
  Answer* made = answers->make(Kind::object);
  made->fields["message"] = &at(message);
  *result = handle(made);
  return napi_ok;
}

napi_status napi_create_type_error(napi_env env, napi_value code, napi_value message, napi_value* result) {
  return napi_create_error(env, code, message, result);
}

napi_status napi_create_range_error(napi_env env, napi_value code, napi_value message, napi_value* result) {
  return napi_create_error(env, code, message, result);
}

napi_status napi_create_reference(napi_env, napi_value value, uint32_t, napi_ref* result) {
  *result = reinterpret_cast<napi_ref>(value);
  return napi_ok;
}

napi_status napi_get_reference_value(napi_env, napi_ref reference, napi_value* result) {
  *result = reinterpret_cast<napi_value>(reference);
  return napi_ok;
}

napi_status napi_delete_reference(napi_env, napi_ref) { return napi_ok; }
napi_status napi_reference_ref(napi_env, napi_ref, uint32_t*) { return napi_ok; }
napi_status napi_reference_unref(napi_env, napi_ref, uint32_t*) { return napi_ok; }

napi_status napi_open_handle_scope(napi_env, napi_handle_scope* result) {
  *result = nullptr;
  return napi_ok;
}

napi_status napi_close_handle_scope(napi_env, napi_handle_scope) { return napi_ok; }

napi_status napi_open_escapable_handle_scope(napi_env, napi_escapable_handle_scope* result) {
  *result = nullptr;
  return napi_ok;
}

napi_status napi_close_escapable_handle_scope(napi_env, napi_escapable_handle_scope) { return napi_ok; }

napi_status napi_escape_handle(napi_env, napi_escapable_handle_scope, napi_value value, napi_value* result) {
  *result = value;
  return napi_ok;
}

napi_status napi_create_object(napi_env, napi_value* result) {
  *result = handle(answers->make(Kind::object));
  return napi_ok;
}

napi_status napi_define_properties(napi_env, napi_value, size_t, const napi_property_descriptor*) { return napi_ok; }

napi_status napi_get_last_error_info(napi_env, const napi_extended_error_info** result) {
  static const napi_extended_error_info info{"another type is expected", nullptr, 0, napi_generic_failure};
  *result = &info;
  return napi_ok;
}

napi_status napi_is_exception_pending(napi_env, bool* result) {
  *result = false;
  return napi_ok;
}

napi_status napi_get_and_clear_last_exception(napi_env, napi_value* result) {
  *result = handle(answers->make(Kind::undefined));
  return napi_ok;
}

void napi_fatal_error(const char* where, size_t, const char* message, size_t) {
  std::fprintf(stderr, "%s: %s\n", where != nullptr ? where : "", message);
  std::abort();
}

}  // extern "C"
