# auralis_browser_test(<name> <timeout, s>): browser/<name>.test.mjs, with Chromium and a real station.
function(auralis_browser_test name timeout_s)
    auralis_script_test(browser ${name} ${timeout_s}
        ${python} integration/with_station.py ${node} --test browser/${name}.test.mjs
    )
    set_tests_properties(browser.${name} PROPERTIES RUN_SERIAL ON)
endfunction()

auralis_browser_test(controls 120)
auralis_browser_test(look 120)
auralis_browser_test(playing 600)
auralis_browser_test(why 300)
