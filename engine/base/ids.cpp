// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/ids.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <sys/random.h>

namespace slipway
{

namespace
{
constexpr std::array adjectives = {
    "able",   "amber",   "brave",  "bright", "brisk",  "calm",   "clever", "coral",   "crisp",  "deep",    "eager",
    "fair",   "fast",    "fleet",  "free",   "gentle", "glad",   "golden", "happy",   "hardy",  "honest",  "jolly",
    "keen",   "kind",    "lively", "lucky",  "mellow", "merry",  "misty",  "nimble",  "noble",  "patient", "placid",
    "proud",  "quick",   "quiet",  "ready",  "rosy",   "salty",  "silver", "sleek",   "smooth", "snug",    "solid",
    "spry",   "steady",  "stout",  "sturdy", "sunny",  "swift",  "tidy",   "trusty",  "vivid",  "warm",    "wise",
};
constexpr std::array nouns = {
    "anchor",  "barge",   "beacon",  "bosun",   "bow",      "brig",   "buoy",    "cabin",   "canoe",  "capstan",
    "clipper", "compass", "coracle", "cutter",  "davit",    "deck",   "dinghy",  "dory",    "ferry",  "galleon",
    "galley",  "gangway", "halyard", "harbour", "hatch",    "helm",   "hull",    "jetty",   "junk",   "kayak",
    "keel",    "ketch",   "lantern", "lugger",  "mainsail", "mast",   "mooring", "oar",     "packet", "pier",
    "pilot",   "pinnace", "quay",    "rigging", "rudder",   "schooner", "sextant", "skiff", "sloop",  "spar",
    "tender",  "tiller",  "trawler", "tug",     "wherry",   "yawl",
};

std::uint32_t random32()
{
    std::uint32_t value = 0;
    while (::getrandom(&value, sizeof value, 0) != sizeof value) {
    }
    return value;
}

bool isAlnum(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
} // namespace

std::string randomId()
{
    std::array<unsigned char, 32> bytes{};
    while (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    }
    static constexpr char digits[] = "0123456789abcdef";
    std::string id;
    id.reserve(64);
    for (unsigned char b : bytes) {
        id += digits[b >> 4];
        id += digits[b & 15];
    }
    return id;
}

std::string randomName(int retry)
{
    std::string name = adjectives[random32() % adjectives.size()];
    name += '_';
    name += nouns[random32() % nouns.size()];
    if (retry > 0)
        name += std::to_string(random32() % 10);
    return name;
}

bool isValidName(std::string_view name)
{
    return name.size() >= 2 && isAlnum(name[0]) && std::ranges::all_of(name, [](char c) {
               return isAlnum(c) || c == '_' || c == '.' || c == '-';
           });
}

bool looksLikeId(std::string_view text)
{
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    });
}

} // namespace slipway
