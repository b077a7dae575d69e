// SPDX-License-Identifier: GPL-3.0-or-later
#include <thread>

#include <QtTest>

#include <csignal>
#include <fstream>
#include <sys/wait.h>
#include <unistd.h>

#include "os/cgroup.h"

using namespace slipway;
namespace fs = std::filesystem;

class TestCgroup : public QObject
{
    Q_OBJECT

    Cgroups m_cgroups;
    const std::string m_path = "/slipway-test/cgroup-" + std::to_string(::getpid());

    // The group's folder in each hierarchy, as crun makes it: also where Slipway has no use for the controller.
    std::vector<fs::path> groups() const
    {
        std::vector<fs::path> found;
        std::ifstream file("/proc/self/mounts");
        std::string device, mount, type, rest;
        while (file >> device >> mount >> type && std::getline(file, rest)) {
            if (type == "cgroup" || (type == "cgroup2" && mount == "/sys/fs/cgroup"))
                found.push_back(mount + m_path);
        }
        return found;
    }

private slots:
    void initTestCase()
    {
        if (::geteuid() != 0 || m_cgroups.version() == Cgroups::Version::None)
            QSKIP("needs root and cgroups");
    }

    void removeTakesProcessesAndGroupsBelow()
    {
        for (const fs::path& group : groups())
            fs::create_directories(group / "of-the-container" / "deeper");
        const pid_t child = ::fork();
        if (child == 0) {
            ::pause();
            ::_exit(0);
        }
        const bool v1 = m_cgroups.version() == Cgroups::Version::V1;
        const std::string inside = (v1 ? "/sys/fs/cgroup/pids" : "/sys/fs/cgroup") + m_path + "/of-the-container/deeper";
        std::ofstream(inside + "/cgroup.procs") << child << std::flush;
        QCOMPARE(m_cgroups.processes(m_path + "/of-the-container/deeper"), std::vector<pid_t>{child});

        std::jthread reaper([child] { ::waitpid(child, nullptr, 0); }); // a zombie would keep its group
        const auto removed = m_cgroups.remove(m_path);
        QVERIFY2(removed, removed ? "" : removed.error().message.c_str());
        for (const fs::path& group : groups())
            QVERIFY2(!fs::exists(group), group.c_str());
        QVERIFY(m_cgroups.remove(m_path)); // nothing there is no error
    }

    void theRootIsRefused()
    {
        QVERIFY(!m_cgroups.remove("/"));
        QVERIFY(!m_cgroups.remove(""));
    }
};

QTEST_APPLESS_MAIN(TestCgroup)
#include "tst_cgroup.moc"
