<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>BuildSettings</name>
    <message>
        <source>%1 is no name for an image: small letters, digits, and - . _ / between them; then a colon and a tag</source>
        <translation>%1 ist kein Name für ein Image: Kleinbuchstaben, Ziffern, dazwischen - . _ /; dann ein Doppelpunkt und ein Tag</translation>
    </message>
    <message>
        <source>The build argument %1 has no name</source>
        <translation>Das Build-Argument %1 hat keinen Namen</translation>
    </message>
    <message>
        <source>The context %1 is not a folder</source>
        <translation>Der Kontext %1 ist kein Ordner</translation>
    </message>
</context>
<context>
    <name>ChartExport</name>
    <message>
        <source>%1 could not be saved: %2</source>
        <translation>%1 war nicht zu speichern: %2</translation>
    </message>
</context>
<context>
    <name>Charts</name>
    <message>
        <source>%1 cores</source>
        <translation>%1 Kerne</translation>
    </message>
    <message>
        <source>%1/s</source>
        <translation>%1/s</translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>Ended: %1</source>
        <translation>Beendet: %1</translation>
    </message>
    <message>
        <source>Ended</source>
        <translation>Beendet</translation>
    </message>
    <message>
        <source>Started</source>
        <translation>Gestartet</translation>
    </message>
    <message numerus="yes">
        <source>Out of memory: the kernel killed %n process(es)</source>
        <translation>
            <numerusform>Kein Speicher mehr: Der Kernel hat einen Prozess beendet</numerusform>
            <numerusform>Kein Speicher mehr: Der Kernel hat %n Prozesse beendet</numerusform>
        </translation>
    </message>
    <message>
        <source>Out of memory: the kernel killed a process</source>
        <translation>Kein Speicher mehr: Der Kernel hat einen Prozess beendet</translation>
    </message>
    <message>
        <source>Restarted</source>
        <translation>Neu gestartet</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Angehalten</translation>
    </message>
    <message>
        <source>Went on</source>
        <translation>Fortgesetzt</translation>
    </message>
    <message>
        <source>Healthy</source>
        <translation>Gesund</translation>
    </message>
    <message>
        <source>Unhealthy</source>
        <translation>Nicht gesund</translation>
    </message>
    <message>
        <source>Its settings were changed</source>
        <translation>Seine Einstellungen wurden geändert</translation>
    </message>
    <message>
        <source>out of memory</source>
        <translation>kein Speicher mehr</translation>
    </message>
    <message>
        <source>at most %1 of memory with its cache</source>
        <translation>höchstens %1 Speicher mit Cache</translation>
    </message>
</context>
<context>
    <name>CommandPalette</name>
    <message>
        <source>Command</source>
        <translation>Befehl</translation>
    </message>
    <message>
        <source>Run a container…</source>
        <translation>Einen Container ausführen …</translation>
    </message>
    <message>
        <source>Pull an image…</source>
        <translation>Ein Abbild holen …</translation>
    </message>
    <message>
        <source>Load an image from a file…</source>
        <translation>Ein Abbild aus einer Datei laden …</translation>
    </message>
    <message>
        <source>Go to Containers</source>
        <translation>Zu den Containern</translation>
    </message>
    <message>
        <source>Go to Images</source>
        <translation>Zu den Abbildern</translation>
    </message>
    <message>
        <source>Theme: as the desktop</source>
        <translation>Aussehen: wie die Arbeitsfläche</translation>
    </message>
    <message>
        <source>Theme: light</source>
        <translation>Aussehen: hell</translation>
    </message>
    <message>
        <source>Theme: dark</source>
        <translation>Aussehen: dunkel</translation>
    </message>
    <message>
        <source>First steps and keys</source>
        <translation>Erste Schritte und Tasten</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>Start %1</source>
        <translation>%1 starten</translation>
    </message>
    <message>
        <source>Stop %1</source>
        <translation>%1 anhalten</translation>
    </message>
    <message>
        <source>Restart %1</source>
        <translation>%1 neu starten</translation>
    </message>
    <message>
        <source>Container</source>
        <translation>Container</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>Abbild</translation>
    </message>
    <message>
        <source>Run %1…</source>
        <translation>%1 ausführen …</translation>
    </message>
    <message>
        <source>Go to Builds</source>
        <translation>Zu den Builds</translation>
    </message>
    <message>
        <source>Open a Dockerfile…</source>
        <translation>Dockerfile öffnen …</translation>
    </message>
    <message>
        <source>Go to Logs</source>
        <translation>Zu den Protokollen</translation>
    </message>
    <message>
        <source>Go to Monitor</source>
        <translation>Zum Monitor</translation>
    </message>
</context>
<context>
    <name>ContainerFacts</name>
    <message>
        <source>Killed by %1 (exit code %2)</source>
        <translation>Beendet durch %1 (Exit-Code %2)</translation>
    </message>
    <message>
        <source>Out of memory (exit code %1)</source>
        <translation>Speicher aufgebraucht (Exit-Code %1)</translation>
    </message>
    <message>
        <source>It needed more than its limit of %1, so the kernel killed it. Give it a higher limit, or make it need less.</source>
        <translation>Er brauchte mehr als seine Grenze von %1, deshalb hat ihn der Kernel beendet. Setzen Sie die Grenze höher, oder lassen Sie ihn weniger brauchen.</translation>
    </message>
    <message>
        <source>The machine ran out of memory, so the kernel killed it.</source>
        <translation>Dem Rechner ging der Speicher aus, deshalb hat ihn der Kernel beendet.</translation>
    </message>
    <message>
        <source>Somebody killed it, or it did not end in time when it was asked to stop. There is no sign of too little memory.</source>
        <translation>Jemand hat ihn abgebrochen, oder er war nicht rechtzeitig zu Ende, als er anhalten sollte. Auf Speichermangel deutet nichts hin.</translation>
    </message>
    <message>
        <source>It was asked to stop and did.</source>
        <translation>Er wurde gebeten anzuhalten und hat es getan.</translation>
    </message>
    <message>
        <source>It was interrupted, as by Ctrl+C.</source>
        <translation>Er wurde unterbrochen, wie durch Strg+C.</translation>
    </message>
    <message>
        <source>The program touched memory that is not its own: a bug in it, or a build for another processor.</source>
        <translation>Das Programm hat fremden Speicher berührt: ein Fehler darin, oder es ist für einen anderen Prozessor gebaut.</translation>
    </message>
    <message>
        <source>The program gave up by itself, usually after an assertion or an uncaught exception.</source>
        <translation>Das Programm hat selbst aufgegeben, meist nach einer verletzten Annahme oder einer nicht gefangenen Ausnahme.</translation>
    </message>
    <message>
        <source>The program used an instruction that this processor does not have.</source>
        <translation>Das Programm benutzte einen Befehl, den dieser Prozessor nicht hat.</translation>
    </message>
    <message>
        <source>A signal ended it.</source>
        <translation>Ein Signal hat ihn beendet.</translation>
    </message>
    <message>
        <source>It could not be started</source>
        <translation>Er konnte nicht gestartet werden</translation>
    </message>
    <message>
        <source>Exit code %1</source>
        <translation>Exit-Code %1</translation>
    </message>
    <message>
        <source>It finished (exit code 0)</source>
        <translation>Er ist fertig (Exit-Code 0)</translation>
    </message>
    <message>
        <source>The program ended by itself and reported no error.</source>
        <translation>Das Programm ist von selbst zu Ende gegangen und hat keinen Fehler gemeldet.</translation>
    </message>
    <message>
        <source>The engine could not run it.</source>
        <translation>Die Engine konnte ihn nicht ausführen.</translation>
    </message>
    <message>
        <source>The command was found but could not be executed: is it a program, and may it be run?</source>
        <translation>Der Befehl wurde gefunden, konnte aber nicht ausgeführt werden: Ist er ein Programm, und darf er ausgeführt werden?</translation>
    </message>
    <message>
        <source>The command was not found in the image: check its name and path.</source>
        <translation>Der Befehl wurde im Abbild nicht gefunden: Prüfen Sie Namen und Pfad.</translation>
    </message>
    <message>
        <source>The program ended with an error of its own; its last lines usually say which.</source>
        <translation>Das Programm endete mit einem eigenen Fehler; meist sagen seine letzten Zeilen, mit welchem.</translation>
    </message>
    <message>
        <source>A process in it was killed for want of memory.</source>
        <translation>Ein Prozess darin wurde aus Mangel an Speicher beendet.</translation>
    </message>
    <message>
        <source>signal %1</source>
        <translation>Signal %1</translation>
    </message>
    <message>
        <source>1 second</source>
        <translation>1 Sekunde</translation>
    </message>
    <message>
        <source>%1 seconds</source>
        <translation>%1 Sekunden</translation>
    </message>
    <message>
        <source>1 minute</source>
        <translation>1 Minute</translation>
    </message>
    <message>
        <source>%1 minutes</source>
        <translation>%1 Minuten</translation>
    </message>
    <message>
        <source>1 hour</source>
        <translation>1 Stunde</translation>
    </message>
    <message>
        <source>%1 hours</source>
        <translation>%1 Stunden</translation>
    </message>
    <message>
        <source>%1 days</source>
        <translation>%1 Tagen</translation>
    </message>
    <message>
        <source>%1 ago</source>
        <translation>vor %1</translation>
    </message>
    <message>
        <source>exit code %1 (%2)</source>
        <translation>Exit-Code %1 (%2)</translation>
    </message>
    <message>
        <source>exit code %1</source>
        <translation>Exit-Code %1</translation>
    </message>
</context>
<context>
    <name>ContainerState</name>
    <message>
        <source>Unhealthy</source>
        <translation>Nicht gesund</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>Startet</translation>
    </message>
    <message>
        <source>Healthy</source>
        <translation>Gesund</translation>
    </message>
    <message>
        <source>Exited (%1)</source>
        <translation>Beendet (%1)</translation>
    </message>
    <message>
        <source>%1 ago</source>
        <translation>vor %1</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>Läuft</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Pausiert</translation>
    </message>
    <message>
        <source>Restarting</source>
        <translation>Startet neu</translation>
    </message>
    <message>
        <source>Created</source>
        <translation>Angelegt</translation>
    </message>
    <message>
        <source>Exited</source>
        <translation>Beendet</translation>
    </message>
    <message>
        <source>Removing</source>
        <translation>Wird entfernt</translation>
    </message>
    <message>
        <source>Dead</source>
        <translation>Tot</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>%1 min</source>
        <translation>%1 Min.</translation>
    </message>
    <message>
        <source>%1 h</source>
        <translation>%1 Std.</translation>
    </message>
    <message>
        <source>%1 d</source>
        <translation>%1 T.</translation>
    </message>
    <message>
        <source>%1 wk</source>
        <translation>%1 Wo.</translation>
    </message>
    <message>
        <source>%1 mo</source>
        <translation>%1 Mon.</translation>
    </message>
    <message>
        <source>%1 y</source>
        <translation>%1 J.</translation>
    </message>
    <message>
        <source>just now</source>
        <translation>gerade eben</translation>
    </message>
</context>
<context>
    <name>ContainerVerbs</name>
    <message>
        <source>Starting…</source>
        <translation>Wird gestartet …</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>Wird angehalten …</translation>
    </message>
    <message>
        <source>Restarting…</source>
        <translation>Wird neu gestartet …</translation>
    </message>
    <message>
        <source>Killing…</source>
        <translation>Wird abgebrochen …</translation>
    </message>
    <message>
        <source>Pausing…</source>
        <translation>Wird pausiert …</translation>
    </message>
    <message>
        <source>Resuming…</source>
        <translation>Wird fortgesetzt …</translation>
    </message>
    <message>
        <source>Not started</source>
        <translation>Nicht gestartet</translation>
    </message>
    <message>
        <source>Not stopped</source>
        <translation>Nicht angehalten</translation>
    </message>
    <message>
        <source>Not restarted</source>
        <translation>Nicht neu gestartet</translation>
    </message>
    <message>
        <source>Not killed</source>
        <translation>Nicht abgebrochen</translation>
    </message>
    <message>
        <source>Not paused</source>
        <translation>Nicht pausiert</translation>
    </message>
    <message>
        <source>Not resumed</source>
        <translation>Nicht fortgesetzt</translation>
    </message>
</context>
<context>
    <name>Dockerfile</name>
    <message>
        <source>stage, from %1</source>
        <translation>Stufe, aus %1</translation>
    </message>
    <message>
        <source>image</source>
        <translation>Image</translation>
    </message>
    <message>
        <source>build argument</source>
        <translation>Build-Argument</translation>
    </message>
    <message>
        <source>platform</source>
        <translation>Plattform</translation>
    </message>
    <message>
        <source>a folder kept from build to build</source>
        <translation>ein Ordner, der von Build zu Build bleibt</translation>
    </message>
    <message>
        <source>files of the context or a stage</source>
        <translation>Dateien des Kontexts oder einer Stufe</translation>
    </message>
    <message>
        <source>a file that stays out of the image</source>
        <translation>eine Datei, die nicht ins Image kommt</translation>
    </message>
    <message>
        <source>keys of your agent</source>
        <translation>Schlüssel Ihres Agenten</translation>
    </message>
    <message>
        <source>memory</source>
        <translation>Arbeitsspeicher</translation>
    </message>
    <message>
        <source>user of this stage</source>
        <translation>Benutzer dieser Stufe</translation>
    </message>
    <message>
        <source>nothing at all</source>
        <translation>gar nichts</translation>
    </message>
    <message>
        <source>name of the stage</source>
        <translation>Name der Stufe</translation>
    </message>
    <message>
        <source>the command that tells</source>
        <translation>der Befehl, der es sagt</translation>
    </message>
    <message>
        <source>no health check, whatever the base image says</source>
        <translation>keine Prüfung, was auch das Basis-Image sagt</translation>
    </message>
    <message>
        <source>begins a stage on an image</source>
        <translation>beginnt eine Stufe auf einem Image</translation>
    </message>
    <message>
        <source>runs a command and keeps the files it made</source>
        <translation>führt einen Befehl aus und behält seine Dateien</translation>
    </message>
    <message>
        <source>copies files of the context or of a stage</source>
        <translation>kopiert Dateien des Kontexts oder einer Stufe</translation>
    </message>
    <message>
        <source>copies, unpacks archives, fetches URLs</source>
        <translation>kopiert, entpackt Archive, holt URLs</translation>
    </message>
    <message>
        <source>what a container runs unless told otherwise</source>
        <translation>was ein Container ausführt, wenn nichts anderes gesagt ist</translation>
    </message>
    <message>
        <source>what a container always runs</source>
        <translation>was ein Container immer ausführt</translation>
    </message>
    <message>
        <source>sets variables, also in the container</source>
        <translation>setzt Variablen, auch im Container</translation>
    </message>
    <message>
        <source>a variable that the build may be given</source>
        <translation>eine Variable, die der Build bekommen kann</translation>
    </message>
    <message>
        <source>the folder for what follows</source>
        <translation>der Ordner für das Folgende</translation>
    </message>
    <message>
        <source>ports that the program listens on</source>
        <translation>Ports, auf denen das Programm lauscht</translation>
    </message>
    <message>
        <source>who runs what follows</source>
        <translation>wer das Folgende ausführt</translation>
    </message>
    <message>
        <source>folders that live outside the container</source>
        <translation>Ordner, die außerhalb des Containers leben</translation>
    </message>
    <message>
        <source>says something about the image</source>
        <translation>sagt etwas über das Image</translation>
    </message>
    <message>
        <source>how to tell that it works</source>
        <translation>woran man sieht, dass es läuft</translation>
    </message>
    <message>
        <source>what runs commands in shell form</source>
        <translation>was Befehle in Shell-Form ausführt</translation>
    </message>
    <message>
        <source>the signal that stops the container</source>
        <translation>das Signal, das den Container anhält</translation>
    </message>
    <message>
        <source>an instruction for images built on this one</source>
        <translation>eine Anweisung für Images, die hierauf bauen</translation>
    </message>
    <message>
        <source>who made it; use LABEL instead</source>
        <translation>wer es gemacht hat; besser LABEL</translation>
    </message>
</context>
<context>
    <name>ImageDockerfile</name>
    <message>
        <source># %1 of files that the history does not name: … %2</source>
        <translation># %1 von Dateien, die der Verlauf nicht nennt: … %2</translation>
    </message>
    <message>
        <source># Read from the history of %1.</source>
        <translation># Gelesen aus dem Verlauf von %1.</translation>
    </message>
    <message>
        <source># Which image it was built on is not known: put it here, and take away the lines that are its own.</source>
        <translation># Worauf es gebaut wurde, ist nicht bekannt: Hier eintragen und dessen eigene Zeilen entfernen.</translation>
    </message>
