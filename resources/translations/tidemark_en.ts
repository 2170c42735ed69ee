<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>Overview</name>
    <message numerus="yes">
        <source>All %Ln databases are protected.</source>
        <translation>
            <numerusform>%Ln database is protected.</numerusform>
            <numerusform>All %Ln databases are protected.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln databases are catching up.</source>
        <translation>
            <numerusform>%Ln database is catching up.</numerusform>
            <numerusform>%Ln databases are catching up.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln databases are waiting.</source>
        <translation>
            <numerusform>%Ln database is waiting.</numerusform>
            <numerusform>%Ln databases are waiting.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln databases are paused.</source>
        <translation>
            <numerusform>%Ln database is paused.</numerusform>
            <numerusform>%Ln databases are paused.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln databases are at risk.</source>
        <translation>
            <numerusform>%Ln database is at risk.</numerusform>
            <numerusform>%Ln databases are at risk.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln databases are broken.</source>
        <translation>
            <numerusform>%Ln database is broken.</numerusform>
            <numerusform>%Ln databases are broken.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln databases are not set up.</source>
        <translation>
            <numerusform>%Ln database is not set up.</numerusform>
            <numerusform>%Ln databases are not set up.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The other %Ln databases are protected.</source>
        <translation>
            <numerusform>The other database is protected.</numerusform>
            <numerusform>The other %Ln databases are protected.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Of the other %L1, %Ln are protected.</source>
        <translation>
            <numerusform>Of the other %L1, %Ln is protected.</numerusform>
            <numerusform>Of the other %L1, %Ln are protected.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Status</name>
    <message numerus="yes">
        <source>%Ln to send</source>
        <comment>changes</comment>
        <translation>
            <numerusform>%Ln to send</numerusform>
            <numerusform>%Ln to send</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>It was found as it had been at %1. Only its history has the %Ln later moments, up to %2.</source>
        <comment>day, time of day, each</comment>
        <translation>
            <numerusform>It was found as it had been at %1. Only its history has the %Ln later moment, that of %2.</numerusform>
            <numerusform>It was found as it had been at %1. Only its history has the %Ln later moments, up to %2.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Timeline</name>
    <message numerus="yes">
        <source>%Ln page(s) · %1 stored</source>
        <translation>
            <numerusform>%Ln page · %1 stored</numerusform>
            <numerusform>%Ln pages · %1 stored</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>up to %Ln page(s) each · %1 stored</source>
        <translation>
            <numerusform>up to %Ln page each · %1 stored</numerusform>
            <numerusform>up to %Ln pages each · %1 stored</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln moment(s)</source>
        <translation>
            <numerusform>%Ln moment</numerusform>
            <numerusform>%Ln moments</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln day(s)</source>
        <translation>
            <numerusform>%Ln day</numerusform>
            <numerusform>%Ln days</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln day(s) ago</source>
        <translation>
            <numerusform>%Ln day ago</numerusform>
            <numerusform>%Ln days ago</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>tidemark::app::ActivityItem</name>
    <message numerus="yes">
        <source>%Ln moments · %1</source>
        <comment>in a day, their size</comment>
        <translation>
            <numerusform>%Ln moment · %1</numerusform>
            <numerusform>%Ln moments · %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>tidemark::app::OpenReplica</name>
    <message numerus="yes">
        <source>%1 in %Ln files</source>
        <comment>a size</comment>
        <translation>
            <numerusform>%1 in %Ln file</numerusform>
            <numerusform>%1 in %Ln files</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln found</source>
        <translation>
            <numerusform>%Ln found</numerusform>
            <numerusform>%Ln found</numerusform>
        </translation>
    </message>
</context>
</TS>
