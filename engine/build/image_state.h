// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "build/dockerfile/dockerfile.h"
#include "store/digest.h"

namespace slipway::build
{

// An image in the making: what a stage has after so many instructions. Copied when another stage goes on from it.
struct ImageState
{
    Json config = Json::object(); // the "config" of a configuration document
    std::vector<Json> history;
    std::vector<Digest> layers; // lowest first
    std::string architecture, variant, os = "linux", author;
    std::string created; // RFC 3339, of the last entry of history
    Digest base;         // the image this is still the same as, or nothing once it has a step of its own
    Digest files;        // key of what the file system is made of: layers, or the steps that made them
    Digest step;         // key of the whole line of instructions
    bool cmdSet = false; // by this stage: ENTRYPOINT then leaves CMD alone

    // An image that starts from nothing, and one that starts from the configuration document DOCUMENT.
    [[nodiscard]] static ImageState scratch(const std::string& platform);
    [[nodiscard]] static Result<ImageState> from(const std::string& document);

    // Whether it runs on PLATFORM, "os/architecture[/variant]".
    [[nodiscard]] bool isFor(const std::string& platform) const;

    [[nodiscard]] std::vector<std::string> env() const;
    [[nodiscard]] std::optional<std::string> variable(std::string_view name) const;
    void setVariable(const std::string& name, const std::string& value);
    [[nodiscard]] std::string workdir() const;
    [[nodiscard]] std::string user() const;
    // SHELL, or /bin/sh -c.
    [[nodiscard]] std::vector<std::string> shell() const;

    // The history entry of an instruction; LAYER is empty when it made no files. CLASSIC: as of dockerd's classic builder.
    void record(const std::string& createdBy, TimePoint created, const Digest& layer, bool classic = false);
    // The configuration document, and its digest: the id of the image as it is now.
    [[nodiscard]] std::string document() const;
    [[nodiscard]] Digest id() const;
};

// A key made of parts, none of which can run into the next.
[[nodiscard]] Digest keyOf(const std::vector<std::string>& parts);

// Docker's rule for WORKDIR: relative to the one before.
[[nodiscard]] std::string joinWorkdir(const std::string& current, const std::string& next);

// CMD, ENV, LABEL and their kin: what only changes CONFIG, variables already expanded. The text for history, or nothing when
// INSTRUCTION makes files.
// CLASSIC: as dockerd's classic builder, which keeps of the base image's HEALTHCHECK what is not said, and has ONBUILD in the
// history (an empty text: it is not).
[[nodiscard]] std::optional<Result<std::string>> applyMetadata(ImageState& state, const dockerfile::Instruction& instruction, bool classic = false);

} // namespace slipway::build