</context>
<context>
    <name>LineLook</name>
    <message>
        <source>Trace</source>
        <translation>Spur</translation>
    </message>
    <message>
        <source>Debug</source>
        <translation>Debug</translation>
    </message>
    <message>
        <source>Info</source>
        <translation>Info</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>Warnung</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>Fatal</source>
        <translation>Fatal</translation>
    </message>
</context>
<context>
    <name>ListDate</name>
    <message>
        <source>Today %1</source>
        <translation>Heute %1</translation>
    </message>
</context>
<context>
    <name>MetricColumns</name>
    <message>
        <source>CPU</source>
        <translation>CPU</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Speicher</translation>
    </message>
    <message>
        <source>Cache</source>
        <translation>Cache</translation>
    </message>
    <message>
        <source>Network in</source>
        <translation>Netz ein</translation>
    </message>
    <message>
        <source>Network out</source>
        <translation>Netz aus</translation>
    </message>
    <message>
        <source>Blocks read</source>
        <translation>Blöcke gelesen</translation>
    </message>
    <message>
        <source>Blocks written</source>
        <translation>Blöcke geschrieben</translation>
    </message>
    <message>
        <source>Processes</source>
        <translation>Prozesse</translation>
    </message>
    <message>
        <source>Throttled</source>
        <translation>Gedrosselt</translation>
    </message>
    <message>
        <source>Waiting for CPU</source>
        <translation>Warten auf CPU</translation>
    </message>
    <message>
        <source>Waiting for memory</source>
        <translation>Warten auf Speicher</translation>
    </message>
    <message>
        <source>Waiting for I/O</source>
        <translation>Warten auf E/A</translation>
    </message>
    <message>
        <source>OOM kills a second</source>
        <translation>OOM-Abbrüche je Sekunde</translation>
    </message>
</context>
<context>
    <name>Options</name>
    <message>
        <source>Use the engine at PATH.</source>
        <translation>Die Engine unter PATH benutzen.</translation>
    </message>
    <message>
        <source>Data of the engine.</source>
        <translation>Daten der Engine.</translation>
    </message>
    <message>
        <source>Run folder of the engine.</source>
        <translation>Laufzeitordner der Engine.</translation>
    </message>
    <message>
        <source>light, dark or system; this time only.</source>
        <translation>light (hell), dark (dunkel) oder system (wie das System); nur dieses Mal.</translation>
    </message>
    <message>
        <source>Print the milliseconds until the window is painted, and quit.</source>
        <translation>Die Millisekunden ausgeben, bis das Fenster gezeichnet ist, und beenden.</translation>
    </message>
    <message>
        <source>Dockerfiles (or folders with one) to open.</source>
        <translation>Dockerfiles (oder Ordner mit einem) zum Öffnen.</translation>
    </message>
</context>
<context>
    <name>RunCommand</name>
    <message>
        <source>This is not a docker run command: it should begin with “docker run”.</source>
        <translation>Das ist kein Befehl docker run: Er sollte mit „docker run“ beginnen.</translation>
    </message>
    <message>
        <source>Only docker run and docker create make a container; this is “docker %1”.</source>
        <translation>Nur docker run und docker create legen einen Container an; dies ist „docker %1“.</translation>
    </message>
    <message>
        <source>The command names no image.</source>
        <translation>Der Befehl nennt kein Abbild.</translation>
    </message>
    <message>
        <source>Slipway does not know the flag --%1.</source>
        <translation>Slipway kennt die Option --%1 nicht.</translation>
    </message>
    <message>
        <source>Slipway does not know the flag -%1.</source>
        <translation>Slipway kennt die Option -%1 nicht.</translation>
    </message>
    <message>
        <source>The flag --%1 needs a value.</source>
        <translation>Die Option --%1 braucht einen Wert.</translation>
    </message>
    <message>
        <source>--%1: “%2” is not a number</source>
        <translation>--%1: „%2“ ist keine Zahl</translation>
    </message>
    <message>
        <source>--env-file %1: %2</source>
        <translation>--env-file %1: %2</translation>
    </message>
</context>
<context>
    <name>RunOptions</name>
    <message>
        <source>--%1: “%2” is not %3</source>
        <translation>--%1: „%2“ ist nicht %3</translation>
    </message>
    <message>
        <source>a device, as in /dev/fuse:/dev/fuse:rwm</source>
        <translation>ein Gerät wie in /dev/fuse:/dev/fuse:rwm</translation>
    </message>
    <message>
        <source>a limit, as in nofile=1024:2048</source>
        <translation>eine Grenze wie in nofile=1024:2048</translation>
    </message>
    <message>
        <source>known here</source>
        <translation>hier bekannt</translation>
    </message>
    <message>
        <source>complete: it needs target=/path</source>
        <translation>vollständig: target=/Pfad fehlt</translation>
    </message>
    <message>
        <source>a size, as in 512m or 2g</source>
        <translation>eine Größe wie 512m oder 2g</translation>
    </message>
    <message>
        <source>a time, as in 30s or 1m30s</source>
        <translation>eine Zeit wie 30s oder 1m30s</translation>
    </message>
    <message>
        <source>a whole number</source>
        <translation>eine ganze Zahl</translation>
    </message>
</context>
<context>
    <name>RunSpec</name>
    <message>
        <source>unknown flag: %1</source>
        <translation>unbekannte Option: %1</translation>
    </message>
    <message>
        <source>%1 has a field of its own above</source>
        <translation>%1 hat oben ein eigenes Feld</translation>
    </message>
    <message>
        <source>%1 needs a value: %1=…</source>
        <translation>%1 braucht einen Wert: %1=…</translation>
    </message>
</context>
<context>
    <name>ShellWords</name>
    <message>
        <source>“%1” is for a shell: quote it, or run it by sh -c &apos;…&apos;</source>
        <translation>„%1“ ist für eine Shell: in Anführungszeichen setzen, oder mit sh -c &apos;…&apos; ausführen</translation>
    </message>
    <message>
        <source>the quote %1 is never closed</source>
        <translation>das Anführungszeichen %1 wird nie geschlossen</translation>
    </message>
</context>
<context>
    <name>Texts</name>
    <message>
        <source>An image is needed.</source>
        <translation>Ein Abbild ist nötig.</translation>
    </message>
    <message>
        <source>Image names are lower case: %1</source>
        <translation>Namen von Abbildern sind klein geschrieben: %1</translation>
    </message>
    <message>
        <source>“%1” is not an image name, as in nginx:1.27 or ghcr.io/owner/app</source>
        <translation>„%1“ ist kein Name eines Abbilds wie nginx:1.27 oder ghcr.io/owner/app</translation>
    </message>
    <message>
        <source>Two or more letters, digits, “_”, “.” or “-”, beginning with a letter or digit.</source>
        <translation>Zwei oder mehr Buchstaben, Ziffern, „_“, „.“ oder „-“, am Anfang ein Buchstabe oder eine Ziffer.</translation>
    </message>
    <message>
        <source>“%1” has no name before the “=”</source>
        <translation>„%1“ hat keinen Namen vor dem „=“</translation>
    </message>
    <message>
        <source>At least 6 MB: less does not even start a process.</source>
        <translation>Mindestens 6 MB: Mit weniger startet nicht einmal ein Prozess.</translation>
    </message>
    <message>
        <source>A container that is removed when it stops cannot be restarted.</source>
        <translation>Ein Container, der beim Anhalten entfernt wird, kann nicht neu gestartet werden.</translation>
    </message>
    <message>
        <source>Which port of the container?</source>
        <translation>Welcher Port des Containers?</translation>
    </message>
    <message>
        <source>“%1” is not a port: 1 to 65535</source>
        <translation>„%1“ ist kein Port: 1 bis 65535</translation>
    </message>
    <message>
        <source>The two ranges have different lengths.</source>
        <translation>Die beiden Bereiche sind verschieden lang.</translation>
    </message>
    <message>
        <source>“%1” is not an address of this machine</source>
        <translation>„%1“ ist keine Adresse dieses Rechners</translation>
    </message>
    <message>
        <source>“%1” is not a protocol: tcp, udp or sctp</source>
        <translation>„%1“ ist kein Protokoll: tcp, udp oder sctp</translation>
    </message>
    <message>
        <source>“%1” is not a full path: choose the folder</source>
        <translation>„%1“ ist kein vollständiger Pfad: Wählen Sie den Ordner</translation>
    </message>
    <message>
        <source>“%1” is not a volume name: letters, digits, “_”, “.” and “-”</source>
        <translation>„%1“ ist kein Name für ein Volume: Buchstaben, Ziffern, „_“, „.“ und „-“</translation>
    </message>
    <message>
        <source>Where in the container?</source>
        <translation>Wo im Container?</translation>
    </message>
    <message>
        <source>“%1” must begin with “/”: it is a path in the container</source>
        <translation>„%1“ muss mit „/“ beginnen: Es ist ein Pfad im Container</translation>
    </message>
    <message>
        <source>The container&apos;s root itself cannot be replaced: choose a path below it.</source>
        <translation>Die Wurzel des Containers selbst kann nicht ersetzt werden: Wählen Sie einen Pfad darunter.</translation>
    </message>
</context>
<context>
    <name>slipway::ui::BuildHistoryPage</name>
    <message>
        <source>running</source>
        <translation>läuft</translation>
    </message>
    <message>
        <source>built</source>
        <translation>gebaut</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>fehlgeschlagen</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>abgebrochen</translation>
    </message>
    <message numerus="yes">
        <source>%1 of %n step(s) from the cache</source>
        <translation>
            <numerusform>%1 von %n Schritt aus dem Cache</numerusform>
            <numerusform>%1 von %n Schritten aus dem Cache</numerusform>
        </translation>
    </message>
    <message>
        <source>stage %1</source>
        <translation>Stufe %1</translation>
    </message>
    <message>
        <source>without the cache</source>
        <translation>ohne Cache</translation>
    </message>
    <message>
        <source>Open Dockerfile</source>
        <translation>Dockerfile öffnen</translation>
    </message>
    <message>
        <source>Build again</source>
        <translation>Noch einmal bauen</translation>
    </message>
    <message>
        <source>Build history</source>
        <translation>Verlauf der Builds</translation>
    </message>
    <message>
        <source>Builds</source>
        <translation>Builds</translation>
    </message>
    <message>
        <source>Build</source>
        <translation>Build</translation>
    </message>
    <message>
        <source>Started</source>
        <translation>Begonnen</translation>
    </message>
    <message>
        <source>Took</source>
        <translation>Dauer</translation>
    </message>
    <message>
        <source>Cached</source>
        <translation>Aus dem Cache</translation>
    </message>
    <message>
        <source>Editor</source>
        <translation>Editor</translation>
    </message>
    <message>
        <source>Back to the editor (Esc)</source>
        <translation>Zurück zum Editor (Esc)</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Leeren</translation>
    </message>
    <message>
        <source>Forget all builds that ended</source>
        <translation>Alle beendeten Builds vergessen</translation>
    </message>
    <message>
        <source>Build it once more with the same settings</source>
        <translation>Noch einmal mit denselben Einstellungen bauen</translation>
    </message>
    <message>
        <source>The Dockerfile as it was, in a new tab (Enter)</source>
        <translation>Das Dockerfile, wie es war, in einem neuen Reiter (Enter)</translation>
    </message>
    <message>
        <source>Forget it (Del)</source>
        <translation>Vergessen (Entf)</translation>
    </message>
    <message>
        <source>Forget</source>
        <translation>Vergessen</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Protokoll</translation>
    </message>
    <message>
        <source>Dockerfile</source>
        <translation>Dockerfile</translation>
    </message>
    <message>
        <source>This engine keeps no history of its builds.</source>
        <translation>Diese Engine merkt sich ihre Builds nicht.</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>The engine is not reachable</source>
        <translation>Die Engine ist nicht erreichbar</translation>
    </message>
    <message>
        <source>Looking for builds…</source>
        <translation>Builds werden gesucht …</translation>
    </message>
    <message>
        <source>There is no build history</source>
        <translation>Es gibt keinen Verlauf</translation>
    </message>
    <message>
        <source>Nothing was built yet</source>
        <translation>Noch wurde nichts gebaut</translation>
    </message>
    <message>
        <source>Every build is kept here with its steps, its log and its Dockerfile, whether it was made by Slipway, docker build or Compose.</source>
        <translation>Jeder Build steht hier mit seinen Schritten, seinem Protokoll und seinem Dockerfile, ob von Slipway, docker build oder Compose.</translation>
    </message>
    <message numerus="yes">
        <source>%n build(s) chosen</source>
        <translation>
            <numerusform>%n Build gewählt</numerusform>
            <numerusform>%n Builds gewählt</numerusform>
        </translation>
    </message>
    <message>
        <source>Choose two to compare them.</source>
        <translation>Zwei wählen, um sie zu vergleichen.</translation>
    </message>
    <message>
        <source>%1 before and after</source>
        <translation>%1 vorher und nachher</translation>
    </message>
    <message>
        <source>as long</source>
        <translation>gleich lang</translation>
    </message>
    <message>
        <source>%1 longer</source>
        <translation>%1 länger</translation>
    </message>
    <message>
        <source>%1 shorter</source>
        <translation>%1 kürzer</translation>
    </message>
    <message>
        <source>%1: %2 · %3
%4: %5 · %6, %7</source>
        <translation>%1: %2 · %3
%4: %5 · %6, %7</translation>
    </message>
    <message numerus="yes">
        <source>Forget %n build(s)?</source>
        <translation>
            <numerusform>%n Build vergessen?</numerusform>
            <numerusform>%n Builds vergessen?</numerusform>
        </translation>
    </message>
    <message>
        <source>Their steps, logs and Dockerfiles go. Images and the build cache stay.</source>
        <translation>Ihre Schritte, Protokolle und Dockerfiles gehen verloren. Images und der Build-Cache bleiben.</translation>
    </message>
    <message>
        <source>Forget all builds?</source>
        <translation>Alle Builds vergessen?</translation>
    </message>
    <message>
        <source>Their steps, logs and Dockerfiles go; builds that run stay. Images and the build cache stay.</source>
        <translation>Ihre Schritte, Protokolle und Dockerfiles gehen verloren; laufende Builds bleiben. Images und der Build-Cache bleiben.</translation>
    </message>
    <message>
        <source>Forget all</source>
        <translation>Alle vergessen</translation>
    </message>
</context>
<context>
    <name>slipway::ui::BuildOptions</name>
    <message>
        <source>Run every step again</source>
        <translation>Jeden Schritt neu ausführen</translation>
    </message>
    <message>
        <source>Look for newer base images</source>
        <translation>Nach neueren Basis-Images sehen</translation>
    </message>
    <message>
        <source>Build options</source>
        <translation>Build-Optionen</translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation>&amp;Name</translation>
    </message>
    <message>
        <source>Choose the folder</source>
        <translation>Ordner wählen</translation>
    </message>
    <message>
        <source>Context of the build</source>
        <translation>Kontext des Builds</translation>
    </message>
    <message>
        <source>&amp;Context</source>
        <translation>&amp;Kontext</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>Kontext</translation>
    </message>
    <message>
        <source>the last one</source>
        <translation>die letzte</translation>
    </message>
    <message>
        <source>&amp;Stage</source>
        <translation>&amp;Stufe</translation>
    </message>
    <message>
        <source>this machine&apos;s</source>
        <translation>die dieses Rechners</translation>
    </message>
    <message>
        <source>&amp;Platform</source>
        <translation>&amp;Plattform</translation>
    </message>
    <message>
        <source>Net&amp;work of RUN</source>
        <translation>Net&amp;zwerk von RUN</translation>
    </message>
    <message>
        <source>&amp;Arguments</source>
        <translation>&amp;Argumente</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Behalten</translation>
    </message>
    <message>
        <source>Build</source>
        <translation>Bauen</translation>
    </message>
</context>
<context>
    <name>slipway::ui::BuildOutput</name>
    <message>
        <source>Output of the build</source>
        <translation>Ausgabe des Builds</translation>
    </message>
    <message>
        <source>Nothing was built yet</source>
        <translation>Noch nichts gebaut</translation>
    </message>
    <message>
        <source>Ctrl+B builds; what each step says stands here.</source>
        <translation>Strg+B baut; hier steht, was jeder Schritt sagt.</translation>
    </message>
    <message>
        <source>Not a regular expression</source>
        <translation>Kein regulärer Ausdruck</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>Nichts gefunden</translation>
    </message>
    <message numerus="yes">
        <source>%n line(s)</source>
        <translation>
            <numerusform>%n Zeile</numerusform>
            <numerusform>%n Zeilen</numerusform>
        </translation>
    </message>
    <message>
        <source>Find…</source>
        <translation>Suchen …</translation>
    </message>
