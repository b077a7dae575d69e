// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/machine.h"

#include <sys/utsname.h>

namespace slipway
{

std::string machineArchitecture()
{
    struct utsname name{};
    ::uname(&name);
    const std::string machine = name.machine;
    return machine == "x86_64" ? "amd64" : machine == "aarch64" ? "arm64" : machine;
}

} // namespace slipway
