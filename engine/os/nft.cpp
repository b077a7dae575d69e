// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/nft.h"

#include <cerrno>
#include <linux/close_range.h>
#include <nftables/libnftables.h>
#include <sched.h>
#include <semaphore>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace slipway
{

// libnftables waits for its sockets by select(), which ends the program for a descriptor of FD_SETSIZE or more. The thread has
// a descriptor table of its own, in which the context's are the first after the standard ones, however many the engine has.
struct Nft::Impl
{
    const std::string* commands = nullptr; // what the thread shall run; null: end
    Result<std::string> answer;
    std::binary_semaphore asked{0}, answered{0};
    std::thread thread;

    ~Impl()
    {
        if (!thread.joinable())
            return;
        commands = nullptr;
        asked.release();
        thread.join();
    }

    void serve(int netns)
    {
        nft_ctx* context = nullptr;
        if (netns >= 0 && ::setns(netns, CLONE_NEWNET) != 0)
            answer = failErrno(errno, "entering a network namespace");
        else if (::close_range(3, ~0U, CLOSE_RANGE_UNSHARE) != 0)
            answer = failErrno(errno, "taking a descriptor table for nftables");
        else if (context = nft_ctx_new(NFT_CTX_DEFAULT); !context)
            answer = fail(ErrorKind::Internal, "libnftables: no context");
        answered.release();
        if (!context)
            return;
        nft_ctx_buffer_output(context);
        nft_ctx_buffer_error(context);
        for (asked.acquire(); commands; asked.acquire()) {
            answer = run(context);
            answered.release();
        }
        nft_ctx_free(context);
    }

    Result<std::string> run(nft_ctx* context) const
    {
        const int rc = nft_run_cmd_from_buffer(context, commands->c_str());
        std::string output = nft_ctx_get_output_buffer(context);
        std::string error = nft_ctx_get_error_buffer(context);
        if (rc == 0)
            return output;
        if (error.contains("Operation not permitted"))
            return fail(ErrorKind::Internal,
                        "nftables refused: operation not permitted (needs CAP_NET_ADMIN in this network namespace and "
                        "the kernel's nf_tables)",
                        EPERM);
        if (const auto end = error.find('\n'); end != std::string::npos)
            error.resize(end);
        return fail(ErrorKind::Internal, "nftables: " + error);
    }
};

Nft::Nft(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
Nft::Nft(Nft&&) noexcept = default;
Nft& Nft::operator=(Nft&&) noexcept = default;
Nft::~Nft() = default;

Result<Nft> Nft::open(int netns)
{
    auto impl = std::make_unique<Impl>();
    try {
        impl->thread = std::thread([raw = impl.get(), netns] { raw->serve(netns); });
    } catch (const std::system_error& e) {
        return failErrno(e.code().value(), "starting a thread for nftables");
    }
    impl->answered.acquire();
    if (!impl->answer)
        return std::unexpected(impl->answer.error());
    return Nft(std::move(impl));
}

Result<std::string> Nft::run(const std::string& commands)
{
    m_impl->commands = &commands;
    m_impl->asked.release();
    m_impl->answered.acquire();
    return std::move(m_impl->answer);
}

} // namespace slipway