</context>
<context>
    <name>slipway::ui::BuildRun</name>
    <message>
        <source>less than 1 ms</source>
        <translation>unter 1 ms</translation>
    </message>
    <message>
        <source>%1 ms</source>
        <translation>%1 ms</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation>%1 min %2 s</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>abgebrochen</translation>
    </message>
    <message>
        <source>Step %1/%2: %3</source>
        <translation>Schritt %1/%2: %3</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>Läuft</translation>
    </message>
    <message>
        <source>Step %1/%2:</source>
        <translation>Schritt %1/%2:</translation>
    </message>
    <message>
        <source>From the cache</source>
        <translation>Aus dem Zwischenspeicher</translation>
    </message>
    <message>
        <source>Done in %1</source>
        <translation>Fertig in %1</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>Fehlgeschlagen</translation>
    </message>
    <message>
        <source>Built %1 in %2</source>
        <translation>%1 in %2 gebaut</translation>
    </message>
    <message>
        <source>Cancelled after %1</source>
        <translation>Nach %1 abgebrochen</translation>
    </message>
    <message numerus="yes">
        <source>%n step(s)</source>
        <translation>
            <numerusform>%n Schritt</numerusform>
            <numerusform>%n Schritte</numerusform>
        </translation>
    </message>
    <message>
        <source>running</source>
        <translation>läuft</translation>
    </message>
    <message>
        <source>running for %1</source>
        <translation>läuft seit %1</translation>
    </message>
    <message>
        <source>cached</source>
        <translation>im Zwischenspeicher</translation>
    </message>
</context>
<context>
    <name>slipway::ui::ChartsView</name>
    <message>
        <source>1 min</source>
        <translation>1 Min.</translation>
    </message>
    <message>
        <source>5 min</source>
        <translation>5 Min.</translation>
    </message>
    <message>
        <source>Show the last %1</source>
        <translation>Die letzten %1 zeigen</translation>
    </message>
    <message>
        <source>CPU</source>
        <translation>CPU</translation>
    </message>
    <message>
        <source>used</source>
        <translation>belegt</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Speicher</translation>
    </message>
    <message>
        <source>working set</source>
        <translation>Arbeitsmenge</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Netzwerk</translation>
    </message>
    <message>
        <source>in</source>
        <translation>empfangen</translation>
    </message>
    <message>
        <source>out</source>
        <translation>gesendet</translation>
    </message>
    <message>
        <source>Block I/O</source>
        <translation>Block-E/A</translation>
    </message>
    <message>
        <source>read</source>
        <translation>gelesen</translation>
    </message>
    <message>
        <source>written</source>
        <translation>geschrieben</translation>
    </message>
    <message>
        <source>Processes</source>
        <translation>Prozesse</translation>
    </message>
    <message>
        <source>processes and threads</source>
        <translation>Prozesse und Threads</translation>
    </message>
    <message>
        <source>the engine reports no CPU time for this container</source>
        <translation>die Engine meldet für diesen Container keine CPU-Zeit</translation>
    </message>
    <message>
        <source>the engine reports no memory for this container (no memory cgroup)</source>
        <translation>die Engine meldet für diesen Container keinen Speicher (keine Speicher-Cgroup)</translation>
    </message>
    <message>
        <source>the engine reports no block I/O counters</source>
        <translation>die Engine meldet keine Zähler der Block-E/A</translation>
    </message>
    <message>
        <source>the engine reports no process count (no pids cgroup)</source>
        <translation>die Engine meldet keine Zahl der Prozesse (keine Pids-Cgroup)</translation>
    </message>
    <message>
        <source>Charts</source>
        <translation>Diagramme</translation>
    </message>
    <message>
        <source>limit %1</source>
        <translation>Grenze %1</translation>
    </message>
    <message numerus="yes">
        <source>machine: %n cores</source>
        <translation>
            <numerusform>Rechner: %n Kern</numerusform>
            <numerusform>Rechner: %n Kerne</numerusform>
        </translation>
    </message>
    <message>
        <source>machine: %1</source>
        <translation>Rechner: %1</translation>
    </message>
    <message>
        <source>No container selected</source>
        <translation>Kein Container ausgewählt</translation>
    </message>
    <message>
        <source>Select a container to see its charts.</source>
        <translation>Wählen Sie einen Container, um seine Diagramme zu sehen.</translation>
    </message>
    <message>
        <source>Nothing to measure</source>
        <translation>Nichts zu messen</translation>
    </message>
    <message>
        <source>This container is not running. Its charts begin when it starts.</source>
        <translation>Dieser Container läuft nicht. Seine Diagramme beginnen, wenn er startet.</translation>
    </message>
    <message>
        <source>Not running: the charts show what was read before.</source>
        <translation>Läuft nicht: Die Diagramme zeigen, was zuvor gemessen wurde.</translation>
    </message>
    <message>
        <source>No readings: %1</source>
        <translation>Keine Messwerte: %1</translation>
    </message>
    <message>
        <source>Live, one reading a second</source>
        <translation>Live, eine Messung je Sekunde</translation>
    </message>
    <message>
        <source>10 min</source>
        <translation>10 min</translation>
    </message>
    <message>
        <source>Save what is shown as a table (CSV) or a picture (PNG)</source>
        <translation>Das Gezeigte als Tabelle (CSV) oder Bild (PNG) speichern</translation>
    </message>
    <message>
        <source>Save charts</source>
        <translation>Diagramme speichern</translation>
    </message>
    <message>
        <source>Table (*.csv)</source>
        <translation>Tabelle (*.csv)</translation>
    </message>
    <message>
        <source>Picture (*.png)</source>
        <translation>Bild (*.png)</translation>
    </message>
    <message>
        <source>Means of a minute each</source>
        <translation>Mittel über je eine Minute</translation>
    </message>
    <message>
        <source>Means of ten seconds each</source>
        <translation>Mittel über je zehn Sekunden</translation>
    </message>
    <message>
        <source>1 h</source>
        <translation>1 Std</translation>
    </message>
    <message>
        <source>6 h</source>
        <translation>6 Std</translation>
    </message>
    <message>
        <source>1 d</source>
        <translation>1 Tag</translation>
    </message>
    <message>
        <source>7 d</source>
        <translation>7 Tage</translation>
    </message>
    <message>
        <source>Hold the charts (Space)</source>
        <translation>Diagramme anhalten (Leertaste)</translation>
    </message>
    <message>
        <source>Show the values as a table (T)</source>
        <translation>Werte als Tabelle zeigen (T)</translation>
    </message>
    <message>
        <source>cache</source>
        <translation>Cache</translation>
    </message>
    <message>
        <source>Waiting (pressure)</source>
        <translation>Warten (Pressure)</translation>
    </message>
    <message>
        <source>for CPU</source>
        <translation>auf CPU</translation>
    </message>
    <message>
        <source>for memory</source>
        <translation>auf Speicher</translation>
    </message>
    <message>
        <source>for I/O</source>
        <translation>auf E/A</translation>
    </message>
    <message>
        <source>Throttled</source>
        <translation>Gedrosselt</translation>
    </message>
    <message>
        <source>held back by the CPU limit</source>
        <translation>vom CPU-Limit aufgehalten</translation>
    </message>
    <message>
        <source>it has no network of its own, or the engine reports no counters</source>
        <translation>er hat kein eigenes Netz, oder die Engine meldet keine Zähler</translation>
    </message>
    <message>
        <source>the engine reports no throttling (no cpu cgroup)</source>
        <translation>die Engine meldet keine Drosselung (keine cpu-Cgroup)</translation>
    </message>
    <message>
        <source>this machine has cgroups of version 1, and the kernel counts it for those of version 2 alone. That of the whole machine is under Monitor</source>
        <translation>dieser Rechner hat Cgroups der Version 1, und der Kernel zählt es nur für solche der Version 2. Das des ganzen Rechners steht unter Monitor</translation>
    </message>
    <message>
        <source>the kernel does not count it here</source>
        <translation>der Kernel zählt es hier nicht</translation>
    </message>
    <message>
        <source>Held</source>
        <translation>Angehalten</translation>
    </message>
    <message>
        <source>Live, one reading every five seconds</source>
        <translation>Live, alle fünf Sekunden ein Messwert</translation>
    </message>
    <message>
        <source>%1 to %2</source>
        <translation>%1 bis %2</translation>
    </message>
    <message>
        <source>This engine has no cgroups: the values are the sum over its processes in /proc, and limits do not hold</source>
        <translation>Diese Engine hat keine Cgroups: Die Werte sind die Summe über seine Prozesse in /proc, und Limits wirken nicht</translation>
    </message>
    <message>
        <source>Back to live (Space)</source>
        <translation>Zurück zu live (Leertaste)</translation>
    </message>
</context>
<context>
    <name>slipway::ui::CodeEditor</name>
    <message numerus="yes">
        <source>… %n line(s)</source>
        <translation>
            <numerusform>… %n Zeile</numerusform>
            <numerusform>… %n Zeilen</numerusform>
        </translation>
    </message>
    <message>
        <source>Alt+Enter: %1</source>
        <translation>Alt+Eingabe: %1</translation>
    </message>
    <message>
        <source>take it away</source>
        <translation>wegnehmen</translation>
    </message>
</context>
<context>
    <name>slipway::ui::CommandPalette</name>
    <message>
        <source>Commands</source>
        <translation>Befehle</translation>
    </message>
    <message>
        <source>Container, image or command</source>
        <translation>Container, Abbild oder Befehl</translation>
    </message>
    <message>
        <source>Matches</source>
        <translation>Treffer</translation>
    </message>
</context>
<context>
    <name>slipway::ui::CompletionPopup</name>
    <message>
        <source>Completion</source>
        <translation>Vervollständigung</translation>
    </message>
</context>
<context>
    <name>slipway::ui::ContainerDetail</name>
    <message>
        <source>Overview</source>
        <translation>Überblick</translation>
    </message>
    <message>
        <source>Logs</source>
        <translation>Protokolle</translation>
    </message>
    <message>
        <source>Terminal</source>
        <translation>Terminal</translation>
    </message>
    <message>
        <source>Charts</source>
        <translation>Diagramme</translation>
    </message>
    <message>
        <source>Processes</source>
        <translation>Prozesse</translation>
    </message>
    <message>
        <source>Inspect</source>
        <translation>Untersuchen</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Starten</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Restart</source>
        <translation>Neu starten</translation>
    </message>
    <message>
        <source>More actions</source>
        <translation>Weitere Aktionen</translation>
    </message>
    <message>
        <source>Show it on the whole page</source>
        <translation>Auf der ganzen Seite zeigen</translation>
    </message>
    <message>
        <source>Back to the list (Esc)</source>
        <translation>Zurück zur Liste (Esc)</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pausieren</translation>
    </message>
    <message>
        <source>Kill</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Copy “docker run”</source>
        <translation>„docker run“ kopieren</translation>
    </message>
    <message>
        <source>Copy id</source>
        <translation>ID kopieren</translation>
    </message>
    <message>
        <source>Run another like this…</source>
        <translation>Einen weiteren wie diesen ausführen …</translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation>Umbenennen …</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>Entfernen …</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Show it beside the list (Esc)</source>
        <translation>Neben der Liste zeigen (Esc)</translation>
    </message>
</context>
<context>
    <name>slipway::ui::ContainerModel</name>
    <message>
        <source>%1
ID %2</source>
        <translation>%1
ID %2</translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>100 % is one core, all of the time</source>
        <translation>100 % ist ein Kern, die ganze Zeit</translation>
    </message>
    <message>
        <source>Working set: without the cache that the kernel can drop</source>
        <translation>Arbeitsmenge: ohne den Cache, den der Kernel freigeben kann</translation>
    </message>
    <message numerus="yes">
        <source>%n container(s)</source>
        <translation>
            <numerusform>%n Container</numerusform>
            <numerusform>%n Container</numerusform>
        </translation>
    </message>
    <message>
        <source>All running</source>
        <translation>Alle laufen</translation>
    </message>
    <message>
        <source>All stopped</source>
        <translation>Alle angehalten</translation>
    </message>
    <message>
        <source>%1 of %2 running</source>
        <translation>%1 von %2 laufen</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>Abbild</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>Status</translation>
    </message>
    <message>
        <source>Ports</source>
        <translation>Ports</translation>
    </message>
    <message>
        <source>CPU</source>
        <translation>CPU</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Speicher</translation>
    </message>
    <message>
        <source>Created</source>
        <translation>Angelegt</translation>
    </message>
</context>
<context>
    <name>slipway::ui::ContainersPage</name>
    <message>
        <source>Containers</source>
        <translation>Container</translation>
    </message>
    <message>
        <source>Search name, image, port…</source>
        <translation>Name, Abbild, Port suchen …</translation>
    </message>
    <message>
        <source>All</source>
        <translation>Alle</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>Läuft</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>Angehalten</translation>
    </message>
    <message>
        <source>Run…</source>
        <translation>Ausführen …</translation>
    </message>
    <message>
        <source>Run a container (%1)</source>
        <translation>Einen Container ausführen (%1)</translation>
    </message>
    <message>
        <source>No containers yet</source>
        <translation>Noch keine Container</translation>
    </message>
    <message>
        <source>A container is a program with a file system and a network of its own. Run one from any image.</source>
        <translation>Ein Container ist ein Programm mit eigenem Dateisystem und eigenem Netzwerk. Führen Sie einen aus irgendeinem Abbild aus.</translation>
    </message>
    <message>
        <source>Run a container…</source>
        <translation>Einen Container ausführen …</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal versuchen</translation>
    </message>
    <message>
        <source>Containers could not be listed: %1</source>
        <translation>Container konnten nicht aufgelistet werden: %1</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Starten</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Restart</source>
        <translation>Neu starten</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pausieren</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Kill</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation>Umbenennen …</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>Entfernen …</translation>
    </message>
    <message>
        <source>The engine is not reachable</source>
        <translation>Die Engine ist nicht erreichbar</translation>
    </message>
    <message>
        <source>Remove container %1?</source>
        <translation>Container %1 entfernen?</translation>
    </message>
    <message>
        <source>Kill and remove %1</source>
        <translation>%1 abbrechen und entfernen</translation>
    </message>
    <message>
        <source>Remove %1</source>
        <translation>%1 entfernen</translation>
    </message>
    <message numerus="yes">
        <source>Remove %n containers?</source>
        <translation>
            <numerusform>%n Container entfernen?</numerusform>
            <numerusform>%n Container entfernen?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Kill and remove %n containers</source>
        <translation>
            <numerusform>%n Container abbrechen und entfernen</numerusform>
            <numerusform>%n Container abbrechen und entfernen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Remove %n containers</source>
        <translation>
            <numerusform>%n Container entfernen</numerusform>
            <numerusform>%n Container entfernen</numerusform>
        </translation>
    </message>
    <message>
        <source>What was written inside and the logs are deleted. Named volumes and the image stay.</source>
        <translation>Was darin geschrieben wurde und die Protokolle werden gelöscht. Benannte Volumes und das Abbild bleiben.</translation>
    </message>
    <message numerus="yes">
        <source>%n of them is still running and will be killed.</source>
        <translation>
            <numerusform>Einer davon läuft noch und wird abgebrochen.</numerusform>
            <numerusform>%n davon laufen noch und werden abgebrochen.</numerusform>
        </translation>
    </message>
    <message>
        <source>Delete anonymous volumes, too</source>
        <translation>Auch namenlose Volumes löschen</translation>
    </message>
    <message>
        <source>Removing…</source>
        <translation>Wird entfernt …</translation>
    </message>
    <message>
        <source>Not removed</source>
        <translation>Nicht entfernt</translation>
    </message>
    <message>
        <source>Show %1</source>
        <translation>%1 zeigen</translation>
    </message>
    <message>
        <source>Stop %1, then start</source>
        <translation>%1 anhalten, dann starten</translation>
    </message>
    <message>
        <source>Rename %1</source>
        <translation>%1 umbenennen</translation>
    </message>
    <message>
        <source>New name of container %1</source>
        <translation>Neuer Name des Containers %1</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>Umbenennen</translation>
    </message>
    <message>
        <source>Your containers go on running. Slipway tries again every second.
(%1)</source>
        <translation>Ihre Container laufen weiter. Slipway versucht es jede Sekunde erneut.
(%1)</translation>
    </message>
