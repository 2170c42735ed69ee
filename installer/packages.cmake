# The packages that `cpack` makes: deb and tgz on Linux, an installer on Windows, a disk image on macOS.
# An AppImage is made by appimage.sh.
set(CPACK_PACKAGE_NAME tidemark)
set(CPACK_PACKAGE_VENDOR Tidemark)
set(CPACK_PACKAGE_CONTACT "The Tidemark developers")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "The whole history of SQLite databases, and any moment of it back")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGE_FILE_NAME "tidemark-${PROJECT_VERSION}-${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR}")
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL cli)
if(TARGET tidemark)
    list(APPEND CPACK_COMPONENTS_ALL desktop)
endif()

if(WIN32)
    set(CPACK_GENERATOR NSIS)
    set(CPACK_PACKAGE_EXECUTABLES tidemark Tidemark)
    set(CPACK_NSIS_MODIFY_PATH ON)
elseif(APPLE)
    set(CPACK_GENERATOR DragNDrop)
else()
    set(CPACK_GENERATOR DEB TGZ)
endif()

# Two Debian packages, so that a server needs nothing of a desktop.
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_CLI_PACKAGE_NAME tidemarkctl)
set(CPACK_DEBIAN_CLI_PACKAGE_SECTION database)
set(CPACK_DEBIAN_DESKTOP_PACKAGE_NAME tidemark)
set(CPACK_DEBIAN_DESKTOP_PACKAGE_SECTION database)
set(CPACK_DEBIAN_DESKTOP_PACKAGE_RECOMMENDS tidemarkctl)
# Loaded at run time, so no tool finds them: the QML modules and the drawer of SVG icons.
string(JOIN ", " CPACK_DEBIAN_DESKTOP_PACKAGE_DEPENDS
    libqt6svg6 qml6-module-qtqml qml6-module-qtqml-models qml6-module-qtqml-workerscript
    qml6-module-qtquick qml6-module-qtquick-controls qml6-module-qtquick-layouts
    qml6-module-qtquick-shapes qml6-module-qtquick-templates qml6-module-qtquick-window
)
include(CPack)
