// SPDX-License-Identifier: GPL-3.0-or-later
#include "state/migrations.h"

#include <array>

namespace slipway
{

std::span<const std::string_view> migrations()
{
    static constexpr std::array<std::string_view, 3> steps = {R"sql(
CREATE TABLE images(id TEXT PRIMARY KEY, manifest_digest TEXT NOT NULL DEFAULT '', created INTEGER NOT NULL,
                    tagged INTEGER NOT NULL DEFAULT 0, size INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE image_refs(ref TEXT PRIMARY KEY, image_id TEXT NOT NULL REFERENCES images(id) ON DELETE CASCADE) WITHOUT ROWID;
CREATE TABLE image_digests(repo TEXT NOT NULL, digest TEXT NOT NULL,
                           image_id TEXT NOT NULL REFERENCES images(id) ON DELETE CASCADE,
                           PRIMARY KEY(repo, digest)) WITHOUT ROWID;
CREATE TABLE layers(diff_id TEXT PRIMARY KEY, dir TEXT NOT NULL UNIQUE, size INTEGER NOT NULL,
                    created INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE containers(id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, document TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE networks(id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, document TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE endpoints(container_id TEXT NOT NULL, network_id TEXT NOT NULL REFERENCES networks(id), ip TEXT NOT NULL,
                       document TEXT NOT NULL, PRIMARY KEY(container_id, network_id), UNIQUE(network_id, ip)) WITHOUT ROWID;
CREATE TABLE volumes(name TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID;
)sql",
                                                              R"sql(
CREATE TABLE build_cache(key TEXT PRIMARY KEY, kind TEXT NOT NULL, description TEXT NOT NULL, parent TEXT NOT NULL,
                         diff_id TEXT NOT NULL, size INTEGER NOT NULL, created INTEGER NOT NULL, used INTEGER NOT NULL,
                         uses INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX build_cache_layers ON build_cache(diff_id);
)sql",
                                                              R"sql(
CREATE TABLE build_inputs(key TEXT PRIMARY KEY, below TEXT NOT NULL, instruction TEXT NOT NULL, print TEXT NOT NULL, prints TEXT NOT NULL);
CREATE INDEX build_inputs_below ON build_inputs(below, instruction);
CREATE INDEX build_inputs_print ON build_inputs(print);
CREATE TRIGGER build_inputs_go AFTER DELETE ON build_cache BEGIN DELETE FROM build_inputs WHERE key = OLD.key; END;
)sql"};
    return steps;
}

} // namespace slipway