</context>
<context>
    <name>slipway::ui::CoreBars</name>
    <message>
        <source>Cores of the machine</source>
        <translation>Kerne des Rechners</translation>
    </message>
    <message>
        <source>core %1: %2</source>
        <translation>Kern %1: %2</translation>
    </message>
    <message>
        <source>Core %1</source>
        <translation>Kern %1</translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1 %</translation>
    </message>
</context>
<context>
    <name>slipway::ui::DockerfilePage</name>
    <message>
        <source>New</source>
        <translation>Neu</translation>
    </message>
    <message>
        <source>A new Dockerfile (Ctrl+N)</source>
        <translation>Neues Dockerfile (Strg+N)</translation>
    </message>
    <message>
        <source>Open…</source>
        <translation>Öffnen …</translation>
    </message>
    <message>
        <source>Open a Dockerfile (Ctrl+O)</source>
        <translation>Dockerfile öffnen (Strg+O)</translation>
    </message>
    <message>
        <source>Build images from Dockerfiles</source>
        <translation>Images aus Dockerfiles bauen</translation>
    </message>
    <message>
        <source>Open one, or drop it here. Ctrl+B builds it; every line then says whether it came from the cache, how long it took and what it weighs.</source>
        <translation>Öffnen Sie eines oder ziehen Sie es hierher. Strg+B baut es; jede Zeile sagt dann, ob sie aus dem Zwischenspeicher kam, wie lange sie brauchte und was sie wiegt.</translation>
    </message>
    <message>
        <source>Open a Dockerfile…</source>
        <translation>Dockerfile öffnen …</translation>
    </message>
    <message>
        <source>New Dockerfile</source>
        <translation>Neues Dockerfile</translation>
    </message>
    <message>
        <source>Open Dockerfiles</source>
        <translation>Dockerfiles öffnen</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Dockerfiles (Dockerfile* Containerfile* *.Dockerfile *.dockerfile)</source>
        <translation>Dockerfiles (Dockerfile* Containerfile* *.Dockerfile *.dockerfile)</translation>
    </message>
    <message>
        <source>%1 has changes that are not saved.</source>
        <translation>%1 hat Änderungen, die nicht gespeichert sind.</translation>
    </message>
    <message>
        <source>Save and close</source>
        <translation>Speichern und schließen</translation>
    </message>
    <message>
        <source>Discard them</source>
        <translation>Verwerfen</translation>
    </message>
    <message>
        <source>History</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>Builds that were made (Ctrl+Shift+H)</source>
        <translation>Frühere Builds (Strg+Umschalt+H)</translation>
    </message>
    <message>
        <source>Build history</source>
        <translation>Verlauf der Builds</translation>
    </message>
    <message>
        <source>Its Dockerfile is not on this machine any more, so this is a copy. Choose the folder that it builds in, then build.</source>
        <translation>Sein Dockerfile ist nicht mehr auf diesem Rechner, dies ist eine Kopie. Erst den Ordner wählen, in dem es baut, dann bauen.</translation>
    </message>
    <message>
        <source>Options…</source>
        <translation>Optionen …</translation>
    </message>
</context>
<context>
    <name>slipway::ui::DockerfileView</name>
    <message>
        <source>%1 was removed by another program. Save keeps what stands here.</source>
        <translation>%1 wurde von einem anderen Programm gelöscht. Speichern behält, was hier steht.</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Name of the image</source>
        <translation>Name des Images</translation>
    </message>
    <message>
        <source>What the image is called</source>
        <translation>Wie das Image heißt</translation>
    </message>
    <message>
        <source>Stage to build</source>
        <translation>Zu bauende Stufe</translation>
    </message>
    <message>
        <source>Build options: arguments, context, platform, cache</source>
        <translation>Build-Optionen: Argumente, Kontext, Plattform, Zwischenspeicher</translation>
    </message>
    <message>
        <source>Build options</source>
        <translation>Build-Optionen</translation>
    </message>
    <message>
        <source>Run…</source>
        <translation>Ausführen …</translation>
    </message>
    <message>
        <source>Problems</source>
        <translation>Probleme</translation>
    </message>
    <message>
        <source>Output</source>
        <translation>Ausgabe</translation>
    </message>
    <message>
        <source>New Dockerfile</source>
        <translation>Neues Dockerfile</translation>
    </message>
    <message>
        <source>Problems (%1)</source>
        <translation>Probleme (%1)</translation>
    </message>
    <message>
        <source>last stage</source>
        <translation>letzte Stufe</translation>
    </message>
    <message>
        <source>Line %1: %2. Nothing was built.</source>
        <translation>Zeile %1: %2. Es wurde nichts gebaut.</translation>
    </message>
    <message>
        <source>Nothing was built.</source>
        <translation>Es wurde nichts gebaut.</translation>
    </message>
    <message>
        <source>Options…</source>
        <translation>Optionen …</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Build</source>
        <translation>Bauen</translation>
    </message>
    <message>
        <source>Cancel the build</source>
        <translation>Build abbrechen</translation>
    </message>
    <message>
        <source>Build it (Ctrl+B)</source>
        <translation>Bauen (Strg+B)</translation>
    </message>
    <message>
        <source>The engine is not reachable</source>
        <translation>Die Engine ist nicht erreichbar</translation>
    </message>
    <message>
        <source>Sending the context…</source>
        <translation>Kontext wird gesendet …</translation>
    </message>
    <message>
        <source>Step %1 of %2 · %3</source>
        <translation>Schritt %1 von %2 · %3</translation>
    </message>
    <message numerus="yes">
        <source>Built in %1 · %2 of %n step(s) from the cache</source>
        <translation>
            <numerusform>Gebaut in %1 · %2 von %n Schritt aus dem Zwischenspeicher</numerusform>
            <numerusform>Gebaut in %1 · %2 von %n Schritten aus dem Zwischenspeicher</numerusform>
        </translation>
    </message>
    <message>
        <source>Failed after %1</source>
        <translation>Nach %1 fehlgeschlagen</translation>
    </message>
    <message>
        <source>Cancelled after %1</source>
        <translation>Nach %1 abgebrochen</translation>
    </message>
    <message>
        <source>Step %1 of %2. Click for its output.</source>
        <translation>Schritt %1 von %2. Ein Klick zeigt seine Ausgabe.</translation>
    </message>
    <message>
        <source>Go to line</source>
        <translation>Zu Zeile</translation>
    </message>
    <message>
        <source>A number from 1 to %1</source>
        <translation>Eine Zahl von 1 bis %1</translation>
    </message>
    <message>
        <source>Go</source>
        <translation>Los</translation>
    </message>
    <message>
        <source>There is no line %1</source>
        <translation>Es gibt keine Zeile %1</translation>
    </message>
    <message>
        <source>Save Dockerfile</source>
        <translation>Dockerfile speichern</translation>
    </message>
    <message>
        <source>Save as…</source>
        <translation>Speichern unter …</translation>
    </message>
    <message>
        <source>%1 was changed by another program, and here too.</source>
        <translation>%1 wurde von einem anderen Programm geändert, und hier auch.</translation>
    </message>
    <message>
        <source>Take the other</source>
        <translation>Das andere nehmen</translation>
    </message>
    <message>
        <source>Keep mine</source>
        <translation>Meines behalten</translation>
    </message>
    <message numerus="yes">
        <source>%n more</source>
        <translation>
            <numerusform>%n weitere</numerusform>
            <numerusform>%n weitere</numerusform>
        </translation>
    </message>
    <message>
        <source>the instruction changed</source>
        <translation>die Anweisung hat sich geändert</translation>
    </message>
    <message>
        <source>files changed</source>
        <translation>Dateien haben sich geändert</translation>
    </message>
    <message>
        <source>changed: %1</source>
        <translation>geändert: %1</translation>
    </message>
    <message>
        <source>the base image is another</source>
        <translation>das Basis-Image ist ein anderes</translation>
    </message>
    <message>
        <source>build argument: %1</source>
        <translation>Build-Argument: %1</translation>
    </message>
    <message>
        <source>after line %1</source>
        <translation>nach Zeile %1</translation>
    </message>
    <message>
        <source>copies what line %1 makes</source>
        <translation>kopiert, was Zeile %1 erzeugt</translation>
    </message>
    <message>
        <source>copies from an image that is not here</source>
        <translation>kopiert aus einem Image, das nicht hier ist</translation>
    </message>
    <message>
        <source>depends on what is downloaded</source>
        <translation>hängt vom Download ab</translation>
    </message>
    <message>
        <source>the image is not here yet</source>
        <translation>das Image ist noch nicht hier</translation>
    </message>
    <message>
        <source>every step is run again</source>
        <translation>jeder Schritt läuft noch einmal</translation>
    </message>
    <message>
        <source>was never built</source>
        <translation>wurde noch nie gebaut</translation>
    </message>
    <message>
        <source>in the cache · %1</source>
        <translation>im Cache · %1</translation>
    </message>
    <message>
        <source>in the cache</source>
        <translation>im Cache</translation>
    </message>
    <message>
        <source>would fail: %1</source>
        <translation>würde scheitern: %1</translation>
    </message>
    <message>
        <source>will run: %1</source>
        <translation>wird ausgeführt: %1</translation>
    </message>
    <message>
        <source>may be in the cache: %1</source>
        <translation>vielleicht im Cache: %1</translation>
    </message>
    <message>
        <source>Run a container of it</source>
        <translation>Einen Container davon starten</translation>
    </message>
    <message numerus="yes">
        <source>%1 of %n step(s) in the cache</source>
        <translation>
            <numerusform>%1 von %n Schritt im Cache</numerusform>
            <numerusform>%1 von %n Schritten im Cache</numerusform>
        </translation>
    </message>
    <message>
        <source>Shell before this step, which failed</source>
        <translation>Shell vor diesem Schritt, der scheiterte</translation>
    </message>
    <message>
        <source>Shell at this step</source>
        <translation>Shell an diesem Schritt</translation>
    </message>
    <message>
        <source>Output of this step</source>
        <translation>Ausgabe dieses Schritts</translation>
    </message>
    <message>
        <source>No instruction of a stage stands here: choose one for its shell.</source>
        <translation>Hier steht keine Anweisung einer Stufe: Für die Shell eine wählen.</translation>
    </message>
    <message>
        <source>before %1</source>
        <translation>vor %1</translation>
    </message>
    <message>
        <source>after %1</source>
        <translation>nach %1</translation>
    </message>
    <message>
        <source>Shell, line %1</source>
        <translation>Shell, Zeile %1</translation>
    </message>
    <message>
        <source>will be pulled</source>
        <translation>wird geholt</translation>
    </message>
</context>
<context>
    <name>slipway::ui::EngineBridge</name>
    <message>
        <source>the engine does not answer</source>
        <translation>die Engine antwortet nicht</translation>
    </message>
    <message>
        <source>the engine closed the connection</source>
        <translation>die Engine hat die Verbindung geschlossen</translation>
    </message>
    <message>
        <source>%1 could not be started</source>
        <translation>%1 konnte nicht gestartet werden</translation>
    </message>
</context>
<context>
    <name>slipway::ui::EventStrip</name>
    <message>
        <source>What happened, and errors in the log</source>
        <translation>Was geschah, und Fehler im Log</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <translation>%1 %2</translation>
    </message>
    <message numerus="yes">
        <source>%n line(s) of the log are errors</source>
        <translation>
            <numerusform>Eine Zeile des Logs ist ein Fehler</numerusform>
            <numerusform>%n Zeilen des Logs sind Fehler</numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing happened in this time.</source>
        <translation>In dieser Zeit geschah nichts.</translation>
    </message>
    <message>
        <source>Events</source>
        <translation>Ereignisse</translation>
    </message>
    <message>
        <source>%1
Click for the log lines of that moment</source>
        <translation>%1
Klick für die Logzeilen jenes Moments</translation>
    </message>
</context>
<context>
    <name>slipway::ui::FactList</name>
    <message>
        <source>Copy %1</source>
        <translation>%1 kopieren</translation>
    </message>
    <message>
        <source>Show %1</source>
        <translation>%1 zeigen</translation>
    </message>
</context>
<context>
    <name>slipway::ui::FindBar</name>
    <message>
        <source>Find in log</source>
        <translation>Im Protokoll suchen</translation>
    </message>
    <message>
        <source>Match case</source>
        <translation>Groß-/Kleinschreibung beachten</translation>
    </message>
    <message>
        <source>Regular expression</source>
        <translation>Regulärer Ausdruck</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>Filtern</translation>
    </message>
    <message>
        <source>Show only the lines that match</source>
        <translation>Nur die passenden Zeilen zeigen</translation>
    </message>
    <message>
        <source>Close (Esc)</source>
        <translation>Schließen (Esc)</translation>
    </message>
    <message>
        <source>W</source>
        <comment>whole word</comment>
        <translation>W</translation>
    </message>
    <message>
        <source>Whole words only</source>
        <translation>Nur ganze Wörter</translation>
    </message>
    <message>
        <source>± </source>
        <translation>± </translation>
    </message>
    <message>
        <source>How many lines around each match are shown too</source>
        <translation>Wie viele Zeilen um jeden Treffer herum mit gezeigt werden</translation>
    </message>
    <message>
        <source>Lines around each match</source>
        <translation>Zeilen um jeden Treffer</translation>
    </message>
    <message>
        <source>Previous match (Shift+F3)</source>
        <translation>Voriger Treffer (Umschalt+F3)</translation>
    </message>
    <message>
        <source>Next match (F3)</source>
        <translation>Nächster Treffer (F3)</translation>
    </message>
    <message>
        <source>How much of the log is searched</source>
        <translation>Wie viel des Protokolls durchsucht ist</translation>
    </message>
    <message>
        <source>Find in terminal</source>
        <translation>Im Terminal suchen</translation>
    </message>
</context>
<context>
    <name>slipway::ui::HelpPage</name>
    <message>
        <source>Back (Esc)</source>
        <translation>Zurück (Esc)</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>First steps</source>
        <translation>Erste Schritte</translation>
    </message>
</context>
<context>
    <name>slipway::ui::HistoryTable</name>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Values of the charts</source>
        <translation>Werte der Diagramme</translation>
    </message>
</context>
<context>
    <name>slipway::ui::ImageDetail</name>
    <message>
        <source>Layers</source>
        <translation>Schichten</translation>
    </message>
    <message>
        <source>#</source>
        <translation>#</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Instruction</source>
        <translation>Anweisung</translation>
    </message>
    <message>
        <source>Configuration</source>
        <translation>Konfiguration</translation>
    </message>
    <message>
        <source>Field</source>
        <translation>Feld</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>Run…</source>
        <translation>Ausführen …</translation>
    </message>
    <message>
        <source>Close (Esc)</source>
        <translation>Schließen (Esc)</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>(not recorded)</source>
        <translation>(nicht verzeichnet)</translation>
    </message>
    <message>
        <source>Entrypoint</source>
        <translation>Einstiegspunkt</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>Befehl</translation>
    </message>
    <message>
        <source>Working directory</source>
        <translation>Arbeitsverzeichnis</translation>
    </message>
    <message>
        <source>User</source>
        <translation>Benutzer</translation>
    </message>
    <message>
        <source>Exposed ports</source>
        <translation>Angebotene Ports</translation>
    </message>
    <message>
        <source>Volumes</source>
        <translation>Volumes</translation>
    </message>
    <message>
        <source>Environment</source>
        <translation>Umgebung</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>Label</translation>
    </message>
    <message>
        <source>Stop signal</source>
        <translation>Signal zum Anhalten</translation>
    </message>
    <message>
        <source>Names</source>
        <translation>Namen</translation>
    </message>
    <message>
        <source>Digests</source>
        <translation>Digests</translation>
    </message>
    <message>
        <source>ID</source>
        <translation>ID</translation>
    </message>
    <message>
        <source>Platform</source>
        <translation>Plattform</translation>
    </message>
</context>
<context>
    <name>slipway::ui::ImageModel</name>
    <message>
        <source>&lt;none&gt;</source>
        <translation>&lt;none&gt;</translation>
    </message>
    <message>
        <source>Repository</source>
        <translation>Repository</translation>
    </message>
    <message>
        <source>Tag</source>
        <translation>Tag</translation>
    </message>
    <message>
        <source>ID</source>
        <translation>ID</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Created</source>
        <translation>Angelegt</translation>
    </message>
    <message>
        <source>Used by</source>
        <translation>Benutzt von</translation>
    </message>
