// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string_view>

namespace slipway
{

// The schema as an ordered list of steps: step N brings version N-1 to N (PRAGMA user_version). Released steps are never
// changed; a new one is appended. All tables are declared in migrations.cpp, whoever owns them:
//
//   images(id PK, config_digest, manifest_digest, created, size…)    image/
//   image_refs(ref PK, image_id)                                     image/   "docker.io/library/nginx:latest"
//   image_digests(repo, digest, image_id)                            image/   repo digests
//   layers(diff_id PK, dir, size, created)                           store/
//   containers(id PK, name UNIQUE, document JSON, …)                 container/
//   networks(id PK, name UNIQUE, document JSON)                      network/
//   endpoints(container_id, network_id, ip UNIQUE per network…)      network/
//   volumes(name PK, driver, labels JSON, options JSON, created)     volume/
//   build_cache(key PK, diff_id, parent, size, used…)                build/    key of a build step → its layer
//   build_inputs(key, below, instruction, print, prints JSON)        build/    what that key was made of; goes with it
std::span<const std::string_view> migrations();

} // namespace slipway
