// SPDX-License-Identifier: GPL-3.0-or-later
#include "dockerfile/build_settings.h"

#include <QCoreApplication>
#include <QCryptographicHash>
#include <QDir>
#include <QFileInfo>
#include <QRegularExpression>
#include <QSettings>

namespace slipway::ui
{
namespace
{
struct Text
{
    Q_DECLARE_TR_FUNCTIONS(BuildSettings)
};

QString groupOf(const QString& dockerfile)
{
    const QByteArray hash = QCryptographicHash::hash(dockerfile.toUtf8(), QCryptographicHash::Sha1).toHex().left(16);
    return QStringLiteral("builds/") + QString::fromLatin1(hash);
}
} // namespace

QString imageNameOf(const QString& folder)
{
    static const QRegularExpression notAllowed(QStringLiteral("[^a-z0-9]+")), edges(QStringLiteral("^-+|-+$"));
    QString name = folder.toLower().normalized(QString::NormalizationForm_KD);
    name.replace(notAllowed, QStringLiteral("-")).remove(edges);
    return name.isEmpty() ? QStringLiteral("image") : name;
}

BuildSettings BuildSettings::of(const QString& dockerfile)
{
    const QFileInfo file(dockerfile);
    BuildSettings made;
    made.context = file.absolutePath();
    QString name = imageNameOf(file.absoluteDir().dirName());
    const QString suffix = file.fileName().startsWith(QLatin1StringView("Dockerfile.")) ? file.fileName().mid(11)
                           : file.suffix().compare(QLatin1StringView("dockerfile"), Qt::CaseInsensitive) == 0 ? file.completeBaseName()
                                                                                                             : QString();
    if (!suffix.isEmpty())
        name += QLatin1Char('-') + imageNameOf(suffix);
    made.tag = name + QStringLiteral(":latest");
    QSettings settings;
    settings.beginGroup(groupOf(dockerfile));
    if (!settings.contains(QStringLiteral("tag")))
        return made;
    made.tag = settings.value(QStringLiteral("tag")).toString();
    if (const QString context = settings.value(QStringLiteral("context")).toString(); QFileInfo(context).isDir())
        made.context = context;
    made.target = settings.value(QStringLiteral("target")).toString();
    made.platform = settings.value(QStringLiteral("platform")).toString();
    made.network = settings.value(QStringLiteral("network")).toString();
    made.args = settings.value(QStringLiteral("args")).toStringList();
    made.noCache = settings.value(QStringLiteral("noCache")).toBool();
    made.pull = settings.value(QStringLiteral("pull")).toBool();
    return made;
}

BuildSettings BuildSettings::of(const dockerapi::PastBuild& build, const QString& dockerfile)
{
    BuildSettings made = of(dockerfile);
    QStringList tags;
    for (const std::string& tag : build.tags)
        tags << QString::fromStdString(tag);
    made.tag = tags.join(QLatin1Char(' '));
    made.target = QString::fromStdString(build.target);
    made.platform = QString::fromStdString(build.platform);
    made.network = QString::fromStdString(build.network);
    made.args.clear();
    for (const auto& [name, value] : build.args) // a secret's value was not kept: the environment's is taken
        made.args << QString::fromStdString(value.empty() ? name : name + '=' + value);
    made.noCache = build.noCache;
    made.pull = build.pull;
    return made;
}

void BuildSettings::remember(const QString& dockerfile) const
{
    QSettings settings;
    settings.beginGroup(groupOf(dockerfile));
    settings.setValue(QStringLiteral("file"), dockerfile);
    settings.setValue(QStringLiteral("tag"), tag);
    settings.setValue(QStringLiteral("context"), context);
    settings.setValue(QStringLiteral("target"), target);
    settings.setValue(QStringLiteral("platform"), platform);
    settings.setValue(QStringLiteral("network"), network);
    settings.setValue(QStringLiteral("args"), args);
    settings.setValue(QStringLiteral("noCache"), noCache);
    settings.setValue(QStringLiteral("pull"), pull);
}

QStringList BuildSettings::tags() const
{
    return tag.simplified().split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

QString BuildSettings::problem() const
{
    static const QRegularExpression allowed(QStringLiteral("^([a-z0-9]+([._-]+[a-z0-9]+)*|[a-zA-Z0-9.-]+(:[0-9]+)?/)(/?[a-z0-9]+([._-]+[a-z0-9]+)*)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?$"));
    for (const QString& each : tags()) {
        if (!allowed.match(each).hasMatch())
            return Text::tr("%1 is no name for an image: small letters, digits, and - . _ / between them; then a colon and a tag").arg(each);
    }
    for (const QString& arg : args) {
        if (arg.startsWith(QLatin1Char('=')))
            return Text::tr("The build argument %1 has no name").arg(arg);
    }
    if (!QFileInfo(context).isDir())
        return Text::tr("The context %1 is not a folder").arg(context);
    return {};
}

BuildsClient::Options BuildSettings::options(const QString& dockerfile, const QString& text) const
{
    BuildsClient::Options made;
    made.folder = context.toStdString();
    made.dockerfile = dockerfile.isEmpty() ? "Dockerfile" : dockerfile.toStdString();
    made.dockerfileText = text.toStdString();
    made.source = dockerfile.toStdString();
    for (const QString& each : tags())
        made.tags.push_back(each.toStdString());
    for (const QString& arg : args) {
        const qsizetype equals = arg.indexOf(QLatin1Char('='));
        const QString name = arg.left(equals);
        if (equals < 0 && !qEnvironmentVariableIsSet(name.toUtf8().constData()))
            continue; // as docker build --build-arg NAME: the value is the environment's
        made.args[name.toStdString()] = equals < 0 ? qEnvironmentVariable(name.toUtf8().constData()).toStdString() : arg.mid(equals + 1).toStdString();
    }
    made.target = target.toStdString();
    made.platform = platform.toStdString();
    made.network = network.toStdString();
    made.noCache = noCache;
    made.pull = pull;
    return made;
}

} // namespace slipway::ui