</context>
<context>
    <name>slipway::ui::ImagesPage</name>
    <message>
        <source>Images</source>
        <translation>Abbilder</translation>
    </message>
    <message>
        <source>Search repository, tag, ID…</source>
        <translation>Repository, Tag, ID suchen …</translation>
    </message>
    <message>
        <source>All</source>
        <translation>Alle</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>Benutzt</translation>
    </message>
    <message>
        <source>Unused</source>
        <translation>Unbenutzt</translation>
    </message>
    <message>
        <source>Dangling</source>
        <translation>Verwaist</translation>
    </message>
    <message>
        <source>Load…</source>
        <translation>Laden …</translation>
    </message>
    <message>
        <source>Pull…</source>
        <translation>Holen …</translation>
    </message>
    <message>
        <source>No images yet</source>
        <translation>Noch keine Abbilder</translation>
    </message>
    <message>
        <source>An image is what a container starts from. Pull one from a registry, or drop an archive (docker save) here.</source>
        <translation>Ein Abbild ist das, woraus ein Container startet. Holen Sie eines aus einer Registry, oder lassen Sie ein Archiv (docker save) hier fallen.</translation>
    </message>
    <message>
        <source>Pull an image…</source>
        <translation>Ein Abbild holen …</translation>
    </message>
    <message>
        <source>Load from a file…</source>
        <translation>Aus einer Datei laden …</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal versuchen</translation>
    </message>
    <message>
        <source>Images could not be listed: %1</source>
        <translation>Abbilder konnten nicht aufgelistet werden: %1</translation>
    </message>
    <message>
        <source>Run…</source>
        <translation>Ausführen …</translation>
    </message>
    <message>
        <source>Tag…</source>
        <translation>Tag …</translation>
    </message>
    <message>
        <source>Pull again</source>
        <translation>Noch einmal holen</translation>
    </message>
    <message>
        <source>Copy ID</source>
        <translation>ID kopieren</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>Entfernen …</translation>
    </message>
    <message>
        <source>%1 on disk</source>
        <translation>%1 auf dem Datenträger</translation>
    </message>
    <message>
        <source>The engine is not reachable</source>
        <translation>Die Engine ist nicht erreichbar</translation>
    </message>
    <message>
        <source>Pull an image</source>
        <translation>Ein Abbild holen</translation>
    </message>
    <message>
        <source>Name of the image; without a registry it comes from Docker Hub, without a tag it is the latest.</source>
        <translation>Name des Abbilds; ohne Registry kommt es von Docker Hub, ohne Tag ist es das neueste.</translation>
    </message>
    <message>
        <source>Pull</source>
        <translation>Holen</translation>
    </message>
    <message>
        <source>Load images from an archive</source>
        <translation>Abbilder aus einem Archiv laden</translation>
    </message>
    <message>
        <source>Archives (*.tar *.tar.gz *.tgz *.tar.zst *.tar.xz)</source>
        <translation>Archive (*.tar *.tar.gz *.tgz *.tar.zst *.tar.xz)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Tag %1</source>
        <translation>Tag für %1</translation>
    </message>
    <message>
        <source>Another name for this image</source>
        <translation>Ein weiterer Name für dieses Abbild</translation>
    </message>
    <message>
        <source>Add tag</source>
        <translation>Tag hinzufügen</translation>
    </message>
    <message>
        <source>%1 is used by %2. Remove the container first, then the image.</source>
        <translation>%1 wird von %2 benutzt. Entfernen Sie erst den Container, dann das Abbild.</translation>
    </message>
    <message>
        <source>Some of these images are used by %1. Remove the containers first.</source>
        <translation>Einige dieser Abbilder werden von %1 benutzt. Entfernen Sie erst die Container.</translation>
    </message>
    <message>
        <source>Show %1</source>
        <translation>%1 zeigen</translation>
    </message>
    <message>
        <source>Remove image %1?</source>
        <translation>Abbild %1 entfernen?</translation>
    </message>
    <message numerus="yes">
        <source>Remove %n images?</source>
        <translation>
            <numerusform>%n Abbild entfernen?</numerusform>
            <numerusform>%n Abbilder entfernen?</numerusform>
        </translation>
    </message>
    <message>
        <source>Up to %1 are freed; layers that other images share stay. It can be pulled or built again.</source>
        <translation>Bis zu %1 werden frei; Schichten, die andere Abbilder mitbenutzen, bleiben. Es kann wieder geholt oder gebaut werden.</translation>
    </message>
    <message>
        <source>Remove %1</source>
        <translation>%1 entfernen</translation>
    </message>
    <message numerus="yes">
        <source>Remove %n images</source>
        <translation>
            <numerusform>%n Abbild entfernen</numerusform>
            <numerusform>%n Abbilder entfernen</numerusform>
        </translation>
    </message>
    <message>
        <source>Removing…</source>
        <translation>Wird entfernt …</translation>
    </message>
    <message>
        <source>Remove all its names</source>
        <translation>Alle seine Namen entfernen</translation>
    </message>
    <message>
        <source>%1 was not removed: %2</source>
        <translation>%1 wurde nicht entfernt: %2</translation>
    </message>
    <message>
        <source>Slipway tries again every second.
(%1)</source>
        <translation>Slipway versucht es jede Sekunde erneut.
(%1)</translation>
    </message>
    <message>
        <source>Open as Dockerfile</source>
        <translation>Als Dockerfile öffnen</translation>
    </message>
    <message>
        <source>The history could not be read: %1</source>
        <translation>Der Verlauf konnte nicht gelesen werden: %1</translation>
    </message>
</context>
<context>
    <name>slipway::ui::InspectTab</name>
    <message>
        <source>Search names and values</source>
        <translation>Namen und Werte suchen</translation>
    </message>
    <message>
        <source>Everything the engine knows of this container</source>
        <translation>Alles, was die Engine von diesem Container weiß</translation>
    </message>
    <message>
        <source>Field</source>
        <translation>Feld</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message numerus="yes">
        <source>%n entries</source>
        <translation>
            <numerusform>%n Eintrag</numerusform>
            <numerusform>%n Einträge</numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>Nichts gefunden</translation>
    </message>
    <message numerus="yes">
        <source>%n found</source>
        <translation>
            <numerusform>%n gefunden</numerusform>
            <numerusform>%n gefunden</numerusform>
        </translation>
    </message>
    <message>
        <source>Copy value</source>
        <translation>Wert kopieren</translation>
    </message>
    <message>
        <source>Copy path</source>
        <translation>Pfad kopieren</translation>
    </message>
    <message>
        <source>Copy as JSON</source>
        <translation>Als JSON kopieren</translation>
    </message>
    <message>
        <source>Expand all</source>
        <translation>Alles ausklappen</translation>
    </message>
    <message>
        <source>Collapse all</source>
        <translation>Alles einklappen</translation>
    </message>
</context>
<context>
    <name>slipway::ui::Job</name>
    <message>
        <source>Pull %1</source>
        <translation>%1 holen</translation>
    </message>
    <message>
        <source>Load %1</source>
        <translation>%1 laden</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>%1 min</source>
        <translation>%1 Min.</translation>
    </message>
    <message>
        <source>%1 h</source>
        <translation>%1 Std.</translation>
    </message>
    <message>
        <source>Done in %1</source>
        <translation>Fertig in %1</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>Abgebrochen</translation>
    </message>
    <message numerus="yes">
        <source>%1 of %n layer(s)</source>
        <translation>
            <numerusform>%1 von %n Schicht</numerusform>
            <numerusform>%1 von %n Schichten</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>%1/s</source>
        <translation>%1/s</translation>
    </message>
    <message>
        <source>%1 left</source>
        <translation>noch %1</translation>
    </message>
    <message>
        <source>Build %1</source>
        <translation>%1 bauen</translation>
    </message>
    <message numerus="yes">
        <source>%1 of %n step(s)</source>
        <translation>
            <numerusform>%1 von %n Schritt</numerusform>
            <numerusform>%1 von %n Schritten</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>slipway::ui::JobRow</name>
    <message>
        <source>Show the layers</source>
        <translation>Die Schichten zeigen</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal versuchen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>Ausblenden</translation>
    </message>
</context>
<context>
    <name>slipway::ui::JobsPanel</name>
    <message>
        <source>Jobs</source>
        <translation>Aufträge</translation>
    </message>
    <message>
        <source>Clear finished</source>
        <translation>Fertige ausblenden</translation>
    </message>
    <message numerus="yes">
        <source>%n running</source>
        <translation>
            <numerusform>%n läuft</numerusform>
            <numerusform>%n laufen</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>slipway::ui::JumpBar</name>
    <message>
        <source>Line, time or date: 1200, 14:03:22, 2026-11-27 14:03, -5m</source>
        <translation>Zeile, Zeit oder Datum: 1200, 14:03:22, 2026-11-27 14:03, -5m</translation>
    </message>
    <message>
        <source>Go to line or time</source>
        <translation>Gehe zu Zeile oder Zeit</translation>
    </message>
    <message>
        <source>Go</source>
        <translation>Los</translation>
    </message>
    <message>
        <source>Close (Esc)</source>
        <translation>Schließen (Esc)</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>%1, %2 to %3</source>
        <translation>%1, %2 bis %3</translation>
    </message>
    <message>
        <source>This is neither a line nor a time.</source>
        <translation>Das ist weder eine Zeile noch eine Zeit.</translation>
    </message>
    <message>
        <source>no lines</source>
        <translation>keine Zeilen</translation>
    </message>
    <message>
        <source>lines %1 to %2</source>
        <translation>Zeilen %1 bis %2</translation>
    </message>
</context>
<context>
    <name>slipway::ui::ListColumns</name>
    <message>
        <source>Reset columns</source>
        <translation>Spalten zurücksetzen</translation>
    </message>
</context>
<context>
    <name>slipway::ui::ListPage</name>
    <message>
        <source>Search</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Search %1</source>
        <translation>%1 durchsuchen</translation>
    </message>
    <message>
        <source>Search (%1)</source>
        <translation>Suchen (%1)</translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>Wird geladen …</translation>
    </message>
    <message>
        <source>Nothing matches</source>
        <translation>Nichts passt</translation>
    </message>
    <message>
        <source>No row fits the search and the filter.</source>
        <translation>Keine Zeile passt zur Suche und zum Filter.</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>Alle zeigen</translation>
    </message>
    <message>
        <source>The engine is not reachable</source>
        <translation>Die Engine ist nicht erreichbar</translation>
    </message>
    <message>
        <source>More</source>
        <translation>Mehr</translation>
    </message>
    <message numerus="yes">
        <source>%n selected</source>
        <translation>
            <numerusform>%n ausgewählt</numerusform>
            <numerusform>%n ausgewählt</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>slipway::ui::LogCanvas</name>
    <message>
        <source>Log</source>
        <translation>Protokoll</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Select All</source>
        <translation>Alles auswählen</translation>
    </message>
    <message>
        <source>Find…</source>
        <translation>Suchen …</translation>
    </message>
    <message>
        <source>↓  Jump to newest</source>
        <translation>↓  Zum Neuesten</translation>
    </message>
    <message>
        <source>↓  1 new line</source>
        <translation>↓  1 neue Zeile</translation>
    </message>
    <message>
        <source>↓  %1 new lines</source>
        <translation>↓  %1 neue Zeilen</translation>
    </message>
    <message>
        <source>Jump to newest</source>
        <translation>Zum Neuesten</translation>
    </message>
    <message>
        <source> … %1 more </source>
        <translation> … %1 mehr </translation>
    </message>
    <message>
        <source>Open link</source>
        <translation>Verweis öffnen</translation>
    </message>
    <message>
        <source>Copy link</source>
        <translation>Verweis kopieren</translation>
    </message>
    <message>
        <source>Details of the line</source>
        <translation>Einzelheiten der Zeile</translation>
    </message>
    <message>
        <source>Go to line or time…</source>
        <translation>Gehe zu Zeile oder Zeit …</translation>
    </message>
</context>
<context>
    <name>slipway::ui::LogDetails</name>
    <message>
        <source>Details of the line</source>
        <translation>Einzelheiten der Zeile</translation>
    </message>
    <message>
        <source>Close (Esc)</source>
        <translation>Schließen (Esc)</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Field</source>
        <translation>Feld</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>Fields of the line</source>
        <translation>Felder der Zeile</translation>
    </message>
    <message>
        <source>The whole line</source>
        <translation>Die ganze Zeile</translation>
    </message>
    <message>
        <source>This line is gone</source>
        <translation>Diese Zeile gibt es nicht mehr</translation>
    </message>
    <message>
        <source>Line %1</source>
        <translation>Zeile %1</translation>
    </message>
    <message>
        <source>Container</source>
        <translation>Container</translation>
    </message>
    <message>
        <source>Local time</source>
        <translation>Ortszeit</translation>
    </message>
    <message>
        <source>UTC</source>
        <translation>UTC</translation>
    </message>
    <message>
        <source>Stream</source>
        <translation>Strom</translation>
    </message>
    <message>
        <source>stderr</source>
        <translation>stderr</translation>
    </message>
    <message>
        <source>stdout</source>
        <translation>stdout</translation>
    </message>
    <message>
        <source>written by Slipway</source>
        <translation>von Slipway geschrieben</translation>
    </message>
    <message>
        <source>Level</source>
        <translation>Stufe</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>Länge</translation>
    </message>
    <message>
        <source>%1, of which %2 are shown</source>
        <translation>%1, davon werden %2 gezeigt</translation>
    </message>
    <message numerus="yes">
        <source>%n byte(s)</source>
        <translation>
            <numerusform>%n Byte</numerusform>
            <numerusform>%n Bytes</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>slipway::ui::LogPages</name>
    <message>
        <source>(this line could not be read: it was deleted or is damaged)</source>
        <translation>(diese Zeile war nicht lesbar: gelöscht oder beschädigt)</translation>
    </message>
