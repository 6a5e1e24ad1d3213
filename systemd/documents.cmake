# What is read about the service where it is installed: manual pages, completion, licence, changelog.

# auralis_compressed(<name> <source> <folder>): installs a text as <name>.gz, as man and Debian keep them.
function(auralis_compressed name source folder)
    add_custom_command(OUTPUT ${name}.gz
        COMMAND gzip -9 -n < ${source} > ${name}.gz
        DEPENDS ${source}
        VERBATIM
    )
    add_custom_target(compressed_${name} ALL DEPENDS ${name}.gz)
    install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${name}.gz DESTINATION ${folder})
endfunction()

# auralis_command_manual(<page> <section> <depends> <command>...): made from <page>.<section>.in, with the
# options and commands that the command's --help lists.
function(auralis_command_manual page section depends)
    set(name ${page}.${section})
    add_custom_command(OUTPUT ${name}
        COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/manual-page ${CMAKE_CURRENT_SOURCE_DIR}/${name}.in ${ARGN} > ${name}
        DEPENDS manual-page ${name}.in ${depends}
        VERBATIM
    )
    auralis_compressed(${name} ${CMAKE_CURRENT_BINARY_DIR}/${name} ${CMAKE_INSTALL_MANDIR}/man${section})
endfunction()

foreach(page auralis auralis-journal auralis-lan auralis-metrics auralis-music auralis-sound)
    auralis_compressed(${page}.7 ${CMAKE_CURRENT_SOURCE_DIR}/${page}.7 ${CMAKE_INSTALL_MANDIR}/man7)
endforeach()
auralis_compressed(auralis.conf.5 ${CMAKE_CURRENT_SOURCE_DIR}/auralis.conf.5 ${CMAKE_INSTALL_MANDIR}/man5)
foreach(daemon composerd synthd streamd)
    auralis_command_manual(auralis-${daemon} 8 auralis-${daemon} $<TARGET_FILE:auralis-${daemon}>)
endforeach()
set(auralisctl ${PROJECT_SOURCE_DIR}/scripts/auralisctl)
auralis_command_manual(auralisctl 1 ${auralisctl} ${auralisctl})

install(FILES auralisctl.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME auralisctl)
install(FILES debian/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})
auralis_compressed(changelog ${CMAKE_CURRENT_SOURCE_DIR}/debian/changelog ${CMAKE_INSTALL_DOCDIR})
