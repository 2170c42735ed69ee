#include "app/form_parts.h"

#include "app/text/places.h"

namespace tidemark::app {

FieldSpec certificateField()
{
    return {.field = FormField::CaFile,
            .control = FieldSpec::Control::File,
            .label = FormWords::tr("Certificate"),
            .hint = FormWords::tr("Of an authority that this computer does not know"),
            .isMore = true};
}

void setOption(storage::StorageAddress& address, const char* key, const QString& value)
{
    if (!value.isEmpty()) {
        address.options[key] = value.toStdString();
    }
}

void setCertificate(storage::StorageAddress& address, const FormValues& values, const QString& home)
{
    setOption(address, "ca", fromHome(values.text(FormField::CaFile), home));
}

QString withoutOuterSlashes(QString path)
{
    while (path.startsWith(u'/')) {
        path.remove(0, 1);
    }
    while (path.endsWith(u'/')) {
        path.chop(1);
    }
    return path;
}

}  // namespace tidemark::app