</context>
<context>
    <name>slipway::ui::LogView</name>
    <message>
        <source>Load all lines</source>
        <translation>Alle Zeilen laden</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal versuchen</translation>
    </message>
    <message>
        <source>Logs</source>
        <translation>Protokolle</translation>
    </message>
    <message>
        <source>Follow</source>
        <translation>Folgen</translation>
    </message>
    <message>
        <source>Stay at the newest line (End)</source>
        <translation>Bei der neuesten Zeile bleiben (Ende)</translation>
    </message>
    <message>
        <source>Break long lines at the edge of the view</source>
        <translation>Lange Zeilen am Rand der Ansicht umbrechen</translation>
    </message>
    <message>
        <source>No time</source>
        <translation>Keine Zeit</translation>
    </message>
    <message>
        <source>Local time</source>
        <translation>Ortszeit</translation>
    </message>
    <message>
        <source>UTC</source>
        <translation>UTC</translation>
    </message>
    <message>
        <source>Since the first line</source>
        <translation>Seit der ersten Zeile</translation>
    </message>
    <message>
        <source>stdout</source>
        <translation>stdout</translation>
    </message>
    <message>
        <source>Show standard output</source>
        <translation>Standardausgabe zeigen</translation>
    </message>
    <message>
        <source>stderr</source>
        <translation>stderr</translation>
    </message>
    <message>
        <source>Show standard error (marked red at the left)</source>
        <translation>Fehlerausgabe zeigen (links rot markiert)</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Find in the log (Ctrl+F)</source>
        <translation>Im Protokoll suchen (Strg+F)</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy the selected lines (Ctrl+C)</source>
        <translation>Ausgewählte Zeilen kopieren (Strg+C)</translation>
    </message>
    <message>
        <source>Save the log to a file (Ctrl+S)</source>
        <translation>Das Protokoll in eine Datei speichern (Strg+S)</translation>
    </message>
    <message>
        <source>The log could not be read: %1</source>
        <translation>Das Protokoll konnte nicht gelesen werden: %1</translation>
    </message>
    <message>
        <source>Both streams are hidden</source>
        <translation>Beide Ausgaben sind ausgeblendet</translation>
    </message>
    <message>
        <source>Turn on stdout or stderr to see lines.</source>
        <translation>Schalten Sie stdout oder stderr ein, um Zeilen zu sehen.</translation>
    </message>
    <message>
        <source>No line matches</source>
        <translation>Keine Zeile passt</translation>
    </message>
    <message>
        <source>The filter above hides every line.</source>
        <translation>Der Filter oben blendet alle Zeilen aus.</translation>
    </message>
    <message>
        <source>No container selected</source>
        <translation>Kein Container ausgewählt</translation>
    </message>
    <message>
        <source>Select a container to see its log.</source>
        <translation>Wählen Sie einen Container, um sein Protokoll zu sehen.</translation>
    </message>
    <message>
        <source>Reading the log…</source>
        <translation>Das Protokoll wird gelesen …</translation>
    </message>
    <message>
        <source>No output</source>
        <translation>Keine Ausgabe</translation>
    </message>
    <message>
        <source>The container wrote nothing to stdout or stderr.</source>
        <translation>Der Container hat weder in die Standard- noch in die Fehlerausgabe etwas geschrieben.</translation>
    </message>
    <message>
        <source>No log to show</source>
        <translation>Kein Protokoll zu zeigen</translation>
    </message>
    <message>
        <source>The message above says why.</source>
        <translation>Die Meldung oben sagt, warum.</translation>
    </message>
    <message>
        <source>1 line</source>
        <translation>1 Zeile</translation>
    </message>
    <message>
        <source>%1 lines</source>
        <translation>%1 Zeilen</translation>
    </message>
    <message>
        <source>the last %1 lines</source>
        <translation>die letzten %1 Zeilen</translation>
    </message>
    <message>
        <source> · container stopped</source>
        <translation> · Container angehalten</translation>
    </message>
    <message>
        <source>Not a regular expression: %1</source>
        <translation>Kein regulärer Ausdruck: %1</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>Suche läuft …</translation>
    </message>
    <message>
        <source>No matches</source>
        <translation>Keine Treffer</translation>
    </message>
    <message>
        <source>Save log</source>
        <translation>Protokoll speichern</translation>
    </message>
    <message>
        <source>Logs (*.log *.txt);;All files (*)</source>
        <translation>Protokolle (*.log *.txt);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>%1 could not be written: %2</source>
        <translation>%1 konnte nicht geschrieben werden: %2</translation>
    </message>
    <message>
        <source>Saving… %1 written</source>
        <translation>Wird gespeichert … %1 geschrieben</translation>
    </message>
    <message>
        <source>Saved as %1</source>
        <translation>Gespeichert als %1</translation>
    </message>
    <message>
        <source>The chosen streams and levels hide every line.</source>
        <translation>Die gewählten Ströme und Stufen verbergen jede Zeile.</translation>
    </message>
    <message>
        <source>The container has written nothing so far. Lines appear here as it writes them.</source>
        <translation>Der Container hat noch nichts geschrieben. Zeilen erscheinen hier, sobald er sie schreibt.</translation>
    </message>
    <message>
        <source>%1 of %2 lines (older ones were rotated away)</source>
        <translation>%1 von %2 Zeilen (ältere wurden schon weggedreht)</translation>
    </message>
    <message>
        <source>%1 of %2 lines</source>
        <translation>%1 von %2 Zeilen</translation>
    </message>
    <message>
        <source>1 line matches</source>
        <translation>1 Zeile passt</translation>
    </message>
    <message>
        <source>%1 lines match</source>
        <translation>%1 Zeilen passen</translation>
    </message>
    <message>
        <source> · %1 skipped: the expression takes too long for them</source>
        <translation> · %1 übersprungen: der Ausdruck dauert für sie zu lange</translation>
    </message>
    <message>
        <source>Copying…</source>
        <translation>Wird kopiert …</translation>
    </message>
    <message>
        <source>It could not be copied: %1</source>
        <translation>Es ließ sich nicht kopieren: %1</translation>
    </message>
    <message>
        <source>[the rest of this line is too long to copy]</source>
        <translation>[der Rest dieser Zeile ist zu lang zum Kopieren]</translation>
    </message>
    <message>
        <source>That is too much for the clipboard: save it to a file instead.</source>
        <translation>Das ist zu viel für die Zwischenablage: Speichern Sie es in eine Datei.</translation>
    </message>
    <message>
        <source>%1 lines copied</source>
        <translation>%1 Zeilen kopiert</translation>
    </message>
    <message>
        <source>View</source>
        <translation>Ansicht</translation>
    </message>
    <message>
        <source>Times, line numbers, wrapping, JSON fields</source>
        <translation>Zeiten, Zeilennummern, Umbruch, JSON-Felder</translation>
    </message>
    <message>
        <source>Levels</source>
        <translation>Stufen</translation>
    </message>
    <message>
        <source>Show only lines that say how bad they are</source>
        <translation>Nur Zeilen zeigen, die ihre Stufe nennen</translation>
    </message>
    <message>
        <source>Go to</source>
        <translation>Gehe zu</translation>
    </message>
    <message>
        <source>Go to a line or a time (Ctrl+G)</source>
        <translation>Zu einer Zeile oder Zeit gehen (Strg+G)</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Line numbers</source>
        <translation>Zeilennummern</translation>
    </message>
    <message>
        <source>Show JSON lines as their message and fields</source>
        <translation>JSON-Zeilen als Meldung und Felder zeigen</translation>
    </message>
    <message>
        <source>All levels</source>
        <translation>Alle Stufen</translation>
    </message>
    <message>
        <source>Info and above</source>
        <translation>Info und höher</translation>
    </message>
    <message>
        <source>Warnings and errors</source>
        <translation>Warnungen und Fehler</translation>
    </message>
    <message>
        <source>Errors</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>As text…</source>
        <translation>Als Text …</translation>
    </message>
    <message>
        <source>With times…</source>
        <translation>Mit Zeiten …</translation>
    </message>
    <message>
        <source>As JSON lines…</source>
        <translation>Als JSON-Zeilen …</translation>
    </message>
    <message>
        <source>The whole log</source>
        <translation>Das ganze Protokoll</translation>
    </message>
    <message>
        <source>Only what is shown</source>
        <translation>Nur was gezeigt wird</translation>
    </message>
    <message>
        <source>Stop saving</source>
        <translation>Speichern beenden</translation>
    </message>
    <message>
        <source>Saving was stopped; nothing was written.</source>
        <translation>Das Speichern wurde beendet; nichts wurde geschrieben.</translation>
    </message>
    <message>
        <source>logs</source>
        <translation>protokolle</translation>
    </message>
    <message>
        <source>JSON lines (*.jsonl *.json);;All files (*)</source>
        <translation>JSON-Zeilen (*.jsonl *.json);;Alle Dateien (*)</translation>
    </message>
</context>
<context>
    <name>slipway::ui::LogsPage</name>
    <message>
        <source>Logs</source>
        <translation>Protokolle</translation>
    </message>
    <message>
        <source>Filter containers</source>
        <translation>Container filtern</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>Laufende</translation>
    </message>
    <message>
        <source>Show all running containers</source>
        <translation>Alle laufenden Container zeigen</translation>
    </message>
    <message>
        <source>All</source>
        <translation>Alle</translation>
    </message>
    <message>
        <source>Show all containers that are there</source>
        <translation>Alle vorhandenen Container zeigen</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Keine</translation>
    </message>
    <message>
        <source>Show none</source>
        <translation>Keinen zeigen</translation>
    </message>
    <message>
        <source>Containers whose logs are shown</source>
        <translation>Container, deren Protokolle gezeigt werden</translation>
    </message>
    <message>
        <source>Removed</source>
        <translation>Entfernt</translation>
    </message>
    <message>
        <source>%1 · %2</source>
        <translation>%1 · %2</translation>
    </message>
    <message>
        <source>%1 · stopped</source>
        <translation>%1 · angehalten</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
</context>
<context>
    <name>slipway::ui::MainWindow</name>
    <message>
        <source>Slipway</source>
        <translation>Slipway</translation>
    </message>
    <message>
        <source>Containers</source>
        <translation>Container</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>Abbilder</translation>
    </message>
    <message>
        <source>%1 · API %2</source>
        <translation>%1 · API %2</translation>
    </message>
    <message>
        <source>Loading the image…</source>
        <translation>Das Abbild wird geladen …</translation>
    </message>
    <message>
        <source>Starting the container…</source>
        <translation>Der Container wird gestartet …</translation>
    </message>
    <message>
        <source>Your container serves a page at %1</source>
        <translation>Ihr Container liefert eine Seite auf %1</translation>
    </message>
    <message>
        <source>Open in the browser</source>
        <translation>Im Browser öffnen</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal versuchen</translation>
    </message>
    <message numerus="yes">
        <source>Quit while %n job(s) are running?</source>
        <translation>
            <numerusform>Beenden, während %n Auftrag läuft?</numerusform>
            <numerusform>Beenden, während %n Aufträge laufen?</numerusform>
        </translation>
    </message>
    <message>
        <source>They are cancelled. Containers go on running.</source>
        <translation>Sie werden abgebrochen. Container laufen weiter.</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>Theme: as the desktop</source>
        <translation>Aussehen: wie die Arbeitsfläche</translation>
    </message>
    <message>
        <source>Theme: light</source>
        <translation>Aussehen: hell</translation>
    </message>
    <message>
        <source>Theme: dark</source>
        <translation>Aussehen: dunkel</translation>
    </message>
    <message>
        <source>Commands…</source>
        <translation>Befehle …</translation>
    </message>
    <message>
        <source>First steps and keys</source>
        <translation>Erste Schritte und Tasten</translation>
    </message>
    <message>
        <source>Builds</source>
        <translation>Builds</translation>
    </message>
    <message numerus="yes">
        <source>Quit without saving %n file(s)?</source>
        <translation>
            <numerusform>Beenden, ohne %n Datei zu speichern?</numerusform>
            <numerusform>Beenden, ohne %n Dateien zu speichern?</numerusform>
        </translation>
    </message>
    <message>
        <source>What was changed in the editor is lost.</source>
        <translation>Was im Editor geändert wurde, geht verloren.</translation>
    </message>
    <message>
        <source>Discard and quit</source>
        <translation>Verwerfen und beenden</translation>
    </message>
    <message>
        <source>Logs</source>
        <translation>Protokolle</translation>
    </message>
    <message>
        <source>Monitor</source>
        <translation>Monitor</translation>
    </message>
</context>
<context>
    <name>slipway::ui::MessageBar</name>
    <message>
        <source>Dismiss</source>
        <translation>Ausblenden</translation>
    </message>
</context>
<context>
    <name>slipway::ui::MetricsFeed</name>
    <message>
        <source>The engine ended the readings.</source>
        <translation>Die Engine hat die Messwerte beendet.</translation>
    </message>
</context>
<context>
    <name>slipway::ui::MonitorPage</name>
    <message>
        <source>Run a container…</source>
        <translation>Container starten …</translation>
    </message>
    <message>
        <source>Monitor</source>
        <translation>Monitor</translation>
    </message>
    <message>
        <source>Rank containers by</source>
        <translation>Container ordnen nach</translation>
    </message>
    <message>
        <source>CPU</source>
        <translation>CPU</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Speicher</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Netz</translation>
    </message>
    <message>
        <source>Block I/O</source>
        <translation>Block-E/A</translation>
    </message>
    <message>
        <source>1 min</source>
        <translation>1 min</translation>
    </message>
    <message>
        <source>5 min</source>
        <translation>5 min</translation>
    </message>
    <message>
        <source>10 min</source>
        <translation>10 min</translation>
    </message>
    <message>
        <source>Show the last %1</source>
        <translation>Die letzten %1 zeigen</translation>
    </message>
    <message>
        <source>Machine: CPU</source>
        <translation>Rechner: CPU</translation>
    </message>
    <message>
        <source>used</source>
        <translation>benutzt</translation>
    </message>
    <message>
        <source>Machine: memory</source>
        <translation>Rechner: Speicher</translation>
    </message>
    <message>
        <source>Machine: network</source>
        <translation>Rechner: Netz</translation>
    </message>
    <message>
        <source>in</source>
        <translation>ein</translation>
    </message>
    <message>
        <source>out</source>
        <translation>aus</translation>
    </message>
    <message>
        <source>Machine: disks</source>
        <translation>Rechner: Platten</translation>
    </message>
    <message>
        <source>read</source>
        <translation>gelesen</translation>
    </message>
    <message>
        <source>written</source>
        <translation>geschrieben</translation>
    </message>
    <message>
        <source>the kernel does not count it here (no /proc/pressure)</source>
        <translation>der Kernel zählt es hier nicht (kein /proc/pressure)</translation>
    </message>
    <message>
        <source>there are no disks that the engine can see</source>
        <translation>die Engine sieht keine Platten</translation>
    </message>
    <message numerus="yes">
        <source>%n cores</source>
        <translation>
            <numerusform>Ein Kern</numerusform>
            <numerusform>%n Kerne</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 in all</source>
        <translation>%1 insgesamt</translation>
    </message>
    <message numerus="yes">
        <source>%n running</source>
        <translation>
            <numerusform>einer läuft</numerusform>
            <numerusform>%n laufen</numerusform>
        </translation>
    </message>
    <message>
        <source>The engine is not reachable</source>
        <translation>Die Engine ist nicht erreichbar</translation>
    </message>
    <message>
        <source>Your containers go on running. Slipway tries again every second.</source>
        <translation>Ihre Container laufen weiter. Slipway versucht es jede Sekunde wieder.</translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>Wird geladen …</translation>
    </message>
    <message>
        <source>No container is running</source>
        <translation>Kein Container läuft</translation>
    </message>
    <message>
        <source>Those that run are shown here, the busiest first.</source>
        <translation>Laufende Container stehen hier, die meistbeschäftigten zuerst.</translation>
    </message>
    <message numerus="yes">
        <source>This engine tells nothing of its machine, and is asked for %n containers at most</source>
        <translation>
            <numerusform>Diese Engine sagt nichts über ihren Rechner und wird nach höchstens einem Container gefragt</numerusform>
            <numerusform>Diese Engine sagt nichts über ihren Rechner und wird nach höchstens %n Containern gefragt</numerusform>
        </translation>
    </message>
    <message>
        <source>This engine tells nothing of its machine</source>
        <translation>Diese Engine sagt nichts über ihren Rechner</translation>
    </message>
    <message>
        <source>Without cgroups: read from /proc every five seconds</source>
        <translation>Ohne Cgroups: alle fünf Sekunden aus /proc gelesen</translation>
    </message>
    <message>
        <source>Machine: waiting for</source>
        <translation>Rechner: Warten auf</translation>
    </message>
    <message>
        <source>I/O</source>
        <translation>E/A</translation>
    </message>
</context>
<context>
    <name>slipway::ui::MountRow</name>
    <message>
        <source>Do not mount this</source>
        <translation>Dies nicht einhängen</translation>
    </message>
    <message>
        <source>read-only</source>
        <translation>nur lesbar</translation>
    </message>
    <message>
        <source>folder or volume</source>
        <translation>Ordner oder Volume</translation>
    </message>
    <message>
        <source>Folder of this machine or name of a volume</source>
        <translation>Ordner dieses Rechners oder Name eines Volumes</translation>
    </message>
    <message>
        <source>Choose a folder</source>
        <translation>Ordner wählen</translation>
    </message>
    <message>
        <source>/path in the container</source>
        <translation>/Pfad im Container</translation>
    </message>
    <message>
        <source>Path in the container</source>
        <translation>Pfad im Container</translation>
    </message>
    <message>
        <source>Folder to mount</source>
        <translation>Ordner zum Einhängen</translation>
    </message>
</context>
<context>
    <name>slipway::ui::NewSessionDialog</name>
    <message>
        <source>New Session</source>
        <translation>Neue Sitzung</translation>
    </message>
    <message>
        <source>A shell of the container, or any command with its arguments</source>
        <translation>Eine Shell des Containers oder ein beliebiger Befehl mit seinen Argumenten</translation>
    </message>
    <message>
        <source>Use the &amp;busybox of this machine</source>
        <translation>Die &amp;busybox dieses Rechners benutzen</translation>
    </message>
    <message>
        <source>A shell with the usual commands that is lent to the container while the session is open. Its files are not touched.</source>
        <translation>Eine Shell mit den üblichen Befehlen, die dem Container geliehen wird, solange die Sitzung offen ist. Seine Dateien bleiben unberührt.</translation>
    </message>
    <message>
        <source>Only Slipway&apos;s own engine can lend a container a shell.</source>
        <translation>Nur Slipways eigene Engine kann einem Container eine Shell leihen.</translation>
    </message>
    <message>
        <source>the image&apos;s own; or root, 1000, www-data:staff</source>
        <translation>der des Abbilds; oder root, 1000, www-data:staff</translation>
    </message>
    <message>
        <source>the image&apos;s own; or an absolute path</source>
        <translation>der des Abbilds; oder ein absoluter Pfad</translation>
    </message>
    <message>
        <source>NAME=value, one a line</source>
        <translation>NAME=Wert, je Zeile einer</translation>
    </message>
    <message>
        <source>&amp;Command:</source>
        <translation>&amp;Befehl:</translation>
    </message>
    <message>
        <source>&amp;User:</source>
        <translation>Ben&amp;utzer:</translation>
    </message>
    <message>
        <source>&amp;Folder:</source>
        <translation>&amp;Ordner:</translation>
    </message>
    <message>
        <source>&amp;Environment:</source>
        <translation>Um&amp;gebung:</translation>
    </message>
    <message>
        <source>Open Session</source>
        <translation>Sitzung öffnen</translation>
    </message>
