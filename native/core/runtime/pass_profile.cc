#include "pass_profile.h"

#include <algorithm>

namespace optimbench {

ShardProfile& PassProfile::shard(size_t index) {
  while (shards.size() <= index) shards.emplace_back(names.size());
  return shards[index];
}

// Shards run in parallel, so their seconds are divided by the number of threads to give seconds of the pass.
Profile PassProfile::sum() const {
  Profile profile;
  for (const std::string& name : names) profile.layers.push_back({name, 0, 0});
  double busy = 0;
  const auto add = [&](double& part, double seconds) {
    part += seconds / static_cast<double>(threads);
    busy += seconds / static_cast<double>(threads);
  };
  for (const ShardProfile& shard : shards) {
    add(profile.batch, shard.batch);
    add(profile.loss, shard.loss);
    for (size_t i = 0; i < names.size(); ++i) {
      add(profile.layers[i].forward, shard.forward[i]);
      add(profile.layers[i].backward, shard.backward[i]);
    }
  }
  profile.waiting = std::max(0.0, parallel - busy);
  profile.summing = summing;
  profile.update = update;
  profile.rest = rest;
  return profile;
}

}  // namespace optimbench
