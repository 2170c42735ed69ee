#include "app/place_form.h"

#include "app/form_parts.h"
#include "app/text/places.h"
#include "app/text/translated.h"

#include <QLocale>
#include <QPointer>

#include <algorithm>
#include <array>
#include <utility>

using namespace Qt::StringLiterals;

namespace tidemark::app {
namespace {

constexpr std::array kKinds = {storage::StorageKind::Folder, storage::StorageKind::S3,
                               storage::StorageKind::Azure,  storage::StorageKind::Sftp,
                               storage::StorageKind::WebDav, storage::StorageKind::Zip};

}  // namespace

PlaceForm::PlaceForm(Purpose purpose, DesktopPort& desktop, SecretsPort& secrets, QString home,
                     QObject* parent)
    : QObject(parent), m_desktop(desktop), m_secrets(secrets), m_home(std::move(home))
{
    m_values.isForUpload = purpose == Purpose::Add;
    show();
}

PlaceForm::Kind PlaceForm::kindOf(storage::StorageKind kind)
{
    const auto* const found = std::ranges::find(kKinds, kind);
    return static_cast<Kind>(std::distance(kKinds.begin(), found));
}

PlaceForm::Kind PlaceForm::kind() const
{
    return kindOf(m_values.kind);
}

QStringList PlaceForm::kindLabels() const
{
    QStringList labels;
    for (const storage::StorageKind kind : kKinds) {
        labels << kindName(kind);
    }
    return labels;
}

void PlaceForm::setKind(Kind kind)
{
    const storage::StorageKind wanted = kKinds.at(static_cast<std::size_t>(kind));
    if (wanted == m_values.kind) {
        return;
    }
    m_values.kind = wanted;
    if (hasSecrets()) {
        lookForKeyring();
    }
    show();
    emit edited();
}

QString PlaceForm::moreWords() const
{
    QStringList words;
    for (int row = 0; row < m_more.rowCount(); ++row) {
        const QString label = m_more.data(m_more.index(row), FormFieldModel::LabelRole).toString();
        words << (words.isEmpty() ? label : QLocale().toLower(label.first(1)) + label.sliced(1));
    }
    return words.join(u", "_s);
}

void PlaceForm::clear()
{
    m_values = {.isForUpload = m_values.isForUpload};
    show();
    emit edited();
}

void PlaceForm::show()
{
    m_fields.show(rows(false));
    m_more.show(rows(true));
    emit changed();
}

/// As it is written, with a blank that the next word is still to follow.
QString PlaceForm::rawText(FormField field) const
{
    const auto found = m_values.texts.find(field);
    return found == m_values.texts.end() ? m_values.text(field) : found->second;
}

std::vector<FormFieldModel::Row> PlaceForm::rows(bool isMore) const
{
    std::vector<FormFieldModel::Row> rows;
    for (FieldSpec& spec : fieldsOf(m_values)) {
        if (spec.isMore == isMore) {
            const QString text = rawText(spec.field);
            rows.push_back({.spec = std::move(spec), .text = text});
        }
    }
    return rows;
}

FieldSpec PlaceForm::specOf(int field) const
{
    const std::vector<FieldSpec> all = fieldsOf(m_values);
    const auto found = std::ranges::find(all, static_cast<FormField>(field), &FieldSpec::field);
    Q_ASSERT(found != all.end());
    return found == all.end() ? FieldSpec() : *found;
}

void PlaceForm::write(int field, const QString& text)
{
    const auto key = static_cast<FormField>(field);
    if (rawText(key) == text) {
        return;
    }
    m_values.texts[key] = text;
    show();
    emit edited();
}

void PlaceForm::choose(int field, int choice)
{
    const FieldSpec spec = specOf(field);
    if (choice >= 0 && choice < static_cast<int>(spec.choices.size())) {
        write(field, spec.choices[static_cast<std::size_t>(choice)].value);
    }
}

void PlaceForm::turn(int field, bool on)
{
    write(field, on ? kYes : kNo);
}

void PlaceForm::pick(int field)
{
    const FieldSpec spec = specOf(field);
    const auto picked = [this, field](const QString& path) {
        write(field, shortPath(path, m_home));
    };
    if (spec.control == FieldSpec::Control::Folder) {
        m_desktop.pickFolder(spec.label, m_home, picked);
    } else {
        m_desktop.pickFile(spec.label, m_home, picked);
    }
}

void PlaceForm::lookForKeyring()
{
    m_secrets.look([self = QPointer(this)](const Status& status) {
        if (self) {
            self->tellKeyring(status);
        }
    });
}

void PlaceForm::tellKeyring(const Status& status)
{
    m_keyringProblem = status.ok() ? QString() : translated(status.error().what);
    m_keyringAdvice = status.ok() ? QString() : translated(status.error().next);
    emit changed();
}

void trySecretsOf(const FormValues& values, const storage::StorageAddress& address,
                  SecretsPort& secrets)
{
    if (const storage::Secrets written = secretsOf(values); written != storage::Secrets()) {
        secrets.tryWith(address, written);
    } else if (needsSecrets(address.kind)) {
        // Whoever opens it waits for the answer.
        secrets.load(address, [](const Result<bool>&) {});
    }
}

}  // namespace tidemark::app