</context>
<context>
    <name>slipway::ui::Outline</name>
    <message>
        <source>Stages</source>
        <translation>Stufen</translation>
    </message>
    <message>
        <source>%1 from %2</source>
        <translation>%1 aus %2</translation>
    </message>
</context>
<context>
    <name>slipway::ui::OverviewTab</name>
    <message>
        <source>Use and limits</source>
        <translation>Verbrauch und Grenzen</translation>
    </message>
    <message>
        <source>Container</source>
        <translation>Container</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Netzwerk</translation>
    </message>
    <message>
        <source>Storage</source>
        <translation>Datenträger</translation>
    </message>
    <message>
        <source>Environment</source>
        <translation>Umgebung</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>Label</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Speicher</translation>
    </message>
    <message>
        <source>CPU</source>
        <translation>CPU</translation>
    </message>
    <message>
        <source>Processes</source>
        <translation>Prozesse</translation>
    </message>
    <message>
        <source>for %1, since %2</source>
        <translation>seit %1, ab %2</translation>
    </message>
    <message>
        <source>since %1 (%2), ran for %3</source>
        <translation>seit %1 (%2), lief %3</translation>
    </message>
    <message>
        <source>created %1</source>
        <translation>angelegt %1</translation>
    </message>
    <message numerus="yes">
        <source> · restarted %n times by the engine</source>
        <translation>
            <numerusform> · einmal von der Engine neu gestartet</numerusform>
            <numerusform> · %n-mal von der Engine neu gestartet</numerusform>
        </translation>
    </message>
    <message>
        <source>Image</source>
        <translation>Abbild</translation>
    </message>
    <message>
        <source>Id</source>
        <translation>ID</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>Befehl</translation>
    </message>
    <message>
        <source>Working folder</source>
        <translation>Arbeitsordner</translation>
    </message>
    <message>
        <source>User</source>
        <translation>Benutzer</translation>
    </message>
    <message>
        <source>Restart</source>
        <translation>Neu starten</translation>
    </message>
    <message>
        <source>always</source>
        <translation>immer</translation>
    </message>
    <message>
        <source>unless stopped by hand</source>
        <translation>außer von Hand angehalten</translation>
    </message>
    <message numerus="yes">
        <source>when it fails, %n times</source>
        <translation>
            <numerusform>bei Fehlern, einmal</numerusform>
            <numerusform>bei Fehlern, %n-mal</numerusform>
        </translation>
    </message>
    <message>
        <source>when it fails</source>
        <translation>bei Fehlern</translation>
    </message>
    <message>
        <source>never</source>
        <translation>nie</translation>
    </message>
    <message>
        <source>Created</source>
        <translation>Angelegt</translation>
    </message>
    <message>
        <source> (read-only)</source>
        <translation> (nur lesbar)</translation>
    </message>
    <message>
        <source>volume %1%2</source>
        <translation>Volume %1%2</translation>
    </message>
    <message>
        <source>Open %1 in the browser</source>
        <translation>%1 im Browser öffnen</translation>
    </message>
    <message>
        <source>no address while it is not running</source>
        <translation>keine Adresse, solange er nicht läuft</translation>
    </message>
    <message>
        <source>%1, gateway %2</source>
        <translation>%1, Gateway %2</translation>
    </message>
    <message>
        <source>reading…</source>
        <translation>wird gelesen …</translation>
    </message>
    <message>
        <source>%1 of %2, %3 free</source>
        <translation>%1 von %2, %3 frei</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation>%1, %2</translation>
    </message>
    <message>
        <source>no limit</source>
        <translation>keine Grenze</translation>
    </message>
</context>
<context>
    <name>slipway::ui::PortRow</name>
    <message>
        <source>Do not publish this port</source>
        <translation>Diesen Port nicht veröffentlichen</translation>
    </message>
    <message>
        <source>every address</source>
        <translation>jede Adresse</translation>
    </message>
    <message>
        <source>Address of this machine</source>
        <translation>Adresse dieses Rechners</translation>
    </message>
    <message>
        <source>Who can reach the port: empty = everybody who reaches this machine, 127.0.0.1 = only this machine</source>
        <translation>Wer den Port erreicht: leer = jeder, der diesen Rechner erreicht, 127.0.0.1 = nur dieser Rechner</translation>
    </message>
    <message>
        <source>any free port</source>
        <translation>irgendein freier</translation>
    </message>
    <message>
        <source>Port of this machine</source>
        <translation>Port dieses Rechners</translation>
    </message>
    <message>
        <source>container port</source>
        <translation>Port im Container</translation>
    </message>
    <message>
        <source>Port of the container</source>
        <translation>Port des Containers</translation>
    </message>
    <message>
        <source>Protocol</source>
        <translation>Protokoll</translation>
    </message>
</context>
<context>
    <name>slipway::ui::ProblemList</name>
    <message>
        <source>Problems</source>
        <translation>Probleme</translation>
    </message>
    <message>
        <source>No problems found</source>
        <translation>Keine Probleme gefunden</translation>
    </message>
    <message>
        <source>Take it away</source>
        <translation>Wegnehmen</translation>
    </message>
    <message>
        <source>Use %1</source>
        <translation>%1 nehmen</translation>
    </message>
    <message>
        <source>line %1</source>
        <translation>Zeile %1</translation>
    </message>
</context>
<context>
    <name>slipway::ui::ProcessesTab</name>
    <message>
        <source>Processes of this container</source>
        <translation>Prozesse dieses Containers</translation>
    </message>
    <message>
        <source>Reading the processes…</source>
        <translation>Die Prozesse werden gelesen …</translation>
    </message>
    <message>
        <source>Not running: there are no processes.</source>
        <translation>Läuft nicht: Es gibt keine Prozesse.</translation>
    </message>
    <message numerus="yes">
        <source>%n processes, as the host numbers them</source>
        <translation>
            <numerusform>%n Prozess, mit der Nummer des Rechners</numerusform>
            <numerusform>%n Prozesse, mit den Nummern des Rechners</numerusform>
        </translation>
    </message>
    <message>
        <source>User</source>
        <translation>Benutzer</translation>
    </message>
    <message>
        <source>Started</source>
        <translation>Gestartet</translation>
    </message>
    <message>
        <source>CPU time</source>
        <translation>CPU-Zeit</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>Befehl</translation>
    </message>
</context>
<context>
    <name>slipway::ui::Rail</name>
    <message>
        <source>Collapse</source>
        <translation>Einklappen</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Connecting…</source>
        <translation>Verbinden …</translation>
    </message>
    <message>
        <source>Rooms</source>
        <translation>Räume</translation>
    </message>
    <message>
        <source>Expand</source>
        <translation>Ausklappen</translation>
    </message>
    <message>
        <source>Show the names of the rooms</source>
        <translation>Die Namen der Räume zeigen</translation>
    </message>
    <message>
        <source>Show icons only</source>
        <translation>Nur Symbole zeigen</translation>
    </message>
    <message>
        <source>Connected</source>
        <translation>Verbunden</translation>
    </message>
    <message>
        <source>No engine</source>
        <translation>Keine Engine</translation>
    </message>
    <message>
        <source>%1
Click to try again</source>
        <translation>%1
Klicken, um es noch einmal zu versuchen</translation>
    </message>
    <message>
        <source>Click to try again</source>
        <translation>Klicken, um es noch einmal zu versuchen</translation>
    </message>
</context>
<context>
    <name>slipway::ui::ReplaceBar</name>
    <message>
        <source>Find</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Match case</source>
        <translation>Groß-/Kleinschreibung beachten</translation>
    </message>
    <message>
        <source>Words</source>
        <translation>Wörter</translation>
    </message>
    <message>
        <source>Whole words only</source>
        <translation>Nur ganze Wörter</translation>
    </message>
    <message>
        <source>Regular expression</source>
        <translation>Regulärer Ausdruck</translation>
    </message>
    <message>
        <source>Previous match (Shift+Enter)</source>
        <translation>Voriger Treffer (Umschalt+Eingabe)</translation>
    </message>
    <message>
        <source>Next match (Enter)</source>
        <translation>Nächster Treffer (Eingabe)</translation>
    </message>
    <message>
        <source>Close (Esc)</source>
        <translation>Schließen (Esc)</translation>
    </message>
    <message>
        <source>Replace with</source>
        <translation>Ersetzen durch</translation>
    </message>
    <message>
        <source>Replace</source>
        <translation>Ersetzen</translation>
    </message>
    <message>
        <source>Replace this match and go to the next</source>
        <translation>Diesen Treffer ersetzen und zum nächsten gehen</translation>
    </message>
    <message>
        <source>Replace all</source>
        <translation>Alle ersetzen</translation>
    </message>
    <message>
        <source>Replace all matches</source>
        <translation>Alle Treffer ersetzen</translation>
    </message>
    <message>
        <source>Not a regular expression: %1</source>
        <translation>Kein regulärer Ausdruck: %1</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>Nichts gefunden</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message numerus="yes">
        <source>%n match(es)</source>
        <translation>
            <numerusform>%n Treffer</numerusform>
            <numerusform>%n Treffer</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n replaced</source>
        <translation>
            <numerusform>%n ersetzt</numerusform>
            <numerusform>%n ersetzt</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>slipway::ui::RunDialog</name>
    <message>
        <source>Run</source>
        <translation>Ausführen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Run a container</source>
        <translation>Einen Container ausführen</translation>
    </message>
    <message>
        <source>The clipboard holds a docker run command.</source>
        <translation>In der Zwischenablage steht ein Befehl docker run.</translation>
    </message>
    <message>
        <source>Fill in the form from it</source>
        <translation>Formular daraus ausfüllen</translation>
    </message>
    <message>
        <source>The same as a command; edit it or paste one here</source>
        <translation>Dasselbe als Befehl; ändern Sie ihn, oder fügen Sie einen ein</translation>
    </message>
    <message>
        <source>Copy the command</source>
        <translation>Befehl kopieren</translation>
    </message>
    <message>
        <source>The same as a docker run command</source>
        <translation>Dasselbe als Befehl docker run</translation>
    </message>
    <message>
        <source>Without effect here: %1</source>
        <translation>Hier ohne Wirkung: %1</translation>
    </message>
    <message>
        <source>Not on this machine: it is pulled first.</source>
        <translation>Nicht auf diesem Rechner: Es wird zuerst geholt.</translation>
    </message>
    <message>
        <source>On this machine, %1; it listens on %2</source>
        <translation>Auf diesem Rechner, %1; lauscht auf %2</translation>
    </message>
    <message>
        <source>On this machine, %1</source>
        <translation>Auf diesem Rechner, %1</translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation>Ordner wählen …</translation>
    </message>
    <message>
        <source>Run it in a shell</source>
        <translation>In einer Shell ausführen</translation>
    </message>
    <message>
        <source>It listens on %1, but nobody outside reaches it.</source>
        <translation>Er lauscht auf %1, aber niemand außerhalb erreicht ihn.</translation>
    </message>
    <message>
        <source>Publish at %1</source>
        <translation>Auf %1 veröffentlichen</translation>
    </message>
    <message>
        <source>Port %1 is taken by the container %2.</source>
        <translation>Port %1 ist vom Container %2 belegt.</translation>
    </message>
    <message>
        <source>Port %1 is taken by another program of this machine.</source>
        <translation>Port %1 ist von einem anderen Programm dieses Rechners belegt.</translation>
    </message>
    <message>
        <source>Use %1</source>
        <translation>%1 nehmen</translation>
    </message>
    <message>
        <source>Pulling %1…</source>
        <translation>%1 wird geholt …</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal versuchen</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>Wird gestartet …</translation>
    </message>
    <message>
        <source>Let the engine choose a name</source>
        <translation>Die Engine einen Namen wählen lassen</translation>
    </message>
    <message>
        <source>Continue in the background</source>
        <translation>Im Hintergrund weitermachen</translation>
    </message>
    <message>
        <source>Pulling %1: %2</source>
        <translation>%1 wird geholt: %2</translation>
    </message>
</context>
<context>
    <name>slipway::ui::RunForm</name>
    <message>
        <source>Limits, network, restart and more</source>
        <translation>Grenzen, Netzwerk, Neustart und mehr</translation>
    </message>
    <message>
        <source>nginx:1.27, ghcr.io/owner/app, or paste a docker run command</source>
        <translation>nginx:1.27, ghcr.io/owner/app, oder fügen Sie einen Befehl docker run ein</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>Abbild</translation>
    </message>
    <message>
        <source>chosen for you</source>
        <translation>wird gewählt</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>as the image says</source>
        <translation>wie im Abbild</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>Befehl</translation>
    </message>
    <message>
        <source>Publish a port</source>
        <translation>Port veröffentlichen</translation>
    </message>
    <message>
        <source>Ports</source>
        <translation>Ports</translation>
    </message>
    <message>
        <source>Environment, a variable a line</source>
        <translation>Umgebung, eine Variable je Zeile</translation>
    </message>
    <message>
        <source>NAME=value, one a line; paste a .env file</source>
        <translation>NAME=Wert, eine je Zeile; eine .env-Datei lässt sich einfügen</translation>
    </message>
    <message>
        <source>Read a .env file…</source>
        <translation>Eine .env-Datei lesen …</translation>
    </message>
    <message>
        <source>Environment</source>
        <translation>Umgebung</translation>
    </message>
    <message>
        <source>Mount a folder or volume</source>
        <translation>Ordner oder Volume einhängen</translation>
    </message>
    <message>
        <source>Mounts</source>
        <translation>Eingehängt</translation>
    </message>
    <message>
        <source>bridge: its own address, reaches the outside</source>
        <translation>bridge: eigene Adresse, erreicht die Außenwelt</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Netzwerk</translation>
    </message>
    <message>
        <source>Restart</source>
        <translation>Neu starten</translation>
    </message>
    <message>
        <source>never</source>
        <translation>nie</translation>
    </message>
    <message>
        <source>when it fails</source>
        <translation>bei Fehlern</translation>
    </message>
    <message>
        <source>unless stopped by hand</source>
        <translation>außer von Hand angehalten</translation>
    </message>
    <message>
        <source>always</source>
        <translation>immer</translation>
    </message>
    <message>
        <source>no limit; 512m, 2g</source>
        <translation>keine Grenze; 512m, 2g</translation>
    </message>
    <message>
        <source>Memory limit</source>
        <translation>Speichergrenze</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Speicher</translation>
    </message>
    <message>
        <source>no limit; 0.5, 2</source>
        <translation>keine Grenze; 0.5, 2</translation>
    </message>
    <message>
        <source>CPU limit in cores</source>
        <translation>CPU-Grenze in Kernen</translation>
    </message>
    <message>
        <source>CPU cores</source>
        <translation>CPU-Kerne</translation>
    </message>
    <message>
        <source>no limit</source>
        <translation>keine Grenze</translation>
    </message>
    <message>
        <source>Limit of processes</source>
        <translation>Grenze für Prozesse</translation>
    </message>
    <message>
        <source>Processes</source>
        <translation>Prozesse</translation>
    </message>
    <message>
        <source>Labels, one a line</source>
        <translation>Label, eines je Zeile</translation>
    </message>
    <message>
        <source>name=value, one a line</source>
        <translation>Name=Wert, eines je Zeile</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>Label</translation>
    </message>
    <message>
        <source>Keep its input open (-i)</source>
        <translation>Eingabe offen halten (-i)</translation>
    </message>
    <message>
        <source>Give it a terminal (-t)</source>
        <translation>Ein Terminal geben (-t)</translation>
    </message>
    <message>
        <source>Remove it when it stops (--rm)</source>
        <translation>Beim Anhalten entfernen (--rm)</translation>
    </message>
    <message>
        <source>--cap-add=NET_ADMIN --user=1000 …</source>
        <translation>--cap-add=NET_ADMIN --user=1000 …</translation>
    </message>
    <message>
        <source>Further flags of docker run</source>
        <translation>Weitere Optionen von docker run</translation>
    </message>
    <message>
        <source>More flags</source>
        <translation>Weitere Optionen</translation>
    </message>
    <message>
        <source>Environment file</source>
        <translation>Umgebungsdatei</translation>
    </message>
    <message>
        <source>Environment (*.env .env* *.txt);;All files (*)</source>
        <translation>Umgebung (*.env .env* *.txt);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>%1 cannot be read: %2</source>
        <translation>%1 kann nicht gelesen werden: %2</translation>
    </message>
    <message>
        <source>“%1” is not a size, as in 512m or 2g</source>
        <translation>„%1“ ist keine Größe wie 512m oder 2g</translation>
    </message>
    <message>
        <source>“%1” is not a number above 0</source>
        <translation>„%1“ ist keine Zahl über 0</translation>
    </message>
