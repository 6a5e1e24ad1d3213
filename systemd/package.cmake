# The Debian package: cpack --preset release, once that preset is built.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)

set(CPACK_PACKAGE_CONTACT "The Auralis authors <auralis@auralis.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "endless ambient music station that runs as a service")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Nothing is recorded: one daemon composes, one plays, one broadcasts, and anyone
with a browser or a media player listens and steers. It plays when it is told
to: systemctl enable --now auralis.target")
set(CPACK_DEBIAN_PACKAGE_SECTION sound)

# Libraries are found in the programs; python3 runs auralisctl, systemd makes the users.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "python3, systemd (>= 252)")
# The texture font, which is in the package, plays without the first; the second is for auralisctl events.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "fluid-soundfont-gm, python3-zmq")
# For auralis-speaker.service, and for http://box.local:8000.
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "alsa-utils, avahi-daemon")

# Removing and purging go by the names of the units: auralis for auralis.target and auralis@NAME.target.
set(unit_names auralis-retry)
foreach(template ${unit_templates})
    string(REGEX REPLACE "\\..*" "" name ${template})
    list(APPEND unit_names ${name})
endforeach()
list(REMOVE_DUPLICATES unit_names)
list(JOIN unit_names " " unit_names)
set(control)
foreach(file conffiles postinst prerm postrm)
    configure_file(debian/${file} debian/${file} @ONLY)
    list(APPEND control ${CMAKE_CURRENT_BINARY_DIR}/debian/${file})
endforeach()
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${control})
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON) # whatever those of the source tree are

install(FILES debian/lintian-overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides RENAME auralis)
include(CPack)
