<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>Charts</name>
    <message numerus="yes">
        <source>Out of memory: the kernel killed %n process(es)</source>
        <translation>
            <numerusform>Out of memory: the kernel killed a process</numerusform>
            <numerusform>Out of memory: the kernel killed %n processes</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>slipway::ui::BuildHistoryPage</name>
    <message numerus="yes">
        <source>%1 of %n step(s) from the cache</source>
        <translation>
            <numerusform>%1 of %n step from the cache</numerusform>
            <numerusform>%1 of %n steps from the cache</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n build(s) chosen</source>
        <translation>
            <numerusform>%n build chosen</numerusform>
            <numerusform>%n builds chosen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Forget %n build(s)?</source>
        <translation>
            <numerusform>Forget %n build?</numerusform>
            <numerusform>Forget %n builds?</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>slipway::ui::BuildOutput</name>
    <message numerus="yes">
        <source>%n line(s)</source>
        <translation>
            <numerusform>%n line</numerusform>
            <numerusform>%n lines</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>slipway::ui::BuildRun</name>
    <message numerus="yes">
        <source>%n step(s)</source>
        <translation>
            <numerusform>%n step</numerusform>
            <numerusform>%n steps</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>slipway::ui::ChartsView</name>
    <message numerus="yes">
        <source>machine: %n cores</source>
        <translation>
            <numerusform>machine: %n core</numerusform>
            <numerusform>machine: %n cores</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>slipway::ui::CodeEditor</name>
    <message numerus="yes">
        <source>… %n line(s)</source>
        <translation>
            <numerusform>… %n line</numerusform>
            <numerusform>… %n lines</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>slipway::ui::ContainerModel</name>
    <message numerus="yes">
        <source>%n container(s)</source>
        <translation>
            <numerusform>%n container</numerusform>
            <numerusform>%n containers</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>slipway::ui::ContainersPage</name>
    <message numerus="yes">
        <source>Remove %n containers?</source>
        <translation>
            <numerusform>Remove %n container?</numerusform>
            <numerusform>Remove %n containers?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Kill and remove %n containers</source>
        <translation>
            <numerusform>Kill and remove %n container</numerusform>
            <numerusform>Kill and remove %n containers</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Remove %n containers</source>
        <translation>
            <numerusform>Remove %n container</numerusform>
            <numerusform>Remove %n containers</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n of them is still running and will be killed.</source>
        <translation>
            <numerusform>One of them is still running and will be killed.</numerusform>
            <numerusform>%n of them are still running and will be killed.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>slipway::ui::DockerfileView</name>
    <message numerus="yes">
        <source>Built in %1 · %2 of %n step(s) from the cache</source>
        <translation>
            <numerusform>Built in %1 · %2 of %n step from the cache</numerusform>
            <numerusform>Built in %1 · %2 of %n steps from the cache</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n more</source>
        <translation>
            <numerusform>%n more</numerusform>
            <numerusform>%n more</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 of %n step(s) in the cache</source>
        <translation>
            <numerusform>%1 of %n step in the cache</numerusform>
            <numerusform>%1 of %n steps in the cache</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>slipway::ui::EventStrip</name>
    <message numerus="yes">
        <source>%n line(s) of the log are errors</source>
        <translation>
            <numerusform>A line of the log is an error</numerusform>
            <numerusform>%n lines of the log are errors</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>slipway::ui::ImagesPage</name>
    <message numerus="yes">
        <source>Remove %n images?</source>
        <translation>
            <numerusform>Remove %n image?</numerusform>
            <numerusform>Remove %n images?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Remove %n images</source>
        <translation>
            <numerusform>Remove %n image</numerusform>
            <numerusform>Remove %n images</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>slipway::ui::InspectTab</name>
    <message numerus="yes">
        <source>%n entries</source>
        <translation>
            <numerusform>%n entry</numerusform>
            <numerusform>%n entries</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n found</source>
        <translation>
            <numerusform>%n found</numerusform>
            <numerusform>%n found</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>slipway::ui::Job</name>
    <message numerus="yes">
        <source>%1 of %n layer(s)</source>
        <translation>
            <numerusform>%1 of %n layer</numerusform>
            <numerusform>%1 of %n layers</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 of %n step(s)</source>
        <translation>
            <numerusform>%1 of %n step</numerusform>
            <numerusform>%1 of %n steps</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>slipway::ui::JobsPanel</name>
    <message numerus="yes">
        <source>%n running</source>
        <translation>
            <numerusform>%n running</numerusform>
            <numerusform>%n running</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>slipway::ui::ListPage</name>
    <message numerus="yes">
        <source>%n selected</source>
        <translation>
            <numerusform>%n selected</numerusform>
            <numerusform>%n selected</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>slipway::ui::LogDetails</name>
    <message numerus="yes">
        <source>%n byte(s)</source>
        <translation>
            <numerusform>%n byte</numerusform>
            <numerusform>%n bytes</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>slipway::ui::MainWindow</name>
    <message numerus="yes">
        <source>Quit while %n job(s) are running?</source>
        <translation>
            <numerusform>Quit while %n job is running?</numerusform>
            <numerusform>Quit while %n jobs are running?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Quit without saving %n file(s)?</source>
        <translation>
            <numerusform>Quit without saving %n file?</numerusform>
            <numerusform>Quit without saving %n files?</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>slipway::ui::MonitorPage</name>
    <message numerus="yes">
        <source>%n cores</source>
        <translation>
            <numerusform>%n core</numerusform>
            <numerusform>%n cores</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n running</source>
        <translation>
            <numerusform>%n running</numerusform>
            <numerusform>%n running</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>This engine tells nothing of its machine, and is asked for %n containers at most</source>
        <translation>
            <numerusform>This engine tells nothing of its machine, and is asked for %n container at most</numerusform>
            <numerusform>This engine tells nothing of its machine, and is asked for %n containers at most</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>slipway::ui::OverviewTab</name>
    <message numerus="yes">
        <source> · restarted %n times by the engine</source>
        <translation>
            <numerusform> · restarted once by the engine</numerusform>
            <numerusform> · restarted %n times by the engine</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>when it fails, %n times</source>
        <translation>
            <numerusform>when it fails, once</numerusform>
            <numerusform>when it fails, %n times</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>slipway::ui::ProcessesTab</name>
    <message numerus="yes">
        <source>%n processes, as the host numbers them</source>
        <translation>
            <numerusform>%n process, as the host numbers it</numerusform>
            <numerusform>%n processes, as the host numbers them</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>slipway::ui::ReplaceBar</name>
    <message numerus="yes">
        <source>%n match(es)</source>
        <translation>
            <numerusform>%n match</numerusform>
            <numerusform>%n matches</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n replaced</source>
        <translation>
            <numerusform>%n replaced</numerusform>
            <numerusform>%n replaced</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>slipway::ui::StopCard</name>
    <message numerus="yes">
        <source>The kernel killed %n of its processes for want of memory.</source>
        <translation>
            <numerusform>The kernel killed one of its processes for want of memory.</numerusform>
            <numerusform>The kernel killed %n of its processes for want of memory.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>slipway::ui::TerminalCanvas</name>
    <message numerus="yes">
        <source>Paste %n lines?</source>
        <translation>
            <numerusform>Paste %n line?</numerusform>
            <numerusform>Paste %n lines?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Paste %n lines</source>
        <translation>
            <numerusform>Paste %n line</numerusform>
            <numerusform>Paste %n lines</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>slipway::ui::TerminalFind</name>
    <message numerus="yes">
        <source>%Ln matches</source>
        <translation>
            <numerusform>%Ln match</numerusform>
            <numerusform>%Ln matches</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>slipway::ui::TerminalView</name>
    <message numerus="yes">
        <source>The program in the container wants to put %n characters on the clipboard.</source>
        <translation>
            <numerusform>The program in the container wants to put %n character on the clipboard.</numerusform>
            <numerusform>The program in the container wants to put %n characters on the clipboard.</numerusform>
        </translation>
    </message>
</context>
</TS>
