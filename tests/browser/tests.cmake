# auralis_browser_test(<name> <timeout, s> [--standby | --token]): browser/<name>.test.mjs, with Chromium and a
# real station; with a standby it is called <name>_standby.
function(auralis_browser_test name timeout_s)
    set(called ${name})
    if(ARGN STREQUAL "--standby")
        string(APPEND called _standby)
    endif()
    auralis_script_test(browser ${called} ${timeout_s}
        ${python} integration/with_station.py ${ARGN} ${node} --test browser/${name}.test.mjs
    )
    set_tests_properties(browser.${called} PROPERTIES RUN_SERIAL ON)
endfunction()

auralis_browser_test(controls 120)
auralis_browser_test(ear 300)
auralis_browser_test(ear 300 --standby)
auralis_browser_test(look 120)
auralis_browser_test(playing 600)
auralis_browser_test(token 120 --token)
auralis_browser_test(why 300)
