#pragma once

#include <QFile>
#include <QProcess>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QTemporaryDir>

#include <string>

namespace tidemark {

/// A certification authority that lives as long as this, and a server's certificate of it.
class TestAuthority {
public:
    /// `names` as X.509 has them: "IP:127.0.0.1".
    explicit TestAuthority(const char* names)
    {
        const QStringList key{"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"};
        write("names", QByteArray("subjectAltName=") + names);
        m_made = run(QStringList{"req", "-x509", "-subj", "/CN=Tidemark tests", "-days", "2",
                                 "-keyout", "ca.key", "-out", "ca.pem"} +
                     key) &&
                 run(QStringList{"req", "-new", "-subj", "/CN=Tidemark", "-keyout", "server.key",
                                 "-out", "server.csr"} +
                     key) &&
                 run({"x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                      "-CAcreateserial", "-days", "2", "-extfile", "names", "-out", "server.pem"});
    }

    /// False where there is no openssl to make it with.
    [[nodiscard]] bool made() const { return m_made; }

    /// The authority's own certificate, PEM.
    [[nodiscard]] std::string caFile() const { return path("ca.pem").toStdString(); }

    [[nodiscard]] QSslConfiguration server() const
    {
        QSslConfiguration tls;
        tls.setLocalCertificate(QSslCertificate::fromPath(path("server.pem")).value(0));
        tls.setPrivateKey(QSslKey(read("server.key"), QSsl::Ec));
        tls.setPeerVerifyMode(QSslSocket::VerifyNone);
        return tls;
    }

private:
    [[nodiscard]] QString path(const QString& name) const { return m_folder.filePath(name); }

    [[nodiscard]] bool run(const QStringList& words) const
    {
        QProcess openssl;
        openssl.setWorkingDirectory(m_folder.path());
        openssl.start("openssl", words);
        return openssl.waitForFinished() && openssl.exitCode() == 0 &&
               openssl.exitStatus() == QProcess::NormalExit;
    }

    void write(const QString& name, const QByteArray& bytes) const
    {
        QFile file(path(name));
        if (file.open(QIODevice::WriteOnly)) {
            file.write(bytes);
        }
    }

    [[nodiscard]] QByteArray read(const QString& name) const
    {
        QFile file(path(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    QTemporaryDir m_folder;
    bool m_made = false;
};

}  // namespace tidemark
