#include "measured.h"

namespace optimbench {
namespace {

const char* nameOf(Status status) {
  switch (status) {
    case Status::completed:
      return "completed";
    case Status::diverged:
      return "diverged";
    case Status::cancelled:
      return "cancelled";
  }
  return "";
}

Napi::Object toProfile(Napi::Env env, const Profile& profile) {
  Napi::Array layers = Napi::Array::New(env, profile.layers.size());
  for (uint32_t i = 0; i < profile.layers.size(); ++i) {
    Napi::Object layer = Napi::Object::New(env);
    layer["name"] = profile.layers[i].name;
    layer["forward"] = profile.layers[i].forward;
    layer["backward"] = profile.layers[i].backward;
    layers[i] = layer;
  }
  Napi::Object object = Napi::Object::New(env);
  object["layers"] = layers;
  object["batch"] = profile.batch;
  object["loss"] = profile.loss;
  object["waiting"] = profile.waiting;
  object["summing"] = profile.summing;
  object["update"] = profile.update;
  object["rest"] = profile.rest;
  return object;
}

}  // namespace

Napi::Value toObject(Napi::Env env, const Measured& measured) {
  Napi::Object object = Napi::Object::New(env);
  object["loss"] = measured.loss;
  object["correct"] = static_cast<double>(measured.correct);
  object["negativeLogLikelihood"] = measured.negativeLogLikelihood;
  object["calibrationError"] = measured.calibrationError;
  object["samples"] = static_cast<double>(measured.samples);
  object["steps"] = static_cast<double>(measured.steps);
  object["seconds"] = measured.seconds;
  object["status"] = nameOf(measured.status);
  if (!measured.stepGraph.empty()) object["stepGraph"] = measured.stepGraph;
  if (measured.profile) object["profile"] = toProfile(env, *measured.profile);
  return object;
}

}  // namespace optimbench