</context>
<context>
    <name>slipway::ui::Spinner</name>
    <message>
        <source>Busy</source>
        <translation>Beschäftigt</translation>
    </message>
</context>
<context>
    <name>slipway::ui::StepShell</name>
    <message>
        <source>Paste it</source>
        <translation>Einfügen</translation>
    </message>
    <message>
        <source>Shell %1</source>
        <translation>Shell %1</translation>
    </message>
    <message>
        <source>The state %1. It is thrown away when this is closed.</source>
        <translation>Der Stand %1. Er wird beim Schließen weggeworfen.</translation>
    </message>
    <message>
        <source>The state %1 · The command that failed: %2</source>
        <translation>Der Stand %1 · Der gescheiterte Befehl: %2</translation>
    </message>
    <message>
        <source>Types the command that failed into the shell, without Enter</source>
        <translation>Schreibt den gescheiterten Befehl in die Shell, ohne Enter</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal versuchen</translation>
    </message>
    <message>
        <source>Building the state %1…</source>
        <translation>Der Stand %1 wird gebaut …</translation>
    </message>
    <message>
        <source>The state could not be made</source>
        <translation>Der Stand konnte nicht hergestellt werden</translation>
    </message>
    <message>
        <source>The shell could not be made</source>
        <translation>Die Shell konnte nicht hergestellt werden</translation>
    </message>
    <message>
        <source>The state has no shell that starts</source>
        <translation>Der Stand hat keine Shell, die startet</translation>
    </message>
</context>
<context>
    <name>slipway::ui::StepTable</name>
    <message>
        <source>Step</source>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>Instruction</source>
        <translation>Anweisung</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>Vorher</translation>
    </message>
    <message>
        <source>After</source>
        <translation>Nachher</translation>
    </message>
    <message>
        <source>Time ±</source>
        <translation>Zeit ±</translation>
    </message>
    <message>
        <source>Layer ±</source>
        <translation>Schicht ±</translation>
    </message>
    <message>
        <source>cached</source>
        <translation>aus dem Cache</translation>
    </message>
    <message>
        <source>ran</source>
        <translation>ausgeführt</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>fehlgeschlagen</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>abgebrochen</translation>
    </message>
    <message>
        <source>running</source>
        <translation>läuft</translation>
    </message>
    <message>
        <source>&lt;1 ms</source>
        <translation>&lt;1 ms</translation>
    </message>
    <message>
        <source>Steps of the build</source>
        <translation>Schritte des Builds</translation>
    </message>
</context>
<context>
    <name>slipway::ui::StopCard</name>
    <message>
        <source>Last lines that it wrote</source>
        <translation>Die letzten Zeilen, die er schrieb</translation>
    </message>
    <message>
        <source>What its last health check printed</source>
        <translation>Was seine letzte Gesundheitsprüfung ausgab</translation>
    </message>
    <message>
        <source>Show its log</source>
        <translation>Sein Log zeigen</translation>
    </message>
    <message>
        <source>The lines from before it stopped</source>
        <translation>Die Zeilen von vor seinem Ende</translation>
    </message>
    <message>
        <source>It used at most %1 of its %2 of memory, the cache of its files counted in.</source>
        <translation>Er benutzte höchstens %1 seiner %2 Speicher, den Cache seiner Dateien mitgezählt.</translation>
    </message>
    <message>
        <source>It used at most %1 of memory, the cache of its files counted in; it had no limit.</source>
        <translation>Er benutzte höchstens %1 Speicher, den Cache seiner Dateien mitgezählt; er hatte kein Limit.</translation>
    </message>
    <message numerus="yes">
        <source>The kernel killed %n of its processes for want of memory.</source>
        <translation>
            <numerusform>Der Kernel beendete einen seiner Prozesse, weil Speicher fehlte.</numerusform>
            <numerusform>Der Kernel beendete %n seiner Prozesse, weil Speicher fehlte.</numerusform>
        </translation>
    </message>
    <message>
        <source>The kernel killed none of its processes for want of memory.</source>
        <translation>Der Kernel beendete keinen seiner Prozesse aus Speichermangel.</translation>
    </message>
    <message>
        <source>Its last health check was good</source>
        <translation>Seine letzte Gesundheitsprüfung war gut</translation>
    </message>
    <message>
        <source>Its last health check failed with exit code %1</source>
        <translation>Seine letzte Gesundheitsprüfung scheiterte mit Exit-Code %1</translation>
    </message>
    <message>
        <source>Its last lines on standard error</source>
        <translation>Seine letzten Zeilen auf der Standardfehlerausgabe</translation>
    </message>
    <message>
        <source>Its last lines</source>
        <translation>Seine letzten Zeilen</translation>
    </message>
</context>
<context>
    <name>slipway::ui::TerminalCanvas</name>
    <message>
        <source>Terminal</source>
        <translation>Terminal</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Paste</source>
        <translation>Einfügen</translation>
    </message>
    <message>
        <source>Clear Scrollback</source>
        <translation>Verlauf leeren</translation>
    </message>
    <message numerus="yes">
        <source>Paste %n lines?</source>
        <translation>
            <numerusform>%n Zeile einfügen?</numerusform>
            <numerusform>%n Zeilen einfügen?</numerusform>
        </translation>
    </message>
    <message>
        <source>Each line may run as a command in the container.</source>
        <translation>Jede Zeile kann als Befehl im Container ausgeführt werden.</translation>
    </message>
    <message numerus="yes">
        <source>Paste %n lines</source>
        <translation>
            <numerusform>%n Zeile einfügen</numerusform>
            <numerusform>%n Zeilen einfügen</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>slipway::ui::TerminalFind</name>
    <message>
        <source>Not a regular expression</source>
        <translation>Kein regulärer Ausdruck</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>Suche läuft …</translation>
    </message>
    <message>
        <source>Not found</source>
        <translation>Nicht gefunden</translation>
    </message>
    <message>
        <source>the newest %L1</source>
        <translation>die neuesten %L1</translation>
    </message>
    <message numerus="yes">
        <source>%Ln matches</source>
        <translation>
            <numerusform>%Ln Treffer</numerusform>
            <numerusform>%Ln Treffer</numerusform>
        </translation>
    </message>
    <message>
        <source>%L1 of %2</source>
        <comment>match number of how many</comment>
        <translation>%L1 von %2</translation>
    </message>
</context>
<context>
    <name>slipway::ui::TerminalSession</name>
    <message>
        <source>debug shell</source>
        <translation>Debug-Shell</translation>
    </message>
    <message>
        <source>%1 as %2</source>
        <translation>%1 als %2</translation>
    </message>
</context>
<context>
    <name>slipway::ui::TerminalView</name>
    <message>
        <source>Terminal</source>
        <translation>Terminal</translation>
    </message>
    <message>
        <source>New session</source>
        <translation>Neue Sitzung</translation>
    </message>
    <message>
        <source>No container selected</source>
        <translation>Kein Container ausgewählt</translation>
    </message>
    <message>
        <source>Select a running container to open a shell in it.</source>
        <translation>Wählen Sie einen laufenden Container, um darin eine Shell zu öffnen.</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>Wird gestartet …</translation>
    </message>
    <message>
        <source>This container is not running</source>
        <translation>Dieser Container läuft nicht</translation>
    </message>
    <message>
        <source>A shell needs a running container.</source>
        <translation>Eine Shell braucht einen laufenden Container.</translation>
    </message>
    <message>
        <source>Start it</source>
        <translation>Starten</translation>
    </message>
    <message>
        <source>Opening a shell…</source>
        <translation>Eine Shell wird geöffnet …</translation>
    </message>
    <message>
        <source>The session ended</source>
        <translation>Die Sitzung ist zu Ende</translation>
    </message>
    <message>
        <source>What it printed stays below until you reconnect.</source>
        <translation>Was sie ausgegeben hat, bleibt unten stehen, bis Sie neu verbinden.</translation>
    </message>
    <message>
        <source>Reconnect</source>
        <translation>Neu verbinden</translation>
    </message>
    <message>
        <source>No shell could be opened</source>
        <translation>Es konnte keine Shell geöffnet werden</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal versuchen</translation>
    </message>
    <message>
        <source>No session yet</source>
        <translation>Noch keine Sitzung</translation>
    </message>
    <message>
        <source>Open a shell</source>
        <translation>Eine Shell öffnen</translation>
    </message>
    <message>
        <source>Sessions</source>
        <translation>Sitzungen</translation>
    </message>
    <message>
        <source>Open another shell (Ctrl+Shift+T), also as another user or in another folder</source>
        <translation>Eine weitere Shell öffnen (Strg+Umschalt+T), auch als anderer Benutzer oder in einem anderen Ordner</translation>
    </message>
    <message>
        <source>A shell with the usual commands (busybox) that is lent to the container while it is open. Its files are not touched.</source>
        <translation>Eine Shell mit den üblichen Befehlen (busybox), die dem Container geliehen wird, solange sie offen ist. Seine Dateien bleiben unberührt.</translation>
    </message>
    <message>
        <source>Debug Shell</source>
        <translation>Debug-Shell</translation>
    </message>
    <message>
        <source>New Session…</source>
        <translation>Neue Sitzung …</translation>
    </message>
    <message numerus="yes">
        <source>The program in the container wants to put %n characters on the clipboard.</source>
        <translation>
            <numerusform>Das Programm im Container will %n Zeichen in die Zwischenablage legen.</numerusform>
            <numerusform>Das Programm im Container will %n Zeichen in die Zwischenablage legen.</numerusform>
        </translation>
    </message>
    <message>
        <source>Copy Them</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>%1 is running in this session. Closing the tab ends it.</source>
        <translation>In dieser Sitzung läuft %1. Das Schließen des Reiters beendet es.</translation>
    </message>
    <message>
        <source>End It</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>%1: closing it ends the shell</source>
        <translation>%1: das Schließen beendet die Shell</translation>
    </message>
    <message>
        <source>%1: closing it ends its input; what does not care runs on, this engine cannot end it</source>
        <translation>%1: das Schließen beendet die Eingabe; was sich nicht darum kümmert, läuft weiter, diese Engine kann es nicht beenden</translation>
    </message>
    <message>
        <source>Its shells ended with it. What they printed stays below.</source>
        <translation>Seine Shells endeten mit ihm. Was sie ausgaben, bleibt unten stehen.</translation>
    </message>
    <message>
        <source>This container has no shell</source>
        <translation>Dieser Container hat keine Shell</translation>
    </message>
    <message>
        <source>A debug shell needs Slipway&apos;s own engine. New Session runs any program that the container has.</source>
        <translation>Eine Debug-Shell braucht Slipways eigene Engine. Neue Sitzung führt jedes Programm aus, das der Container hat.</translation>
    </message>
    <message>
        <source>Open a debug shell</source>
        <translation>Eine Debug-Shell öffnen</translation>
    </message>
    <message>
        <source>The engine does not answer</source>
        <translation>Die Engine antwortet nicht</translation>
    </message>
    <message>
        <source>The session goes on in the container and comes back here with the engine.</source>
        <translation>Die Sitzung läuft im Container weiter und ist mit der Engine wieder da.</translation>
    </message>
</context>
<context>
    <name>slipway::ui::TextDiff</name>
    <message>
        <source>Dockerfile of the build</source>
        <translation>Dockerfile des Builds</translation>
    </message>
</context>
<context>
    <name>slipway::ui::TextFile</name>
    <message>
        <source>%1 is not there</source>
        <translation>%1 ist nicht da</translation>
    </message>
    <message>
        <source>%1 is not a file</source>
        <translation>%1 ist keine Datei</translation>
    </message>
    <message>
        <source>%1 has more than 8 MiB: too much for a Dockerfile</source>
        <translation>%1 hat mehr als 8 MiB: zu viel für ein Dockerfile</translation>
    </message>
    <message>
        <source>%1 could not be read: %2</source>
        <translation>%1 war nicht zu lesen: %2</translation>
    </message>
    <message>
        <source>%1 is not text</source>
        <translation>%1 ist kein Text</translation>
    </message>
    <message>
        <source>%1 is not UTF-8 text</source>
        <translation>%1 ist kein UTF-8-Text</translation>
    </message>
    <message>
        <source>%1 could not be saved: %2</source>
        <translation>%1 war nicht zu speichern: %2</translation>
    </message>
</context>
<context>
    <name>slipway::ui::TileModel</name>
    <message>
        <source>%1. %2: nothing was read yet</source>
        <translation>%1. %2: noch nichts gelesen</translation>
    </message>
    <message>
        <source>%1. %2: CPU %3, memory %4, network %5, block I/O %6</source>
        <translation>%1. %2: CPU %3, Speicher %4, Netz %5, Block-E/A %6</translation>
    </message>
</context>
<context>
    <name>slipway::ui::TileView</name>
    <message>
        <source>%1 %</source>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>waiting for the first reading</source>
        <translation>wartet auf den ersten Messwert</translation>
    </message>
    <message>
        <source>net %1</source>
        <translation>Netz %1</translation>
    </message>
    <message>
        <source>Running containers, those that use most first</source>
        <translation>Laufende Container, die mit dem größten Verbrauch zuerst</translation>
    </message>
</context>
<context>
    <name>slipway::ui::TimeSeriesChart</name>
    <message>
        <source>Waiting for the first readings…</source>
        <translation>Warten auf die ersten Messwerte …</translation>
    </message>
    <message>
        <source>not measured: %1</source>
        <translation>nicht gemessen: %1</translation>
    </message>
    <message>
        <source>%1 no data</source>
        <translation>%1 keine Daten</translation>
    </message>
    <message>
        <source>Show the log lines of this moment</source>
        <translation>Die Logzeilen dieses Moments zeigen</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>Vergrößern</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>Verkleinern</translation>
    </message>
    <message>
        <source>Back to live</source>
        <translation>Zurück zu live</translation>
    </message>
</context>
<context>
    <name>slipway::ui::WelcomePage</name>
    <message>
        <source>Run the starter container</source>
        <translation>Den ersten Container ausführen</translation>
    </message>
    <message>
        <source>Run another image…</source>
        <translation>Ein anderes Abbild ausführen …</translation>
    </message>
    <message>
        <source>Pull an image…</source>
        <translation>Ein Abbild holen …</translation>
    </message>
    <message>
        <source>Welcome aboard</source>
        <translation>Willkommen an Bord</translation>
    </message>
    <message>
        <source>Run your first container now: a small web page with a file system, a network address and limits of its own. It ships with Slipway, so it needs no network and no account.</source>
        <translation>Führen Sie jetzt Ihren ersten Container aus: eine kleine Webseite mit eigenem Dateisystem, eigener Netzwerkadresse und eigenen Grenzen. Sie kommt mit Slipway und braucht deshalb weder Netz noch Konto.</translation>
    </message>
    <message>
        <source>See its page</source>
        <translation>Ihre Seite ansehen</translation>
    </message>
    <message>
        <source>Its port is published on this computer: one click opens it in the browser.</source>
        <translation>Ihr Port ist auf diesem Rechner veröffentlicht: Ein Klick öffnet sie im Browser.</translation>
    </message>
    <message>
        <source>Read its logs</source>
        <translation>Ihr Protokoll lesen</translation>
    </message>
    <message>
        <source>Each visit is a line, live. Search, filter and jump to a time.</source>
        <translation>Jeder Besuch ist eine Zeile, live. Suchen, filtern, zu einer Zeit springen.</translation>
    </message>
    <message>
        <source>Look inside</source>
        <translation>Hineinsehen</translation>
    </message>
    <message>
        <source>A shell, its files and processes, without leaving the window.</source>
        <translation>Eine Shell, seine Dateien und Prozesse, ohne das Fenster zu verlassen.</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy the command</source>
        <translation>Befehl kopieren</translation>
    </message>
    <message>
        <source>First steps</source>
        <translation>Erste Schritte</translation>
    </message>
    <message>
        <source>The docker command works, too:</source>
        <translation>Auch der Befehl docker geht:</translation>
    </message>
    <message>
        <source>The engine is not reachable: %1</source>
        <translation>Die Engine ist nicht erreichbar: %1</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal versuchen</translation>
    </message>
    <message>
        <source>Starting the engine…</source>
        <translation>Die Engine wird gestartet …</translation>
    </message>
</context>
</TS>
