# The installed station, in a real systemd (system/machine.py).
foreach(name units supervision sandbox listen_on journal)
    auralis_script_test(system ${name} 300 ${python} system/test_${name}.py)
    set_tests_properties(system.${name} PROPERTIES RUN_SERIAL ON)
endforeach()
