# The installed station, in a real systemd (system/machine.py).
foreach(name units supervision sandbox listen_on journal)
    auralis_script_test(system ${name} 300 ${python} system/test_${name}.py)
    set_tests_properties(system.${name} PROPERTIES RUN_SERIAL ON)
endforeach()
# The package: here, and in the long form on bare Debian systems, which are made first.
auralis_script_test(system package 300 ${python} system/test_package.py)
auralis_script_test(system debian 3600 ${python} system/test_debian.py)
set_tests_properties(system.package system.debian PROPERTIES RUN_SERIAL ON)
# These run inside one, beside the daemons.
foreach(name faults zero_loss)
    auralis_script_test(system ${name} 5400 ${python} system/machine.py -- ${python}
        ${CMAKE_CURRENT_SOURCE_DIR}/system/test_${name}.py)
    set_tests_properties(system.${name} PROPERTIES RUN_SERIAL ON)
endforeach()
