<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>Overview</name>
    <message numerus="yes">
        <source>All %n databases are protected.</source>
        <translation>
            <numerusform>%n database is protected.</numerusform>
            <numerusform>All %n databases are protected.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n databases are catching up.</source>
        <translation>
            <numerusform>%n database is catching up.</numerusform>
            <numerusform>%n databases are catching up.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n databases are waiting.</source>
        <translation>
            <numerusform>%n database is waiting.</numerusform>
            <numerusform>%n databases are waiting.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n databases are paused.</source>
        <translation>
            <numerusform>%n database is paused.</numerusform>
            <numerusform>%n databases are paused.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n databases are at risk.</source>
        <translation>
            <numerusform>%n database is at risk.</numerusform>
            <numerusform>%n databases are at risk.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n databases are broken.</source>
        <translation>
            <numerusform>%n database is broken.</numerusform>
            <numerusform>%n databases are broken.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n databases are not set up.</source>
        <translation>
            <numerusform>%n database is not set up.</numerusform>
            <numerusform>%n databases are not set up.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The other %n databases are protected.</source>
        <translation>
            <numerusform>The other database is protected.</numerusform>
            <numerusform>The other %n databases are protected.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Of the other %1, %n are protected.</source>
        <translation>
            <numerusform>Of the other %1, %n is protected.</numerusform>
            <numerusform>Of the other %1, %n are protected.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Status</name>
    <message numerus="yes">
        <source>%n to send</source>
        <comment>changes</comment>
        <translation>
            <numerusform>%n to send</numerusform>
            <numerusform>%n to send</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Timeline</name>
    <message numerus="yes">
        <source>%n page(s) · %1 stored</source>
        <translation>
            <numerusform>%n page · %1 stored</numerusform>
            <numerusform>%n pages · %1 stored</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>up to %n page(s) each · %1 stored</source>
        <translation>
            <numerusform>up to %n page each · %1 stored</numerusform>
            <numerusform>up to %n pages each · %1 stored</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n moment(s)</source>
        <translation>
            <numerusform>%n moment</numerusform>
            <numerusform>%n moments</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n day(s)</source>
        <translation>
            <numerusform>%n day</numerusform>
            <numerusform>%n days</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n day(s) ago</source>
        <translation>
            <numerusform>%n day ago</numerusform>
            <numerusform>%n days ago</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>tidemark::app::ActivityItem</name>
    <message numerus="yes">
        <source>%n moments · %1</source>
        <comment>in a day, their size</comment>
        <translation>
            <numerusform>%n moment · %1</numerusform>
            <numerusform>%n moments · %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>tidemark::app::OpenReplica</name>
    <message numerus="yes">
        <source>%1 in %n files</source>
        <comment>a size</comment>
        <translation>
            <numerusform>%1 in %n file</numerusform>
            <numerusform>%1 in %n files</numerusform>
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
</TS>
