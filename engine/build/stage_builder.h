// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "build/session.h"

namespace slipway::build
{

// Runs the instructions of one stage, in order. One thread.
class StageBuilder
{
public:
    // SLOT: its place among the stages of the build. FIRSTSTEP of TOTAL: the number of its FROM.
    StageBuilder(Session& session, const dockerfile::Stage& stage, std::size_t slot, int firstStep, int total);
    // ISTARGET: the request's labels are added.
    [[nodiscard]] Result<ImageState> build(bool isTarget);

private:
    using Text = Result<std::string>;

    // stage_builder.cpp
    [[nodiscard]] Status steps(bool isTarget);
    [[nodiscard]] Status begin();
    [[nodiscard]] Status triggers();
    [[nodiscard]] Status step(const dockerfile::Instruction& instruction);
    [[nodiscard]] Status metadata(const dockerfile::Instruction& instruction);
    [[nodiscard]] Status arg(const dockerfile::Arg& arg);
    [[nodiscard]] Status workdir(const dockerfile::Workdir& workdir);
    [[nodiscard]] Status remember();

    [[nodiscard]] std::optional<std::string> variable(std::string_view name) const;
    [[nodiscard]] Text word(const std::string& text) const;
    [[nodiscard]] Status expandWords(std::vector<std::string>& words) const;
    [[nodiscard]] Result<dockerfile::Instruction> expanded(const dockerfile::Instruction& instruction) const;

    // A step without files: its history entry, found or made anew.
    void noteMetadata(const std::string& said);
    // TEXT as the history has it: of what runs nothing, the classic builder says so.
    [[nodiscard]] std::string historyText(const std::string& text) const;
    // A step with files: its layer from the cache, or what MAKE wrote into a workspace over the layers.
    struct Step
    {
        std::string text;  // for the history
        StepInputs inputs; // all that it reads
        Digest shortcut;   // of where that comes from, if that says it all; may be empty
        bool withInit = false;
        bool always = false; // from the cache, whatever the request says
    };
    using Make = std::function<Status(Workspace&)>;
    [[nodiscard]] Status layerStep(const Step& step, const Make& make);
    // INPUTS: of the step, for what is imported.
    [[nodiscard]] std::optional<CacheRecord> takeCached(const Digest& key, const std::string& text, bool always = false,
                                                        const StepInputs* inputs = nullptr);
    [[nodiscard]] std::optional<CacheRecord> findCached(const Digest& key, const std::string& text);
    // KEY: of the step's inputs.
    void appendLayer(const std::string& text, const Digest& key, const CacheRecord& record);

    // stage_forecast.cpp: what is only told (Session::forecast).
    void mark(ForecastStep::State state, ForecastStep::Reason reason, std::vector<std::string> changed = {}, int after = 0);
    void markMetadata(bool known);
    void forecastMiss(const Step& step);
    // A step with files of which nothing can be known: it goes on with KEY in place of its inputs'.
    void forecastUnknown(const std::string& text, const Digest& key, ForecastStep::Reason reason, int after = 0);
    void tellForecast(const dockerfile::Instruction& instruction, const Status& done);

    void say(BuildProgress progress);
    void sayStep(const dockerfile::Instruction& instruction); // that it begins
    [[nodiscard]] std::string vertexOf(const dockerfile::Instruction& instruction);
    void note(std::string text) { say({.kind = BuildProgress::Kind::Note, .text = std::move(text), .id = {}, .pull = {}}); }

    // run_step.cpp (what is mounted: run_mounts.h)
    struct MountPlan
    {
        dockerfile::Mount mount;
        std::string target; // absolute
        std::string text;   // of the flag
        bool reads = false; // SOURCE of FROM or of the context
        std::optional<ImageState> from;
        std::shared_ptr<StageTree> tree; // of FROM; null: the context
        std::string source;              // in it
    };
    [[nodiscard]] Status run(const dockerfile::Run& run);
    [[nodiscard]] Result<std::vector<MountPlan>> planMounts(const dockerfile::Run& run);
    [[nodiscard]] Status identify(MountPlan& plan) const;
    [[nodiscard]] Result<Digest> findSource(MountPlan& plan, StepInputs& inputs); // the content of what it mounts, its files told to INPUTS
    [[nodiscard]] StepInputs runInputs(const dockerfile::Run& run, const std::vector<std::string>& args, const std::vector<std::string>& env) const;
    [[nodiscard]] Status execute(const dockerfile::Run& run, const std::vector<std::string>& args, const std::vector<std::string>& env,
                                 const std::vector<MountPlan>& mounts, Workspace& workspace);
    [[nodiscard]] Result<std::vector<std::string>> commandOf(const dockerfile::Run& run) const;
    [[nodiscard]] std::vector<std::string> runEnv() const;
    [[nodiscard]] std::string runHistory(const std::vector<std::string>& args) const;

    // copy_step.cpp
    struct CopyItem // what one source of COPY or ADD comes down to
    {
        const FileTree* tree = nullptr;
        CopySource source;
        bool archive = false; // to be unpacked
    };
    struct CopyPlan
    {
        std::vector<CopyItem> items;
        std::vector<std::shared_ptr<void>> holds; // what the trees live in
        std::string destination;                  // absolute
        bool intoFolder = false;
    };
    [[nodiscard]] Status copy(const dockerfile::Copy& copy);
    [[nodiscard]] Status addHeredocs(const dockerfile::Copy& copy, CopyPlan& plan);
    [[nodiscard]] Status addRemote(const dockerfile::Copy& copy, const std::string& url, CopyPlan& plan);
    [[nodiscard]] Status addFound(const dockerfile::Copy& copy, const std::string& pattern, const FileTree& tree, CopyPlan& plan);
    [[nodiscard]] Status planCopy(const dockerfile::Copy& copy, const std::optional<ImageState>& from, CopyPlan& plan);
    [[nodiscard]] Status performCopy(const dockerfile::Copy& copy, const CopyPlan& plan, CopyRules rules, Workspace& workspace);
    [[nodiscard]] Status unpackArchive(const CopyItem& item, int root, const std::string& path, const CopyRules& rules);

    Session& m_session;
    const dockerfile::Stage& m_stage;
    std::size_t m_slot;
    int m_step, m_total;
    int m_vertices = 0; // so far
    int m_line = 0;                // of the step
    std::int64_t m_layerSize = 0; // that it made or found
    ImageState m_state;
    Digest m_baseFiles; // of the image that it starts from
    ForecastStep m_forecast;      // of the step
    Forecast::Doubt m_lineDoubt;  // of the instructions up to here: also of those without files
    std::map<std::string, std::optional<std::string>, std::less<>> m_args; // declared by ARG
    std::vector<std::string> m_argNames;                                   // in the order in which they were
    std::vector<CacheRecord> m_new; // steps without files, and shortcuts
};

} // namespace slipway::build
