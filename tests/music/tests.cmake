# The music itself, judged by its notes: an hour of each preset and seed takes seconds.
auralis_script_test(music reader 600 ${python} music/test_music.py)
if(node)
    auralis_script_test(music midi 300 ${node} --test music/midi.test.mjs)
endif()
auralis_script_test(music changes 300 ${python} music/test_changes.py)
auralis_script_test(music endings 300 ${python} music/test_endings.py)
